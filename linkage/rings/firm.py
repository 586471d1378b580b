"""Which families of evidence hold a ring, which of them firmly, and which are one tool's.

Whoever runs a public tool sends its prompts, by its software, and often from the networks that
it runs on: to be alike in all three takes one choice and not three. What members hold that is
mostly their own (a card, a machine, a pool of addresses) is firm; what strangers hold as well
(a card issuer, a carrier, the fingerprint of a browser) speaks for a member and holds no ring.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from linkage.evidence.incidence import Flags, Floats
from linkage.signals import KEPT, NEVER_ALONE

HELD_SHARE = 0.3
"""A family holds a ring when it speaks for this share of its members."""

OF_A_TOOL = ("device", "kit")
"""Families that come with a tool's prompts, unless members share machines."""


@dataclass(frozen=True)
class Holding:
    """What holds each ring."""

    held: Floats
    """(n_rings, n_families) share of the members that the family holds."""
    holds: Flags
    """(n_rings, n_families) does it hold the ring?"""
    is_firm: Flags
    """(n_rings, n_families) does it, by what members share that is mostly their own?"""
    of_tool: Flags
    """(n_rings, n_families) does it come with the prompts that the ring's members send?"""
    by_two: Flags
    """(n_rings,) do two families hold it that are not one tool's, both firmly or one of them
    by what nobody passes on?"""


def holding(rings: pd.DataFrame, families: tuple[str, ...]) -> Holding:
    """Tell which families hold each ring.

    Parameters
    ----------
    rings
        Measures, one row per ring (see :func:`linkage.rings.features.measure`).
    families
        Names of the families of evidence at hand.
    """
    none = np.zeros((len(rings), 0))
    held = np.column_stack([none, *(rings[f"held_{one}"].to_numpy() for one in families)])
    # Tables of earlier runs do not say what is shared; what holds was firm then.
    shared = np.column_stack([none, *(
        rings.get(f"shared_{one}", rings[f"held_{one}"]).to_numpy() for one in families)])
    holds, is_shared = held >= HELD_SHARE, shared >= HELD_SHARE
    name = np.array(families, dtype=object)
    by_prompts = np.asarray(holds[:, name == "prompt"].any(axis=1))
    comes_along = np.isin(name, OF_A_TOOL) & (np.isin(name, ("kit",)) | ~is_shared)
    of_tool = comes_along & by_prompts[:, None]
    apart, firm = holds & ~of_tool, holds & is_shared & ~of_tool
    by_kept = firm[:, np.isin(name, KEPT)].any(axis=1) & (apart.sum(axis=1) >= 2)
    return Holding(held, holds, holds & is_shared, of_tool, (firm.sum(axis=1) >= 2) | by_kept)


def prompts_only(seen: Holding, families: tuple[str, ...]) -> Flags:
    """(n_rings,) do templates hold it, and beside them what comes along, and places, alone?"""
    name = np.array(families, dtype=object)
    weak = np.isin(name, NEVER_ALONE) & ~seen.is_firm
    others = seen.holds & ~seen.of_tool & ~weak & (name != "prompt")
    flags: Flags = seen.holds[:, name == "prompt"].any(axis=1) & ~others.any(axis=1)
    return flags
