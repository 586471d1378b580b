"""One ring at a glance: what holds it together, who is in it, when it was seen."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from linkage.rings.profile import Profile, read_profile
from linkage.rings.read import (
    Member,
    Pivot,
    Ring,
    TimelineDay,
    find_ring,
    read_manifest,
    read_members,
    read_output,
    read_pivots,
    read_timeline,
)
from linkage.rings.wording import Wording, wording
from linkage.signals import signal


@dataclass(frozen=True)
class RingIdentifier:
    """One identifier of a ring."""

    kind: str
    family: str
    identifier_id: str
    sentence: str
    n_accounts_total: int
    n_accounts_in_ring: int
    coverage: float
    """Share of the ring that holds it, in [0, 1]."""
    bits: float
    """Sum over the members that hold it."""
    creates: bool = True
    """May it tie accounts by itself, or only corroborate?"""


@dataclass(frozen=True)
class FamilyShare:
    """What one family of evidence adds to a ring."""

    family: str
    n_identifiers: int
    bits: float
    """Sum over members."""
    coverage: float
    """Share of the ring that holds any identifier of it, in [0, 1]."""


@dataclass(frozen=True)
class RingDay:
    """Accounts whose shared identifiers were seen for the first, or last, time that day (UTC)."""

    day: date
    n_first: int
    n_last: int


@dataclass(frozen=True)
class RingView:
    """One ring with the tables an investigator asks for first."""

    ring: Ring
    identifiers: tuple[RingIdentifier, ...]
    """By falling sum of bits."""
    families: tuple[FamilyShare, ...]
    """By falling sum of bits."""
    members: tuple[Member, ...]
    """Most confident first."""
    days: tuple[RingDay, ...]
    """In order; days on which nothing began or ended are left out."""
    profile: Profile | None
    """What it is after; None without prompts."""
    timeline: tuple[TimelineDay, ...]
    """In order; days without conversations and births are left out."""
    pivots: tuple[Pivot, ...]
    """In order."""

    @property
    def first_burst(self) -> TimelineDay | None:
        """The first day on which members were born in a burst; None when there is none."""
        return next((day for day in self.timeline if day.is_burst), None)

    @property
    def n_by_role(self) -> dict[str, int]:
        """Members per role, core first."""
        roles = [member.role for member in self.members]
        return {role: roles.count(role) for role in ("core", "member", "periphery")}


def ring_view(out: Path, ring_id: str) -> RingView:
    """Return everything the output says of one ring.

    Parameters
    ----------
    out
        A folder that a run wrote.
    ring_id
        A ring's id, or as much of its start as no other ring shares.

    Raises
    ------
    InputError
        If there is no such ring, or several.
    """
    ring = find_ring(out, ring_id)
    evidence = read_output(out, "evidence", filters=[("ring_id", "=", ring.ring_id)])
    held = evidence.filter(pc.not_equal(evidence["identifier_id"], ""))
    words = wording(read_manifest(out))
    identifiers = ring_identifiers(
        held, {ring.ring_id: ring.n_accounts}, words=words
    ).get(ring.ring_id, ())
    return RingView(
        ring=ring,
        identifiers=identifiers,
        families=_families(held, ring, words),
        members=read_members(out, ring.ring_id),
        days=ring_days(held),
        profile=read_profile(ring.capability_profile),
        timeline=read_timeline(out, ring.ring_id),
        pivots=read_pivots(out, ring.ring_id),
    )


def ring_identifiers(
    evidence: pa.Table, n_accounts: dict[str, int], *, words: Wording, most: int | None = None
) -> dict[str, tuple[RingIdentifier, ...]]:
    """Return each ring's identifiers by falling sum of bits.

    Parameters
    ----------
    evidence
        Rows of ``evidence.parquet`` that are about an identifier.
    n_accounts
        Accounts per ring.
    words
        Families and sentences of kinds.
    most
        Keep so many per ring; None keeps all.
    """
    keys = ["ring_id", "kind", "identifier_id"]
    if "creates" not in evidence.column_names:
        evidence = evidence.append_column("creates", pa.nulls(evidence.num_rows, pa.bool_()))
    # One thread, or sums differ in their last bits and ties fall one way or the other.
    sums = evidence.group_by(keys, use_threads=False).aggregate([
        ("bits", "sum"), ("label", "max"), ("n_accounts_total", "max"),
        ("n_accounts_in_ring", "max"), ("creates", "max"),
    ]).to_pandas()
    sums = sums.sort_values(["ring_id", "bits_sum", "kind", "identifier_id"],
                            ascending=[True, False, True, True])
    chosen = sums if most is None else sums.groupby("ring_id").head(most)
    kinds = chosen["kind"].unique().tolist()
    family = {kind: words.family(kind) for kind in kinds}
    is_qualifier = {kind: signal(kind).is_qualifier for kind in kinds}
    chosen = chosen.assign(
        named=chosen["label_max"].notna(), said=chosen["creates_max"].notna())
    columns = [chosen[name].tolist() for name in (
        "ring_id", "kind", "identifier_id", "label_max", "named", "n_accounts_total_max",
        "n_accounts_in_ring_max", "bits_sum", "creates_max", "said",
    )]
    found: dict[str, list[RingIdentifier]] = {}
    for ring_id, kind, identifier_id, label, named, n_total, n_in_ring, bits, creates, said in zip(
        *columns, strict=True
    ):
        found.setdefault(ring_id, []).append(RingIdentifier(
            kind=kind,
            family=family[kind],
            identifier_id=identifier_id,
            sentence=words.says(kind, (named and label) or identifier_id[:8]),
            n_accounts_total=int(n_total),
            n_accounts_in_ring=int(n_in_ring),
            coverage=n_in_ring / n_accounts[ring_id],
            bits=bits,
            creates=bool(creates) if said else not is_qualifier[kind],
        ))
    return {ring_id: tuple(rows) for ring_id, rows in found.items()}


def _families(held: pa.Table, ring: Ring, words: Wording) -> tuple[FamilyShare, ...]:
    """Add up one ring's evidence per family."""
    rows = held.select(["account_id", "kind", "identifier_id", "bits"]).to_pandas()
    rows["family"] = rows["kind"].map(words.family)
    shares = [
        FamilyShare(
            family=str(family),
            n_identifiers=len(part[["kind", "identifier_id"]].drop_duplicates()),
            bits=float(part["bits"].sum()),
            coverage=part["account_id"].nunique() / ring.n_accounts,
        )
        for family, part in rows.groupby("family")
    ]
    return tuple(sorted(shares, key=lambda share: (-share.bits, share.family)))


def ring_days(held: pa.Table) -> tuple[RingDay, ...]:
    """Count accounts per day of their first and last shared identifier.

    Parameters
    ----------
    held
        Rows of ``evidence.parquet`` of one ring that are about an identifier.
    """
    spans = held.group_by("account_id").aggregate(
        [("first_seen_at", "min"), ("last_seen_at", "max")]
    ).to_pandas()
    first = spans["first_seen_at_min"].dropna().dt.date.value_counts()
    last = spans["last_seen_at_max"].dropna().dt.date.value_counts()
    return tuple(
        RingDay(day, int(first.get(day, 0)), int(last.get(day, 0)))
        for day in sorted({*first.index, *last.index})
    )
