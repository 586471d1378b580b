"""Rings that go on with new accounts after enforcement, known again by means and habits."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.rings.book import Book
from linkage.signals import NEVER_ALONE

SAME_HAND = 0.2
"""Share of a new ring's identifiers, by weight, that a former ring must have held already."""

SAME_HOURS = 0.9
"""Cosine of two weeks of activity above which habits count as a family of evidence."""

MOSTLY_BANNED = 0.5


def respawned_rings(
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


def ended_rings(former: Book, kept: dict[str, str], quiet: set[str]) -> set[str]:
    """Return former rings that enforcement or their operator ended."""
    rings = former.rings
    banned = pc.greater_equal(
        rings["n_banned"], pc.multiply(rings["n_accounts"].cast(pa.float64()), MOSTLY_BANNED)
    )
    mostly = set(rings.filter(banned)["ring_id"].to_pylist())
    asleep = {kept[ring_id] for ring_id in quiet if ring_id in kept}
    return (set(rings["ring_id"].to_pylist()) - set(kept.values())) | mostly | asleep


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
