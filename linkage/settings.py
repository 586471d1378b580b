"""Every knob of a run, in one frozen object, recorded in the run's manifest."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkage.errors import SettingsError
from linkage.machine import memory_mb, n_cores
from linkage.own_data import KindSettings, TableMapping, read_kinds, read_tables


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one run. Flag beats environment beats linkage.toml beats default."""

    seed: int = 0
    """Seed of every random choice; at least 0."""
    threads: int = 0
    """Threads to use; 0 means all cores. Never changes a result."""
    memory_limit_mb: int = 0
    """Memory the tables may use before they spill, in MiB; 0 means a share of the machine's."""
    max_bad_rows: float = 0.01
    """Share of a table's rows that may be quarantined before the run fails; in [0, 1]."""
    max_pairs: int = 0
    """Most candidate pairs of accounts to hold; 0 means what fits this machine."""
    min_ring_size: int = 3
    """Smallest ring to report, in accounts; at least 2."""
    labels: bool = True
    """Keep a readable label beside each keyed hash."""
    key_file: Path | None = None
    """File with the key for identifier hashes; made on first use. The environment's
    ``LINKAGE_KEY`` goes first."""
    as_of: datetime | None = None
    """Ignore what happened after this instant (UTC)."""
    allowlist_file: Path | None = None
    """Accounts that are never exported, one a line."""
    signing_key_file: Path | None = None
    """Ed25519 key that signs exports; made on first use."""
    export_max_accounts: int = 5_000
    """Most accounts that one export may add without approval; at least 0."""
    export_max_share: float = 0.05
    """Largest share of all accounts that one export may add without approval; in [0, 1]."""
    export_max_retracted: float = 0.5
    """Largest share of listed accounts that it may retract without approval; in [0, 1]."""
    export_valid_days: int = 30
    """Days after a run that its statements hold; at least 1."""
    export_keep: int = 60
    """Exports to keep; at least 1. The ledger keeps what older ones said."""
    export_tlp: str = "amber"
    """Traffic light protocol level of STIX lists: ``white``, ``green``, ``amber``, ``red``."""
    overlapping: bool = False
    """Files overlap, as those of many nights do: an account in several files is as the last
    of them (by path) has it, and an event in several counts once."""
    leiden: str = "igraph"
    """Which library partitions: ``igraph`` or ``leidenalg``."""
    semantic: bool = False
    """Compare a bounded sample of prompts by their meaning; needs ``linkage[semantic]``."""
    null_runs: int = 0
    """Worlds of chance to search beside the run, to tell how many rings chance would give."""
    neo4j_browser: str = ""
    """Address of Neo4j Browser, ending in ``/``, that the report links to; empty for none. Its
    server has the pages that ``linkage neo4j pages`` writes."""
    tables: Mapping[str, tuple[TableMapping, ...]] = field(default_factory=dict)
    """Contract table to the user's tables that feed it."""
    kinds: Mapping[str, KindSettings] = field(default_factory=dict)
    """Kind of identifier to what the user says of it."""

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise SettingsError(f"seed must be 0 or more, got {self.seed}")
        if not 0 <= self.max_bad_rows <= 1:
            raise SettingsError(
                f"max_bad_rows is a share in [0, 1], got {self.max_bad_rows}",
                fix="0.01 lets one row in a hundred be bad",
            )
        if self.min_ring_size < 2:
            raise SettingsError(f"min_ring_size must be 2 or more, got {self.min_ring_size}")
        if self.leiden not in ("igraph", "leidenalg"):
            raise SettingsError(
                f"unknown leiden backend: {self.leiden}", fix="use igraph or leidenalg"
            )
        if self.neo4j_browser and not self.neo4j_browser.startswith(("http://", "https://")):
            raise SettingsError(
                f"neo4j_browser must be an http address, got {self.neo4j_browser}",
                fix="for example http://127.0.0.1:7474/browser/",
            )
        if self.export_tlp not in ("white", "green", "amber", "red"):
            raise SettingsError(
                f"unknown TLP level: {self.export_tlp}", fix="use white, green, amber or red"
            )
        for name in ("export_max_share", "export_max_retracted"):
            if not 0 <= getattr(self, name) <= 1:
                raise SettingsError(f"{name} is a share in [0, 1], got {getattr(self, name)}")
        for name in ("export_valid_days", "export_keep"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name} must be 1 or more, got {getattr(self, name)}")
        for name in ("threads", "memory_limit_mb", "max_pairs", "export_max_accounts", "null_runs"):
            if getattr(self, name) < 0:
                raise SettingsError(f"{name} must be 0 or more, got {getattr(self, name)}")

    @property
    def n_threads(self) -> int:
        """Threads to use, at least 1."""
        return self.threads or n_cores()

    @property
    def n_memory_mb(self) -> int:
        """MiB the tables may use before they spill."""
        return self.memory_limit_mb or max(512, memory_mb() * 4 // 10)

    @property
    def n_idle_memory_mb(self) -> int:
        """MiB the tables may use while other work holds arrays of its own."""
        return min(self.n_memory_mb, max(512, self.n_memory_mb // 2))

    @property
    def n_array_memory_mb(self) -> int:
        """MiB that such tables leave of the machine's."""
        return max(0, memory_mb() - self.n_idle_memory_mb)

    def n_max_pairs(self, n_accounts: int) -> int:
        """Most candidate pairs to hold: 20 an account, as far as memory goes (64 bytes each)."""
        fits = self.n_memory_mb * 2**20 // 64
        return self.max_pairs or min(max(5_000_000, 20 * n_accounts), fits)


OTHER_SECTIONS = ("nightly", "retention", "gates", "neo4j", "export")
"""Sections of linkage.toml that are not a run's own: the nightly job reads them."""

_SCALARS = {f.name: f for f in fields(Settings) if f.name not in ("tables", "kinds")}


def load_settings(
    path: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Return the settings of a run from a file, the environment and flags.

    Paths in the file begin at its folder, others where the process works.

    Parameters
    ----------
    path
        A ``linkage.toml``; None reads none.
    environment
        ``LINKAGE_…`` variables; None reads the process's own.
    flags
        Settings by name; None means not given.

    Raises
    ------
    SettingsError
        If a key is unknown, a value has the wrong type or range, or the file is unreadable.

    Examples
    --------
    >>> load_settings(environment={}, seed=7).seed
    7
    >>> load_settings(environment={}, resolutoin=0.2)
    Traceback (most recent call last):
        ...
    linkage.errors.SettingsError: unknown setting: resolutoin
    """
    written = _read_toml(path) if path else {}
    tables = read_tables(written.pop("tables", {}))
    kinds = read_kinds(written.pop("kinds", {}))
    for section in OTHER_SECTIONS:
        written.pop(section, None)
    given = {name: _from_folder(path, name, value) for name, value in written.items()}
    variables = os.environ if environment is None else environment
    for name in _SCALARS:
        variable = f"LINKAGE_{name.upper()}"
        if variable in variables:
            given[name] = variables[variable]
    given.update({name: value for name, value in flags.items() if value is not None})
    for name in given:
        if name not in _SCALARS:
            raise SettingsError(
                f"unknown setting: {name}", fix=f"known settings: {', '.join(sorted(_SCALARS))}"
            )
    values = {name: _parsed(name, value) for name, value in given.items()}
    return replace(Settings(tables=tables, kinds=kinds), **values)


def _read_toml(path: Path) -> dict[str, Any]:
    """Read a settings file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _from_folder(file: Path | None, name: str, value: Any) -> Any:
    """Let a path that is written in a settings file begin at the file's folder."""
    is_path = name in _SCALARS and "Path" in str(_SCALARS[name].type) and isinstance(value, str)
    return file.resolve().parent / Path(value).expanduser() if file and is_path else value


def _parsed(name: str, value: Any) -> Any:
    """Bring one setting to the type its field declares."""
    kind = str(_SCALARS[name].type)
    try:
        if "datetime" in kind:
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
        if "Path" in kind:
            return Path(value).expanduser()
        if "bool" in kind:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if "int" in kind and not isinstance(value, bool | float):
            return int(value)
        if "float" in kind and not isinstance(value, bool):
            return float(value)
        if "str" in kind:
            return str(value)
    except (ValueError, KeyError, TypeError):
        pass
    raise SettingsError(f"setting {name} cannot be {value!r}")
