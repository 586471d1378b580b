"""Draws the tables of a run's output, as large as a benchmark of the graph wants them."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkage import schema

BLOCK = 50
"""Accounts that share one pool of identifiers."""

RING = 20
"""Members of a ring; every tenth block holds one."""

START = 1_767_225_600_000_000
"""2026-01-01 in microseconds."""


def write_tables(folder: Path, *, n_accounts: int, n_held: int, run_id: str, seed: int = 1) -> Path:
    """Write an output folder of ``n_accounts`` that hold ``n_held`` identifiers each.

    Half of what an account holds comes from its block's pool of 20; one identifier is a hub
    that a tenth of all accounts hold.
    """
    rng = np.random.default_rng(seed)
    (folder / "graph").mkdir(parents=True)
    account = np.arange(n_accounts)
    pool = (account // BLOCK * 20)[:, None] + rng.integers(0, 20, (n_accounts, n_held // 2))
    n_pool = (n_accounts // BLOCK + 1) * 20
    wide = n_pool + rng.integers(0, n_accounts // 4 + 1, (n_accounts, n_held - n_held // 2))
    wide[rng.random(n_accounts) < 0.1, 0] = n_pool
    cell = np.unique((account[:, None] * 2**32 + np.hstack([pool, wide])).ravel())
    holder, held = cell >> 32, cell & (2**32 - 1)
    used, held = np.unique(held, return_inverse=True)
    names = pa.array([f"acct-{at:08d}" for at in account])
    hashes = pa.array([f"{at:032x}" for at in used])
    kinds = np.array(["ip", "device", "card", "email_root", "prompt_template"])[used % 5]
    count = np.bincount(held)
    _write(folder / "graph/accounts", schema.GRAPH_ACCOUNTS, {
        "account_ix": account, "account_id": names,
        "created_at": _instants(account % 10_000_000), "status": ["active"] * n_accounts,
        "country": np.array(["DE", "FR", "US"])[account % 3],
        "pathway": np.array(["api", "web"])[account % 2], "n_events": account % 100,
        "first_event_at": _instants(account % 20_000_000),
        "last_event_at": _instants(account % 20_000_000 + 5_000_000),
    })
    _write(folder / "graph/identifiers", schema.GRAPH_IDENTIFIERS, {
        "identifier_ix": np.arange(len(used)), "identifier_id": hashes, "kind": kinds,
        "label": hashes, "n_accounts": count, "is_hub": count > 3_000,
    })
    _write(folder / "graph/holdings", schema.GRAPH_HOLDINGS, {
        "account_ix": holder, "identifier_ix": held, "first_seen_at": _instants(cell % 10_000_000),
        "last_seen_at": _instants(cell % 10_000_000 + 3_600), "n_events": cell % 50,
    })
    left = account[:-1][account[:-1] % BLOCK < BLOCK - 1]
    _write(folder / "graph/links", schema.GRAPH_LINKS, {
        "account_ix_l": left, "account_ix_r": left + 1, "bits": left % 30 / 2.0,
        "kinds": pa.array([["device", "ip"]] * len(left)),
    })
    member = account[(account % BLOCK < RING) & (account // BLOCK % 10 == 0)]
    _write_rings(folder, member, names, run_id)
    return folder


def _write_rings(folder: Path, member: np.ndarray, names: pa.Array, run_id: str) -> None:
    """Write rings, members and evidence, and the manifest."""
    block = member // BLOCK
    ring = pa.array([f"ring-{at:012x}" for at in block])
    rings = pa.array([f"ring-{at:012x}" for at in np.unique(block)])
    n, n_members = len(rings), len(member)
    _write(folder / "rings", schema.RINGS, {
        "ring_id": rings, "n_accounts": [RING] * n, "score": [0.9] * n, "tier": ["enforce"] * n,
        "tier_reason": ["drawn"] * n, "n_events": [100] * n, "lineage": ["new"] * n,
        "families": [["device", "payment"]] * n, "n_core": [RING] * n,
    })
    _write(folder / "members", schema.MEMBERS, {
        "ring_id": ring, "account_id": names.take(pa.array(member)),
        "confidence": [0.9] * n_members, "tier": ["enforce"] * n_members,
        "role": ["core"] * n_members, "reason_codes": [["shares_device"]] * n_members,
        "evidence_bits": [10.0] * n_members,
    })
    _write(folder / "evidence", schema.EVIDENCE, {
        "ring_id": ring, "account_id": names.take(pa.array(member)), "kind": ["prior"] * n_members,
        "identifier_id": [""] * n_members, "bits": [10.0] * n_members,
        "n_accounts_total": [1] * n_members, "n_accounts_in_ring": [RING] * n_members,
    })
    (folder / "manifest.json").write_text(json.dumps({
        "run_id": run_id, "seed": 0, "versions": {"linkage": "bench"}}))


def _instants(seconds: np.ndarray) -> pa.Array:
    """Return instants so many seconds after the start."""
    return pa.array(START + seconds.astype(np.int64) * 1_000_000, schema.INSTANT)


def _write(path: Path, form: pa.Schema, columns: dict[str, object]) -> None:
    """Write a table; columns that are not given are null."""
    arrays = {name: pa.array(values) if not isinstance(values, pa.Array) else values
              for name, values in columns.items()}
    n = len(next(iter(arrays.values())))
    pq.write_table(pa.table({
        field.name: arrays.get(field.name, pa.nulls(n, field.type)).cast(field.type)
        for field in form
    }, schema=form), path.with_suffix(".parquet"))
