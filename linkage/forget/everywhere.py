"""Deletes accounts from the state, the outputs, the lists and the graph, and writes the receipt.

The list of forgotten accounts goes before the tables, so that no later run brings them back; the
receipt comes last. Every step is safe to repeat: killed at any moment, the same deletion is started
again, ends the same, and its receipt counts what the first one had found.
"""

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from linkage.errors import InputError
from linkage.export import forget as forget_in_lists
from linkage.export.ledger import read_book
from linkage.export.signature import load_signer
from linkage.forget.graph import accounts_in_graph, forget_in_graph
from linkage.forget.outputs import accounts_in_output, forget_in_output
from linkage.forget.receipt import VERSION, Receipt, write_receipt
from linkage.forget.state import RECEIPTS, accounts_in_state, ask_owners, forget_in_state
from linkage.ingest import load_key
from linkage.ingest.forgotten import account_hash, remember_forgotten
from linkage.investigate.client import Graph
from linkage.lock import locked
from linkage.settings import Settings

log = logging.getLogger(__name__)

Found = Mapping[str, Mapping[str, int]]
"""Place to file or kind to rows."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a deployment keeps accounts."""

    state: Path
    """What outlives a night; also keeps the list of forgotten accounts and the receipts."""
    outs: tuple[Path, ...] = ()
    """Published runs."""
    lists: Path | None = None
    """Lists for enforcement."""
    graph: Callable[[], AbstractContextManager[Graph]] | None = None
    """Connects to Neo4j."""
    left: tuple[str, ...] = ()
    """What cannot be reached from here, as a sentence each."""


def find(accounts: Collection[str], places: Places, *, settings: Settings) -> Found:
    """Count the rows that name some accounts, everywhere, and change nothing.

    Parameters
    ----------
    settings
        Names the key of the hashes, where it is not in the state folder.

    Raises
    ------
    InputError
        If a folder cannot be read.
    GraphStoreError
        If Neo4j cannot be asked.
    """
    found: dict[str, Mapping[str, int]] = {"state": accounts_in_state(
        places.state, accounts, lambda: _key(places, settings))}
    for out in places.outs:
        found[str(out)] = accounts_in_output(out, accounts)
    if places.lists and places.lists.exists():
        book = read_book(places.lists)
        n = len((set(book.said) | set(book.answers)) & set(accounts))
        found[str(places.lists)] = {"accounts": n} if n else {}
    if places.graph:
        with places.graph() as graph:
            found["neo4j"] = accounts_in_graph(graph, accounts)
    return {place: dict(rows) for place, rows in found.items() if rows}


def forget(
    accounts: Collection[str], places: Places, *, settings: Settings, at: datetime | None = None
) -> tuple[Receipt, Path]:
    """Delete accounts everywhere; return the receipt and its file.

    Parameters
    ----------
    accounts
        Account ids; those that nothing names change nothing.
    places
        Where to look.
    settings
        Names the key of the hashes and the signing key, where they are not in the state folder.
    at
        Now, unless told.

    Raises
    ------
    InputError
        If there is no account, or a place cannot be read or written. The same deletion started
        again goes on.
    GraphStoreError
        If Neo4j fails; all other places are done.
    LockedError
        If a night or a run is writing one of the places.
    """
    if not accounts or not all(accounts):
        raise InputError("there is no account to forget", fix="name account ids, or --from FILE")
    state = places.state
    try:
        (state / RECEIPTS).mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(state / ".nightly.lock", f"the state in {state}"), locked(
            state / ".lock", f"the state in {state}"
        ):
            return _forget(accounts, places, settings, at or datetime.now(UTC))
    except OSError as error:
        raise InputError(
            f"cannot write {error.filename or state}: {error.strerror or error}",
            fix="free some disk space, or name folders you may write, and start again",
        ) from error


def _forget(
    accounts: Collection[str], places: Places, settings: Settings, at: datetime
) -> tuple[Receipt, Path]:
    """Do it with the locks held."""
    state = places.state
    key = _key(places, settings)
    hashes = sorted(account_hash(one, key) for one in set(accounts))
    name = hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:12]
    begun = state / RECEIPTS / f".{name}.begun"
    found = _most(_noted(begun), find(accounts, places, settings=settings))
    begun.write_text(json.dumps(found), encoding="utf-8")
    remember_forgotten(state, accounts, key)
    ask_owners(state, accounts, key)
    forget_in_state(state, accounts)
    for out in places.outs:
        if out.exists():
            forget_in_output(out, accounts)
    if places.lists:
        forget_in_lists(places.lists, accounts, settings=settings, state=state, at=at)
    if places.graph:
        with places.graph() as graph:
            forget_in_graph(graph, accounts)
    signer = load_signer(settings.signing_key_file, state)
    receipt = Receipt(
        VERSION, at.astimezone(UTC).isoformat(timespec="seconds"), version("linkage"),
        tuple(hashes), found, places.left, signer.fingerprint,
    )
    path = state / RECEIPTS / f"forgotten-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{name}.json"
    write_receipt(receipt, path, signer)
    begun.unlink()
    log.info("stage=forget accounts=%d rows=%d", len(hashes), receipt.n_removed)
    return receipt, path


def _key(places: Places, settings: Settings) -> bytes:
    """Return the key of the hashes."""
    return load_key(replace(settings, key_file=settings.key_file or places.state / "key"))


def _noted(begun: Path) -> Found:
    """Return what a deletion that was cut off had found."""
    try:
        found: Found = json.loads(begun.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    log.warning("going on with a deletion that was cut off")
    return found


def _most(before: Found, now: Found) -> dict[str, dict[str, int]]:
    """Return the larger count of each: what is gone already was counted before."""
    return {
        place: dict(Counter(before.get(place, {})) | Counter(now.get(place, {})))
        for place in sorted({*before, *now})
    }
