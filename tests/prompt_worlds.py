"""Worlds whose accounts share nothing but real prompts."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PROMPTS = Path(__file__).parents[2] / "shared" / "data" / "prompts"
TOOLS = ({"python", "shell"}, {"wolfram", "search"}, {"news", "request"}, {"weather", "wikipedia"})
"""What each operator works with; tools whose descriptions read alike are of one operator."""
SIZES = (30, 60, 100, 25)
N_OTHERS = 2_000
DAY = 86_400_000_000


def real_prompts(name, folder=PROMPTS):
    """Return the texts of a public source."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def write_operators_and_copyists(folder, seed, prompts=PROMPTS):
    """Write operators who deal a work list out, and people who copy; return each one's ring."""
    rng = np.random.default_rng(seed)
    own = real_prompts("gpteacher_toolformer", prompts)
    copied = real_prompts("prompts_chat", prompts) + real_prompts("bfcl_v4", prompts)
    sent, truth = [], {}
    for ring, (tools, size) in enumerate(zip(TOOLS, SIZES, strict=True)):
        pool = [text for text in own if set(
            text.split("\n")[1].removeprefix("toolformer access: ").split(", ")) <= tools]
        rng.shuffle(pool)
        each = min(25, len(pool) // size)
        for at in range(size):
            truth[f"ring{ring}-{at:03}"] = ring
            # A work list: no prompt is dealt twice.
            sent += [(f"ring{ring}-{at:03}", text) for text in pool[at * each : (at + 1) * each]]
    for at in range(N_OTHERS):
        sent += [(f"other-{at:04}", copied[k])
                 for k in rng.integers(0, len(copied), rng.integers(3, 20))]
    folder.mkdir()
    names = sorted({who for who, _ in sent})
    instant = pa.timestamp("us", tz="UTC")
    begin = 1_777_593_600_000_000
    pq.write_table(pa.table({
        "account_id": names,
        "created_at": pa.array(begin - rng.integers(0, 90 * DAY, len(names)), instant),
    }), folder / "accounts.parquet")
    pq.write_table(pa.table({
        "account_id": [who for who, _ in sent],
        "occurred_at": pa.array(begin + rng.integers(0, 30 * DAY, len(sent)), instant),
        "prompt": [text for _, text in sent],
    }), folder / "events.parquet")
    return truth


def best_matches(members, truth):
    """Return (size, recall, precision) of each operator's best ring, and innocents in any ring."""
    rings = {}
    for row in members:
        rings.setdefault(row["ring_id"], set()).add(row["account_id"])
    found = []
    for ring in sorted(set(truth.values())):
        planted = {who for who, of in truth.items() if of == ring}
        best = max(rings.values(), key=lambda one: len(one & planted), default=set())
        hits = len(best & planted)
        found.append((len(planted), hits / len(planted), hits / max(len(best), 1)))
    return found, len(set().union(*rings.values()) - set(truth))
