"""Puts the page together: template, style, script and data in one file."""

import base64
import hashlib
import json
import os
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from linkage.errors import InputError
from linkage.report.content import report_content


def write_report(out: Path) -> Path:
    """Write ``report.html`` into an output folder and return its path.

    The page opens offline and asks nobody for anything: its policy allows only the one
    style and the one script it was written with.

    Parameters
    ----------
    out
        A folder with the tables and the manifest of a run.

    Raises
    ------
    InputError
        If a table is missing, or the folder cannot be written.
    """
    page = out / "report.html"
    text = render(report_content(out))
    unfinished = page.with_name(".report.html.partial")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, page)
    except OSError as error:
        raise InputError(f"cannot write {page}: {error.strerror}") from error
    return page


def render(content: dict[str, Any]) -> str:
    """Return the page for the given content.

    Examples
    --------
    >>> "<b>" in render({"title": "<b>"})
    False
    """
    style, script = _part("report.css"), _part("report.js")
    return Template(_part("report.html")).substitute(
        style=style, script=script, data=embedded(content),
        style_hash=_policy_hash(style), script_hash=_policy_hash(script),
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


def _part(name: str) -> str:
    """Read a part of the page from the package."""
    return files("linkage.report").joinpath(name).read_text(encoding="utf-8")


def _policy_hash(text: str) -> str:
    """Return the source expression that lets a browser run exactly this text."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
