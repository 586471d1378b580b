"""The signs that speak for abuse or for innocence: one table, read by the judge and by people.

A sign is a plain observation with a weight in nats, so that a score is a sum and its reason
a list of sentences. No sign is about a language, a country or a kind of network by itself:
hosting addresses, for one, count only beside evidence of another family.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.rings.contacts import many_domains, numbers_rotated, one_mailbox, own_domain
from linkage.rings.features import KNOWN_FAMILIES
from linkage.rings.places import (
    in_many_parts,
    in_turn,
    measured,
    no_part_stands,
    no_private_lives,
    one_room,
    one_workplace,
    shares_own,
)

Test = Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Sign:
    """One observation about a ring."""

    name: str
    """Reason code."""
    nats: float
    """What it adds to the log odds of abuse; negative speaks for innocence."""
    sentence: str
    """What a person reads; a format string over the ring's measures."""
    test: Test
    """Tells, for a table of measures, in which rings the sign is seen."""
    is_lack: bool = False
    """Speaks for innocence as a lack of signs of abuse alone, and explains nothing."""

    @property
    def excuses(self) -> bool:
        """Whether the sign gives an innocent reason for what accounts share, chance included."""
        return self.nats < 0 and not self.is_lack


def _rotates(rings: pd.DataFrame, family: str) -> "pd.Series[bool]":
    """Members hold one of several identifiers that are the ring's own, none held by all."""
    several = np.where(rings["n_accounts"] >= 20, 3, 2)
    return (
        (measured(rings, f"n_{family}") >= several)
        & (measured(rings, f"top_{family}") < 0.9)
        & (measured(rings, f"held_{family}") >= 0.3)
        & shares_own(rings, family)
    )


def _most_held(rings: pd.DataFrame, *, but: Collection[str]) -> "pd.Series[float]":
    """Share of the members that the family holds which holds the most, some families aside."""
    names = [name for name in rings.columns
             if name.startswith("held_") and name.removeprefix("held_") not in but]
    return rings[names].max(axis=1).fillna(0.0)


MORE_BANNED = 6.0
"""Nats by which bans must beat those of as many accounts taken at random."""

NO_CODES = (*KNOWN_FAMILIES, "lockstep")
"""Families whose identifiers are not codes that somebody hands out."""


def _codes_in_turn(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Identifiers of kinds that users bring are divided among members, as cards may be.

    One code that nearly all have is an event's, and so may two or three be.
    """
    return (
        (_most_held(rings, but=NO_CODES) >= 0.3)
        & (measured(rings, "n_other") >= 4) & (measured(rings, "top_other") < 0.5)
        & (measured(rings, "own_other") >= 0.5)
    )


def public_codes(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Nearly all members hold one code of kinds that users bring; of a dozen or more, few codes."""
    top = measured(rings, "top_other")
    few = (measured(rings, "n_other") < 4) & (top >= 0.3) & (rings["n_accounts"] >= 12)
    return (top >= 0.75) | few


def one_invitation(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Nearly all members have a relation with one account and one code: they followed a call."""
    return (measured(rings, "top_link") >= 0.75) & (measured(rings, "top_other") >= 0.75)


def _machines_alone(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Shares machines and addresses alone."""
    return (
        (measured(rings, "held_device") >= 0.3)
        & (_most_held(rings, but=("device", "network", "timing")) < 0.3)
        & (rings["disposable_share"] < 0.3) & (rings["banned_share"] < 0.1)
    )


def _shared_machines(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Shares machines and their place alone; its people have devices and lines of their own."""
    return _machines_alone(rings) & (measured(rings, "private_lives") >= 0.4)


def _place_and_machines(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Shares machines and a place or a few alone, as villages, libraries and shelters do."""
    many = (
        in_turn(rings) & (measured(rings, "top_place") < 0.5)
        & (measured(rings, "n_device") >= 4) & (measured(rings, "top_device") < 0.35)
    )
    return _machines_alone(rings) & (rings["datacenter_share"] < 0.5) & ~many


def _banned(rings: pd.DataFrame) -> "pd.Series[bool]":
    """A tenth or more is banned; of as many strangers not one group in a thousand has as many."""
    n = rings["n_banned"]
    expected = measured(rings, "expected_banned").clip(lower=1e-9)
    nats = n * (n.clip(lower=1) / expected).apply(np.log) - (n - expected)
    seen: pd.Series[bool] = (
        (rings["banned_share"] >= 0.1) & (n >= 2) & (n > expected) & (nats >= MORE_BANNED))
    return seen


def _rotates_things(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Some family other than addresses is rotated, or aliases tie the ring."""
    rotated = measured(rings, "alias_share") >= 0.5
    for family in ("payment", "device", "prompt"):
        rotated = rotated | _rotates(rings, family)
    return rotated


def _rotates_any(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Some family other than addresses is rotated, or relations or aliases tie the ring."""
    return _rotates_things(rings) | (measured(rings, "held_link") >= 0.5)


def _office_hours(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Away on two days a week, as people with jobs are."""
    return (rings["weekend_share"] < 0.09) & (rings["n_events"] >= 50)


def _hired_hands(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Works office hours at shared machines, without lives or an employer's name of its own."""
    return (
        _office_hours(rings) & no_private_lives(rings) & (rings["n_accounts"] >= 12)
        & shares_own(rings, "device")
        & (rings["top_domain_share"] < 0.3) & (rings["top_organization_share"] < 0.3)
    )


def _born_as_others(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Births are spread as the population's are."""
    return rings["birth_gap"] > 0.6


def _sleepless(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Awake round the clock."""
    return (rings["quiet_share"] >= 0.21) & (rings["n_events"] >= 200)


def _only_hosted(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Hardly ever at home; who works from home and a VPN is."""
    return rings["datacenter_share"] >= 0.9


def _no_employer(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Comes with a kit as a firm's staff do, and has neither its mail nor its name."""
    return (
        (measured(rings, "held_kit") >= 0.5) & (measured(rings, "top_kit") >= 0.5)
        & (rings["top_domain_share"] < 0.3) & (rings["top_organization_share"] < 0.3)
        & (rings["n_accounts"] >= 12)
    )


def _hides(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Something that sharing a work place and its means does not bring about."""
    return (
        in_turn(rings) | _sleepless(rings) | _no_employer(rings)
        | (measured(rings, "alias_share") >= 0.5)
        | (numbers_rotated(rings) & (measured(rings, "phone_share") >= 0.5)
           & (rings["n_accounts"] >= 12))
        | many_domains(rings)
        | (rings["disposable_share"] >= 0.3) | _only_hosted(rings)
        | _banned(rings)
    )


def nothing_hidden(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Was seen at work, and hides nothing: what is not seen excuses nobody."""
    return ~_hides(rings) & (rings["n_events"] >= 20)


def _of_small_groups(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Falls into many parts, most of which may be families, that only places join."""
    small = measured(rings, "parts_nats", np.nan).isna()
    return no_part_stands(rings) & in_many_parts(rings) & small


SIGNS: tuple[Sign, ...] = (
    Sign("cards_rotated", 1.5, "pays with {n_payment:.0f} cards, each shared by some members",
         lambda r: _rotates(r, "payment")),
    Sign("devices_rotated", 2.0, "works from {n_device:.0f} devices, each shared by some members",
         lambda r: _rotates(r, "device")),
    Sign("templates_divided", 1.5, "divides {n_prompt:.0f} prompt templates among its members",
         lambda r: _rotates(r, "prompt")),
    # The invitations of a conference are divided in the same way, so this weighs less.
    Sign("codes_rotated", 1.0, "divides {n_other:.0f} codes among its members", _codes_in_turn),
    Sign("mailboxes_numbered", 2.5, "has mailboxes that are aliases or numbers of one another",
         lambda r: (measured(r, "alias_share") >= 0.5) & ~one_mailbox(r)),
    Sign("addresses_rotated", 2.5, "comes through {n_network:.0f} shared addresses in turn",
         in_turn),
    Sign("numbers_rotated", 2.0,
         "gave {n_phone:.0f} telephone numbers, each shared by some members",
         numbers_rotated),
    Sign("domains_rotated", 2.0,
         "has mail at {n_domain:.0f} domains that hardly anybody else has",
         many_domains),
    Sign("related", 1.5, "is tied by direct relations",
         lambda r: (measured(r, "held_link") >= 0.5) & ~one_invitation(r)),
    Sign("hosting_addresses", 1.5, "{datacenter_share:.0%} of its traffic is from hosting, VPN or "
         "proxy addresses", _only_hosted),
    Sign("no_private_lives", 2.5, "has hardly an account with a device and an address of its own",
         no_private_lives),
    Sign("no_employer", 2.5, "has software and a network or card issuer to itself, and no mail "
         "domain or organization in common", _no_employer),
    Sign("disposable_mail", 1.5, "{disposable_share:.0%} of its mailboxes are disposable",
         lambda r: r["disposable_share"] >= 0.3),
    Sign("banned_before", 2.0, "{banned_share:.0%} of its accounts are banned already",
         _banned),
    Sign("born_together", 2.5, "was born in bursts",
         lambda r: (r["birth_gap"] < 0.3) & (r["n_accounts"] >= 5)),
    Sign("never_sleeps", 1.0, "is awake round the clock",
         _sleepless),
    Sign("no_weekend", 1.5, "works at weekends as on any day",
         lambda r: (r["weekend_share"] >= 0.22) & (r["n_events"] >= 200)),
    Sign("verified_organization", -8.0, "belongs to one verified organization",
         lambda r: r["top_organization_share"] >= 0.5),
    Sign("office_hours", -4.5, "works office hours, five days a week",
         lambda r: _office_hours(r) & ~_hired_hands(r)),
    Sign("hired_hours", -1.5, "works office hours, five days a week, though at shared machines and "
         "with neither a life nor an employer of its own", _hired_hands),
    Sign("business_domain", -1.0, "has mail at one domain of its own", own_domain),
    Sign("institution", -3.0, "is one institution's people, who joined one by one or work "
         "by day", lambda r: own_domain(r) & (_born_as_others(r) | _office_hours(r))),
    Sign("born_apart", -1.0, "joined at unrelated times", _born_as_others, is_lack=True),
    Sign("campus", -2.5, "comes from a university's or company's network",
         lambda r: measured(r, "campus_share") >= 0.15),
    Sign("sleeps_as_one", -2.0, "sleeps at one time, as people of one place do",
         lambda r: (r["quiet_share"] < 0.08) & (r["n_events"] >= 100)),
    Sign("nothing_hidden", -3.0, "does nothing that people who work together do not",
         nothing_hidden, is_lack=True),
    Sign("crowded_address", -0.5, "meets at addresses that are mostly strangers'",
         lambda r: (measured(r, "own_network") < 0.1) & (measured(r, "top_network") >= 0.6)),
    Sign("joined_by_place", -4.0, "falls into small groups that only addresses join",
         _of_small_groups),
    # The judge counts no more for it than for its parts.
    Sign("groups_joined_by_place", -0.5, "falls into groups that only addresses join",
         lambda r: no_part_stands(r) & ~_of_small_groups(r)),
    Sign("groups_joined_by_text", -0.5, "falls into groups that only prompts and codes join",
         lambda r: (measured(r, "joined_by_text") > 0) & (measured(r, "standing_share") < 0.5)),
    Sign("one_place", -2.5, "comes from one place",
         lambda r: ((measured(r, "top_network") >= 0.6) & (measured(r, "n_network") < 5))
         | ((measured(r, "top_place") >= 0.6) & (r["datacenter_share"] < 0.3) & ~in_turn(r))),
    Sign("one_room", -3.0, "meets in one room by day and does not pay", one_room),
    Sign("one_event", -3.5, "meets at one place with one code that nearly all have, as at an event",
         lambda r: (measured(r, "top_other") >= 0.75) & (measured(r, "top_network") >= 0.75)
         & (r["datacenter_share"] < 0.3)),
    Sign("one_workplace", -2.5, "works at one place, with one mail domain or homes elsewhere",
         one_workplace),
    Sign("one_mailbox", -3.0, "is aliases of one mailbox, as somebody's test accounts are, who "
         "hides nothing by it", one_mailbox),
    Sign("shared_machines", -4.0, "shares machines in one place, and nothing else, by people "
         "who have their own", _shared_machines),
    Sign("place_and_machines", -2.0, "shares a place and machines, and nothing else",
         _place_and_machines),
    Sign("own_devices", -1.0, "is people with devices of their own who share a payer or an office",
         lambda r: (measured(r, "held_device") < 0.3)
         & (_office_hours(r) | (measured(r, "top_payment") >= 0.9))),
    Sign("household", -1.0, "is as small as a household",
         # A family invites one another of an evening; it does not take cards in turn.
         lambda r: (r["n_accounts"] <= 6) & ((r["birth_gap"] > 0.4) | ~_rotates_things(r))
         & (r["datacenter_share"] < 0.3)),
    Sign("weakly_linked", -4.0, "is held together by little",
         lambda r: r["nats"] < 4),
    Sign("loosely_linked", -0.5, "is held together loosely",
         lambda r: (r["nats"] >= 4) & (r["nats"] < 7), is_lack=True),
    Sign("nothing_rotated", -0.5, "rotates nothing: what it shares, it shares as one",
         lambda r: ~_rotates_any(r), is_lack=True),
)
"""Every sign, those of abuse first."""
