"""The forms of a list: CSV, JSON lines, Parquet, STIX."""

import csv
import io
import json
import stat

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import stix2
from lists import Desk, Member, accounts

from linkage.export.lists import CHANGES, as_csv, harmless
from linkage.export.statements import STATEMENTS
from linkage.export.stix import account_ref

FORMS = ("csv", "jsonl", "parquet", "stix")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def _csv(desk, name):
    with (desk.to / "latest" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _stix(desk, name, number=None):
    folder = "latest" if number is None else f"export-{number:06d}"
    text = (desk.to / folder / f"{name}.stix.json").read_text(encoding="utf-8")
    return stix2.parse(text).objects


def _of(objects, kind):
    return [one for one in objects if one["type"] == kind]


def test_every_form_names_the_same_accounts(desk):
    desk.send(accounts(4), formats=FORMS)
    expected = [f"acct-{n:03d}" for n in range(4)]
    parquet = pq.read_table(desk.to / "latest" / "enforce.parquet")
    assert [row["account_id"] for row in _csv(desk, "enforce")] == expected
    assert [row["account_id"] for row in desk.rows("enforce")] == expected
    assert parquet["account_id"].to_pylist() == expected
    users = _of(_stix(desk, "enforce"), "user-account")
    assert [user.user_id for user in users] == expected


def test_columns_are_the_declared_ones_in_every_form(desk):
    desk.send(accounts(2), formats=FORMS)
    for name, schema in (("enforce", STATEMENTS), ("enforce.changes", CHANGES)):
        assert list(_csv(desk, name)[0]) == schema.names
        assert list(desk.rows(name)[0]) == schema.names
        assert pq.read_schema(desk.to / "latest" / f"{name}.parquet").equals(schema)


def test_files_are_their_owners_alone(desk):
    desk.send(accounts(2), formats=FORMS)
    for path in desk.to.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path
    assert stat.S_IMODE(desk.to.stat().st_mode) == 0o700
    key = desk.folder / "state" / "signing.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


# CSV


@pytest.mark.parametrize("attack", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "x,=1", "x;=1", "x\t@y",
    'x;"=1', "'=1",
])
def test_a_cell_is_never_a_formula(attack):
    text = as_csv([{"why": (attack,)}], pa.schema([CHANGES.field("why")])).decode()
    [_, written] = csv.reader(io.StringIO(text, newline=""))
    for piece in written[0].replace(";", ",").replace("\t", ",").split(","):
        assert piece.lstrip(' "')[:1] not in tuple("=+-@＝"), written


def test_an_account_that_looks_like_a_formula_is_exact_where_machines_read(desk):
    name = "=HYPERLINK(1)"
    desk.send([Member(name)], formats=FORMS)
    assert _csv(desk, "enforce")[0]["account_id"] == harmless(name) == "'=HYPERLINK(1)"
    assert desk.rows("enforce")[0]["account_id"] == name
    assert _of(_stix(desk, "enforce"), "user-account")[0].user_id == name


def test_numbers_stay_numbers_and_text_is_quoted(desk):
    desk.send([Member("007", more={"evidence_bits": -2.5})], formats=("csv",))
    lines = (desk.to / "latest" / "enforce.csv").read_text().splitlines()
    assert lines[1].startswith('"007","ring-a","enforce",0.987,"core",')
    assert ",-2.5," in lines[1]


def test_no_label_can_drive_a_terminal_or_break_a_row(tmp_path):
    desk = Desk(tmp_path)
    desk.send([Member("a", more={"status": "x\x1b[31m\u202e\ny"})], formats=("csv",))
    [row] = _csv(desk, "enforce")
    assert row["account_status"] == "x\ufffd[31m\ufffd\ufffdy"


# STIX


def test_a_bundle_has_a_grouping_a_ring_and_a_relationship_an_account(desk):
    desk.send([Member("a"), Member("b"), Member("c", ring_id="ring-b")], formats=FORMS)
    objects = _stix(desk, "enforce")
    assert {one.name for one in _of(objects, "grouping")} == {"ring-a", "ring-b"}
    relations = _of(objects, "relationship")
    assert len(relations) == 3
    assert {one.confidence for one in relations} == {98}
    assert {one.relationship_type for one in relations} == {"member-of"}
    known = {one["id"] for one in objects}
    for one in relations:
        assert {one.source_ref, one.target_ref, one.created_by_ref} <= known
        assert "SHA-256" in one.external_references[0].description
        assert "shares_device" in one.labels


@pytest.mark.parametrize("level", ["white", "green", "amber", "red"])
def test_every_object_is_marked(tmp_path, level):
    desk = Desk(tmp_path, export_tlp=level)
    desk.send(accounts(2), formats=("stix",))
    marking, *objects = _stix(desk, "enforce")
    assert marking.definition.tlp == level
    assert objects
    assert all(one.object_marking_refs == [marking.id] for one in objects)


def test_the_accounts_id_is_the_one_stix_prescribes():
    for name in ("acct-1", "ünï", 'quote"back\\slash', "=1+1"):
        assert account_ref(name) == stix2.v21.UserAccount(user_id=name).id


def test_what_is_retracted_is_revoked_under_the_same_id(desk):
    desk.send([Member("a"), Member("b")], formats=FORMS)
    first = _of(_stix(desk, "enforce"), "relationship")
    desk.send([Member("b")], day=1, formats=FORMS)
    [revoked] = _of(_stix(desk, "enforce.changes"), "relationship")
    assert revoked.revoked
    assert (revoked.id, revoked.created) == (first[0].id, first[0].created)
    assert revoked.modified > first[0].modified
    [grouping] = _of(_stix(desk, "enforce.changes"), "grouping")
    assert not grouping.revoked
    assert grouping.object_refs == [account_ref("b")]


def test_a_ring_that_nobody_is_listed_of_is_revoked(desk):
    desk.send([Member("a"), Member("b", ring_id="ring-b")], formats=FORMS)
    desk.send([Member("b", ring_id="ring-b")], day=1, formats=FORMS)
    [grouping] = _of(_stix(desk, "enforce.changes"), "grouping")
    assert (grouping.name, grouping.revoked) == ("ring-a", True)


def test_an_account_in_another_ring_has_its_old_relationship_revoked(desk):
    desk.send([Member("a"), Member("b", ring_id="ring-b")], formats=FORMS)
    desk.send([Member("a", ring_id="ring-b"), Member("b", ring_id="ring-b")], day=1, formats=FORMS)
    objects = _stix(desk, "enforce.changes")
    assert sorted(one.revoked for one in _of(objects, "relationship")) == [False, True]
    assert {one.name: one.revoked for one in _of(objects, "grouping")} == {
        "ring-a": True, "ring-b": False}


def test_the_last_bundle_of_every_id_says_what_the_full_list_says(desk):
    nights = [
        [Member("a"), Member("b"), Member("c", ring_id="ring-b")],
        [Member("a", ring_id="ring-b"), Member("c", ring_id="ring-b")],
        [Member("a", ring_id="ring-b"), Member("b"), Member("d")],
    ]
    known = {}
    for day, members in enumerate(nights):
        desk.send(members, day=day, formats=FORMS)
        known |= {one["id"]: one for one in _stix(desk, "enforce.changes")}
    found = {one.source_ref for one in _of(known.values(), "relationship") if not one.revoked}
    listed = _of(_stix(desk, "enforce"), "relationship")
    assert found == {one.source_ref for one in listed}
    groupings = {one.name: set(one.object_refs) for one in _of(known.values(), "grouping")
                 if not one.revoked}
    assert groupings == {one.name: set(one.object_refs)
                         for one in _of(_stix(desk, "enforce"), "grouping")}


def test_json_lines_are_one_object_a_line(desk):
    desk.send(accounts(3))
    text = (desk.to / "latest" / "enforce.jsonl").read_text()
    assert [json.loads(line)["account_id"] for line in text.split("\n")[:-1]] == [
        "acct-000", "acct-001", "acct-002"]
