"""What a night would do, and which of its stages are over."""

from dataclasses import dataclass
from pathlib import Path

from linkage.nightly.config import NightlySettings
from linkage.nightly.files import Arrived, arrived
from linkage.nightly.journal import Journal


@dataclass(frozen=True)
class Plan:
    """What a night would do."""

    arrived: Arrived
    stages: tuple[str, ...]
    """Stages that are not over yet; none when there is nothing new."""


def plan(told: NightlySettings) -> Plan:
    """Return what the night would do, and write nothing.

    Raises
    ------
    InputError
        If an input cannot be read.
    """
    journal = Journal.read(told.state / "night.json")
    found = arrived(told, journal.files)
    done = stages_over(told, journal, found)
    return Plan(found, tuple(name for name in stages_of(told) if name not in done))


def stages_over(told: NightlySettings, journal: Journal, found: Arrived) -> list[str]:
    """Return the stages of tonight that are over; none where what they made is gone."""
    if journal.night != found.night:
        return []
    made = told.out if "publish" in journal.done else place_of(told, found) / "out"
    return journal.done if (made / "manifest.json").exists() else []


def place_of(told: NightlySettings, found: Arrived) -> Path:
    """Return the folder of what is not published yet."""
    return told.state / "tonight" / found.night


def stages_of(told: NightlySettings) -> tuple[str, ...]:
    """Return the names of all stages, in order."""
    return ("run", "gates", "publish", *(verb.name for verb in told.verbs), "finish")
