"""From proposals to rings: judge members, split and join operations, until nothing moves."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from linkage.communities.counting import dense
from linkage.communities.gains import Members
from linkage.communities.habits import split_habits
from linkage.communities.holdings import own_pieces, solid
from linkage.communities.membership import CORE_NATS, Cells
from linkage.communities.nested import join_nested
from linkage.communities.operations import join_fragments
from linkage.communities.pools import join_cells
from linkage.communities.proposals import best_cells, in_their_ring, judged_again, speak_by_two
from linkage.communities.vendors import split_pieces, split_users, split_vendors
from linkage.evidence.incidence import Flags, Floats, Incidence, Ints
from linkage.evidence.weights import Weights, telling
from linkage.signals import NEVER_ALONE

log = logging.getLogger(__name__)

MOST_ROUNDS = 6

FEWEST_SOUND = 3
SOUND_SHARE = 0.2
"""A ring is described by its two-family members when they are this many and this share."""

SETTLED = 0.05
"""Share of the members that may still change ring when the rounds end."""


@dataclass(frozen=True)
class Communities:
    """Who is in which ring, and how sure: one row per member, by account."""

    account: Ints
    ring: Ints
    """Dense numbers without meaning, from 0."""
    nats: Floats
    """Posterior log odds of membership, above 0."""
    by_family: Floats
    """(n_members, n_families) nats each family adds or takes away."""
    is_core: Flags
    prior_nats: Floats
    """(n_members,) prior log odds; with ``by_family`` it adds up to ``nats``."""
    judged: Members
    """The rings that the last judgement measured accounts against."""
    judged_ring: Ints
    """(n_members,) number of the member's ring in ``judged``."""

    def of_rings(self, kept: Flags) -> "Communities":
        """Return only the rings that are flagged, numbered anew from 0 in the same order."""
        rows = kept[self.ring]
        return replace(
            self, account=self.account[rows], ring=dense(self.ring[rows]),
            nats=self.nats[rows], by_family=self.by_family[rows], is_core=self.is_core[rows],
            prior_nats=self.prior_nats[rows], judged_ring=self.judged_ring[rows],
        )


def settle(
    incidence: Incidence, members: Members, cells: Cells, weights: Weights,
    judge: Callable[[Members], Cells], step: Callable[[str], None] = lambda name: None,
) -> Communities:
    """Repeat judging, splitting and joining until membership settles.

    Parameters
    ----------
    members, cells
        The proposals, and their judgement.
    judge
        Judges rings.
    incidence, weights, step
        As of :func:`linkage.communities.search.find_communities`.
    """
    tells = telling(incidence, weights)
    can_tie = ~np.isin(incidence.families, NEVER_ALONE)
    founder = np.zeros(incidence.n_accounts, dtype=bool)
    was_core = np.zeros(incidence.n_accounts, dtype=bool)
    label = np.full(incidence.n_accounts, -1, dtype=np.int64)
    judged = members
    for turn in range(MOST_ROUNDS):
        if turn:
            step(f"membership, round {turn + 1}")
            cells = judged_again(judged, cells, members, judge)
            judged = members
        best = best_cells(cells)
        account, ring = cells.account[best], cells.ring[best]
        if turn == 0:
            founder[members.account[in_their_ring(members, account, ring)]] = True
        has_more = _has_more(cells, best)
        counts = ~has_more | _speaks(incidence, cells, best)
        core = counts & _core(cells, best, founder[account], was_core[account])
        before, label = label, np.full_like(label, -1)
        label[account] = ring
        moved = int((before != label).sum())
        log.debug(
            "round=%d cells=%d members=%d moved=%d", turn, len(cells.nats), len(account), moved
        )
        whole = join_nested(cells, best, can_tie)
        final = dense(split_vendors(incidence, account, dense(whole)))
        if turn == 0:
            # The rings that are parted are judged apart from here on.
            final = dense(split_users(incidence, account, final))
            piece = own_pieces(incidence, account, final, solid(incidence))
            final = dense(split_pieces(incidence, account, final, piece))
            final = dense(split_habits(incidence, account, final, piece))
        final = dense(join_fragments(incidence, account, final, tells))
        final = dense(join_cells(incidence, account, final, cells.is_solid[best]))
        settled = turn > 0 and moved <= SETTLED * max(len(account), 1)
        members = Members(
            account[counts], final[counts], core[counts], int(final.max(initial=-1)) + 1
        )
        label[account] = final
        was_core[:] = False
        was_core[account[core]] = True
        if settled or not len(account):
            break
    stay = ~has_more | cells.is_solid[best]
    best = best[stay]
    prior = cells.nats[best] - cells.by_family[best].sum(axis=1)
    return Communities(
        account[stay], dense(final[stay]), cells.nats[best], cells.by_family[best], core[stay],
        prior, judged, ring[stay],
    )


def _has_more(cells: Cells, best: Ints) -> Flags:
    """Flag members of rings that have more to show than place and time.

    In these, whom only place or time ties to the ring counts as a stranger, and leaves in
    the end: innocents whose homes an operator came through share his addresses and nothing
    else, and must not bear each other out. A ring has more to show when a fifth of its
    members speak by two families.
    """
    ring = cells.ring[best]
    by_two = speak_by_two(cells, best)
    size = np.bincount(ring)
    n_two = np.bincount(ring, weights=by_two, minlength=len(size))
    has_more: Flags = (n_two >= np.maximum(FEWEST_SOUND, SOUND_SHARE * size))[ring]
    return has_more


def _speaks(incidence: Incidence, cells: Cells, best: Ints) -> Flags:
    """Flag members for whom a family other than place and time speaks."""
    solid = ~np.isin(incidence.families, NEVER_ALONE)
    return np.asarray((cells.by_family[best][:, solid] > 1.0).any(axis=1))


def _core(cells: Cells, best: Ints, founder: Flags, was_core: Flags) -> Flags:
    """Flag the members that describe their ring: those who surely belong.

    Of these its founders, and later ones who speak by two families. Otherwise a ring creeps
    along chance agreements from stranger to stranger. Who once did goes on while it belongs,
    or one lost account after the other would unravel the ring.
    """
    by_two = speak_by_two(cells, best)
    sure = cells.nats[best] > CORE_NATS
    core: Flags = was_core | (sure & (founder | by_two))
    return core

