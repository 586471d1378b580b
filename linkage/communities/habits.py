"""Habits: customers of one vendor told apart by the software they come with.

Two operators who come through the same exits and each pay with cards of their own are one
community, and so are the cells of one operator who does the same. Their tools differ: an
operator's accounts come with his few user agents and TLS fingerprints, in whatever mixture.
The pieces of a ring that nothing but what is for hire joins are compared two by two: were
they drawn from one mixture of such values, or from two? Each pair gives a log Bayes factor
under the Dirichlet-multinomial [1]_, its base the values of everybody and its concentration
unknown, so that cells of ordinary customers are no reason to part. Pieces are then grouped by
correlation clustering [2]_, and groups that explain their members far better than one ring
does are operations of their own.

.. [1] Minka (2000), Estimating a Dirichlet distribution.
.. [2] Bansal, Blum & Chawla (2004), Correlation clustering, Machine Learning 56.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.special import gammaln, logsumexp

from linkage.communities.counting import dense, first_of_component
from linkage.communities.leiden import signed_partition
from linkage.communities.operations import FEWEST, LEAST_PART, SIGNIFICANT
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.signals import NEVER_ALONE

TOOLS = ("device",)
"""Families whose common values are the software that accounts come with."""

CONCENTRATIONS = (1.0, 10.0, 100.0, 1_000.0)
"""How near an operator's mixture is to everybody's: from a tool of his own to no habit."""

MOST_PIECES = 400
"""Pieces of a ring that are compared; smaller ones stay with the most of it."""

HELD_TOGETHER = 0.5
"""Share of a ring's accounts in pieces of two and more, without which it is a crowd."""


@dataclass(frozen=True)
class _Ring:
    """The pieces of a ring and the common values that their accounts hold."""

    rows: Ints
    """(n_rows,) of the members that are in a compared piece."""
    piece: Ints
    """(n_rows,) dense number of its piece."""
    counts: tuple[Floats, ...]
    """Per kind: (n_pieces, n_values) accounts of the piece that hold the value."""
    base: tuple[Floats, ...]
    """Per kind: (n_values,) share of each value among everybody's."""


def split_habits(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """Return new ring labels with operators apart who share what is for hire and no tools.

    Parameters
    ----------
    incidence
        Who holds what.
    account, ring
        (n_members,) each account once; rings are dense numbers from 0.
    """
    kinds = [
        at for at, known in enumerate(incidence.signals)
        if known.family in TOOLS and known.is_qualifier
    ]
    if not len(ring) or not kinds:
        return ring
    piece = _pieces(incidence, account, ring)
    label, n_rings = ring.copy(), int(ring.max()) + 1
    for rows in _in_pieces(ring, piece):
        group = _groups(_compared(incidence, account, rows, piece[rows], kinds))
        moved = group > 0
        if moved.any():
            label[rows[moved]] = n_rings + group[moved] - 1
            n_rings += int(group.max())
    return label


def _pieces(incidence: Incidence, account: Ints, ring: Ints) -> Ints:
    """(n_members,) component of each member by what is its ring's own and not for hire."""
    solid = ~np.isin(incidence.families, NEVER_ALONE)[incidence.family] & incidence.creates
    held = incidence.held[account].tocoo()
    keep = solid[held.col]
    row = held.row[keep].astype(np.int64)
    column = ring[row] * incidence.n_identifiers + held.col[keep]
    columns, which, n = np.unique(column, return_inverse=True, return_counts=True)
    own = 2 * n[which] >= incidence.n_holders[columns % incidence.n_identifiers][which]
    size = len(account) + len(columns)
    graph = sp.coo_matrix(
        (np.ones(own.sum(), dtype=np.int8), (row[own], len(account) + which[own])),
        shape=(size, size),
    )
    return first_of_component(graph)[: len(account)]


def _in_pieces(ring: Ints, piece: Ints) -> list[Ints]:
    """List the members, in pieces of two and more, of the rings that fall into several."""
    size = np.bincount(ring)
    n_piece = np.bincount(piece, minlength=len(piece))
    inside = np.flatnonzero(n_piece[piece] >= 2)
    n_inside = np.bincount(ring[inside], minlength=len(size))
    largest = np.zeros(len(size), dtype=np.int64)
    np.maximum.at(largest, ring, n_piece[piece])
    asked = (
        (n_inside >= HELD_TOGETHER * size)
        & (n_inside - largest >= np.maximum(FEWEST, LEAST_PART * size))
    )
    rows = inside[asked[ring[inside]]]
    rows = rows[np.argsort(ring[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(ring[rows])) + 1) if len(rows) else []


def _compared(
    incidence: Incidence, account: Ints, rows: Ints, piece: Ints, kinds: list[int]
) -> _Ring:
    """Count who of a ring's largest pieces comes with what."""
    names, which, n = np.unique(piece, return_inverse=True, return_counts=True)
    kept = np.zeros(len(names), dtype=bool)
    kept[np.lexsort((names, -n))[:MOST_PIECES]] = True
    rows, which = rows[kept[which]], dense(which[kept[which]])
    held = incidence.held[account[rows]]
    counts, base = [], []
    for kind in kinds:
        of_kind = incidence.kind == kind
        values = np.flatnonzero(np.bincount(held.indices, minlength=len(of_kind)) * of_kind)
        total = float(incidence.n_holders[of_kind].sum())
        if not len(values):
            continue
        mine = held[:, values]
        adds = sp.csr_matrix(
            (np.ones(len(rows)), (which, np.arange(len(rows)))),
            shape=(int(which.max()) + 1, len(rows)),
        )
        counts.append(np.asarray((adds @ (mine != 0)).todense(), dtype=float))
        base.append(incidence.n_holders[values] / total)
    return _Ring(rows, which, tuple(counts), tuple(base))


def _groups(ring: _Ring) -> Ints:
    """(n_rows,) group of each row, 0 the largest; all 0 where one explains them."""
    n_pieces = int(ring.piece.max(initial=-1)) + 1
    size = np.bincount(ring.piece, minlength=n_pieces)
    none = np.zeros(len(ring.rows), dtype=np.int64)
    if n_pieces < 2 or not ring.counts:
        return none
    group = signed_partition(n_pieces, *_bayes_factors(ring))
    group = _large_enough(ring, group, size)
    n_groups = int(group.max()) + 1
    apart = sum(
        _evidence(_summed(counts, group, n_groups), base).sum()
        for counts, base in zip(ring.counts, ring.base, strict=True)
    )
    whole = sum(
        _evidence(counts.sum(axis=0)[None, :], base)[0]
        for counts, base in zip(ring.counts, ring.base, strict=True)
    )
    # One value's kind may follow from another's: their mean counts.
    if (apart - whole) / len(ring.counts) <= SIGNIFICANT * (n_groups - 1):
        return none
    order = np.argsort(-np.bincount(group, weights=size), kind="stable")
    place = np.empty(n_groups, dtype=np.int64)
    place[order] = np.arange(n_groups)
    return place[group][ring.piece]


def _bayes_factors(ring: _Ring) -> tuple[Ints, Ints, Floats]:
    """Return all pairs of pieces and the nats by which one mixture beats two."""
    n_pieces = len(ring.counts[0])
    left, right = np.triu_indices(n_pieces, 1)
    nats = np.zeros(len(left))
    for counts, base in zip(ring.counts, ring.base, strict=True):
        alone = _evidence(counts, base)
        nats += _evidence_of_pairs(counts, base)[left, right] - alone[left] - alone[right]
    return left, right, nats / len(ring.counts)


def _evidence(counts: Floats, base: Floats) -> Floats:
    """(n_groups,) log marginal likelihood of each group's values, whatever the concentration."""
    per = [
        (gammaln(counts + a * base) - gammaln(a * base)).sum(axis=1)
        + gammaln(a) - gammaln(counts.sum(axis=1) + a)
        for a in CONCENTRATIONS
    ]
    return np.asarray(logsumexp(per, axis=0) - np.log(len(per)))


def _evidence_of_pairs(counts: Floats, base: Floats) -> Floats:
    """(n_pieces, n_pieces) as :func:`_evidence`, of every two pieces together."""
    total = counts.sum(axis=1)
    both_total = total[:, None] + total[None, :]
    per = []
    for a in CONCENTRATIONS:
        gain = gammaln(counts + a * base) - gammaln(a * base)
        own = gain.sum(axis=1)
        both = own[:, None] + own[None, :]
        for value in range(len(base)):
            at = np.flatnonzero(counts[:, value])
            n = counts[at, value]
            prior = a * base[value]
            both[np.ix_(at, at)] += (
                gammaln(n[:, None] + n[None, :] + prior) - gammaln(prior)
                - gain[at, value][:, None] - gain[at, value][None, :]
            )
        per.append(both + gammaln(a) - gammaln(both_total + a))
    return np.asarray(logsumexp(per, axis=0) - np.log(len(per)))


def _summed(counts: Floats, group: Ints, n_groups: int) -> Floats:
    """(n_groups, n_values) counts of the pieces of each group."""
    found = np.zeros((n_groups, counts.shape[1]))
    np.add.at(found, group, counts)
    return found


def _large_enough(ring: _Ring, group: Ints, size: Ints) -> Ints:
    """(n_pieces,) dense groups, those too small for an operation in the one they fit best."""
    n = np.bincount(group, weights=size)
    large = n >= max(FEWEST, LEAST_PART * size.sum())
    if not large.any():
        return np.zeros_like(group)
    kept = np.flatnonzero(large)
    place = np.full(len(n), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    label = place[group]
    gains = np.zeros((int((label < 0).sum()), len(kept)))
    for counts, base in zip(ring.counts, ring.base, strict=True):
        of_group = _summed(counts[label >= 0], label[label >= 0], len(kept))
        alone = _evidence(of_group, base)
        for row, piece in enumerate(np.flatnonzero(label < 0)):
            gains[row] += _evidence(of_group + counts[piece], base) - alone
    label[label < 0] = gains.argmax(axis=1) if len(kept) else 0
    return dense(label)
