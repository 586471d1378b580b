"""Addresses into Neo4j Browser: short, and safe for any text."""

from urllib.parse import parse_qs, urlsplit

import pytest

from linkage.investigate.links import browser_link, literal, plain_link, set_up_link

HOSTILE = "a'}) b&cmd=play#<x> \\ü"


def test_a_ring_opens_through_the_set_up_page():
    assert browser_link("ring-1f") == (
        "http://127.0.0.1:7474/browser/linkage/setup.html?ring_id=ring-1f"
    )


def test_a_hostile_text_is_one_parameter_and_comes_back_whole():
    parts = urlsplit(set_up_link("account_id", HOSTILE, browser="http://h:1/browser/"))
    assert parse_qs(parts.query) == {"account_id": [HOSTILE]}
    assert not parts.fragment


def test_a_plain_link_fills_the_editor_and_runs_nothing():
    link = plain_link(
        "ring_id", HOSTILE, browser="http://h:1/browser/", bolt_uri="bolt://graph:7687"
    )
    asked = parse_qs(urlsplit(link).query)
    assert (asked["cmd"], asked["dbms"]) == (["edit"], ["neo4j://neo4j@graph:7687"])
    assert f"{{ring_id: {literal(HOSTILE)}}}" in asked["arg"][0]
    assert "$" not in asked["arg"][0]


def test_a_link_opens_only_what_it_knows():
    with pytest.raises(ValueError, match="not password"):
        set_up_link("password", "x")
