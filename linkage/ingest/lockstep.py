"""Accounts that were born together and moved about as much: a crowd that one script drives.

Who was born when and how much it moved in its life are independent of each other among
strangers who come one by one. Around each account, boxes of births and volumes are counted:
the box that holds more others than chance allows by the most nats is its own. Chance is what
both margins say, or what the box four times as wide and as high says where that is more, so
that a season in which everybody moved little is no crowd. An account follows the account of
its neighbourhood with the most surprising box, as in quick shift [1]_; who ends at one peak
is one crowd.

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

AROUND = 4
"""How many times as wide and as high the box is that says what is ordinary here."""

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
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
    # Equal values in the order of the accounts would agree with equal births in that order.
    tie = np.random.default_rng(0).permutation(n)
    order = np.lexsort((np.arange(n), born))
    rank = np.empty(n, dtype=np.int64)
    rank[np.lexsort((tie, volume))] = np.arange(n)
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
    by_width: dict[int, Counts] = {}
    ratio = int(np.log2(AROUND))
    for reach, count in _counts(rank):
        by_width[reach] = count
        half = reach // AROUND
        if half not in by_width:
            continue
        inside = by_width.pop(half)[:, : len(HALF_HEIGHTS)].astype(float)
        around = count[:, ratio : ratio + len(HALF_HEIGHTS)] / AROUND**2
        expected = np.maximum(4.0 * half * HALF_HEIGHTS / n, around)
        beyond = inside > expected
        gain = np.where(
            beyond,
            inside * np.log(np.where(beyond, inside, 1.0) / expected) - (inside - expected), 0.0
        )
        best = gain.argmax(axis=1)
        most = gain[np.arange(n), best]
        better = most > nats
        nats[better], width[better] = most[better], half
        height[better] = HALF_HEIGHTS[best[better]]
    return nats, width, height


def _counts(rank: Ints) -> "list[tuple[int, Counts]]":
    """List, per half width, how many others lie in the boxes of each half height."""
    n = len(rank)
    n_levels = len(HALF_HEIGHTS) + int(np.log2(AROUND))
    # The lowest of the doubling heights that reaches a distance.
    level = np.ceil(np.log2(np.arange(1, 2 ** (n_levels - 1) + 1))).astype(np.int64)
    count = np.zeros((n, n_levels), dtype=np.int32)
    found, lag = [], 0
    for reach in 2 ** np.arange(len(HALF_WIDTHS) + int(np.log2(AROUND))):
        while lag < min(reach, n - 1):
            lag += 1
            apart = np.abs(rank[lag:] - rank[:-lag])
            at = np.flatnonzero(apart <= len(level))
            by = level[apart[at] - 1]
            count[at, by] += 1
            count[at + lag, by] += 1
        found.append((int(reach), np.cumsum(count, axis=1, dtype=np.int32)))
    return found


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
