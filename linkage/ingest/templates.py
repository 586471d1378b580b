"""Templates: skeletons much like one centre, found without comparing all with all.

Skeletons that share a band of the locality-sensitive hash are candidates; each is compared
with a centre and joins it or none. Nothing is joined through a third: a template reaches as
far as its own centre and no further. The order in which skeletons become centres is that of
their keyed numbers, which is random and the same for any order of rows; taking the first of
each neighbourhood in such an order needs few rounds [1]_.

.. [1] Fischer & Noever (2018), Tight analysis of parallel randomized greedy MIS, SODA.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.prompts import BANDS
from linkage.ingest.sketches import N_BANDS, likeness
from linkage.store import Store

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

ALIKE = 0.5
"""Jaccard similarity to the centre from which a skeleton is of its template."""

KEYS_AT_ONCE = 1 << 22
"""Band numbers that are compared in memory at once."""

SKELETONS_AT_ONCE = 1 << 18
"""Skeletons that are gathered into templates in memory at once."""

PAIRS_AT_ONCE = 1 << 16

MOST_CENTRES = 4
"""Centres of one band that a skeleton is compared with: made-to-collide bands cost no more."""


def make_templates(store: Store) -> int:
    """Make the table ``template`` from ``skeleton`` and return its number of rows.

    Returns
    -------
    int
        Rows of ``template``: (code, template_code), one per skeleton that is of another
        one's template. Every other skeleton is a template of its own.
    """
    store.put("template", pa.table({
        "code": pa.array([], pa.int64()), "template_code": pa.array([], pa.int64()),
    }))
    n = store.count("skeleton")
    if not n:
        return 0
    has_company = _with_company(store, n)
    centres = _Centres()
    for code, bands in _chunks(store, n, has_company):
        home = centres.gather(code, bands)
        moved = np.flatnonzero(home != code)
        if len(moved):
            store.append("template", pa.table({
                "code": code[moved], "template_code": home[moved],
            }))
    return store.count("template")


def _with_company(store: Store, n: int) -> Flags:
    """Flag the rows of ``skeleton`` that share a band with another row."""
    found = np.zeros(n, dtype=bool)
    n_parts = -(-n // KEYS_AT_ONCE)
    for band in BANDS:
        for part in range(n_parts):
            # Equal numbers are in equal parts; bit operations keep the sign out of it.
            rows = store.arrow(
                f"select rowid as place, {band} as number from skeleton "
                f"where ({band} & 1048575) % {n_parts} = {part}"
            )
            place = rows["place"].to_numpy()
            number = rows["number"].to_numpy()
            order = np.argsort(number)  # not stable: five times faster
            number, place = number[order], place[order]
            same = number[1:] == number[:-1]
            found[place[1:][same]] = True
            found[place[:-1][same]] = True
    return found


def _chunks(store: Store, n: int, has_company: Flags) -> Iterator[tuple[Ints, Codes]]:
    """Yield (codes ascending, bands) of the skeletons with company, a range of codes each."""
    n_chunks = -(-n // SKELETONS_AT_ONCE)
    edges = [-(2**63) + 2**64 * at // n_chunks for at in range(n_chunks)]
    for first, last in zip(edges, [*(edge - 1 for edge in edges[1:]), 2**63 - 1], strict=True):
        rows = store.arrow(
            f"select rowid as place, code, {', '.join(BANDS)} from skeleton "
            "where code between $first and $last",
            {"first": first, "last": last},
        )
        kept = np.flatnonzero(has_company[rows["place"].to_numpy()])
        code, once = np.unique(rows["code"].to_numpy()[kept], return_index=True)
        if len(code):
            at = kept[once]
            yield code, np.column_stack([
                rows[name].to_numpy()[at] for name in BANDS]).view(np.uint64)


class _Centres:
    """The centres so far, and who joins them."""

    def __init__(self) -> None:
        self._code = np.zeros(0, dtype=np.int64)
        self._bands = np.zeros((0, N_BANDS), dtype=np.uint64)
        self._order = [np.zeros(0, dtype=np.int32)] * N_BANDS
        """Of each band, the centres in order of its number, of equal ones the first."""

    def gather(self, code: Ints, bands: Codes) -> Ints:
        """Return the code of the centre of each skeleton, its own for a new centre.

        Parameters
        ----------
        code
            (n,) distinct, ascending, and above all codes of earlier calls.
        bands
            (n, N_BANDS) their sketches.
        """
        near = _best(*self._near(bands), bands, self._bands)
        home = np.where(near >= 0, self._code[near] if len(self._code) else 0, code)
        rest = np.flatnonzero(near < 0)
        centre = rest[_leaders(bands[rest])]
        home[rest] = code[centre]
        new = np.unique(centre)
        self._add(code[new], bands[new])
        return home

    def _add(self, code: Ints, bands: Codes) -> None:
        """Take new centres, put among those that are in order already."""
        n = len(self._code)
        for at, old in enumerate(self._order):
            order = np.argsort(bands[:, at], kind="stable")
            place = np.searchsorted(self._bands[old, at], bands[order, at], side="right")
            self._order[at] = np.insert(old, place, (n + order).astype(np.int32))
        self._code = np.concatenate([self._code, code])
        self._bands = np.concatenate([self._bands, bands])

    def _near(self, bands: Codes) -> tuple[Ints, Ints]:
        """Pairs of (row, centre) that share a band."""
        pairs = [np.zeros(0, dtype=np.int64)]
        n = max(len(self._code), 1)
        for at in range(N_BANDS if len(self._code) else 0):
            order = self._order[at]
            known = self._bands[order, at]
            place = np.searchsorted(known, bands[:, at])
            row = np.arange(len(bands))
            for _ in range(MOST_CENTRES):
                inside = place < n
                row, place = row[inside], place[inside]
                hit = known[place] == bands[row, at]
                row, place = row[hit], place[hit]
                pairs.append(row * n + order[place])
                place = place + 1
        both = np.unique(np.concatenate(pairs))
        return both // n, both % n


def _leaders(bands: Codes) -> Ints:
    """Return the row of each row's centre, its own for a centre; rows in order of rank."""
    home = np.full(len(bands), -1, dtype=np.int64)
    open_ = np.arange(len(bands))
    while len(open_):
        left, right = _firsts(bands[open_])
        accepted = _is_alike(bands, open_[left], bands, open_[right])[1]
        left, right = left[accepted], right[accepted]
        follows = np.zeros(len(open_), dtype=bool)
        follows[left] = True
        alone = open_[~follows]
        home[alone] = alone
        to_centre = home[open_[right]] >= 0
        best = _best(open_[left[to_centre]], open_[right[to_centre]], bands, bands)
        joins = open_[best[open_] >= 0]
        home[joins] = best[joins]
        open_ = open_[home[open_] < 0]
    return home


def _firsts(bands: Codes) -> tuple[Ints, Ints]:
    """Pairs of (row, first row of one of its bands), the row itself left out."""
    n = len(bands)
    pairs = []
    for at in range(N_BANDS):
        order = np.argsort(bands[:, at])
        number = bands[order, at]
        begins = np.flatnonzero(np.r_[True, number[1:] != number[:-1]])
        first = np.repeat(np.minimum.reduceat(order, begins), np.diff(np.r_[begins, n]))
        other = order != first
        pairs.append(order[other] * n + first[other])
    both = np.unique(np.concatenate(pairs))
    return both // n, both % n


def _is_alike(
    left_bands: Codes, left: Ints, right_bands: Codes, right: Ints
) -> tuple[npt.NDArray[np.float64], Flags]:
    """How alike pairs of sketches are, and whether that is enough."""
    found = np.zeros(len(left))
    for start in range(0, len(left), PAIRS_AT_ONCE):
        here = slice(start, start + PAIRS_AT_ONCE)
        found[here] = likeness(left_bands[left[here]], right_bands[right[here]])
    return found, found >= ALIKE


def _best(row: Ints, centre: Ints, bands: Codes, of_centres: Codes) -> Ints:
    """Return the centre most like each row, of equal ones the first; -1 where none is alike."""
    found = np.full(len(bands), -1, dtype=np.int64)
    alike, enough = _is_alike(bands, row, of_centres, centre)
    row, centre, alike = row[enough], centre[enough], alike[enough]
    order = np.lexsort((centre, -alike, row))
    row, centre = row[order], centre[order]
    first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, bool)
    found[row[first]] = centre[first]
    return found
