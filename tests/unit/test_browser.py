"""Addresses into Neo4j Browser: short, and safe for any text."""

from urllib.parse import parse_qs, urlsplit

import pytest

from linkage.browser import browser_link

BROWSER = "http://h:1/browser/"
HOSTILE = "a'}) b&cmd=play#<x> \\ü"


@pytest.mark.parametrize("browser", [BROWSER, BROWSER.rstrip("/")])
def test_a_ring_opens_through_the_set_up_page(browser):
    assert browser_link("ring_id", "ring-1f", browser=browser) == (
        "http://h:1/browser/linkage/setup.html?ring_id=ring-1f"
    )


def test_a_hostile_text_is_one_parameter_and_comes_back_whole():
    parts = urlsplit(browser_link("account_id", HOSTILE, browser=BROWSER))
    assert parse_qs(parts.query) == {"account_id": [HOSTILE]}
    assert not parts.fragment


def test_a_link_opens_only_what_it_knows():
    with pytest.raises(ValueError, match="not password"):
        browser_link("password", "x", browser=BROWSER)
