"""The rows that justify each membership; per account they add up to its posterior."""

import numpy as np
import pyarrow as pa

from linkage.communities.gains import (
    CORE,
    MEMBER,
    Gains,
    identifier_gains,
    least_core,
    ring_profile,
)
from linkage.communities.proposals import in_their_ring
from linkage.communities.settle import Communities
from linkage.evidence.incidence import Floats, Incidence, Ints
from linkage.evidence.weights import Weights

BITS = 1 / np.log(2)
"""Bits in a nat."""

LEAST_BITS = 0.05
"""What a family takes away is listed from here; less goes with the prior."""


def evidence_rows(incidence: Incidence, found: Communities, gains: Gains) -> pa.Table:
    """List what each identifier adds to each membership, in bits.

    A family's measured worth is dealt out over its identifiers in proportion to what each
    says by itself. What a family takes away is a row of kind ``absence``, and the prior
    odds are a row of kind ``prior``, so that the rows of an account sum to its evidence.

    Parameters
    ----------
    incidence, found
        Who holds what, and who is in which ring.
    gains
        From :func:`member_gains`.

    Returns
    -------
    pyarrow.Table
        member (row in ``found``), kind, identifier (-1 for none), its holding, family (-1
        for none), bits; by member, then falling bits.
    """
    n_families = len(incidence.families)
    place = gains.cell * n_families + incidence.family[gains.identifier]
    nats, rest = _deal(incidence, gains.nats, gains.identifier, place, found.by_family)
    named = nats * BITS >= 1e-6
    lost_at = np.flatnonzero(rest.ravel() * BITS < -LEAST_BITS)
    lost = rest.ravel()[lost_at]
    member = np.concatenate([gains.cell[named], lost_at // n_families])
    bits = np.concatenate([nats[named], lost]) * BITS
    n_members = len(found.account)
    remainder = found.nats * BITS - np.bincount(member, weights=bits, minlength=n_members)
    kind_names = np.array([one.kind for one in incidence.signals] + ["absence", "prior"])
    kind = np.concatenate([
        incidence.kind[gains.identifier[named]],
        np.full(len(lost_at), len(kind_names) - 2),
        np.full(n_members, len(kind_names) - 1),
    ])
    identifier = np.concatenate([
        gains.identifier[named], np.full(len(lost_at) + n_members, -1, dtype=np.int64)
    ])
    holding = np.concatenate([
        gains.holding[named], np.full(len(lost_at) + n_members, -1, dtype=np.int64)
    ])
    family = np.concatenate([
        incidence.family[gains.identifier[named]], lost_at % n_families,
        np.full(n_members, -1, dtype=np.int64),
    ])
    member = np.concatenate([member, np.arange(n_members)])
    bits = np.concatenate([bits, remainder])
    order = np.lexsort((identifier, kind, -bits, member))
    names = pa.DictionaryArray.from_arrays(pa.array(kind[order]), pa.array(kind_names))
    return pa.table({
        "member": member[order], "kind": names, "identifier": identifier[order],
        "holding": holding[order], "family": family[order], "bits": bits[order],
    })


def member_gains(incidence: Incidence, weights: Weights, found: Communities) -> Gains:
    """Return what each identifier of each member says for its ring, by itself.

    Returns
    -------
    Gains
        ``cell`` is the row in ``found``.
    """
    profile, prior = ring_profile(incidence, found.judged)
    # An account may have been in two proposals; it is left out of the one it is in now.
    own = in_their_ring(found.judged, found.account, found.judged_ring)
    part = np.zeros(incidence.n_accounts, dtype=np.int64)
    part[found.judged.account[own]] = np.where(found.judged.is_core[own], CORE, MEMBER)
    return identifier_gains(
        incidence, profile, prior, weights.strangers, found.account, found.judged_ring,
        part[found.account], least_core(incidence),
    )


def _deal(
    incidence: Incidence, gain: Floats, identifier: Ints, place: Ints, by_family: Floats
) -> tuple[Floats, Floats]:
    """Deal each family's worth out over its identifiers.

    Returns what each identifier gets and what is left of each (member, family).
    """
    worth = by_family.ravel()
    creates = incidence.creates[identifier]
    size = len(worth)
    total = np.bincount(place[creates], weights=gain[creates], minlength=size)
    best_hub = np.zeros(size)
    np.maximum.at(best_hub, place[~creates], gain[~creates])
    # A family speaks through identifiers of its own, or else through its best public one.
    through_hub = (total == 0) | (best_hub >= np.maximum(worth, 1e-9))
    is_best = ~creates & (gain == best_hub[place]) & through_hub[place]
    first_best = np.zeros(len(gain), dtype=bool)
    at = np.flatnonzero(is_best)
    _, first = np.unique(place[at], return_index=True)
    first_best[at[first]] = True
    by_share = np.maximum(worth, 0)[place] * gain / np.maximum(total, 1e-12)[place]
    dealt = np.where(first_best, gain, 0.0)
    own = creates & ~through_hub[place]
    dealt[own] = by_share[own]
    return dealt, by_family - np.bincount(place, weights=dealt, minlength=size).reshape(
        by_family.shape)
