"""A case in Neo4j Browser, from the link in a report to a decision that is kept."""

import json
import re

import pyarrow.compute as pc
import pyarrow.parquet as pq
from graph_seed import EVIL, GROWN
from investigator import Investigator
from literals import literal
from outputs import LARGE, write_output
from playwright.sync_api import expect

from linkage.browser import browser_link
from linkage.report import write_ring_page


def test_login_opens_the_guide_and_the_link_fills_the_editor(investigator):
    investigator.shot("1-guide")
    expect(investigator.answer()).to_contain_text("What is new tonight?")
    assert "MATCH (ring:Ring {ring_id: 'ring-a1'})" in investigator.editor


def test_the_ring_of_the_link_is_drawn_with_our_style(investigator):
    frame = investigator.run_editor()
    frame.locator(".node").first.wait_for()
    investigator.shot("2-ring")
    for name, colour in (("ring-a1", "#C0392B"), ("dev-0", "#F79767"), ("a-00", "#4C8EDA")):
        node = frame.locator(".node", has_text=name)
        expect(node.locator(f'circle[fill="{colour}"]'), name).to_have_count(1)
    expect(frame.locator(".relationship text", has_text="10.0").first).to_be_attached()


def test_the_guide_goes_through_the_case(investigator):
    page = investigator.page
    frame = page.get_by_test_id("frame").filter(has_text=":play").first
    frame.get_by_test_id("nextSlide").click()
    investigator.shot("3-guide-step-2")
    frame.locator("pre.runnable", has_text="head(COLLECT").click()
    assert ":param ring_id => head(COLLECT" in investigator.editor
    answer = investigator.run_editor()
    expect(answer).to_contain_text("ring-a1")


def test_a_ring_of_25000_opens_as_a_summary(investigator, n_wide):
    investigator.set_parameters(ring_id="'ring-f6'")
    frame = investigator.run_saved("2 One ring", "1 Open a ring: picture")
    frame.locator(".node").first.wait_for()
    investigator.shot("4-wide-ring")
    frame.locator(".node").nth(12).wait_for()
    assert frame.locator(".node").count() <= 49
    table = investigator.run_saved("2 One ring", "1 Open a ring: table")
    investigator.shot("5-wide-ring-table")
    expect(table).to_contain_text(str(n_wide))
    expect(table).to_contain_text("sub-group")


def test_a_double_click_adds_few_neighbours(investigator):
    frame = investigator.run_saved("2 One ring", "1 Open a ring: picture")
    frame.locator(".node").first.wait_for()
    n_before = frame.locator(".node").count()
    frame.locator(".node", has_text="ring-f6").dblclick()
    frame.locator(".node").nth(n_before).wait_for()
    investigator.shot("6-expanded")
    assert frame.locator(".node").count() <= n_before + 50


def test_a_decision_is_made_by_a_saved_query_and_kept(investigator, graph):
    note = "O'Neil said: \"one card\" <b>"
    investigator.set_parameters(
        ring_id="'ring-a1'", decision="'confirmed'", decided_by="'Ana'", note=literal(note)
    )
    frame = investigator.run_saved("5 Decide", "1 Mark this ring")
    investigator.shot("7-decision")
    expect(frame).to_contain_text("confirmed")
    investigator.set_parameters(decision="'disputed'", note="'second look'")
    investigator.run_saved("5 Decide", "1 Mark this ring")
    kept = graph.execute_query(
        "match (d:Decision)-[:ABOUT]->(:Ring {ring_id: 'ring-a1'}) "
        "return d.decision as decision, d.note as note, d.decided_by as decided_by "
        "order by d.decided_at"
    ).records
    assert [tuple(row.values()) for row in kept] == [
        ("confirmed", note, "Ana"), ("disputed", "second look", "Ana"),
    ]


def test_hostile_ids_and_labels_are_shown_as_text(investigator, graph, n_wide):
    investigator.set_parameters(ring_id="'ring-c3'")
    frame = investigator.run_saved("2 One ring", "1 Open a ring: picture")
    frame.locator(".node").first.wait_for()
    investigator.shot("8-hostile-picture")
    investigator.set_parameters(page="0")
    table = investigator.run_saved("2 One ring", "2 Members by fifty: table")
    investigator.shot("9-hostile-table")
    shown = re.sub(r"\s", "", table.inner_text())
    for text in EVIL[1:4]:
        assert re.sub(r"\s", "", text) in shown
    assert investigator.page.evaluate("window.owned") is None
    assert graph.execute_query("match (n:Account) return count(n) as n").records[0]["n"] > n_wide


def test_a_link_to_a_hostile_account_opens_that_account(investigator, neo4j_server):
    for text in EVIL[::2]:
        investigator.page.goto(
            browser_link("account_id", text, browser=neo4j_server.browser_url)
        )
        investigator.page.get_by_test_id("editor-Run").wait_for()
        investigator.page.wait_for_function("document.querySelector('.view-line')?.innerText")
        assert literal(text) in investigator.editor.splitlines()[0]
    assert investigator.page.evaluate("window.owned") is None


def test_the_link_on_a_ring_of_the_report_opens_that_ring(
    chromium, investigator, neo4j_server, neo4j_auth, tmp_path
):
    out = _report_of(GROWN, tmp_path / "out", neo4j_server.browser_url)
    # Somebody who has not been here: who has may still be connected and is asked for nothing.
    context = chromium.new_context(viewport=investigator.page.viewport_size)
    newcomer = Investigator(context.new_page(), investigator.pictures)
    newcomer.page.goto(write_ring_page(out, GROWN).as_uri())
    newcomer.page.get_by_role("link", name="Open in Neo4j Browser").click()
    newcomer.connect(neo4j_auth[1])
    frame = newcomer.run_editor()
    expect(frame.locator(".node", has_text=GROWN).first).to_be_attached()
    newcomer.shot("10-from-the-report")
    context.close()


def _report_of(ring_id, out, browser):
    """Write an output with a ring of that name and with Browser's address."""
    write_output(out)
    for path in out.glob("*.parquet"):
        table = pq.read_table(path)
        if "ring_id" in table.column_names:
            names = pc.replace_substring(table["ring_id"], LARGE, ring_id)
            at = table.schema.get_field_index("ring_id")
            pq.write_table(table.set_column(at, table.schema.field(at), names), path)
    path = out / "manifest.json"
    manifest = json.loads(path.read_text()) | {"settings": {"neo4j_browser": browser}}
    path.write_text(json.dumps(manifest))
    return out
