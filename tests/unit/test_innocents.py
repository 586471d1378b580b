"""Groups that share things for good reasons: what the judge says of each, and in which words."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from judged_runs import PLAIN
from worlds import read, run, tiny_world

from linkage.rings.innocents import INNOCENTS
from linkage.rings.judge import judge
from linkage.rings.signs import SIGNS
from linkage.simulate import simulate

FAMILIES = ("contact", "coupon", "device", "link", "network", "payment", "prompt", "timing")
NOBODY = dict.fromkeys(PLAIN, 0.0) | {
    f"{what}_{family}": 0.0 for what in ("held", "top", "own", "n") for family in FAMILIES
} | {"n_accounts": 40, "n_events": 900, "nats": 12.0, "birth_gap": 1.0, "weekend_share": 0.2,
     "quiet_share": 0.1, "largest_part": 1.0, "standing_share": 1.0, "each_network": 0.0,
     "top_place": 0.0, "private_lives": 0.5, "top_other": 0.0, "own_other": 0.0, "n_other": 0.0}
ONE_CARD = {"held_payment": 1.0, "top_payment": 1.0, "own_payment": 1.0, "n_payment": 1}
ONE_LINE = {"held_network": 1.0, "top_network": 1.0, "own_network": 1.0, "n_network": 1}
MACHINES = {"held_device": 0.8, "top_device": 0.3, "own_device": 1.0, "n_device": 8}
ONE_TEMPLATE = {"held_prompt": 1.0, "top_prompt": 1.0, "own_prompt": 0.9, "n_prompt": 1}
BY_DAY = {"weekend_share": 0.02}
AT_ONCE = {"birth_gap": 0.0}
COUPON = {"held_coupon": 0.9, "top_other": 0.9, "own_other": 1.0, "n_other": 1}

GROUPS = {
    "company": ONE_CARD | ONE_LINE | ONE_TEMPLATE | BY_DAY | AT_ONCE
    | {"n_accounts": 212, "top_domain_share": 0.9},
    "classroom": MACHINES | ONE_LINE | ONE_TEMPLATE | BY_DAY | AT_ONCE | {"n_accounts": 30},
    "household": ONE_CARD | ONE_LINE | {"n_accounts": 4, "held_device": 1.0, "n_device": 1},
    "reseller": ONE_CARD | {"n_accounts": 300},
    "agency": ONE_CARD | ONE_LINE | MACHINES | BY_DAY,
    "shared_address": {"held_network": 1.0, "top_network": 0.7, "own_network": 0.02,
                       "n_network": 3, "n_accounts": 900},
    "event": COUPON | ONE_LINE | AT_ONCE | {"n_accounts": 300},
    "tutorial": {"held_prompt": 1.0, "top_prompt": 1.0, "own_prompt": 0.6, "n_prompt": 1,
                 "n_accounts": 500},
    "university": {"held_prompt": 0.9, "top_prompt": 0.4, "own_prompt": 1.0, "n_prompt": 6,
                   "held_contact": 0.8, "top_domain_share": 0.75, "campus_share": 0.9,
                   "n_accounts": 1_500},
    "common_device": {"held_device": 1.0, "top_device": 1.0, "own_device": 0.9, "n_device": 1,
                      "n_accounts": 80},
    "shared_machines": MACHINES | {"held_network": 0.9, "top_network": 0.4, "own_network": 0.8,
                                   "n_network": 12, "each_network": 2.0, "n_accounts": 25},
}
HACKATHON = COUPON | ONE_LINE | ONE_TEMPLATE | AT_ONCE | {"n_accounts": 120, "held_device": 0.2}


def _judged(**measures):
    return judge(pd.DataFrame([NOBODY | measures]), FAMILIES)


def test_every_name_has_a_group_here():
    assert {one.name for one in INNOCENTS} == set(GROUPS)


@pytest.mark.parametrize("name", GROUPS)
def test_an_innocent_group_is_neither_enforced_nor_reviewed_and_has_its_name(name):
    found = _judged(**GROUPS[name])
    assert found.tier[0] in ("watch", "benign")
    assert found.looks_like == [name]
    [phrase] = [one.phrase for one in INNOCENTS if one.name == name]
    assert phrase in found.reason[0]


def test_a_hackathon_is_an_event():
    found = _judged(**HACKATHON)
    assert found.tier[0] in ("watch", "benign")
    assert found.looks_like == ["event"]


def test_a_hackathon_whose_teams_share_laptops_all_night_is_not_enforced():
    teams = {"n_accounts": 32, "held_device": 0.31, "n_device": 3, "own_device": 1.0,
             "top_device": 0.06, "quiet_share": 0.22, "n_events": 950}
    assert _judged(**HACKATHON | teams).tier[0] != "enforce"
    # What nobody at an event does, and no one code explains.
    hidden = {"top_other": 0.3, "top_network": 0.3, "n_network": 9, "each_network": 2.5}
    assert _judged(**HACKATHON | teams | hidden).tier[0] == "enforce"


def test_the_reason_of_a_company_says_what_speaks_for_it():
    [reason] = _judged(**GROUPS["company"]).reason
    assert reason.startswith("212 accounts held together by network and payment and prompt")
    assert "works office hours" in reason
    assert reason.endswith("not abusive by linkage alone")


def test_a_class_that_meets_on_a_weekend_is_not_for_review():
    found = _judged(**GROUPS["classroom"] | {"weekend_share": 0.21})
    assert found.tier[0] in ("watch", "benign")
    assert found.looks_like == ["classroom"]


def test_what_is_for_review_is_called_nothing_innocent():
    operator = MACHINES | ONE_CARD | AT_ONCE | {
        "n_payment": 4, "top_payment": 0.3, "n_device": 5, "quiet_share": 0.25}
    found = _judged(**operator)
    assert found.tier == ["enforce"]
    assert found.looks_like == [None]


@pytest.mark.parametrize("network", [{"datacenter_share": 1.0}, {"campus_share": 1.0}])
@pytest.mark.parametrize("name", GROUPS)
def test_a_kind_of_network_is_no_reason_by_itself(name, network):
    assert _judged(**GROUPS[name] | network).tier[0] in ("watch", "benign")


TOOL = {
    "held_prompt": 1.0, "own_prompt": 1.0, "n_prompt": 500, "top_prompt": 0.1,
    "shared_prompt": 1.0, "held_device": 0.8, "shared_device": 0.02, "n_device": 19,
    "own_device": 1.0, "top_device": 0.01, "quiet_share": 0.24, "weekend_share": 0.25,
    "n_accounts": 2_400, "private_lives": 0.1}
SHELTER = MACHINES | AT_ONCE | {
    "held_network": 1.0, "top_network": 0.35, "own_network": 0.8, "n_network": 20,
    "each_network": 2.3, "top_place": 0.86, "n_accounts": 49, "private_lives": 0.0}


def test_users_of_one_tool_are_never_for_review_by_its_prompts_and_its_software():
    assert _judged(**TOOL).tier[0] in ("watch", "benign")
    assert _judged(**TOOL | {"shared_device": 0.8, "top_device": 0.1}).tier == ["enforce"]


def test_one_public_template_takes_nothing_from_those_that_are_the_rings_own():
    divides = AT_ONCE | {
        "held_prompt": 1.0, "n_prompt": 60, "top_prompt": 0.6, "own_prompt": 0.02,
        "held_network": 1.0, "n_network": 90, "top_network": 0.1, "own_network": 0.8,
        "shared_network": 1.0, "each_network": 3.0, "weekend_share": 0.25, "quiet_share": 0.3}
    assert _judged(**divides | {"shared_prompt": 1.0}).tier == ["enforce"]
    assert _judged(**divides | {"shared_prompt": 0.0}).tier[0] != "enforce"


def test_guests_of_a_shelter_with_machines_and_one_place_in_common_are_not_enforced():
    assert _judged(**SHELTER).tier[0] != "enforce"
    for few in ({"n_device": 3}, {"top_device": 0.6}):
        assert _judged(**SHELTER | {"top_place": 0.4} | few).tier[0] != "enforce"
    assert _judged(**SHELTER | {"top_place": 0.4}).tier == ["enforce"]


def test_firms_that_send_one_text_are_judged_by_what_each_is():
    firms = MACHINES | AT_ONCE | {
        "held_prompt": 1.0, "own_prompt": 1.0, "n_prompt": 160, "top_prompt": 0.1,
        "shared_prompt": 0.5, "held_network": 0.8, "own_network": 1.0, "n_network": 100,
        "each_network": 1.6, "top_network": 0.13, "top_place": 0.13, "n_accounts": 370,
        "weekend_share": 0.25}
    assert _judged(**firms).tier == ["enforce"]
    in_groups = firms | {"joined_by_text": 1.0, "standing_share": 0.0}
    assert _judged(**in_groups).tier[0] in ("watch", "benign")
    assert _judged(**in_groups | {"shared_prompt": 1.0}).tier[0] != "enforce"


GUESTS = MACHINES | AT_ONCE | {
    "held_network": 1.0, "top_network": 0.4, "own_network": 0.8, "n_network": 18,
    "each_network": 2.0, "n_accounts": 43, "weekend_share": 0.25}
DESK = MACHINES | ONE_CARD | ONE_LINE | AT_ONCE | {
    "n_accounts": 60, "alias_share": 1.0, "private_lives": 0.0, "weekend_share": 0.25,
    "quiet_share": 0.3, "held_contact": 1.0}
FOLLOWERS = AT_ONCE | {
    "held_link": 1.0, "top_link": 1.0, "held_coupon": 1.0, "top_other": 1.0, "own_other": 1.0,
    "n_other": 1, "n_accounts": 300, "quiet_share": 0.3, "weekend_share": 0.25}


def test_guests_of_a_cafe_with_machines_and_homes_of_their_own_are_not_enforced():
    assert _judged(**GUESTS).tier[0] != "enforce"
    assert _judged(**GUESTS | {"private_lives": 0.0}).tier[0] == "enforce"


def test_a_support_desk_with_numbered_mailboxes_at_its_own_domain_is_not_enforced():
    assert _judged(**DESK | {"top_domain_share": 1.0}).tier[0] != "enforce"
    assert _judged(**DESK).tier[0] == "enforce"


def test_who_followed_one_invitation_by_one_code_did_one_thing():
    assert _judged(**FOLLOWERS).tier == ["benign"]
    assert _judged(**FOLLOWERS | {"top_link": 0.1, "top_other": 0.1, "n_other": 30}).tier[0] in (
        "review", "enforce")


YOUNG_FIRM = MACHINES | ONE_LINE | AT_ONCE | {
    "held_payment": 1.0, "top_payment": 0.3, "own_payment": 1.0, "n_payment": 6,
    "held_prompt": 0.9, "top_prompt": 0.4, "own_prompt": 1.0, "n_prompt": 5,
    "private_lives": 1.0, "top_place": 1.0,
}


def test_a_young_firm_that_shares_everything_is_not_enforced():
    found = _judged(**YOUNG_FIRM)
    assert found.tier[0] != "enforce"
    assert _judged(**YOUNG_FIRM | {"quiet_share": 0.02}).tier[0] in ("watch", "benign")
    desks = {"n_network": 30, "top_network": 0.3, "each_network": 4.0}
    assert _judged(**YOUNG_FIRM | desks).tier[0] != "enforce"
    proxies = desks | {"top_place": 0.1, "private_lives": 0.0}
    assert _judged(**YOUNG_FIRM | proxies).tier[0] == "enforce"


def test_families_behind_one_exit_are_neither_enforced_nor_reviewed():
    families = MACHINES | ONE_CARD | {
        "n_accounts": 300, "n_payment": 70, "top_payment": 0.02, "n_device": 60,
        "largest_part": 0.02, "standing_share": 0.0, "private_lives": 0.4,
        "held_network": 1.0, "n_network": 8, "top_network": 0.6, "own_network": 0.6,
        "each_network": 4.0, "datacenter_share": 1.0,
    }
    assert _judged(**families).tier[0] in ("watch", "benign")
    # Cells whose people have nothing of their own are for a person to look at.
    cells = families | {"private_lives": 0.0} | AT_ONCE
    assert _judged(**cells).tier == ["review"]
    assert _judged(**cells | {"standing_share": 0.9}).tier == ["enforce"]


def test_aliases_of_one_mailbox_are_somebodys_test_accounts():
    tests = MACHINES | AT_ONCE | {
        "n_accounts": 12, "n_mail": 9, "alias_share": 1.0, "top_contact": 0.7, "own_contact": 1.0,
        "held_contact": 0.9, "n_contact": 1, "private_lives": 0.0, "datacenter_share": 0.6,
    }
    assert _judged(**tests).tier[0] in ("watch", "review")
    several = tests | {"top_contact": 0.4, "n_contact": 2}
    assert _judged(**several).tier == ["enforce"]
    assert _judged(**tests | {"of_larger": 1.0}).tier == ["enforce"]


def test_aliases_at_one_address_are_one_persons_though_some_have_other_mailboxes():
    tests = ONE_LINE | AT_ONCE | {
        "n_accounts": 11, "n_mail": 11, "held_device": 1.0, "top_device": 1.0, "own_device": 1.0,
        "n_device": 2, "alias_share": 0.65, "top_contact": 0.64,
        "own_contact": 1.0, "held_contact": 0.65, "n_contact": 1, "private_lives": 0.0,
    }
    assert _judged(**tests).tier[0] in ("watch", "benign")
    pool = tests | {"top_network": 0.4, "n_network": 6, "each_network": 3.0}
    assert _judged(**pool).tier[0] in ("review", "enforce")


def test_a_kit_without_an_employer_is_for_review_and_a_firms_is_not():
    kit = {"held_kit": 1.0, "top_kit": 1.0, "own_kit": 1.0, "n_kit": 1}
    place = {"held_network": 1.0, "top_place": 1.0, "held_device": 0.9, "held_payment": 0.9}

    def judged(**more):
        rings = pd.DataFrame([NOBODY | kit | place | more])
        return judge(rings, (*FAMILIES, "kit")).tier[0]

    assert judged(n_accounts=2_000, birth_gap=0.1) == "review"
    firm = {"n_accounts": 150, "top_domain_share": 0.9, "birth_gap": 0.1}
    assert judged(**firm) == "benign"
    assert judged(n_accounts=150, top_organization_share=1.0, birth_gap=0.1) == "benign"


def test_groups_that_only_places_join_count_for_what_each_of_them_is():
    cells = MACHINES | ONE_CARD | AT_ONCE | {
        "n_accounts": 300, "n_payment": 70, "top_payment": 0.02, "held_device": 0.0,
        "largest_part": 0.08, "standing_share": 0.0, "private_lives": 0.0, "held_network": 1.0,
        "n_network": 88, "top_network": 0.1, "top_place": 0.8, "own_network": 0.4,
        "each_network": 8.0,
    }
    for nats in (-5.0, -0.5, 1.0):
        assert _judged(**cells | {"parts_nats": nats}).score[0] == pytest.approx(
            1 / (1 + np.exp(-nats)))
    assert _judged(**cells | {"parts_nats": 9.0}).tier == ["review"]
    pool = cells | {"top_place": 0.1, "parts_nats": -5.0}
    assert _judged(**pool).tier == ["review"]


def test_a_household_whose_line_changes_its_address_takes_none_in_turn():
    line = {"n_network": 6, "top_network": 0.7, "each_network": 3.0, "held_network": 1.0}
    signs = [sign.name for sign in SIGNS]
    seen = [
        bool(_judged(**line | {"n_accounts": n}).signs[0, signs.index("addresses_rotated")])
        for n in (5, 20)
    ]
    assert seen == [False, True]


@pytest.mark.parametrize(("codes", "is_seen"), [
    ({"held_coupon": 1.0, "n_other": 8, "top_other": 0.1, "own_other": 1.0}, True),
    (COUPON, False),
])
def test_codes_of_a_users_own_kind_may_be_divided_as_cards_are(codes, is_seen):
    at = [sign.name for sign in SIGNS].index("codes_rotated")
    assert bool(_judged(**codes).signs[0, at]) is is_seen


def test_what_no_table_shows_excuses_nobody_and_accuses_nobody():
    names = [sign.name for sign in SIGNS]
    unseen = _judged(n_events=0, private_lives=float("nan"))
    for name in ("nothing_hidden", "no_private_lives"):
        assert not unseen.signs[0, names.index(name)]


def test_no_sign_is_about_a_language_or_a_country():
    for word in ("language", "country", "locale", "nation"):
        assert not [sign for sign in SIGNS if word in sign.name or word in sign.sentence]


def test_countries_change_nothing(tmp_path):
    world = tiny_world(tmp_path / "world")
    path = world / "accounts.csv"
    head, *rows = path.read_text().splitlines()
    rings = []
    for country in ("DE", "NG"):
        lines = [f"{head},country", *(f"{row},{country}" for row in rows)]
        path.write_text("\n".join(lines) + "\n")
        out = run(world, tmp_path / country)
        rings.append([read(out, name) for name in ("rings", "members")])
    assert rings[0] == rings[1]
    assert rings[0][0]


def test_large_worlds_hold_agencies_and_hackathons_and_small_ones_do_not(tmp_path):
    for n, expected in ((10_000, {"agency", "hackathon"}), (500, set())):
        simulate(tmp_path / str(n), n_accounts=n, rings=[], days=7, seed=1)
        truth = pq.read_table(tmp_path / str(n) / "truth" / "accounts.parquet")
        kinds = set(pa.compute.unique(truth["kind"]).to_pylist())
        assert kinds & {"agency", "hackathon"} == expected
