"""The page: self-contained, safe with hostile values, bounded."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from importlib import metadata

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs import LARGE, SMALL, write_output

from linkage import schema
from linkage.errors import InputError
from linkage.report import content as report_contents
from linkage.report import vega, write_report, write_ring_page
from linkage.report.content import MAX_MEMBERS, report_content
from linkage.report.page import MAX_PAGES, embedded, render
from linkage.rings.read import read_rings

KEPT_FROM = "1.9.0.post1"


class _Page(HTMLParser):
    """Collects the elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.fixture
def out(tmp_path):
    return write_output(tmp_path / "out")


def _data(text: str):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))


def test_the_page_holds_every_ring_and_its_evidence(out):
    data = _data(write_report(out).read_text(encoding="utf-8"))
    assert data["rings"][0]["id"] == LARGE
    assert data["details"][0]["identifiers"][0][0] == "paid with card •••• 4242"
    assert len(data["details"][0]["members"]) == 4
    assert data["tiers"][0] == {"tier": "enforce", "n_rings": 1, "n_accounts": 4}


@pytest.mark.parametrize("name", ["report.html", f"rings/{LARGE}.html"])
def test_a_page_asks_nobody_for_anything(out, name):
    write_report(out)
    page = _Page((out / name).read_text(encoding="utf-8"))
    places = {
        value for _, attrs in page.elements for name, value in attrs.items()
        if name in ("src", "href", "action", "srcset", "data")
    }
    assert places <= {"data:,", "#rings-heading", "#members-heading", "../report.html"}
    policies = [a["content"] for _, a in page.elements if a.get("http-equiv")]
    assert policies[0].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policies[0]


def test_hostile_values_stay_values(out):
    text = write_report(out).read_text(encoding="utf-8")
    assert len(re.findall("</script>", text)) == 3
    assert "<b>" not in text
    assert "</script><b>" in _data(text)["details"][1]["identifiers"][0][0]


@given(st.text())
def test_embedded_json_reads_back_and_closes_no_element(value):
    text = embedded({value: [value]})
    assert json.loads(text) == {value: [value]}
    assert not set("<>&") & set(text)


def test_the_template_has_no_placeholder_left():
    for name in ("report", "ring"):
        left = render(name, {"title": "x"}).replace(vega.script(), "")
        assert not re.search(r"\$(style|script|data|vega|policy)\b", left)


def test_writing_twice_gives_the_same_bytes(out):
    first = write_report(out).read_bytes()
    assert write_report(out).read_bytes() == first
    assert not list(out.glob("*.partial"))


def test_a_run_without_rings_has_a_page(out):
    for name, form in (
        ("rings", schema.RINGS), ("members", schema.MEMBERS), ("evidence", schema.EVIDENCE)
    ):
        pq.write_table(form.empty_table(), out / f"{name}.parquet")
    assert _data(write_report(out).read_text(encoding="utf-8"))["n_rings"] == 0


def test_a_missing_manifest_is_an_input_error(out):
    (out / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"manifest\.json"):
        write_report(out)


def _many(out, n_rings: int, largest: int) -> None:
    """Replace the tables by many rings with long texts, the first one large."""
    sizes = [largest] + [30] * (n_rings - 1)
    ring_ids = [f"{'r' * 30}{n:06d}" for n in range(n_rings)]
    of_member = [ring_id for ring_id, n in zip(ring_ids, sizes, strict=True) for _ in range(n)]
    total = len(of_member)
    account_ids = [f"{'a' * 32}{n:08d}" for n in range(total)]
    rings = pq.read_table(out / "rings.parquet").slice(0, 1).to_pylist()[0]
    pq.write_table(pa.Table.from_pylist(
        [rings | {"ring_id": ring_id, "n_accounts": n, "tier_reason": "why " * 40}
         for ring_id, n in zip(ring_ids, sizes, strict=True)], schema=schema.RINGS,
    ), out / "rings.parquet")
    pq.write_table(pa.table({
        "ring_id": of_member, "account_id": account_ids, "confidence": [0.987] * total,
        "tier": ["enforce"] * total, "role": ["periphery"] * total,
        "reason_codes": [["SHARED_CARD", "SHARED_TEMPLATE"]] * total,
        "evidence_bits": [123.456] * total,
        **{name: [None] * total
           for name in ("first_event_at", "last_event_at", "status", "stability")},
    }, schema=schema.MEMBERS), out / "members.parquet")
    pq.write_table(pa.table({
        "ring_id": of_member, "account_id": account_ids, "kind": ["card"] * total,
        "identifier_id": [f"{n % 15:032x}" for n in range(total)], "label": ["x" * 80] * total,
        "bits": [1.0] * total, "n_accounts_total": [9] * total, "n_accounts_in_ring": [3] * total,
        "first_seen_at": [None] * total, "last_seen_at": [None] * total, "creates": [True] * total,
    }, schema=schema.EVIDENCE), out / "evidence.parquet")


def test_the_page_stays_small_with_many_rings_and_a_large_one(out):
    _many(out, n_rings=5200, largest=25_000)
    page = write_report(out)
    assert page.stat().st_size < 10_000_000
    pages = sorted((out / "rings").iterdir())
    assert len(pages) == MAX_PAGES
    assert pages[0].stat().st_size < 4_000_000
    content = report_content(out, read_rings(out))
    assert (content["n_rings"], len(content["rings"])) == (5200, 5000)
    assert len(content["details"][0]["members"]) == MAX_MEMBERS
    assert content["details"][-1] is None


def test_rings_worth_a_look_have_pages_and_others_get_theirs_when_asked(out):
    write_report(out)
    assert [page.name for page in (out / "rings").iterdir()] == [f"{LARGE}.html"]
    assert write_ring_page(out, SMALL) == out / "rings" / f"{SMALL}.html"
    data = _data((out / "rings" / f"{SMALL}.html").read_text(encoding="utf-8"))
    assert data["tier"] == "watch"
    assert data["members"]["account"] == ["acct-10", "acct-11", "acct-12"]


def test_pages_of_rings_that_are_gone_go_too(out):
    (out / "rings").mkdir()
    (out / "rings" / "ring-old.html").write_text("old")
    write_report(out)
    assert not (out / "rings" / "ring-old.html").exists()


def test_a_ring_page_explains_the_ring(out):
    write_report(out)
    data = _data((out / "rings" / f"{LARGE}.html").read_text(encoding="utf-8"))
    assert data["identifiers"][0][:4] == [1, "paid with card •••• 4242", "payment", 4]
    assert data["without"][0][:2] == ["nothing", 4]
    assert {*data["specs"]} == {"network", "days", "families", "capabilities"}
    assert sum(len(rows) for rows in data["data"]["network"].values()) > 0


def test_timeline_rhythm_and_capabilities_are_shown_where_a_run_has_them(out):
    pq.write_table(pa.Table.from_pylist(
        [{"ring_id": LARGE, "weekday": 0, "hour": 3, "n_events": 5},
         {"ring_id": None, "weekday": 1, "hour": 4, "n_events": 50}], schema=schema.RHYTHM,
    ), out / "rhythm.parquet")
    pq.write_table(pa.table({
        "ring_id": [LARGE, SMALL], "day": [date(2026, 5, 1)] * 2, "n_born": [4, 3],
        "n_conversations": [70, 30],
    }), out / "timeline.parquet")
    pq.write_table(pa.table({
        "ring_id": [LARGE], "capability": ["tool_use"], "share": [0.5], "low": [0.4],
        "high": [0.6], "population_share": [0.05], "lift": [10.0],
    }), out / "capabilities.parquet")
    data = _data(write_ring_page(out, LARGE).read_text(encoding="utf-8"))["data"]
    assert data["days"]["days"] == [
        {"day": "2026-05-01", "what": "accounts born", "n": 4},
        {"day": "2026-05-01", "what": "conversations", "n": 70},
    ]
    assert len(data["week"]["week"]) == 2 * 7 * 24
    assert [row for row in data["week"]["week"] if row["n"]] == [
        {"who": "this ring", "weekday": "Mon", "hour": 3, "n": 5, "share": 1.0},
        {"who": "all accounts", "weekday": "Tue", "hour": 4, "n": 50, "share": 1.0},
    ]
    assert data["capabilities"]["capabilities"][0]["capability"] == "software engineering"


@pytest.mark.parametrize(("browser", "link"), [
    ("https://graph.example/browser/",
     f"https://graph.example/browser/linkage/setup.html?ring_id={LARGE}"),
    ("javascript:alert(1)//", None), ("", None),
])
def test_a_page_links_to_neo4j_browser_where_the_settings_name_one(out, browser, link):
    path = out / "manifest.json"
    manifest = json.loads(path.read_text()) | {"settings": {"neo4j_browser": browser}}
    path.write_text(json.dumps(manifest))
    assert _data(write_ring_page(out, LARGE).read_text(encoding="utf-8"))["link"] == link


def test_the_kept_library_is_what_the_installed_one_bundles():
    if metadata.version("vl-convert-python") != KEPT_FROM:
        pytest.skip(f"vega.js.gz was bundled by vl-convert {KEPT_FROM}: bundle it again")
    assert vega.script() == vega.bundled()


@given(
    sizes=st.lists(st.integers(0, 9), max_size=8), room=st.integers(0, 400),
)
def test_details_are_shown_up_to_the_first_that_does_not_fit(sizes, room):
    details = [{"identifiers": [], "members": ["m" * size]} for size in sizes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_contents, "MAX_DETAIL_BYTES", room)
        found = report_contents._that_fit(details)
    used = 0
    for detail, shown in zip(details, found, strict=True):
        used += len(json.dumps(detail))
        assert shown == (detail if used <= room else None)
