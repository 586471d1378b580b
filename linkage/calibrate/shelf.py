"""The versions of a calibration in the state folder, and which of them is in use."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkage.errors import InputError
from linkage.rings.calibration import BUILT_IN, Calibration, Scale

if TYPE_CHECKING:
    from linkage.calibrate.refitting import Refit

CHOICE = "in-use.json"


@dataclass(frozen=True)
class Version:
    """One calibration on the shelf."""

    number: int
    made_at: str
    is_in_use: bool
    parts: tuple[Mapping[str, Any], ...]


class Shelf:
    """A folder with one file per version; nothing on it is ever changed.

    Parameters
    ----------
    state
        The state folder of the runs.
    """

    def __init__(self, state: Path) -> None:
        self.folder = state / "calibration"

    def add(self, found: "Refit", *, at: datetime | None = None) -> Path:
        """Write the next version; it is not in use until it is chosen.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        number = max(self._numbers(), default=0) + 1
        told = {
            "number": number,
            "made_at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
            "linkage": version("linkage"),
            "run_id": found.run_id,
            "sources": [asdict(one) for one in found.sources],
            "rings_judged": {
                tier: {"judged": seen, "rings": there}
                for tier, (seen, there) in found.coverage.items()
            },
            "parts": [asdict(part) for part in found.parts],
            "guards": found.guards,
            "prior_nats": found.calibration.prior_nats,
            "signs": dict(found.calibration.signs),
            "rings": asdict(found.calibration.rings),
            "members": asdict(found.calibration.members),
            "kinds": dict(found.calibration.kinds),
        }
        path = self.folder / f"{number}.json"
        self._write(path, told)
        return path

    def use(self, number: int) -> None:
        """Choose the version that the next runs are judged by; 0 for the built-in weights.

        Raises
        ------
        InputError
            If there is no such version, or the choice cannot be written.
        """
        if number:
            self._read(number)
        before = self._chosen()
        if not before or before[-1] != number:
            self._write(self.folder / CHOICE, {"chosen": [*before, number]})

    def revert(self) -> int:
        """Return to the version in use before, and say which; 0 for the built-in weights.

        Raises
        ------
        InputError
            If the choice cannot be written.
        """
        before = self._chosen()[:-1]
        self._write(self.folder / CHOICE, {"chosen": before})
        return before[-1] if before else 0

    def in_use(self) -> Calibration:
        """Return the calibration that runs are judged by.

        Raises
        ------
        InputError
            If its file is missing or was changed.
        """
        chosen = self._chosen()
        return self._read(chosen[-1]) if chosen and chosen[-1] else BUILT_IN

    def versions(self) -> tuple[Version, ...]:
        """Return every version, oldest first."""
        chosen = self._chosen()
        used = chosen[-1] if chosen else 0
        told = [(number, self._json(self.folder / f"{number}.json")) for number in self._numbers()]
        return tuple(
            Version(number, one["made_at"], number == used, tuple(one["parts"]))
            for number, one in told
        )

    def _numbers(self) -> list[int]:
        """Return the numbers of all versions."""
        return sorted(int(path.stem) for path in self.folder.glob("*.json") if path.stem.isdigit())

    def _chosen(self) -> list[int]:
        """Return what was chosen, the last one in use."""
        path = self.folder / CHOICE
        return [int(one) for one in self._json(path)["chosen"]] if path.exists() else []

    def _read(self, number: int) -> Calibration:
        """Read one version."""
        path = self.folder / f"{number}.json"
        told = self._json(path)
        try:
            return Calibration(
                number=number, sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                prior_nats=float(told["prior_nats"]),
                signs={name: float(nats) for name, nats in told["signs"].items()},
                rings=Scale(**told["rings"]), members=Scale(**told["members"]),
                kinds={name: float(one) for name, one in told["kinds"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"{path} is no calibration: {error}", fix="linkage calibrate --revert"
            ) from error

    def _json(self, path: Path) -> Any:
        """Read one file."""
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            known = ", ".join(map(str, self._numbers())) or "none"
            raise InputError(
                f"cannot read calibration {path}: {error}",
                fix=f"choose another with --use (known: {known}), or 0 for the built-in weights",
            ) from error

    def _write(self, path: Path, told: Mapping[str, Any]) -> None:
        """Write a file beside its place, then move it there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = path.with_name(f".{path.name}.partial")
            partial.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
            os.replace(partial, path)
        except OSError as error:
            raise InputError(
                f"cannot write {path}: {error.strerror or error}",
                fix="free some disk space, or name a state folder you may write",
            ) from error
