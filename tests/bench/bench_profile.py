"""How well prompts are told apart by what they ask for, and how fast.

    python tests/bench/bench_profile.py --prompts ../shared/data/prompts

The cues were written and mended on *build* prompts only: one public source, a sample of a
second labelled by hand, and sentences made up for the purpose. The *test* sources are not blind:
rows of each were read before the cues were written, and how much of a long prompt is read was
chosen with them in sight. After the cues' first test score only those of tool lists were changed.

Nothing in a question of ``bfcl_v4`` says that a tool would answer it ("Who is the Vice President
of United States?"): a provider sees that by the tool list that comes as the system prompt, and so
it is told there. Each is put with every system prompt of ``profile/tool_lists.tsv`` (name, text),
which were made up, in the forms that are common, after the cues; the last two bring no tools.

Public prompts are named by id and are not part of the repository; made-up ones are in
``profile/*.tsv`` (capability, language, text), labels in ``profile/labels.tsv`` (id, capability).
Nothing here passes or fails anything.
"""

import argparse
import gzip
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from machine import REPOSITORY, show_machine, show_table

from linkage.ingest.prompts import ROWS_AT_ONCE
from linkage.ingest.text_readers import PromptBatch
from linkage.profile import KEYS, CapabilityReader, capabilities_of

WRITTEN = Path(__file__).parent / "profile"

WHOLE = {
    "gpteacher_codegen": "software_engineering", "humaneval": "software_engineering",
    "gpteacher_toolformer": "tool_use", "bfcl_v4": "tool_use",
}
"""Public sources whose every prompt is held to be of one capability."""

SOURCES = (
    ("build", "made up, build"), ("build", "gpteacher_codegen"), ("build", "prompts_chat"),
    ("test", "made up, test"), ("test", "humaneval"), ("test", "gpteacher_toolformer"),
    ("test", "selfinstruct_seed"), ("test", "bfcl_v4"),
)

LENGTH = 600
"""Characters of a prompt in the measure of speed."""

Prompts = Sequence[tuple[str, str]]
"""(text, capability) of each prompt."""


def main() -> None:
    """Print precision and recall per source and class, then speed."""
    told = _arguments()
    show_machine()
    labels = dict(_rows("labels.tsv"))
    prompts = {
        "made up, build": [(row[2], row[0]) for row in _rows("build.tsv")],
        "made up, test": [(row[2], row[0]) for row in _rows("held_out.tsv")],
    }
    for _, name in SOURCES:
        if name not in prompts:
            prompts[name] = _public(told.prompts / f"{name}.jsonl.gz", name, labels)
    for part in ("build", "test"):
        rows = [row for side, name in SOURCES if side == part for row in _measured(
            name, prompts[name])]
        show_table(f"{part} sources", ("source", "capability", "prompts", "precision", "recall"),
                   rows)
        _show_together(part, prompts)
    _show_tool_lists([text for text, _ in prompts["bfcl_v4"]])
    _show_languages(_rows("held_out.tsv"))
    _show_speed([text for name in WHOLE for text, _ in prompts[name]], told.n, told.threads)


def _rows(name: str) -> list[list[str]]:
    """Return the rows of a file of made-up prompts or labels."""
    lines = (WRITTEN / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def _public(path: Path, name: str, labels: Mapping[str, str]) -> Prompts:
    """Return the labelled prompts of a public source."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    if name in WHOLE:
        return [(row["text"], WHOLE[name]) for row in rows]
    return [(row["text"], labels[row["id"]]) for row in rows if row["id"] in labels]


def _measured(name: str, prompts: Prompts) -> list[Sequence[object]]:
    """Return precision and recall of each capability in one source."""
    found = capabilities_of(pa.array([text for text, _ in prompts]))
    true = np.array([KEYS.index(key) for _, key in prompts])
    rows: list[Sequence[object]] = []
    for at, key in enumerate(KEYS):
        is_true, is_found = true == at, found == at
        if is_true.any():
            hits = int((is_true & is_found).sum())
            precision = hits / is_found.sum() if is_found.any() else None
            # Where every prompt is of one capability, precision says nothing.
            rows.append((name, key, int(is_true.sum()),
                         None if name in WHOLE else precision, hits / is_true.sum()))
    return rows


def _show_together(part: str, prompts: Mapping[str, Prompts]) -> None:
    """Print precision and recall over the sources of a part, each of which weighs the same.

    Without the questions that bring no tool list.
    """
    counts = np.zeros((len(KEYS), len(KEYS)))
    n_prompts = np.zeros(len(KEYS), dtype=int)
    for name in (name for side, name in SOURCES if side == part and name != "bfcl_v4"):
        found = capabilities_of(pa.array([text for text, _ in prompts[name]]))
        true = np.array([KEYS.index(key) for _, key in prompts[name]])
        np.add.at(counts, (true, found), 1 / len(true))
        n_prompts += np.bincount(true, minlength=len(KEYS))
    rows = []
    for at, key in enumerate(KEYS):
        hits, n_true, n_found = counts[at, at], counts[at].sum(), counts[:, at].sum()
        if n_true:
            rows.append((key, int(n_prompts[at]), hits / n_found if n_found else None,
                         hits / n_true))
    show_table(f"{part} sources together, each weighing the same",
               ("capability", "prompts", "precision", "recall"), rows)


def _show_tool_lists(texts: Sequence[str]) -> None:
    """Print what questions are told as under system prompts that bring tools, or none."""
    n = len(texts)
    rows = []
    for name, written in _rows("tool_lists.tsv"):
        system = pa.array([written.replace("\\n", "\n")])
        counted = CapabilityReader().read(PromptBatch(
            pa.array(texts), np.arange(n), system, np.zeros(n, np.int64),
            np.arange(n), np.zeros(n, np.int64)))
        told = {key: pc.sum(counted[key]).as_py() / n for key in KEYS}
        tool_use = told.pop("tool_use")
        other = max(told, key=lambda key: told[key])
        rows.append((name, tool_use, other, told[other]))
    show_table(f"bfcl_v4, {n:,} questions under a system prompt",
               ("system prompt", "tool_use", "most of the rest", "share"), rows)


def _show_languages(rows: Sequence[Sequence[str]]) -> None:
    """Print how ordinary chat in other languages is told."""
    chats = [(row[1], row[2]) for row in rows if row[0] == "chat" and row[1] != "en"]
    found = capabilities_of(pa.array([text for _, text in chats]))
    ordinary = np.isin(found, [KEYS.index("chat"), KEYS.index("other")])
    show_table("ordinary chat in other languages", ("what", "number"), [
        ("languages", len({language for language, _ in chats})), ("prompts", len(chats)),
        ("told as anything but chat", int((~ordinary).sum())),
    ])


def _show_speed(texts: Sequence[str], n: int, threads: int) -> None:
    """Print prompts a second, in batches as ingest makes them, no two prompts equal."""
    rng = np.random.default_rng(0)
    batches = []
    for start in range(0, n, ROWS_AT_ONCE):
        size = min(ROWS_AT_ONCE, n - start)
        drawn = rng.integers(0, len(texts), (size, 6))
        long = [f"{start + k} {' '.join(texts[at] for at in row)}"[:LENGTH]
                for k, row in enumerate(drawn)]
        batches.append(PromptBatch(
            texts=pa.array(long), text=np.arange(size),
            system_texts=pa.array([], pa.string()), system_text=np.full(size, -1),
            account=rng.integers(0, 1_000_000, size), occurred_at=np.zeros(size, np.int64),
        ))
    reader = CapabilityReader()
    begun, worked = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        n_rows = sum(table.num_rows for table in pool.map(reader.read, batches))
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    show_table(f"speed, prompts of {LENGTH} characters on {threads} threads", ("what", "number"), [
        ("prompts", n), ("rows for accounts", n_rows), ("seconds", seconds),
        ("seconds of processor time", worked),
        ("prompts a second", round(n / seconds)),
        ("prompts a second of processor time", round(n / worked)),
        ("processor minutes for 28.8 million", 28.8e6 / (n / worked) / 60),
    ])


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=Path, metavar="DIR",
                        default=REPOSITORY.parent / "shared" / "data" / "prompts",
                        help="folder of the public prompts (default: %(default)s)")
    parser.add_argument("-n", type=int, default=200_000, help="prompts to time (default: 200000)")
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    return parser.parse_args()


if __name__ == "__main__":
    main()
