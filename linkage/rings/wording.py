"""What rows of evidence say, in the words that a run was given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from linkage.rings.read import Evidence, kind_families
from linkage.signals import LINK_FAMILY, signal

PRIOR = "prior"
"""Kind of the evidence row that holds the odds before any identifier was looked at."""
ABSENCE = "absence"
"""Kind of evidence rows for what the rest of the ring holds and the account does not."""

MAIL = {
    "public": "with public mail", "disposable": "with disposable mail",
    "other": "with mail at a domain of its own", "none": "without mail",
}
"""Classes of mail domains, in words."""
PATHWAYS = {
    "api": "over the API", "web": "on the web", "cloud": "through a cloud",
    "reseller": "through a reseller", "education": "through education",
}
"""Usual pathways, in words."""
BURST = re.compile(
    rf"(?P<begin>\d{{4}}-\d\d-\d\dT\d\d:\d\d)/[ab]/(?P<mail>{'|'.join(MAIL)})/(?P<pathway>.*)"
)
"""Name of ten minutes of signing up, every second of them shifted by five."""
BURST_LENGTH = timedelta(minutes=10)


@dataclass(frozen=True)
class Wording:
    """Families and sentences of kinds, where a run differs from the table of signals."""

    families: Mapping[str, str] = field(default_factory=dict)
    sentences: Mapping[str, str] = field(default_factory=dict)

    def family(self, kind: str) -> str:
        """Return the family of a kind of identifier.

        Examples
        --------
        >>> Wording().family("card")
        'payment'
        """
        return self.families.get(kind) or signal(kind).family

    def says(self, kind: str, name: str) -> str:
        """Return what an identifier says of its holder, as a clause without a subject.

        Examples
        --------
        >>> Wording().says("card", "•••• 4242")
        'paid with card •••• 4242'
        """
        known = self.sentences.get(kind)
        if known is None and kind == "signup_burst":
            known = signed_up(name)
        if known is None and self.family(kind) == LINK_FAMILY:
            return f"is linked to {name} by {kind.replace('_', ' ')}"
        return (known or signal(kind).sentence).format(name)

    def sentence(self, row: Evidence) -> str:
        """Return what one row of evidence says, for people.

        Labels may hold whatever a user sent: escape before showing.
        """
        if row.kind == PRIOR:
            return (
                f"ring of {row.n_accounts_in_ring:,} among {row.n_accounts_total:,} "
                "accounts: prior odds"
            )
        if row.kind == ABSENCE:
            if not row.label:
                return "does not hold what most of the ring holds"
            return f"shares nothing of the family {row.label}, as others of the ring do"
        if row.identifier_id == row.account_id and self.family(row.kind) == LINK_FAMILY:
            return f"is who others are linked to by {row.kind.replace('_', ' ')}"
        return self.says(row.kind, row.label or row.identifier_id[:8])


def signed_up(name: str) -> str | None:
    """Return what the name of ten minutes of signing up says; None for any other name.

    Examples
    --------
    >>> signed_up("2026-05-21T23:55/b/public/api")
    'signed up between 23:55 on 21 May 2026 and 00:05 over the API with public mail'
    """
    found = BURST.fullmatch(name)
    if not found:
        return None
    begin = datetime.fromisoformat(found["begin"])
    end = begin + BURST_LENGTH
    day = f"on {begin.day} {begin:%B %Y}"
    hours = (
        f"between {begin:%H:%M} and {end:%H:%M} {day}" if end.date() == begin.date()
        else f"between {begin:%H:%M} {day} and {end:%H:%M}"
    )
    way = PATHWAYS.get(found["pathway"], "by " + found["pathway"].replace("_", " "))
    parts = ("signed up", hours, way if found["pathway"] else "", MAIL[found["mail"]])
    # What a user wrote must not be read as a place to fill in.
    return " ".join(filter(None, parts)).replace("{", "{{").replace("}", "}}")


def wording(manifest: Mapping[str, Any]) -> Wording:
    """Return the words of the run that wrote a manifest."""
    kinds = manifest.get("settings", {}).get("kinds", {})
    return Wording(
        families=kind_families(manifest),
        sentences={kind: one["sentence"] for kind, one in kinds.items() if one.get("sentence")},
    )
