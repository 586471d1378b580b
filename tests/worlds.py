"""A small simulated world with three operators, and runs on it."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from linkage import job
from linkage.settings import Settings
from linkage.simulate import OPERATORS, RingPlan, simulate

TABLES = ("rings", "members", "evidence", "capabilities", "timeline")
GRAPH = tuple(f"graph/{name}" for name in ("accounts", "identifiers", "holdings", "links"))
INPUTS = ("accounts", "events", "payments", "identifiers", "links")


def small_world(out: Path) -> Path:
    """Write 577 accounts, three operators among them."""
    simulate(
        out, n_accounts=500, seed=5, prompts=True, days=10, rings=[
            RingPlan(n_accounts=size, operator=OPERATORS[name], mean_events=10)
            for name, size in (("datacenter_farm", 25), ("residential_proxy", 40), ("chain", 12))
        ],
    )
    return out


def two_ring_world(out: Path) -> Path:
    """Write 237 accounts, two operators among them: rings of several tiers, loaded in no time."""
    simulate(
        out, n_accounts=200, seed=5, prompts=True, days=10, rings=[
            RingPlan(n_accounts=size, operator=OPERATORS[name], mean_events=10)
            for name, size in (("datacenter_farm", 25), ("chain", 12))
        ],
    )
    return out


def tiny_world(folder: Path) -> Path:
    """Write 30 accounts: an operator of ten with four devices and three cards."""
    folder.mkdir(parents=True)
    accounts = ["account_id,created_at,email"]
    events = ["account_id,occurred_at,ip,device_id,prompt"]
    payments = ["account_id,paid_at,instrument_id"]
    for at in range(30):
        who = f"acct-{at:02d}"
        own = f"own{at}"
        device, card = (f"dev{at % 4}", f"card{at % 3}") if at < 10 else (own, own)
        accounts.append(f"{who},2026-05-{1 + at // 3:02d}T00:00:00Z,someone{at * 7919}@gmail.com")
        seen_at = f"2026-05-20T{at % 24:02d}:00:00Z"
        events.append(f"{who},{seen_at},84.{at}.7.9,{device},hello there {at}")
        payments.append(f"{who},2026-05-21T00:00:00Z,{card}")
    for name, lines in (("accounts", accounts), ("events", events), ("payments", payments)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


def run(world: Path, out: Path, *, replace: bool = False, **knobs: Any) -> Path:
    """Run on a world and return the output folder."""
    key = out.parent / "key"
    key.write_text("0123456789abcdef0123456789abcdef\n")
    settings = Settings(**{"threads": 1, "key_file": key} | knobs)
    return job.run([str(world)], out, settings=settings, replace=replace).out


def digests(out: Path) -> dict[str, str]:
    """Return the checksum of each published table."""
    return {
        name: hashlib.sha256((out / f"{name}.parquet").read_bytes()).hexdigest()
        for name in (*TABLES, *GRAPH)
    }


def read(out: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a published table."""
    return pq.read_table(out / f"{name}.parquet").to_pylist()


def rewritten(world: Path, out: Path, *, form: str = "parquet", seed: int | None = None) -> Path:
    """Copy a world's tables in another format, or with rows in another order."""
    out.mkdir(parents=True)
    for name in INPUTS:
        place = world / name if (world / name).is_dir() else world / f"{name}.parquet"
        table = pq.read_table(place)
        if seed is not None:
            table = table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))
        if form == "csv":
            pa.csv.write_csv(table, out / f"{name}.csv")
        else:
            pq.write_table(table, out / f"{name}.parquet", row_group_size=700)
    head, *lines = (world / "networks.csv").read_text().splitlines(keepends=True)
    if seed is not None:
        np.random.default_rng(seed).shuffle(lines)
    (out / "networks.csv").write_text(head + "".join(lines))
    return out
