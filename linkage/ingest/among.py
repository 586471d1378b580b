"""Sets of 64-bit numbers that tell of many at once whether they are in them."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Numbers = TypeVar("Numbers", Codes, Ints)


class Among:
    """A set of numbers.

    Parameters
    ----------
    numbers
        (n,) of 64 bits, in any order, some of them again.
    """

    def __init__(self, numbers: Codes) -> None:
        self.numbers = distinct(numbers)
        # Most are told by two tables, of their highest and their lowest bits: of up to sixteen
        # million numbers, one in sixteen places is taken at most, and where they are some thousand
        # it stays near the processor.
        kept = min(28, max(8, len(numbers).bit_length() + 4))
        self._shift, self._mask = np.uint64(64 - kept), np.uint64((1 << kept) - 1)
        self._high, self._low = np.zeros((2, 1 << kept), dtype=bool)
        self._high[self.numbers >> self._shift] = True
        self._low[self.numbers & self._mask] = True

    def flags(self, numbers: Codes) -> Flags:
        """Flag those that are in the set."""
        found: Flags = self._high[numbers >> self._shift]
        at = np.flatnonzero(found)
        found[at] = self._low[numbers[at] & self._mask]
        at = at[found[at]]
        if len(at):
            place = np.searchsorted(self.numbers, numbers[at])
            place = np.minimum(place, len(self.numbers) - 1)
            found[at] = self.numbers[place] == numbers[at]
        return found


def distinct(numbers: Numbers) -> Numbers:
    """Return the distinct numbers, ascending."""
    # np.unique fills a hash table first, which takes ten times as long for millions of them.
    # Most come as a few ascending runs, which a stable sort merges.
    found = np.sort(numbers, kind="stable")
    is_new = np.ones(len(found), dtype=bool)
    np.not_equal(found[1:], found[:-1], out=is_new[1:])
    return found[is_new]


def places(numbers: Ints, wanted: Ints) -> tuple[Ints, Flags]:
    """Return where each wanted number is in ascending ones, and flag those that are there."""
    if not len(numbers):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
    place = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    return place, numbers[place] == wanted


def along(begin: Ints, n_each: Ints) -> Ints:
    """Return the numbers from each beginning on, as many as it says."""
    found: Ints = np.arange(n_each.sum()) + np.repeat(begin - np.cumsum(n_each) + n_each, n_each)
    return found
