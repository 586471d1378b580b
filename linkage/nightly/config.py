"""What the nightly job is told: the sections of linkage.toml beside a run's own settings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from linkage.errors import SettingsError
from linkage.settings import Settings, load_settings

MOST_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Gates:
    """How far a night may be from the nights before it and still be published."""

    nights: int = 7
    """Nights before it that are compared with, by their median; at least 1."""
    rows: float = 0.5
    """Change of each table's rows, as a share; above 0."""
    quarantine: float = 0.005
    """Growth of the share of rows in quarantine; in [0, 1]."""
    rings: float = 0.5
    """Change of the number of rings, as a share; above 0."""
    largest: float = 0.5
    """Change of the largest ring's accounts, as a share; above 0."""
    enforced: float = 1.0
    """Growth of the accounts in tier enforce, as a share; above 0."""
    share: float = 0.05
    """Change of the share of all accounts that are in rings; in [0, 1]."""
    most_share: float = 0.5
    """Largest share of all accounts in rings on any night, the first too; in [0, 1]."""
    drift: float = 0.25
    """Change of the share that a kind of identifier has of all evidence; in [0, 1]."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise SettingsError(f"[gates] {one.name} must be a number of 0 or more, "
                                    f"got {value!r}")
        if not isinstance(self.nights, int) or self.nights < 1:
            raise SettingsError(f"[gates] nights must be 1 or more, got {self.nights}")


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb that follows a published run, with its options."""

    name: str
    """``load`` or ``export``."""
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NightlySettings:
    """One nightly job."""

    inputs: tuple[str, ...]
    """Folders, files and globs, as of ``linkage run``."""
    out: Path
    """The rings that are live."""
    state: Path
    """What outlives a night."""
    run: Settings
    """A run's own settings."""
    wait_minutes: float = 0.0
    """How long to wait for another night that holds the lock."""
    log: Path | None = None
    """File for JSON lines; ``nightly.jsonl`` in the state folder unless told."""
    metrics: Path | None = None
    """Textfile for Prometheus' node exporter; none unless told."""
    retention_days: int | None = None
    """Days after which events, payments, identifiers and links age out; None for never."""
    gates: Gates = field(default_factory=Gates)
    verbs: tuple[Verb, ...] = ()
    """What follows: load, then export."""

    @property
    def knows(self) -> bool:
        """Whether a file is read once. Meanings are found in texts, and no text is kept."""
        return not self.run.semantic

    @property
    def log_file(self) -> Path:
        """Where the JSON lines go."""
        return self.log or self.state / "nightly.jsonl"


_NIGHTLY = {"inputs", "out", "state", "wait_minutes", "log", "metrics"}
_NEO4J = {"uri": "--uri", "user": "--user", "password_file": "--password-file",
          "database": "--database", "tiers": "--tiers"}
_EXPORT = {"to": "--to", "min_tier": "--min-tier", "format": "--format"}


def load_nightly(path: Path) -> NightlySettings:
    """Return what a ``linkage.toml`` says of the nightly job.

    Paths are relative to the folder of the file, so that cron may start anywhere.

    Raises
    ------
    SettingsError
        If ``[nightly]`` lacks ``inputs``, ``out`` or ``state``, a key is unknown, or a value
        is of the wrong type or range.
    """
    run = replace(load_settings(path), overlapping=True)
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    told = _section(written, "nightly", _NIGHTLY)
    for name in ("inputs", "out", "state"):
        if not told.get(name):
            raise SettingsError(
                f"{path} has no {name} in [nightly]",
                fix='write [nightly] with inputs = ["/warehouse/events"], out = "/rings/latest" '
                'and state = "/rings/state"',
            )
    here = path.resolve().parent
    inputs = told["inputs"] if isinstance(told["inputs"], list) else [told["inputs"]]
    return NightlySettings(
        inputs=tuple(str(here / Path(str(one)).expanduser()) for one in inputs),
        out=_path(here, told["out"]), state=_path(here, told["state"]), run=run,
        wait_minutes=_minutes(told.get("wait_minutes", 0)),
        log=_path(here, told["log"]) if "log" in told else None,
        metrics=_path(here, told["metrics"]) if "metrics" in told else None,
        retention_days=_days(_section(written, "retention", {"days"}), run),
        gates=Gates(**_section(written, "gates", {one.name for one in fields(Gates)})),
        verbs=_verbs(written, here, path),
    )


def _verbs(written: Mapping[str, Any], here: Path, path: Path) -> tuple[Verb, ...]:
    """Return the verbs that ``[neo4j]`` and ``[export]`` ask for."""
    found = []
    neo4j = _section(written, "neo4j", set(_NEO4J))
    if neo4j.get("uri"):
        if "password_file" in neo4j:
            neo4j["password_file"] = _path(here, neo4j["password_file"])
        found.append(Verb(name="load", options=_options(neo4j, _NEO4J)))
    export = _section(written, "export", set(_EXPORT))
    if export.get("to"):
        export["to"] = _path(here, export["to"])
        options = (*_options(export, _EXPORT), "--config", str(path.resolve()))
        found.append(Verb(name="export", options=options))
    return tuple(found)


def _options(told: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    """Spell a section's keys as options."""
    return tuple(
        word for key, option in names.items() if key in told for word in (option, str(told[key]))
    )


def _section(written: Mapping[str, Any], name: str, known: set[str]) -> dict[str, Any]:
    """Return one section; unknown keys are errors."""
    section = written.get(name, {})
    unknown = set(section) - known if isinstance(section, dict) else {"something else"}
    if unknown:
        raise SettingsError(
            f"[{name}] has unknown keys: {', '.join(sorted(unknown))}",
            fix=f"known keys: {', '.join(sorted(known))}",
        )
    return dict(section)


def _path(here: Path, value: Any) -> Path:
    """Return a path, from the folder of the settings file on."""
    return here / Path(str(value)).expanduser()


def _days(section: Mapping[str, Any], run: Settings) -> int | None:
    """Check after how many days rows age out."""
    days = section.get("days")
    if days is None:
        return None
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise SettingsError(f"[retention] days is a whole number of 1 or more, got {days!r}")
    if run.semantic:
        raise SettingsError(
            "[retention] and semantic do not go together: with semantic a night reads every file "
            "again", fix="leave one of them out, and remove old input files yourself",
        )
    return days


def _minutes(value: Any) -> float:
    """Check a time to wait."""
    if isinstance(value, bool) or not isinstance(value, int | float) \
            or not 0 <= value <= MOST_MINUTES:
        raise SettingsError(f"[nightly] wait_minutes is from 0 to {MOST_MINUTES}, got {value!r}")
    return float(value)
