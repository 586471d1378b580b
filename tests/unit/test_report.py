"""The page: self-contained, safe with hostile values, bounded."""

import json
import re
from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outputs import LARGE, write_output

from linkage import schema
from linkage.errors import InputError
from linkage.report import write_report
from linkage.report.content import MAX_MEMBERS, report_content
from linkage.report.page import embedded, render


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


def test_the_page_asks_nobody_for_anything(out):
    page = _Page(write_report(out).read_text(encoding="utf-8"))
    places = [
        value for _, attrs in page.elements for name, value in attrs.items()
        if name in ("src", "href", "action", "srcset", "data")
    ]
    assert places == ["data:,"]
    policies = [a["content"] for _, a in page.elements if a.get("http-equiv")]
    assert policies[0].startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "unsafe" not in policies[0]


def test_hostile_values_stay_values(out):
    text = write_report(out).read_text(encoding="utf-8")
    assert len(re.findall("</script>", text)) == 2
    assert "<b>" not in text
    assert "</script><b>" in _data(text)["details"][1]["identifiers"][0][0]


@given(st.text())
def test_embedded_json_reads_back_and_closes_no_element(value):
    text = embedded({value: [value]})
    assert json.loads(text) == {value: [value]}
    assert not set("<>&") & set(text)


def test_the_template_has_no_placeholder_left():
    assert not re.search(r"\$(style|script|data)", render({"title": "x"}))


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
    }, schema=schema.MEMBERS), out / "members.parquet")
    pq.write_table(pa.table({
        "ring_id": of_member, "account_id": account_ids, "kind": ["card"] * total,
        "identifier_id": [f"{n % 15:032x}" for n in range(total)], "label": ["x" * 80] * total,
        "bits": [1.0] * total, "n_accounts_total": [9] * total, "n_accounts_in_ring": [3] * total,
        "first_seen_at": [None] * total, "last_seen_at": [None] * total,
    }, schema=schema.EVIDENCE), out / "evidence.parquet")


def test_the_page_stays_small_with_many_rings_and_a_large_one(out):
    _many(out, n_rings=5200, largest=25_000)
    page = write_report(out)
    assert page.stat().st_size < 10_000_000
    content = report_content(out)
    assert (content["n_rings"], len(content["rings"])) == (5200, 5000)
    assert len(content["details"][0]["members"]) == MAX_MEMBERS
    assert content["details"][-1] is None
