"""Customers of one vendor told apart by the software they come with."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidences import held, incidence_of

from linkage.communities.habits import split_habits
from linkage.communities.holdings import own_pieces, solid
from linkage.communities.leiden import signed_partition

N = 2_000
CELL = 5
N_POPULAR = 40


def _cells(accounts):
    """A card for every five accounts."""
    return [held("card", *accounts[at : at + CELL]) for at in range(0, len(accounts), CELL)]


def _population(agents, rng):
    """A user agent for each account: as ``agents`` says, of the popular ones for all others."""
    share = 1 / np.arange(1, N_POPULAR + 1)
    agent = rng.choice(N_POPULAR, N, p=share / share.sum())
    for who, which in agents.items():
        agent[who] = which
    return [held("user_agent", *np.flatnonzero(agent == at)) for at in np.unique(agent)]


def _labels(world, accounts):
    account = np.sort(np.array(accounts, dtype=np.int64))
    incidence, ring = incidence_of(N, world), np.zeros(len(account), dtype=np.int64)
    piece = own_pieces(incidence, account, ring, solid(incidence))
    label = split_habits(incidence, account, ring, piece)
    return {frozenset(account[label == one].tolist()) for one in np.unique(label)}


@pytest.mark.parametrize("n_second", [10, 30, 60])
def test_two_operators_with_tools_of_their_own_are_two_rings(n_second):
    first, second = list(range(60)), list(range(60, 60 + n_second))
    agents = dict.fromkeys(first, 100) | dict.fromkeys(second, 101)
    world = [*_cells(first), *_cells(second), *_population(agents, np.random.default_rng(1))]
    assert _labels(world, first + second) == {frozenset(first), frozenset(second)}


def test_a_tool_sets_an_operator_apart_from_one_who_has_everybodys():
    first, second = list(range(60)), list(range(60, 90))
    world = [*_cells(first), *_cells(second),
             *_population(dict.fromkeys(second, 101), np.random.default_rng(2))]
    assert _labels(world, first + second) == {frozenset(first), frozenset(second)}


@given(seed=st.integers(0, 10**6), n=st.sampled_from([20, 60, 200, 900]))
def test_cells_with_everybodys_tools_are_one_ring(seed, n):
    accounts = list(range(n))
    world = [*_cells(accounts), *_population({}, np.random.default_rng(seed))]
    assert _labels(world, accounts) == {frozenset(accounts)}


def test_a_tool_for_each_cell_tells_of_no_operator():
    accounts = list(range(100))
    agents = {who: 100 + who // CELL for who in accounts}
    world = [*_cells(accounts), *_population(agents, np.random.default_rng(3))]
    assert _labels(world, accounts) == {frozenset(accounts)}


def test_what_is_held_in_common_is_not_parted_whatever_the_tools():
    first, second = list(range(30)), list(range(30, 60))
    agents = dict.fromkeys(first, 100) | dict.fromkeys(second, 101)
    world = [*_cells(first), *_cells(second), held("card", *(5 * at for at in range(12))),
             *_population(agents, np.random.default_rng(4))]
    assert _labels(world, first + second) == {frozenset(first + second)}


def test_more_pieces_than_are_compared_find_their_groups():
    first, second = list(range(700)), list(range(700, 1_000))
    agents = dict.fromkeys(first, 100) | dict.fromkeys(second, 101)
    world = [*_cells(first), *_cells(second), *_population(agents, np.random.default_rng(5))]
    assert _labels(world, first + second) == {frozenset(first), frozenset(second)}


@given(n=st.integers(2, 7), data=st.data())
def test_no_vertex_and_no_group_would_rather_be_in_another_signed_group(n, data):
    left, right = np.triu_indices(n, 1)
    weight = np.array(data.draw(st.lists(
        st.integers(-20, 20).map(float), min_size=len(left), max_size=len(left))))
    found = signed_partition(n, left, right, weight)
    assert found[0] == 0

    def inside(label):
        return weight[label[left] == label[right]].sum()

    for group in range(n + 1):
        for vertex in range(n):
            moved = found.copy()
            moved[vertex] = group
            assert inside(moved) <= inside(found)
        for other in range(group):
            assert inside(np.where(found == group, other, found)) <= inside(found)
