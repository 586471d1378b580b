"""The nightly job: what is new is run, checked, published, loaded and exported."""

from linkage.nightly.config import NightlySettings, load_nightly
from linkage.nightly.night import Night, NightResult
from linkage.nightly.plan import plan

__all__ = ["Night", "NightResult", "NightlySettings", "load_nightly", "plan"]
