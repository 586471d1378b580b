"""The identifier view: which identifiers are joined, and who speaks for a cluster."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidences import held, incidence_of, operator, strangers

from linkage.communities import leiden_backend
from linkage.communities.identifier_view import (
    BUSIEST,
    FEWEST_HOLDERS,
    MOST_HOLDERS,
    co_holding,
    identifier_view,
)
from linkage.signals import signal


@st.composite
def blocks(draw: st.DrawFn):
    """Draw a few hundred accounts with identifiers dealt over a few small blocks."""
    n = draw(st.sampled_from([60, 400, 3_000]))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    kinds = ["ip", "device", "card", "bin", "system_prompt"]
    return n, [
        held(
            str(rng.choice(kinds)),
            *rng.choice(16, int(rng.integers(2, 12)), replace=False) + start,
            is_public=bool(rng.random() < 0.3),
        )
        for start in (0, 16, 32) for _ in range(draw(st.integers(0, 6)))
    ]


def _obvious(n, identifiers):
    most = min(max(MOST_HOLDERS, n // 500), max(n // 5, FEWEST_HOLDERS))
    usable = [
        at for at, one in enumerate(identifiers)
        if FEWEST_HOLDERS <= len(one.accounts) <= most and not signal(one.kind).is_qualifier
    ]
    k = [1 + sum(account in one.accounts for one in identifiers) for account in range(n)]
    k = np.minimum(k, sorted(k)[int(BUSIEST * (n - 1))])
    by_chance = sum(one * one for one in k) / sum(k) ** 2
    for i in usable:
        for j in usable:
            a, b = identifiers[i], identifiers[j]
            o = len(set(a.accounts) & set(b.accounts))
            e = len(a.accounts) * len(b.accounts) * by_chance
            if i < j and o >= 3 and o > e and o * math.log(o / e) - (o - e) > 12 and not (
                a.is_public and b.is_public
            ):
                yield i, j


@given(world=blocks())
def test_identifiers_are_joined_as_nested_loops_join_them(world):
    found = co_holding(incidence_of(*world))
    graph = found.graph
    ends = np.sort(found.identifier[np.column_stack([graph.left, graph.right])], axis=1)
    edges = [tuple(pair) for pair in ends.tolist()]
    assert len(edges) == len(set(edges))
    assert set(edges) == set(_obvious(*world))


def test_public_values_that_busy_accounts_all_hold_are_not_joined():
    """One account in ten deals with everybody, so any two public values have many in common."""
    rng = np.random.default_rng(3)
    n = 2_000
    chance = np.where(np.arange(n) < n // 10, 0.2, 0.01)
    public = [held("sent_to", *np.flatnonzero(rng.random(n) < chance)) for _ in range(100)]
    assert len(co_holding(incidence_of(n, public)).graph.left) < 5
    # The null of equal activity joins a tenth of the pairs.
    d = [len(one.accounts) for one in public]
    shared = [len({*a.accounts} & {*b.accounts}) for a in public for b in public]
    equal = np.outer(d, d).ravel() / n
    nats = np.array(shared) * np.log(np.maximum(shared, 1) / equal) - (shared - equal)
    assert (nats > 12).sum() > 0.1 * 100 * 100


def test_an_account_joins_by_two_identifiers_at_least():
    ring = list(range(60))
    world = [*operator(ring, devices=3, cards=4), *strangers(range(100, 4_000))]
    # Account 80 holds one of the ring's devices, account 81 a device and a card.
    world[0] = held("device", *world[0].accounts, 80, 81)
    world[3] = held("card", *world[3].accounts, 81)
    label = identifier_view(incidence_of(4_000, world), leiden_backend("igraph", seed=0))
    assert len({int(label[account]) for account in (*ring, 81)}) == 1
    assert label[0] >= 0
    assert label[80] == -1
    assert (label[100:] == -1).all()


def test_it_sees_a_ring_in_which_no_pair_is_strong():
    rng = np.random.default_rng(5)
    templates = [
        held("prompt_template", *np.flatnonzero(rng.random(1_200) < 0.1)) for _ in range(40)]
    label = identifier_view(incidence_of(20_000, templates), leiden_backend("igraph", seed=0))
    assert np.bincount(label[label >= 0]).max() >= 1_000
    assert (label[1_200:] == -1).all()


@pytest.mark.parametrize("identifiers", [[], [held("card", 0, 1)]])
def test_without_co_holding_nothing_is_proposed(identifiers):
    label = identifier_view(incidence_of(5, identifiers), leiden_backend("igraph", seed=0))
    assert label.tolist() == [-1] * 5


@pytest.mark.parametrize(("n_others", "n_edges"), [(10, 1), (1_600, 0)])
def test_the_more_pairs_are_compared_the_more_an_edge_needs(n_others, n_edges):
    # Three of nine thousand accounts hold both of two templates that ten hold: 13.5 nats.
    others = [held("prompt_template", *range(100 + 3 * at, 103 + 3 * at)) for at in range(1_600)]
    pair = [held("prompt_template", *range(10)), held("prompt_template", *range(7, 17))]
    far = [held("device", 8_000 + 2 * at, 8_001 + 2 * at) for at in range(400)]
    found = co_holding(incidence_of(9_000, [*pair, *others[:n_others], *far]))
    assert len(found.graph.left) == n_edges
