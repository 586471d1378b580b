"""What a run publishes for the graph: links that hold a ring together, without cliques."""

import networkx as nx
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import run, small_world

from linkage.evidence.incidence import HUB_NETWORKS
from linkage.queries import query
from linkage.rings.graph_tables import MOST_HOLDERS, N_STRONGEST, _backbone

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1]),
                 unique=True, max_size=40)


@given(pairs)
def test_the_backbone_is_kruskals_forest_and_each_accounts_strongest(ordered):
    left, right = (np.array([pair[end] for pair in ordered], dtype=np.int64) for end in (0, 1))
    graph = nx.Graph()
    for rank, (a, b) in enumerate(ordered):
        graph.add_edge(a, b, weight=rank)
    wanted = {tuple(sorted(edge)) for edge in nx.minimum_spanning_edges(graph, data=False)}
    for account in range(10):
        wanted.update([pair for pair in ordered if account in pair][:N_STRONGEST])
    kept = _backbone(left, right, 10)
    assert {pair for pair, is_kept in zip(ordered, kept, strict=True) if is_kept} == wanted


def test_hubs_are_the_networks_that_never_create_an_edge():
    text = query("rings", "graph_identifier").body
    assert all(f"'{kind}'" in text for kind in HUB_NETWORKS)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("graph")
    return run(small_world(folder / "in"), folder / "out")


def _read(out, name):
    return pq.read_table(out / "graph" / f"{name}.parquet")


def test_numbers_of_accounts_and_identifiers_count_up_from_0(out):
    for name in ("account", "identifier"):
        found = _read(out, f"{name}s")[f"{name}_ix"].to_numpy()
        assert (found == np.arange(len(found))).all()


def test_holdings_are_what_identifiers_count(out):
    held = np.bincount(_read(out, "holdings")["identifier_ix"].to_numpy())
    assert (held == _read(out, "identifiers")["n_accounts"].to_numpy()).all()
    assert (held <= MOST_HOLDERS).all()


def test_a_ring_that_pairs_hold_together_is_linked_throughout(out):
    names = _read(out, "accounts")["account_id"].to_pylist()
    graph = nx.Graph((names[row["account_ix_l"]], names[row["account_ix_r"]])
                     for row in _read(out, "links").to_pylist())
    members = pq.read_table(out / "members.parquet").to_pandas()
    parts = [
        nx.number_connected_components(graph.subgraph(own)) / len(own)
        for own in (set(group["account_id"]) for _, group in members.groupby("ring_id"))
    ]
    assert np.mean(parts) < 0.5
    assert graph.number_of_edges() < (N_STRONGEST + 1) * graph.number_of_nodes()
