"""How long prompts take to become templates, and how much memory that needs, by their number.

    python tests/bench/bench_prompts.py --scales 1 1000 100000 1000000
    python tests/bench/bench_prompts.py --scales 1000000 10000000 28800000 --keep FOLDER

Prompts of 620 characters are drawn to Parquet files first (28.8 million of them need 9 GiB);
then the ingest of ``linkage run`` reads them, and its steps are timed: "reading" is what masks,
hashes, sketches and tells capabilities, "templates" what gathers sketches and counts holders,
"else" the rest of ingest, which the sum leaves out. No two prompts are the same text.

Four in ten are of 240 templates with a path that varies, and so of 240 skeletons; one in ten is
of such a template and has eight words of its own: a skeleton of its own, much like others. Five
in ten are eleven phrases at random out of 20,000, of 20,000 words: alike in nothing, though any
two share a phrase once in 160, so that bands of the hash fall together by chance as much as
anywhere. Each scale is a new process. Tables stay in memory up to ``--memory`` and spill from
there on, into the folder of temporary files.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from machine import show_machine, show_table, workplace

from linkage.ingest import ingest
from linkage.profile import CapabilityReader
from linkage.settings import Settings
from linkage.store import Store

N_ACCOUNTS = 25_000
N_TEMPLATES = 240
N_PHRASES = 20_000
WORDS_EACH = 8
"""Words of a phrase: prose is put together of phrases, which costs a sixth of single words."""
N_TOGETHER = 11
"""Phrases of a prompt."""
SLOT = 40
"""Place of the slot among a template's words."""
ROWS_A_FILE = 1_000_000
ROWS_A_GROUP = 50_000
SECONDS = 45 * 86_400


class Drawing:
    """Prompts, drawn in the same order whatever the files they are put in."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self._rng = rng
        words = np.array([
            "".join(map(chr, rng.integers(97, 123, rng.integers(3, 10)))) for _ in range(20_000)
        ])
        drawn = words[rng.integers(0, len(words), (N_PHRASES, WORDS_EACH))]
        self._phrases = pa.array([" ".join(phrase) for phrase in drawn])
        texts = self._prose(N_TEMPLATES).to_pylist()
        parts = [(" ".join(t.split()[:SLOT]), " ".join(t.split()[SLOT:])) for t in texts]
        self._before = pa.array([before for before, _ in parts])
        self._after = pa.array([after for _, after in parts])

    def write(self, path: Path, n: int) -> None:
        """Write a file of n events."""
        with pq.ParquetWriter(path, self._events(0).schema, compression="zstd") as file:
            for start in range(0, n, ROWS_A_GROUP):
                file.write_table(self._events(min(ROWS_A_GROUP, n - start)))

    def _events(self, n: int) -> pa.Table:
        """Draw some events."""
        of_template, varied = n * 4 // 10, n // 10
        path = pc.cast(pa.array(self._rng.integers(0, 10**9, of_template)), pa.string())
        prompts = pa.chunked_array([
            self._worked(pc.binary_join_element_wise("src/", path, ".py", "")),
            self._worked(self._phrases.take(pa.array(self._rng.integers(0, N_PHRASES, varied)))),
            self._prose(n - of_template - varied),
        ], pa.string()).take(pa.array(self._rng.permutation(n)))
        who = pc.cast(pa.array(self._rng.integers(0, N_ACCOUNTS, n)), pa.string())
        return pa.table({
            "account_id": pc.binary_join_element_wise("acc", who, "_"),
            "occurred_at": pa.array(
                1_776_800_000_000_000 + self._rng.integers(0, SECONDS * 10**6, n),
                pa.timestamp("us")),
            "prompt": prompts,
        })

    def _worked(self, slots: pa.Array) -> pa.Array:
        """Put something into the slots of templates at random."""
        which = pa.array(self._rng.integers(0, N_TEMPLATES, len(slots)))
        return pc.binary_join_element_wise(
            self._before.take(which), slots, self._after.take(which), " ")

    def _prose(self, n: int) -> pa.Array:
        """Draw texts of random phrases."""
        which = self._rng.integers(0, N_PHRASES, n * N_TOGETHER)
        ends = np.arange(0, n * N_TOGETHER + 1, N_TOGETHER)
        return pc.binary_join(pa.ListArray.from_arrays(
            pa.array(ends, pa.int32()), self._phrases.take(pa.array(which))), " ")


@dataclass
class Steps:
    """What each step of an ingest took: told when one begins."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    _now: str = "start"
    _begun: tuple[float, float] = (0.0, 0.0)

    def __call__(self, name: str) -> None:
        """End the step before, and begin one."""
        at = (time.monotonic(), time.process_time())
        if self._begun != (0.0, 0.0):
            self.seconds[self._now] = at[0] - self._begun[0]
            self.cpu[self._now] = at[1] - self._begun[1]
        self._now, self._begun = name, at


def main() -> None:
    """Draw, run every scale in a process of its own, and print."""
    told = _arguments()
    if told.one:
        print(json.dumps(_one([Path(one) for one in told.one], told.threads, told.memory)))
        return
    show_machine()
    with workplace(told.keep, "prompts") as folder:
        files = _drawn(folder, sorted(told.scales))
        rows = []
        for n in sorted(told.scales):
            command = [sys.executable, __file__, "--threads", str(told.threads),
                       "--memory", str(told.memory), "--one", str(folder / "accounts.parquet"),
                       *[str(path) for last, path in files if last <= n]]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            rows.append((f"{n:,}", *found.values()))
    show_table(f"prompts to templates, {told.threads} threads", (
        "prompts", "seconds", "reading", "templates", "else", "CPU seconds", "reading", "templates",
        "CPU s a million", "peak MiB", "skeletons", "joined"), rows)


def _drawn(folder: Path, scales: list[int]) -> list[tuple[int, Path]]:
    """Draw files and return them with the number of events up to the end of each."""
    pq.write_table(pa.table({
        "account_id": [f"acc_{at}" for at in range(N_ACCOUNTS)],
        "created_at": pa.array([1_776_000_000_000_000] * N_ACCOUNTS, pa.timestamp("us")),
    }), folder / "accounts.parquet")
    drawing = Drawing()
    files = []
    for first, last in pairwise([0, *scales]):
        for start in range(first, last, ROWS_A_FILE):
            stop = min(start + ROWS_A_FILE, last)
            path = folder / f"events_{stop:010}.parquet"
            drawing.write(path, stop - start)
            files.append((stop, path))
    return files


def _one(inputs: list[Path], threads: int, memory: int) -> dict[str, float | int]:
    """Ingest some files and say what it took."""
    # What is still to be written of the files would slow the first of them.
    os.sync()
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="linkage-prompts-") as folder, Store(
        Path(folder) / "store", memory_limit_mb=memory, threads=threads
    ) as store:
        n_joined = n_skeletons = 0

        def step(name: str) -> None:
            nonlocal n_joined, n_skeletons
            steps(name)
            if name == "gathering templates":
                n_skeletons = store.count("skeleton")
            elif name == "counting activity":
                n_joined = store.count("template")

        ingest(store, inputs, settings=Settings(threads=threads, memory_limit_mb=memory),
               key=b"a key for the bench alone", quarantine=Path(folder) / "quarantine",
               step=step, prompt_readers=[CapabilityReader()])
        steps("end")
    reading, templates = "reading prompts", "gathering templates"
    whole = sum(steps.seconds.values())
    seconds = steps.seconds[reading] + steps.seconds[templates]
    n = sum(pq.read_metadata(path).num_rows for path in inputs[1:])
    return {
        "seconds": seconds, "reading": steps.seconds[reading],
        "templates": steps.seconds[templates], "else": whole - seconds,
        "cpu": steps.cpu[reading] + steps.cpu[templates], "cpu_reading": steps.cpu[reading],
        "cpu_templates": steps.cpu[templates],
        "cpu_a_million": (steps.cpu[reading] + steps.cpu[templates]) / n * 1e6,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "skeletons": n_skeletons, "joined": n_joined,
    }


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 1_000, 100_000],
                        metavar="N", help="prompts of each run (default: 1 1000 100000)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--memory", type=int, default=3_000, metavar="MIB",
                        help="what tables may use before they spill (default: %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="draw into this folder")
    parser.add_argument("--one", nargs="+", metavar="FILE", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
