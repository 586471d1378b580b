"""How long prompts take to become templates, and how much memory that needs, by their number.

    python tests/bench/bench_prompts.py --scales 1000 10000 100000 1000000
    python tests/bench/bench_prompts.py --scales 28800000

Prompts of 620 characters are drawn while they are read, so that no scale needs a disk for
them: half from 240 templates with slots, half of random phrases with a skeleton of their own.
Each scale is a new process. Drawing is part of the seconds; its own processor time is named
beside that of the whole. Tables stay in memory up to ``--memory`` and spill from there on, into
the folder of temporary files: 28.8 million prompts make some 5 GB of them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from machine import show_machine, show_table

from linkage.ingest.prompts import ROWS_AT_ONCE, take_prompts
from linkage.ingest.sketches import Sketcher
from linkage.ingest.templates import make_templates
from linkage.queries import query
from linkage.store import Store

N_TEMPLATES = 240
N_PHRASES = 20_000
WORDS_EACH = 8
"""Words of a phrase: prose is put together of phrases, which costs a sixth of single words."""
N_TOGETHER = 11
"""Phrases of a prompt: two prompts share one by chance in 160, and a template never."""
SLOT = 40
"""Place of the slot among a template's words."""


class Stream:
    """Batches of events with prompts, and the processor seconds that drawing them took."""

    def __init__(self, n: int) -> None:
        self.n, self.seconds = n, 0.0
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

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for start in range(0, self.n, ROWS_AT_ONCE):
            begun = time.thread_time()
            batch = self._batch(min(ROWS_AT_ONCE, self.n - start))
            self.seconds += time.thread_time() - begun
            yield batch

    def _batch(self, n: int) -> pa.RecordBatch:
        """Draw some events."""
        which = pa.array(self._rng.integers(0, N_TEMPLATES, n // 2))
        number = pc.cast(pa.array(self._rng.integers(0, 10**9, n // 2)), pa.string())
        worked = pc.binary_join_element_wise(
            self._before.take(which), pc.binary_join_element_wise("src/", number, ".py", ""),
            self._after.take(which), " ",
        )
        prompts = pa.concat_arrays([worked, self._prose(n - n // 2)])
        return pa.record_batch({
            "account_ix": pa.array(self._rng.integers(0, 25_000, n), pa.int32()),
            "occurred_at": pa.array(
                1_776_800_000_000_000 + self._rng.integers(0, 45 * 86_400 * 10**6, n),
                pa.timestamp("us")),
            "prompt": prompts,
            "system_prompt": pa.nulls(n, pa.string()), "again_ix": pa.nulls(n, pa.int64()),
        })

    def _prose(self, n: int) -> pa.Array:
        """Draw texts of random phrases."""
        which = self._rng.integers(0, N_PHRASES, n * N_TOGETHER)
        ends = np.arange(0, n * N_TOGETHER + 1, N_TOGETHER)
        return pc.binary_join(pa.ListArray.from_arrays(
            pa.array(ends, pa.int32()), self._phrases.take(pa.array(which))), " ")


def main() -> None:
    """Run every scale in a process of its own and print."""
    told = _arguments()
    if told.one:
        print(json.dumps(_one(told.one, told.threads, told.memory)))
        return
    show_machine()
    rows = []
    for n in told.scales:
        command = [sys.executable, __file__, "--one", str(n), "--threads", str(told.threads),
                   "--memory", str(told.memory)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        rows.append((f"{n:,}", *found.values(), round(n / found["seconds"])))
    show_table(f"prompts to templates, {told.threads} threads", (
        "prompts", "seconds", "reading", "templates", "holders", "CPU seconds", "of it drawing",
        "CPU s a million", "peak MiB", "skeletons", "joined", "prompts a second"), rows)


def _one(n: int, threads: int, memory: int) -> dict[str, float | int]:
    """Take n prompts and say what it took."""
    stream = Stream(n)
    marks = [time.monotonic()]
    with tempfile.TemporaryDirectory(prefix="linkage-prompts-") as folder, Store(
        Path(folder), memory_limit_mb=memory, threads=threads
    ) as store:
        take_prompts(store, stream, Sketcher(b"a key for the bench alone"), n_threads=threads)
        marks.append(time.monotonic())
        n_skeletons = store.count("skeleton")
        n_joined = make_templates(store)
        store.drop("skeleton")
        marks.append(time.monotonic())
        for name in ("prompt_held", "prompt_lone", "prompt_timed"):
            store.materialise(query("ingest", name))
        marks.append(time.monotonic())
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    return {
        "seconds": marks[3] - marks[0], "reading": marks[1] - marks[0],
        "templates": marks[2] - marks[1], "holders": marks[3] - marks[2], "cpu": cpu,
        "drawing": stream.seconds, "cpu_a_million": (cpu - stream.seconds) / n * 1e6,
        "peak": used.ru_maxrss // 1024, "skeletons": n_skeletons, "joined": n_joined,
    }


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scales", type=int, nargs="+", default=[1_000, 10_000, 100_000],
                        metavar="N", help="prompts of each run (default: 1000 10000 100000)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--memory", type=int, default=3_000, metavar="MIB",
                        help="what tables may use before they spill (default: %(default)s)")
    parser.add_argument("--one", type=int, metavar="N", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
