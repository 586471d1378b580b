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
    """Keep a pair's most telling agreement of each family: a family counts once."""
    prior = prior_reliability(incidence)
    kind = incidence.kind[shared.identifier]
    size = np.where(
        _is_direct(incidence, shared), 0, size_class(incidence.n_holders[shared.identifier])
    )
    family = incidence.family[shared.identifier]
    odds = prior[kind, size] / (1 - prior[kind, size])
    worth = (np.log2(odds) + 2 * np.log2(max(incidence.n_accounts, 2))) * shared.decay
    order = np.lexsort((kind, -worth, family, shared.pair))
    pair, family = shared.pair[order], family[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (pair[1:] != pair[:-1]) | (family[1:] != family[:-1])
    chosen = order[first]
    return FamilyAgreements(
        pair=pair[first], family=family[first], kind=kind[chosen], size=size[chosen],
        decay=shared.decay[chosen],
    )


def _is_direct(incidence: Incidence, shared: Agreements) -> Flags:
    """Flag pairs of which one account is what the other is linked to.

    They are related directly, as if no one else held the identifier, however many others
    are linked to the same account.
    """
    centre = incidence.centre[shared.identifier]
    n = incidence.n_accounts
    direct: Flags = (centre >= 0) & ((centre == shared.pair // n) | (centre == shared.pair % n))
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
