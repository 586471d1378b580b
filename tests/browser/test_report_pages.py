"""The report and a ring's page, opened in the system's Chromium."""

import csv
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from outputs import LARGE, SMALL, write_output
from playwright.sync_api import Browser, Page, expect
from worlds import run, small_world

from linkage import schema
from linkage.report import write_report, write_ring_page
from linkage.rings.read import read_rings

HOSTILE = "<img src=x onerror=alert(1)>=cmd"

@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    return run(small_world(folder / "world"), folder / "out")


@pytest.fixture(scope="module")
def ring_page(out: Path) -> Path:
    """The page of a ring with sub-groups, charts of all sorts that a run publishes."""
    return out / "rings" / f"{read_rings(out)[0].ring_id}.html"


class _Watched:
    """A page, and everything that it should not do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda said: self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", lambda dialog: self.wrong.append("a dialog"))
        page.on("request", lambda asked: self._asked(asked.url))

    def _asked(self, url: str) -> None:
        if not url.startswith(("file:", "blob:", "data:")):
            self.wrong.append(url)


@pytest.fixture
def opened(browser: Browser):
    """Open a page as somebody would: light or dark, wide or narrow."""
    contexts = []

    def open_page(path: Path, *, scheme: str = "light", width: int = 1280) -> _Watched:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        watched = _Watched(context.new_page())
        watched.page.goto(path.as_uri())
        watched.page.wait_for_selector("body[data-drawn=all], #map svg", state="attached")
        return watched

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 400)])
def test_pages_draw_whole_ask_nobody_and_fit(opened, out, ring_page, tmp_path, scheme, width):
    for path in (out / "report.html", ring_page):
        seen = opened(path, scheme=scheme, width=width)
        seen.page.screenshot(path=tmp_path / f"{path.stem}.png", full_page=True)
        assert seen.wrong == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    expect(seen.page.locator(".chart svg")).to_have_count(5)


def test_dark_is_dark_and_print_is_light(opened, ring_page):
    page = opened(ring_page, scheme="dark").page
    ink = "getComputedStyle(document.querySelector('#network .mark-text text')).fill"
    paper = "getComputedStyle(document.body).backgroundColor"
    assert (page.evaluate(ink), page.evaluate(paper)) != ("rgb(28, 32, 36)", "rgb(255, 255, 255)")
    page.emulate_media(media="print")
    assert (page.evaluate(ink), page.evaluate(paper)) == ("rgb(28, 32, 36)", "rgb(255, 255, 255)")
    assert not page.locator("#download").is_visible()


def test_charts_and_headings_have_names_for_who_cannot_see_them(opened, ring_page):
    page = opened(ring_page).page
    charts = page.locator(".chart[role=graphics-document]")
    assert charts.count() == 5
    for at in range(charts.count()):
        assert len(charts.nth(at).get_attribute("aria-label") or "") > 20
    accounts = page.locator("#network [role=graphics-symbol][aria-label^=acc_]")
    assert accounts.count() > 10
    for section in page.locator("section").all():
        heading = section.get_attribute("aria-labelledby")
        assert page.locator(f"#{heading}").inner_text()
    page.locator("summary", has_text="As a table").first.press("Enter")
    expect(page.locator("details[open] table")).to_have_count(1)


def test_members_are_searched_and_sorted_by_keyboard(opened, ring_page):
    page = opened(ring_page).page
    rows = page.locator("#members tbody tr")
    n = rows.count()
    first = rows.first.locator("td").first.inner_text()
    page.locator("#members th button", has_text="account").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#members th[aria-sort=ascending]")).to_have_text(re.compile("^account"))
    expect(page.locator("#members th button", has_text="account")).to_be_focused()
    page.locator("#find").focus()
    page.keyboard.type(first)
    assert n > 1
    expect(rows).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 of 1 members found")


def test_members_come_as_a_table_for_spreadsheets(opened, out, ring_page, tmp_path):
    page = opened(ring_page).page
    with page.expect_download() as waiting:
        page.locator("#download").click()
    waiting.value.save_as(tmp_path / "members.csv")
    with (tmp_path / "members.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    members = {
        row["account_id"]: row for row in pq.read_table(
            out / "members.parquet", filters=[("ring_id", "=", ring_page.stem)]).to_pylist()
    }
    assert {row["account_id"] for row in rows} == {*members}
    for row in rows:
        assert set(row["reason_codes"].split()) == set(members[row["account_id"]]["reason_codes"])


def test_hostile_values_stay_text(opened, tmp_path):
    out = write_output(tmp_path / "out")
    for name in ("members", "evidence"):
        rows = pq.read_table(out / f"{name}.parquet").to_pylist()
        for row in rows:
            if row["account_id"] in ("acct-0", "acct-10"):
                row["account_id"] = HOSTILE
            if row.get("label"):
                row["label"] += HOSTILE
        form = {"members": schema.MEMBERS, "evidence": schema.EVIDENCE}[name]
        pq.write_table(pa.Table.from_pylist(rows, schema=form), out / f"{name}.parquet")
    pages = (write_report(out), out / "rings" / f"{LARGE}.html", write_ring_page(out, SMALL))
    for path in pages:
        seen = opened(path)
        assert seen.wrong == []
        assert seen.page.locator("img, main b, main script").count() == 0
    assert HOSTILE in seen.page.locator("#members").inner_text()
    assert HOSTILE in seen.page.locator("#identifiers").inner_text()


def test_the_report_leads_to_a_ring_and_back(opened, out, ring_page):
    page = opened(out / "report.html").page
    page.locator("#rings a", has_text="its page").first.click()
    page.wait_for_selector("body[data-drawn=all]", state="attached")
    assert page.locator("h1").inner_text() == ring_page.stem
    page.get_by_text("All rings").click()
    page.wait_for_selector("#map svg", state="attached")
