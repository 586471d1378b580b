"""`linkage ring`: one ring."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import (
    as_bits,
    as_instant,
    as_share,
    note,
    show_json,
    show_table,
    show_text,
)

if TYPE_CHECKING:
    from linkage.rings.view import RingView


@click.command(cls=Verb, examples=(
    "linkage ring out/ 1f0c", "linkage ring out/ 1f0c --json | jq .ring.tier",
))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("ring_id", metavar="RING")
@click.option("--rows", type=click.IntRange(1), default=15, show_default=True,
              help="Rows per table; --json has all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ring(out: Path, ring_id: str, rows: int, as_json: bool) -> None:
    """Show what holds one ring together; the start of its id is enough."""
    from linkage.rings.view import ring_view

    view = ring_view(out, ring_id)
    if as_json:
        show_json(asdict(view) | {"n_by_role": view.n_by_role})
        return
    _show_summary(view)
    _show_identifiers(view, rows)
    _show_members(view, rows)
    _show_days(view, rows)
    note(f"now: linkage explain {out} {view.members[0].account_id}")
    _say_where_it_opens(view.ring.ring_id)


def _say_where_it_opens(ring_id: str) -> None:
    """Name the ring's address in Neo4j Browser while a local server runs."""
    from linkage.investigate.links import browser_link
    from linkage.investigate.server import default_folder, status

    browser = status(default_folder()).browser_url
    if browser is not None:
        note(f"in Neo4j Browser: {browser_link(ring_id, browser=browser)}")


def _show_summary(view: "RingView") -> None:
    """Write what the ring is and why it has its tier."""
    ring = view.ring
    roles = ", ".join(f"{n:,} {role}" for role, n in view.n_by_role.items())
    show_text(f"ring {ring.ring_id}: {ring.n_accounts:,} accounts ({roles})")
    show_text(f"tier {ring.tier}, score {ring.score:.3f}: {ring.tier_reason}")
    show_text(f"{ring.n_events:,} events, {as_instant(ring.first_event_at)} to "
              f"{as_instant(ring.last_event_at)} UTC; accounts created "
              f"{as_instant(ring.first_created_at)} to {as_instant(ring.last_created_at)}")
    show_text(f"lineage {ring.lineage}; "
              f"capability {ring.capability_profile or 'not profiled'}")


def _show_identifiers(view: "RingView", rows: int) -> None:
    """Write families, then the strongest identifiers."""
    show_text("")
    show_table(
        ("family", "identifiers", "coverage", "bits"),
        [(f.family, f"{f.n_identifiers:,}", as_share(f.coverage), as_bits(f.bits))
         for f in view.families],
        right="identifiers coverage bits",
    )
    show_text("")
    show_text(_out_of("identifiers", len(view.identifiers), rows))
    show_table(
        ("bits", "in_ring", "of_all", "coverage", "accounts that"),
        [(as_bits(i.bits), f"{i.n_accounts_in_ring:,}", f"{i.n_accounts_total:,}",
          as_share(i.coverage), i.sentence) for i in view.identifiers[:rows]],
        right="bits in_ring of_all coverage",
    )


def _show_members(view: "RingView", rows: int) -> None:
    """Write the most confident members."""
    show_text("")
    show_text(_out_of("members", len(view.members), rows))
    show_table(
        ("account", "role", "tier", "confidence", "bits", "reasons"),
        [(m.account_id, m.role, m.tier, as_share(m.confidence), as_bits(m.evidence_bits),
          " ".join(m.reason_codes)) for m in view.members[:rows]],
        right="confidence bits",
    )


def _show_days(view: "RingView", rows: int) -> None:
    """Write the days on which accounts came and went."""
    if not view.days:
        return
    show_text("")
    show_text(_out_of("days", len(view.days), rows))
    show_table(
        ("day", "accounts_first_seen", "accounts_last_seen"),
        [(f"{d.day}", f"{d.n_first:,}", f"{d.n_last:,}") for d in view.days[:rows]],
        right="accounts_first_seen accounts_last_seen",
    )


def _out_of(name: str, n: int, rows: int) -> str:
    """Return a heading that says how much is shown."""
    return f"{name} ({n:,})" if n <= rows else f"{name} (first {rows} of {n:,})"
