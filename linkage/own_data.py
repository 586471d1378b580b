"""What a user says of tables and kinds of identifiers of their own, in linkage.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from linkage.errors import SettingsError


@dataclass(frozen=True)
class TableMapping:
    """How one of a user's tables maps onto a table of the contract."""

    source: str
    """The user's table name: files ``SOURCE.EXT``, ``SOURCE_*.EXT`` or ``SOURCE/**``."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Contract column to the user's column."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Contract column to one value for every row."""


@dataclass(frozen=True)
class KindSettings:
    """What a user says of one kind of identifier; unset fields keep linkage's own."""

    family: str | None = None
    m: float | None = None
    reliability: float | None = None
    sentence: str | None = None
    is_qualifier: bool | None = None
    has_tenancies: bool | None = None


def read_tables(written: Any) -> dict[str, tuple[TableMapping, ...]]:
    """Return what ``[[tables.NAME]]`` sections say.

    Raises
    ------
    SettingsError
        If a section lacks ``source``, or has unknown keys.
    """
    if not isinstance(written, dict):
        raise SettingsError("tables must be sections like [[tables.identifiers]]")
    found: dict[str, tuple[TableMapping, ...]] = {}
    for name, sections in written.items():
        rows = sections if isinstance(sections, list) else [sections]
        for row in rows:
            if not isinstance(row, dict):
                raise SettingsError(f"tables.{name} must be sections like [[tables.{name}]]")
            unknown = set(row) - {"source", "columns", "constants"}
            if unknown or "source" not in row:
                raise SettingsError(
                    f"[[tables.{name}]] takes source, columns and constants, got "
                    f"{', '.join(sorted(row)) or 'nothing'}"
                )
        found[name] = tuple(
            TableMapping(row["source"], row.get("columns", {}), row.get("constants", {}))
            for row in rows
        )
    return found


def read_kinds(written: Any) -> dict[str, KindSettings]:
    """Return what ``[kinds.NAME]`` sections say.

    Raises
    ------
    SettingsError
        If a key is unknown, or a value has the wrong type or range.
    """
    known = {f.name for f in fields(KindSettings)}
    found: dict[str, KindSettings] = {}
    if not isinstance(written, dict) or not all(isinstance(v, dict) for v in written.values()):
        raise SettingsError("kinds must be sections like [kinds.card]")
    for name, section in written.items():
        unknown = set(section) - known
        if unknown:
            raise SettingsError(
                f"[kinds.{name}] has unknown keys: {', '.join(sorted(unknown))}",
                fix=f"known keys: {', '.join(sorted(known))}",
            )
        found[name] = KindSettings(**section)
        _check_kind(name, section)
    return found


def _check_kind(name: str, section: Mapping[str, Any]) -> None:
    """Refuse values of the wrong type or range."""
    for key, value in section.items():
        if key in ("m", "reliability"):
            fits = isinstance(value, int | float) and 0 < value < 1
        elif key in ("is_qualifier", "has_tenancies"):
            fits = isinstance(value, bool)
        else:
            fits = isinstance(value, str) and bool(value)
        if not fits:
            raise SettingsError(
                f"[kinds.{name}] {key} cannot be {value!r}",
                fix="m and reliability are in (0, 1); is_qualifier and has_tenancies true or "
                "false; family and sentence text",
            )
