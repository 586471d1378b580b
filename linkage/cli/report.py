"""`linkage report`: the HTML report of a finished run."""

from pathlib import Path

import click

from linkage.cli.group import Verb
from linkage.cli.messages import note, show_text


@click.command(cls=Verb, examples=("linkage report out/", "linkage report out/ --ring 1f0c"))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--ring", "ring_id", metavar="RING", help="Write only the page of this ring.")
def report(out: Path, ring_id: str | None) -> None:
    """Write DIR/report.html and the pages of its rings again.

    The strongest rings at enforce and review have pages, DIR/rings/RING.html; others get
    theirs with --ring. All pages open offline and ask nobody anything.
    """
    from linkage.report import write_report, write_ring_page

    page = write_ring_page(out, ring_id) if ring_id else write_report(out)
    show_text(str(page))
    note(f"wrote {page.stat().st_size // 1024:,} KiB; now: open it in a browser")
