"""A world of chance with the same marginals: identifiers dealt anew among the accounts.

Within each family every account keeps how many identifiers it holds and every identifier how
many holders it has (the configuration model [1]_); nothing else ties the two. Identifiers
that one account alone holds take part, as the places in which a shared one may fall. The
times at which an identifier was held stay with it, so that its holders meet as they did.
Families, and not kinds: a kind that one ring alone holds, dealt by itself, would stay there.

.. [1] Fosdick, Larremore, Nishimura & Ugander (2018), Configuring random graph models with
   fixed degree sequences, SIAM Review 60.
"""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from linkage.evidence.incidence import Flags, Incidence, Ints

MOST_ROUNDS = 100
"""Rounds in which accounts that were dealt one identifier twice exchange it."""


def redealt(incidence: Incidence, lone: Ints, *, seed: int) -> Incidence:
    """Deal the identifiers anew.

    Parameters
    ----------
    incidence
        Who holds what.
    lone
        (n_families, n_accounts) identifiers of each family that the account alone holds.
    seed
        Of the deal.

    Returns
    -------
    Incidence
        With as many holders of each identifier, and no more identifiers of any family
        with any account than it holds now.
    """
    rng = np.random.default_rng([seed, 11])
    n_families, n = lone.shape
    holder = np.repeat(np.arange(n), np.diff(incidence.held.indptr))
    identifier = incidence.held.indices.astype(np.int64)
    empty = np.repeat(np.arange(n_families * n), lone.ravel())
    account = np.concatenate([holder, empty % n])
    family = np.concatenate([incidence.family[identifier], empty // n])
    # What lies in each account's places: a holding, or -1 for one of its own.
    content = np.concatenate([np.arange(len(holder)), np.full(len(empty), -1, dtype=np.int64)])
    place = np.lexsort((rng.random(len(account)), family))
    by_family = np.argsort(family, kind="stable")
    dealt = np.empty_like(account)
    dealt[by_family] = account[place]
    dealt = _without_doubles(dealt, family, content, identifier, rng)
    holds = content >= 0
    order = np.lexsort((identifier, dealt[holds]))
    starts = np.r_[0, np.cumsum(np.bincount(dealt[holds], minlength=n))]
    return replace(
        incidence,
        held=sp.csr_matrix(
            (np.ones(len(holder), dtype=np.int32), identifier[order], starts),
            shape=incidence.held.shape,
        ),
        first_seen=incidence.first_seen[order],
        last_seen=incidence.last_seen[order],
    )


def _without_doubles(
    dealt: Ints, family: Ints, content: Ints, identifier: Ints, rng: np.random.Generator
) -> Ints:
    """Exchange places within a family until no account has one identifier twice."""
    n_identifiers = int(identifier.max(initial=0)) + 1
    bounds = np.searchsorted(np.sort(family), np.arange(int(family.max(initial=0)) + 2))
    by_family = np.argsort(family, kind="stable")
    for _ in range(MOST_ROUNDS):
        double = np.flatnonzero(_is_double(dealt, content, identifier, n_identifiers))
        if not len(double):
            break
        first, last = bounds[family[double]], bounds[family[double] + 1]
        other = by_family[first + (rng.random(len(double)) * (last - first)).astype(np.int64)]
        # A place takes part in one exchange at a time.
        _, once = np.unique(other, return_index=True)
        double, other = double[once], other[once]
        apart = ~np.isin(other, double)
        double, other = double[apart], other[apart]
        dealt[double], dealt[other] = dealt[other], dealt[double]
    return dealt


def _is_double(dealt: Ints, content: Ints, identifier: Ints, n_identifiers: int) -> Flags:
    """Flag places whose account has the same identifier in an earlier one."""
    holds = np.flatnonzero(content >= 0)
    key = dealt[holds] * n_identifiers + identifier[content[holds]]
    _, first = np.unique(key, return_index=True)
    double = np.zeros(len(dealt), dtype=bool)
    double[holds] = True
    double[holds[first]] = False
    return double
