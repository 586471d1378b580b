"""Digests of sketches: what is enough to tell how alike two are, in a fifth of the memory."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from linkage.ingest.sketches import LANE_BITS, N_BANDS, N_LANES, N_MINIMA

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

N_KEPT_BITS = 4
"""Bits kept of each minimum. Minima that differ agree in them once in 16 times, which is
reckoned with; the standard error of a likeness of 0.5 grows from 0.065 to 0.069 [1]_.

.. [1] Li & König (2010), b-bit minwise hashing, WWW."""

_CHANCE = 2.0**-N_KEPT_BITS
_LOWEST = np.uint64(sum((1 << N_KEPT_BITS) - 1 << LANE_BITS * at for at in range(N_LANES)))
"""The bits that are kept of each minimum of a band."""
_TOGETHER = 2 * LANE_BITS
_GATHER = np.uint64(sum(
    1 << _TOGETHER - (LANE_BITS - N_KEPT_BITS) * at for at in range(N_LANES)))
"""Multiplying by this puts those bits side by side from bit ``_TOGETHER`` on; no two meet."""
_BITS_A_BAND = N_LANES * N_KEPT_BITS
_BANDS_A_NUMBER = N_BANDS // N_KEPT_BITS
_ONE_OF_EACH = np.uint64(sum(1 << N_KEPT_BITS * at for at in range(64 // N_KEPT_BITS)))


def digests(bands: Sequence[Ints]) -> Codes:
    """Return the digests of some sketches.

    Parameters
    ----------
    bands
        N_BANDS arrays (n,): the sketches, of one key.

    Returns
    -------
    numpy.ndarray
        (n, N_KEPT_BITS): a bit of every minimum in each number, at the same place in all.
    """
    found = np.zeros((len(bands[0]), N_KEPT_BITS), dtype=np.uint64)
    for number in range(N_KEPT_BITS):
        held = np.zeros(len(found), dtype=np.uint64)
        for at in range(_BANDS_A_NUMBER):
            kept = bands[number * _BANDS_A_NUMBER + at].view(np.uint64) & _LOWEST
            kept *= _GATHER
            kept >>= np.uint64(_TOGETHER)
            kept &= np.uint64((1 << _BITS_A_BAND) - 1)
            held |= kept << np.uint64(_BITS_A_BAND * at)
        # Every fourth place is free for the minima of one of the four numbers.
        for bit in range(N_KEPT_BITS):
            found[:, bit] |= (held >> np.uint64(bit) & _ONE_OF_EACH) << np.uint64(number)
    return found


def n_equal(left: Codes, right: Codes) -> Ints:
    """Return how many minima of each pair agree in the bits that are kept: (n_pairs,)."""
    differs = left ^ right
    either = differs[:, 0].copy()
    for kept in range(1, N_KEPT_BITS):
        either |= differs[:, kept]
    agree: Ints = N_MINIMA - np.bitwise_count(either).astype(np.int64)
    return agree


def likeness(left: Codes, right: Codes) -> npt.NDArray[np.float64]:
    """Estimate the Jaccard similarity of pairs of digests: (n_pairs,), not biased by chance.

    Below 0 where fewer agree than chance makes.
    """
    return (n_equal(left, right) / N_MINIMA - _CHANCE) / (1 - _CHANCE)


def fewest_equal(alike: float) -> int:
    """Return how many of the minima agree at least where the likeness is ``alike`` or more."""
    return int(np.ceil(N_MINIMA * (alike * (1 - _CHANCE) + _CHANCE)))
