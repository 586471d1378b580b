"""A small output folder, made by hand: two rings whose numbers a person can check."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linkage import schema
from linkage.profile import Share
from linkage.rings.profile import Profile, sentence

LARGE, SMALL = "ring-1f0c", "ring-1f9a"

LINEAGE = [
    {"ring_id": "ring-0a", "relation": "LOST", "other_ring_id": None, "overlap": 0.0,
     "n_accounts_before": 5, "n_accounts": 0, "n_joined": 0, "n_left": 5},
    {"ring_id": "ring-0b", "relation": "MERGED_INTO", "other_ring_id": LARGE, "overlap": 0.8,
     "n_accounts_before": 2, "n_accounts": 0, "n_joined": 0, "n_left": 2},
    {"ring_id": LARGE, "relation": "CONTINUES", "other_ring_id": LARGE, "overlap": 1.0,
     "n_accounts_before": 2, "n_accounts": 4, "n_joined": 2, "n_left": 0},
]


_SHARES = (
    Share("software_engineering", 0.31, 0.24, 0.39, 0.1, 3.1, 2.3, 4.0),
    Share("tool_use", 0.62, 0.55, 0.69, 0.044, 14.1, 11.8, 16.6),
    Share("chat", 0.07, 0.03, 0.12, 0.856, 0.08, 0.03, 0.14),
)
PROFILE = Profile(sentence(_SHARES), 4, 80, _SHARES)


def _at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def _ring(ring_id: str, n_accounts: int, score: float, tier: str, reason: str) -> dict[str, object]:
    return {
        "ring_id": ring_id, "n_accounts": n_accounts, "score": score, "tier": tier,
        "tier_reason": reason, "n_events": 40 * n_accounts, "first_event_at": _at(2),
        "last_event_at": _at(9, 6), "first_created_at": _at(1), "last_created_at": _at(3),
        "capability_profile": PROFILE.text if ring_id == LARGE else None,
        "lineage": "merged" if ring_id == LARGE else "new",
        "families": ["payment", "prompt"], "n_core": n_accounts - 1,
    }


def _member(ring_id: str, account_id: str, n: int, tier: str, bits: float) -> dict[str, object]:
    return {
        "ring_id": ring_id, "account_id": account_id, "confidence": 0.99 - n / 100, "tier": tier,
        "role": "core" if n else "member", "reason_codes": ["SHARED_CARD"],
        "evidence_bits": bits,
    }


def _evidence(
    ring_id: str, account_id: str, kind: str, label: str | None, bits: float, total: int,
    inside: int,
) -> dict[str, object]:
    is_identifier = kind not in ("prior", "absence")
    return {
        "ring_id": ring_id, "account_id": account_id, "kind": kind,
        "identifier_id": f"{sum(map(ord, kind + (label or ''))):032x}" if is_identifier else "",
        "label": label, "bits": bits, "n_accounts_total": total, "n_accounts_in_ring": inside,
        "first_seen_at": _at(2, 8) if is_identifier else None,
        "last_seen_at": _at(9) if is_identifier else None,
    }


def write_output(out: Path) -> Path:
    """Write rings of 4 and 3 accounts, one of them with a label that attacks the reader."""
    out.mkdir(parents=True)
    large = [f"acct-{n}" for n in range(4)]
    small = [f"acct-{n}" for n in range(10, 13)]
    rings = [
        _ring(LARGE, 4, 0.97, "enforce", "two independent families: payment, prompt"),
        _ring(SMALL, 3, 0.41, "watch", "one family only: network"),
    ]
    evidence, members = [], []
    for n, account_id in enumerate(large):
        rows = [
            _evidence(LARGE, account_id, "prior", None, -14.5, 100_000, 4),
            _evidence(LARGE, account_id, "card", "•••• 4242", 11.25, 4, 4),
            _evidence(LARGE, account_id, "prompt_template", "template 3fa2b1", 9.5, 6, 4),
        ]
        if n == 0:
            rows.append(_evidence(LARGE, account_id, "absence", None, -0.75, 0, 0))
        evidence += rows
        total = 5.5 if n == 0 else 6.25
        members.append(_member(LARGE, account_id, n, "enforce", total))
    for n, account_id in enumerate(small):
        rows = [
            _evidence(SMALL, account_id, "prior", None, -15.0, 100_000, 3),
            _evidence(SMALL, account_id, "ip", "</script><b>\x1b[31m192.0.2.7", 16.0, 9, 3),
        ]
        evidence += rows
        members.append(_member(SMALL, account_id, n, "watch", 1.0))
    days = [
        {"ring_id": LARGE, "day": _at(day).date(), "n_conversations": 8 * day, "n_active": n,
         "n_born": n, "is_burst": day == 1}
        for day, n in ((1, 3), (2, 1), (9, 0))
    ]
    pivots = [{
        "ring_id": LARGE, "model": "model-2", "appeared_on": _at(6).date(),
        "adopted_on": _at(8).date(), "n_conversations": 70, "share": 0.9,
        "population_share": 0.31,
    }]
    asked = [
        {"ring_id": LARGE, "account_id": account_id, "capability": "tool_use", "n_prompts": 20,
         "share": 1.0}
        for account_id in large
    ]
    for name, rows, form in (
        ("rings", rings, schema.RINGS), ("members", members, schema.MEMBERS),
        ("evidence", evidence, schema.EVIDENCE), ("lineage", LINEAGE, schema.LINEAGE),
        ("capabilities", asked, schema.CAPABILITIES),
        ("timeline", days, schema.TIMELINE), ("pivots", pivots, schema.PIVOTS),
        ("groups", [], schema.GROUPS),
    ):
        pq.write_table(pa.Table.from_pylist(rows, schema=form), out / f"{name}.parquet")
    manifest = {
        "run_id": "2026-05-10", "seed": 0, "versions": {"linkage": "0.1.0"},
        "rows": {"accounts": 100_000, "events": 2_000_000},
        "stages": [{"name": "ingest", "seconds": 2.5}, {"name": "rings", "seconds": 0.5}],
        "quarantine": {"events": {"malformed ip": 3}},
        "estimates": [{"kind": "card", "m": 0.31, "reliability": 0.9}],
    }
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return out
