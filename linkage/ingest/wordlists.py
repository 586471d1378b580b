"""The package's lists of mail providers, disposable domains and placeholder values."""

from collections.abc import Iterator
from importlib.resources import files

import pyarrow as pa


def mail_domains() -> pa.Table:
    """Return mail domains with their provider's rules.

    Returns
    -------
    pa.Table
        domain, canonical, is_dotless, tag (``+``, ``-`` or null), domain_class
        (``public`` or ``disposable``); one row per domain.
    """
    rows: list[tuple[object, ...]] = []
    for line in _lines("mail_domains.txt"):
        domain, canonical, dots, tag = line.split()
        rows.append((domain, canonical, dots == "dotless", tag if tag in "+-" else None, "public"))
    for domain in _lines("disposable_domains.txt"):
        rows.append((domain, domain, False, None, "disposable"))
    return _table(rows, pa.schema([
        ("domain", pa.string()), ("canonical", pa.string()), ("is_dotless", pa.bool_()),
        ("tag", pa.string()), ("domain_class", pa.string()),
    ]))


def placeholders() -> pa.Table:
    """Return values that stand for "nothing known": kind (empty for all), value."""
    rows: list[tuple[object, ...]] = []
    for line in _lines("placeholders.txt"):
        kind, _, value = line.partition(" ")
        rows.append((kind, value) if "_" in kind or kind == "phone" else ("", line))
    return _table(rows, pa.schema([("kind", pa.string()), ("value", pa.string())]))


def _lines(name: str) -> Iterator[str]:
    """Yield the lines of a list, comments left out."""
    text = files("linkage").joinpath("ingest", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    """Return rows as an Arrow table."""
    columns = list(zip(*rows, strict=True))
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
