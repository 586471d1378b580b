"""Who may be named to enforcement, and why somebody may not."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.export.ledger import Answer
from linkage.export.reasons import SHARES
from linkage.export.run import Run
from linkage.rings.explain import ABSENCE, PRIOR
from linkage.schema import TIERS
from linkage.signals import NEVER_ALONE

LEAST_BITS = 1.0
"""A family that adds less to an account is not counted as evidence of its own."""

WHY_NOT = {
    "allowlisted": "is on the allowlist",
    "reinstated": "was reinstated",
    "appealed": "has an appeal that is not decided",
    "refused": "enforcement refused to act on it",
    "decided_benign": "a person decided that it is benign",
    "decided_disputed": "a person disputes the finding",
    "one_family": "only one family of evidence, or only place and time, speaks against it",
    "weaker_tier": "is now in a weaker tier than these lists are for",
    "left_ring": "is in no ring any more",
}
"""Code to what is told when an account may not be listed."""

QUIET = ("weaker_tier", "left_ring")
"""Codes of accounts that nobody held back: the run itself does not name them."""


class Screen:
    """Tells which accounts of a run may leave."""

    def __init__(
        self, run: Run, *, min_tier: str, allowed: frozenset[str], answers: Mapping[str, Answer]
    ) -> None:
        self._tiers = TIERS[: TIERS.index(min_tier) + 1]
        self._rings = run.rings
        self._allowed = allowed
        self._answers = answers
        self._members = {row["account_id"]: row for row in run.members}
        enforced = [row for row in run.members if row["tier"] == "enforce"]
        self._evident = _two_families(run, enforced) if enforced else frozenset()

    def why_not(self, account_id: str) -> str:
        """Return the code of why an account may not be listed, empty when it may."""
        answer = self._answers.get(account_id)
        if account_id in self._allowed:
            return "allowlisted"
        if answer and answer.answer != "done":
            return answer.answer
        member = self._members.get(account_id)
        if member is None:
            return "left_ring"
        for code in ("decided_benign", "decided_disputed"):
            if code in member["reason_codes"]:
                return code
        if not {member["tier"], self._rings[member["ring_id"]].tier} <= set(self._tiers):
            return "weaker_tier"
        if member["tier"] == "enforce" and account_id not in self._evident:
            return "one_family"
        return ""

    def listed(self) -> tuple[dict[str, Any], ...]:
        """Return the members that may leave, by account."""
        return tuple(row for name, row in self._members.items() if not self.why_not(name))

    def held_back(self) -> dict[str, str]:
        """Return the members that something holds back, with the code of what does."""
        codes = {name: self.why_not(name) for name in self._members}
        return {name: code for name, code in codes.items() if code and code not in QUIET}


def _two_families(run: Run, members: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the accounts that two families speak against, one not of place or time.

    Both the reason codes and the rows of evidence must say so: an account is not enforced on
    the word of one column.
    """
    coded = {
        row["account_id"]: {code.removeprefix(SHARES) for code in row["reason_codes"]
                            if code.startswith(SHARES)}
        for row in members
    }
    bits: dict[tuple[str, str], float] = {}
    rows = run.evidence(set(coded)).select(["account_id", "kind", "identifier_id", "bits"])
    for row in rows.to_pylist():
        if row["kind"] not in (PRIOR, ABSENCE):
            key = row["account_id"], run.family(row["kind"], row["identifier_id"])
            bits[key] = bits.get(key, 0.0) + row["bits"]
    shown: dict[str, set[str]] = {}
    for (account_id, family), total in bits.items():
        if total >= LEAST_BITS:
            shown.setdefault(account_id, set()).add(family)
    return frozenset(
        name for name, codes in coded.items()
        if _are_two(codes) and _are_two(shown.get(name, set()))
    )


def _are_two(families: set[str]) -> bool:
    """Tell whether there are two families, one of them not of place or time."""
    return len(families) >= 2 and bool(families - set(NEVER_ALONE))


def read_allowlist(path: Path | None) -> frozenset[str]:
    """Return the accounts that may never be listed.

    Parameters
    ----------
    path
        A text file with an account id a line; empty lines and lines that start with ``#`` do
        not count. None stands for an empty list.

    Raises
    ------
    InputError
        If it cannot be read: an export without its allowlist would name people it must not.
    """
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the allowlist {path}", fix="give a UTF-8 text file, one account a line"
        ) from error
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
