"""What one family of evidence is worth for one account, as the ring's own members show."""

import numpy as np

from linkage.communities.counting import (
    highest_from_end,
    last_of_ties,
    logit,
    running,
    share_inside,
)
from linkage.evidence.incidence import Flags, Floats, Ints

MOST_AGAINST = 6.0
"""Most that one family may take away."""


def borne_out(
    score: Floats, doubt: Floats, ring: Ints, prior: Floats, *, is_core: Flags, counts: Flags
) -> Floats:
    """(n_cells,) nats that one family adds, as the ring's own members bear out.

    A score is worth no less than a lower one: what all who reach the lower score bear out
    holds for the few at the top as well.

    Parameters
    ----------
    score
        (n_cells,) sum of what the family's identifiers say, in nats.
    doubt
        (n_cells,) strangers that the surest kind must outweigh; above 0 where ``score`` is.
    ring
        (n_cells,) the ring asked about.
    prior
        (n_rings,) share of all accounts that are core members.
    is_core, counts
        (n_cells,) is the account a core member; is it evidence, as member or as stranger?
    """
    scoring = np.flatnonzero(score > 0)
    order = scoring[np.lexsort((-score[scoring], ring[scoring]))]
    gain = np.zeros(len(score))
    if not len(order):
        return gain
    r = ring[order]
    last = last_of_ties(r, score[order])
    above = running(counts[order], r)[last]
    core_above = running(is_core[order], r)[last]
    nats = np.full(len(order), -np.inf)
    pi, odds = prior[r], logit(prior)[r]
    for own_core, own, rows in (
        (1.0, 1.0, is_core[order]),
        (0.0, 0.0, ~counts[order]),
        (0.0, 1.0, counts[order] & ~is_core[order]),
    ):
        inside, others = np.maximum(core_above - own_core, 0), np.maximum(above - own, 0)
        share = share_inside(inside, others, pi, doubt[order])
        nats[rows] = highest_from_end(logit(share) - odds, r)[rows]
    gain[order] = np.clip(np.minimum(nats, score[order]), 0.0, None)
    return gain


def lacks(has: Flags, ring: Ints, is_core: Flags, n_core: Floats) -> Floats:
    """(n_cells, n_families) nats that each lack takes away; 0 where nothing lacks.

    How often a member lacks a family is read off the core members that at least two
    *other* families tie to the ring, and off the whole core where these are few: strangers
    who came in by one colliding value must not make their own lacks ordinary.
    """
    n_rings = len(n_core)
    core, of = has[is_core], ring[is_core]
    n_others = core.sum(axis=1)[:, None] - core
    against = np.zeros(has.shape)
    for family in range(has.shape[1]):
        covered = np.bincount(of, weights=core[:, family], minlength=n_rings)
        missing = (n_core - covered + 0.5) / (n_core + 1.0)
        sound = n_others[:, family] >= 2
        n_sound = np.bincount(of, weights=sound, minlength=n_rings)
        n_missing = np.bincount(of, weights=sound & ~core[:, family], minlength=n_rings)
        missing = (n_missing + missing) / (n_sound + 1.0)
        nats = np.maximum(np.log(missing), -MOST_AGAINST)
        against[:, family] = np.where(has[:, family], 0.0, nats[ring])
    return against
