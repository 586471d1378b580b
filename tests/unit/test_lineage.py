"""Rings over nights: who keeps an id, and what became of the others."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.rings import book as books
from linkage.rings.book import Book, in_order, no_book
from linkage.rings.lineage import QUIET, follow
from linkage.rings.nights import N_KEPT, Nights, night_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def book(rings, *, weights=None, means=None, hours=None, banned=(), last=NOW):
    """Write a book by hand: ring to members, to (family, identifier) and to hours."""
    def rows(name, values):
        form = books.SCHEMAS[name]
        return in_order(pa.Table.from_pylist(
            [dict(zip(form.names, row, strict=True)) for row in values], schema=form))

    return Book(
        rows("rings", [(ring, True, len(who), len(who) if ring in banned else 0, last, last)
                       for ring, who in rings.items()]),
        rows("members", [(ring, one, (weights or {}).get(one, 1.0))
                         for ring, who in rings.items() for one in who]),
        rows("identifiers", [(ring, family, what, 10.0)
                             for ring, held in (means or {}).items() for family, what in held]),
        rows("hours", [(ring, hour, 5) for ring, held in (hours or {}).items() for hour in held]),
    )


def told(followed):
    return [
        (row["ring_id"], row["relation"], row["other_ring_id"])
        for row in followed.relations.to_pylist()
    ]


def letters(text):
    return list(text)


def test_the_first_night_everything_is_new():
    found = follow(book({"x": letters("abc")}), no_book())
    assert found.names == {"x": "x"}
    assert found.lineage == {"x": "new"}
    assert told(found) == []


@pytest.mark.parametrize(("members", "word"), [
    ("abcd", "continued"), ("abcde", "grown"), ("abc", "shrunk"), ("abce", "continued"),
    ("abuvwxyz", "grown"),
])
def test_a_ring_keeps_its_id_while_enough_of_it_goes_on(members, word):
    found = follow(book({"now": letters(members)}), book({"old": letters("abcd")}))
    assert found.names == {"now": "old"}
    assert found.lineage == {"old": word}
    assert told(found) == [("old", "CONTINUES", "old")]


def test_one_stray_account_carries_no_id():
    found = follow(book({"now": letters("axyz")}), book({"old": letters("abc")}))
    assert found.lineage == {"now": "new"}
    assert told(found) == [("old", "LOST", None)]


def test_core_members_outweigh_more_of_the_periphery():
    weights = dict.fromkeys("ab", 1.0) | dict.fromkeys("vwxyz", 0.25)
    found = follow(
        book({"core": letters("ab"), "edge": letters("vwxyz")}, weights=weights),
        book({"old": letters("abvwxyz")}, weights=weights))
    assert found.names == {"core": "old", "edge": "edge"}
    assert found.lineage == {"old": "shrunk", "edge": "split"}
    assert told(found) == [("edge", "SPLIT_FROM", "old"), ("old", "CONTINUES", "old")]


def test_a_ring_that_people_confirmed_keeps_its_id_when_it_meets_a_larger_one():
    tonight = book({"both": letters("abcvwxyz")})
    former = book({"named": letters("abc"), "large": letters("vwxyz")})
    plain = follow(tonight, former)
    assert plain.names == {"both": "large"}
    assert told(plain) == [("large", "CONTINUES", "large"), ("named", "MERGED_INTO", "large")]
    assert plain.lineage == {"large": "merged"}
    assert follow(tonight, former, confirmed={"named"}).names == {"both": "named"}


def test_an_id_is_never_given_twice():
    members = letters("abc")
    first = book({"ring": members})
    gone = book({}).over(first)
    # The same members under the same name, but the former ring is now known as another's part.
    assert follow(book({"ring": letters("xyz")}), gone).names["ring"] != "ring"
    back = follow(book({"ring": members}), gone)
    assert back.names == {"ring": "ring"}
    assert told(back) == [("ring", "CONTINUES", "ring")]


def test_a_ring_that_came_back_from_a_merger_has_its_own_id_again():
    apart = {"one": letters("abc"), "two": letters("vwxyz")}
    merged = follow(book({"both": letters("abcvwxyz")}), book(apart))
    after = book({"both": letters("abcvwxyz")}).renamed(merged.names).over(book(apart))
    again = follow(book({"p": letters("abc"), "q": letters("vwxyz")}), after)
    assert again.names == {"p": "one", "q": "two"}


MEANS = {"device": "d1", "payment": "c1", "network": "n1"}


@pytest.mark.parametrize(("shared", "hours", "word"), [
    (("device", "payment"), (), "respawned"),
    (("device",), (), "new"),
    (("device",), range(20, 60), "respawned"),
    (("network",), range(20, 60), "new"),
    ((), range(20, 60), "new"),
])
def test_an_ended_ring_is_known_again_by_two_things_one_of_them_solid(shared, hours, word):
    means = [(family, MEANS[family]) for family in shared] + [("device", "fresh")]
    found = follow(
        book({"heir": letters("xyz")}, means={"heir": means}, hours={"heir": hours}),
        book({"old": letters("abc")}, means={"old": list(MEANS.items())},
             hours={"old": range(20, 60)}))
    assert found.lineage == {"heir": word}
    assert (("heir", "RESPAWNED_FROM", "old") in told(found)) == (word == "respawned")
    assert found.names["heir"] == "heir"


def test_a_ring_beside_a_living_one_with_the_same_means_is_no_respawn():
    means = {ring: list(MEANS.items()) for ring in ("old", "heir", "x")}
    tonight = book({"x": letters("abc"), "heir": letters("xyz")}, means=means)
    former = {"old": letters("abc")}
    assert follow(tonight, book(former, means=means)).lineage["heir"] == "new"
    banned = follow(tonight, book(former, means=means, banned=["old"]))
    assert banned.lineage == {"old": "continued", "heir": "respawned"}


def test_a_ring_long_without_an_event_is_dormant():
    rings = {"r": letters("abc")}
    quiet = book(rings, last=NOW - QUIET - timedelta(hours=1))
    assert follow(quiet, book(rings), newest=NOW).lineage == {"r": "dormant"}
    awake = book(rings, last=NOW - QUIET)
    assert follow(awake, book(rings), newest=NOW).lineage == {"r": "continued"}


partitions = st.lists(st.sets(st.integers(0, 30), min_size=2, max_size=8), max_size=6).map(
    lambda sets: {
        f"r{at}": [f"a{one:02d}" for one in sorted(group - set().union(*sets[:at]))]
        for at, group in enumerate(sets) if len(group - set().union(*sets[:at])) >= 2
    })


@settings(max_examples=15)
@given(nights=st.lists(partitions, min_size=2, max_size=5))
def test_over_any_nights_ids_are_unique_and_every_ring_of_last_night_is_accounted_for(nights):
    former, ever = no_book(), set()
    for rings in nights:
        tonight = book({"-".join(who): who for who in rings.values()})
        found = follow(tonight, former)
        names = list(found.names.values())
        assert len(set(names)) == len(names)
        was = set(former.rings.filter(former.rings["is_found"])["ring_id"].to_pylist())
        for row in found.relations.to_pylist():
            assert row["relation"] != "SPLIT_FROM" or row["other_ring_id"] in ever
        said = {row[0] for row in told(found) if row[1] in ("CONTINUES", "MERGED_INTO", "LOST")}
        assert was <= said | {row[2] for row in told(found) if row[1] == "SPLIT_FROM"}
        fresh = {n for n in names if found.lineage[n] in ("new", "split", "respawned")}
        assert not fresh & ever
        assert follow(tonight, former).names == found.names
        former = tonight.renamed(found.names).over(former)
        ever |= set(names)
        assert set(former.rings["ring_id"].to_pylist()) == ever


def test_a_night_run_again_compares_with_the_same_night_before(tmp_path):
    nights = Nights(tmp_path / "rings")
    assert nights.before("a" * 16).rings.num_rows == 0
    first, second = book({"one": letters("abc")}), book({"two": letters("abc")})
    nights.keep("a" * 16, first)
    assert nights.before("b" * 16) == first
    nights.keep("b" * 16, second)
    assert nights.before("b" * 16) == first
    nights.keep("b" * 16, second)
    assert nights.before("c" * 16) == second
    for at in range(5):
        nights.keep(f"{at:016x}", first)
    assert len(list((tmp_path / "rings").iterdir())) == N_KEPT


def test_a_night_is_what_it_read_in_whatever_order():
    files = [("accounts", "aa"), ("events", "bb")]
    assert night_of(files, None) == night_of(files[::-1], None)
    assert len({night_of(files, None), night_of(files[:1], None), night_of(files, "x")}) == 3
