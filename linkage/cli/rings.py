"""`linkage rings`: all rings of a run, or what the night changed."""

from dataclasses import asdict
from pathlib import Path

import click

from linkage.cli.group import Verb
from linkage.cli.messages import note, show_json, show_table


@click.command(cls=Verb, examples=("linkage rings out/", "linkage rings out/ --changed --rows 50"))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--changed", is_flag=True, help="Only what is not as the night before left it.")
@click.option("--rows", type=click.IntRange(1), default=20, show_default=True,
              help="Rows of the table; --json has all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per ring.")
def rings(out: Path, changed: bool, rows: int, as_json: bool) -> None:
    """List the rings of a run with what became of them since the night before."""
    from linkage.rings.changes import ring_changes

    found = [one for one in ring_changes(out) if one.is_changed or not changed]
    if as_json:
        for one in found:
            show_json(asdict(one))
        return
    show_table(
        ("ring", "change", "tier", "before", "joined", "left", "accounts", "with"),
        [(one.ring_id, one.change, one.tier or "-", f"{one.n_accounts_before:,}",
          f"{one.n_joined:+,}", f"{-one.n_left:,}", f"{one.n_accounts:,}",
          " ".join(one.others) or "-") for one in found[:rows]],
        right="before joined left accounts",
    )
    left_out = f" (first {rows} shown)" if len(found) > rows else ""
    note(f"{len(found):,} rings{' changed' if changed else ''}{left_out}; "
         f"now: linkage ring {out} {found[0].ring_id if found else 'RING'}")
