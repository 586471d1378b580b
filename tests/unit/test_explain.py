"""Explanations from the files of a run."""

import pytest
from outputs import LARGE, SMALL, write_output

from linkage.errors import InputError
from linkage.rings.explain import explain_account, explain_pair
from linkage.rings.read import find_ring
from linkage.rings.view import ring_view


@pytest.fixture
def out(tmp_path):
    return write_output(tmp_path / "out")


@pytest.mark.parametrize("account_id", ["acct-0", "acct-1", "acct-12"])
def test_contributions_add_up_to_the_members_bits(out, account_id):
    found = explain_account(out, account_id)
    assert found.total_bits == found.member.evidence_bits


def test_rows_about_no_identifier_read_as_sentences(out):
    sentences = [part.sentence for part in explain_account(out, "acct-0").contributions]
    assert "ring of 4 among 100,000 accounts: prior odds" in sentences
    assert "does not hold what most of the ring holds" in sentences
    assert "paid with card •••• 4242" in sentences


def test_a_pair_shares_identifiers_and_never_the_prior(out):
    pair = explain_pair(out, "acct-0", "acct-1")
    assert [(s.kind, s.bits_l, s.bits_r) for s in pair.shared] == [
        ("card", 11.25, 11.25), ("prompt_template", 9.5, 9.5),
    ]


def test_left_and_right_swap_without_a_change_of_verdict(out):
    one, other = explain_pair(out, "acct-0", "acct-1"), explain_pair(out, "acct-1", "acct-0")
    assert one.verdict == other.verdict == f"both are in ring {LARGE}"


def test_a_whole_id_wins_over_longer_ids_that_start_with_it(out):
    assert find_ring(out, SMALL).ring_id == SMALL


def test_an_empty_prefix_names_no_ring(out):
    with pytest.raises(InputError):
        find_ring(out, "")


def test_a_ring_view_counts_accounts_per_identifier_family_and_day(out):
    view = ring_view(out, LARGE)
    assert [(i.kind, i.coverage, i.bits) for i in view.identifiers] == [
        ("card", 1.0, 45.0), ("prompt_template", 1.0, 38.0),
    ]
    assert [(f.family, f.n_identifiers, f.coverage) for f in view.families] == [
        ("payment", 1, 1.0), ("prompt", 1, 1.0),
    ]
    assert [(str(d.day), d.n_first, d.n_last) for d in view.days] == [
        ("2026-05-02", 4, 0), ("2026-05-09", 0, 4),
    ]
    assert sum(view.n_by_role.values()) == len(view.members) == 4
