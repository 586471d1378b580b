"""Sentences about rings and accounts."""

from outputs import LARGE, write_output
from webs import web

from linkage.rings.counterfactuals import Standing
from linkage.rings.explain import explain_account
from linkage.rings.prose import account_sentences, ring_story, tell
from linkage.rings.ring_graph import read_ring_graph


def test_a_ring_is_told_by_what_carries_it_and_where_it_is_thin():
    said = " ".join(ring_story(web([
        [9, 0, 0], [9, 0, 2], [9, 0, 0], [0, 9, 2], [0, 9, 0], [0, 9, 0],
    ])).sentences)
    assert "It is carried by payment (100% of the evidence, 3 identifiers)." in said
    assert "“paid with card c0” holds for 3 of its accounts and no stranger" in said
    assert ("Its weakest link is worth +2.00 bits: 3 and the other 3 of its accounts are joined "
            "by nothing stronger than “paid with card c2”.") in said
    assert "It has 2 sub-groups; the largest have 3 and 3 accounts." in said
    assert "Without the family payment nothing remains." in said


def test_an_account_is_told_against_whom_and_the_bits_add_up(tmp_path):
    found = explain_account(write_output(tmp_path / "out"), "acct-1")
    said = account_sentences(found)
    assert said[1] == (
        "It paid with card •••• 4242, as 3 other accounts do in the ring (among them acct-0, "
        "acct-2, acct-3) and no stranger: +11.25 bits."
    )
    assert said[-1] == (
        "Everything else, with the odds before any evidence, makes -14.50 bits; "
        "the sum is +6.25."
    )
    assert found.total_bits == 11.25 + 9.50 - 14.50


def test_a_counterfactual_that_leaves_pieces_says_so():
    row = Standing("used device d", "identifier", 20, 3, 4.0, "watch")
    assert tell(row) == (
        "without “used device d” 20 accounts remain in the largest of 3 pieces, at watch"
    )


def test_a_ring_that_a_person_moved_says_where_the_rules_would_put_it(tmp_path):
    out = write_output(tmp_path / "out")
    graph = read_ring_graph(out, LARGE)
    said = ring_story(graph).sentences
    assert not any("By the rules alone" in sentence for sentence in said)
    measured = web([[9, 3], [9, 3], [9, 3]], tier="enforce", measures=dict.fromkeys((
            "alias_share", "banned_share", "birth_gap", "campus_share", "datacenter_share",
            "disposable_share", "held_payment", "largest_part", "n_accounts", "n_banned",
            "n_events", "n_payment", "nats", "own_payment", "quiet_share", "top_domain_share",
            "top_organization_share", "top_payment", "weekend_share",
        ), 0.0))
    assert "By the rules alone it would be at benign." in ring_story(measured).sentences
