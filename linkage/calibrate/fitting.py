"""Logistic regression that stays near where it starts, and how well it does on what it has
not seen.

The penalty is a normal prior around today's values [1]_: with few answers they hardly move,
and what no answer speaks about stays where it is.

.. [1] Gelman, Jakulin, Pittau & Su (2008), A weakly informative default prior distribution
   for logistic and other regression models, Annals of Applied Statistics 2.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from linkage.evidence.incidence import Floats, Ints

N_FOLDS = 5

CLEAR = 1e-6
"""Probabilities nearer to 0 or 1 count as this near."""


@dataclass(frozen=True)
class Problem:
    """Answers to be predicted: log odds are ``offset + design @ change``."""

    design: Floats
    """(n, n_changes)."""
    offset: Floats
    """(n,) log odds of today, in nats."""
    right: Floats
    """(n,) answers in [0, 1]."""
    weight: Floats
    """(n,) what each counts; above 0."""
    ring_id: Sequence[str]
    """(n,) answers of one ring are never split over folds."""
    spread: Floats
    """(n_changes,) standard deviation of the prior around no change."""
    lowest: Floats
    """(n_changes,) bounds of the change."""
    highest: Floats

    def rows(self, chosen: Ints) -> "Problem":
        """Return some of the answers."""
        return Problem(
            self.design[chosen], self.offset[chosen], self.right[chosen], self.weight[chosen],
            [self.ring_id[at] for at in chosen], self.spread, self.lowest, self.highest,
        )

    def odds(self, change: Floats) -> Floats:
        """Return log odds after a change."""
        return self.offset + self.design @ change


def fit(problem: Problem) -> Floats:
    """(n_changes,) the most likely change under the prior."""
    def cost(change: Floats) -> tuple[float, Floats]:
        odds = problem.odds(change)
        loss = np.logaddexp(0.0, odds) - problem.right * odds
        slope = problem.weight * (expit(odds) - problem.right)
        pull = change / problem.spread**2
        total = float(problem.weight @ loss + change @ pull / 2)
        return total, problem.design.T @ slope + pull

    found = minimize(
        cost, np.zeros(problem.design.shape[1]), jac=True, method="L-BFGS-B",
        bounds=list(zip(problem.lowest, problem.highest, strict=True)),
    )
    return np.asarray(found.x, dtype=np.float64)


def log_loss(odds: Floats, problem: Problem) -> float:
    """Weighted mean of the log loss, in nats; 0 is perfect."""
    p = np.clip(expit(odds), CLEAR, 1 - CLEAR)
    loss = -(problem.right * np.log(p) + (1 - problem.right) * np.log(1 - p))
    return float(np.average(loss, weights=problem.weight))


def held_out(problem: Problem) -> Floats:
    """(n,) log odds of each answer by a fit that has not seen any answer of its ring."""
    odds = problem.offset.copy()
    fold = folds(problem.ring_id)
    for one in np.unique(fold):
        seen, unseen = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        change = fit(problem.rows(seen))
        odds[unseen] = problem.rows(unseen).odds(change)
    return odds


def folds(ring_ids: Sequence[str]) -> Ints:
    """(n,) fold of each answer: rings in an order of their own are dealt out one by one."""
    order = sorted(set(ring_ids), key=lambda one: hashlib.sha256(one.encode()).digest())
    of_ring = {ring_id: at % N_FOLDS for at, ring_id in enumerate(order)}
    return np.array([of_ring[ring_id] for ring_id in ring_ids], dtype=np.int64)
