"""Instants: when accounts are born and when they act."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.simulate.hashing import Floats, Ints, salted, unit

DAY = 86_400
HOUR = 3_600

HUMAN, OFFICE, CLOCK_ROUND, SYNCHRONISED = range(4)
"""Rhythms: an ordinary day, working hours, day and night, and a group acting together."""

_HUMAN_HOURS = (1, .5, .3, .2, .2, .4, 1, 2, 3.5, 5, 5.5, 5.5, 5, 5, 5.5, 5.5, 5.5, 5, 5, 5, 5.5,
                5, 4, 2.5)
_OFFICE_HOURS = (0, 0, 0, 0, 0, 0, .2, 1, 5, 9, 10, 10, 6, 8, 10, 10, 9, 6, 2, .5, .3, .2, 0, 0)
_TICK = 2 * HOUR


@dataclass(frozen=True)
class Span:
    """The time a world covers, in epoch seconds."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """Its length."""
        return self.end - self.start


@cache
def _hour_table(weights: tuple[float, ...]) -> NDArray[np.int64]:
    """4096 hours of day, as often as their weights say."""
    bounds = np.cumsum(np.array(weights) / sum(weights))
    return np.searchsorted(bounds, (np.arange(4096) + 0.5) / 4096).astype(np.int64)


def births(rng: np.random.Generator, n: int, span: Span) -> Ints:
    """Return when ordinary accounts were created: over 400 days, more of late, with bursts."""
    days = 400
    busy = 1 + np.arange(days) / days
    busy[rng.choice(days, 8, replace=False)] *= rng.uniform(3, 8, 8)
    day = rng.choice(days, n, p=busy / busy.sum())
    return np.asarray(span.end - (days - day) * DAY + rng.integers(0, DAY, n), dtype=np.int64)


@dataclass(frozen=True)
class Acts:
    """One row per event: whose it is and how that account lives."""

    account: Ints
    first: Ints
    """Epoch second from which the account may act."""
    last: Ints
    """Epoch second before which it must have acted; above ``first``."""
    rhythm: NDArray[Any]
    offset: NDArray[Any]
    """Hours east of Greenwich."""
    group: NDArray[Any]
    n_sessions: Ints


def instants(rng: np.random.Generator, acts: Acts, *, seed: int) -> tuple[Ints, Ints]:
    """Return (instant, session number) of each event."""
    n = len(acts.account)
    session = (rng.random(n) * acts.n_sessions).astype(np.int64)
    length = (acts.last - acts.first).astype(np.float64)
    rough = acts.first + (unit(61 + seed, acts.account, session) * length).astype(np.int64)
    local = rough + acts.offset.astype(np.int64) * HOUR
    day = _weekday(local // DAY, acts.rhythm, unit(62 + seed, acts.account, session))
    chance = (unit(63 + seed, acts.account, session) * 4096).astype(np.int64)
    hour = np.where(acts.rhythm == OFFICE, _hour_table(_OFFICE_HOURS)[chance],
                    _hour_table(_HUMAN_HOURS)[chance])
    minute = (unit(64 + seed, acts.account, session) * HOUR).astype(np.int64)
    humane = day * DAY + hour * HOUR + minute - acts.offset.astype(np.int64) * HOUR
    at = np.where(acts.rhythm >= CLOCK_ROUND, rough, humane)
    pause = rng.exponential(600, n).astype(np.int64)
    at = np.where((at + pause < acts.first) | (at + pause >= acts.last), rough, at) + pause
    at = np.minimum(at, acts.last - 1)
    return _together(rng, at, acts, seed), session


def _weekday(day: Ints, rhythm: NDArray[Any], chance: Floats) -> Ints:
    """Move most of the weekend to a weekday (day 0 of the epoch was a Thursday)."""
    weekday = (day + 3) % 7
    moves = (weekday >= 5) & (chance < np.where(rhythm == OFFICE, 0.95, 0.4))
    return np.where(moves, day - 1 - (chance * 1000).astype(np.int64) % 4 - (weekday - 5), day)


def _together(rng: np.random.Generator, at: Ints, acts: Acts, seed: int) -> Ints:
    """Let synchronised groups act in the same minute and a half of every two hours."""
    rows = np.flatnonzero(acts.rhythm == SYNCHRONISED)
    if not len(rows):
        return at
    tick = at[rows] // _TICK
    moment = salted(65 + seed, acts.group[rows], tick) % np.uint64(_TICK - 100)
    together = tick * _TICK + moment.astype(np.int64) + rng.integers(0, 90, len(rows))
    moved = at.copy()
    moved[rows] = np.clip(together, acts.first[rows], acts.last[rows] - 1)
    return moved
