"""What the nightly job writes down: how far it came, what it published, and its log."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.nightly.gates import Numbers

N_HISTORY = 400
"""Published nights to remember."""


@dataclass
class Journal:
    """How far the last night came, in one small file that is replaced at once."""

    path: Path
    night: str = ""
    run_id: str = ""
    done: list[str] = field(default_factory=list)
    """Stages that are over, in order."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """Numbers of the published nights, oldest first, each with its ``night``."""
    files: list[dict[str, Any]] = field(default_factory=list)
    """Files of the last published night, as of
    :func:`linkage.nightly.files.as_rows`."""

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """Return the journal; an empty one before the first night.

        Raises
        ------
        InputError
            If the file is there and cannot be read.
        """
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, **told)
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f"cannot read the journal {path}: {error}",
                fix="bring it back from a backup, or remove it: the night then runs from its "
                "beginning, without nights to compare with",
            ) from error

    @property
    def published(self) -> list[Numbers]:
        """Numbers of the published nights before this one, oldest first."""
        return [
            Numbers(**{name: value for name, value in one.items() if name != "night"})
            for one in self.history if one["night"] != self.night
        ]

    def begin(self, night: str, done: Sequence[str]) -> None:
        """Begin a night, or go on with it after the stages that are over."""
        if (self.night, self.done) != (night, list(done)):
            self.night, self.done = night, list(done)
            self.run_id = self.run_id if done else ""
            self.write()

    def note(self, stage: str) -> None:
        """Write down that a stage is over."""
        if stage not in self.done:
            self.done.append(stage)
        self.write()

    def publish(self, numbers: Numbers, files: list[dict[str, Any]]) -> None:
        """Write down that the night is live, and what it counted; once, however often it is said.
        """
        others = [one for one in self.history if one["night"] != self.night]
        self.history = [*others, {"night": self.night, **numbers.as_dict()}][-N_HISTORY:]
        self.run_id, self.files = numbers.run_id, files
        self.note("publish")

    def write(self) -> None:
        """Replace the file at once.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        told = {name: getattr(self, name) for name in ("night", "run_id", "done", "history",
                                                       "files")}
        write_at_once(self.path, json.dumps(told, indent=1) + "\n")


def write_at_once(path: Path, text: str) -> None:
    """Replace a small file so that readers see the old one or the new one, whole.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write",
        ) from error


class EventLog:
    """JSON lines, one an event, appended."""

    def __init__(self, path: Path, night: str) -> None:
        self._path, self._night = path, night

    def say(self, event: str, **fields: Any) -> None:
        """Append one line: when (UTC), which night, what.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        line: Mapping[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "night": self._night,
            "event": event, **fields,
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a+b") as file:
                # A killed night may have left half a line: it stays alone on it.
                size = file.seek(0, os.SEEK_END)
                if size:
                    file.seek(size - 1)
                    torn = file.read(1) != b"\n"
                    file.write(b"\n" if torn else b"")
                file.write(json.dumps(line, default=str).encode() + b"\n")
        except OSError as error:
            raise InputError(
                f"cannot write the log {self._path}: {error.strerror or error}",
                fix="free some disk space, or name another file with log in [nightly]",
            ) from error
