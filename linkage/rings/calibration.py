"""What people's decisions make of weights, scores and confidence: read here, fitted elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from linkage.evidence.incidence import Floats

PRIOR_NATS = -1.5
"""Log odds of abuse of a linked group before any sign is seen: most groups are innocent."""


@dataclass(frozen=True)
class Scale:
    """A straight line over log odds (Platt 1999)."""

    slope: float = 1.0
    """Above 0, so that no order is turned round."""
    intercept: float = 0.0
    """In nats."""

    def of(self, nats: Floats) -> Floats:
        """Return log odds on this scale, in nats."""
        return self.slope * nats + self.intercept


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What the rings of a run are judged by."""

    number: int = 0
    """Its version in the state folder; 0 for what linkage comes with."""
    sha256: str = ""
    """Of its file; empty for what linkage comes with."""
    prior_nats: float = PRIOR_NATS
    signs: Mapping[str, float] = field(default_factory=dict)
    """Sign to its weight in nats, where it is not the table's own."""
    rings: Scale = Scale()
    """From what the signs add up to, to the log odds that a ring's score shows."""
    members: Scale = Scale()
    """From a member's evidence to the log odds that its confidence shows."""
    kinds: Mapping[str, float] = field(default_factory=dict)
    """Kind of identifier to its prior reliability, where it is not the table's own."""


BUILT_IN = Calibration()
"""What linkage comes with."""


def calibration_of(manifest: Mapping[str, Any]) -> Calibration:
    """Return what the run that wrote a manifest judged by."""
    told = manifest.get("calibration")
    if not told:
        return BUILT_IN
    scales = {name: Scale(**told[name]) for name in ("rings", "members")}
    return Calibration(**{**told, **scales})
