"""Accounts that were born together and moved about as much: a crowd that one script drives.

Who was born when and how much it moved in its life are independent of each other among
strangers who come one by one. Around each account, boxes of births and volumes are counted:
the one that holds more others than chance allows by the most nats is its own, if it holds
many times as many. An account follows the one of its neighbourhood with the most surprising
box, as in quick shift [1]_; those who end at one peak are one crowd.

.. [1] Vedaldi & Soatto (2008), Quick shift and kernel methods for mode seeking, ECCV.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.store import Store

LEAST_NATS = 8.0
"""By how much a box must beat chance: about one account in ten thousand does by accident."""

HALF_WIDTHS = 2 ** np.arange(9)
"""Births before and after the account that a box may hold."""

HALF_HEIGHTS = 2 ** np.arange(12)
"""Ranks of volume above and below the account that a box may hold."""

AGAINST_CHANCE = 8.0
"""How many times as many as chance expects a box must hold. A season in which everybody moves
little makes two or three times as many; of eight, seven are no strangers."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def make_lockstep(store: Store) -> None:
    """Make the table ``crowd``: ``account_ix`` and ``account_id`` of the account it follows."""
    found = store.arrow(
        "select account_ix, account_id, epoch_us(created_at) as born, total_volume_usd as volume "
        "from account_row where account_ix is not null and not is_test "
        "and created_at is not null and total_volume_usd is not null order by account_ix"
    ).combine_chunks()
    peak = crowds(found["born"].to_numpy(), found["volume"].to_numpy())
    kept = np.flatnonzero(peak >= 0)
    store.put("crowd", pa.table({
        "account_ix": found["account_ix"].combine_chunks().take(pa.array(kept)),
        "peak_id": found["account_id"].combine_chunks().take(pa.array(peak[kept])),
    }))


def crowds(born: Ints, volume: Floats) -> Ints:
    """Return the position of the account that each account follows; -1 for none.

    Parameters
    ----------
    born
        (n,) instants, in any unit.
    volume
        (n,) what each account moved; only the order counts.
    """
    n = len(born)
    if n < 2:
        return np.full(n, -1, dtype=np.int64)
    # Equal values in the order of the accounts would agree with equal births in that order.
    first, second = np.random.default_rng(0).permuted(np.tile(np.arange(n), (2, 1)), axis=1)
    order = np.lexsort((first, born))
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((second, volume))] = np.arange(n)
    rank = rank[order]
    nats, width, height = _boxes(rank)
    to = _followed(rank, nats, np.where(nats > LEAST_NATS, width, 0), height)
    peak = np.full(n, -1, dtype=np.int64)
    size = np.bincount(to, minlength=n)
    peak[order] = np.where(size[to] >= 2, order[to], -1)
    return peak


def _boxes(rank: Ints) -> tuple[Floats, Ints, Ints]:
    """Return nats, half width and half height of each account's most surprising box."""
    n = len(rank)
    nats, width, height = np.zeros(n), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    # The lowest of the doubling heights that reaches a distance.
    level = np.searchsorted(HALF_HEIGHTS, np.arange(HALF_HEIGHTS[-1] + 1))
    others = np.zeros((n, len(HALF_HEIGHTS)), dtype=np.int32)
    lag = 0
    for reach in HALF_WIDTHS.tolist():
        while lag < min(reach, n - 1):
            lag += 1
            apart = np.abs(rank[lag:] - rank[:-lag])
            at = np.flatnonzero(apart < len(level))
            by = level[apart[at]]
            others[at, by] += 1
            others[at + lag, by] += 1
        inside = np.cumsum(others, axis=1).astype(float)
        expected = 4.0 * reach * HALF_HEIGHTS / n
        beyond = inside >= AGAINST_CHANCE * expected
        ratio = np.where(beyond, inside / expected, 1.0)
        gain = np.where(beyond, inside * np.log(ratio) - (inside - expected), 0.0)
        best = gain.argmax(axis=1)
        most = gain[np.arange(n), best]
        better = most > nats
        nats[better], width[better] = most[better], reach
        height[better] = HALF_HEIGHTS[best[better]]
    return nats, width, height


def _followed(rank: Ints, nats: Floats, width: Ints, height: Ints) -> Ints:
    """Return the place of the peak that each place ends at, itself where it follows nobody.

    A place follows the most surprising of those in its box or in whose box it lies.
    """
    n = len(rank)
    standing = np.empty(n, dtype=np.int64)
    standing[np.lexsort((np.arange(n), -nats))] = np.arange(n)
    to = np.arange(n)
    best = standing.copy()
    for lag in range(1, min(int(width.max(initial=0)), n - 1) + 1):
        apart = np.abs(rank[lag:] - rank[:-lag])
        near = (width[:-lag] >= lag) & (apart <= height[:-lag])
        near |= (width[lag:] >= lag) & (apart <= height[lag:])
        at = np.flatnonzero(near)
        for one, other in ((at, at + lag), (at + lag, at)):
            up = standing[other] < best[one]
            best[one[up]], to[one[up]] = standing[other[up]], other[up]
    while (to != to[to]).any():
        to = to[to]
    return to
