"""Chooses what the report shows, and keeps it below a fixed size."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.report.specs import charts
from linkage.rings.profile import read_profile
from linkage.rings.read import Ring, read_manifest, read_output
from linkage.rings.view import RingIdentifier, ring_identifiers
from linkage.rings.wording import wording
from linkage.schema import TIERS

MAX_RINGS = 5000
"""Rings in the table, strongest first."""
MAX_MAPPED = 1000
"""Rings in the picture; each is a mark of its own."""
MAX_MEMBERS = 200
"""Members shown of one ring, most confident first."""
MAX_IDENTIFIERS = 12
"""Identifiers shown of one ring, strongest first."""
MAX_DETAIL_BYTES = 6_000_000
"""Bytes that identifiers and members of all rings may take; later rings go without.
With 5,000 rings of the longest rows in the table, the page stays below 10 MB."""
MAX_TEXT = 300
"""Letters of one value; labels and reasons may hold whatever a user sent."""
MAX_ROWS = 200
"""Rows shown of one list in the manifest."""

EVIDENCE_COLUMNS = [
    "ring_id", "kind", "identifier_id", "label", "bits", "n_accounts_total",
    "n_accounts_in_ring", "creates",
]
MEMBER_COLUMNS = [
    "ring_id", "account_id", "confidence", "role", "tier", "evidence_bits", "reason_codes"
]


def report_content(
    out: Path, rings: Sequence[Ring], pages: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what the page shows, as plain values.

    Parameters
    ----------
    out
        A folder with the tables and the manifest of a run.
    rings
        Its rings, strongest first.
    pages
        Address of each ring's own page, from the report's folder.

    Raises
    ------
    InputError
        If a table or the manifest is missing.
    """
    shown = rings[:MAX_RINGS]
    details = _details(out, shown)
    by_tier = Counter(ring.tier for ring in rings)
    return {
        "title": f"linkage: {len(rings):,} rings",
        "manifest": _bounded(read_manifest(out)),
        "n_rings": len(rings),
        "n_accounts": sum(ring.n_accounts for ring in rings),
        "tiers": [
            {"tier": tier, "n_rings": by_tier[tier],
             "n_accounts": sum(r.n_accounts for r in rings if r.tier == tier)}
            for tier in TIERS
        ],
        "changed": [
            {"lineage": lineage, "tier": tier, "n": n}
            for (lineage, tier), n in sorted(Counter((r.lineage, r.tier) for r in rings).items())
        ],
        "specs": {"map": charts()["map"]},
        "map": [
            {"ring": ring.ring_id, "accounts": ring.n_accounts, "score": round(ring.score, 3),
             "tier": ring.tier} for ring in shown if ring.tier != TIERS[-1]
        ][:MAX_MAPPED],
        "rings": [_ring(ring) | {"page": (pages or {}).get(ring.ring_id)} for ring in shown],
        "details": details,
        "limits": {"members": MAX_MEMBERS, "identifiers": MAX_IDENTIFIERS},
    }


def _ring(ring: Ring) -> dict[str, Any]:
    """Return one ring's row."""
    profile = read_profile(ring.capability_profile)
    return {
        "id": _short(ring.ring_id), "n": ring.n_accounts, "score": round(ring.score, 4),
        "tier": ring.tier, "reason": _short(ring.tier_reason), "events": ring.n_events,
        "first": _day(ring.first_event_at), "last": _day(ring.last_event_at),
        "lineage": ring.lineage, "families": ", ".join(ring.families),
        "profile": _short(profile.sentence if profile else ""),
    }


def _details(out: Path, rings: Sequence[Ring]) -> list[dict[str, Any] | None]:
    """Return identifiers and members per ring, None from where the room is used up."""
    evidence = _of_rings(out, "evidence", EVIDENCE_COLUMNS, rings)
    held = evidence.filter(pc.not_equal(evidence["identifier_id"], ""))
    n_accounts = {ring.ring_id: ring.n_accounts for ring in rings}
    identifiers = ring_identifiers(
        held, n_accounts, words=wording(read_manifest(out)), most=MAX_IDENTIFIERS
    )
    rows = {ring_id: [_identifier(one) for one in some] for ring_id, some in identifiers.items()}
    members = _members(out, rings)
    return _that_fit([
        {"identifiers": rows.get(ring.ring_id, []), "members": members.get(ring.ring_id, [])}
        for ring in rings
    ])


def _that_fit(details: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """Return what fits the room, None from where it is used up."""
    # Brackets and commas of a list take two letters for each: all at once is twice as fast.
    if len(json.dumps(details)) - 2 * len(details) <= MAX_DETAIL_BYTES:
        return list(details)
    room = MAX_DETAIL_BYTES
    shown: list[dict[str, Any] | None] = []
    for detail in details:
        room -= len(json.dumps(detail)) if room >= 0 else 0
        shown.append(detail if room >= 0 else None)
    return shown


def _members(out: Path, rings: Sequence[Ring]) -> dict[str, list[list[Any]]]:
    """Return the first members of each ring as rows of the page's table."""
    rows = _of_rings(out, "members", MEMBER_COLUMNS, rings).sort_by([
        ("ring_id", "ascending"), ("confidence", "descending"), ("account_id", "ascending")
    ])
    ring_ids = rows["ring_id"].to_numpy()
    bounds = np.flatnonzero(np.r_[ring_ids[1:] != ring_ids[:-1], len(ring_ids) > 0]) + 1
    starts = np.r_[0, bounds[:-1]] if len(bounds) else bounds
    shown = np.arange(len(ring_ids)) - np.repeat(starts, np.diff(bounds, prepend=0)) < MAX_MEMBERS
    first = rows.filter(pa.array(shown))
    found: dict[str, list[list[Any]]] = {}
    for ring_id, account_id, confidence, role, tier, bits, codes in zip(
        *(first[name].to_pylist() for name in MEMBER_COLUMNS), strict=True
    ):
        found.setdefault(ring_id, []).append(
            [_short(account_id), round(confidence, 3), role, tier, round(bits, 2),
             _short(" ".join(codes))])
    return found


def _of_rings(out: Path, name: str, columns: list[str], rings: Sequence[Ring]) -> pa.Table:
    """Rows of some rings."""
    wanted = pa.array([ring.ring_id for ring in rings], pa.string())
    # Read with the filter, of a large run only the rows shown are ever in memory.
    return read_output(out, name, columns=columns, filters=[("ring_id", "in", wanted)])


def _identifier(row: RingIdentifier) -> list[Any]:
    """Return one identifier as a row of the page's table."""
    return [
        _short(row.sentence), row.family, row.n_accounts_in_ring, row.n_accounts_total,
        round(row.coverage, 3), round(row.bits, 1),
    ]


def _bounded(value: Any) -> Any:
    """Return the manifest with long lists and texts cut, and saying so."""
    if isinstance(value, dict):
        return {_short(str(key)): _bounded(item) for key, item in list(value.items())[:MAX_ROWS]}
    if isinstance(value, list):
        cut = [f"and {len(value) - MAX_ROWS:,} more"] if len(value) > MAX_ROWS else []
        return [_bounded(item) for item in value[:MAX_ROWS]] + cut
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    """Cut text that nobody would read to its end."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _day(instant: Any) -> str:
    """Return the day of an instant (UTC); empty when there is none."""
    return "" if instant is None or pd.isna(instant) else f"{instant:%Y-%m-%d}"
