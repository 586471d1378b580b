"""Refits weights, scores and confidence from what people decided; versioned and reversible.

Runs read the shelf alone: :mod:`linkage.calibrate.refitting`, which makes what is put there, brings
optimisers along and is slow to load.
"""

from linkage.calibrate.shelf import Shelf, Version

__all__ = ["Shelf", "Version"]
