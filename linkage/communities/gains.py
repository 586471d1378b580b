"""What each identifier of an account says for a ring, by who else of the ring holds it."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from linkage.communities.counting import expand, logit, lookup, share_inside
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints

COMMONEST = 0.02
"""Identifiers that a larger share of all accounts holds are everybody's."""

NEARLY_ALL = 0.9
"""Share of such an identifier's holders who must be core members: then it is the ring's."""

FEW = 100
"""Holders that are never too many, however small the run."""

MEMBER = 1 << 32
"""What a member who does not describe the ring adds to a count that packs members (high
bits) and core members (low bits): neither evidence for the ring nor a stranger to it."""

CORE = MEMBER + 1
"""What a core member adds to such a count."""


@dataclass(frozen=True)
class Members:
    """Rings as they stand: one row per account and ring; an account may be in two at first."""

    account: Ints
    ring: Ints
    is_core: Flags
    n_rings: int


@dataclass(frozen=True)
class Gains:
    """What each identifier of an account says for a ring: one row per cell and identifier."""

    cell: Ints
    identifier: Ints
    holding: Ints
    """Position of the account's holding of it in ``Incidence.held``."""
    nats: Floats
    """Log ratio of the odds among the other holders to the prior odds; above 0."""


def identifier_gains(
    incidence: Incidence, profile: sp.csr_matrix, prior: Floats, strangers: Floats,
    account: Ints, ring: Ints, part: Ints, least: Ints,
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
    least
        (n_identifiers,) from :func:`least_core`.
    """
    cell, holding = expand(incidence.held.indptr, account)
    held = incidence.held.indices[holding]
    packed = lookup(profile, ring[cell], held) - part[cell]
    some = np.flatnonzero((packed & (MEMBER - 1)) >= least[held])
    cell, identifier, holding = cell[some], held[some].astype(np.int64), holding[some]
    inside, others = counts(packed[some], incidence.n_holders[identifier] - 1)
    own = ring[cell]
    share = share_inside(inside, others, prior[own], strangers[incidence.kind[identifier]])
    nats = logit(share) - logit(prior)[own]
    for_it = nats > 0
    return Gains(cell[for_it], identifier[for_it], holding[for_it], nats[for_it])


def least_core(incidence: Incidence) -> Ints:
    """(n_identifiers,) other core members who must hold an identifier for it to be heard."""
    holders = incidence.n_holders
    rare = holders <= max(COMMONEST * incidence.n_accounts, FEW)
    # What strangers share as well needs two members who bear it out, what is everybody's a
    # ring that nearly owns it.
    most: Ints = np.ceil(NEARLY_ALL * holders).astype(np.int64)
    return np.where(rare, np.where(incidence.creates, 1, 2), most)


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
    packed = sp.csr_matrix(
        (weight, (members.ring, np.arange(len(weight)))), shape=(n_rings, len(weight)))
    profile = (packed @ incidence.held[members.account]).tocsr()
    profile.sort_indices()
    n_core = np.bincount(members.ring[members.is_core], minlength=n_rings)
    return profile, np.clip(n_core / n, 0.5 / n, 0.5)


def counts(packed: Ints, others: Ints) -> tuple[Floats, Floats]:
    """Core members among some holders, and those holders less the plain members."""
    core, members = packed & (MEMBER - 1), packed >> 32
    return core.astype(float), (others - (members - core)).astype(float)
