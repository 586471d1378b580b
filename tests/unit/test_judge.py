"""Judging rings: laws that hold whatever the signs weigh."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.rings.judge import SMALLEST_ENFORCED, judge
from linkage.rings.signs import SIGNS
from linkage.schema import TIERS
from linkage.signals import NEVER_ALONE

FAMILIES = ("contact", "device", "link", "network", "payment", "prompt", "timing")
SHARES = ("quiet_share", "weekend_share", "datacenter_share", "disposable_share", "banned_share",
          "organization_share", "top_organization_share", "top_domain_share", "alias_share",
          "campus_share")
COUNTS = ("n_events", "n_banned", "n_core", *(f"n_{one}" for one in (*FAMILIES, "other")))


@st.composite
def measures(draw: st.DrawFn) -> pd.DataFrame:
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n = draw(st.integers(1, 12))
    columns = {name: rng.choice([0.0, 0.1, 0.5, 1.0], n) for name in SHARES}
    columns |= {name: rng.choice([0, 2, 5, 400], n) for name in COUNTS}
    for family in (*FAMILIES, "other"):
        for what in ("held", "top", "own"):
            columns[f"{what}_{family}"] = rng.choice([0.0, 0.2, 0.6, 1.0], n)
    columns["n_accounts"] = rng.choice([3, 4, 5, 12, 3_000], n)
    columns["birth_gap"] = rng.choice([0.1, 1.0], n)
    columns["nats"] = rng.uniform(0, 20, n)
    columns["first_event_at"] = [pd.Timestamp("2026-05-01")] * n
    return pd.DataFrame(columns)


@given(rings=measures())
def test_nothing_is_enforced_by_one_family_or_by_place_and_time(rings):
    found = judge(rings, FAMILIES)
    for tier, families, n in zip(found.tier, found.families, rings["n_accounts"], strict=True):
        assert tier in TIERS
        if tier == "enforce":
            assert len(families) >= 2
            assert set(families) - set(NEVER_ALONE)
            assert n >= SMALLEST_ENFORCED


@given(rings=measures())
def test_what_only_place_or_time_holds_is_never_for_review(rings):
    found = judge(rings, FAMILIES)
    for tier, families in zip(found.tier, found.families, strict=True):
        if not set(families) - set(NEVER_ALONE):
            assert tier in ("watch", "benign")


@given(rings=measures())
def test_a_stronger_tier_never_has_the_lower_score(rings):
    found = judge(rings, FAMILIES)
    assert ((found.score >= 0) & (found.score <= 1)).all()
    by_tier = {tier: [s for s, t in zip(found.score, found.tier, strict=True) if t == tier]
               for tier in ("review", "watch", "benign")}
    assert min(by_tier["review"], default=1) >= max(by_tier["watch"], default=0)
    assert min(by_tier["watch"], default=1) >= max(by_tier["benign"], default=0)


@given(rings=measures())
def test_a_ring_is_judged_by_itself(rings):
    together = judge(rings, FAMILIES)
    for at in range(min(len(rings), 3)):
        alone = judge(rings.iloc[[at]].reset_index(drop=True), FAMILIES)
        assert alone.score == pytest.approx(together.score[[at]])
        assert (alone.tier[0], alone.reason[0]) == (together.tier[at], together.reason[at])


@given(rings=measures())
def test_each_reason_counts_the_accounts_and_is_one_line(rings):
    found = judge(rings, FAMILIES)
    for reason, n in zip(found.reason, rings["n_accounts"], strict=True):
        assert reason.startswith(f"{n:,} accounts")
        assert "\n" not in reason
        assert "{" not in reason


def test_signs_have_names_of_their_own_and_weigh_something():
    names = [sign.name for sign in SIGNS]
    assert len(names) == len(set(names))
    for sign in SIGNS:
        assert sign.nats != 0


def test_signs_of_abuse_come_first():
    signs = [np.sign(sign.nats) for sign in SIGNS]
    assert signs == sorted(signs, reverse=True)


@given(rings=measures())
def test_no_ring_at_all_is_judged_as_none(rings):
    found = judge(rings.iloc[:0], FAMILIES)
    assert (found.tier, found.reason, found.families, len(found.score)) == ([], [], [], 0)


def _by_prompts(**told):
    """One ring of 40 that templates of its own hold, and nothing else."""
    names = (*SHARES, *COUNTS, *(f"{what}_{one}" for what in ("held", "top", "own")
                                 for one in (*FAMILIES, "other")))
    ring = dict.fromkeys(names, 0.0) | {
        "n_accounts": 40, "n_events": 900, "held_prompt": 1.0, "top_prompt": 1.0,
        "own_prompt": 1.0, "n_prompt": 4, "birth_gap": 1.0, "nats": 4.5, "weekend_share": 0.15,
        "quiet_share": 0.15,
        "largest_part": 1.0,
        "first_event_at": pd.Timestamp("2026-05-01"),
    }
    return judge(pd.DataFrame([ring | told]), FAMILIES)


def test_a_ring_by_templates_alone_is_watched_and_says_so():
    found = _by_prompts()
    assert found.tier == ["watch"]
    assert "4 prompt templates" in found.reason[0]
    assert "held together by prompt alone" in found.reason[0]


@pytest.mark.parametrize("told", [
    {"n_prompt": 1}, {"own_prompt": 0.2}, {"top_organization_share": 1.0}, {"weekend_share": 0.01},
    {"top_domain_share": 0.9}, {"campus_share": 0.5}, {"n_accounts": 5},
    {"nats": 3.0},
])
def test_a_text_that_is_passed_on_or_an_innocent_reason_keeps_prompts_benign(told):
    assert _by_prompts(**told).tier == ["benign"]


@pytest.mark.parametrize("abuse", [
    {}, {"quiet_share": 0.9, "birth_gap": 0.1, "disposable_share": 1.0, "nats": 20.0},
])
def test_prompts_alone_are_never_more_than_watched(abuse):
    assert _by_prompts(top_prompt=0.5, **abuse).tier[0] == "watch"
