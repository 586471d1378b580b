"""`linkage decisions`: what investigators decided in Neo4j."""

from pathlib import Path
from typing import Any

import click

from linkage.cli.access import with_access
from linkage.cli.group import LinkageGroup, Verb
from linkage.cli.messages import note, show_json, show_text


@click.group(cls=LinkageGroup, examples=("linkage decisions pull --to data/",))
def decisions() -> None:
    """Take what investigators decided in Neo4j into the next run."""


@decisions.command(cls=Verb, examples=(
    "linkage decisions pull --to data/",
    "linkage decisions pull --uri bolt://graph:7687 --to decisions.csv",
))
@click.option("--to", type=click.Path(path_type=Path), required=True, metavar="FILE|DIR",
              help="A .parquet, .csv or .jsonl file, or an input folder of linkage run.")
@with_access
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def pull(to: Path, folder: Path | None, as_json: bool, **access: Any) -> None:
    """Add every decision to a file that linkage run reads; earlier rows stay as they are."""
    from linkage.investigate.access import find_access
    from linkage.investigate.client import connect
    from linkage.investigate.decisions import keep, pull
    from linkage.investigate.places import default_folder

    found = find_access(folder or default_folder(), **access)
    with connect(found.uri, user=found.user, password=found.password,
                 database=found.database) as graph:
        pulled = keep(pull(graph), to)
    if as_json:
        show_json(pulled)
    else:
        show_text(f"{pulled.n_new:,} new decisions, {pulled.n_rows:,} in {pulled.path}")
    note(f"now: linkage run YOUR_INPUT {pulled.path} --out OUT")
