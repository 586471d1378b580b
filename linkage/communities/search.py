"""The whole search: two views propose, the posterior judges, what is left is looked at last."""

from collections.abc import Callable
from dataclasses import replace

from linkage.communities.counting import dense
from linkage.communities.crowds import found_as_groups, with_crowds
from linkage.communities.gains import Members
from linkage.communities.identifier_view import identifier_view
from linkage.communities.leiden import Leiden
from linkage.communities.membership import Cells, membership, side_by_side
from linkage.communities.pair_view import pair_view
from linkage.communities.pieces import join_pieces, related
from linkage.communities.proposals import (
    as_members,
    explained,
    together,
    without_unborne,
)
from linkage.communities.settle import Communities, settle
from linkage.evidence.incidence import Floats, Incidence, Ints
from linkage.evidence.weights import Weights


def find_communities(
    incidence: Incidence, weights: Weights, pair: Ints, bits: Floats, leiden: Leiden,
    step: Callable[[str], None] = lambda name: None, *, threads: int = 1,
) -> Communities:
    """Let both views propose and the membership posterior judge.

    Parameters
    ----------
    incidence
        Who holds what.
    weights
        Estimated reliabilities.
    pair, bits
        (n_pairs,) the strong pairs, left * n_accounts + right, ascending, and their evidence.
    leiden
        The library that partitions.
    step
        Called with the name of each step as it begins.
    threads
        Threads to use; never changes a result.
    """
    n = incidence.n_accounts
    step("identifier view")
    collective = together(
        as_members(identifier_view(incidence, leiden, threads=threads)),
        as_members(found_as_groups(incidence, is_qualifier=False)),
    )
    step("first judgement")

    def judge(members: Members) -> Cells:
        return membership(incidence, members, weights.strangers, threads=threads)

    collective, first = without_unborne(collective, judge(collective), judge)
    settled = explained(first, n)
    step("pair view")
    open_pair = pair[~(settled[pair // n] | settled[pair % n])]
    chains = as_members(pair_view(n, open_pair, leiden))
    step("membership, round 1")
    second = judge(chains)
    cells = side_by_side(
        [first, second], [0, collective.n_rings], n_families=len(incidence.families))
    del first, second
    found = settle(incidence, together(collective, chains), cells, weights, judge, step)
    whole = join_pieces(n, found.account, found.ring, related(incidence, pair, bits))
    step("crowds")
    return with_crowds(
        incidence, weights, replace(found, ring=dense(whole)), threads=threads)
