"""Pictures of a ring for other programs."""

import json
import re
import xml.etree.ElementTree as ET

import altair as alt
import networkx as nx
import numpy as np
import pytest
from webs import web

from linkage.errors import InputError
from linkage.report.charts import drawn
from linkage.report.network import MOST_ACCOUNTS, MOST_IDENTIFIERS, core_picture
from linkage.report.pictures import write_gexf, write_graphml, write_svg
from linkage.report.specs import charts
from linkage.rings.structure import structure

KEPT_FROM = "6.3.0"
"""The version of Altair that drew what is kept in the package."""

TWO_CARDS = [[9, 0, 3], [9, 0, 3], [9, 0, 3], [0, 9, 3], [0, 9, 3], [0, 9, 3]]


@pytest.mark.parametrize(("write", "read"), [
    (write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf),
])
def test_a_ring_reads_back_whole(tmp_path, write, read):
    graph = web(TWO_CARDS)
    path = tmp_path / "ring.xml"
    write(path, graph, structure(graph))
    found = read(path)
    assert (found.number_of_nodes(), found.number_of_edges()) == (6 + 3, 12)
    assert found.nodes["account:acct-0"]["tier"] == "enforce"
    in_tree = [data for _, _, data in found.edges(data=True) if data["in_tree"]]
    # A tree of nine vertices: the strong links, and two of the weak ones.
    assert len(in_tree) == 8
    assert sum(data["weight"] for data in in_tree) == 6 * 9 + 2 * 3


def test_what_xml_cannot_hold_is_replaced(tmp_path):
    graph = web([[9], [9]])
    hostile = graph.identifiers[0].__class__(**{
        **vars(graph.identifiers[0]), "sentence": "used \x00\x1b[31m</node> & co"
    })
    graph = graph.__class__(**{**vars(graph), "identifiers": (hostile,)})
    for write in (write_graphml, write_gexf, write_svg):
        write(tmp_path / "ring.xml", graph, structure(graph))
        assert ET.parse(tmp_path / "ring.xml").getroot() is not None


def test_an_svg_needs_nothing_else(tmp_path):
    graph = web(TWO_CARDS)
    write_svg(tmp_path / "ring.svg", graph, structure(graph))
    text = (tmp_path / "ring.svg").read_text(encoding="utf-8")
    assert "ring-web: 6 of 6 accounts, 3 of 3 shared identifiers" in text
    assert "paid with card c0" in text
    for wrong in ("var(--", "<script", "href=", "url(http"):
        assert wrong not in text


@pytest.mark.parametrize("name", sorted(charts()))
def test_a_chart_is_valid_vega_lite_and_colours_are_the_pages_own(name):
    spec = charts()[name]
    alt.Chart.from_dict(spec, validate=True)
    assert not re.findall(r'"#[0-9a-f]{3,8}"', json.dumps(spec))


def test_the_kept_charts_are_what_is_drawn():
    if alt.__version__ != KEPT_FROM:
        pytest.skip(f"charts.json was drawn by altair {KEPT_FROM}: draw it again")
    assert charts() == drawn(), "python -m linkage.report.charts"


def test_a_folder_that_is_not_there_is_said(tmp_path):
    graph = web([[9], [9]])
    for write in (write_graphml, write_gexf, write_svg):
        with pytest.raises(InputError, match="cannot write"):
            write(tmp_path / "none" / "ring.xml", graph, structure(graph))


def test_a_picture_is_bounded_however_large_the_ring():
    chance = np.random.default_rng(3)
    bits = np.zeros((1200, 200))
    bits[np.arange(1200), chance.integers(0, 200, 1200)] = 5.0
    bits[np.arange(1200), chance.integers(0, 200, 1200)] = 4.0
    graph = web(bits)
    drawn = core_picture(graph, structure(graph))
    assert 20 < len(drawn["accounts"]) <= MOST_ACCOUNTS
    assert 20 < len(drawn["identifiers"]) <= MOST_IDENTIFIERS
    assert drawn == core_picture(graph, structure(graph))
