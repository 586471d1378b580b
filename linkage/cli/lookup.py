"""`linkage lookup`: who holds a raw identifier."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.cli.access import with_access
from linkage.cli.group import Verb
from linkage.cli.messages import as_bits, note, show_json, show_table

if TYPE_CHECKING:
    from linkage.investigate.lookup import Lookup


@click.command(cls=Verb, examples=(
    "linkage lookup ip 84.2.7.9 --key-file state/key",
    "linkage lookup card --holders < card.txt",
))
@click.argument("kind", metavar="KIND")
@click.argument("value", metavar="[VALUE]", required=False)
@click.option("--holders", is_flag=True, help="Ask Neo4j who holds it; only hashes are sent.")
@click.option("--key-file", type=click.Path(path_type=Path), metavar="FILE",
              help="Key for identifier hashes, as the run had it.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Settings of the run, as linkage.toml.")
@with_access
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
def lookup(
    kind: str, value: str | None, holders: bool, key_file: Path | None, config: Path | None,
    folder: Path | None, as_json: bool, **access: Any,
) -> None:
    """Turn a raw ip, card, device, email, phone or other KIND into its identifiers.

    The value is hashed here, as a run does it; without VALUE it is read from stdin, so that no
    shell keeps it.
    """
    from linkage.browser import browser_link
    from linkage.investigate.lookup import look_up
    from linkage.investigate.places import browser_url
    from linkage.settings import load_settings

    raw = value if value is not None else _read()
    found = look_up(raw, kind, settings=load_settings(config, key_file=key_file))
    if holders:
        _show_holders(found, folder, as_json, access)
        return
    if as_json:
        for one in found:
            show_json(one)
        return
    show_table(("kind", "label", "identifier_id"),
               [(one.kind, one.label or "", one.identifier_ids[0]) for one in found])
    link = browser_link("identifier_id", found[0].identifier_ids[0], browser=browser_url())
    note(f"now: open {link}")


def _read() -> str:
    """Read the value from a pipe, or ask a person who does not see it typed."""
    if sys.stdin.isatty():
        return str(click.prompt("value", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show_holders(
    found: "tuple[Lookup, ...]", folder: Path | None, as_json: bool, access: dict[str, Any]
) -> None:
    """Ask Neo4j and write what it knows."""
    from linkage.investigate.access import find_access
    from linkage.investigate.client import connect
    from linkage.investigate.lookup import find_holders
    from linkage.investigate.places import default_folder

    way = find_access(folder or default_folder(), **access)
    with connect(way.uri, user=way.user, password=way.password, database=way.database) as graph:
        rows = find_holders(graph, found)
    if as_json:
        for row in rows:
            show_json(row)
        return
    show_table(
        ("kind", "label", "account", "ring", "tier", "bits"),
        [(row["kind"], row["label"] or row["identifier_id"], row["account_id"],
          row["ring_id"] or "-", row["tier"] or "-",
          "-" if row["bits"] is None else as_bits(row["bits"])) for row in rows],
        right="bits",
    )
    note(f"{len(rows):,} holders among the accounts that were loaded")
