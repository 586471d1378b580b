"""`linkage forget`: accounts deleted for good, wherever linkage keeps them."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.cli.access import with_access
from linkage.cli.group import Verb
from linkage.cli.messages import note, show_json, show_table, show_text
from linkage.errors import InputError

if TYPE_CHECKING:
    from linkage.forget import Places
    from linkage.investigate.client import Graph
    from linkage.nightly.config import NightlySettings
    from linkage.settings import Settings


@click.command(cls=Verb, examples=(
    "linkage forget acct-17 --config linkage.toml --dry-run",
    "linkage forget --from deleted.txt --config linkage.toml",
    "linkage forget acct-17 --state state/ --out rings/ --to lists/",
    "linkage forget --verify state/receipts/RECEIPT.json --public-key state/signing.pub",
))
@click.argument("accounts", metavar="[ACCOUNT_ID]...", nargs=-1)
@click.option("--from", "source", type=click.File("r", encoding="utf-8"), metavar="FILE",
              help="More account ids, one a line; - is a pipe.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Settings of the nightly job: its state, output, lists and Neo4j are meant.")
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR",
              help="State folder; it keeps the receipt.")
@click.option("-o", "--out", "outs", type=click.Path(path_type=Path), metavar="DIR", multiple=True,
              help="Folder of a run; may be given more than once.")
@click.option("--to", "lists", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the lists for enforcement.")
@with_access
@click.option("--verify", "receipt", type=click.Path(path_type=Path), metavar="FILE",
              help="Check a receipt instead, and that it covers the accounts, if any are given.")
@click.option("--public-key", type=click.Path(path_type=Path), metavar="FILE",
              help="Key that must have signed the receipt.")
@click.option("-n", "--dry-run", is_flag=True, help="Count what would go, and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def forget(
    accounts: tuple[str, ...], source: Any, config: Path | None, state: Path | None,
    outs: tuple[Path, ...], lists: Path | None, folder: Path | None, receipt: Path | None,
    public_key: Path | None, dry_run: bool, as_json: bool, **access: Any,
) -> None:
    """Delete accounts from the state, outputs, lists and Neo4j, and write a signed receipt.

    Later runs leave them out, though the input may still have them. Safe to repeat and safe to
    kill. The receipt names no account: it has their keyed hashes.
    """
    from linkage.forget.everywhere import find
    from linkage.forget.everywhere import forget as forget_everywhere

    names = {*accounts, *(line.strip() for line in source or () if line.strip())}
    settings, told = _settings(config)
    place = state or (told.state if told else None)
    if receipt is not None:
        _verify(receipt, public_key, names, settings, place, as_json)
        return
    if place is None:
        raise click.UsageError("say where: --config FILE, or --state DIR with --out and --to")
    if not names:
        raise click.UsageError("name account ids, or --from FILE")
    places = _places(place, outs, lists, folder, told, access)
    if dry_run:
        _show(find(names, places, settings=settings), as_json)
        note("nothing was deleted")
        return
    made, path = forget_everywhere(names, places, settings=settings)
    _show(made.removed, as_json)
    for sentence in made.left:
        note(f"left to do: {sentence}")
    note(f"{len(made.accounts):,} accounts are forgotten; the receipt: {path}")


def _settings(config: Path | None) -> "tuple[Settings, NightlySettings | None]":
    """Read the settings, and the nightly job's where there is one."""
    from linkage.nightly import load_nightly
    from linkage.settings import load_settings

    if config is None:
        return load_settings(None), None
    told = load_nightly(config)
    return told.run, told


def _places(
    state: Path, outs: tuple[Path, ...], lists: Path | None, folder: Path | None,
    told: "NightlySettings | None", access: dict[str, Any],
) -> "Places":
    """Join what the flags and the nightly job say of places."""
    from linkage.forget import Places

    verbs = {verb.name: dict(zip(verb.options[::2], verb.options[1::2], strict=True))
             for verb in (told.verbs if told else ())}
    if told:
        outs = tuple(dict.fromkeys((told.out, *outs)))
        named = verbs.get("export", {}).get("--to")
        lists = lists or (Path(named) if named else None)
    missing = [path for path in (*outs, *((lists,) if lists else ())) if not path.exists()]
    if missing and not told:
        raise InputError(f"there is no {missing[0]}", fix="name a folder that is there")
    graph, left = _graph(folder, verbs.get("load", {}), access)
    return Places(
        state=state, outs=tuple(out for out in outs if out.exists()), lists=lists, graph=graph,
        left=left,
    )


def _graph(
    folder: Path | None, loaded: dict[str, str], access: dict[str, Any]
) -> "tuple[Callable[[], AbstractContextManager[Graph]] | None, tuple[str, ...]]":
    """Find the Neo4j that is meant: by flag, by the nightly job, or the local one that runs."""
    from linkage.investigate.access import find_access
    from linkage.investigate.client import connect
    from linkage.investigate.server import default_folder, served_database, status

    if not access["uri"] and loaded:
        access = {
            "uri": loaded["--uri"], "user": loaded.get("--user", access["user"]),
            "password_path": access["password_path"] or (
                Path(loaded["--password-file"]) if "--password-file" in loaded else None),
            "database": access["database"] or loaded.get("--database"),
        }
    place = folder or default_folder()
    if not access["uri"] and status(place).state != "running":
        database = place / "data" / "databases" / served_database(place)
        stopped = ("the local Neo4j is stopped and may hold them: linkage neo4j start, then "
                   "forget them again",)
        return None, stopped if database.exists() else ()
    found = find_access(place, **access)
    return lambda: connect(
        found.uri, user=found.user, password=found.password, database=found.database
    ), ()


def _verify(
    path: Path, public_key: Path | None, names: set[str], settings: "Settings",
    state: Path | None, as_json: bool,
) -> None:
    """Check a receipt, and that it covers some accounts."""
    from dataclasses import asdict, replace

    from linkage.forget import read_receipt
    from linkage.ingest import load_key
    from linkage.ingest.forgotten import account_hash

    if public_key is None:
        raise click.UsageError("--verify needs --public-key FILE, as state/signing.pub")
    try:
        found = read_receipt(path, public_key.read_bytes())
    except OSError as error:
        raise InputError(
            f"cannot read {public_key}: {error.strerror}", fix="name the file signing.pub"
        ) from error
    if names:
        if state is None and settings.key_file is None:
            raise click.UsageError("say which key hashes the accounts: --state DIR or --config")
        key = load_key(replace(settings, key_file=settings.key_file or (state or Path()) / "key"))
        absent = sum(account_hash(one, key) not in found.accounts for one in names)
        if absent:
            raise InputError(
                f"{path} does not cover {absent} of the {len(names)} accounts",
                fix="look at the other receipts beside it",
            )
    if as_json:
        show_json(asdict(found))
        return
    show_text(f"{path}: signed and unchanged; {len(found.accounts):,} accounts, "
              f"{found.n_removed:,} rows, {found.forgotten_at}")


def _show(found: Any, as_json: bool) -> None:
    """Write what went, or would go, from where."""
    if as_json:
        show_json(found)
        return
    rows = [(place, name, f"{n:,}") for place, names in found.items() for name, n in names.items()]
    show_table(("place", "what", "rows"), rows, right="rows")
    if not rows:
        note("nothing names them")
    sys.stdout.flush()
