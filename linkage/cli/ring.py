"""`linkage ring`: one ring."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.course import show_profile, show_timeline
from linkage.cli.group import Verb
from linkage.cli.messages import (
    as_bits,
    as_share,
    note,
    show_json,
    show_table,
    show_text,
)

if TYPE_CHECKING:
    from linkage.rings.counterfactuals import Counterfactuals
    from linkage.rings.prose import RingStory
    from linkage.rings.ring_graph import RingGraph
    from linkage.rings.view import RingView

FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.command(cls=Verb, examples=(
    "linkage ring out/ 1f0c", "linkage ring out/ 1f0c --json | jq .ring.tier",
    "linkage ring out/ 1f0c --svg ring.svg --gexf ring.gexf",
))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("ring_id", metavar="RING")
@click.option("--rows", type=click.IntRange(1), default=15, show_default=True,
              help="Rows per table; --json has all.")
@click.option("--svg", type=FILE, help="Write a picture of its core and sub-groups.")
@click.option("--graphml", type=FILE, help="Write all its accounts and identifiers as GraphML.")
@click.option("--gexf", type=FILE, help="Write them as GEXF, for Gephi.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ring(
    out: Path, ring_id: str, rows: int, svg: Path | None, graphml: Path | None,
    gexf: Path | None, as_json: bool,
) -> None:
    """Show what holds one ring together; the start of its id is enough."""
    from linkage.rings.prose import ring_story
    from linkage.rings.ring_graph import read_ring_graph
    from linkage.rings.view import ring_view

    view = ring_view(out, ring_id)
    graph = read_ring_graph(out, view.ring.ring_id)
    story = ring_story(graph)
    if svg or graphml or gexf:
        _draw(graph, story, svg=svg, graphml=graphml, gexf=gexf)
    if as_json:
        burst = view.first_burst.day if view.first_burst else None
        more = {"n_by_role": view.n_by_role, "first_burst_on": burst}
        show_json(asdict(view) | more | asdict(story))
        return
    _show_story(view, story)
    show_profile(view)
    show_timeline(view)
    _show_without(story.counterfactuals)
    _show_identifiers(view, rows)
    _show_parts(story)
    _show_members(view, rows)
    _show_days(view, rows)
    note(f"now: linkage explain {out} {view.members[0].account_id}")
    _say_where_it_opens(view.ring.ring_id)


def _say_where_it_opens(ring_id: str) -> None:
    """Name the ring's address in Neo4j Browser while a local server runs."""
    from linkage.browser import browser_link
    from linkage.investigate.server import default_folder, status

    browser = status(default_folder()).browser_url
    if browser is not None:
        note(f"in Neo4j Browser: {browser_link('ring_id', ring_id, browser=browser)}")


def _draw(
    graph: "RingGraph", story: "RingStory", *, svg: Path | None, graphml: Path | None,
    gexf: Path | None,
) -> None:
    """Write the pictures that were asked for."""
    from linkage.report.pictures import write_gexf, write_graphml, write_svg

    for path, write in ((svg, write_svg), (graphml, write_graphml), (gexf, write_gexf)):
        if path:
            write(path, graph, story.structure)
            note(f"wrote {path}")


def _show_story(view: "RingView", story: "RingStory") -> None:
    """Write what the ring is, in sentences."""
    for sentence in story.sentences:
        show_text(sentence)
    roles = ", ".join(f"{n:,} {role}" for role, n in view.n_by_role.items())
    show_text(f"Members: {roles}. Lineage: {view.ring.lineage}.")


def _show_without(found: "Counterfactuals") -> None:
    """Write what would stand without parts of the evidence."""
    rows = [found.now, *found.without, *([found.falls] if found.falls else [])]
    show_text("")
    show_table(
        ("without", "accounts", "pieces", "bits", "tier"),
        [(row.without, f"{row.n_accounts:,}", f"{row.n_pieces:,}", as_bits(row.bits),
          row.tier or "-") for row in rows],
        right="accounts pieces bits",
    )


def _show_parts(story: "RingStory") -> None:
    """Write the sub-groups."""
    parts = story.structure.parts
    if not parts:
        return
    show_text("")
    show_text(_out_of("sub-groups", story.structure.n_parts, len(parts)))
    show_table(
        ("sub_group", "accounts", "of_them", "share most"),
        [(f"{part.number}", f"{part.n_accounts:,}", f"{part.n_share:,}", part.sentence)
         for part in parts],
        right="sub_group accounts of_them",
    )


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
