"""Gathers skeletons that are too many for memory: the store sorts them by band on the disk.

The same rounds as in memory, and the same pairs. What is known of a skeleton goes with it through
each sort, so that nothing here grows with their number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.ingest.band_groups import (
    MOST_COMPARED,
    Codes,
    Flags,
    Ints,
    Pairs,
    alike_pairs,
    groups,
)
from linkage.ingest.digests import N_KEPT_BITS, digests
from linkage.ingest.gathering import COUNTED
from linkage.ingest.prompts import BANDS
from linkage.store import Store

ROWS_AT_ONCE = 1 << 18
"""Skeletons in memory at once."""

_JOINED = pa.schema([("code", pa.int64()), ("equal", pa.int32()), ("centre", pa.int64())])

_DIGEST = tuple(f"digest_{at}" for at in range(N_KEPT_BITS))
_GROUPS = tuple(f"group_{at}" for at in range(len(BANDS)))


def count_by_parts(store: Store, table: str) -> None:
    """Make ``counted`` of a table of skeletons, as ``Gathering.counted`` says."""
    _sketch(store, table)
    store.put("counted_part", COUNTED.empty_table())
    for part in _sorted(store, "select *, false as is_later from sketched"):
        row, head, _ = part.pairs()
        if not len(row):
            continue
        for column, place in (("n_follows", row), ("n_leads", head)):
            code, n = np.unique(part.code[place], return_counts=True)
            store.append("counted_part", pa.table({"code": code, column: n.astype(np.uint32)}))
    store.create("counted", """
        select code, sum(coalesce(n_follows, 0))::UINTEGER as n_follows,
            sum(coalesce(n_leads, 0))::UINTEGER as n_leads
        from counted_part group by code
    """)
    store.drop("counted_part", "sketched")


def join_by_parts(store: Store, table: str) -> None:
    """Add to ``template`` who joins a centre.

    Parameters
    ----------
    table
        The skeletons in ``counted``.
    """
    _sketch(store, table)
    store.put("joined", _JOINED.empty_table())
    chosen = """
        select s.*, c.n_follows > 0 as is_later
        from sketched as s inner join counted as c on s.code = c.code
    """
    for part in _sorted(store, chosen):
        row, head, equal = part.pairs(among_followers=True)
        if not len(row):
            continue
        code, centre = part.code[row], part.code[head]
        best = np.lexsort((centre, -equal, code))
        code, centre, equal = code[best], centre[best], equal[best]
        once = np.append(True, code[1:] != code[:-1])
        store.append("joined", pa.table(
            [code[once], equal[once].astype(np.int32), centre[once]], schema=_JOINED))
    store.insert("template", """
        select code, min({'unlike': -equal, 'centre': centre}).centre as template_code
        from joined group by code
    """)
    store.drop("joined", "sketched")


@dataclass(frozen=True)
class _Part:
    """Some skeletons in the order of their groups, later ones last, and then of their numbers."""

    group: Codes
    is_later: Flags
    code: Ints
    digest: Codes
    n_before: int
    """Those at the beginning that were compared before: heads of a group that goes on."""

    def pairs(self, *, among_followers: bool = False) -> Pairs:
        """Return the pairs that are alike, those compared before left out."""

        def is_asked(row: Ints, head: Ints) -> Flags:
            """Flag those that are new, and who follow beside those who do not."""
            is_new: Flags = row >= self.n_before
            return is_new & self.is_later[row] & ~self.is_later[head] if among_followers else is_new

        return alike_pairs(self.group, self.digest, is_asked)

    def heads(self) -> "_Part":
        """Return the first of the last group, to compare others with."""
        start = int(np.searchsorted(self.group, self.group[-1]))
        return self.some(np.arange(start, min(start + MOST_COMPARED, len(self.group))))

    def some(self, at: Ints | Flags) -> "_Part":
        """Return some of the skeletons, none of them compared."""
        return _Part(self.group[at], self.is_later[at], self.code[at], self.digest[at], 0)


def _sketch(store: Store, table: str) -> None:
    """Make ``sketched``: of each skeleton its digest and its groups."""
    store.drop("sketched")
    for batch in store.batches(f"select * from {table}", rows=ROWS_AT_ONCE):
        bands = [batch[name].to_numpy() for name in BANDS]
        digest = digests(bands)
        store.append("sketched", pa.table({
            "code": batch["code"],
            **{name: np.ascontiguousarray(digest[:, at]) for at, name in enumerate(_DIGEST)},
            **{name: groups(band) for name, band in zip(_GROUPS, bands, strict=True)},
        }))


def _sorted(store: Store, select: str) -> Iterator[_Part]:
    """Yield skeletons band by band, sorted, each once."""
    for group in _GROUPS:
        before: _Part | None = None
        last: _Part | None = None
        for batch in store.batches(
            f"select {group} as number, is_later, code, {', '.join(_DIGEST)} from ({select}) "
            "order by number, is_later, code", rows=ROWS_AT_ONCE,
        ):
            part = _Part(
                batch["number"].to_numpy(), batch["is_later"].to_numpy(zero_copy_only=False),
                batch["code"].to_numpy(),
                np.column_stack([batch[name].to_numpy() for name in _DIGEST]), 0,
            )
            part = _once(part, last)
            if not len(part.group):
                continue
            last = part.some(np.array([len(part.group) - 1]))
            if before is not None:
                part = _after(before, part)
            yield part
            before = part.heads()


def _once(part: _Part, last: _Part | None) -> _Part:
    """Return the skeletons without those that are there twice, one after the other."""
    code, group = part.code, part.group
    is_new = np.append(True, (code[1:] != code[:-1]) | (group[1:] != group[:-1]))
    if last is not None:
        is_new[0] = last.code[0] != code[0] or last.group[0] != group[0]
    return part.some(is_new)


def _after(before: _Part, part: _Part) -> _Part:
    """Return some skeletons behind those that were compared before."""
    return _Part(
        np.concatenate([before.group, part.group]),
        np.concatenate([before.is_later, part.is_later]),
        np.concatenate([before.code, part.code]),
        np.concatenate([before.digest, part.digest]), len(before.group),
    )
