"""What a pair of accounts agrees in, with each family counted once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from linkage.evidence.incidence import Floats, Incidence, Ints
from linkage.evidence.pairs import SIZE_CLASSES, Agreements

_NEVER = np.iinfo(np.int64).max

_PARTS = 8
"""Parts in which the pairs are looked through, side by side: smaller ones sort faster."""


@dataclass(frozen=True)
class FamilyAgreements:
    """One row per pair and family it agrees in, with the best agreement of the family."""

    pair: Ints
    family: Ints
    kind: Ints
    size: Ints
    decay: Floats


def best_by_family(
    incidence: Incidence, shared: Agreements, *, threads: int = 1
) -> FamilyAgreements:
    """Keep a pair's most telling agreement of each family: a family counts once.

    Parameters
    ----------
    incidence, shared
        Who holds what, and what pairs share.
    threads
        Threads to use; never changes a result.

    Returns
    -------
    FamilyAgreements
        By pair, then family.
    """
    # A pair is left * n_accounts + right: equal shares of what it may be go by account.
    bounds = [incidence.n_accounts**2 * at // _PARTS for at in range(_PARTS + 1)]

    def best(least: int, end: int) -> FamilyAgreements:
        rows = np.flatnonzero((shared.pair >= least) & (shared.pair < end))
        return _best_of(incidence, Agreements(
            shared.pair[rows], shared.identifier[rows], shared.decay[rows]))

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(best, bounds[:-1], bounds[1:]))
    return FamilyAgreements(**{
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(FamilyAgreements)
    })


def _best_of(incidence: Incidence, shared: Agreements) -> FamilyAgreements:
    """Keep the most telling agreement of each pair and family."""
    prior = prior_reliability(incidence)
    bits = np.log2(prior / (1 - prior)) + 2 * np.log2(max(incidence.n_accounts, 2))
    kind = incidence.kind[shared.identifier]
    size = size_class(incidence.n_holders)[shared.identifier]
    size[_direct(incidence, shared)] = 0
    family = incidence.family[shared.identifier]
    worth = bits[kind, size] * shared.decay
    group = shared.pair * len(incidence.families) + family
    chosen = _first_of_best(group, worth, kind)
    return FamilyAgreements(
        pair=shared.pair[chosen], family=family[chosen], kind=kind[chosen], size=size[chosen],
        decay=shared.decay[chosen],
    )


def _first_of_best(group: Ints, worth: Floats, kind: Ints) -> Ints:
    """Return the row of each group, ascending, of the most worth; of equals the lowest kind.

    Of rows equal in both, the first. Sorting groups alone is four times faster than sorting
    rows by all three.
    """
    order = np.argsort(group)
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(order) else order
    n_rows = np.diff(np.r_[starts, len(order)])
    best = np.repeat(np.maximum.reduceat(worth[order], starts), n_rows)
    rank = np.where(worth[order] == best, kind[order] * len(order) + order, _NEVER)
    found: Ints = np.minimum.reduceat(rank, starts) % max(len(order), 1)
    return found


def _direct(incidence: Incidence, shared: Agreements) -> Ints:
    """Return the rows of pairs of which one account is what the other is linked to.

    They are related directly, as if no one else held the identifier, however many others
    are linked to the same account.
    """
    rows = np.flatnonzero((incidence.centre >= 0)[shared.identifier])
    centre, pair = incidence.centre[shared.identifier[rows]], shared.pair[rows]
    n = incidence.n_accounts
    direct: Ints = rows[(centre == pair // n) | (centre == pair % n)]
    return direct


def size_class(n_holders: Ints) -> Ints:
    """Index of the class of identifiers with about as many holders."""
    found = np.searchsorted(SIZE_CLASSES, n_holders, side="right") - 1
    return np.clip(found, 0, len(SIZE_CLASSES) - 2)


def prior_reliability(incidence: Incidence) -> Floats:
    """(n_kinds, n_size_classes) the signals' priors; each further holder is a stranger."""
    alone = np.array([known.reliability for known in incidence.signals] or [0.5])[:, None]
    odds = alone / (1 - alone) / (SIZE_CLASSES[:-1] - 1)
    return odds / (1 + odds)  # type: ignore[no-any-return]
