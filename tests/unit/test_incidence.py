"""Reading who holds what from the stage tables."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from incidences import DAY, held, incidence_of, put_stages, worlds
from inputs import KEY, accounts, event, write_table

from linkage.evidence import agreements, load_incidence, preview_pairs
from linkage.evidence.incidence import HUB_NETWORKS
from linkage.ingest import ingest
from linkage.own_data import KindSettings
from linkage.settings import Settings
from linkage.signals import LINK_FAMILY
from linkage.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("store"), memory_limit_mb=500, threads=1) as one:
        yield one


def _pairs(incidence):
    n = incidence.n_accounts
    built = agreements(incidence, preview_pairs(incidence, max_pairs=10**6))
    return {(int(pair) // n, int(pair) % n) for pair in built.pair}


@given(world=worlds())
def test_the_matrix_holds_what_the_tables_hold(store, world):
    n, identifiers = world
    put_stages(store, n, identifiers)
    found, wanted = load_incidence(store, Settings()), incidence_of(n, identifiers)
    assert (found.held != wanted.held).nnz == 0
    assert found.held.has_sorted_indices
    for name in ("kind", "creates", "first_seen", "last_seen", "centre"):
        assert getattr(found, name).tolist() == getattr(wanted, name).tolist(), name
    assert found.signals == wanted.signals


@pytest.mark.parametrize("network", HUB_NETWORKS)
def test_addresses_that_strangers_share_never_create_a_pair(store, network):
    put_stages(store, 3, [held("ip", 0, 1), held("ip", 1, 2)], network_kinds={0: network})
    assert _pairs(load_incidence(store, Settings())) == {(1, 2)}


def test_hubs_of_the_users_list_and_placeholders_never_create_a_pair(store):
    put_stages(
        store, 4, [held("card", 0, 1), held("device", 1, 2), held("device", 2, 3)],
        hub_categories={0: "exchange"}, placeholders=[1],
    )
    found = load_incidence(store, Settings())
    assert _pairs(found) == {(2, 3)}
    assert found.n_holders.tolist() == [2, 2, 2]


def test_rented_machines_may_create_a_pair(store):
    put_stages(store, 2, [held("ip", 0, 1)], network_kinds={0: "datacenter"})
    assert _pairs(load_incidence(store, Settings())) == {(0, 1)}


def test_what_a_user_says_of_a_kind_goes_before_the_signals(store):
    put_stages(store, 2, [held("card", 0, 1), held("wallet", 0, 1)])
    said = {"card": KindSettings(is_qualifier=True), "wallet": KindSettings(family="payment")}
    found = load_incidence(store, Settings(kinds=said))
    assert found.creates.tolist() == [False, True]
    assert found.families == ("payment",)


def _obvious_stars(links):
    """(kind, centre, holders) of every account with several relations, or of a lone pair."""
    friends = defaultdict(set)
    for left, right, kind in links:
        friends[kind, left].add(right)
        friends[kind, right].add(left)
    for (kind, centre), others in friends.items():
        lone = len(others) == 1 and all(len(friends[kind, one]) == 1 for one in others)
        if len(others) > 1 or (lone and centre < min(others)):
            yield kind, centre, frozenset(others | {centre})


_links = st.sets(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["referral", "transfer"]))
    .filter(lambda link: link[0] < link[1]), max_size=14,
)


@given(links=_links)
def test_links_make_a_star_around_each_account_with_several(store, links):
    identifiers = [held("card", 0, 1)]
    put_stages(store, 8, identifiers, links=links)
    found = load_incidence(store, Settings())
    columns = found.held.tocsc()
    stars = [
        (found.signals[found.kind[at]].kind, int(found.centre[at]),
         frozenset(columns.indices[columns.indptr[at]:columns.indptr[at + 1]].tolist()))
        for at in range(len(identifiers), found.n_identifiers)
    ]
    assert len(stars) == len(set(stars))
    assert set(stars) == set(_obvious_stars(links))
    assert {found.families[at] for at in found.family[1:]} <= {LINK_FAMILY}
    assert np.isin(found.first_seen[np.repeat(found.centre[found.held.indices] >= 0, 1)], -1).all()


def test_an_address_that_passed_from_one_to_another_joins_nobody(tmp_path):
    minutes = {"a": "2026-05-01T10:00:00Z", "b": "2026-05-01T10:20:00Z",
               "c": "2026-05-09T10:00:00Z", "d": "2026-05-09T10:05:00Z"}
    write_table(tmp_path / "in" / "accounts.csv", accounts(*minutes))
    write_table(tmp_path / "in" / "events.csv", [
        event(who, at, ip="84.1.1.1") for who, at in minutes.items()])
    with Store(tmp_path / "store", memory_limit_mb=500, threads=1) as one:
        ingest(one, [tmp_path / "in"], settings=Settings(), key=KEY, quarantine=tmp_path / "bad")
        assert _pairs(load_incidence(one, Settings())) == {(0, 1), (2, 3)}


def test_sightings_are_read_to_the_second(store):
    put_stages(store, 2, [held("card", 0, 1, seen={0: (DAY, 2 * DAY)})])
    found = load_incidence(store, Settings())
    assert found.first_seen.tolist() == [DAY, -1]
    assert found.last_seen.tolist() == [2 * DAY, -1]
