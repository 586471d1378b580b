"""Cells on one pool of addresses become one ring; customers of one vendor do not."""

import numpy as np
import pytest
from incidences import held, incidence_of

from linkage.communities.pools import join_cells

N = 2_000
CELLS = [list(range(at, at + 5)) for at in range(0, 100, 5)]
"""Twenty cells of five accounts."""


def _rings(identifiers, cells):
    account = np.array([who for cell in cells for who in cell], dtype=np.int64)
    ring = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    label = join_cells(incidence_of(N, identifiers), account, ring)
    return {frozenset(account[label == one].tolist()) for one in np.unique(label)}


def _pool(accounts, n=20, *more):
    """Addresses that every so many accounts share, in turn."""
    return [held("ip", *accounts[at::n], *more) for at in range(n)]


def test_cells_on_a_pool_of_their_own_are_one():
    assert _rings(_pool(list(range(100)), 7), CELLS) == {frozenset(range(100))}


def test_cells_on_addresses_that_strangers_use_stay_apart():
    pool = _pool(list(range(100)), 7, *range(500, 520))
    assert _rings(pool, CELLS) == {frozenset(cell) for cell in CELLS}


def test_few_customers_of_one_vendor_stay_apart():
    customers = [list(range(at, at + 20)) for at in range(0, 100, 20)]
    assert _rings(_pool(list(range(100)), 7), customers) == {
        frozenset(one) for one in customers}


def test_a_large_customer_of_the_cells_vendor_stays_out():
    large = list(range(100, 300))
    found = _rings(_pool(list(range(300)), 7), [*CELLS, large])
    assert found == {frozenset(range(100)), frozenset(large)}


@pytest.mark.parametrize("shared", [1, 2])
def test_what_few_of_a_cell_share_joins_nothing(shared):
    pool = _pool([who for cell in CELLS for who in cell[:shared]], 7)
    assert _rings(pool, CELLS) == {frozenset(cell) for cell in CELLS}


def test_devices_are_no_pool():
    devices = [held("device", *range(at, 100, 7)) for at in range(7)]
    assert _rings(devices, CELLS) == {frozenset(cell) for cell in CELLS}


def test_no_rings_and_no_families_are_left_as_they_are():
    none = np.zeros(0, dtype=np.int64)
    assert len(join_cells(incidence_of(N, []), none, none)) == 0
