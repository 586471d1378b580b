"""Groups of skeletons that share a band, and whom each of them is compared with."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from linkage.ingest.digests import fewest_equal, n_equal

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Pairs = tuple[Ints, Ints, Ints]
"""(later one, earlier one, minima that agree), a place each."""

ALIKE = 0.5
"""Jaccard similarity to the centre from which a skeleton is of its template."""

MOST_COMPARED = 4
"""Skeletons of one band that another is compared with: made-to-collide bands cost no more."""

GROUP_BITS = 38
"""Bits of a group's number: enough that few of different bands fall together, and those are not
alike. The rest of a 64-bit number has room for a place among 2**25 skeletons and a flag."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio: the highest bits of what it multiplies depend on all."""

_FEWEST = fewest_equal(ALIKE)


def groups(numbers: Ints) -> Codes:
    """Return the group of each number of one band: (n,), below ``2**GROUP_BITS``."""
    return numbers.view(np.uint64) * _SPREAD >> np.uint64(64 - GROUP_BITS)


def in_company(group: Codes) -> Flags:
    """Flag members of sorted groups that are not alone."""
    same = group[1:] == group[:-1]
    found: Flags = np.append(same, False) | np.append(False, same)
    return found[: len(group)]


def are_alike(left: Codes, right: Codes) -> Flags:
    """Flag pairs of digests that are of one template: (n_pairs,)."""
    found: Flags = n_equal(left, right) >= _FEWEST
    return found


def alike_pairs(
    group: Codes, digest: Codes, is_asked: Callable[[Ints, Ints], Flags] | None = None
) -> Pairs:
    """Compare members of groups with the first of their group; return those that are alike.

    Parameters
    ----------
    group
        (n,) sorted; who comes first in a group is compared with those behind.
    digest
        (n, N_KEPT_BITS)
    is_asked
        Flags pairs (row, head) that are to be compared; all where nothing is given.

    Returns
    -------
    tuple
        Places of the later and of the earlier one, and how many of their minima agree.
    """
    at = np.arange(len(group))
    is_first = np.append(True, group[1:] != group[:-1])[: len(group)]
    head = np.maximum.accumulate(np.where(is_first, at, 0))
    found = []
    for _ in range(MOST_COMPARED):
        row = np.flatnonzero(head < at)
        first = head[row]
        if is_asked is not None:
            asked = is_asked(row, first)
            row, first = row[asked], first[asked]
        equal = n_equal(digest[row], digest[first])
        alike = equal >= _FEWEST
        found.append((row[alike], first[alike], equal[alike]))
        head = np.minimum(head + 1, at)
    rows, heads, equals = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, heads, equals
