"""`linkage report`: the HTML report of a finished run."""

from pathlib import Path

import click

from linkage.cli.group import Verb
from linkage.cli.messages import note, show_text


@click.command(cls=Verb, examples=("linkage report out/",))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
def report(out: Path) -> None:
    """Write DIR/report.html again: one page that opens offline and asks nobody anything."""
    from linkage.report import write_report

    page = write_report(out)
    show_text(str(page))
    note(f"wrote {page.stat().st_size // 1024:,} KiB; now: open it in a browser")
