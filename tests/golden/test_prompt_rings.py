"""Real prompts: operators who work through tools are found by them alone, copyists are not."""

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worlds import read, run

DATA = Path(__file__).parents[3] / "shared" / "data" / "prompts"
TOOLS = ({"python", "shell"}, {"wolfram", "search"}, {"news", "request"}, {"weather", "wikipedia"})
"""What each operator works with; tools whose descriptions read alike are of one operator."""
SIZES = (30, 60, 100, 25)
N_OTHERS = 2_000
DAY = 86_400_000_000


def _texts(name):
    path = DATA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"needs the real prompts of {path}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _world(folder, seed):
    """Write accounts that share nothing but prompts; return the ring of each operator's."""
    rng = np.random.default_rng(seed)
    own = _texts("gpteacher_toolformer")
    copied = _texts("prompts_chat") + _texts("bfcl_v4")
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


@pytest.mark.parametrize("seed", [1, 2])
def test_operators_are_found_by_prompts_alone_and_copyists_make_no_ring(tmp_path, seed):
    truth = _world(tmp_path / "in", seed)
    members = read(run(tmp_path / "in", tmp_path / "out", threads=2), "members")
    rings = {}
    for row in members:
        rings.setdefault(row["ring_id"], set()).add(row["account_id"])
    assert not [who for who in set().union(*rings.values()) if who not in truth]
    for ring in range(len(TOOLS)):
        planted = {who for who, of in truth.items() if of == ring}
        best = max(rings.values(), key=lambda found: len(found & planted))
        assert len(best & planted) >= 0.95 * len(best)
        assert len(best & planted) >= 0.95 * len(planted)
