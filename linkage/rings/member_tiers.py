"""Which tier each member is in, and for which reasons."""

import numpy as np
import pyarrow as pa

from linkage.communities import Communities
from linkage.evidence.incidence import Flags, Floats, Incidence
from linkage.rings.decisions import Texts
from linkage.rings.evidence import BITS
from linkage.rings.judge import Verdicts
from linkage.rings.signs import SIGNS
from linkage.signals import NEVER_ALONE

ENFORCED_BITS = 12.0
"""Evidence of a member, in bits, below which nothing is done to it: families that are not quite
independent make odds of a thousand to one too easily."""


def member_judgement(
    incidence: Incidence, found: Communities, verdicts: Verdicts, decided: Texts, stands: Flags
) -> tuple[pa.Array, pa.Array, Floats]:
    """Tier, reason codes and bits of each member.

    A member is never in a stronger tier than its own evidence bears: one family, only place
    and time, little in all, or what does not stand, is for review.

    Parameters
    ----------
    decided
        What people decided of each account; empty for nothing.
    stands
        (n_members,) may the member be acted on, as far as its ring's parts, its stability and
        those who vouch for it are concerned?
    """
    speaks = found.by_family >= 1.0
    solid = np.array([name not in NEVER_ALONE for name in incidence.families], dtype=bool)
    two = (speaks.sum(axis=1) >= 2) & speaks[:, solid].any(axis=1)
    tier = np.array(verdicts.tier, dtype=object)[found.ring] if len(found.ring) else np.array([])
    firm = two & stands & (found.nats * BITS >= ENFORCED_BITS)
    tier = np.where((tier == "enforce") & ~firm, "review", tier)
    tier = np.where(decided == "benign", "benign", tier)
    tier = np.where((decided == "disputed") & (tier != "benign"), "watch", tier)
    return (
        pa.array(tier.tolist(), pa.string()),
        _reason_codes(incidence, speaks, verdicts.signs[found.ring], decided),
        found.nats * BITS,
    )


def _reason_codes(
    incidence: Incidence, speaks: Flags, signs: Flags, decided: Texts
) -> pa.ListArray:
    """List for each member the families that speak, its ring's signs of abuse, the decision."""
    said = sorted({one for one in decided.tolist() if one})
    names = pa.array([
        *(f"shares_{name}" for name in incidence.families), *(sign.name for sign in SIGNS),
        *(f"decided_{one}" for one in said),
    ], pa.string())
    abusive = np.array([sign.nats > 0 for sign in SIGNS], dtype=bool)
    has = np.column_stack([
        speaks, signs & abusive, *(np.asarray(decided == one, dtype=bool) for one in said)])
    member, code = np.nonzero(has)
    ends = np.searchsorted(member, np.arange(len(has) + 1))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), names.take(pa.array(code)))
