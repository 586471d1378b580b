"""Proposals of the two views, side by side."""

import numpy as np

from linkage.communities.membership import Cells
from linkage.communities.proposals import (
    as_members,
    best_cells,
    explained,
    together,
    without_unborne,
)


def _cells(*rows):
    """Cells from (account, ring, nats, nats of each family)."""
    account, ring, nats, *families = (np.array(column) for column in zip(*rows, strict=True))
    by_family = np.column_stack(families).astype(float)
    return Cells(account, ring, nats.astype(float), by_family, (by_family > 1).any(axis=1))


def test_groups_of_one_and_accounts_in_none_are_no_proposal():
    found = as_members(np.array([7, -1, 3, 7, 5, 3, 3]))
    assert found.n_rings == 2
    assert dict(zip(found.account.tolist(), found.ring.tolist(), strict=True)) == {
        0: 1, 2: 0, 3: 1, 5: 0, 6: 0}
    assert found.is_core.all()


def test_proposals_side_by_side_keep_their_rings_apart():
    both = together(as_members(np.array([0, 0, -1])), as_members(np.array([-1, 4, 4])))
    assert both.n_rings == 2
    rows = set(zip(both.account.tolist(), both.ring.tolist(), strict=True))
    assert rows == {(0, 0), (1, 0), (1, 1), (2, 1)}


def test_the_best_cell_of_an_account_is_its_surest_above_even_odds():
    cells = _cells((4, 0, 1.0, 0), (4, 1, 3.0, 0), (2, 1, -1.0, 0), (3, 0, 2.0, 0), (3, 2, 2.0, 0))
    best = best_cells(cells)
    assert list(zip(cells.account[best], cells.ring[best], strict=True)) == [(3, 0), (4, 1)]


def test_a_ring_explains_the_members_that_two_families_hold():
    sound = [(at, 0, 3.0, 2.0, 2.0) for at in range(3)] + [(3, 0, 3.0, 4.0, 0.0)]
    crowd = [(at, 1, 3.0, 4.0, 0.0) for at in range(4, 9)] + [(9, 1, 3.0, 2.0, 2.0)]
    flags = explained(_cells(*sound, *crowd), 11)
    assert np.flatnonzero(flags).tolist() == [0, 1, 2]


def test_a_crowd_that_proposed_itself_goes_on_with_those_whom_it_explains():
    crowd = as_members(np.zeros(10, dtype=np.int64))
    asked = []

    def judge(members):
        asked.append(members.account.tolist())
        newcomers = [(at, 0, 3.0, 2.0) for at in range(20, 25)]
        return _cells(*((at, 0, 3.0, 2.0) for at in (1, 4)), *newcomers)

    kept, cells = without_unborne(crowd, judge(crowd), judge)
    assert asked == [list(range(10)), [1, 4]]
    assert kept.account.tolist() == [1, 4]
    assert sorted(cells.account.tolist()) == [1, 4, 20, 21, 22, 23, 24]


def test_a_proposal_that_is_borne_out_keeps_all_its_members_and_is_judged_once():
    two = as_members(np.array([0, 0, 0, 1, 1, 1, 1]))

    def judge(members):
        sound = [(at, 0, 3.0, 2.0) for at in (0, 1)]
        return _cells(*sound, *((at, 1, 3.0, 2.0) for at in members.account if at == 5))

    kept, cells = without_unborne(two, judge(two), judge)
    assert kept.account[kept.ring == 0].tolist() == [0, 1, 2]
    assert kept.account[kept.ring == 1].tolist() == [5]
    assert cells.ring.tolist() == sorted(cells.ring.tolist())
