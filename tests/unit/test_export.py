"""Exports: who leaves, what moves, what needs approval."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from lists import DAY, FIRST, Desk, Member, accounts, write_run

from linkage import schema
from linkage.errors import InputError, LockedError, QualityGateError, SettingsError
from linkage.export import export
from linkage.export.commit import locked
from linkage.export.ledger import read_book
from linkage.export.reasons import OF_THE_RING, sentences
from linkage.export.run import read_run
from linkage.rings.signs import SIGNS


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def _names(rows):
    return [row["account_id"] for row in rows]


def _moves(desk, tier="enforce"):
    return [(row["change"], row["account_id"]) for row in desk.rows(f"{tier}.changes")]


# What a row says


def test_a_row_has_all_that_enforcement_needs(desk):
    desk.send([Member("a"), Member("b", role="periphery", confidence=1.0, status="banned")])
    first, second = desk.rows("enforce")
    assert first["confidence"] == 0.987
    assert first["reason_codes"] == ["shares_device", "shares_payment", "born_together"]
    assert first["reasons"] == list(sentences(first["reason_codes"]))
    assert first["evidence_summary"] == (
        "paid with card the payment (4 accounts, 2 of them in this ring); "
        "used device the device (4 accounts, 2 of them in this ring)")
    assert first["first_activity_at"] == "2026-05-12T02:00:00Z"
    assert first["last_activity_at"] == "2026-05-31T02:00:00Z"
    assert first["valid_until"] == "2026-07-01T02:00:00Z"
    assert len(first["evidence_sha256"]) == 64
    assert first["suggested_action"].startswith("Suspend in a way that can be undone")
    assert second["confidence"] == 0.999
    assert second["suggested_action"].startswith("Nothing to do: the account is banned already")


def test_the_hash_of_evidence_stands_for_every_number_of_it(desk, tmp_path):
    same = [desk.send([Member("a")], dry_run=True).listed[0] for _ in range(2)]
    assert same[0] == same[1]
    other = desk.send([Member("a"), Member("b")], dry_run=True).listed[0]
    assert other.evidence_sha256 != same[0].evidence_sha256


def test_an_account_at_the_edge_of_its_ring_is_for_a_person_first(desk):
    desk.send([Member("a", role="periphery")])
    assert "before a person has confirmed" in desk.rows("enforce")[0]["suggested_action"]


def test_each_sign_has_a_sentence_of_its_own():
    assert {sign.name for sign in SIGNS if sign.nats > 0} <= set(OF_THE_RING)


def test_no_action_tells_to_delete_and_weaker_tiers_ask_for_no_measure(desk):
    desk.send([Member("a"), Member("b", tier="review"), Member("c", tier="watch")],
              min_tier="watch")
    for tier in ("review", "watch"):
        [row] = desk.rows(tier)
        assert row["suggested_action"].startswith("Take no measure")


# Who leaves


def test_only_the_tiers_that_were_asked_for_leave(desk):
    members = [Member(f"acct-{tier}", tier=tier) for tier in schema.TIERS]
    desk.send(members)
    assert _names(desk.rows("enforce")) == ["acct-enforce"]
    assert not (desk.to / "latest" / "review.jsonl").exists()


@pytest.mark.parametrize("families", [
    ("payment",), ("network", "timing"), (), ("link",),
])
def test_one_family_or_place_and_time_alone_are_never_enforced(desk, families):
    made = desk.send([Member("a"), Member("b", families=families)])
    assert _names(desk.rows("enforce")) == ["a"]
    assert made.held_back == {"b": "one_family"}


def test_codes_without_evidence_are_not_enough_to_enforce(desk):
    codes = {"reason_codes": ["shares_device", "shares_payment"]}
    made = desk.send([Member("b", families=("payment",), more=codes)])
    assert made.held_back == {"b": "one_family"}


def test_all_direct_relations_are_one_family(tmp_path):
    out = write_run(tmp_path / "out", [Member("a", families=("link", "device"))])
    run = read_run(out)
    assert run.family("referral", "boss") == run.family("recovery_email", "chief") == "link"
    assert run.family("coupon", "0" * 32) == "coupon"
    assert run.family("card", "0" * 32) == "payment"


def test_a_familys_name_may_come_from_the_runs_settings(tmp_path):
    kinds = {"api_key": {"family": "key", "sentence": "called with API key {}"}}
    run = read_run(write_run(tmp_path / "out", [Member("a")], kinds=kinds))
    assert run.family("api_key", "0" * 32) == "key"
    assert run.said == {"api_key": "called with API key {}"}


@pytest.mark.parametrize("code", ["decided_benign", "decided_disputed"])
@pytest.mark.parametrize("tier", ["enforce", "watch"])
def test_what_a_person_cleared_or_disputes_never_leaves(desk, code, tier):
    cleared = Member("b", tier=tier, signs=(code,))
    made = desk.send([Member("a"), cleared], min_tier="watch")
    assert "b" not in _names(desk.rows("enforce") + desk.rows("watch"))
    assert made.held_back == {"b": code}


def test_who_is_held_back_is_not_named_in_what_leaves(desk):
    desk.send([Member("a"), Member("secret", signs=("decided_benign",))],
              formats=("csv", "jsonl", "stix"))
    for path in (desk.to / "latest").iterdir():
        assert b"secret" not in path.read_bytes(), path
    assert b"secret" not in (desk.to / "ledger.jsonl").read_bytes()


def test_the_allowlist_holds_back_and_retracts(tmp_path):
    allowlist = tmp_path / "allow.txt"
    allowlist.write_text("# ours\nacct-001\n\n")
    desk = Desk(tmp_path)
    desk.send(accounts(3))
    desk.settings = replace(desk.settings, allowlist_file=allowlist)
    made = desk.again()
    assert made.held_back == {"acct-001": "allowlisted"}
    [gone] = desk.rows("enforce.changes")
    assert (gone["change"], gone["why"]) == ("retracted", ["is on the allowlist"])
    assert gone["suggested_action"].startswith("Lift every measure")
    assert _names(desk.rows("enforce")) == ["acct-000", "acct-002"]


def test_an_allowlist_that_cannot_be_read_stops_the_export(tmp_path):
    desk = Desk(tmp_path, allowlist_file=tmp_path / "nowhere.txt")
    with pytest.raises(InputError, match="cannot read the allowlist"):
        desk.send(accounts(3))
    assert not (desk.to / "latest").exists()


def test_a_member_is_never_sent_in_a_stronger_tier_than_its_ring(tmp_path):
    members = [Member("a", tier="review", more={"tier": "enforce"})]
    assert Desk(tmp_path).send(members).listed == ()


# What moves


def test_the_same_run_twice_adds_nothing(desk):
    desk.send(accounts(3))
    ledger = (desk.to / "ledger.jsonl").read_bytes()
    again = desk.again()
    assert (again.folder, again.number, again.changes) == (None, 1, ())
    assert (desk.to / "ledger.jsonl").read_bytes() == ledger
    assert not (desk.to / "export-000002").exists()


def test_another_run_that_says_the_same_is_a_new_list_without_a_difference(desk):
    desk.send(accounts(3))
    made = desk.send(accounts(3), day=1)
    assert (made.number, made.changes) == (2, ())
    assert _names(desk.rows("enforce")) == [f"acct-{n:03d}" for n in range(3)]
    assert desk.rows("enforce.changes") == []


def test_the_same_run_in_another_form_is_written(desk):
    desk.send(accounts(3))
    assert desk.again(formats=("csv",)).number == 2


def test_who_leaves_a_ring_is_retracted_and_who_joins_is_added(desk):
    desk.send([Member("a"), Member("b")])
    desk.send([Member("b"), Member("c")], day=1)
    assert _moves(desk) == [("retracted", "a"), ("added", "c")]
    assert desk.rows("enforce.changes")[0]["why"] == ["is in no ring any more"]


def test_an_account_whose_ring_has_another_id_is_changed_not_retracted(desk):
    desk.send([Member("a"), Member("b", ring_id="ring-b")])
    desk.send([Member("a", ring_id="ring-b"), Member("b", ring_id="ring-b")], day=1)
    [row] = desk.rows("enforce.changes")
    assert (row["change"], row["account_id"]) == ("changed", "a")
    assert (row["ring_before"], row["ring_id"]) == ("ring-a", "ring-b")
    assert row["why"] == ["is in another ring than was said"]


def test_an_account_that_comes_back_is_listed_again(desk):
    desk.send([Member("a"), Member("b")])
    desk.send([Member("b")], day=1)
    desk.send([Member("a"), Member("b")], day=2)
    assert desk.rows("enforce.changes")[0]["why"] == ["is listed again"]


def test_an_account_that_moves_between_tiers_leaves_one_list_and_joins_another(desk):
    desk.send([Member("a"), Member("b")], min_tier="review")
    desk.send([Member("a", tier="review", more={"ring_id": "ring-a"}), Member("b")], day=1,
              min_tier="review")
    assert _moves(desk, "enforce") == [("retracted", "a")]
    assert _moves(desk, "review") == [("added", "a")]
    assert "Lift every measure" in desk.rows("enforce.changes")[0]["suggested_action"]
    assert "let a person look" in desk.rows("review.changes")[0]["suggested_action"]


@pytest.mark.parametrize(("was", "now", "why"), [
    (Member("a"), Member("a", signs=()), ["a reason that was given no longer holds"]),
    (Member("a"), Member("a", confidence=0.8), ["the confidence is another"]),
    (Member("a"), Member("a", status="banned"), ["another action is suggested"]),
    (Member("a"), Member("a", signs=("born_together", "large")), None),
    (Member("a"), Member("a", confidence=0.95), None),
])
def test_a_change_is_told_when_a_reader_must_know(desk, was, now, why):
    desk.send([was])
    desk.send([now], day=1)
    assert [row["why"] for row in desk.rows("enforce.changes")] == ([why] if why else [])


def test_what_is_about_to_expire_is_said_again_with_fresh_evidence(desk):
    desk.send(accounts(1))
    desk.send(accounts(1), day=14)
    assert desk.rows("enforce.changes") == []
    desk.send(accounts(1), day=16)
    [row] = desk.rows("enforce.changes")
    assert row["why"] == ["said again, because what was said was about to expire"]
    assert (row["valid_until"], row["run_id"]) == ("2026-07-17T02:00:00Z", "2026-06-17T020000Z")


def test_a_run_that_has_expired_is_not_exported(desk):
    out = write_run(desk.folder / "out", accounts(1))
    with pytest.raises(InputError, match="has expired"):
        desk.again(out, at=FIRST + 31 * DAY)


def test_a_clock_that_goes_back_does_not_take_the_ledger_back(desk):
    desk.send(accounts(1))
    desk.again(formats=("csv",), at=FIRST - timedelta(hours=5))
    first, second = read_book(desk.to).sent
    assert first.exported_at == second.exported_at


def test_old_exports_are_removed_and_the_ledger_keeps_what_they_said(tmp_path):
    desk = Desk(tmp_path, export_keep=2)
    for day in range(4):
        desk.send(accounts(3 + day), day=day)
    assert sorted(path.name for path in desk.to.glob("export-*")) == [
        "export-000003", "export-000004"]
    assert len(read_book(desk.to).sent) == 4


# Guard rails


@pytest.mark.parametrize(("n", "knobs", "problem"), [
    (4, {"export_max_accounts": 3}, "4 accounts would be added .* at most 3 may"),
    (51, {}, r"51 accounts would be added .* 5.1% of all 1,000; at most 5.0% may"),
])
def test_too_many_accounts_need_approval(tmp_path, n, knobs, problem):
    desk = Desk(tmp_path, **knobs)
    with pytest.raises(QualityGateError, match=problem) as refused:
        desk.send(accounts(n), n_accounts=1_000)
    assert refused.value.exit_code == 4
    assert "--approve" in refused.value.fix
    assert not (desk.to / "latest").exists()
    assert len(desk.again(approve=True).listed) == n
    assert json.loads((desk.to / "latest" / "manifest.json").read_text())["approved"] is True


def test_one_account_fewer_needs_none(tmp_path):
    desk = Desk(tmp_path, export_max_accounts=50)
    assert desk.send(accounts(50), n_accounts=1_000).worries == ()


def test_a_run_that_takes_back_most_of_the_list_needs_approval(desk):
    desk.send(accounts(50))
    with pytest.raises(QualityGateError, match="41 of 50 listed accounts would be retracted"):
        desk.send(accounts(9), day=1)
    assert len(desk.rows("enforce")) == 50


def test_an_older_run_than_the_last_needs_approval(desk):
    desk.send(accounts(3), day=2)
    with pytest.raises(QualityGateError, match="is older than"):
        desk.send(accounts(3), day=1)


def test_another_signing_key_needs_approval(desk):
    desk.send(accounts(3))
    (desk.folder / "state" / "signing.key").unlink()
    with pytest.raises(QualityGateError, match="signing key"):
        desk.send(accounts(4), day=1)


def test_a_dry_run_writes_nothing_and_says_what_an_export_would(desk):
    plan = desk.send(accounts(3), dry_run=True)
    assert sorted(path.name for path in desk.folder.iterdir()) == ["out"]
    made = desk.again()
    assert (plan.changes, plan.listed, plan.counts) == (made.changes, made.listed, made.counts)


# What is refused


@pytest.mark.parametrize("options", [
    {"min_tier": "benign"}, {"min_tier": "all"}, {"formats": ()}, {"formats": ("xlsx",)},
])
def test_unknown_tiers_and_formats_are_refused(desk, options):
    with pytest.raises(SettingsError):
        desk.send(accounts(1), **options)


def test_a_folder_of_something_else_is_left_alone(desk):
    desk.to.mkdir()
    (desk.to / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match="something else"):
        desk.send(accounts(1))
    assert [path.name for path in desk.to.iterdir()] == ["thesis.tex"]


def test_two_exports_at_once_are_refused(desk):
    desk.send(accounts(1))
    with locked(desk.to), pytest.raises(LockedError) as refused:
        desk.send(accounts(2), day=1)
    assert refused.value.exit_code == 6


def test_a_folder_that_no_run_wrote_is_an_input_error(desk, tmp_path):
    with pytest.raises(InputError):
        export(tmp_path, desk.to, settings=desk.settings)


def test_a_run_without_rings_gives_empty_lists(desk):
    made = desk.send([])
    assert made.listed == ()
    assert desk.rows("enforce") == []
