"""Gates: a night's numbers against those of the nights before, before it is published."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow.compute as pc

from linkage.errors import InputError
from linkage.nightly.config import Gates
from linkage.rings.read import read_manifest, read_output

SMALL = 20
"""Counts that differ by less than this do not close a gate: shares of little say little."""


@dataclass(frozen=True)
class Numbers:
    """What a night is judged by."""

    run_id: str
    rows: Mapping[str, int]
    """Rows of each input table."""
    quarantine: float
    """Share of all rows, in [0, 1]."""
    accounts: int
    rings: int
    largest: int
    """Accounts of the largest ring."""
    members: int
    enforced: int
    """Accounts in tier enforce."""
    evidence: Mapping[str, float]
    """Kind of identifier to its share of all bits that speak for rings, in [0, 1]."""
    seconds: float

    @property
    def share(self) -> float:
        """Share of all accounts that are in rings, in [0, 1]."""
        return self.members / max(self.accounts, 1)

    def as_dict(self) -> dict[str, Any]:
        """Return them as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Closed:
    """A gate that closed."""

    gate: str
    what: str
    """Which number moved, from what to what."""


@dataclass(frozen=True)
class Moved:
    """One number of a night beside what is usual, as people read it."""

    what: str
    usual: str
    """Median over the last nights."""
    tonight: str


def numbers_of(out: Path) -> Numbers:
    """Read a night's numbers from its output, and check that the output is whole.

    Raises
    ------
    InputError
        If a table is missing, or its rows are not those the manifest counted.
    """
    manifest = read_manifest(out)
    stages = {one["stage"]: one for one in manifest["stages"]}
    tables = {
        name: read_output(out, name, columns=columns) for name, columns in (
            ("rings", ["n_accounts"]), ("members", ["tier"]), ("evidence", ["kind", "bits"]))
    }
    for name, table in tables.items():
        if table.num_rows != stages["write"][name]:
            raise InputError(
                f"{out}/{name}.parquet has {table.num_rows:,} rows, its manifest counts "
                f"{stages['write'][name]:,}", fix="remove that folder and run the night again",
            )
    rings, members, evidence = (tables[name] for name in ("rings", "members", "evidence"))
    rows = {one["table"]: int(one["rows"]) for one in manifest["tables"]}
    bad = sum(int(one["quarantined"]) for one in manifest["tables"])
    for_rings = evidence.filter(pc.greater(evidence["bits"], 0))
    by_kind = for_rings.group_by("kind").aggregate([("bits", "sum")])
    total = sum(by_kind["bits_sum"].to_pylist()) or 1.0
    return Numbers(
        run_id=str(manifest["run_id"]),
        rows=rows,
        quarantine=bad / max(sum(rows.values()), 1),
        accounts=int(stages["ingest"]["accounts"]),
        rings=rings.num_rows,
        largest=int(pc.max(rings["n_accounts"]).as_py() or 0),
        members=members.num_rows,
        enforced=members.filter(pc.equal(members["tier"], "enforce")).num_rows,
        evidence={
            kind: round(bits / total, 6) for kind, bits in sorted(zip(
                by_kind["kind"].to_pylist(), by_kind["bits_sum"].to_pylist(), strict=True))
        },
        seconds=round(sum(float(one["seconds"]) for one in manifest["stages"]), 1),
    )


def closed_gates(tonight: Numbers, before: Sequence[Numbers], limits: Gates) -> tuple[Closed, ...]:
    """Return the gates that tonight does not pass.

    Parameters
    ----------
    tonight
        Its numbers.
    before
        Published nights, oldest first; the last few are compared with, by their median.
    limits
        How far numbers may move.
    """
    found: list[Closed] = []
    if tonight.share > limits.most_share:
        found.append(Closed("most_share", f"{tonight.share:.1%} of all accounts are in rings, "
                                          f"at most {limits.most_share:.1%}"))
    last = list(before)[-limits.nights:]
    if not last:
        return tuple(found)
    for table in sorted({name for night in last for name in night.rows} | set(tonight.rows)):
        usual = median(night.rows.get(table, 0) for night in last)
        found += _moved("rows", f"rows of {table}", tonight.rows.get(table, 0), usual, limits.rows)
    found += _moved("rings", "rings", tonight.rings, median(n.rings for n in last), limits.rings)
    found += _moved("largest", "accounts of the largest ring", tonight.largest,
                    median(n.largest for n in last), limits.largest)
    usual = median(n.enforced for n in last)
    if tonight.enforced > usual:
        found += _moved("enforced", "accounts in tier enforce", tonight.enforced, usual,
                        limits.enforced)
    usual = median(n.quarantine for n in last)
    if tonight.quarantine - usual > limits.quarantine:
        found.append(Closed("quarantine", f"share of rows in quarantine went from {usual:.2%} "
                                          f"to {tonight.quarantine:.2%}"))
    usual = median(n.share for n in last)
    if abs(tonight.share - usual) > limits.share:
        found.append(Closed("share", f"share of accounts in rings went from {usual:.1%} "
                                     f"to {tonight.share:.1%}"))
    for kind in sorted({name for night in last for name in night.evidence} | set(tonight.evidence)):
        usual = median(night.evidence.get(kind, 0.0) for night in last)
        now = tonight.evidence.get(kind, 0.0)
        if abs(now - usual) > limits.drift:
            found.append(Closed("drift", f"share of {kind} in the evidence went from "
                                         f"{usual:.0%} to {now:.0%}"))
    return tuple(found)


def drift(tonight: Numbers, before: Sequence[Numbers], limits: Gates) -> tuple[Moved, ...]:
    """Return what the gates compare, beside its median over the last nights.

    Parameters
    ----------
    tonight, before, limits
        As for :func:`closed_gates`.

    Returns
    -------
    tuple of Moved
        Empty when there is no night before.
    """
    last = list(before)[-limits.nights:]
    if not last:
        return ()
    tables = sorted({name for night in last for name in night.rows} | set(tonight.rows))
    kinds = sorted({name for night in last for name in night.evidence} | set(tonight.evidence))
    counts = [
        *((f"rows of {table}", tonight.rows.get(table, 0), [n.rows.get(table, 0) for n in last])
          for table in tables),
        ("rings", tonight.rings, [n.rings for n in last]),
        ("accounts of the largest ring", tonight.largest, [n.largest for n in last]),
        ("accounts in tier enforce", tonight.enforced, [n.enforced for n in last]),
    ]
    shares = [
        ("share of accounts in rings", tonight.share, [n.share for n in last]),
        ("share of rows in quarantine", tonight.quarantine, [n.quarantine for n in last]),
        *((f"share of {kind} in the evidence", tonight.evidence.get(kind, 0.0),
           [n.evidence.get(kind, 0.0) for n in last])
          for kind in kinds),
    ]
    return (
        *(Moved(what, f"{median(usual):,.0f}", f"{now:,}") for what, now, usual in counts),
        *(Moved(what, f"{median(usual):.1%}", f"{now:.1%}") for what, now, usual in shares),
    )


def _moved(gate: str, what: str, now: float, usual: float, limit: float) -> list[Closed]:
    """Return the gate of a count that moved too far."""
    if abs(now - usual) <= max(limit * usual, SMALL):
        return []
    return [Closed(gate, f"{what} went from {usual:,.0f} to {now:,.0f}")]
