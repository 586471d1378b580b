"""What a ring hangs together by, against slow and obvious answers."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from webs import web

from linkage.rings.structure import evidence_tree, structure


def _two_sided(graph) -> nx.Graph:
    """The same web for NetworkX."""
    found = nx.Graph()
    for row, column, bits in zip(
        graph.edge.row, graph.edge.col, graph.edge.data, strict=True
    ):
        found.add_edge(("a", int(row)), ("i", int(column)), weight=float(bits))
    return found


webs = arrays.arrays(
    np.int8, st.tuples(st.integers(2, 9), st.integers(1, 6)), elements=st.integers(0, 6)
)


@given(webs)
def test_the_tree_holds_as_much_evidence_as_any_tree_can(bits):
    graph = web(bits)
    best = nx.maximum_spanning_tree(_two_sided(graph))
    assert evidence_tree(graph).data.sum() == pytest.approx(best.size(weight="weight"))


@given(webs)
def test_bridges_cut_off_what_networkx_says(bits):
    graph = web(bits)
    two_sided = _two_sided(graph)
    two_sided.add_nodes_from(("a", at) for at in range(graph.n_accounts))
    for bridge in structure(graph).bridges:
        names = {
            ("a", at): one.account_id for at, one in enumerate(graph.members)
        } if bridge.is_account else {
            ("i", at): one.sentence for at, one in enumerate(graph.identifiers)
        }
        node = next(node for node, name in names.items() if name == bridge.name)
        rest = two_sided.subgraph(set(two_sided) - {node})
        sizes = [sum(side == "a" for side, _ in piece) for piece in nx.connected_components(rest)]
        assert bridge.n_cut_off == sum(sizes) - max(sizes)


def test_the_weakest_link_joins_two_strong_halves():
    # Two cards of three accounts each, and one address that one account of either used.
    shape = structure(web([
        [9, 0, 0], [9, 0, 2], [9, 0, 0], [0, 9, 2], [0, 9, 0], [0, 9, 0],
    ]))
    assert shape.weakest is not None
    assert (shape.weakest.bits, shape.weakest.n_accounts) == (2.0, 3)
    assert shape.weakest.sentence == "paid with card c2"
    assert [part.n_accounts for part in shape.parts] == [3, 3]
    assert shape.part_of[0] == shape.part_of[2] != shape.part_of[5]
    assert {part.sentence for part in shape.parts} == {"paid with card c0", "paid with card c1"}


def test_a_ring_of_one_card_has_no_weak_link_and_no_sub_groups():
    shape = structure(web([[5]] * 8))
    assert (shape.n_pieces, shape.weakest, shape.parts, shape.n_parts) == (1, None, (), 0)
    assert [bridge.n_cut_off for bridge in shape.bridges] == [7]


def test_pieces_that_share_nothing_are_counted():
    assert structure(web([[5, 0], [5, 0], [0, 5], [0, 5]])).n_pieces == 2
