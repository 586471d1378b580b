"""Refits weights, scores and confidence from what people decided; versioned and reversible."""

from linkage.calibrate.refitting import Part, Refit, refit
from linkage.calibrate.shelf import Shelf, Version

__all__ = ["Part", "Refit", "Shelf", "Version", "refit"]
