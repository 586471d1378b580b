"""What is seen of where a ring's members come from, and whether places alone join them."""

import pandas as pd

LARGER_THAN_FAMILY = 7
"""Accounts below which a group may be a family."""


def measured(rings: pd.DataFrame, name: str, otherwise: float = 0.0) -> "pd.Series[float]":
    """A measure; where no ring has it, ``otherwise``."""
    return rings[name] if name in rings else pd.Series(otherwise, index=rings.index)


def shares_own(rings: pd.DataFrame, family: str) -> "pd.Series[bool]":
    """A good part of the members share what is mostly the ring's; one thing of strangers aside.

    Tables of earlier runs tell it of the commonest thing alone.
    """
    if f"shared_{family}" in rings:
        return rings[f"shared_{family}"] >= 0.3
    return measured(rings, f"own_{family}") >= 0.5


def _one_line(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Most come from one address or from neighbouring ones, and hardly any by hosting."""
    return (
        ((measured(rings, "top_network") >= 0.6) | (measured(rings, "top_place") >= 0.6))
        & (rings["datacenter_share"] < 0.3)
    )


def one_workplace(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Works at one place, by shifts or by day, as staff of one domain or as people with homes."""
    have_homes = (measured(rings, "private_lives") >= 0.4) & (measured(rings, "own_network") >= 0.5)
    return _one_line(rings) & ((rings["top_domain_share"] >= 0.8) | have_homes)


def one_address(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Nearly all come from one address, which is mostly theirs."""
    return (measured(rings, "top_network") >= 0.85) & (measured(rings, "own_network") >= 0.5)


def one_room(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Nearly all on one line, asleep at night, and nothing paid or hosted: as classes are.

    An operator may sit in a room by day as well; linkage alone cannot tell.
    """
    return (
        one_address(rings)
        & (rings["quiet_share"] < 0.2) & (rings["datacenter_share"] < 0.1)
        & (measured(rings, "held_payment") < 0.3) & (measured(rings, "alias_share") < 0.5)
        & (rings["n_accounts"] >= 12)
    )


def in_turn(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Members come through several addresses each that others of them use as well.

    So does a household whose line gets a new address every week, or a firm with a network of
    its own.
    """
    return (
        (rings["n_accounts"] >= 7) & (measured(rings, "n_network") >= 5)
        & (measured(rings, "each_network") >= 1.5)
        & (measured(rings, "top_network") < 0.9) & (measured(rings, "held_network") >= 0.5)
        & (measured(rings, "top_place") < 0.9)
        & ((measured(rings, "top_place") < 0.6) | (measured(rings, "top_network") < 0.5)
           | (rings["datacenter_share"] >= 0.3) | (measured(rings, "each_network") >= 4))
    )


def no_private_lives(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Hardly an account has a device and an address to itself, where most people have."""
    return (measured(rings, "private_lives", 1.0) <= 0.1) & (rings["n_accounts"] >= 7)


def only_places_join(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Falls into small parts, or into none larger than a family, that only places join."""
    n = rings["n_accounts"]
    none_larger = measured(rings, "largest_part") * n < LARGER_THAN_FAMILY
    return in_many_parts(rings) | (none_larger & (n >= LARGER_THAN_FAMILY))


def in_many_parts(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Falls into many parts, none three tenths of it, that only places join."""
    return (measured(rings, "largest_part") < 0.3) & (rings["n_accounts"] >= 12)


def no_part_stands(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Falls into small parts that only places join, few of which would be enforced alone."""
    return only_places_join(rings) & (measured(rings, "standing_share") < 0.5)


def neighbours(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Small groups at a few addresses whose people have lives of their own."""
    return (
        no_part_stands(rings) & (measured(rings, "top_network") >= 0.2) & ~no_private_lives(rings)
    )


def scattered(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Members share several addresses each, in networks far apart: a pool, and no place."""
    return in_turn(rings) & (measured(rings, "top_place") < 0.2)
