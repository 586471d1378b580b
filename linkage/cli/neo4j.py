"""`linkage neo4j`: a local Neo4j with Neo4j Browser, for people without one."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.cli.group import LinkageGroup, Verb
from linkage.cli.messages import note, show_json, show_table, show_text

if TYPE_CHECKING:
    from linkage.investigate.server import ServerStatus


def _folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flag that names the server's folder."""
    return click.option(
        "--folder", type=click.Path(path_type=Path), metavar="DIR",
        show_default="in the user's data folder",
        help="Folder of its database, password and logs.",
    )(command)


@click.group(cls=LinkageGroup, examples=("linkage neo4j start", "linkage neo4j status"))
def neo4j() -> None:
    """Run a local Neo4j with Neo4j Browser; a server of your own goes by --uri instead."""


@neo4j.command(cls=Verb, examples=(
    "linkage neo4j start", "linkage neo4j start --http-port 7475 --bolt-port 7688",
))
@_folder
@click.option("--http-port", type=click.IntRange(1, 65535), default=7474, show_default=True,
              help="Where Neo4j Browser answers.")
@click.option("--bolt-port", type=click.IntRange(1, 65535), default=7687, show_default=True,
              help="Where drivers connect.")
@click.option("--heap-mb", type=click.IntRange(256), default=1024, show_default=True,
              help="Memory for queries, in MiB.")
@click.option("--page-cache-mb", type=click.IntRange(64), default=512, show_default=True,
              help="Memory for the store's pages, in MiB.")
@click.option("--java", default="java", show_default=True, metavar="PROGRAM",
              help="Java 17 or later.")
@click.option("--gds", "with_gds", is_flag=True, help="Run with Graph Data Science too.")
@click.option("--wait", "wait_seconds", type=click.FloatRange(1), default=180, show_default=True,
              help="Longest wait for its first answer, in seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def start(folder: Path | None, wait_seconds: float, as_json: bool, **how: Any) -> None:
    """Start it on this machine alone; the first start fetches it with Maven (150 MB)."""
    from linkage.investigate import server

    wanted = server.Server(folder=folder or server.default_folder(), **how)
    _show(server.start(wanted, wait_seconds=wait_seconds), as_json)
    note("now: open setup_url, sign in as neo4j; the password: linkage neo4j password")


@neo4j.command(cls=Verb, examples=("linkage neo4j stop",))
@_folder
def stop(folder: Path | None) -> None:
    """Stop it and wait until its store is closed; what it holds stays."""
    from linkage.investigate import server

    was_there = server.stop(folder or server.default_folder())
    show_text("stopped" if was_there else "no server was running")


@neo4j.command(cls=Verb, examples=("linkage neo4j status", "linkage neo4j status --json"))
@_folder
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(folder: Path | None, as_json: bool) -> None:
    """Say whether it runs, and where."""
    from linkage.investigate import server

    found = server.status(folder or server.default_folder())
    _show(found, as_json)
    if found.state == "stopped":
        note("now: linkage neo4j start")


@neo4j.command(cls=Verb, examples=("linkage neo4j password",))
@_folder
def password(folder: Path | None) -> None:
    """Print the password of user neo4j, which the first start made."""
    from linkage.investigate.server import default_folder
    from linkage.investigate.server_password import read_password

    show_text(read_password(folder or default_folder()))


@neo4j.command(cls=Verb, examples=("linkage neo4j pages pages/",))
@click.argument("place", metavar="DIR", type=click.Path(path_type=Path))
def pages(place: Path) -> None:
    """Write style, guide and saved queries for the web server beside a Neo4j of your own."""
    from linkage.investigate.pages import write_own_pages

    write_own_pages(place)
    show_text(str(place))
    note("now: serve it as /browser/linkage/ of Neo4j Browser's own address; see compose.yaml")


def _show(found: "ServerStatus", as_json: bool) -> None:
    """Write what is known about a server."""
    if as_json:
        show_json(found)
        return
    rows = [(name, str(value)) for name, value in asdict(found).items() if value is not None]
    show_table(("what", "value"), rows)
