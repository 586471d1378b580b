"""Debian's Chromium, headless, before the real server with the small graph."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest
from graph_seed import load_seed, small_graph
from graph_server import clear
from investigator import PATIENCE_MS, Investigator
from playwright.sync_api import Browser, expect, sync_playwright

from linkage.browser import browser_link
from linkage.investigate.server import ServerStatus

PICTURES = Path(__file__).parents[2] / ".demo" / "screenshots"
"""Where people find what the tests saw."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    program = shutil.which("chromium")
    if program is None and not os.environ.get("CI"):
        pytest.skip("no chromium here: tests/bin/prepare installs it")
    # What is expected comes at once, or late on a busy machine: five seconds would be luck.
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Chromium's own walls do not stand where root runs it.
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def n_wide() -> int:
    """Members of the wide ring: as many as the widest campaign that is known."""
    return 25_000


@pytest.fixture(scope="module")
def graph(neo4j_driver: neo4j.Driver, n_wide: int) -> neo4j.Driver:
    """The small graph with its wide ring."""
    clear(neo4j_driver)
    load_seed(neo4j_driver, small_graph(n_wide=n_wide))
    return neo4j_driver


@pytest.fixture(scope="module")
def investigator(
    chromium: Browser, graph: neo4j.Driver, neo4j_server: ServerStatus,
    neo4j_auth: tuple[str, str],
) -> Iterator[Investigator]:
    """A person who came through a ring's link and signed in."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    person = Investigator(context.new_page(), PICTURES)
    assert neo4j_server.browser_url is not None
    link = browser_link("ring_id", "ring-a1", browser=neo4j_server.browser_url)
    person.sign_in(link, neo4j_auth[1])
    yield person
    context.close()
