"""The Vega libraries that draw the charts, as one script kept beside this module.

``vega.js.gz`` holds Vega, Vega-Lite and Vega-Embed as vl-convert bundles them (BSD-3-Clause,
see ``vega.LICENSE.txt``). It is kept because bundling takes seconds and a page must be
written in less; ``python -m linkage.report.vega`` writes it again after an update.
"""

import gzip
from functools import cache
from importlib.resources import files
from pathlib import Path

NAME = "vega.js.gz"


@cache
def packed() -> bytes:
    """Return the script as it is kept: compressed by gzip."""
    return files("linkage.report").joinpath(NAME).read_bytes()


@cache
def script() -> str:
    """Return the script as a browser runs it; it defines ``vegaEmbed``."""
    return gzip.decompress(packed()).decode("utf-8")


def bundled() -> str:
    """Bundle the script from the libraries that vl-convert carries; takes some seconds."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


if __name__ == "__main__":
    place = Path(__file__).with_name(NAME)
    place.write_bytes(gzip.compress(bundled().encode("utf-8"), 9, mtime=0))
