"""Who belongs to a ring: the posterior of each account for each ring it touches.

For a ring and a family of evidence the score of an account is the sum, over the
identifiers of the family, of the log ratio between the odds of being a member among the
identifier's other holders and the prior odds. What such a score is worth is then read off
the ring itself: among all accounts that score as high, how many are core members? Where
that is less than the sum, it counts, so that the dependence of identifiers within a family
is measured and not assumed. Families are taken as independent
and add up; a family in which the members score and the account does not counts against it.
The account itself is left out of everything that judges it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import distinct, logit, share_inside
from linkage.communities.families import borne_out, lacks
from linkage.communities.gains import (
    CORE,
    MEMBER,
    Gains,
    Members,
    counts,
    identifier_gains,
    least_core,
    ring_profile,
)
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.signals import NEVER_ALONE

CORE_NATS = 2.0
"""Posterior log odds above which a member helps to describe its ring."""

MOST_SURE = 5.0
"""Posterior log odds to which one family alone may lift an account."""

LEAST_NATS = -2.0
"""Log odds, by what may create alone, from which an account is looked at for a ring."""

AT_ONCE = 200_000
"""Members' holdings that are looked at together: what fits the caches of a processor."""

MOST_TURNS = 64
"""Parts that are looked at by themselves, however large the run: each has a fixed cost that
grows with the number of accounts."""

LEAST_SHARE = 0.02
"""An identifier proposes a ring to its holders when this share of them are core members."""


@dataclass(frozen=True)
class Cells:
    """One row per account and ring it may belong to, by ring, then account."""

    account: Ints
    ring: Ints
    nats: Floats
    """(n_cells,) posterior log odds of membership."""
    by_family: Floats
    """(n_cells, n_families) nats each family adds."""
    is_solid: Flags
    """(n_cells,) does anything but place, time and what strangers share as well tie the
    account to the ring?"""


def side_by_side(parts: Sequence[Cells], first_ring: Sequence[int], *, n_families: int) -> Cells:
    """Put the cells of different rings one after the other, those of each from its own number."""
    none = np.zeros(0, dtype=np.int64)
    rings = [part.ring + first for part, first in zip(parts, first_ring, strict=True)]
    return Cells(
        account=np.concatenate([none, *(part.account for part in parts)]),
        ring=np.concatenate([none, *rings]),
        nats=np.concatenate([np.zeros(0), *(part.nats for part in parts)]),
        by_family=np.concatenate([
            np.zeros((0, n_families)), *(part.by_family for part in parts)]),
        is_solid=np.concatenate([np.zeros(0, bool), *(part.is_solid for part in parts)]),
    )


def membership(
    incidence: Incidence, members: Members, strangers: Floats, *, threads: int = 1
) -> Cells:
    """Score every account for every ring it touches.

    Parameters
    ----------
    incidence
        Who holds what.
    members
        The rings as they stand.
    strangers
        (n_kinds,) strangers' holdings that one agreement must outweigh; above 0.
    threads
        Threads to use; never changes a result.
    """
    order = np.argsort(members.ring, kind="stable")
    account, ring, is_core = members.account[order], members.ring[order], members.is_core[order]
    first = np.searchsorted(ring, np.arange(members.n_rings + 1))
    weight = np.cumsum(np.r_[0, np.diff(incidence.held.indptr)[account]])[first]
    # One ring tells nothing of another, so they are judged in parts, side by side.
    each = max(AT_ONCE, int(weight[-1]) // MOST_TURNS)
    bounds = np.searchsorted(weight, np.arange(each, weight[-1], each))
    bounds = distinct(np.r_[0, bounds, members.n_rings])
    least = least_core(incidence)

    def judged(start: int, end: int) -> Cells:
        rows = slice(first[start], first[end])
        return _judged(
            incidence, Members(account[rows], ring[rows] - start, is_core[rows], end - start),
            strangers, least,
        )

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(judged, bounds[:-1].tolist(), bounds[1:].tolist()))
    return side_by_side(parts, bounds[:-1].tolist(), n_families=len(incidence.families))


def _judged(
    incidence: Incidence, members: Members, strangers: Floats, least: Ints
) -> Cells:
    """Score every account for some rings."""
    n = incidence.n_accounts
    profile, prior = ring_profile(incidence, members)
    n_core = np.bincount(members.ring[members.is_core], minlength=members.n_rings).astype(float)
    account, ring = _touched(incidence, members, profile, prior, strangers)
    own = np.searchsorted(ring * n + account, members.ring * n + members.account)
    part = np.zeros(len(account), dtype=np.int64)
    part[own] = np.where(members.is_core, CORE, MEMBER)
    gains = identifier_gains(
        incidence, profile, prior, strangers, account, ring, part, least)
    sums, hubs, doubt = _family_scores(incidence, gains, strangers, len(account))
    by_family = np.empty_like(sums)
    for family in range(sums.shape[1]):
        by_family[:, family] = borne_out(
            sums[:, family], doubt[:, family], ring, prior,
            is_core=part == CORE, counts=part != MEMBER,
        )
    against = lacks(by_family > 0, ring, part == CORE, n_core)
    # What strangers share as well speaks for an account, and not in the place of the rest.
    by_family = np.minimum(np.maximum(by_family, hubs), MOST_SURE - logit(prior[ring])[:, None])
    # What an account lacks, it tends to lack for one reason: only the worst counts.
    if against.shape[1]:
        worst = np.arange(len(account)), against.argmin(axis=1)
        by_family[worst] += against[worst]
    nats = logit(prior[ring]) + by_family.sum(axis=1)
    nats[n_core[ring] < 2] = -np.inf
    solid = ~np.isin(incidence.families, NEVER_ALONE)
    return Cells(account, ring, nats, by_family, np.asarray((sums[:, solid] > 1.0).any(axis=1)))


def _touched(
    incidence: Incidence, members: Members, profile: sp.csr_matrix, prior: Floats,
    strangers: Floats,
) -> tuple[Ints, Ints]:
    """Pairs of account and ring worth a look: members, and holders of what members hold."""
    entry = profile.tocoo()
    creates = incidence.creates[entry.col]
    identifier, ring = entry.col[creates].astype(np.int64), entry.row[creates]
    inside, others = counts(entry.data[creates], incidence.n_holders[identifier] - 1)
    share = share_inside(inside, others, prior[ring], strangers[incidence.kind[identifier]])
    keep = (share >= LEAST_SHARE) & (inside > 0)
    gain = logit(share[keep]) - logit(prior[ring[keep]])
    speaking = distinct(identifier[keep])
    speaks = sp.csr_matrix(
        (np.maximum(gain, 1e-6), (ring[keep], np.searchsorted(speaking, identifier[keep]))),
        shape=(members.n_rings, len(speaking)),
    )
    found = (speaks @ incidence.holders[speaking]).tocoo()
    likely = found.data + logit(prior[found.row]) > LEAST_NATS
    n = incidence.n_accounts
    cell = distinct(np.concatenate([
        found.row[likely].astype(np.int64) * n + found.col[likely],
        members.ring * n + members.account,
    ]))
    return cell % n, cell // n


def _family_scores(
    incidence: Incidence, gains: Gains, strangers: Floats, n_cells: int
) -> tuple[Floats, Floats, Floats]:
    """Sum what each family's identifiers say of each cell.

    Returns
    -------
    sums
        (n_cells, n_families) nats of identifiers that may create.
    hubs
        (n_cells, n_families) nats of the best identifier that may only corroborate.
    doubt
        (n_cells, n_families) strangers that the surest kind must outweigh.
    """
    n_families = len(incidence.families)
    place = gains.cell * n_families + incidence.family[gains.identifier]
    size = n_cells * n_families
    creates = incidence.creates[gains.identifier]
    # Rounded: equal sums in another order of the keyed hashes must stay equal.
    sums: Floats = np.bincount(
        place[creates], weights=gains.nats[creates], minlength=size
    ).astype(float).round(9)
    hubs = np.zeros(size)
    np.maximum.at(hubs, place[~creates], gains.nats[~creates])
    doubt = np.full(size, np.inf)
    np.minimum.at(doubt, place, strangers[incidence.kind[gains.identifier]])
    shape = (n_cells, n_families)
    return sums.reshape(shape), hubs.reshape(shape), doubt.reshape(shape)
