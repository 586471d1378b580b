"""Templates: skeletons much like one centre, found without comparing all with all.

Skeletons that share a band of the locality-sensitive hash are candidates; each is compared
with a centre and joins it or none. Nothing is joined through a third: a template reaches as
far as its own centre and no further. The order in which skeletons become centres is that of
their keyed numbers, which is random and the same for any order of rows; taking the first of
each neighbourhood in such an order needs few rounds [1]_.

Who is like none that it is compared with at first is a template of its own, and most are: only
the others are gathered in rounds.

.. [1] Fischer & Noever (2018), Tight analysis of parallel randomized greedy MIS, SODA.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from linkage.ingest.gathering import BYTES_A_SKELETON, MOST_IN_MEMORY, Gathering
from linkage.ingest.gathering_by_parts import count_by_parts, join_by_parts
from linkage.store import Store

MOST_MEMORY_MB = 1_536
"""Memory that gathering takes at most, and no more than half of what the store may use; more
skeletons than it has room for are gathered by parts, through the disk."""

TEMPLATE = pa.schema([("code", pa.int64()), ("template_code", pa.int64())])


def make_templates(store: Store, *, n_threads: int = 1) -> int:
    """Make the table ``template`` from ``skeleton`` and return its number of rows.

    Parameters
    ----------
    n_threads
        Threads that compare skeletons, at least 1.

    Returns
    -------
    int
        Rows of ``template``: (code, template_code), one per skeleton that is of another
        one's template. Every other skeleton is a template of its own.
    """
    with rounds(store, n_threads) as work:
        work.count("skeleton")
        work.gather("skeleton")
    store.drop("counted")
    return store.count("template")


@contextmanager
def rounds(store: Store, n_threads: int) -> Iterator["Rounds"]:
    """Give what gathers templates, with its share of the store's memory."""
    mb = min(MOST_MEMORY_MB, store.memory_limit_mb // 2)
    with store.memory_lent(mb):
        yield Rounds(store, mb * 2**20, n_threads)


@dataclass(frozen=True)
class Rounds:
    """The rounds, in memory as soon as few enough are left."""

    store: Store
    most_bytes: int
    """Memory that may be taken."""
    n_threads: int

    @property
    def most(self) -> int:
        """Skeletons that are gathered in memory at most."""
        return min(MOST_IN_MEMORY, self.most_bytes // BYTES_A_SKELETON)

    def count(self, table: str) -> None:
        """Make ``counted`` of a table of skeletons."""
        if self.store.count(table) <= self.most:
            self.store.put("counted", self._in_memory(table).counted())
        else:
            count_by_parts(self.store, table)

    def gather(self, table: str) -> None:
        """Make ``template`` from skeletons and what was counted of them."""
        store = self.store
        store.put("template", TEMPLATE.empty_table())
        self._choose(table, "select code from counted")
        while store.count("chosen") > self.most:
            join_by_parts(store, "chosen")
            self._choose("chosen", "select code from counted as c anti join template as t "
                         "on c.code = t.code where c.n_follows > 0")
            self.count("chosen")
            self._choose("chosen", "select code from counted")
        counted = store.arrow("select * from counted")
        store.append("template", self._in_memory("chosen").homes(counted))
        store.drop("chosen")

    def _choose(self, table: str, codes: str) -> None:
        """Make ``chosen``: some of the skeletons of a table."""
        self.store.create("chosen", f"select s.* from {table} as s semi join ({codes}) as c "
                          "on s.code = c.code")

    def _in_memory(self, table: str) -> Gathering:
        """Return what gathers a table in memory."""
        return Gathering(self.store, table, n_threads=self.n_threads)
