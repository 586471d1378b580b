"""An output folder of many small rings with answers, made by hand to be refitted."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

N_RINGS, SIZE = 40, 8

PLAIN = {
    "n_accounts": 8.0, "n_events": 400.0, "n_banned": 0.0, "n_core": 8.0, "nats": 12.0,
    "held_device": 1.0, "held_payment": 1.0, "held_network": 0.5, "n_device": 3.0,
    "top_device": 0.4, "own_device": 1.0, "n_payment": 1.0, "top_payment": 1.0,
    "own_payment": 1.0, "n_network": 2.0, "top_network": 0.5, "own_network": 0.2,
    "birth_gap": 0.5, "quiet_share": 0.15, "weekend_share": 0.15, "datacenter_share": 0.0,
    "disposable_share": 0.0, "banned_share": 0.0, "organization_share": 0.0,
    "top_organization_share": 0.0, "top_domain_share": 0.0, "alias_share": 0.0,
    "campus_share": 0.0, "largest_part": 1.0, "standing_share": 1.0, "each_network": 0.0,
    "top_place": 0.5, "private_lives": 0.5,
}
"""Measures of a ring that works from three devices and pays with one card."""


def write_run(out: Path, *, seed: int = 0) -> Path:
    """Write forty rings: half come through hosting addresses, half were born in bursts."""
    out.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    rings, members, measures, evidence = [], [], [], []
    for at in range(N_RINGS):
        ring_id = f"ring-{at:03d}"
        seen = PLAIN | {
            "datacenter_share": 1.0 if is_hosted(at) else 0.0,
            "birth_gap": 0.1 if at % 4 < 2 else 0.5,
        }
        measures += [{"ring_id": ring_id, "measure": k, "value": v} for k, v in seen.items()]
        rings.append({"ring_id": ring_id, "tier": ("enforce", "review", "watch")[at % 3]})
        for one in range(SIZE):
            account_id = f"acct-{at:03d}-{one}"
            members.append({"ring_id": ring_id, "account_id": account_id,
                            "evidence_bits": 8.0 if one else float(rng.uniform(0.1, 4.0))})
            evidence.append({
                "ring_id": ring_id, "account_id": account_id, "kind": ("phone", "card")[one % 2],
                "identifier_id": f"{at:032x}", "n_accounts_total": SIZE // 2, "creates": True})
    for name, rows in (("rings", rings), ("members", members), ("measures", measures),
                       ("evidence", evidence)):
        pd.DataFrame(rows).to_parquet(out / f"{name}.parquet")
    (out / "manifest.json").write_text(json.dumps({"run_id": "2026-06-01T000000Z"}))
    return out


def is_hosted(at: int) -> bool:
    """Tell whether a ring comes through hosting addresses."""
    return at % 2 == 0


def write_decisions(path: Path, right: list[bool], *, wrong_members: bool = False) -> Path:
    """Write a decision on each ring, and where asked on all members of right rings.

    The first member of each, who has the least evidence, is then no member.
    """
    rows = [
        {"ring_id": f"ring-{at:03d}", "account_id": None,
         "decision": "confirmed" if one else "benign"}
        for at, one in enumerate(right)
    ]
    if wrong_members:
        rows += [
            {"ring_id": None, "account_id": f"acct-{at:03d}-{one}",
             "decision": "confirmed" if one else "reinstated"}
            for at, is_right in enumerate(right) if is_right for one in range(SIZE)
        ]
    pd.DataFrame(rows).to_csv(path, index=False)
    return path
