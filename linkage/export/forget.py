"""Takes deleted accounts out of the ledger and of every list that is kept."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkage.export.ack import decisions_text
from linkage.export.commit import FOLDERS, PARTIAL, bytes_of_ledger, commit, locked
from linkage.export.delivery import Export, current_book, write_folder
from linkage.export.difference import count
from linkage.export.ledger import Book, bodies_of, book_of, chained, without
from linkage.export.signature import load_signer
from linkage.export.statements import plain
from linkage.schema import TIERS
from linkage.settings import Settings

NO_NAME = "a deleted account"
"""Stands in the evidence of others, where they were directly related to it."""


@dataclass(frozen=True)
class Forgotten:
    """What was taken out, without a name in it."""

    n_accounts: int
    """Accounts of those asked for that the ledger knew."""
    n_lines: int
    """Lines of the ledger of which only the hash is left."""
    folder: Path | None
    """The one export that is kept: the lists as they were, less these accounts."""


def forget(
    to: Path, accounts: Collection[str], *, settings: Settings, state: Path | None = None,
    at: datetime | None = None,
) -> Forgotten:
    """Take accounts out of the ledger, of all exports that are kept, and of the decisions.

    Their lines keep their hashes, so that the chain can still be checked; what other accounts'
    lines say of a direct relation to them is said again without the name. Every earlier export
    is removed, and a new one has the full lists; no difference names who was forgotten. What
    others copied before is theirs to remove. Whole or not at all, and safe to repeat.

    Parameters
    ----------
    to
        The folder of the lists.
    accounts
        Accounts to forget; those never named change nothing.
    settings, state
        As of :func:`linkage.export.export`.
    at
        Now, unless told.

    Raises
    ------
    InputError
        If the ledger or the key cannot be used.
    LockedError
        If an export is being written.
    """
    if not to.exists():
        return Forgotten(0, 0, None)
    with locked(to):
        before, ledger = current_book(to), bytes_of_ledger(to)
        naming = _naming(ledger, accounts) - set(accounts)
        written = without(ledger, set(accounts), naming=naming)
        book = book_of(written, to)
        n_lines = book.n_forgotten - before.n_forgotten
        if not n_lines:
            return Forgotten(0, 0, None)
        written += chained(
            _said_again(before, naming, accounts), n_lines=book.n_lines, head=book.head
        )
        book = book_of(written, to)
        name = _again(to, written, book, settings, state, at)
    known = set(before.said) | set(before.answers)
    return Forgotten(len(known & set(accounts)), n_lines, to / name if name else None)


def _naming(ledger: bytes, accounts: Collection[str]) -> set[str]:
    """Return the accounts whose statements name one of some accounts: by a direct relation."""
    found = set()
    for line in map(json.loads, ledger.splitlines()):
        summary = line["body"].get("statement", {}).get("evidence_summary", "")
        if summary and summary != _unnamed(summary, accounts):
            found.add(str(line["body"]["account_id"]))
    return found


def _unnamed(summary: str, accounts: Collection[str]) -> str:
    """Return a summary of evidence in which some accounts have no name."""
    for account_id in accounts:
        summary = summary.replace(f" {account_id} (", f" {NO_NAME} (")
    return summary


def _said_again(
    before: Book, naming: Collection[str], accounts: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the lines that say again what other accounts' lines said, less the names."""
    for account_id in sorted(naming):
        said = before.said[account_id]
        said = replace(said, evidence_summary=_unnamed(said.evidence_summary, accounts))
        line = {
            "at": plain(before.since[account_id, said.ring_id]), "export": before.sent[-1].number,
            "why": ["forgotten"], "account_id": account_id,
        }
        yield {"kind": "added", **line, "statement": said.as_row()}
        if account_id not in before.listed:
            yield {"kind": "retracted", **line}


def _again(
    to: Path, written: bytes, book: Book, settings: Settings, state: Path | None,
    at: datetime | None,
) -> str:
    """Put a shorter ledger in place and, if there were lists, lists of it; return their name."""
    name, lines = "", b""
    if book.sent:
        last = book.sent[-1]
        now = max((at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0),
                  last.exported_at)
        signer = load_signer(settings.signing_key_file, state)
        name = f"{FOLDERS}{last.number + 1:06d}"
        sent = replace(last, number=last.number + 1, exported_at=now, folder=name,
                       signing_key=signer.fingerprint)
        manifest = write_folder(
            to / PARTIAL, _as_listed(book, last.options[0]), sent, book, signer, settings,
            approved=False,
        )
        sent = replace(sent, manifest_sha256=hashlib.sha256(manifest).hexdigest())
        lines = chained(
            bodies_of((), book.listed, sent), n_lines=book.n_lines, head=book.head
        )
    commit(to, written + lines, decisions=decisions_text(book), folder=name, keep=1, anew=True)
    return name


def _as_listed(book: Book, min_tier: str) -> Export:
    """Return an export that says again what is in force."""
    listed = tuple(one for _, one in sorted(book.listed.items()))
    tiers = TIERS[: TIERS.index(min_tier) + 1]
    return Export(
        folder=None, number=book.sent[-1].number, listed=listed, changes=(), held_back={},
        counts={tier: count([one for one in listed if one.tier == tier], ()) for tier in tiers},
        worries=(),
    )
