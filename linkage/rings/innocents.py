"""Innocent reasons to belong together, by name: one table, read by the judge and by people.

A name explains a verdict and never makes one: only rings that the signs leave at ``watch``
or ``benign`` get one, and it says which innocent group they look most like. None of them
goes by a language, a country or a kind of network alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.rings.contacts import own_domain
from linkage.rings.signs import SIGNS

HELD = 0.3
"""A family holds a group from this share of its members on."""


@dataclass(frozen=True)
class Innocent:
    """One kind of innocent group."""

    name: str
    """What ``looks_like`` says."""
    phrase: str
    """What a person reads, after "looks like"."""
    test: Callable[[pd.DataFrame], "pd.Series[bool]"]
    """Tells, for a table of measures, which rings look like it."""


_TESTS = {sign.name: sign.test for sign in SIGNS}


def _of(rings: pd.DataFrame, name: str) -> "pd.Series[float]":
    """A measure, 0 where no ring has it."""
    return rings[name] if name in rings else pd.Series(0.0, index=rings.index)


def _held(rings: pd.DataFrame, *families: str) -> "pd.Series[bool]":
    """Is any of these families shared by a good part of the members?"""
    held = pd.Series(False, index=rings.index)
    for family in families:
        held = held | (_of(rings, f"held_{family}") >= HELD)
    return held


def _only(rings: pd.DataFrame, *families: str) -> "pd.Series[bool]":
    """Do these families hold the ring, and no others?"""
    others = [
        name.removeprefix("held_") for name in rings.columns
        if name.startswith("held_") and name.removeprefix("held_") not in families
    ]
    return _held(rings, *families) & ~_held(rings, *others)


def _pays_as_one(rings: pd.DataFrame) -> "pd.Series[bool]":
    return _held(rings, "payment") & (_of(rings, "top_payment") >= 0.75)


def _works(rings: pd.DataFrame) -> "pd.Series[bool]":
    return _TESTS["office_hours"](rings)


def _of_school(rings: pd.DataFrame) -> "pd.Series[bool]":
    """Machines shared in one place and nobody pays."""
    return _held(rings, "device") & ~_held(rings, "payment")


def _is_class(rings: pd.DataFrame) -> "pd.Series[bool]":
    """As many as a class, and no more hosting addresses than a class has."""
    return (rings["n_accounts"] > 6) & (_of(rings, "datacenter_share") < HELD)


INNOCENTS: tuple[Innocent, ...] = (
    Innocent("household", "a household", lambda r: _TESTS["household"](r)
             | ((r["n_accounts"] <= 6) & _pays_as_one(r) & (r["datacenter_share"] < HELD))),
    Innocent("event", "people at one event, a conference or a hackathon",
             lambda r: (_of(r, "top_other") >= 0.75) & (_of(r, "birth_gap") < 0.6)),
    Innocent("university", "a university's people on its network",
             lambda r: _TESTS["campus"](r) & (own_domain(r) | _held(r, "prompt"))
             & ~_held(r, "payment")),
    Innocent("company", "a company's team", lambda r: _TESTS["verified_organization"](r)
             | (own_domain(r) & (_works(r) | _TESTS["campus"](r)) & ~_of_school(r))
             | (_works(r) & _held(r, "payment") & ~_held(r, "device"))),
    Innocent("agency", "an agency at work on its clients' accounts",
             lambda r: _works(r) & _held(r, "payment") & _held(r, "device")),
    Innocent("classroom", "a class on shared machines",
             lambda r: (_works(r) | _TESTS["one_place"](r)) & ~_held(r, "payment")
             & _held(r, "device", "prompt") & _is_class(r)),
    Innocent("reseller", "customers of one reseller",
             lambda r: _pays_as_one(r) & ~_held(r, "device", "prompt", "contact")),
    Innocent("tutorial", "readers of one tutorial",
             lambda r: _only(r, "prompt") & (_of(r, "n_prompt") <= 3)),
    Innocent("common_device", "owners of one common device",
             lambda r: _only(r, "device") & (_of(r, "n_device") <= 1)),
    Innocent("shared_machines", "people who use the machines of one place, as a café's",
             _TESTS["shared_machines"]),
    Innocent("shared_address", "strangers behind addresses that many share",
             lambda r: _only(r, "network", "timing")),
)
"""Kinds of innocent groups; the first that fits names a ring."""


def look_alikes(rings: pd.DataFrame) -> list[Innocent | None]:
    """Return the first kind of innocent group that each ring looks like, or None.

    Parameters
    ----------
    rings
        Measures, one row per ring (see :func:`linkage.rings.features.measure`).
    """
    fits = np.column_stack([one.test(rings).to_numpy(dtype=bool) for one in INNOCENTS])
    return [INNOCENTS[row.argmax()] if row.any() else None for row in fits]
