"""How sure a share or a count is: intervals of 95%."""

import math
from collections.abc import Iterable

from scipy.special import gammaincinv

Z = 1.959963984540054
"""Of a two-sided interval at 95%."""


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95% score interval of a share that was seen in ``n`` trials.

    Parameters
    ----------
    share
        In [0, 1].
    n
        Above 0; need not be whole.

    References
    ----------
    .. [1] Wilson (1927), Probable inference, the law of succession, and statistical inference,
       JASA 22.
    """
    middle = share + Z * Z / (2 * n)
    spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def effective_trials(sizes: Iterable[int]) -> float:
    """Return how many trials groups of these sizes are worth when a group answers as one.

    ``(sum n)^2 / sum n^2``; 0 without groups.

    References
    ----------
    .. [1] Kish (1965), Survey Sampling.

    Examples
    --------
    >>> effective_trials([10, 10]), effective_trials([10, 1])
    (2.0, 1.198019801980198)
    """
    known = [size for size in sizes if size]
    return sum(known) ** 2 / sum(size * size for size in known) if known else 0.0


def poisson_mean(n_seen: int, n_looks: int) -> tuple[float, float]:
    """Return the exact 95% interval of the mean of a count, from its sum over some looks.

    Parameters
    ----------
    n_seen
        Sum over all looks; at least 0.
    n_looks
        At least 1.

    References
    ----------
    .. [1] Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28.

    Examples
    --------
    >>> [round(limit, 2) for limit in poisson_mean(0, 1)]
    [0.0, 3.69]
    """
    # Half a quantile of chi-squared; scipy.stats says the same, and takes a second to load.
    low = gammaincinv(n_seen, 0.025) if n_seen else 0.0
    return float(low / n_looks), float(gammaincinv(n_seen + 1, 0.975) / n_looks)
