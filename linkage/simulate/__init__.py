"""Worlds with planted rings and innocent look-alikes, in the form of the inputs, with truth."""

from linkage.simulate.operators import OPERATORS, Operator, RingPlan, ring_plans
from linkage.simulate.presets import PRESETS, Preset
from linkage.simulate.world import WorldSummary, simulate

__all__ = [
    "OPERATORS", "PRESETS", "Operator", "Preset", "RingPlan", "WorldSummary", "ring_plans",
    "simulate",
]
