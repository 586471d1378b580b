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

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import expand, logit, lookup, share_inside
from linkage.communities.families import borne_out, lacks
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.signals import NEVER_ALONE

CORE_NATS = 2.0
"""Posterior log odds above which a member helps to describe its ring."""

MOST_SURE = 5.0
"""Posterior log odds to which one family alone may lift an account."""

LEAST_NATS = -2.0
"""Log odds, by what may create alone, from which an account is looked at for a ring."""

COMMONEST = 0.02
"""Identifiers that a larger share of all accounts holds corroborate nothing worth a look."""

FEW = 100
"""Holders that are never too many, however small the run."""

MEMBER = 1 << 32
"""What a member who does not describe the ring adds to a count that packs members (high
bits) and core members (low bits): neither evidence for the ring nor a stranger to it."""

CORE = MEMBER + 1
"""What a core member adds to such a count."""

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


@dataclass(frozen=True)
class Members:
    """Rings as they stand: one row per account and ring; an account may be in two at first."""

    account: Ints
    ring: Ints
    is_core: Flags
    n_rings: int


def membership(
    incidence: Incidence, members: Members, strangers: Floats
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
    """
    n = incidence.n_accounts
    profile, prior = ring_profile(incidence, members)
    n_core = np.bincount(members.ring[members.is_core], minlength=members.n_rings).astype(float)
    account, ring = _touched(incidence, members, profile, prior, strangers)
    own = np.searchsorted(ring * n + account, members.ring * n + members.account)
    part = np.zeros(len(account), dtype=np.int64)
    part[own] = np.where(members.is_core, CORE, MEMBER)
    gains = identifier_gains(incidence, profile, prior, strangers, account, ring, part)
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
    identifier, ring = entry.col[creates], entry.row[creates]
    inside, others = _counts(entry.data[creates], incidence.n_holders[identifier] - 1)
    share = share_inside(inside, others, prior[ring], strangers[incidence.kind[identifier]])
    keep = (share >= LEAST_SHARE) & (inside > 0)
    gain = logit(share[keep]) - logit(prior[ring[keep]])
    speaks = sp.csr_matrix(
        (np.maximum(gain, 1e-6), (identifier[keep], ring[keep])), shape=profile.shape[::-1]
    )
    found = (incidence.held @ speaks).tocoo()
    likely = found.data + logit(prior[found.col]) > LEAST_NATS
    n = incidence.n_accounts
    cell = np.concatenate([
        found.col[likely].astype(np.int64) * n + found.row[likely],
        members.ring * n + members.account,
    ])
    cell.sort()
    first = np.ones(len(cell), dtype=bool)
    first[1:] = cell[1:] != cell[:-1]
    return cell[first] % n, cell[first] // n


@dataclass(frozen=True)
class Gains:
    """What each identifier of an account says for a ring: one row per cell and identifier."""

    cell: Ints
    identifier: Ints
    nats: Floats
    """Log ratio of the odds among the other holders to the prior odds; above 0."""


def identifier_gains(
    incidence: Incidence, profile: sp.csr_matrix, prior: Floats, strangers: Floats,
    account: Ints, ring: Ints, part: Ints,
) -> Gains:
    """Ask the other holders of each account's identifiers whether they are members.

    Parameters
    ----------
    incidence
        Who holds what.
    profile
        (n_rings, n_identifiers) packed counts of the members that hold each identifier.
    prior
        (n_rings,) share of all accounts that are core members.
    strangers
        (n_kinds,) strangers' holdings that one agreement must outweigh.
    account, ring, part
        (n_cells,) the account, the ring, and the account's own part in the counts: ``CORE``,
        ``MEMBER`` or 0.
    """
    cell, holding = expand(incidence.held.indptr, account)
    identifier = incidence.held.indices[holding].astype(np.int64)
    rare = incidence.n_holders <= max(COMMONEST * incidence.n_accounts, FEW)
    cell, identifier = cell[rare[identifier]], identifier[rare[identifier]]
    packed = lookup(profile, ring[cell], identifier) - part[cell]
    # What strangers share as well needs two members who bear it out.
    some = packed % MEMBER >= np.where(incidence.creates[identifier], 1, 2)
    cell, identifier = cell[some], identifier[some]
    inside, others = _counts(packed[some], incidence.n_holders[identifier] - 1)
    pi = prior[ring[cell]]
    share = share_inside(inside, others, pi, strangers[incidence.kind[identifier]])
    nats = logit(share) - logit(pi)
    for_it = nats > 0
    return Gains(cell[for_it], identifier[for_it], nats[for_it])


def ring_profile(incidence: Incidence, members: Members) -> tuple[sp.csr_matrix, Floats]:
    """Count the members that hold each identifier, and the core's share of all accounts.

    Returns
    -------
    profile
        (n_rings, n_identifiers) packed counts; indices sorted.
    prior
        (n_rings,) share of all accounts that are core members.
    """
    n, n_rings = incidence.n_accounts, members.n_rings
    weight = np.where(members.is_core, CORE, MEMBER)
    packed = sp.csr_matrix((weight, (members.ring, members.account)), shape=(n_rings, n))
    profile = (packed @ incidence.held).tocsr()
    profile.sort_indices()
    n_core = np.bincount(members.ring[members.is_core], minlength=n_rings)
    return profile, np.clip(n_core / n, 0.5 / n, 0.5)


def _counts(packed: Ints, others: Ints) -> tuple[Floats, Floats]:
    """Core members among some holders, and those holders less the plain members."""
    core, members = packed % MEMBER, packed // MEMBER
    return core.astype(float), (others - (members - core)).astype(float)


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
    sums: Floats = np.bincount(
        place[creates], weights=gains.nats[creates], minlength=size
    ).astype(float)
    hubs = np.zeros(size)
    np.maximum.at(hubs, place[~creates], gains.nats[~creates])
    doubt = np.full(size, np.inf)
    np.minimum.at(doubt, place, strangers[incidence.kind[gains.identifier]])
    shape = (n_cells, n_families)
    return sums.reshape(shape), hubs.reshape(shape), doubt.reshape(shape)
