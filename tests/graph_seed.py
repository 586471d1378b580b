"""A small investigators' graph, made by hand: six rings, a public hub, outsiders, attackers.

======== ======== ============================================================
ring     accounts what is to be seen
======== ======== ============================================================
ring-a1      40   two sub-groups of 20, each with a device and a card of its own, that one
                  account (a-00) bridges; one prompt template over all; grown tonight
ring-b2      12   shares template and one card with ring-a1; respawned from ring-z0, which is
                  past and whose three accounts are banned and hold that card
ring-c3       6   new tonight; its ids, labels and notes attack the reader
ring-d4       8   split from ring-a1 tonight
ring-e5       5   a company: one organisation, office hours; benign
ring-f6   n_wide  the wide one: 240 templates, no strong pair
======== ======== ============================================================
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import neo4j

RUN, BEFORE = "2026-06-06T02:00:00Z-0001", "2026-06-05T02:00:00Z-0001"
GROWN, RESPAWNED, ATTACKING, SPLIT, COMPANY, WIDE, ENDED = (
    "ring-a1", "ring-b2", "ring-c3", "ring-d4", "ring-e5", "ring-f6", "ring-z0",
)
EVIL = (
    "x'}) detach delete n //",
    '"); match (n) detach delete n; //',
    "<script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "`]->() $ring_id {{7*7}} \\' \\u0027 \\",
    "</code></pre><iframe src=javascript:parent.owned=1>",
)
"""Account ids of ring-c3; its labels and notes hold the same."""

_LABELS = {
    "ip": "IP", "ip_24": "Network", "device": "Device", "card": "Payment",
    "prompt_template": "PromptTemplate", "email_domain": "Domain", "referral_code": "Other",
}
Row = dict[str, Any]


def at(day: int, hour: int = 0) -> str:
    """Return an hour of May 2026; text, which the driver packs far faster than instants."""
    return (datetime(2026, 5, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)).isoformat()


class Seed:
    """Rows of a graph under construction."""

    def __init__(self) -> None:
        self.accounts: dict[str, Row] = {}
        self.identifiers: dict[str, Row] = {}
        self.used: list[Row] = []
        self.rings: list[Row] = []
        self.members: list[Row] = []
        self.linked: list[Row] = []

    def account(self, account_id: str, *, organization: str | None = None, hour: int = 3) -> str:
        """Add an account that was made at an hour of the first days of May."""
        day = 1 + len(self.accounts) % 5
        self.accounts[account_id] = {
            "account_id": account_id, "created_at": at(day, hour), "status": "active",
            "country": "SG", "organization": organization, "pathway": "api", "n_events": 40,
        }
        return account_id

    def identifier(self, kind: str, label: str, *, is_hub: bool = False) -> str:
        """Add an identifier and return its id."""
        identifier_id = f"{sum(map(ord, kind + label)) * 7919 + len(self.identifiers):032x}"
        self.identifiers[identifier_id] = {
            "identifier_id": identifier_id, "kind": kind, "label": label, "is_hub": is_hub,
            "n_accounts": 0,
        }
        return identifier_id

    def uses(
        self, account_id: str, identifier_id: str, bits: float | None, *, hour: int = 3
    ) -> None:
        """Say that an account holds an identifier, and what that is worth."""
        day = 6 + len(self.used) % 20
        self.identifiers[identifier_id]["n_accounts"] += 1
        self.used.append({
            "account_id": account_id, "identifier_id": identifier_id, "bits": bits,
            "first_seen_at": at(day, hour), "last_seen_at": at(day + 2, hour + 1), "n_events": 5,
        })

    def ring(self, ring_id: str, members: list[str], *, tier: str, lineage: str) -> None:
        """Add a ring; a member's bits are those of its identifiers less a prior."""
        bits = dict.fromkeys(members, -6.0)
        for row in self.used:
            if row["account_id"] in bits:
                bits[row["account_id"]] += row["bits"] or 0.0
        self.rings.append({
            "ring_id": ring_id, "n_accounts": len(members), "score": 0.97 - len(self.rings) / 50,
            "tier": tier, "tier_reason": "two independent families: payment, prompt",
            "n_events": 40 * len(members), "first_event_at": at(6), "last_event_at": at(28),
            "lineage": lineage, "capability_profile": "agentic coding 0.80",
            "families": ["payment", "prompt"], "n_core": len(members) * 3 // 4,
            "first_created_at": at(1),
        })
        self.members += [{
            "ring_id": ring_id, "account_id": account_id, "confidence": 0.99 - place / 10_000,
            "tier": tier, "role": "core" if place < len(members) * 3 // 4 else "member",
            "reason_codes": ["SHARED_CARD", "SHARED_TEMPLATE"],
            "evidence_bits": bits[account_id], "since": at(27),
        } for place, account_id in enumerate(members)]


def small_graph(*, n_wide: int = 400) -> Seed:
    """Return the graph of the table above."""
    seed = Seed()
    hub = seed.identifier("ip", "185.220.101.4 (VPN exit)", is_hub=True)
    template = seed.identifier("prompt_template", "template 3fa2b1")
    grown = _two_groups(seed, template)
    card = seed.identifier("card", "…4242")
    respawned = [seed.account(f"b-{n:02d}") for n in range(12)]
    for account_id in (*respawned, "a-01"):
        seed.uses(account_id, card, 9.0)
    for account_id in respawned:
        seed.uses(account_id, template, 5.0)
    for account_id in [seed.account(f"z-{n}") for n in range(3)]:
        seed.accounts[account_id]["status"] = "banned"
        seed.uses(account_id, card, None)
    attacking = [seed.account(account_id) for account_id in EVIL]
    for label in EVIL[:3]:
        shared = seed.identifier("referral_code", label)
        for account_id in attacking:
            seed.uses(account_id, shared, 6.0)
    split = [seed.account(f"d-{n}") for n in range(8)]
    device = seed.identifier("device", "dev-split")
    for account_id in split:
        seed.uses(account_id, device, 11.0)
    company = [seed.account(f"e-{n}", organization="Acme GmbH", hour=10) for n in range(5)]
    office = seed.identifier("ip_24", "84.3.2.0/24")
    for account_id in company:
        seed.uses(account_id, office, 7.0, hour=10)
    wide = _wide(seed, n_wide)
    for account_id in [seed.account(f"out-{n}") for n in range(3)]:
        seed.uses(account_id, template, None)
    for account_id in [seed.account(f"vpn-{n:03d}") for n in range(150)]:
        seed.uses(account_id, hub, None)
    for account_id in grown[:20]:
        seed.uses(account_id, hub, 0.2)
    seed.ring(GROWN, grown, tier="enforce", lineage="grown")
    seed.ring(RESPAWNED, respawned, tier="review", lineage="respawned")
    seed.ring(ATTACKING, attacking, tier="review", lineage="new")
    seed.ring(SPLIT, split, tier="watch", lineage="split")
    seed.ring(COMPANY, company, tier="benign", lineage="continued")
    seed.ring(WIDE, wide, tier="enforce", lineage="new")
    return seed


def _two_groups(seed: Seed, template: str) -> list[str]:
    """Add the members of ring-a1: a-00 holds the devices of both groups."""
    members = [seed.account(f"a-{n:02d}") for n in range(40)]
    for half in (0, 1):
        device = seed.identifier("device", f"dev-{half}")
        card = seed.identifier("card", f"…000{half}")
        for account_id in members[20 * half:20 * half + 20]:
            seed.uses(account_id, device, 10.0)
            seed.uses(account_id, card, 8.0)
        if half:
            seed.uses(members[0], device, 10.0)
    for account_id in members:
        seed.uses(account_id, template, 5.0)
    seed.linked = [
        {"l": members[n], "r": members[n + 1], "bits": 12.0 + n % 7, "kinds": ["card", "device"]}
        for n in range(39) if n != 19
    ]
    return members


def _wide(seed: Seed, n_wide: int) -> list[str]:
    """Add the members of ring-f6: each holds 3 of 240 templates."""
    members = [seed.account(f"f-{n:05d}") for n in range(n_wide)]
    templates = [seed.identifier("prompt_template", f"template f{n:03d}") for n in range(240)]
    for n, account_id in enumerate(members):
        for step in (0, 7, 31):
            seed.uses(account_id, templates[(n * 13 + step) % 240], 4.0)
    return members


def load_seed(driver: neo4j.Driver, seed: Seed) -> None:
    """Write the graph into an empty database."""
    for label, key in (("Account", "account_id"), ("Identifier", "identifier_id"),
                       ("Ring", "ring_id")):
        driver.execute_query(
            f"create constraint {key} if not exists "
            f"for (n:{label}) require n.{key} is unique"
        )
    driver.execute_query(
        "create (:Run {run_id: $before, finished_at: datetime($at) - duration('P1D')}), "
        "(:Run {run_id: $run, finished_at: datetime($at)})", before=BEFORE, run=RUN, at=at(37, 2)
    )
    _write(driver, "create (n:Account) set n = row, n.run_id = $run, "
           "n.created_at = datetime(row.created_at)", seed.accounts.values())
    for kind, label in _LABELS.items():
        rows = [row for row in seed.identifiers.values() if row["kind"] == kind]
        _write(driver, f"create (n:Identifier:{label}) set n = row, n.run_id = $run", rows)
    _write(driver, "create (n:Ring) set n = row, n.run_id = $run, "
           "n.first_event_at = datetime(row.first_event_at), "
           "n.last_event_at = datetime(row.last_event_at), "
           "n.first_created_at = datetime(row.first_created_at)", seed.rings)
    for text, rows in (
        ("match (a:Account {account_id: row.account_id}) "
         "match (i:Identifier {identifier_id: row.identifier_id}) "
         "create (a)-[:USED {first_seen_at: datetime(row.first_seen_at), "
         "last_seen_at: datetime(row.last_seen_at), n_events: row.n_events, bits: row.bits, "
         "run_id: $run}]->(i)", seed.used),
        ("match (a:Account {account_id: row.account_id}) match (g:Ring {ring_id: row.ring_id}) "
         "create (a)-[r:MEMBER_OF]->(g) set r = row{.confidence, .tier, .role, .reason_codes, "
         ".evidence_bits}, r.since = datetime(row.since), r.run_id = $run", seed.members),
        ("match (l:Account {account_id: row.l}) match (r:Account {account_id: row.r}) "
         "create (l)-[k:LINKED_TO]->(r) set k = row{.bits, .kinds}, k.run_id = $run", seed.linked),
    ):
        _write(driver, text, rows)
    driver.execute_query(
        "match (r:Ring) set r:$(toUpper(left(r.tier, 1)) + substring(r.tier, 1)) "
        "with r where r.n_accounts >= 100 set r:Large"
    )
    driver.execute_query("match (i:Identifier) where i.is_hub set i:Hub")
    driver.execute_query(
        "match (split:Ring {ring_id: $split}) match (grown:Ring {ring_id: $grown}) "
        "create (split)-[:SPLIT_FROM {run_id: $run}]->(grown)", split=SPLIT, grown=GROWN, run=RUN
    )
    driver.execute_query(
        "match (heir:Ring {ring_id: $heir}) create (heir)-[:RESPAWNED_FROM {run_id: $run}]->"
        "(:Ring {ring_id: $ended, is_past: true, n_accounts: 3, run_id: $run, "
        "last_event_at: datetime($at) - duration('P4D')})",
        heir=RESPAWNED, ended=ENDED, run=RUN, at=at(1),
    )


def _write(driver: neo4j.Driver, text: str, rows: Any) -> None:
    """Run a statement over rows, ten thousand at a time."""
    for batch in _batches(list(rows)):
        driver.execute_query(f"unwind $rows as row {text}", rows=batch, run=RUN)


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    """Cut rows."""
    for start in range(0, len(rows), 10_000):
        yield rows[start:start + 10_000]
