"""What is said of one account to enforcement: one statement, with everything it rests on."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa

from linkage.export.reasons import action, sentences
from linkage.export.run import Run
from linkage.rings.explain import ABSENCE, PRIOR, sentence
from linkage.rings.read import Evidence
from linkage.schema import INSTANT

N_SUMMED = 4
"""Families in the summary of the evidence: the strongest identifier of each."""

MOST_CONFIDENT = 0.999
"""No statement claims more."""


@dataclass(frozen=True)
class Statement:
    """One row of a list. It stands until it is changed or retracted."""

    account_id: str
    ring_id: str
    tier: str
    confidence: float
    """That the account belongs to the ring; in [0, 1], rounded down."""
    role: str
    suggested_action: str
    evidence_summary: str
    """The strongest identifier of each family, with how many accounts hold it."""
    reasons: tuple[str, ...]
    """A sentence for each reason code, in order."""
    ring_reason: str
    n_ring_accounts: int
    first_activity_at: datetime | None
    last_activity_at: datetime | None
    account_status: str | None
    """As the provider's accounts table had it; None when it said nothing."""
    valid_until: datetime
    """Act on it no later."""
    reason_codes: tuple[str, ...]
    evidence_bits: float
    evidence_sha256: str
    """See :func:`evidence_digest`."""
    run_id: str
    """The run whose evidence this is."""

    def as_row(self) -> dict[str, Any]:
        """Return plain values for JSON: instants as ISO 8601 (UTC), lists for tuples."""
        return {name: plain(value) for name, value in vars(self).items()}


def plain(value: Any) -> Any:
    """Return one value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return list(value) if isinstance(value, tuple) else value


def statement_of(row: Mapping[str, Any]) -> Statement:
    """Return the statement of a row that :meth:`Statement.as_row` gave."""
    values: dict[str, Any] = {}
    for field in fields(Statement):
        value = row[field.name]
        if value is not None and field.name.endswith(("_at", "_until")):
            value = datetime.fromisoformat(value)
        values[field.name] = tuple(value) if isinstance(value, list) else value
    return Statement(**values)


STATEMENTS = pa.schema([
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("tier", pa.string(), nullable=False),
    pa.field("confidence", pa.float64(), nullable=False),
    pa.field("role", pa.string(), nullable=False),
    pa.field("suggested_action", pa.string(), nullable=False),
    pa.field("evidence_summary", pa.string(), nullable=False),
    pa.field("reasons", pa.list_(pa.string()), nullable=False),
    pa.field("ring_reason", pa.string(), nullable=False),
    pa.field("n_ring_accounts", pa.int64(), nullable=False),
    pa.field("first_activity_at", INSTANT),
    pa.field("last_activity_at", INSTANT),
    pa.field("account_status", pa.string()),
    pa.field("valid_until", INSTANT, nullable=False),
    pa.field("reason_codes", pa.list_(pa.string()), nullable=False),
    pa.field("evidence_bits", pa.float64(), nullable=False),
    pa.field("evidence_sha256", pa.string(), nullable=False),
    pa.field("run_id", pa.string(), nullable=False),
])
"""Columns of the lists, in order."""


def statements(run: Run, members: Iterable[Mapping[str, Any]], *, valid_until: datetime
               ) -> Iterator[Statement]:
    """Yield a statement for each of some members, by account.

    Parameters
    ----------
    run
        The run that found them.
    members
        Rows of its ``members.parquet``, each in a tier that may be exported.
    valid_until
        Until when the run's word holds.
    """
    of_account = {row["account_id"]: row for row in members}
    for account_id, rows in evidence_by_account(run.evidence(set(of_account))):
        member = of_account.pop(account_id)
        yield _statement(run, member, rows, valid_until)
    for member in of_account.values():
        yield _statement(run, member, [], valid_until)


def evidence_by_account(evidence: pa.Table) -> Iterator[tuple[str, list[Evidence]]]:
    """Yield (account, its rows of evidence, strongest first), by account."""
    ordered = evidence.sort_by([
        ("account_id", "ascending"), ("bits", "descending"), ("kind", "ascending"),
        ("identifier_id", "ascending"),
    ])
    names = [field.name for field in fields(Evidence)]
    rows = (
        row for batch in ordered.select(names).to_batches(max_chunksize=50_000)
        for row in batch.to_pylist()
    )
    for account_id, own in groupby(rows, key=itemgetter("account_id")):
        yield account_id, [Evidence(**row) for row in own]


def _statement(
    run: Run, member: Mapping[str, Any], rows: list[Evidence], valid_until: datetime
) -> Statement:
    """Put one statement together."""
    ring = run.rings[member["ring_id"]]
    status = member.get("status")
    codes = tuple(member["reason_codes"])
    return Statement(
        account_id=member["account_id"],
        ring_id=ring.ring_id,
        tier=member["tier"],
        confidence=min(math.floor(member["confidence"] * 1000) / 1000, MOST_CONFIDENT),
        role=member["role"],
        suggested_action=action(member["tier"], member["role"], status),
        evidence_summary=_summary(run, rows),
        reasons=sentences(codes),
        ring_reason=ring.tier_reason,
        n_ring_accounts=ring.n_accounts,
        first_activity_at=_whole(member.get("first_event_at")),
        last_activity_at=_whole(member.get("last_event_at")),
        account_status=status,
        valid_until=valid_until,
        reason_codes=codes,
        evidence_bits=round(member["evidence_bits"], 2),
        evidence_sha256=evidence_digest(rows),
        run_id=run.run_id,
    )


def _whole(instant: datetime | None) -> datetime | None:
    """Cut an instant to the second, as it is written."""
    return None if instant is None else instant.astimezone(UTC).replace(microsecond=0)


def _summary(run: Run, rows: list[Evidence]) -> str:
    """Say what the strongest identifier of each of the strongest families is."""
    best: dict[str, Evidence] = {}
    for row in rows:
        if row.bits > 0 and row.kind not in (PRIOR, ABSENCE):
            best.setdefault(run.family(row.kind, row.identifier_id), row)
    return "; ".join(
        f"{sentence(row, run.said)} ({_holders(row)})" for row in list(best.values())[:N_SUMMED]
    )


def _holders(row: Evidence) -> str:
    """Say how many accounts hold an identifier, and how many of them the ring has."""
    inside, total = row.n_accounts_in_ring, row.n_accounts_total
    if inside >= total:
        return f"{total:,} accounts, all in this ring"
    return f"{total:,} accounts, {inside:,} of them in this ring"


def evidence_digest(rows: Iterable[Evidence]) -> str:
    """Return the SHA-256 of an account's rows in ``evidence.parquet``, in hexadecimal.

    Of the text that has one line a row, sorted: the JSON array of kind, identifier_id, bits,
    n_accounts_total, n_accounts_in_ring, first_seen_at, last_seen_at, joined by line feeds.
    Labels do not enter, so that it is the same with and without them.
    """
    lines = sorted(
        json.dumps([
            row.kind, row.identifier_id, row.bits, row.n_accounts_total, row.n_accounts_in_ring,
            plain(row.first_seen_at), plain(row.last_seen_at),
        ]) for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
