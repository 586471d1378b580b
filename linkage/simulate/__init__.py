"""Worlds with planted rings and innocent look-alikes, in the form of the inputs, with truth."""

from linkage.simulate.operators import LATER_OPERATORS, OPERATORS, Operator, RingPlan, ring_plans
from linkage.simulate.presets import PRESETS, Preset
from linkage.simulate.world import WorldSummary, simulate

__all__ = [
    "LATER_OPERATORS", "OPERATORS", "PRESETS", "Operator", "Preset", "RingPlan", "WorldSummary",
    "ring_plans", "simulate",
]
