"""What holds a ring: a tool's prompts and software are one thing, and machines are another."""

import numpy as np
import pandas as pd
from incidences import held, incidence_of

from linkage.communities.gains import Members
from linkage.communities.settle import Communities
from linkage.rings.firm import holding, prompts_only
from linkage.rings.parts import all_ties, kept_parts, sharing
from linkage.rings.standing import of_groups

FAMILIES = ("contact", "device", "kit", "network", "payment", "prompt")


def _holding(**measures):
    """What holds one ring; what is held is shared as well, unless told."""
    shares = {f"held_{one}": 0.0 for one in FAMILIES} | {
        name: value for name, value in measures.items() if name.startswith("held_")}
    shared = {name.replace("held_", "shared_"): value for name, value in shares.items()}
    return holding(pd.DataFrame([shares | shared | measures]), FAMILIES)


def test_prompts_and_the_software_that_sends_them_are_one_family():
    users = _holding(held_prompt=1.0, held_device=1.0, shared_device=0.0)
    assert not users.by_two.any()
    assert prompts_only(users, FAMILIES).all()
    from_runners = _holding(
        held_prompt=1.0, held_device=1.0, shared_device=0.0, held_kit=0.8, held_network=0.9,
        shared_network=0.1)
    assert not from_runners.by_two.any()
    assert prompts_only(from_runners, FAMILIES).all()


def test_machines_that_members_share_are_no_software():
    farm = _holding(held_prompt=1.0, held_device=1.0)
    assert farm.by_two.all()
    assert not prompts_only(farm, FAMILIES).any()


def test_a_pool_of_their_own_is_a_second_family_beside_prompts():
    assert _holding(held_prompt=1.0, held_network=1.0).by_two.all()


def test_cards_beside_addresses_of_strangers_are_two_and_such_addresses_alone_are_none():
    weak = {"held_network": 1.0, "shared_network": 0.0}
    assert _holding(held_payment=1.0, **weak).by_two.all()
    assert not _holding(held_payment=1.0).by_two.any()
    assert not _holding(**weak).by_two.any()


def test_tables_that_do_not_say_what_is_shared_are_taken_as_firm():
    told = pd.DataFrame([{f"held_{one}": 1.0 for one in FAMILIES}])
    assert holding(told, FAMILIES).by_two.all()


def test_who_shares_what_is_counted_by_what_is_mostly_the_rings_own():
    world = [
        held("card", 0, 1), held("device", 0, 1, 50, 51, 52, 53), held("phone", 2),
        held("tls", 0, 1, 2),
    ]
    incidence = incidence_of(60, world)
    found = _found([[0, 1, 2, 3]])
    shares = sharing(incidence, found, all_ties(incidence, found))
    names = np.array(incidence.families)
    assert {(int(row), names[at]) for row, at in np.argwhere(shares)} == {
        (0, "payment"), (1, "payment")}


def _found(rings):
    account = np.array([who for ring in rings for who in ring], dtype=np.int64)
    ring = np.repeat(np.arange(len(rings)), [len(one) for one in rings])
    n = len(account)
    return Communities(
        account, ring, np.full(n, 9.0), np.zeros((n, 1)), np.ones(n, bool), np.zeros(n),
        Members(account, ring, np.ones(n, bool), len(rings)), ring)


def _firm_of(accounts):
    return [held("email_domain", *accounts), held("ip", *accounts)]


def _is_of_groups(world, ring, n=400):
    incidence, found = incidence_of(n, world), _found([ring])
    ties = all_ties(incidence, found)
    part = kept_parts(incidence, found, ties)
    (answer,) = of_groups(incidence, found, part, sharing(incidence, found, ties), 1)
    return bool(answer)


TEXTS = [held("prompt_template", *range(at, 60, 4)) for at in range(4)]


def test_firms_that_send_one_text_are_groups():
    firms = [one for at in (0, 20, 40) for one in _firm_of(range(at, at + 20))]
    assert _is_of_groups([*TEXTS, *firms], range(60))


def test_one_operation_is_no_groups_whatever_it_sends():
    machines = [held("device", *range(at, at + 20)) for at in (0, 20, 40)]
    cards = [held("card", *range(at, 60, 12)) for at in range(12)]
    assert not _is_of_groups([*TEXTS, *machines, *cards], range(60))


def test_who_shares_a_card_alone_is_no_group():
    cards = [held("card", *range(at, at + 20)) for at in (0, 20, 40)]
    assert not _is_of_groups([*TEXTS, *cards], range(60))


def test_a_firm_that_is_most_of_its_ring_is_the_ring():
    assert not _is_of_groups([*TEXTS, *_firm_of(range(40)), *_firm_of(range(40, 60))], range(60))
