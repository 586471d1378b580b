"""Finds the input files and says which table of the contract each one feeds."""

import glob
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from linkage.errors import InputError
from linkage.own_data import TableMapping
from linkage.schema import INPUT_TABLES
from linkage.settings import Settings

ENDINGS = {
    ".parquet": "parquet",
    ".csv": "csv", ".csv.gz": "csv", ".csv.zst": "csv",
    ".jsonl": "jsonl", ".jsonl.gz": "jsonl", ".jsonl.zst": "jsonl",
}
"""File ending to the format of its contents."""

_FIX = (
    "name files like accounts.parquet, events_2026.csv.gz or events/date=2026-05-01/x.jsonl, "
    "or map your own names in linkage.toml"
)


@dataclass(frozen=True)
class SourceFile:
    """One file and the table it feeds."""

    path: Path
    table: str
    mapping: TableMapping
    format: str
    """``parquet``, ``csv`` or ``jsonl``."""


@dataclass(frozen=True)
class Sources:
    """All files of a run."""

    files: tuple[SourceFile, ...]
    """By table of the contract, then by path."""
    notes: tuple[str, ...]

    def of(self, table: str) -> tuple[SourceFile, ...]:
        """Return the files that feed one table."""
        return tuple(file for file in self.files if file.table == table)


def discover(
    inputs: Sequence[Path | str], settings: Settings, *, known: Collection[str] = ()
) -> Sources:
    """Return the files that folders, files and globs stand for.

    Parameters
    ----------
    known
        Tables that need not be there; where there is one, a glob may match nothing.

    Raises
    ------
    InputError
        If a place does not exist, no file feeds ``accounts``, or nothing else is there.
    """
    mappings = _mappings(settings)
    names = {mapping.source for found in mappings.values() for mapping in found}
    claimed: dict[Path, str] = {}
    for place in inputs:
        for path, name in _places(
            str(place), names | {t.name for t in INPUT_TABLES}, may_be_empty=bool(known)
        ):
            claimed.setdefault(path, name)
    files = tuple(
        SourceFile(path, table, mapping, ENDINGS[_ending(path)])
        for table, found in mappings.items()
        for path, name in sorted(claimed.items())
        for mapping in found
        if mapping.source == name
    )
    _check({file.table for file in files} | set(known), inputs)
    unread = sorted({name for name in claimed.values() if name not in names})
    return Sources(files, tuple(
        f"files of {name} were not read: linkage.toml feeds {name} from elsewhere"
        for name in unread
    ))


def _mappings(settings: Settings) -> dict[str, tuple[TableMapping, ...]]:
    """Return, per table of the contract, the user's tables that feed it."""
    known = {table.name: table for table in INPUT_TABLES}
    for name, mappings in settings.tables.items():
        if name not in known:
            raise InputError(
                f"linkage.toml maps onto an unknown table: {name}",
                fix=f"tables of the contract: {', '.join(known)}",
            )
        columns = {column for column, _ in known[name].columns}
        for mapping in mappings:
            for column in (*mapping.columns, *mapping.constants):
                if column not in columns:
                    raise InputError(
                        f"linkage.toml maps onto an unknown column: {name}.{column}",
                        fix=f"columns of {name}: {', '.join(sorted(columns))}",
                    )
    return {name: settings.tables.get(name, (TableMapping(name),)) for name in known}


def _check(tables: set[str], inputs: Sequence[Path | str]) -> None:
    """Refuse inputs without accounts, or with nothing beside them."""
    where = ", ".join(str(place) for place in inputs) or "nothing"
    if "accounts" not in tables:
        raise InputError(f"no accounts table in {where}", fix=_FIX)
    if not tables & {"events", "payments", "identifiers", "links"}:
        raise InputError(
            f"accounts came alone in {where}: events, payments, identifiers or links is needed",
            fix=_FIX,
        )


def _places(
    place: str, names: set[str], *, may_be_empty: bool
) -> Iterator[tuple[Path, str]]:
    """Yield (file, table name) of one folder, file or glob."""
    path = Path(place).expanduser()
    if path.is_dir():
        yield from _folder(path, names)
    elif path.exists():
        yield path, _named(path, names)
    else:
        found = sorted(glob.glob(str(path), recursive=True))
        if not found and not (may_be_empty and glob.has_magic(str(path))):
            raise InputError(
                f"input not found: {place}", fix="name a folder, a file or a glob that matches"
            )
        for match in map(Path, found):
            if match.is_dir():
                yield from _folder(match, names)
            elif _ending(match):
                yield match, _named(match, names)


def _folder(folder: Path, names: set[str]) -> Iterator[tuple[Path, str]]:
    """Yield (file, table name) of one folder."""
    above = folder.name if folder.name in names else ""
    for path in sorted(folder.iterdir()):
        if path.is_file() and _ending(path):
            name = _table_name(_stem(path), names) or above
            if name:
                yield path, name
        elif path.is_dir() and (name := path.name if path.name in names else above):
            yield from ((file, name) for file in sorted(_below(path)))


def _below(folder: Path) -> Iterator[Path]:
    """Yield the data files at any depth; names from ``_`` or ``.`` on are a writer's own."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if _ending(path) and path.is_file() and not any(p[0] in "._" for p in inside):
            yield path


def _named(path: Path, names: set[str]) -> str:
    """Return the table that a single file feeds, by its own name or a folder's above it."""
    if _ending(path):
        above = (part for part in reversed(path.resolve().parts[:-1]) if part in names)
        name = _table_name(_stem(path), names) or next(above, "")
        if name:
            return name
    raise InputError(f"cannot tell which table {path} belongs to", fix=_FIX)


def _table_name(stem: str, names: set[str]) -> str:
    """Return the longest table name that a file name starts with; empty for none."""
    fitting = [name for name in names if stem == name or stem.startswith(f"{name}_")]
    return max(fitting, key=len, default="")


def _stem(path: Path) -> str:
    """Return the file name without its ending."""
    return path.name.removesuffix(_ending(path))


def _ending(path: Path) -> str:
    """Return the known ending of a file; empty when there is none."""
    fitting = [ending for ending in ENDINGS if path.name.endswith(ending)]
    return max(fitting, key=len, default="")
