"""When each ring was born, when it works, and when it moves to a new model."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.special import pdtrc

from linkage.queries import query
from linkage.schema import PIVOTS, TIMELINE
from linkage.store import Store

Ints = npt.NDArray[np.int64]

MIN_BURST = 3
"""Accounts born on one day below which it is no burst."""
BURST_CHANCE = 1e-3
"""Chance, over all days of a ring, that births at everyone else's pace look like a burst."""

PIVOT_DAYS = 7
"""Days from a ring's first use of a new model in which it is measured."""
PIVOT_SHARE = 0.5
"""Share of the ring's conversations in those days that makes a pivot."""
MIN_PIVOT = 10
"""Conversations in those days below which nothing is said."""

_NOBODY = -1


def timeline(store: Store, ring_ids: pa.Array) -> pa.Table:
    """Return ``timeline.parquet``: the days on which a ring talked or had accounts born.

    Parameters
    ----------
    store
        The stage tables, ``member`` among them.
    ring_ids
        (n_rings,) id of each ring, by number.
    """
    talked = store.arrow(query("rings", "ring_day").body).to_pandas()
    born = _with_bursts(_ringed(store, "born_day"))
    days = talked.merge(born, on=["ring", "day"], how="outer").sort_values(["ring", "day"])
    counts = {
        name: days[name].fillna(0).to_numpy(np.int64)
        for name in ("n_conversations", "n_active", "n_born")
    }
    table = pa.table({
        "ring_id": ring_ids.take(pa.array(days["ring"].to_numpy(np.int64))),
        "day": pa.array(days["day"].to_numpy(np.int32)).cast(pa.date32()),
        **counts,
        "is_burst": days["is_burst"].eq(True).to_numpy(bool),
    })
    return table.cast(TIMELINE).sort_by([("ring_id", "ascending"), ("day", "ascending")])


def pivots(store: Store, ring_ids: pa.Array) -> pa.Table:
    """Return ``pivots.parquet``: rings that took up a model that was new, and how far.

    A model is new when nobody named it on the first day on which any was named. A ring has
    moved to it when at least half its conversations in the week from its own first use are
    with it.
    """
    models = store.arrow("select * from model order by model").to_pandas()
    new = models[models["first_day"] > models["first_day"].min()]
    used = _ringed(store, "ring_model_day") if len(new) else pd.DataFrame()
    rows = []
    for code, name, appeared in new.itertuples(index=False):
        taken_up = _first_weeks(used, code, len(ring_ids))
        moved = taken_up[(taken_up["n"] >= MIN_PIVOT) & (taken_up["share"] >= PIVOT_SHARE)]
        for ring, adopted, n, share in moved.itertuples(index=True):
            rows.append((ring, name, appeared, adopted, n, share,
                         _use(used[used["ring"] == _NOBODY], code, adopted)))
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(PIVOTS)
    table = pa.table({
        "ring_id": ring_ids.take(pa.array(columns[0], pa.int64())),
        "model": pa.array(columns[1], pa.string()),
        "appeared_on": pa.array(columns[2], pa.int32()).cast(pa.date32()),
        "adopted_on": pa.array(columns[3], pa.int32()).cast(pa.date32()),
        "n_conversations": pa.array(columns[4], pa.int64()),
        "share": pa.array(columns[5], pa.float64()),
        "population_share": pa.array(columns[6], pa.float64()),
    }).cast(PIVOTS)
    return table.sort_by([(name, "ascending") for name in ("ring_id", "adopted_on", "model")])


def _ringed(store: Store, name: str) -> pd.DataFrame:
    """Return a query's rows, those of accounts in no ring under ``_NOBODY``."""
    rows: pd.DataFrame = store.arrow(query("rings", name).body).to_pandas()
    rows["ring"] = rows["ring"].fillna(_NOBODY).astype(np.int64)
    return rows


def _first_weeks(used: pd.DataFrame, model_code: int, n_rings: int) -> pd.DataFrame:
    """Return the rings that took up a model, with the first week that each was at it.

    Indexed by ring: day of the first use (``adopted``), conversations with the model in the
    days from it on (``n``), and their ``share`` of all.
    """
    in_ring = used[used["ring"] != _NOBODY]
    ring, day = in_ring["ring"].to_numpy(), in_ring["day"].to_numpy(np.int64)
    n = in_ring["n_conversations"].to_numpy()
    is_it = (in_ring["model_code"] == model_code).to_numpy()
    adopted = np.full(n_rings, np.iinfo(np.int64).max)
    np.minimum.at(adopted, ring[is_it], day[is_it])
    in_week = (day >= adopted[ring]) & (day - adopted[ring] < PIVOT_DAYS)
    # Whole numbers below 2^53: sums of them as floats are exact.
    total, of_it = (
        np.bincount(ring[rows], weights=n[rows], minlength=n_rings).astype(np.int64)
        for rows in (in_week, in_week & is_it)
    )
    rings = np.unique(ring[is_it])
    return pd.DataFrame({
        "adopted": adopted[rings], "n": of_it[rings],
        "share": [_share(*both) for both in zip(of_it[rings], total[rings], strict=True)],
    }, index=rings)


def _use(used: pd.DataFrame, model_code: int, first: int) -> float:
    """Return the share of a model in all conversations of the days from one on."""
    week = used[used["day"].between(first, first + PIVOT_DAYS - 1)]
    n = int(week.loc[week["model_code"] == model_code, "n_conversations"].sum())
    return _share(n, int(week["n_conversations"].sum()))


def _share(n: int, total: int) -> float:
    """Return a part of a whole, rounded; 0 of nothing."""
    return round(int(n) / max(int(total), 1), 6)


def _with_bursts(born: pd.DataFrame) -> pd.DataFrame:
    """Return the rings' births by day, with the days that are busier than chance allows.

    Chance is a Poisson count at the pace of accounts in no ring, each day given one birth
    more than it had, so that a quiet day is not an impossible one.
    """
    others = born[born["ring"] == _NOBODY].set_index("day")["n_born"]
    rings = born[born["ring"] != _NOBODY].copy()
    n_days = born["day"].nunique()
    pace = (others.reindex(rings["day"]).fillna(0).to_numpy() + 1) / (others.sum() + n_days)
    by_ring = rings.groupby("ring")["n_born"]
    expected = by_ring.transform("sum").to_numpy() * pace
    # The chance of as many or more; scipy.stats says the same, and takes a second to load.
    chance = pdtrc(rings["n_born"].to_numpy() - 1, expected)
    rings["is_burst"] = (chance * by_ring.transform("size").to_numpy() < BURST_CHANCE) & (
        rings["n_born"].to_numpy() >= MIN_BURST
    )
    return rings
