"""The charts' specifications, kept beside this module as Altair makes them.

They are kept because loading Altair and drawing takes seconds of every run, and always comes
to the same; :mod:`linkage.report.charts` draws them.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

NAME = "charts.json"

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@cache
def charts() -> dict[str, Any]:
    """Return the specification of each chart, by name, with its data left to be filled in."""
    text = files("linkage.report").joinpath(NAME).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
