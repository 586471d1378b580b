"""What a pair of accounts agrees in, with each family counted once."""

from dataclasses import dataclass

import numpy as np

from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.evidence.pairs import SIZE_CLASSES, Agreements


@dataclass(frozen=True)
class FamilyAgreements:
    """One row per pair and family it agrees in, with the best agreement of the family."""

    pair: Ints
    family: Ints
    kind: Ints
    size: Ints
    decay: Floats


def best_by_family(incidence: Incidence, shared: Agreements) -> FamilyAgreements:
    """Keep a pair's most reliable agreement of each family: a family counts once."""
    prior = prior_reliability(incidence)
    n_sizes = prior.shape[1]
    order = np.argsort(-prior.ravel(), kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    kind = incidence.kind[shared.identifier]
    size = np.where(
        _is_direct(incidence, shared), 0, size_class(incidence.n_holders[shared.identifier])
    )
    fresh = np.minimum((shared.decay * 15).astype(np.int64), 15)
    n_families = len(incidence.families)
    code = shared.pair * n_families + incidence.family[shared.identifier]
    code = (code * len(order) + rank[kind * n_sizes + size]) * 16 + (15 - fresh)
    code.sort()
    group = code // (16 * len(order))
    first = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    chosen = order[(code[first] // 16) % len(order)]
    group = group[first]
    return FamilyAgreements(
        pair=group // n_families,
        family=group % n_families,
        kind=chosen // n_sizes,
        size=chosen % n_sizes,
        decay=(15 - code[first] % 16) / 15.0,
    )


def _is_direct(incidence: Incidence, shared: Agreements) -> Flags:
    """Flag pairs of which one account is what the other is linked to.

    They are related directly, as if no one else held the identifier, however many others
    are linked to the same account.
    """
    centre = incidence.centre[shared.identifier]
    n = incidence.n_accounts
    return (centre >= 0) & ((centre == shared.pair // n) | (centre == shared.pair % n))


def size_class(n_holders: Ints) -> Ints:
    """Index of the class of identifiers with about as many holders."""
    found = np.searchsorted(SIZE_CLASSES, n_holders, side="right") - 1
    return np.clip(found, 0, len(SIZE_CLASSES) - 2)


def prior_reliability(incidence: Incidence) -> Floats:
    """(n_kinds, n_size_classes) the signals' priors; each further holder is a stranger."""
    alone = np.array([known.reliability for known in incidence.signals] or [0.5])[:, None]
    odds = alone / (1 - alone) / (SIZE_CLASSES[:-1] - 1)
    return odds / (1 + odds)  # type: ignore[no-any-return]
