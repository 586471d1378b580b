"""The identifier view: identifiers that more accounts hold together than chance allows.

In a ring of 25,000 accounts that spreads 240 templates over its members no pair of
accounts is ever strong; the evidence is collective, and only this view sees it.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.hierarchy import Graph, communities
from linkage.communities.leiden import Leiden
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints

FEWEST_HOLDERS = 3
MOST_HOLDERS = 3_000
"""Identifiers with fewer or more holders take no part (more in runs above 1.5 million
accounts: one account in 500)."""

FEWEST_SHARED = 3
"""Accounts that must hold two identifiers before the two are joined."""

SIGNIFICANT = 12.0
"""Least nats by which co-holding must beat chance; more where more pairs are compared."""

BUSIEST = 0.95
"""Share of accounts whose activity counts in full; who holds more counts as if at this share:
an operator whose accounts hold more than anybody's is not to be explained by that."""

ROWS_AT_ONCE = 10_000


@dataclass(frozen=True)
class CoHolding:
    """The graph of identifiers."""

    identifier: Ints
    """(n_vertices,) identifier of each vertex."""
    graph: Graph


def co_holding(incidence: Incidence, *, threads: int = 1) -> CoHolding:
    """Join identifiers that more accounts hold together than chance allows.

    With o holders of both and e expected, an edge needs o >= 3 and a log-likelihood ratio
    o ln(o/e) - (o - e) above 12 nats and above the logarithm of the number of pairs of
    identifiers of these two kinds, so that chance makes about one edge of two kinds however
    many are compared (Bonferroni). Among accounts that hold k - 1 identifiers of any kind
    each, e = d1 d2 sum(k^2) / sum(k)^2, as in the configuration model: where a few accounts
    deal with everybody, any two that many deal with have some of these in common.
    """
    n = incidence.n_accounts
    holders = incidence.n_holders
    most = min(max(MOST_HOLDERS, n // 500), max(n // 5, FEWEST_HOLDERS))
    inside = (holders >= FEWEST_HOLDERS) & (holders <= most) & _takes_part(incidence)
    chosen = _in_order(incidence, np.flatnonzero(inside))
    columns = incidence.held[:, chosen]
    rows = columns.T.tocsr()
    d = holders[chosen].astype(float)
    k = 1.0 + np.diff(incidence.held.indptr)
    k = np.minimum(k, np.sort(k)[int(BUSIEST * (n - 1))])
    both_by_chance = k @ k / k.sum() ** 2
    creates = incidence.creates[chosen]
    kind = incidence.kind[chosen]
    needed = _needed(kind, len(incidence.signals))

    def joined(start: int) -> tuple[Ints, Ints]:
        both = (rows[start : start + ROWS_AT_ONCE] @ columns).tocoo()
        i, j = both.row.astype(np.int64) + start, both.col.astype(np.int64)
        o = both.data.astype(float)
        keep = (i < j) & (o >= FEWEST_SHARED) & (creates[i] | creates[j])
        i, j, o = i[keep], j[keep], o[keep]
        strong = _nats(o, d[i] * d[j] * both_by_chance) > needed[kind[i], kind[j]]
        return i[strong], j[strong]

    with ThreadPoolExecutor(threads) as pool:
        ends = list(pool.map(joined, range(0, len(chosen), ROWS_AT_ONCE)))
    none = np.zeros(0, dtype=np.int64)
    left, right = (np.concatenate([none, *side]) for side in (
        [one for one, _ in ends], [other for _, other in ends]))
    return CoHolding(chosen, Graph(len(chosen), left, right))


def identifier_view(incidence: Incidence, leiden: Leiden, *, threads: int = 1) -> Ints:
    """Propose rings: (n_accounts,) label of the cluster an account's identifiers speak for.

    An account joins a cluster by at least two of its identifiers; -1 for none.
    """
    found = co_holding(incidence, threads=threads)
    label = communities(found.graph, leiden, n_named=max(incidence.n_identifiers, 2))
    return _speak_for(incidence, found.identifier, label)


def _in_order(incidence: Incidence, identifier: Ints) -> Ints:
    """Order identifiers by who holds them.

    Their own order follows their keyed hashes; communities must not depend on the key.
    """
    name = np.random.default_rng(0).integers(0, 2**63, incidence.n_accounts, dtype=np.uint64)
    holdings = incidence.held[:, identifier].tocsc()
    running = np.concatenate([[np.uint64(0)], np.cumsum(name[holdings.indices], dtype=np.uint64)])
    total = running[holdings.indptr[1:]] - running[holdings.indptr[:-1]]
    kind, holders = incidence.kind[identifier], incidence.n_holders[identifier]
    return identifier[np.lexsort((total, holders, kind))]


def _takes_part(incidence: Incidence) -> Flags:
    """Kinds derived from another kind of the same row would join it by construction."""
    derived = np.array([
        known.is_qualifier and not known.proposes for known in incidence.signals
    ] or [False])
    return ~derived[incidence.kind]


def _needed(kind: Ints, n_kinds: int) -> Floats:
    """(n_kinds, n_kinds) nats that an edge between identifiers of two kinds needs."""
    n = np.bincount(kind, minlength=n_kinds).astype(float)
    pairs = np.outer(n, n)
    np.fill_diagonal(pairs, n * (n - 1) / 2)
    needed: Floats = np.maximum(np.log(np.maximum(pairs, 1.0)), SIGNIFICANT)
    return needed


def _nats(observed: Floats, expected: Floats) -> Floats:
    """Poisson log-likelihood ratio of a count against its expectation; 0 if below it."""
    nats = observed * np.log(observed / expected) - (observed - expected)
    return np.where(observed > expected, nats, 0.0)


def _speak_for(incidence: Incidence, identifier: Ints, label: Ints) -> Ints:
    """Let each account's identifiers vote with their rarity for a cluster."""
    together = np.bincount(label, minlength=1)[label] >= 2
    identifier, label = identifier[together], label[together]
    if not len(identifier):
        return np.full(incidence.n_accounts, -1, dtype=np.int64)
    clusters, label = np.unique(label, return_inverse=True)
    shape = (incidence.n_identifiers, len(clusters))
    rarity = np.log(incidence.n_accounts / incidence.n_holders[identifier])
    votes = (incidence.held @ sp.csr_matrix((rarity, (identifier, label)), shape=shape)).tocoo()
    count = (
        incidence.held
        @ sp.csr_matrix((np.ones(len(label)), (identifier, label)), shape=shape)
    ).tocoo()
    enough = count.data >= 2
    account, cluster = votes.row[enough], votes.col[enough]
    order = np.lexsort((cluster, -votes.data[enough], account))
    account, cluster = account[order], cluster[order]
    first = np.r_[True, account[1:] != account[:-1]] if len(account) else np.zeros(0, bool)
    joined = np.full(incidence.n_accounts, -1, dtype=np.int64)
    joined[account[first]] = cluster[first]
    return joined
