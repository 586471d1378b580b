"""The one table of signals."""

import pytest

from linkage.queries import query
from linkage.signals import SIGNALS, signal


def test_each_kind_is_there_once():
    kinds = [one.kind for one in SIGNALS]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("one", SIGNALS, ids=lambda one: one.kind)
def test_a_signal_has_priors_and_a_sentence_about_its_label(one):
    assert 0 < one.m < 1
    assert 0 < one.reliability < 1
    assert one.sentence.count("{}") == 1
    assert "'x'" in one.sentence.format("'x'")
    assert signal(one.kind) is one


@pytest.mark.parametrize("one", [one for one in SIGNALS if one.query], ids=lambda one: one.kind)
def test_a_signal_that_linkage_extracts_has_its_query(one):
    assert query("ingest", one.query).header("Purpose")


@pytest.mark.parametrize(("broad", "narrow"), [
    ("ip_24", "ip"), ("ip6_48", "ip6_64"), ("bin", "card"), ("user_agent", "device")])
def test_what_is_derived_from_a_value_is_of_its_family_and_creates_nothing(broad, narrow):
    assert signal(broad).family == signal(narrow).family
    assert signal(broad).is_qualifier
    assert not signal(narrow).is_qualifier
    assert signal(broad).reliability < signal(narrow).reliability


def test_a_kind_that_users_bring_is_a_family_of_its_own():
    found = signal("club_card")
    assert (found.kind, found.family, found.query) == ("club_card", "club_card", "")
    assert found.sentence.format("w1") == "has club card w1"
    assert not found.is_qualifier
