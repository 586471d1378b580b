"""Rings over nights: which ring of tonight is which ring of before.

A ring goes on where enough of its weight does, confirmed and core members weighing most. A
ring whose accounts are all new may still be an old operation that enforcement ended: its
identifiers and its hours tell.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from linkage.rings.book import CONFIRMED, Book
from linkage.rings.respawn import ended_rings, respawned_rings
from linkage.schema import LINEAGE

SAME_OPERATION = 0.25
"""Share of a ring's weight, tonight's or the former one's, that both must have in common."""

FEWEST_IN_COMMON = 2
"""Accounts that two nights' rings must have in common to be one operation, or one's part."""

QUIET = timedelta(days=14)
"""A ring without an event for so long, at the newest event of all, is dormant."""

CONTINUES, MERGED_INTO, SPLIT_FROM, RESPAWNED_FROM = (
    "CONTINUES", "MERGED_INTO", "SPLIT_FROM", "RESPAWNED_FROM"
)
LOST = "LOST"
"""Relation of a ring of last night of which nothing is found tonight."""


@dataclass(frozen=True)
class Followed:
    """How tonight's rings are called and what became of them."""

    names: dict[str, str]
    """Tonight's id made from members to the id that stays."""
    lineage: dict[str, str]
    """Id that stays to ``new``, ``continued``, ``grown``, ``shrunk``, ``merged``, ``split``,
    ``respawned`` or ``dormant``."""
    relations: pa.Table
    """lineage.parquet: one row per relation, by ring_id, relation, other_ring_id."""


def follow(
    tonight: Book, former: Book, *, confirmed: Collection[str] = (), newest: datetime | None = None
) -> Followed:
    """Compare tonight's rings with those of before.

    Parameters
    ----------
    tonight
        Rings named after their members.
    former
        Rings of the last night, and those last found before it.
    confirmed
        Former rings that people confirmed: all their members weigh as confirmed.
    newest
        The newest event of any account (UTC); None when there is none.

    Examples
    --------
    >>> from linkage.rings.book import no_book
    >>> follow(no_book(), no_book()).names
    {}
    """
    alike = [
        pair for pair in _overlaps(tonight, former, confirmed)
        if pair.n >= FEWEST_IN_COMMON and max(pair.of_then, pair.of_now) >= SAME_OPERATION
    ]
    kept = _continued(alike)
    names = _names(tonight, former, kept)
    was_found = set(former.rings.filter(former.rings["is_found"])["ring_id"].to_pylist())
    relations: list[Relation] = [
        (names[pair.now], CONTINUES, pair.then, pair.of_then)
        for pair in alike if kept.get(pair.now) == pair.then
    ]
    relations += _merged(alike, kept, names, was_found)
    split = _split(alike, kept)
    newcomers = set(names) - set(kept) - {now for now, _, _ in split}
    quiet = _quiet(tonight, newest)
    respawned = respawned_rings(tonight, former, newcomers, ended_rings(former, kept, quiet))
    relations += [(names[now], SPLIT_FROM, then, share) for now, then, share in split]
    relations += [(names[now], RESPAWNED_FROM, then, share) for now, then, share in respawned]
    gone = was_found - set(kept.values()) - {row[0] for row in relations}
    relations += [(ring_id, LOST, None, 0.0) for ring_id in gone]
    table = _relations(relations, tonight, former, names)
    return Followed(names, _lineage(table, names, kept, quiet), table)


@dataclass(frozen=True)
class _Pair:
    """Two nights' rings with accounts in common."""

    now: str
    then: str
    n: int
    of_now: float
    """Share of tonight's ring, by weight."""
    of_then: float


def _overlaps(tonight: Book, former: Book, confirmed: Collection[str]) -> list[_Pair]:
    """List pairs of rings with accounts in common, the heaviest first."""
    now, then = tonight.members.to_pandas(), former.members.to_pandas()
    then.loc[then["ring_id"].isin(list(confirmed)), "weight"] = CONFIRMED
    whole_now = now.groupby("ring_id")["weight"].sum()
    whole_then = then.groupby("ring_id")["weight"].sum()
    both = now.merge(then, on="account_id", suffixes=("_now", "_then"))
    both["weight"] = both[["weight_now", "weight_then"]].max(axis=1)
    pairs = both.groupby(["ring_id_now", "ring_id_then"], as_index=False).agg(
        n=("account_id", "size"), now_weight=("weight_now", "sum"),
        then_weight=("weight_then", "sum"), weight=("weight", "sum"),
    ).rename(columns={"ring_id_now": "now", "ring_id_then": "then"})
    pairs["of_now"] = pairs["now_weight"] / pairs["now"].map(whole_now)
    pairs["of_then"] = pairs["then_weight"] / pairs["then"].map(whole_then)
    pairs = pairs.sort_values(["weight", "then", "now"], ascending=[False, True, True])
    columns = [pairs[name].tolist() for name in ("now", "then", "n", "of_now", "of_then")]
    return [_Pair(*row) for row in zip(*columns, strict=True)]


def _continued(alike: list[_Pair]) -> dict[str, str]:
    """Give each former id to the ring that has most in common with it, heaviest pairs first."""
    kept: dict[str, str] = {}
    taken: set[str] = set()
    for pair in alike:
        if pair.now not in kept and pair.then not in taken:
            kept[pair.now] = pair.then
            taken.add(pair.then)
    return kept


def _names(tonight: Book, former: Book, kept: dict[str, str]) -> dict[str, str]:
    """Return every ring's id: the one it keeps, or one that was never given before."""
    given = set(former.rings["ring_id"].to_pylist())
    names = {}
    for ring_id in tonight.rings["ring_id"].to_pylist():
        name, turn = kept.get(ring_id, ring_id), 0
        while ring_id not in kept and name in given:
            turn += 1
            name = "ring-" + hashlib.sha256(f"{ring_id}/{turn}".encode()).hexdigest()[:12]
        given.add(name)
        names[ring_id] = name
    return names


Relation = tuple[str, str, str | None, float]


def _merged(
    alike: list[_Pair], kept: dict[str, str], names: dict[str, str], was_found: set[str]
) -> list[Relation]:
    """List last night's rings that another ring took in."""
    lost = was_found - set(kept.values())
    into: dict[str, _Pair] = {}
    for pair in alike:
        if pair.then in lost and pair.of_then >= SAME_OPERATION:
            into.setdefault(pair.then, pair)
    return [(then, MERGED_INTO, names[pair.now], pair.of_then) for then, pair in into.items()]


def _split(
    alike: list[_Pair], kept: dict[str, str]
) -> list[tuple[str, str, float]]:
    """List new rings made of a former ring's members: now, then, share of the new ring."""
    return [
        (pair.now, pair.then, pair.of_now) for pair in alike
        if pair.now not in kept and pair.of_now >= SAME_OPERATION
    ]


def _quiet(book: Book, newest: datetime | None) -> set[str]:
    """Return the rings that have long had no event."""
    if newest is None:
        return set()
    quiet = pc.less(book.rings["last_event_at"], pa.scalar(newest - QUIET))
    return set(book.rings.filter(pc.fill_null(quiet, False))["ring_id"].to_pylist())


def _members(book: Book, names: dict[str, str]) -> dict[str, set[str]]:
    """Return the accounts of some rings, by another name."""
    rows = book.members.filter(pc.is_in(book.members["ring_id"], pa.array(names, pa.string())))
    return {
        names[str(ring)]: set(part["account_id"])
        for ring, part in rows.to_pandas().groupby("ring_id")
    }


def _relations(
    rows: list[Relation], tonight: Book, former: Book, names: dict[str, str]
) -> pa.Table:
    """Make lineage.parquet, with the sizes before and now of the row's ring."""
    told = {row[0] for row in rows}
    now_by = _members(tonight, {ring: name for ring, name in names.items() if name in told})
    then_by = _members(former, {name: name for name in told})
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2] or ""))
    sizes = [(then_by.get(row[0], set()), now_by.get(row[0], set())) for row in ordered]
    return pa.table({
        "ring_id": [row[0] for row in ordered],
        "relation": [row[1] for row in ordered],
        "other_ring_id": [row[2] for row in ordered],
        "overlap": [round(row[3], 6) for row in ordered],
        "n_accounts_before": [len(then) for then, _ in sizes],
        "n_accounts": [len(now) for _, now in sizes],
        "n_joined": [len(now - then) for then, now in sizes],
        "n_left": [len(then - now) for then, now in sizes],
    }, schema=LINEAGE)


def _lineage(
    relations: pa.Table, names: dict[str, str], kept: dict[str, str], quiet: set[str]
) -> dict[str, str]:
    """Say in a word what became of each ring."""
    rows = relations.to_pylist()
    by_relation = {
        relation: {row["ring_id"] for row in rows if row["relation"] == relation}
        for relation in (SPLIT_FROM, RESPAWNED_FROM)
    }
    took_in = {row["other_ring_id"] for row in rows if row["relation"] == MERGED_INTO}
    change = {
        row["ring_id"]: row["n_accounts"] - row["n_accounts_before"]
        for row in rows if row["relation"] == CONTINUES
    }

    def word(ring_id: str, name: str) -> str:
        if ring_id not in kept:
            if name in by_relation[SPLIT_FROM]:
                return "split"
            if name in by_relation[RESPAWNED_FROM]:
                return "respawned"
            return "merged" if name in took_in else "new"
        if name in took_in:
            return "merged"
        if ring_id in quiet:
            return "dormant"
        return "grown" if change[name] > 0 else "shrunk" if change[name] < 0 else "continued"

    return {name: word(ring_id, name) for ring_id, name in names.items()}
