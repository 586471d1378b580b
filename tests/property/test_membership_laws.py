"""Laws of membership: look-ups, accounts left out of their own judgement, sums that add up."""

from dataclasses import fields

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from incidences import detect, held, incidence_of, operator, worlds

from linkage.communities import expand, lookup
from linkage.communities import membership as judging
from linkage.communities.counting import WIDE, highest_from_end
from linkage.communities.gains import Members, identifier_gains, least_core, ring_profile
from linkage.communities.membership import Cells, membership
from linkage.communities.proposals import in_their_ring, judged_again
from linkage.evidence.families import prior_reliability
from linkage.rings.evidence import BITS, LEAST_BITS, evidence_rows, member_gains


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    shape = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    cells = draw(st.lists(st.integers(0, 3), min_size=shape[0] * shape[1],
                          max_size=shape[0] * shape[1]))
    return np.array(cells).reshape(shape)


@given(dense=matrices(), data=st.data())
def test_lookup_reads_a_sparse_matrix_as_a_dense_one(dense, data):
    n_rows, n_columns = dense.shape
    places = data.draw(st.lists(
        st.tuples(st.integers(0, n_rows - 1), st.integers(0, n_columns - 1)), max_size=20))
    row, column = np.array(places, dtype=np.int64).reshape(-1, 2).T
    assert lookup(sp.csr_matrix(dense), row, column).tolist() == dense[row, column].tolist()


@given(dense=matrices(), data=st.data())
def test_expand_lists_the_holdings_of_each_account_in_turn(dense, data):
    matrix = sp.csr_matrix(dense)
    wanted = data.draw(st.lists(st.integers(0, dense.shape[0] - 1), max_size=8))
    which, at = expand(matrix.indptr, np.array(wanted, dtype=np.int64))
    found = [(int(w), int(matrix.indices[a])) for w, a in zip(which, at, strict=True)]
    assert found == [
        (place, column) for place, account in enumerate(wanted)
        for column in np.flatnonzero(dense[account]).tolist()
    ]


@given(sizes=st.lists(st.sampled_from([1, 2, 3, 7, WIDE, WIDE + 1, 3 * WIDE]), max_size=6),
       seed=st.integers(0, 99))
def test_the_highest_to_the_end_of_a_group_is_what_a_plain_loop_finds(sizes, seed):
    group = np.repeat(np.arange(len(sizes)), np.array(sizes, dtype=np.int64))
    value = np.random.default_rng(seed).normal(size=len(group))
    assert highest_from_end(value, group).tolist() == [
        max(value[at:][group[at:] == group[at]]) for at in range(len(group))]


@st.composite
def judged(draw: st.DrawFn):
    """Draw a world and two rings, some of whose members are core."""
    n, identifiers = draw(worlds(timed=False, most_identifiers=14))
    identifiers.append(held("card", 0, 1))
    ring_of = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n))
    account = np.flatnonzero(np.array(ring_of) >= 0)
    is_core = np.array(draw(st.lists(st.booleans(), min_size=len(account), max_size=len(account))),
                       dtype=bool)
    members = Members(account, np.array(ring_of)[account], is_core, 2)
    return n, identifiers, members


def _strangers(incidence):
    reliability = prior_reliability(incidence)[:, 0]
    return (1 - reliability) / reliability


@given(case=judged())
def test_the_prior_of_a_ring_is_its_cores_share_of_all_accounts(case):
    n, identifiers, members = case
    _, prior = ring_profile(incidence_of(n, identifiers), members)
    core = [np.count_nonzero(members.is_core & (members.ring == ring)) for ring in (0, 1)]
    assert prior == pytest.approx([min(max(one / n, 0.5 / n), 0.5) for one in core])


@given(case=judged(), data=st.data())
def test_rings_judged_again_are_judged_as_all_of_them_would_be(case, data):
    n, identifiers, before = case
    incidence = incidence_of(n, identifiers)
    ring_of = np.full(n, -1)
    ring_of[before.account] = (before.ring + data.draw(st.integers(0, 2))) % 3
    is_core = np.zeros(n, dtype=bool)
    is_core[before.account] = before.is_core
    for account in data.draw(st.lists(st.integers(0, n - 1), max_size=2)):
        ring_of[account] = data.draw(st.integers(-1, 2))
        is_core[account] ^= data.draw(st.booleans())
    account = np.flatnonzero(ring_of >= 0)
    now = Members(account, ring_of[account], is_core[account], 3)
    asked = []

    def judge(members: Members) -> Cells:
        asked.extend(np.unique(members.ring).tolist())
        return membership(incidence, members, _strangers(incidence))

    first = judge(before)
    asked.clear()
    found = judged_again(before, first, now, judge)
    every = membership(incidence, now, _strangers(incidence))
    for part in fields(Cells):
        assert np.array_equal(getattr(found, part.name), getattr(every, part.name)), part.name
    # And a ring is not judged again that is what it was.
    rings = [
        {frozenset(zip(those.account[those.ring == ring].tolist(),
                       those.is_core[those.ring == ring].tolist(), strict=True))
         for ring in which} for those, which in ((before, (0, 1)), (now, asked))
    ]
    assert rings[0] & rings[1] <= {frozenset()}


@given(
    members=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=12),
    homes=st.dictionaries(st.integers(0, 7), st.integers(0, 3), max_size=6),
)
def test_members_are_in_their_ring_where_their_account_is_at_home_there(members, homes):
    account, ring = np.array(members, dtype=np.int64).reshape(-1, 2).T
    home = np.array(list(homes.items()), dtype=np.int64).reshape(-1, 2).T
    found = in_their_ring(Members(account, ring, np.ones(len(ring), bool), 4), *home)
    assert found.tolist() == [homes.get(one) == where for one, where in members]


@given(case=judged())
def test_only_other_core_members_speak_for_an_account(case):
    n, identifiers, members = case
    incidence = incidence_of(n, identifiers)
    profile, prior = ring_profile(incidence, members)
    gains = identifier_gains(
        incidence, profile, prior, _strangers(incidence), members.account, members.ring,
        members.is_core, least_core(incidence),
    )
    assert (gains.nats > 0).all()
    for cell, at in zip(gains.cell, gains.identifier, strict=True):
        account, ring = int(members.account[cell]), members.ring[cell]
        core = set(members.account[members.is_core & (members.ring == ring)].tolist())
        holders = set(identifiers[at].accounts)
        assert account in holders
        assert (holders & core) - {account}


@given(case=judged())
def test_prior_and_families_add_up_to_the_posterior(case):
    n, identifiers, members = case
    incidence = incidence_of(n, identifiers)
    cells = membership(incidence, members, _strangers(incidence))
    _, prior = ring_profile(incidence, members)
    alive = np.isfinite(cells.nats)
    wanted = np.log(prior / (1 - prior))[cells.ring] + cells.by_family.sum(axis=1)
    assert cells.nats[alive] == pytest.approx(wanted[alive])
    for account, ring, lives in zip(cells.account, cells.ring, alive, strict=True):
        core = set(members.account[members.is_core & (members.ring == ring)].tolist())
        rest = set(members.account[~members.is_core & (members.ring == ring)].tolist())
        if len(core) < 2 or not _has_own(incidence, identifiers, int(account), core, rest):
            assert not lives


def _has_own(incidence, identifiers, account, core, rest):
    """Does the account share something of which half of the other holders are core?"""
    others = [
        set(one.accounts) - {account} for at, one in enumerate(identifiers)
        if account in one.accounts and incidence.creates[at]
    ]
    return any(2 * len(held & core) >= len(held - rest) and held & core for held in others)


@given(case=judged())
def test_each_account_is_scored_once_a_ring_and_members_always_are(case):
    n, identifiers, members = case
    incidence = incidence_of(n, identifiers)
    cells = membership(incidence, members, _strangers(incidence))
    key = cells.ring * n + cells.account
    assert (np.diff(key) > 0).all()
    assert set((members.ring * n + members.account).tolist()) <= set(key.tolist())


@given(case=judged(), threads=st.sampled_from([1, 2, 3]))
def test_rings_judged_in_parts_are_judged_as_all_at_once(case, threads):
    n, identifiers, members = case
    incidence = incidence_of(n, identifiers)
    with pytest.MonkeyPatch.context() as patched:
        whole = membership(incidence, members, _strangers(incidence))
        patched.setattr(judging, "AT_ONCE", 1)
        parts = membership(incidence, members, _strangers(incidence), threads=threads)
    for name in ("account", "ring", "nats", "by_family", "is_solid"):
        assert getattr(parts, name).tolist() == getattr(whole, name).tolist()


@given(case=judged(), seed=st.integers(0, 99))
def test_renaming_accounts_renames_the_scores_and_changes_none(case, seed):
    n, identifiers, members = case
    new = np.random.default_rng(seed).permutation(n)
    renamed = [held(one.kind, *new[list(one.accounts)].tolist(), is_public=one.is_public)
               for one in identifiers]
    moved = Members(new[members.account], members.ring, members.is_core, 2)
    first, second = (
        membership(incidence_of(n, some), who, _strangers(incidence_of(n, some)))
        for some, who in ((identifiers, members), (renamed, moved))
    )
    assert {(int(new[a]), int(r)): v for a, r, v in _rows(first)} == pytest.approx(
        {(int(a), int(r)): v for a, r, v in _rows(second)})


def _rows(cells):
    return zip(cells.account, cells.ring, cells.nats.tolist(), strict=True)


@st.composite
def crowds(draw: st.DrawFn):
    """Draw 60 accounts: two loose groups that share things of many kinds, and an operator."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    kinds = ["ip", "device", "card", "phone", "prompt_template", "bin"]
    return 60, operator(range(30, 50)) + [
        held(
            str(rng.choice(kinds)),
            *rng.choice(14, int(rng.integers(2, 9)), replace=False) + start,
            is_public=bool(rng.random() < 0.15),
        )
        for start in (0, 14) for _ in range(draw(st.integers(2, 14)))
    ]


@settings(max_examples=15)
@given(world=crowds())
def test_an_account_is_in_one_ring_at_most_and_likelier_in_than_out(world):
    incidence = incidence_of(*world)
    _, found = detect(incidence)
    assert len(set(found.account.tolist())) == len(found.account)
    assert (found.nats > 0).all()
    assert found.prior_nats + found.by_family.sum(axis=1) == pytest.approx(found.nats)
    assert sorted(set(found.ring.tolist())) == list(range(int(found.ring.max(initial=-1)) + 1))


@settings(max_examples=15)
@given(world=crowds())
def test_evidence_rows_add_up_to_the_posterior_of_each_member(world):
    incidence = incidence_of(*world)
    weights, found = detect(incidence)
    rows = evidence_rows(incidence, found, member_gains(incidence, weights, found))
    member, bits = rows["member"].to_numpy(), rows["bits"].to_numpy()
    total = np.bincount(member, weights=bits, minlength=len(found.account))
    assert total == pytest.approx(found.nats * BITS)


@settings(max_examples=15)
@given(world=crowds())
def test_the_rows_of_a_family_add_up_to_what_the_family_adds(world):
    incidence = incidence_of(*world)
    weights, found = detect(incidence)
    rows = evidence_rows(incidence, found, member_gains(incidence, weights, found))
    n_families = len(incidence.families)
    member, family = rows["member"].to_numpy(), rows["family"].to_numpy()
    named = family >= 0
    sums = np.bincount(
        member[named] * n_families + family[named], weights=rows["bits"].to_numpy()[named],
        minlength=len(found.account) * n_families,
    )
    # What a family takes away is listed from LEAST_BITS on.
    assert sums == pytest.approx(found.by_family.ravel() * BITS, abs=LEAST_BITS + 1e-6)


@settings(max_examples=15)
@given(world=crowds())
def test_evidence_names_only_what_the_member_holds_with_another(world):
    n, identifiers = world
    incidence = incidence_of(n, identifiers)
    weights, found = detect(incidence)
    for row in evidence_rows(incidence, found, member_gains(incidence, weights, found)).to_pylist():
        if row["identifier"] < 0:
            assert row["kind"] in ("absence", "prior")
            continue
        one = identifiers[row["identifier"]]
        assert row["kind"] == one.kind
        assert row["bits"] > 0
        assert int(found.account[row["member"]]) in one.accounts
