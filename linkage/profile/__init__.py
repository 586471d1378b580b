"""What accounts ask for: capabilities told by cues, counted, and compared with everyone's."""

from linkage.profile.capabilities import CAPABILITIES, KEYS, Capability
from linkage.profile.cues import capabilities_of
from linkage.profile.reader import CapabilityReader
from linkage.profile.shares import Share, Sums, interval, shares, sums

__all__ = [
    "CAPABILITIES",
    "KEYS",
    "Capability",
    "CapabilityReader",
    "Share",
    "Sums",
    "capabilities_of",
    "interval",
    "shares",
    "sums",
]
