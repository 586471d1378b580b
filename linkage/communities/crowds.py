"""Crowds: accounts that were found as a group, and that nothing else puts in a ring.

Who was born together and moved as much may share nothing that either view could see: an
operator who funds each account through an exchange leaves no other trace. What such a crowd
is worth to a ring that other evidence made is judged there, as of any identifier. Those who
are in no ring when all else is settled are proposed as they were found, and judged once.
"""

from dataclasses import replace

import numpy as np

from linkage.communities.counting import dense
from linkage.communities.membership import CORE_NATS, membership
from linkage.communities.proposals import as_members, best_cells, together
from linkage.communities.settle import Communities
from linkage.evidence.incidence import Incidence, Ints
from linkage.evidence.weights import Weights


def with_crowds(
    incidence: Incidence, weights: Weights, found: Communities, *, threads: int = 1
) -> Communities:
    """Return the rings with those of crowds added, numbered after the others.

    Parameters
    ----------
    incidence
        Who holds what.
    weights
        Estimated reliabilities.
    found
        The rings that all other evidence made.
    threads
        Threads to use; never changes a result.
    """
    is_open = np.ones(incidence.n_accounts, dtype=bool)
    is_open[found.account] = False
    crowd = found_as_groups(incidence, is_qualifier=True)
    proposed = as_members(np.where(is_open, crowd, -1))
    if not proposed.n_rings:
        return found
    cells = membership(incidence, proposed, weights.strangers, threads=threads)
    best = best_cells(cells)
    best = best[is_open[cells.account[best]]]
    prior = cells.nats[best] - cells.by_family[best].sum(axis=1)
    first = int(found.ring.max(initial=-1)) + 1
    account = np.concatenate([found.account, cells.account[best]])
    order = np.argsort(account, kind="stable")
    ring = np.concatenate([found.ring, first + cells.ring[best]])
    return replace(
        found,
        account=account[order],
        ring=dense(ring[order]),
        nats=np.concatenate([found.nats, cells.nats[best]])[order],
        by_family=np.concatenate([found.by_family, cells.by_family[best]])[order],
        is_core=np.concatenate([found.is_core, cells.nats[best] > CORE_NATS])[order],
        prior_nats=np.concatenate([found.prior_nats, prior])[order],
        judged=together(found.judged, proposed),
        judged_ring=np.concatenate(
            [found.judged_ring, found.judged.n_rings + cells.ring[best]]
        )[order],
    )


def found_as_groups(incidence: Incidence, *, is_qualifier: bool) -> Ints:
    """(n_accounts,) the smallest identifier of each account whose holders were found as a group.

    Parameters
    ----------
    is_qualifier
        Of kinds that only strengthen a ring, or of those that make one; -1 for none.
    """
    proposes = np.array([
        known.proposes and known.is_qualifier is is_qualifier for known in incidence.signals
    ] or [False])
    columns = np.flatnonzero(proposes[incidence.kind])
    held = incidence.held[:, columns].tocoo()
    account, chosen = held.row.astype(np.int64), columns[held.col]
    order = np.lexsort((chosen, incidence.n_holders[chosen], account))
    account, chosen = account[order], chosen[order]
    crowd = np.full(incidence.n_accounts, -1, dtype=np.int64)
    first = np.r_[True, account[1:] != account[:-1]] if len(account) else np.zeros(0, bool)
    crowd[account[first]] = chosen[first]
    return crowd
