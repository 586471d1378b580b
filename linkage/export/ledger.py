"""The append-only ledger of what was sent and what came back: hash-chained JSON lines.

A line is ``{"n", "prev", "body", "hash"}``: ``prev`` is the hash of the line before (64 zeros
for the first), ``hash`` the SHA-256 of ``prev``, ``n`` and the SHA-256 of the body, so that no
line can be changed, dropped or put in later without every later hash being wrong. A body that
was forgotten keeps its hash alone, and the chain holds.
"""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.export.commit import LEDGER, bytes_of_ledger
from linkage.export.statements import Statement, plain, statement_of

NOTHING = "0" * 64
"""What the first line follows."""

ANSWERS = ("done", "refused", "appealed", "reinstated")
"""What enforcement may answer."""


@dataclass(frozen=True)
class Answer:
    """What enforcement says of one account."""

    account_id: str
    answer: str
    answered_at: datetime
    answered_by: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Change:
    """One line of a difference."""

    change: str
    """``added``, ``changed`` or ``retracted``."""
    why: tuple[str, ...]
    """Codes; their sentences are in ``linkage.export.difference.WHY``."""
    statement: Statement
    """What is said now; what was said last, when it is retracted."""
    ring_before: str | None = None
    tier_before: str | None = None


@dataclass(frozen=True)
class Sent:
    """One export, as the ledger closes it."""

    number: int
    exported_at: datetime
    folder: str
    run: str
    """The run's folder, to be exported again after answers."""
    run_id: str
    ran_at: datetime
    options: tuple[str, ...]
    """Smallest tier and formats."""
    signing_key: str
    """SHA-256 of the public key."""
    manifest_sha256: str
    digests: Mapping[str, str]
    """The run's tables to their SHA-256."""


@dataclass
class Book:
    """What a ledger says, line after line."""

    n_lines: int = 0
    head: str = NOTHING
    n_forgotten: int = 0
    sent: list[Sent] = field(default_factory=list)
    listed: dict[str, Statement] = field(default_factory=dict)
    """Account to the statement in force."""
    said: dict[str, Statement] = field(default_factory=dict)
    """Account to the last statement ever made."""
    since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(account, ring) to when that was first said, and ("", ring) likewise."""
    answers: dict[str, Answer] = field(default_factory=dict)
    """Account to enforcement's latest answer."""
    answers_taken: set[tuple[str, str, str]] = field(default_factory=set)
    """(account, answer, instant) of every answer in the ledger."""

    def take(self, body: Mapping[str, Any]) -> None:
        """Read one body."""
        match body["kind"]:
            case "added":
                self._say(statement_of(body["statement"]), body["at"])
            case "changed":
                was = self.listed[body["account_id"]].as_row()
                self._say(statement_of(was | body["statement"]), body["at"])
            case "retracted":
                self.listed.pop(body["account_id"], None)
            case "answer":
                self._answer(body)
            case "export":
                self.sent.append(_sent_of(body))
            case "forgotten":
                self.n_forgotten += 1

    def _say(self, statement: Statement, written_at: str) -> None:
        """Put a statement in force."""
        at = datetime.fromisoformat(written_at)
        self.listed[statement.account_id] = self.said[statement.account_id] = statement
        for who in (statement.account_id, ""):
            # What was said again, because a line had to go, keeps its first instant.
            known = self.since.get((who, statement.ring_id), at)
            self.since[who, statement.ring_id] = min(known, at)

    def _answer(self, body: Mapping[str, Any]) -> None:
        """Keep an answer that is no older than the account's last."""
        answer = Answer(
            body["account_id"], body["answer"], datetime.fromisoformat(body["answered_at"]),
            body["answered_by"], body["note"],
        )
        self.answers_taken.add((answer.account_id, answer.answer, body["answered_at"]))
        known = self.answers.get(answer.account_id)
        if known is None or known.answered_at <= answer.answered_at:
            self.answers[answer.account_id] = answer


def read_book(place: Path) -> Book:
    """Return what the ledger in a folder says; an empty book when there is none.

    Raises
    ------
    InputError
        If a line is damaged, missing or was changed.
    """
    return book_of(bytes_of_ledger(place), place)


def book_of(written: bytes, place: Path) -> Book:
    """Return what the text of the ledger in a folder says, as :func:`read_book`."""
    book = Book()
    for text in written.splitlines():
        body = _checked(text, book, place)
        book.take(body)
    if written and not written.endswith(b"\n"):
        raise _damaged(place, book.n_lines, "is cut off")
    return book


def _checked(text: bytes, book: Book, place: Path) -> Mapping[str, Any]:
    """Return the body of the next line, and move the book's head on."""
    n = book.n_lines + 1
    try:
        line = json.loads(text)
        body: Mapping[str, Any] = line["body"]
        right = line["n"] == n and line["prev"] == book.head
        right = right and line["hash"] == _hash(book.head, n, _sealed(body))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(place, n, "cannot be read") from error
    if not right:
        raise _damaged(place, n, "does not follow from the line before")
    book.n_lines, book.head = n, line["hash"]
    return body


def without(
    written: bytes, accounts: Collection[str], *, naming: Collection[str] = ()
) -> bytes:
    """Return a ledger's text without what it says of some accounts; the chain holds.

    Parameters
    ----------
    written
        The text.
    accounts
        Accounts of which no line stays.
    naming
        Accounts of which only the answers stay.
    """
    lines = []
    for line in map(json.loads, written.splitlines()):
        body = line["body"]
        about = body.get("account_id")
        if about in accounts or (about in naming and body["kind"] != "answer"):
            line["body"] = {"kind": "forgotten", "body_sha256": _sealed(body)}
        lines.append(f"{_text(line)}\n")
    return "".join(lines).encode()


def _damaged(place: Path, n: int, how: str) -> InputError:
    """Say which line of a ledger is wrong."""
    return InputError(
        f"line {n} of {place / LEDGER} {how}",
        fix="restore the ledger from a backup: what was sent cannot be known without it",
    )


def chained(bodies: Iterable[Mapping[str, Any]], *, n_lines: int, head: str) -> bytes:
    """Return bodies as the lines that follow ``n_lines`` others, the last one's hash ``head``."""
    lines = []
    for n, body in enumerate(bodies, n_lines + 1):
        # The salt keeps a forgotten body from being guessed by its hash.
        salted = {**body, "salt": secrets.token_hex(8)}
        found = _hash(head, n, _sealed(salted))
        lines.append(_text({"n": n, "prev": head, "body": salted, "hash": found}))
        head = found
    return "".join(f"{line}\n" for line in lines).encode()


def _text(value: Mapping[str, Any]) -> str:
    """Spell JSON in the one way that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=plain)


def _sealed(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a body, or what a forgotten one left."""
    if body["kind"] == "forgotten":
        return str(body["body_sha256"])
    return hashlib.sha256(_text(body).encode()).hexdigest()


def _hash(prev: str, n: int, sealed: str) -> str:
    """Return the hash of a line."""
    return hashlib.sha256(f"{prev} {n} {sealed}".encode()).hexdigest()


def bodies_of(
    changes: Iterable[Change], listed: Mapping[str, Statement], sent: Sent
) -> list[dict[str, Any]]:
    """Return an export as bodies of lines: its changes, then the line that closes it.

    A changed statement is written as far as it differs from the one in ``listed``.
    """
    bodies: list[dict[str, Any]] = []
    for change in changes:
        account_id = change.statement.account_id
        body = {
            "kind": change.change, "at": plain(sent.exported_at), "export": sent.number,
            "why": list(change.why), "account_id": account_id,
        }
        if change.change != "retracted":
            body["statement"] = change.statement.as_row()
        if change.change == "changed":
            was = listed[account_id].as_row()
            body["statement"] = {
                name: value for name, value in body["statement"].items() if value != was[name]
            }
        bodies.append(body)
    closing = {name: plain(value) for name, value in vars(sent).items()}
    return [*bodies, {"kind": "export", **closing}]


def _sent_of(body: Mapping[str, Any]) -> Sent:
    """Return a closed export."""
    return Sent(
        number=body["number"], exported_at=datetime.fromisoformat(body["exported_at"]),
        folder=body["folder"], run=body["run"], run_id=body["run_id"],
        ran_at=datetime.fromisoformat(body["ran_at"]), options=tuple(body["options"]),
        signing_key=body["signing_key"], manifest_sha256=body["manifest_sha256"],
        digests=body["digests"],
    )


def bodies_of_answers(answers: Iterable[Answer], *, taken_at: datetime) -> list[dict[str, Any]]:
    """Return answers as bodies of lines."""
    return [
        {"kind": "answer", "taken_at": plain(taken_at.astimezone(UTC))}
        | {name: plain(value) for name, value in vars(answer).items()}
        for answer in answers
    ]
