"""Reads what a run wrote: rings, members, evidence and the manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.errors import InputError

Filters = list[tuple[str, str, Any]]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Ring:
    """One row of ``rings.parquet``."""

    ring_id: str
    n_accounts: int
    score: float
    """Strength in [0, 1], for ranking."""
    tier: str
    tier_reason: str
    n_events: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    first_created_at: datetime | None
    last_created_at: datetime | None
    capability_profile: str | None
    lineage: str
    families: tuple[str, ...]
    """Independent families of evidence that hold the ring together."""
    n_core: int
    looks_like: str | None = None
    """Innocent group that a ring at watch or benign looks like; None for none."""


@dataclass(frozen=True)
class Member:
    """One row of ``members.parquet``."""

    ring_id: str
    account_id: str
    confidence: float
    """In [0, 1]."""
    tier: str
    role: str
    reason_codes: tuple[str, ...]
    evidence_bits: float
    stability: float | None = None
    """Share of the times that it is found again with a fifth of the identifiers gone; None
    below review."""


@dataclass(frozen=True)
class TimelineDay:
    """One row of ``timeline.parquet``: one day (UTC) of a ring."""

    ring_id: str
    day: date
    n_conversations: int
    n_active: int
    """Members with a conversation."""
    n_born: int
    is_burst: bool
    """Whether more members were born than everyone else's pace explains."""


@dataclass(frozen=True)
class Pivot:
    """One row of ``pivots.parquet``: a ring's move to a model that was new."""

    ring_id: str
    model: str
    appeared_on: date
    """Day on which anyone first used it."""
    adopted_on: date
    """Day on which the ring first did."""
    n_conversations: int
    """With it, in the ring's first week on it."""
    share: float
    """Of the ring's conversations in that week, in [0, 1]."""
    population_share: float
    """Of those of accounts in no ring, in the same week."""


@dataclass(frozen=True)
class Evidence:
    """One row of ``evidence.parquet``."""

    ring_id: str
    account_id: str
    kind: str
    identifier_id: str
    """Keyed hash; empty for a row that is about the account and no identifier."""
    label: str | None
    bits: float
    n_accounts_total: int
    n_accounts_in_ring: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    creates: bool | None = None
    """May the identifier tie accounts by itself? False for qualifiers and for what strangers
    share as well (hubs, shared networks, placeholders); None where nobody said."""


def read_output(
    out: Path, name: str, *, filters: Filters | None = None, columns: list[str] | None = None
) -> pa.Table:
    """Return one table of an output folder, or the rows that pass the filters.

    Parameters
    ----------
    out
        A folder that a run wrote.
    name
        ``rings``, ``members``, ``evidence``, ``capabilities``, ``timeline`` or ``pivots``.
    filters
        (column, operator, value) triples that must all hold.
    columns
        What to read of what is there; None reads all.

    Raises
    ------
    InputError
        If the file is missing or is not Parquet.
    """
    path = out / f"{name}.parquet"
    try:
        known = columns and [name for name in pq.read_schema(path).names if name in columns]
        return pq.read_table(path, filters=filters, columns=known)
    except (OSError, pa.ArrowInvalid) as error:
        problem = f"cannot read {path}" if path.exists() else f"{out} has no {name}.parquet"
        raise InputError(problem, fix="give the folder that linkage run --out wrote") from error


def read_manifest(out: Path) -> dict[str, Any]:
    """Return the manifest of an output folder.

    Raises
    ------
    InputError
        If it is missing or is not JSON.
    """
    path = out / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}", fix="give the folder that linkage run --out wrote"
        ) from error
    return manifest


def n_reported_groups(out: Path) -> int:
    """Return how many reported groups a run judged."""
    return len(read_output(out, "groups"))


def read_rings(out: Path) -> tuple[Ring, ...]:
    """Return every ring, in the order of the file: by falling score."""
    return tuple(_rows(Ring, read_output(out, "rings")))


def find_ring(out: Path, ring_id: str) -> Ring:
    """Return the ring of this id, or the only one whose id starts with it.

    Raises
    ------
    InputError
        If there is no such ring, or several.
    """
    rings = read_rings(out)
    exact = [ring for ring in rings if ring.ring_id == ring_id]
    found = exact or [ring for ring in rings if ring_id and ring.ring_id.startswith(ring_id)]
    if len(found) > 1:
        some = ", ".join(ring.ring_id for ring in found[:5])
        raise InputError(f"{len(found)} rings start with {ring_id}: {some}", fix="give more of it")
    if not found:
        raise InputError(
            f"{out} has no ring {ring_id}",
            fix=f"its rings are listed in {out / 'rings.parquet'}"
            + (f", the first is {rings[0].ring_id}" if rings else "; this run found none"),
        )
    return found[0]


def find_member(out: Path, account_id: str) -> Member | None:
    """Return the membership of an account; None when it is in no ring."""
    rows = _rows(Member, read_output(out, "members", filters=[("account_id", "=", account_id)]))
    return rows[0] if rows else None


def read_members(out: Path, ring_id: str) -> tuple[Member, ...]:
    """Return the members of a ring, most confident first."""
    return members_of(read_output(out, "members", filters=[("ring_id", "=", ring_id)]))


def members_of(rows: pa.Table) -> tuple[Member, ...]:
    """Return rows of ``members.parquet`` as members, most confident first."""
    members = _rows(Member, rows)
    return tuple(sorted(members, key=lambda member: (-member.confidence, member.account_id)))


def read_timeline(out: Path, ring_id: str) -> tuple[TimelineDay, ...]:
    """Return the days of a ring on which it talked or had accounts born, in order."""
    rows = read_output(out, "timeline", filters=[("ring_id", "=", ring_id)])
    return tuple(_rows(TimelineDay, rows))


def read_pivots(out: Path, ring_id: str) -> tuple[Pivot, ...]:
    """Return the moves of a ring to new models, in order."""
    return tuple(_rows(Pivot, read_output(out, "pivots", filters=[("ring_id", "=", ring_id)])))


def read_evidence(out: Path, member: Member) -> tuple[Evidence, ...]:
    """Return the evidence rows of one member, strongest first."""
    filters = [("ring_id", "=", member.ring_id), ("account_id", "=", member.account_id)]
    evidence = _rows(Evidence, read_output(out, "evidence", filters=filters))
    return tuple(sorted(evidence, key=lambda row: (-row.bits, row.kind, row.identifier_id)))


def read_optional(out: Path, name: str, *, filters: Filters | None = None) -> pa.Table | None:
    """Return a table that not every run publishes; None when it is not there."""
    if not (out / f"{name}.parquet").exists():
        return None
    return read_output(out, name, filters=filters)


def kind_families(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the family of each kind, as the run took it.

    Examples
    --------
    >>> kind_families({"estimates": [{"kind": "referral", "family": "link"}]})
    {'referral': 'link'}
    """
    return {
        one["kind"]: one["family"] for one in manifest.get("estimates", ()) if "family" in one
    }


def _rows(form: type[Row], table: pa.Table) -> list[Row]:
    """Build the rows' dataclasses; columns that they do not know are left out."""
    columns = {
        name: [tuple(one or ()) for one in values] if is_many else values
        for name, is_many in _fields_of(form)  # type: ignore[arg-type]
        if name in table.column_names
        for values in [table[name].to_pylist()]
    }
    return [
        form(**dict(zip(columns, values, strict=True)))
        for values in zip(*columns.values(), strict=True)
    ]


@cache
def _fields_of(form: Any) -> tuple[tuple[str, bool], ...]:
    """Names of a row's fields, and whether each holds many values."""
    return tuple((f.name, str(f.type).startswith("tuple")) for f in fields(form))
