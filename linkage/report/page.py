"""Puts pages together: template, style, scripts and data in one file each."""

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from linkage.errors import InputError
from linkage.report import vega
from linkage.report.content import report_content
from linkage.report.ring_content import read_tables, ring_contents
from linkage.rings.read import Ring, find_ring, read_rings
from linkage.sharing import in_shares

FOLDER = "rings"
"""Folder of the rings' own pages, beside ``report.html``."""

PAGED_TIERS = ("enforce", "review")
"""Tiers whose rings have pages of their own; others get theirs when somebody asks."""

MAX_PAGES = 25
"""Pages of rings written with the report, strongest rings first: half a MB each, and a tenth
of a second of every run. Any other ring gets its page when somebody asks."""


def write_report(out: Path, *, threads: int = 1) -> Path:
    """Write ``report.html`` and the pages of rings worth a look; return the former's path.

    The pages open offline and ask nobody for anything: their policy allows only the style
    and the scripts that they were written with.

    Parameters
    ----------
    out
        A folder with the tables and the manifest of a run.
    threads
        Pages are written in so many processes; never changes a byte.

    Raises
    ------
    InputError
        If a table is missing, or the folder cannot be written.
    """
    write_ring_pages(out, threads=threads)
    return write_overview(out)


def write_ring_pages(out: Path, *, threads: int = 1) -> None:
    """Write the pages of rings worth a look, as :func:`write_report` does."""
    paged = [ring for ring in read_rings(out) if ring.tier in PAGED_TIERS and _name(ring)]
    try:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        _write_pages(out, paged[:MAX_PAGES], threads=threads)
    except OSError as error:
        raise InputError(f"cannot write the report into {out}: {error.strerror}") from error


def write_overview(out: Path) -> Path:
    """Write ``report.html`` from the tables, the manifest and which pages there are.

    Raises
    ------
    InputError
        If a table is missing, or the folder cannot be written.
    """
    rings = read_rings(out)
    pages = {ring.ring_id: f"{FOLDER}/{_name(ring)}" for ring in rings if _name(ring)}
    there = {ring_id: page for ring_id, page in pages.items() if (out / page).exists()}
    try:
        return _put(out / "report.html", render("report", report_content(out, rings, there)))
    except OSError as error:
        raise InputError(f"cannot write the report into {out}: {error.strerror}") from error


def write_ring_page(out: Path, ring_id: str) -> Path:
    """Write the page of one ring, whatever its tier, and return its path.

    Raises
    ------
    InputError
        If there is no such ring, a table is missing, or the folder cannot be written.
    """
    ring = find_ring(out, ring_id)
    if not _name(ring):
        raise InputError(f"{ring.ring_id} cannot be the name of a file")
    try:
        (page,) = _write_pages(out, [ring])
    except OSError as error:
        raise InputError(f"cannot write a page into {out}: {error.strerror}") from error
    return page


def render(name: str, content: dict[str, Any]) -> str:
    """Return a page, ``report`` or ``ring``, for the given content.

    Examples
    --------
    >>> "<b>" in render("report", {"title": "<b>"})
    False
    """
    style, script = _part("page.css"), _part("page.js") + _part(f"{name}.js")
    return Template(_part(f"{name}.html")).substitute(
        style=style, script=script, data=embedded(content),
        vega=base64.b64encode(vega.packed()).decode("ascii"),
        policy=(
            f"default-src 'none'; img-src data:; style-src {_policy_hash(style)}; "
            f"script-src {_policy_hash(script)} {_policy_hash(vega.script())}; "
            "base-uri 'none'; form-action 'none'"
        ),
    )


def embedded(content: Any) -> str:
    """Return JSON that may stand inside a ``<script>`` element, whatever the values hold.

    Examples
    --------
    >>> embedded("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _write_pages(out: Path, rings: Sequence[Ring], *, threads: int = 1) -> list[Path]:
    """Write the pages of some rings."""
    (out / FOLDER).mkdir(exist_ok=True)
    if not rings:
        return []
    tables = read_tables(out, [ring.ring_id for ring in rings])

    def write(some: Sequence[Ring]) -> None:
        # A ring that has a process to itself is what the others wait for.
        contents = ring_contents(tables, some, threads=threads if len(some) == 1 else 1)
        for ring, content in zip(some, contents, strict=True):
            _put(out / FOLDER / _name(ring), render("ring", content))

    in_shares(write, rings, lambda ring: ring.n_accounts, threads=threads)
    return [out / FOLDER / _name(ring) for ring in rings]


def _name(ring: Ring) -> str:
    """Name a ring's page; empty for an id that is no plain name."""
    return f"{ring.ring_id}.html" if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", ring.ring_id) else ""


def _put(page: Path, text: str) -> Path:
    """Write a page at once, and never half of it."""
    unfinished = page.with_name(f".{page.name}.partial")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, page)
    return page


@cache
def _part(name: str) -> str:
    """Read a part of a page from the package."""
    return files("linkage.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _policy_hash(text: str) -> str:
    """Return the source expression that lets a browser run exactly this text."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
