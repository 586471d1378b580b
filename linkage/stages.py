"""The stages of a run: timed, logged, and told to whoever watches."""

import logging
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Somebody who watches the stages go by."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; ``total`` is its number of steps, None when nobody knows."""

    def advance(self, n: int) -> None:
        """``n`` more steps of the stage are done."""

    def done(self, name: str, counts: dict[str, int], seconds: float) -> None:
        """The stage ended."""


class Stages:
    """Times the stages, logs a line for each and tells who watches."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.finished: list[dict[str, Any]] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[dict[str, int]]:
        """Run one stage; put its counts into the dictionary it gives."""
        counts: dict[str, int] = {}
        if self._progress:
            self._progress.stage(name, None)
        begun = time.monotonic()
        yield counts
        seconds = time.monotonic() - begun
        line = " ".join(f"{key}={value}" for key, value in counts.items())
        log.info("stage=%s %s seconds=%.1f", name, line, seconds)
        self.finished.append({
            "stage": name, "seconds": round(seconds, 2),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            **counts,
        })
        if self._progress:
            self._progress.done(name, counts, seconds)

    def step(self, name: str) -> None:
        """Note a step inside the stage."""
        log.debug("step=%s", name)
        if self._progress:
            self._progress.advance(1)
