"""Rings over nights: which ring of tonight is which ring of before.

A ring goes on where enough of its weight does, confirmed and core members weighing most. A
ring whose accounts are all new may still be an old operation that enforcement ended: its
identifiers and its hours tell.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.rings.book import CONFIRMED, Book
from linkage.schema import LINEAGE
from linkage.signals import NEVER_ALONE

SAME_OPERATION = 0.25
"""Share of a ring's weight, tonight's or the former one's, that both must have in common."""

FEWEST_IN_COMMON = 2
"""Accounts that two nights' rings must have in common to be one operation, or one's part."""

SAME_HAND = 0.2
"""Share of a new ring's identifiers, by weight, that a former ring must have held already."""

SAME_HOURS = 0.9
"""Cosine of two weeks of activity above which habits count as a family of evidence."""

MOSTLY_BANNED = 0.5

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
    overlaps = _overlaps(tonight, former, confirmed)
    alike = overlaps[
        (overlaps["n"] >= FEWEST_IN_COMMON)
        & (overlaps[["of_then", "of_now"]].max(axis=1) >= SAME_OPERATION)
    ]
    kept = _continued(alike)
    names = _names(tonight, former, kept)
    was_found = set(former.rings.filter(former.rings["is_found"])["ring_id"].to_pylist())
    relations = [
        (names[row.now], CONTINUES, row.then, row.of_then)
        for row in alike.itertuples() if kept.get(row.now) == row.then
    ]
    relations += _merged(alike, kept, names, was_found)
    split = _split(alike, kept, names)
    newcomers = set(names) - set(kept) - {row[0] for row in split}
    quiet = _quiet(tonight, newest)
    respawned = _respawned(tonight, former, newcomers, _ended(former, kept, quiet))
    relations += [(names[now], SPLIT_FROM, then, share) for now, then, share in split]
    relations += [(names[now], RESPAWNED_FROM, then, share) for now, then, share in respawned]
    gone = was_found - set(kept.values()) - {row[0] for row in relations}
    relations += [(ring_id, LOST, None, 0.0) for ring_id in gone]
    table = _relations(relations, tonight, former, names)
    return Followed(names, _lineage(table, names, kept, quiet), table)


def _overlaps(tonight: Book, former: Book, confirmed: Collection[str]) -> pd.DataFrame:
    """List pairs of rings with accounts in common: now, then, n, weight, of_then, of_now."""
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
    ordered: pd.DataFrame = pairs.sort_values(
        ["weight", "then", "now"], ascending=[False, True, True]
    )
    return ordered


def _continued(alike: pd.DataFrame) -> dict[str, str]:
    """Give each former id to the ring that has most in common with it, heaviest pairs first."""
    kept: dict[str, str] = {}
    taken: set[str] = set()
    for row in alike.itertuples():
        if row.now not in kept and row.then not in taken:
            kept[row.now] = row.then
            taken.add(row.then)
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
    alike: pd.DataFrame, kept: dict[str, str], names: dict[str, str], was_found: set[str]
) -> list[Relation]:
    """List last night's rings that another ring took in."""
    lost = alike[~alike["then"].isin(list(kept.values())) & alike["then"].isin(list(was_found))]
    into = lost[lost["of_then"] >= SAME_OPERATION].drop_duplicates("then")
    return [(row.then, MERGED_INTO, names[row.now], row.of_then) for row in into.itertuples()]


def _split(
    alike: pd.DataFrame, kept: dict[str, str], names: dict[str, str]
) -> list[tuple[str, str, float]]:
    """List new rings made of a former ring's members: now, then, share of the new ring."""
    pieces = alike[~alike["now"].isin(list(kept)) & (alike["of_now"] >= SAME_OPERATION)]
    return [(row.now, row.then, row.of_now) for row in pieces.itertuples() if row.now in names]


def _respawned(
    tonight: Book, former: Book, newcomers: set[str], ended: set[str]
) -> list[tuple[str, str, float]]:
    """List new rings that go on with an ended ring's means: now, then, share of identifiers."""
    now = tonight.identifiers.to_pandas()
    now = now[now["ring_id"].isin(list(newcomers))]
    then = former.identifiers.to_pandas()
    then = then[then["ring_id"].isin(list(ended))]
    if not len(now) or not len(then):
        return []
    both = now.merge(then, on="identifier_id", suffixes=("_now", "_then"))
    pairs = both.groupby(["ring_id_now", "ring_id_then"]).agg(
        weight=("weight_now", "sum"), families=("family_now", lambda names: set(names)),
    ).reset_index()
    pairs["share"] = pairs["weight"] / pairs["ring_id_now"].map(
        now.groupby("ring_id")["weight"].sum()
    )
    pairs = pairs[pairs["share"] >= SAME_HAND].sort_values(
        ["share", "ring_id_then"], ascending=[False, True]
    )
    week_now, week_then = _weeks(tonight), _weeks(former)
    found: dict[str, tuple[str, float]] = {}
    for row in pairs.itertuples():
        habits = _cosine(week_now.get(row.ring_id_now), week_then.get(row.ring_id_then))
        n_kinds = len(row.families) + (habits >= SAME_HOURS)
        if n_kinds >= 2 and row.families - set(NEVER_ALONE):
            found.setdefault(row.ring_id_now, (row.ring_id_then, row.share))
    return [(now, then, share) for now, (then, share) in sorted(found.items())]


def _ended(former: Book, kept: dict[str, str], quiet: set[str]) -> set[str]:
    """Return former rings that enforcement or their operator ended."""
    rings = former.rings
    banned = pc.greater_equal(
        rings["n_banned"], pc.multiply(rings["n_accounts"].cast(pa.float64()), MOSTLY_BANNED)
    )
    mostly = set(rings.filter(banned)["ring_id"].to_pylist())
    asleep = {kept[ring_id] for ring_id in quiet if ring_id in kept}
    return (set(rings["ring_id"].to_pylist()) - set(kept.values())) | mostly | asleep


def _quiet(book: Book, newest: datetime | None) -> set[str]:
    """Return the rings that have long had no event."""
    if newest is None:
        return set()
    quiet = pc.less(book.rings["last_event_at"], pa.scalar(newest - QUIET))
    return set(book.rings.filter(pc.fill_null(quiet, False))["ring_id"].to_pylist())


def _weeks(book: Book) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return each ring's events by hour of the week."""
    weeks = {}
    for ring_id, rows in book.hours.to_pandas().groupby("ring_id"):
        week = np.zeros(168)
        week[rows["hour_of_week"].to_numpy()] = rows["n_events"].to_numpy()
        weeks[str(ring_id)] = week
    return weeks


def _cosine(
    one: np.ndarray[tuple[int], np.dtype[np.float64]] | None,
    other: np.ndarray[tuple[int], np.dtype[np.float64]] | None,
) -> float:
    """Likeness of two weeks in [0, 1]; 0 where one is unknown."""
    if one is None or other is None:
        return 0.0
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def _relations(
    rows: list[Relation], tonight: Book, former: Book, names: dict[str, str]
) -> pa.Table:
    """Make lineage.parquet, with the sizes before and now of the row's ring."""
    now_by = {
        names[ring]: set(part["account_id"])
        for ring, part in tonight.members.to_pandas().groupby("ring_id")
    }
    then_by = {
        str(ring): set(part["account_id"])
        for ring, part in former.members.to_pandas().groupby("ring_id")
    }
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
