"""Small runs, made by hand, and exports of them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage import schema
from linkage.export import Export, export
from linkage.settings import Settings

DAY = timedelta(days=1)
FIRST = datetime(2026, 6, 1, 2, tzinfo=UTC)
"""When the first run was made."""
KINDS = {"device": "device", "payment": "card", "network": "ip", "prompt": "prompt_template",
         "timing": "signup_burst", "link": "referral"}


@dataclass(frozen=True)
class Member:
    """One account of a ring."""

    account_id: str
    ring_id: str = "ring-a"
    tier: str = "enforce"
    families: tuple[str, ...] = ("device", "payment")
    signs: tuple[str, ...] = ("born_together",)
    confidence: float = 0.98765
    role: str = "core"
    status: str | None = "active"
    more: dict[str, Any] = field(default_factory=dict)
    """Columns of members.parquet to put in place of what follows from the above."""

    def row(self) -> dict[str, Any]:
        codes = [*(f"shares_{family}" for family in self.families), *self.signs]
        return {
            "ring_id": self.ring_id, "account_id": self.account_id,
            "confidence": self.confidence, "tier": self.tier, "role": self.role,
            "reason_codes": codes, "evidence_bits": 6.0 * len(self.families) - 3,
            "first_event_at": FIRST - 20 * DAY, "last_event_at": FIRST - DAY,
            "status": self.status,
        } | self.more

    def evidence(self, n_in_ring: int, n_accounts: int) -> list[dict[str, Any]]:
        common = {"ring_id": self.ring_id, "account_id": self.account_id}
        rows = [
            common | {
                "kind": KINDS[family], "bits": 6.0, "n_accounts_total": n_in_ring + 2,
                "identifier_id": "boss" if family == "link" else f"{hash_of(family):032x}",
                "label": f"the {family}", "n_accounts_in_ring": n_in_ring,
                "first_seen_at": FIRST - 9 * DAY, "last_seen_at": FIRST - 2 * DAY,
            } for family in self.families
        ]
        return [*rows, common | {
            "kind": "prior", "bits": -3.0, "identifier_id": "", "label": None,
            "n_accounts_total": n_accounts, "n_accounts_in_ring": n_in_ring,
            "first_seen_at": None, "last_seen_at": None,
        }]


def hash_of(text: str) -> int:
    """Return a small number that is always the same for a text."""
    return sum(map(ord, text))


def accounts(n: int, **same: Any) -> list[Member]:
    """Return n members of one ring."""
    return [Member(f"acct-{at:03d}", **same) for at in range(n)]


def write_run(
    out: Path, members: list[Member], *, ran_at: datetime = FIRST, n_accounts: int = 10_000,
    kinds: dict[str, Any] | None = None,
) -> Path:
    """Write an output folder, in place of the one that is there."""
    out.mkdir(parents=True, exist_ok=True)
    size: dict[str, int] = {}
    strongest: dict[str, str] = {}
    for member in members:
        size[member.ring_id] = size.get(member.ring_id, 0) + 1
        known = strongest.setdefault(member.ring_id, member.tier)
        strongest[member.ring_id] = min(known, member.tier, key=schema.TIERS.index)
    rings = [
        {
            "ring_id": name, "n_accounts": n, "score": 0.97, "tier": strongest[name],
            "tier_reason": f"{n} accounts held together by device and payment",
            "n_events": 40 * n, "first_event_at": FIRST - 20 * DAY, "last_event_at": FIRST,
            "first_created_at": None, "last_created_at": None, "capability_profile": None,
            "lineage": "new", "families": ["device", "payment"], "n_core": n,
        } for name, n in sorted(size.items())
    ]
    evidence = [row for one in members for row in one.evidence(size[one.ring_id], n_accounts)]
    for name, rows, form in (
        ("rings", rings, schema.RINGS), ("members", [one.row() for one in members], schema.MEMBERS),
        ("evidence", evidence, schema.EVIDENCE),
    ):
        pq.write_table(pa.Table.from_pylist(rows, schema=form), out / f"{name}.parquet")
    manifest = {"run_id": f"{ran_at:%Y-%m-%dT%H%M%SZ}", "settings": {"kinds": kinds or {}}}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return out


class Desk:
    """A folder of lists and the runs that are exported into it."""

    def __init__(self, folder: Path, **knobs: Any) -> None:
        self.folder = folder
        self.to = folder / "lists"
        self.settings = Settings(signing_key_file=folder / "state" / "signing.key", **knobs)

    def send(
        self, members: list[Member], *, day: int = 0, formats: tuple[str, ...] = ("jsonl",),
        n_accounts: int = 10_000, **options: Any,
    ) -> Export:
        """Export a run of some members, made on a day, an hour later."""
        ran_at = FIRST + day * DAY
        out = write_run(
            self.folder / "out", members, ran_at=ran_at, n_accounts=n_accounts)
        return self.again(out, at=ran_at + timedelta(hours=1), formats=formats, **options)

    def again(self, out: Path | None = None, **options: Any) -> Export:
        """Export the run that is there."""
        given = {"settings": self.settings, "at": FIRST + timedelta(hours=2),
                 "formats": ("jsonl",)} | options
        return export(out or self.folder / "out", self.to, **given)

    def rows(self, name: str, number: int | None = None) -> list[dict[str, Any]]:
        """Return the rows of a list in JSON lines, of the latest export or another."""
        folder = "latest" if number is None else f"export-{number:06d}"
        text = (self.to / folder / f"{name}.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


