"""Exports that kill themselves at a chosen step of writing, or are killed at any instant.

Run as a program it is a server that has everything loaded and forks for each order, so that
hundreds of killed processes are a matter of seconds.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pyarrow.dataset  # noqa: F401  (loaded before the fork)
from lists import DAY, FIRST, Desk

from linkage.export import forget, take_answers

STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link")
"""Audit events that come before a change on disk; so does ``open``, when it is for writing."""

FORMATS = ("csv", "jsonl")


def desk(folder: Path) -> Desk:
    """Return a desk that keeps one export, so that removing the oldest is killed as well."""
    return Desk(folder, export_keep=1)


def first(folder: Path) -> None:
    """Export for the first time."""
    desk(folder).again(formats=("jsonl",))


def night(folder: Path) -> None:
    """Export the second night."""
    desk(folder).again(at=FIRST + DAY, formats=FORMATS)


def answer(folder: Path) -> None:
    """Take some answers."""
    at = desk(folder)
    take_answers(folder / "answers.csv", at.to, settings=at.settings, at=FIRST + DAY)


def oblivion(folder: Path) -> None:
    """Forget an account."""
    at = desk(folder)
    forget(at.to, {"acct-004"}, settings=at.settings, at=FIRST + DAY)


ACTS = {"first": first, "night": night, "answer": answer, "forget": oblivion}


class Killer:
    """Does acts in processes that do not come to their end."""

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._server.communicate()

    def at_step(self, act: str, folder: Path, last: int) -> int:
        """Let an act die at a step; 0, or how many steps there were when it came to its end."""
        return int(self._order(act=act, folder=str(folder), last=last, seconds=None))

    def after(self, act: str, folder: Path, seconds: float) -> None:
        """Kill an act after a while."""
        self._order(act=act, folder=str(folder), last=0, seconds=seconds)

    def _order(self, **order: Any) -> int:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


class _Halves:
    """A file that is written in two halves, with a step before each and after the second."""

    def __init__(self, file: Any, tick: Callable[[], None]) -> None:
        self._file, self._tick = file, tick

    def __enter__(self) -> Self:
        self._file.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._file.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> None:
        middle = len(content) // 2
        for half in (content[:middle], content[middle:]):
            self._tick()
            self._file.write(half)
            self._file.flush()
        self._tick()


def _child(act: str, folder: str, last: int, seconds: float | None, told: int) -> None:
    """Do an act; die at step ``last``, or tell how many steps there were."""
    seen = 0

    def tick() -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in STEPS or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR)):
            tick()

    fdopen = os.fdopen
    if seconds is None:
        os.fdopen = lambda *args, **options: _Halves(  # type: ignore[assignment]
            fdopen(*args, **options), tick)
        sys.addaudithook(hook)
    ACTS[act](Path(folder))
    os.write(told, f"{seen}".encode())


def _forked(act: str, folder: str, last: int, seconds: float | None) -> int:
    """Do an act in a fork and return the steps it told, 0 when it was killed."""
    hear, tell = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            _child(act, folder, last, seconds, tell)
            status = 0
        finally:
            os._exit(status)
    os.close(tell)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    steps = os.read(hear, 99)
    os.close(hear)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        return -1
    return int(steps or 0)


if __name__ == "__main__":
    # Without this every fork copies the memory that a collection touches.
    gc.freeze()
    gc.disable()
    for order in sys.stdin:
        print(_forked(**json.loads(order)), flush=True)
