"""What enforcement answers, where it goes, and what it says of the lists."""

import csv
import json
from datetime import timedelta

import pytest
from lists import DAY, FIRST, Desk, Member, accounts
from scipy.stats import binomtest
from worlds import read, run, tiny_world

from linkage import job
from linkage.errors import InputError
from linkage.export import judge_ledger, take_answers
from linkage.intervals import wilson
from linkage.settings import Settings

NOW = FIRST + timedelta(hours=8)


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.send([*accounts(6), Member("edge", ring_id="ring-b")])
    return desk


def _take(desk, *rows, at=NOW, name="answers.csv"):
    path = desk.folder / name
    if name.endswith(".csv"):
        with path.open("w", newline="", encoding="utf-8") as file:
            columns = ("account_id", "answer", "answered_at", "answered_by", "note")
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(dict(zip(columns, row, strict=False)) for row in rows)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return take_answers(path, desk.to, settings=desk.settings, at=at)


def _decisions(desk):
    text = (desk.to / "decisions.jsonl").read_text(encoding="utf-8")
    return {row["account_id"]: row for row in map(json.loads, text.splitlines())}


@pytest.mark.parametrize(("answer", "decision", "why"), [
    ("appealed", "disputed", "has an appeal that is not decided"),
    ("reinstated", "reinstated", "was reinstated"),
    ("refused", "disputed", "enforcement refused to act on it"),
])
def test_an_answer_against_a_listing_retracts_it_without_another_run(desk, answer, decision, why):
    taken = _take(desk, ("acct-001", answer))
    assert taken.to_retract == ("acct-001",)
    assert taken.next_run == str((desk.folder / "out").resolve())
    assert taken.next_options == "--min-tier enforce --format jsonl"
    desk.again()
    [row] = desk.rows("enforce.changes")
    assert (row["change"], row["account_id"], row["why"]) == ("retracted", "acct-001", [why])
    assert _decisions(desk)["acct-001"]["decision"] == decision


def test_done_keeps_the_listing_and_confirms_it_to_the_next_run(desk):
    assert _take(desk, ("acct-001", "Done")).to_retract == ()
    assert desk.again().changes == ()
    assert _decisions(desk)["acct-001"]["decision"] == "confirmed"


def test_an_appeal_that_was_lost_brings_the_account_back(desk):
    _take(desk, ("acct-001", "appealed", "2026-06-01T04:00:00Z"))
    desk.again()
    _take(desk, ("acct-001", "done", "2026-06-01T09:00:00Z"), at=NOW + DAY)
    made = desk.again(at=NOW + DAY)
    assert [(one.change, one.why) for one in made.changes] == [("added", ("again",))]


def test_the_latest_answer_counts_in_whatever_order_they_come(desk):
    _take(desk, ("acct-001", "reinstated", "2026-06-01T09:00:00Z"))
    _take(desk, ("acct-001", "done", "2026-06-01T04:00:00Z"), at=NOW + DAY)
    assert _decisions(desk)["acct-001"]["decision"] == "reinstated"


def test_the_same_answers_again_add_nothing(desk):
    rows = [("acct-001", "done", "2026-06-01T04:00:00Z"), ("acct-002", "refused", "")]
    assert _take(desk, *rows).n_new == 2
    before = (desk.to / "ledger.jsonl").read_bytes()
    taken = _take(desk, *rows, *rows, at=NOW + DAY)
    assert (taken.n_answers, taken.n_new) == (4, 0)
    assert (desk.to / "ledger.jsonl").read_bytes() == before


def test_every_answer_is_a_row_of_decisions(desk):
    _take(desk, *((f"acct-{n:03d}", answer) for n, answer in enumerate(
        ("done", "refused", "appealed", "reinstated"))))
    found = _decisions(desk)
    assert {row["decision"] for row in found.values()} <= {
        "confirmed", "benign", "disputed", "reinstated"}
    assert found["acct-001"]["decided_at"] == "2026-06-01T10:00:00Z"
    assert found["acct-001"]["decided_by"] == "enforcement"


def test_the_next_run_obeys_the_answers(tmp_path):
    world = tiny_world(tmp_path / "in")
    out = run(world, tmp_path / "out")
    desk = Desk(tmp_path)
    listed = desk.again(out, min_tier="watch", approve=True, at=None).listed
    assert len(listed) == 10
    answers = [("acct-03", "reinstated"), ("acct-04", "appealed"), ("acct-05", "done")]
    _take(desk, *answers, at=None)
    job.run([str(world), str(desk.to / "decisions.jsonl")], tmp_path / "next",
            settings=Settings(threads=1, key_file=tmp_path / "key"))
    tier = {row["account_id"]: row["tier"] for row in read(tmp_path / "next", "members")}
    assert (tier["acct-03"], tier["acct-04"]) == ("benign", "watch")
    assert tier["acct-05"] == tier["acct-06"]
    made = desk.again(tmp_path / "next", min_tier="watch", approve=True, at=None)
    assert {one.account_id for one in made.listed} == {
        one.account_id for one in listed} - {"acct-03", "acct-04"}


def test_a_run_reads_the_decisions_of_lists_that_nobody_answered(tmp_path):
    world = tiny_world(tmp_path / "in")
    desk = Desk(tmp_path)
    desk.send(accounts(2))
    assert (desk.to / "decisions.jsonl").read_bytes() == b""
    out = job.run([str(world), str(desk.to / "decisions.jsonl")], tmp_path / "next",
                  settings=Settings(threads=1, key_file=tmp_path / "key")).out
    assert read(out, "rings")


def test_answers_about_accounts_that_no_list_named_are_pointed_out_and_kept(desk):
    assert _take(desk, ("acct-999", "reinstated")).never_sent == ("acct-999",)
    made = desk.send([*accounts(6), Member("acct-999")], day=1)
    assert made.held_back == {"acct-999": "reinstated"}


def test_json_lines_are_read_as_well(desk):
    taken = _take(desk, {"account_id": "acct-001", "answer": "done", "note": "=1\u2028+1"},
                  name="answers.jsonl")
    assert taken.by_answer == {"done": 1}
    assert _decisions(desk)["acct-001"]["note"] == "=1\u2028+1"


def test_an_account_copied_from_the_csv_is_the_account_meant(tmp_path):
    desk = Desk(tmp_path)
    desk.send([Member("+49123")], formats=("csv", "jsonl"))
    with (desk.to / "latest" / "enforce.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["account_id"] == "'+49123"
    assert _take(desk, (row["account_id"], "appealed")).to_retract == ("+49123",)


@pytest.mark.parametrize(("row", "problem"), [
    (("", "done"), "row 2: no account_id"),
    (("acct-001", "banned"), "row 2: answer 'banned'"),
    (("acct-001", ""), "row 2: answer 'missing'"),
    (("acct-001", "done", "yesterday"), "row 2: answered_at 'yesterday' is no instant"),
    (("acct-001", "done", "2031-01-01"), "row 2: answered_at .* is in the future"),
])
def test_one_wrong_row_and_nothing_is_taken(desk, row, problem):
    before = (desk.to / "ledger.jsonl").read_bytes()
    with pytest.raises(InputError, match=problem):
        _take(desk, ("acct-002", "reinstated"), row)
    assert (desk.to / "ledger.jsonl").read_bytes() == before


@pytest.mark.parametrize(("name", "content"), [
    ("a.txt", "account_id\n"), ("a.jsonl", "{"), ("a.jsonl", "[1]"), ("a.csv", b"\xff\xfe"),
])
def test_a_file_of_another_form_is_an_input_error(desk, name, content):
    path = desk.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError):
        take_answers(path, desk.to, settings=desk.settings)


def test_without_a_ledger_there_is_nothing_to_answer(tmp_path):
    desk = Desk(tmp_path)
    with pytest.raises(InputError, match="has no ledger"):
        _take(desk, ("acct-001", "done"))
    assert not desk.to.exists()


# What the answers say of the lists


def test_precision_counts_what_was_done_against_what_was_refused_or_reinstated(desk):
    _take(desk, ("acct-000", "done"), ("acct-001", "done"), ("acct-002", "done"),
          ("acct-003", "refused"), ("acct-004", "appealed"), ("edge", "reinstated"))
    found = judge_ledger(desk.to)
    [tier] = found.tiers
    assert (found.n_sent, found.n_answered) == (7, 6)
    assert (tier.n_right, tier.n_wrong, tier.n_pending) == (3, 2, 1)
    assert tier.precision == 0.6
    assert tier.n_rings == 2
    assert tier.interval == wilson(0.6, 5)
    assert tier.interval_of_rings == wilson(0.6, 25 / 17)
    assert {row.name: row.precision for row in found.reasons} == {
        "born_together": 0.6, "shares_device": 0.6, "shares_payment": 0.6}


def test_a_reason_is_judged_by_the_accounts_it_was_given_for(tmp_path):
    desk = Desk(tmp_path)
    desk.send([Member("a", signs=("large",)), Member("b", signs=("never_sleeps",))])
    _take(desk, ("a", "done"), ("b", "refused"))
    of = {row.name: row.precision for row in judge_ledger(desk.to / "ledger.jsonl").reasons}
    assert (of["large"], of["never_sleeps"], of["shares_device"]) == (1.0, 0.0, 0.5)


def test_an_account_is_judged_in_the_tier_it_was_sent_in_though_it_was_retracted(tmp_path):
    desk = Desk(tmp_path)
    desk.send([Member("a"), Member("b", tier="review")], min_tier="review")
    _take(desk, ("a", "refused"), ("b", "done"))
    desk.again(min_tier="review")
    of = {row.name: row for row in judge_ledger(desk.to).tiers}
    assert (of["enforce"].n_wrong, of["review"].n_right) == (1, 1)


def test_without_answers_there_is_no_precision(desk):
    [tier] = judge_ledger(desk.to).tiers
    assert (tier.precision, tier.interval, tier.interval_of_rings) == (None, None, None)


@pytest.mark.parametrize(("right", "n"), [(0, 3), (3, 3), (50, 60), (999, 1000)])
def test_the_interval_is_wilsons(right, n):
    other = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right / n, n) == pytest.approx((other.low, other.high), abs=1e-12)
