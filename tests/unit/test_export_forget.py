"""Accounts that were deleted leave no name behind, and the chain still holds."""

import pytest
from lists import DAY, FIRST, Desk, accounts, write_run

from linkage.export import forget, take_answers, verify
from linkage.export.ledger import read_book

FORMATS = ("csv", "jsonl", "stix")


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.send(accounts(4), formats=FORMATS)
    (tmp_path / "answers.csv").write_text("account_id,answer\nacct-001,done\nacct-002,appealed\n")
    take_answers(tmp_path / "answers.csv", desk.to, settings=desk.settings, at=FIRST + DAY / 2)
    desk.send(accounts(5), day=1, formats=FORMATS)
    return desk


def _forget(desk, *names):
    return forget(desk.to, set(names), settings=desk.settings, at=FIRST + 2 * DAY)


def test_no_file_names_the_account_any_more(desk):
    found = _forget(desk, "acct-001", "acct-002", "acct-999")
    assert (found.n_accounts, found.n_lines) == (2, 5)
    for path in desk.to.rglob("*"):
        if path.is_file():
            assert b"acct-001" not in path.read_bytes(), path
            assert b"acct-002" not in path.read_bytes(), path


def test_the_lists_and_the_chain_hold_without_it(desk):
    public = desk.folder / "state" / "signing.pub"
    _forget(desk, "acct-001")
    found = verify(desk.to, public_key=public)
    assert (found.n_exports, found.n_sent, found.n_forgotten) == (1, 3, 2)
    assert [row["account_id"] for row in desk.rows("enforce")] == ["acct-000", "acct-003",
                                                                   "acct-004"]
    assert desk.rows("enforce.changes") == []


def test_the_next_export_goes_on_from_what_is_left(desk):
    _forget(desk, "acct-001")
    out = write_run(desk.folder / "out", [accounts(5)[0], *accounts(6)[2:]], ran_at=FIRST + 2 * DAY)
    made = desk.again(out, at=FIRST + 3 * DAY)
    assert [(one.change, one.statement.account_id) for one in made.changes] == [
        ("added", "acct-005")]


def test_to_forget_twice_changes_nothing(desk):
    _forget(desk, "acct-001")
    ledger = (desk.to / "ledger.jsonl").read_bytes()
    assert _forget(desk, "acct-001").n_lines == 0
    assert (desk.to / "ledger.jsonl").read_bytes() == ledger
    assert len(read_book(desk.to).sent) == 3


def test_nothing_is_forgotten_where_nothing_was_sent(tmp_path):
    desk = Desk(tmp_path)
    assert _forget(desk, "acct-001").n_lines == 0
    assert not desk.to.exists()
