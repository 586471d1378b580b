"""What every benchmark says of itself, how it calls linkage, and how it prints."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("linkage", "duckdb", "igraph", "numpy", "pyarrow", "scipy")

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finished:
    """One finished run of a program."""

    seconds: float
    """Wall time, the start of the interpreter included."""
    peak_mb: int
    """Largest resident memory, in MiB."""
    processor_seconds: float
    """Of all threads, which tells more than wall time where others are at work."""


def run_linkage(*arguments: str | Path) -> Finished:
    """Run ``linkage`` in a new process and say what it took; its messages go to stderr.

    Raises
    ------
    SystemExit
        If linkage fails.
    """
    command = [sys.executable, "-m", "linkage", *map(str, arguments)]
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"error: {' '.join(command)} ended with {process.returncode}")
    return Finished(seconds, usage.ru_maxrss // 1024, usage.ru_utime + usage.ru_stime)


@contextmanager
def workplace(kept: Path | None, name: str) -> Iterator[Path]:
    """Give a folder to work in: the one to keep, or one that goes away again."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
    else:
        with tempfile.TemporaryDirectory(prefix=f"linkage-{name}-") as folder:
            yield Path(folder)


def forget(folder: Path) -> None:
    """Write a folder's files out and drop them from the page cache, so that reads are cold."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def show_machine() -> None:
    """Print the machine and the versions: no figure means anything without them."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"machine   {_processor()}, {cores} cores, {memory:.0f} GiB, {platform.system()}")
    print(f"load      {os.getloadavg()[0]:.1f} runnable before the start")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"versions  Python {platform.python_version()}, {packages}")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: the first column to the left, the others to the right."""
    written = [[_cell(value) for value in row] for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip(*written, strict=True)]
    print(f"\n{title}")
    for row in written:
        first, *others = (
            text.ljust(width) if at == 0 else text.rjust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *others)).rstrip())
    sys.stdout.flush()


def _cell(value: object) -> str:
    """Write one value for a person."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _processor() -> str:
    """Name the processor as the kernel knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
