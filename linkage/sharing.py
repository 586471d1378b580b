"""Work done side by side: in threads, or in copies of this process for what holds Python's lock.

A copy of this process has everything in memory that this one has, so nothing is sent to it.
Where the system is not known to copy processes safely, everything is done here.
"""

import multiprocessing
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

_CAN_COPY = sys.platform == "linux"


def in_shares(
    work: Callable[[Sequence[Item]], object], items: Sequence[Item], cost: Callable[[Item], float],
    *, threads: int,
) -> None:
    """Do work for all items, in as many processes as there are threads.

    What the work makes must go into files. The copies are gone when this returns.

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
    n = min(threads if _CAN_COPY else 1, max(len(items), 1))
    load, share = [0.0] * n, [0] * len(items)
    for at in sorted(range(len(items)), key=lambda at: -cost(items[at])):
        share[at] = load.index(min(load))
        load[share[at]] += cost(items[at])
    shares = [[item for item, of in zip(items, share, strict=True) if of == at] for at in range(n)]
    others = [_copy(work, some) for some in shares[1:]]
    work(shares[0])
    for other, some in zip(others, shares[1:], strict=True):
        other.join()
        if other.exitcode:
            # What failed there fails here as well, and says why.
            work(some)


def beside(work: Callable[[], Made], *, threads: int) -> Callable[[], Made]:
    """Begin work in another process; what is returned waits for what it made.

    Parameters
    ----------
    work
        What it makes is sent, so it should be small.
    threads
        With 1, nothing begins before it is waited for.
    """
    if threads == 1 or not _CAN_COPY:
        return work
    here, there = multiprocessing.Pipe(duplex=False)
    other = _copy(_send, there, work)
    there.close()

    def made() -> Made:
        try:
            found: Made = here.recv()
        except EOFError:
            # What failed there fails here as well, and says why.
            found = work()
        finally:
            here.close()
            other.join()
        return found

    return made


def in_thread(work: Callable[[], Made], *, threads: int) -> Callable[[], Made]:
    """Begin work that lets go of Python's lock; what is returned waits for what it made.

    Parameters
    ----------
    work
        Done once, however often it is waited for.
    threads
        With 1, nothing begins before it is waited for.
    """
    if threads == 1:
        return cache(work)
    pool = ThreadPoolExecutor(1)
    made = pool.submit(work)
    pool.shutdown(wait=False)
    return made.result


def ahead(
    items: Iterable[Item], work: Callable[[Item], Made], n_threads: int,
    *, n_waiting: int | None = None,
) -> Iterator[Made]:
    """Yield what is made of each item, made a few items ahead of who takes it.

    Parameters
    ----------
    n_threads
        Threads that work, at least 1.
    n_waiting
        Items that are made while one is used; one more than the threads, unless told.
    """
    with ThreadPoolExecutor(n_threads, "ahead") as pool:
        waiting: deque[Future[Made]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > (n_threads + 1 if n_waiting is None else n_waiting):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _send(there: "Connection[Any, Any]", work: Callable[[], object]) -> None:
    """Work, and send what that made."""
    there.send(work())


def _copy(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """Begin work in a copy of this process."""
    copies = multiprocessing.get_context("fork")
    other = copies.Process(target=work, args=arguments)
    with warnings.catch_warnings():
        # Python warns of threads that hold locks: ours are idle pools of Arrow and of numpy,
        # which make themselves anew in a copy.
        warnings.simplefilter("ignore", DeprecationWarning)
        other.start()
    return other
