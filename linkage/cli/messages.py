"""What goes to the terminal: tables and JSON on stdout, logging and progress on stderr."""

import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

errors = Console(stderr=True, highlight=False)
"""The one console on stderr: progress and log lines share it, so neither tears the other."""


class _Lines(logging.Handler):
    """Writes log records as single lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; warnings say that they are."""
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        text = printable(f"{level}{record.getMessage()}")
        if errors.is_terminal:
            errors.print(Text(text))
        else:
            click.echo(text, err=True)


def start_logging(*, verbose: bool, quiet: bool) -> None:
    """Send the library's log to stderr: stages always, details or errors only when asked."""
    log = logging.getLogger("linkage")
    log.handlers = [_Lines()]
    log.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)


def note(text: str) -> None:
    """Say on stderr what changed and what to do next, unless quiet."""
    logging.getLogger("linkage.cli").info("%s", text)


def printable(text: str) -> str:
    """Return text without control characters, so that no label can drive the terminal.

    Examples
    --------
    >>> printable("a\\x1b[31mb")
    'a\\ufffd[31mb'
    """
    return "".join(
        "\ufffd" if unicodedata.category(letter) in ("Cc", "Cf", "Cs") else letter
        for letter in text
    )


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> None:
    """Write a table to stdout: with rich on a terminal, else as plain aligned text.

    Parameters
    ----------
    columns
        Headings.
    rows
        Cells as text, in the order of the headings.
    right
        Headings of the columns to align right, separated by spaces.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    is_right = [column in right.split() for column in columns]
    if not sys.stdout.isatty():
        _show_plain([list(columns), *cells], is_right)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, to_right in zip(columns, is_right, strict=True):
        table.add_column(column, justify="right" if to_right else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def _show_plain(rows: list[list[str]], is_right: list[bool]) -> None:
    """Write aligned columns, two spaces apart."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        aligned = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, is_right, strict=True)
        )
        click.echo("  ".join(aligned).rstrip())


def show_text(text: str) -> None:
    """Write one line of a result to stdout."""
    click.echo(printable(text))


def show_json(value: Any) -> None:
    """Write one dataclass or plain value as a line of JSON to stdout."""
    plain = asdict(value) if hasattr(value, "__dataclass_fields__") else value
    click.echo(json.dumps(plain, default=_json_value, ensure_ascii=True, allow_nan=False))


def _json_value(value: Any) -> Any:
    """Spell instants and days as ISO 8601, places as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def as_share(value: float | None) -> str:
    """Return a share in [0, 1] with three digits, a dash for none."""
    return "-" if value is None else f"{value:.3f}"


def as_bits(value: float) -> str:
    """Return bits with their sign and two digits."""
    return f"{value:+.2f}"


def as_sparkline(values: Sequence[int]) -> str:
    """Return one block per value, as high as its share of the largest; a dot for nothing.

    Examples
    --------
    >>> as_sparkline([0, 1, 4, 8])
    '·▁▄█'
    """
    top = max(values, default=0)
    return "".join("▁▂▃▄▅▆▇█"[-(-8 * value // top) - 1] if value else "·" for value in values)


def as_instant(value: datetime | None) -> str:
    """Return an instant to the minute (UTC), a dash for none."""
    return "-" if value is None else f"{value:%Y-%m-%d %H:%M}"
