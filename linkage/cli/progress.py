"""Draws the stages of a run on stderr while they go on."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from linkage.cli.messages import errors


class StageBars:
    """One bar per stage; :class:`linkage.stages.Progress` for a person who is watching."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            console=errors, transient=True,
        )
        self._current: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, total: int | None) -> None:
        """Begin a stage; ``total`` is its number of steps, None when nobody knows."""
        self._current = self._bars.add_task(name, total=total)

    def advance(self, n: int) -> None:
        """Say that ``n`` more steps of the stage are done."""
        if self._current is not None:
            self._bars.advance(self._current, n)

    def follow(self, name: str) -> Callable[[int, int], None]:
        """Begin a stage and return what to tell its finished and planned steps."""
        task = self._bars.add_task(name, total=None)
        return lambda done, planned: self._bars.update(task, completed=done, total=planned)

    def done(self, name: str, counts: dict[str, int], seconds: float) -> None:
        """End the stage."""
        if self._current is not None:
            self._bars.update(self._current, total=1, completed=1)
            self._bars.stop_task(self._current)
