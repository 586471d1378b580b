"""A cell inside a ring is part of it; who only uses what a ring uses is not."""

import numpy as np
import pytest

from linkage.communities.membership import Cells
from linkage.communities.nested import join_nested
from linkage.communities.proposals import best_cells

FAMILIES = ("device", "network", "payment", "prompt")
CAN_TIE = np.array([True, False, True, True])
LARGE, CELL = 0, 1


def _joined(rows):
    """{account: label} for rows of (account, ring, nats, {family: nats})."""
    rows = sorted(rows, key=lambda row: (row[1], row[0]))
    by_family = np.zeros((len(rows), len(FAMILIES)))
    for at, (_, _, _, speaks) in enumerate(rows):
        for family, nats in speaks.items():
            by_family[at, FAMILIES.index(family)] = nats
    cells = Cells(
        np.array([row[0] for row in rows]), np.array([row[1] for row in rows]),
        np.array([float(row[2]) for row in rows]), by_family, np.ones(len(rows), bool),
    )
    best = best_cells(cells)
    label = join_nested(cells, best, CAN_TIE)
    return dict(zip(cells.account[best].tolist(), label.tolist(), strict=True))


def _large(n=20):
    return [(account, LARGE, 4.0, {"prompt": 14.0}) for account in range(n)]


def _cell(first=100, size=5, ring=CELL, **speaks):
    speaks = speaks or {"payment": 9.0, "prompt": 5.0}
    return [(account, ring, 6.0, speaks) for account in range(first, first + size)]


def _in_large(first=100, size=5, nats=4.0, **speaks):
    speaks = speaks or {"prompt": 14.0}
    return [(account, LARGE, nats, speaks) for account in range(first, first + size)]


def test_a_cell_whose_members_all_belong_to_a_larger_ring_is_part_of_it():
    found = _joined(_large() + _cell() + _in_large())
    assert set(found.values()) == {LARGE}


def test_cells_of_several_levels_end_in_the_largest():
    inner = _cell(200, 3, 2)
    middle = [(account, CELL, 4.0, {"payment": 12.0}) for account in range(200, 203)]
    found = _joined(_large() + _cell() + _in_large() + inner + middle)
    assert set(found.values()) == {LARGE}


@pytest.mark.parametrize("n_belong", [2, 3])
def test_where_too_few_belong_the_cell_stays(n_belong):
    found = _joined(_large() + _cell() + _in_large(size=n_belong))
    assert {found[account] for account in range(100, 105)} == {CELL}


def test_belonging_by_what_is_for_hire_does_not_count():
    found = _joined(_large() + _cell() + _in_large(nats=4.0, network=14.0))
    assert found[100] == CELL


def test_doubtful_belonging_does_not_count():
    found = _joined(_large() + _cell() + _in_large(nats=1.0))
    assert found[100] == CELL


def test_who_stands_by_two_families_of_its_own_only_uses_what_the_ring_uses():
    found = _joined(
        _large() + _cell(device=9.0, payment=9.0, prompt=2.0) + _in_large())
    assert found[100] == CELL


def test_two_families_that_tie_it_to_the_ring_as_well_are_not_its_own():
    both = {"device": 6.0, "payment": 6.0}
    found = _joined(_large() + _cell(**both) + _in_large(**both))
    assert found[100] == LARGE


def test_a_pair_is_no_cell():
    found = _joined(_large() + _cell(size=2) + _in_large(size=2))
    assert found[100] == CELL


def test_the_larger_ring_never_joins_the_smaller():
    rows = _large() + _cell(ring=CELL) + [
        (account, CELL, 3.0, {"prompt": 14.0}) for account in range(20)]
    assert _joined(rows)[0] == LARGE


def test_nobody_is_in_any_ring():
    assert _joined([(0, 0, -1.0, {})]) == {}
