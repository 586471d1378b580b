"""Nights that are killed: at a chosen step of writing, or at any instant.

Run as a program it is a server that has everything loaded and forks for each order. What a
night finds is replayed from a folder, so that a killed night takes a fraction of a second;
everything that is written, renamed and removed is done for real.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pyarrow.dataset  # noqa: F401  (loaded before the fork)
from desks import Desk
from worlds import digests, read

from linkage import job
from linkage.nightly import night as nights
from linkage.nightly.journal import Journal
from linkage.publish import published
from linkage.rings.nights import Nights, read_book

STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.copyfile")
"""Audit events that come before a change on disk; so does ``open``, when it is for writing."""


def replayed(found: Path) -> Any:
    """Return a stand-in for a run that finds what is in a folder."""

    def run(inputs: Any, out: Path, *, at: datetime | None = None, **_: Any) -> job.RunResult:
        with published(out, replace=True) as folder:
            shutil.copytree(found / "out", folder, dirs_exist_ok=True)
            manifest = json.loads((folder / "manifest.json").read_text())
            manifest["run_id"] = (at or datetime.now(UTC)).strftime(nights.RUN_ID)
            (folder / "manifest.json").write_text(json.dumps(manifest))
        book = next(found.glob("book-*"))
        return job.RunResult(out, manifest, {}, book.name[5:], read_book(book))

    return run


class Killer:
    """Starts nights that do not come to their end."""

    def __init__(self, found: Path) -> None:
        self._found = found

    def __enter__(self) -> Self:
        self._server = subprocess.Popen(
            [sys.executable, __file__, str(self._found)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._server.communicate()

    def at_step(self, folder: Path, last: int, how: signal.Signals = signal.SIGKILL) -> int:
        """Start a night that dies at a step; return its exit code, negative for a signal."""
        return self._order(folder=str(folder), last=last, seconds=None, how=int(how))

    def after(self, folder: Path, seconds: float, how: signal.Signals = signal.SIGKILL) -> int:
        """Start a night and kill it after a while; 0 seconds never does."""
        return self._order(folder=str(folder), last=0, seconds=seconds or None, how=int(how))

    def _order(self, **order: Any) -> int:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())


def serve(found: Path) -> None:
    """Take orders until there are no more."""
    nights.job = type("job", (), {"run": staticmethod(replayed(found)), "Progress": object})
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            os._exit(_night(order))
        if order["seconds"]:
            time.sleep(order["seconds"])
            os.kill(child, order["how"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _night(order: dict[str, Any]) -> int:
    """Do one night in a process of its own."""
    left = [order["last"]]

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        if event in STEPS or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), order["how"])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    sys.addaudithook(count)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return Desk(Path(order["folder"])).go().exit_code
    except KeyboardInterrupt:
        return 130


def look(desk: Desk) -> dict[str, Any]:
    """Return everything that a night must leave behind exactly once."""
    journal = Journal.read(desk.folder / "state" / "night.json")
    book = Nights(desk.folder / "state" / "rings").before("")
    return {
        "tables": digests(desk.out), "rings": read(desk.out, "rings"), "done": journal.done,
        "history": [(one["night"], one["rings"], one["members"]) for one in journal.history],
        "book": [getattr(book, name).to_pylist() for name in ("rings", "members")],
        "books": sorted(path.name for path in (desk.folder / "state" / "rings").iterdir()),
        "tonight": sorted(path.name for path in (desk.folder / "state" / "tonight").iterdir()),
        "beside": sorted(path.name for path in desk.folder.iterdir()),
    }


def live(desk: Desk) -> dict[str, str]:
    """Return the checksums of what is live: during a swap, of what the next start brings back."""
    old = desk.folder / ".rings.old"
    return digests(desk.out if desk.out.exists() else old)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
