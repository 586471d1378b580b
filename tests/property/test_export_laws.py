"""Laws of the lists, whatever the nights bring and whatever is answered."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lists import DAY, FIRST, Desk, Member

from linkage.export import take_answers, verify
from linkage.export.difference import WHY, applied, of_tier
from linkage.export.ledger import ANSWERS, NOTHING, chained, read_book
from linkage.export.lists import harmless, original

NAMES = [f"acct-{n}" for n in range(5)]
ALLOWED = "acct-0"

member = st.builds(
    Member, st.sampled_from(NAMES), ring_id=st.sampled_from(["ring-a", "ring-b"]),
    tier=st.sampled_from(["enforce", "review", "benign"]),
    families=st.sampled_from([("device", "payment"), ("payment",), ("network", "timing")]),
    signs=st.sampled_from([("born_together",), ("large",), ("decided_disputed",)]),
    confidence=st.sampled_from([0.6, 0.95, 0.99]),
)
run = st.lists(member, max_size=5, unique_by=lambda one: one.account_id)
answers = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ANSWERS), max_size=2)
nights = st.lists(st.tuples(run, answers, st.integers(1, 25)), min_size=1, max_size=5)


def _answer(desk: Desk, said: dict[str, str], at) -> None:
    path = desk.folder / "answers.jsonl"
    path.write_text("".join(
        f'{{"account_id": "{name}", "answer": "{answer}"}}\n' for name, answer in said.items()))
    take_answers(path, desk.to, settings=desk.settings, at=at)


@given(nights=nights)
def test_whatever_the_nights_bring(nights):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        (desk.folder / "allow.txt").write_text(f"{ALLOWED}\n")
        desk.settings = replace(desk.settings, allowlist_file=desk.folder / "allow.txt")
        lists: dict[str, dict[str, dict]] = {"enforce": {}, "review": {}}
        last: dict[str, str] = {}
        day = 0
        for members, said, days in nights:
            made = desk.send(members, day=day, min_tier="review", approve=True)
            _differences_reproduce_the_lists(desk, lists)
            _every_move_has_a_reason(desk)
            _nobody_is_listed_who_must_not_be(desk, members, last)
            assert desk.again(min_tier="review", at=FIRST + day * DAY).folder is None
            assert {one.account_id: one for one in made.listed} == read_book(desk.to).listed
            at = FIRST + day * DAY + timedelta(hours=3)
            _answer(desk, said, at)
            last |= said
            day += days
        assert verify(desk.to).n_exports == len(nights)


def _differences_reproduce_the_lists(desk, lists):
    for tier, known in lists.items():
        for row in desk.rows(f"{tier}.changes"):
            statement = {name: value for name, value in row.items()
                         if name not in ("change", "why", "tier_before", "ring_before")}
            name = row["account_id"]
            assert (name in known) == (row["change"] != "added")
            known.pop(name, None)
            if row["change"] != "retracted":
                known[name] = statement
        assert [known[name] for name in sorted(known)] == desk.rows(tier)


def _every_move_has_a_reason(desk):
    for tier in ("enforce", "review"):
        for row in desk.rows(f"{tier}.changes"):
            assert row["why"]
            assert set(row["why"]) <= set(WHY.values())


def _nobody_is_listed_who_must_not_be(desk, members, last):
    found = {row["account_id"]: row for tier in ("enforce", "review") for row in desk.rows(tier)}
    assert ALLOWED not in found
    of = {one.account_id: one for one in members}
    for name, row in found.items():
        assert last.get(name, "done") == "done"
        assert "decided_disputed" not in of[name].signs
        assert of[name].tier == row["tier"]
        assert row["tier"] != "enforce" or of[name].families == ("device", "payment")


@given(nights=st.lists(run, min_size=1, max_size=4))
def test_the_ledgers_own_differences_reproduce_it(nights):
    with tempfile.TemporaryDirectory() as folder:
        desk, listed, tiers = Desk(Path(folder)), {}, {}
        for day, members in enumerate(nights):
            made = desk.send(members, day=day, min_tier="review", approve=True)
            listed = applied(listed, made.changes)
            assert tuple(listed.values()) == made.listed
            for tier in ("enforce", "review"):
                tiers[tier] = applied(tiers.get(tier, {}), of_tier(made.changes, tier))
                assert list(tiers[tier].values()) == [
                    one for one in made.listed if one.tier == tier]


@given(text=st.text(alphabet=st.one_of(st.characters(), st.sampled_from("='+-@,;\t\r\n|\" ＝"))))
def test_what_is_made_harmless_can_be_brought_back(text):
    assert original(harmless(text)) == text


@given(text=st.text(alphabet="=+-@'a,;\t|\" "))
def test_no_piece_of_a_harmless_cell_starts_a_formula(text):
    for mark in ",;\t|":
        for piece in harmless(text).split(mark):
            assert piece.lstrip(' "\t')[:1] not in tuple("=+-@")


@given(bodies=st.lists(st.integers(), min_size=1, max_size=6), cut=st.integers(0, 6))
def test_a_chain_is_the_same_in_one_piece_or_two(bodies, cut):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        told = [{"kind": "forgotten", "body_sha256": str(n)} for n in bodies]
        (place / "ledger.jsonl").write_bytes(chained(told[:cut], n_lines=0, head=NOTHING))
        first = read_book(place)
        with (place / "ledger.jsonl").open("ab") as file:
            file.write(chained(told[cut:], n_lines=first.n_lines, head=first.head))
        assert read_book(place).n_lines == len(bodies)
