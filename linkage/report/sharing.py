"""Work divided among processes that are copies of this one, for what holds Python's lock."""

import multiprocessing
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def in_shares(
    work: Callable[[Sequence[Item]], object], items: Sequence[Item], cost: Callable[[Item], float],
    *, threads: int,
) -> None:
    """Do work for all items, in as many processes as there are threads.

    A copy of this process has everything in memory that this one has, so nothing is sent;
    what the work makes must go into files. The copies are gone when this returns. Where the
    system is not known to copy processes safely, everything is done here.

    Parameters
    ----------
    work
        Called in each process with its share of the items, in their order.
    items
        What to work on.
    cost
        What an item costs, in any unit above 0.
    threads
        Processes, this one included; at least 1.
    """
    n = min(threads if sys.platform == "linux" else 1, max(len(items), 1))
    load, share = [0.0] * n, [0] * len(items)
    for at in sorted(range(len(items)), key=lambda at: -cost(items[at])):
        share[at] = load.index(min(load))
        load[share[at]] += cost(items[at])
    shares = [[item for item, of in zip(items, share, strict=True) if of == at] for at in range(n)]
    copies = multiprocessing.get_context("fork")
    others = [copies.Process(target=work, args=(some,)) for some in shares[1:]]
    with warnings.catch_warnings():
        # Python warns of threads that hold locks: ours are idle pools of Arrow and of numpy,
        # which make themselves anew in a copy.
        warnings.simplefilter("ignore", DeprecationWarning)
        for other in others:
            other.start()
    work(shares[0])
    for other, some in zip(others, shares[1:], strict=True):
        other.join()
        if other.exitcode:
            # What failed there fails here as well, and says why.
            work(some)
