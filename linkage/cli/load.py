"""`linkage load`: a run's rings into Neo4j."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.cli.access import with_access
from linkage.cli.group import Verb
from linkage.cli.messages import errors, note, show_json, show_table
from linkage.cli.progress import StageBars

if TYPE_CHECKING:
    from linkage.investigate.access import Access
    from linkage.investigate.load import Follow, LoadResult
    from linkage.investigate.selection import Selection


@click.command(cls=Verb, examples=(
    "linkage load out/",
    "linkage load out/ --uri bolt://graph:7687 --password-file ~/.neo4j --tiers enforce",
    "linkage load out/ --everything --full",
))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--tiers", default="enforce,review", show_default=True, metavar="TIER,...",
              help="Rings of these tiers, with the accounts one hop outside.")
@click.option("--everything", is_flag=True, help="Every account, identifier and ring.")
@click.option("--full", is_flag=True,
              help="Build a fresh database with Neo4j's import tool and switch to it; for the "
                   "local server, which restarts.")
@with_access
@click.option("-n", "--dry-run", is_flag=True, help="Count what would be loaded, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def load(
    out: Path, tiers: str, everything: bool, full: bool, folder: Path | None, dry_run: bool,
    as_json: bool, **access: Any,
) -> None:
    """Bring the graph in Neo4j to what the run in DIR found; readers never see a gap."""
    from linkage.investigate.access import find_access
    from linkage.investigate.places import default_folder

    selection = _selection(tiers, everything)
    if dry_run:
        _show_counts(out, selection, as_json)
        return
    place = folder or default_folder()
    if full and access["uri"] is not None:
        raise click.UsageError("--full is for the local server; leave out --uri")
    with StageBars() if errors.is_terminal else nullcontext() as bars:
        follow = bars.follow if bars else None
        found = find_access(place, **access)
        loaded = (_full if full else _delta)(out, found, place, selection, follow)
    if as_json:
        show_json(loaded)
    else:
        show_table(("what", "rows"), [(name, f"{n:,}") for name, n in loaded.written.items() if n],
                   right="rows")
    note(f"run {loaded.run_id} ({loaded.part}) is in {found.uri}; "
         f"{loaded.n_swept:,} nodes and relationships of earlier runs are gone")
    note("now: open Neo4j Browser (linkage neo4j status says where)")


def _selection(tiers: str, everything: bool) -> "Selection":
    """Read the flags that choose."""
    from linkage.investigate.selection import Selection

    try:
        return Selection(tuple(filter(None, tiers.replace(" ", "").split(","))), everything)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _delta(
    out: Path, access: "Access", folder: Path, selection: "Selection", follow: "Follow | None"
) -> "LoadResult":
    """Load through the driver."""
    from linkage.investigate.client import connect
    from linkage.investigate.load import load as load_run

    with connect(access.uri, user=access.user, password=access.password,
                 database=access.database) as graph:
        return load_run(out, graph, selection, follow=follow)


def _full(
    out: Path, access: "Access", folder: Path, selection: "Selection", follow: "Follow | None"
) -> "LoadResult":
    """Load through the import tool."""
    from linkage.investigate.bulk import full_load

    return full_load(out, folder, access, selection, follow=follow)


def _show_counts(out: Path, selection: "Selection", as_json: bool) -> None:
    """Write what would be loaded."""
    from linkage.investigate.selection import counts

    found = counts(out, selection)
    if as_json:
        show_json(found)
    else:
        show_table(("what", "rows"), [(name, f"{n:,}") for name, n in found.items()], right="rows")
    note(f"nothing was loaded; this would be: {selection.name}")
