"""Mailboxes, mail domains, numbers and bans of a ring: what is a sign, and what is chance."""

import pandas as pd
import pytest

from linkage.rings.contacts import many_domains, numbers_rotated
from linkage.rings.signs import SIGNS

TESTS = {sign.name: sign.test for sign in SIGNS}


def _is_seen(test, **measures):
    told = {"n_accounts": 40, "top_domain_share": 0.1, "top_organization_share": 0.0,
            "n_events": 900, "weekend_share": 0.2, "banned_share": 0.0, "n_banned": 0}
    return bool(test(pd.DataFrame([told | measures])).iloc[0])


def test_numbers_that_a_few_members_each_share_are_a_sign():
    assert _is_seen(numbers_rotated, n_phone=13, phone_share=0.9)
    assert not _is_seen(numbers_rotated, n_phone=1, phone_share=1.0)
    assert not _is_seen(numbers_rotated, n_phone=4, phone_share=0.1)
    assert not _is_seen(numbers_rotated, n_accounts=6, n_phone=2, phone_share=0.9)


def test_one_domain_of_its_own_is_a_firms_and_many_are_not():
    assert _is_seen(many_domains, n_domain=6, domain_share=1.0, top_domain_share=0.2)
    assert not _is_seen(many_domains, n_domain=2, domain_share=1.0, top_domain_share=0.5)
    assert not _is_seen(many_domains, n_domain=6, domain_share=1.0, top_domain_share=0.9)


@pytest.mark.parametrize(("n_banned", "expected", "is_seen"), [
    (2, 0.2, False), (2, 2.0, False), (6, 0.2, True), (6, 6.0, False)])
def test_bans_are_a_sign_where_chance_bans_fewer(n_banned, expected, is_seen):
    assert _is_seen(
        TESTS["banned_before"], n_accounts=20, n_banned=n_banned, banned_share=n_banned / 20,
        expected_banned=expected) is is_seen


def test_office_hours_excuse_less_where_nobody_has_a_life_or_an_employer():
    hands = {"weekend_share": 0.02, "private_lives": 0.0, "shared_device": 1.0}
    assert _is_seen(TESTS["hired_hours"], **hands)
    assert not _is_seen(TESTS["office_hours"], **hands)
    for innocent in ({"private_lives": 0.8}, {"top_domain_share": 0.9},
                     {"top_organization_share": 0.9}, {"n_accounts": 8},
                     {"shared_device": 0.0}):
        assert _is_seen(TESTS["office_hours"], **hands | innocent)
        assert not _is_seen(TESTS["hired_hours"], **hands | innocent)
