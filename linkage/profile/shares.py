"""Shares of what a ring asks for, how sure they are, and how far above everyone else's."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from linkage.profile.capabilities import CAPABILITIES

Floats = npt.NDArray[np.float64]

Z = 1.959964
"""Standard deviations on either side of an interval that holds 95 in 100."""

MIN_SHARE = 0.05
"""Share below which a capability is not what a ring is after, whatever its lift."""
MIN_LIFT = 1.5
"""Lift that the whole interval must exceed for a ring to be after a capability."""


@dataclass(frozen=True)
class Share:
    """How much of what some accounts ask for is one capability."""

    capability: str
    share: float
    """Mean of the accounts' own shares, in [0, 1]; no account counts for more than another."""
    low: float
    high: float
    """Interval of 95 in 100 around it, in [0, 1]."""
    population_share: float
    """The same mean over all accounts outside the ring, in [0, 1]."""
    lift: float | None
    """Share over population share; None when nobody outside asks for it."""
    lift_low: float
    """Lower end of the lift's interval."""
    lift_high: float | None
    """Upper end; None when it has no bound."""

    @property
    def is_sought(self) -> bool:
        """Whether a ring that asks for this much is after it."""
        ordinary = {one.key for one in CAPABILITIES if one.is_ordinary}
        return (
            self.capability not in ordinary and self.share >= MIN_SHARE
            and self.lift_low >= MIN_LIFT
        )


@dataclass(frozen=True)
class Sums:
    """What some accounts ask for, added up so that groups can be put together and apart."""

    n_accounts: int
    """Accounts with any prompt."""
    n_prompts: int
    share: Floats
    """(n_capabilities,) sum over accounts of each one's shares."""
    square: Floats
    """(n_capabilities,) sum of their squares."""

    def without(self, part: "Sums") -> "Sums":
        """Return the sums of the accounts that are not in a part of these."""
        return Sums(
            self.n_accounts - part.n_accounts, self.n_prompts - part.n_prompts,
            np.maximum(self.share - part.share, 0), np.maximum(self.square - part.square, 0),
        )


def sums(n_prompts: npt.NDArray[np.int64]) -> Sums:
    """Return the sums of some accounts.

    Parameters
    ----------
    n_prompts
        (n_accounts, n_capabilities) prompts; accounts without any are left out.
    """
    total = n_prompts.sum(axis=1)
    own = n_prompts[total > 0] / total[total > 0, None]
    return Sums(len(own), int(total.sum()), own.sum(axis=0), (own**2).sum(axis=0))


def shares(ring: Sums, others: Sums) -> tuple[Share, ...]:
    """Return a ring's shares beside everyone else's, in the order of ``CAPABILITIES``.

    Parameters
    ----------
    ring
        The ring's accounts.
    others
        All accounts outside the ring.

    Returns
    -------
    tuple of Share
        Empty when the ring has no prompts. The interval of a lift divides the ends of the
        two shares' intervals, and so errs on the wide side.
    """
    if not ring.n_accounts:
        return ()
    own, own_low, own_high = interval(ring)
    theirs, their_low, their_high = interval(others)
    return tuple(
        Share(
            capability=capability.key,
            share=float(own[k]), low=float(own_low[k]), high=float(own_high[k]),
            population_share=float(theirs[k]),
            lift=float(own[k] / theirs[k]) if theirs[k] else None,
            lift_low=float(own_low[k] / their_high[k]),
            lift_high=float(own_high[k] / their_low[k]) if their_low[k] else None,
        )
        for k, capability in enumerate(CAPABILITIES)
    )


def interval(part: Sums) -> tuple[Floats, Floats, Floats]:
    """Return mean shares with the ends of their intervals of 95 in 100.

    Wilson's interval [1]_ on as many independent answers as the accounts are worth: where
    accounts differ little, each of their prompts tells something; where each asks for one
    thing only, they are worth their number and no more. Never fewer than accounts, never
    more than prompts.

    Returns
    -------
    tuple of numpy.ndarray
        (n_capabilities,) mean, lower and upper end, all in [0, 1]; of nobody, 0, 0 and 1.

    References
    ----------
    .. [1] Wilson (1927), Probable inference, the law of succession, and statistical
       inference, JASA 22; Kish (1965), Survey Sampling, for the effective number.
    """
    n = part.n_accounts
    if not n:
        zero = np.zeros(len(CAPABILITIES))
        return zero, zero, np.ones(len(CAPABILITIES))
    mean = np.clip(part.share / n, 0, 1)
    # Variance between accounts, kept from 0 by the n - 1 of a sample of one.
    spread = np.maximum(part.square / n - mean**2, 0) * n / max(n - 1, 1)
    worth = np.divide(
        n * mean * (1 - mean), spread, out=np.full_like(mean, float(n)), where=spread > 1e-12
    )
    worth = np.clip(worth, n, max(part.n_prompts, n))
    middle = (mean + Z**2 / (2 * worth)) / (1 + Z**2 / worth)
    half = Z / (1 + Z**2 / worth) * np.sqrt(mean * (1 - mean) / worth + Z**2 / (4 * worth**2))
    return mean, np.clip(middle - half, 0, mean), np.clip(middle + half, mean, 1)
