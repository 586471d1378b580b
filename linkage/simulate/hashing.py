"""Stateless random numbers: a whole column of them from integer codes and a salt.

A world is mostly functions of codes (which address has household 17 on day 3?), so that
ten million accounts need no table of who holds what.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Words = NDArray[np.uint64]


def mix(codes: NDArray[Any]) -> Words:
    """Return a bijective scramble of 64-bit codes.

    References
    ----------
    .. [1] Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators.
    """
    z = codes.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def salted(salt: int, *codes: NDArray[Any]) -> Words:
    """Return one 64-bit hash per row of the code columns, different for each salt."""
    found = mix(np.array([salt], dtype=np.uint64))
    for column in codes:
        found = mix(found ^ column.astype(np.uint64))
    return found


def unit(salt: int, *codes: NDArray[Any]) -> Floats:
    """Return one number in [0, 1) per row of the code columns.

    Examples
    --------
    >>> bool((unit(1, np.arange(1000)) < 1).all())
    True
    """
    return (salted(salt, *codes) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def below(limit: int, salt: int, *codes: NDArray[Any]) -> Ints:
    """Return one whole number in [0, limit) per row of the code columns."""
    return (salted(salt, *codes) % np.uint64(limit)).astype(np.int64)


def drawn(shares: tuple[float, ...], chance: Floats) -> Ints:
    """Return the position in ``shares`` (adding up to about 1) that each chance falls on."""
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.minimum(np.searchsorted(bounds, chance, side="right"), len(shares) - 1)
