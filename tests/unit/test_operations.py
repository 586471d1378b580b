"""Fragments of one operation joined, customers of one vendor told apart."""

import numpy as np
import pytest
from hypothesis import given
from incidences import held, incidence_of, operator, strangers, worlds

from linkage.communities.holdings import own_pieces, solid
from linkage.communities.operations import join_fragments
from linkage.communities.vendors import split_pieces, split_users, split_vendors

N = 2_000


def _labels(function, identifiers, *rings, n=N):
    """Run on rings given as lists of accounts; return the rings that come out."""
    account = np.array([who for ring in rings for who in ring], dtype=np.int64)
    order = np.argsort(account)
    ring = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])[order]
    label = function(incidence_of(n, identifiers), account[order], ring)
    return {
        frozenset(account[order][label == one].tolist()) for one in np.unique(label)
    }


def _chain(n, kinds=("device", "card", "ip")):
    return [held(kind, at, at + 1, at + 2) for at in range(n - 2) for kind in kinds]


def test_a_chain_cut_in_two_is_joined():
    halves = list(range(20)), list(range(20, 40))
    world = [*_chain(40), *strangers(range(100, N))]
    assert _labels(join_fragments, world, *halves) == {frozenset(range(40))}


def test_a_chain_cut_in_many_is_joined():
    parts = [list(range(at, at + 8)) for at in range(0, 40, 8)]
    world = [*_chain(40), *strangers(range(100, N))]
    assert _labels(join_fragments, world, *parts) == {frozenset(range(40))}


def test_a_small_cell_whose_devices_all_lead_to_a_ring_is_of_it():
    cells = list(range(12)), list(range(12, 15))
    crossed = [held("card", *cell) for cell in cells]
    crossed += [held("device", 12, 0, 1), held("device", 13, 14, 2, 3)]
    assert _labels(join_fragments, crossed, *cells) == {frozenset(range(15))}
    part = [*crossed[:-1], held("device", 13, 2, 3)]
    assert len(_labels(join_fragments, part, *cells)) == 2
    common = [*crossed, *strangers(range(100, N))]
    assert len(_labels(join_fragments, common, *cells)) == 2


def test_groups_that_share_only_addresses_stay_apart():
    first, second = list(range(20)), list(range(20, 40))
    world = [
        *operator(first), *operator(second), *strangers(range(100, N)),
        *(held("ip", at, 20 + at) for at in range(20)),
        *(held("ip6_64", at, 39 - at) for at in range(20)),
    ]
    assert _labels(join_fragments, world, first, second) == {
        frozenset(first), frozenset(second)}


def test_groups_that_share_one_family_of_their_own_stay_apart():
    first, second = list(range(20)), list(range(20, 40))
    world = [
        *operator(first), *operator(second), *strangers(range(100, N)),
        *(held("wallet", at, 20 + at) for at in range(6)),
    ]
    assert _labels(join_fragments, world, first, second) == {
        frozenset(first), frozenset(second)}


def test_one_account_that_met_another_ring_joins_nothing():
    first, second = list(range(20)), list(range(20, 40))
    world = [
        *operator(first), *operator(second), *strangers(range(100, N)),
        *(held(kind, 0, 20) for kind in ("ip", "wallet", "phone", "session")),
    ]
    assert len(_labels(join_fragments, world, first, second)) == 2


def _pool(accounts, *, size=12):
    """A proxy vendor's addresses, dealt over all its customers."""
    rng = np.random.default_rng(1)
    return [held("ip", *rng.choice(accounts, size, replace=False).tolist()) for _ in range(30)]


@pytest.mark.parametrize(("n_first", "n_second"), [(24, 24), (24, 60), (120, 24)])
def test_two_operators_on_one_proxy_pool_are_told_apart(n_first, n_second):
    first = list(range(n_first))
    second = list(range(n_first, n_first + n_second))
    world = [*operator(first), *operator(second), *_pool(first + second)]
    assert _labels(split_vendors, world, first + second) == {
        frozenset(first), frozenset(second)}


def test_one_operator_on_a_proxy_pool_stays_whole():
    ring = list(range(48))
    assert _labels(split_vendors, [*operator(ring), *_pool(ring)], ring) == {frozenset(ring)}


def test_a_few_friends_within_a_ring_are_no_operation_of_their_own():
    ring = list(range(60))
    world = [*operator(ring), *_pool(ring), held("device", 0, 1, 2, 3), held("card", 0, 1, 2, 3)]
    assert _labels(split_vendors, world, ring) == {frozenset(ring)}


def test_what_is_split_is_not_joined_again():
    first, second = list(range(24)), list(range(24, 60))
    world = [*operator(first), *operator(second), *_pool(first + second)]
    apart = _labels(split_vendors, world, first + second)
    assert _labels(join_fragments, world, *(sorted(ring) for ring in apart)) == apart


@given(world=worlds(timed=False, most_identifiers=14))
def test_joining_never_divides_a_ring(world):
    n, identifiers = world[0], [*world[1], held("card", 0, 1)]
    ring = np.arange(n) % 3
    label = join_fragments(incidence_of(n, identifiers), np.arange(n), ring)
    for one in range(3):
        assert len(np.unique(label[ring == one])) <= 1


@given(world=worlds(timed=False, most_identifiers=14))
def test_splitting_never_joins_rings(world):
    n, identifiers = world[0], [*world[1], held("card", 0, 1)]
    ring = np.arange(n) // 2
    label = split_vendors(incidence_of(n, identifiers), np.arange(n), ring)
    for one in np.unique(label):
        assert len(np.unique(ring[label == one])) == 1


def test_without_members_there_is_nothing_to_join():
    none = np.zeros(0, dtype=np.int64)
    assert not len(join_fragments(incidence_of(3, [held("card", 0, 1)]), none, none))


def test_a_ring_of_addresses_alone_stays_whole():
    assert _labels(split_vendors, [held("ip", *range(8))], list(range(8)), n=50) == {
        frozenset(range(8))}


def test_without_members_there_is_nothing_to_split():
    none = np.zeros(0, dtype=np.int64)
    assert not len(split_vendors(incidence_of(3, [held("card", 0, 1)]), none, none))


@pytest.mark.parametrize("function", [join_fragments, split_vendors])
def test_rings_in_a_world_without_identifiers_stay_as_they_are(function):
    ring = np.array([0, 0, 1])
    assert function(incidence_of(3, []), np.arange(3), ring).tolist() == [0, 0, 1]


def test_what_the_data_says_is_strangers_joins_nothing():
    ring = list(range(24))
    incidence = incidence_of(2_000, operator(ring))
    label = np.array([0] * 12 + [1] * 12)
    assert len(np.unique(join_fragments(incidence, np.arange(24), label))) == 1
    silent = np.zeros(incidence.n_identifiers, dtype=bool)
    assert len(np.unique(join_fragments(incidence, np.arange(24), label, silent))) == 2


def test_a_small_operator_with_what_the_rest_lacks_leaves_a_large_one():
    large, small = list(range(200)), list(range(200, 210))
    exits = [held("ip", *large[at::4], *small[at % 2 :: 2]) for at in range(4)]
    cards = [held("card", *large[at : at + 5]) for at in range(0, 200, 5)]
    farm = [held(kind, *small[at : at + 6]) for kind in ("card", "device") for at in (0, 4)]
    world = [*exits, *cards, *farm, *strangers(range(300, N))]
    assert _labels(split_vendors, world, large + small) == {frozenset(large), frozenset(small)}


def test_a_small_cell_like_all_others_stays_with_a_large_operator():
    large = list(range(200))
    exits = [held("ip", *large[at::4]) for at in range(4)]
    cells = [held(kind, *large[at : at + 10])
             for at in range(0, 200, 10) for kind in ("card", "device")]
    world = [*exits, *cells, *strangers(range(300, N))]
    assert _labels(split_vendors, world, large) == {frozenset(large)}


def _split_pieces(incidence, account, ring):
    piece = own_pieces(incidence, account, ring, solid(incidence))
    return split_pieces(incidence, account, ring, piece)


def _farm(accounts):
    """Cards and devices of five, a chain in which no two members hold the same two."""
    n = len(accounts)
    return [
        held(kind, *(accounts[(at + step) % n] for step in range(5)))
        for kind, start in (("card", 0), ("device", 2)) for at in range(start, n, 4)
    ]


def test_two_operators_whom_only_a_carrier_joins_are_apart_however_loose_each_is():
    first, second = list(range(120)), list(range(120, 160))
    world = [held("ip", *range(160)), *_farm(first), *_farm(second), *strangers(range(300, N))]
    assert _labels(_split_pieces, world, first + second) == {frozenset(first), frozenset(second)}


def test_many_cells_that_only_addresses_join_stay_together():
    large = list(range(200))
    cells = [part for at in range(0, 200, 10) for part in _farm(large[at : at + 10])]
    world = [held("ip", *large), *cells, *strangers(range(300, N))]
    assert _labels(_split_pieces, world, large) == {frozenset(large)}


def _tool(accounts, n=12):
    """Prompts of one tool, each sent by every so many accounts."""
    return [held("prompt_template", *accounts[at::n], *accounts[at + 1::n]) for at in range(n)]


def test_two_operators_who_send_one_tools_prompts_are_apart():
    first, second = list(range(120)), list(range(120, 160))
    world = [*_tool(list(range(160))), *_farm(first), *_farm(second), *strangers(range(300, N))]
    assert _labels(split_users, world, first + second) == {frozenset(first), frozenset(second)}


def test_a_firm_among_users_of_a_tool_is_apart_by_its_mail_and_its_office():
    operator_, firm = list(range(200)), list(range(200, 215))
    world = [
        *_tool(list(range(215))), *_farm(operator_), held("email_domain", *firm),
        held("ip", *firm), *strangers(range(300, N)),
    ]
    assert _labels(split_users, world, operator_ + firm) == {
        frozenset(operator_), frozenset(firm)}


def test_a_few_mailboxes_at_the_others_domain_join_no_two_operators():
    first, second = list(range(400)), list(range(400, 500))
    world = [
        held("ip", *first, *second), *strangers(range(600, N)),
        *(held("prompt_template", *first[at::4]) for at in range(4)),
        *(held("card", *first[at : at + 50]) for at in range(0, 400, 50)),
        *(held("prompt_template", *second[at::4]) for at in range(4)),
        held("email_domain", *second, *first[::19]),
    ]
    assert _labels(split_vendors, world, first + second) == {frozenset(first), frozenset(second)}


def test_cells_of_one_operator_who_divides_templates_stay_together():
    ring = list(range(200))
    cells = [held(kind, *ring[at : at + 10]) for at in range(0, 200, 10)
             for kind in ("card", "device")]
    world = [*_tool(ring), *cells, *strangers(range(300, N))]
    assert _labels(split_users, world, ring) == {frozenset(ring)}


def test_two_large_groups_of_whom_few_send_the_same_prompts_stay_apart():
    first, second = list(range(100)), list(range(100, 200))
    world = [
        *operator(first), *operator(second), *strangers(range(300, N)),
        *(held("prompt_template", at, 100 + at) for at in range(4)),
        *(held("ip", at, 104 - at) for at in range(4)),
    ]
    assert _labels(join_fragments, world, first, second) == {
        frozenset(first), frozenset(second)}
    kept_too = [*world, *(held("phone", at, 100 + at) for at in range(9))]
    assert _labels(join_fragments, kept_too, first, second) == {frozenset(first + second)}


def test_a_small_group_that_knows_two_large_ones_joins_one_of_them():
    first, second, small = list(range(100)), list(range(100, 200)), list(range(200, 206))
    world = [
        *operator(first), *operator(second), *operator(small), *strangers(range(300, N)),
        *(held("prompt_template", 200 + at, at) for at in range(4)),
        *(held("ip", 200 + at, at + 20) for at in range(3)),
        *(held("prompt_template", 200 + at, 100 + at) for at in range(3)),
        *(held("ip", 200 + at, 120 + at) for at in range(3)),
    ]
    assert _labels(join_fragments, world, first, second, small) == {
        frozenset(first + small), frozenset(second)}
