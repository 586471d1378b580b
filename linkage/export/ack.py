"""Takes enforcement's answers back: into the ledger, and into the next run's decisions."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.export.commit import commit, locked
from linkage.export.ledger import (
    ANSWERS,
    Answer,
    Book,
    bodies_of_answers,
    chained,
    read_book,
)
from linkage.export.lists import original
from linkage.export.statements import plain
from linkage.settings import Settings

DECISIONS = {
    "done": "confirmed", "refused": "disputed", "appealed": "disputed",
    "reinstated": "reinstated",
}
"""Answer to the decision that the next run reads."""

CLOCK_SLACK = timedelta(days=1)
"""How far in the future an answer may be: clocks and time zones differ."""


@dataclass(frozen=True)
class Taken:
    """What an answer file held."""

    n_answers: int
    n_new: int
    """Answers that the ledger did not have yet."""
    by_answer: Mapping[str, int]
    """New answers."""
    never_sent: tuple[str, ...]
    """Accounts that no list has ever named: perhaps misspelt."""
    to_retract: tuple[str, ...]
    """Listed accounts that the next export retracts."""
    next_run: str
    """The run that was exported last; empty when none was."""
    next_options: str
    """The options it was exported with, as they are typed."""


def take_answers(
    file: Path, place: Path, *, settings: Settings, at: datetime | None = None
) -> Taken:
    """Take a file of answers into the ledger: all of it or nothing, and never twice.

    Parameters
    ----------
    file
        ``.csv`` or ``.jsonl`` with account_id, answer (done, refused, appealed, reinstated)
        and, if known, answered_at (ISO 8601), answered_by and note. An account's latest
        answer counts.
    place
        The folder of the lists.
    settings
        How many exports are kept.
    at
        Now, unless told.

    Raises
    ------
    InputError
        If a row is wrong; it names the row.
    LockedError
        If an export is being written.
    """
    now = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    answers = [_answer(row, f"{file}, row {n}", now) for n, row in enumerate(_rows(file), 1)]
    if not (place / "ledger.jsonl").exists() and not (place / ".commit").exists():
        raise InputError(f"{place} has no ledger", fix="give the folder that export --to wrote")
    with locked(place):
        book = read_book(place)
        new = [answer for answer in answers if _is_new(answer, book, now)]
        bodies = bodies_of_answers(new, taken_at=now)
        lines = chained(bodies, n_lines=book.n_lines, head=book.head)
        for body in bodies:
            book.take(body)
        if new:
            commit(place, lines, decisions=decisions_text(book), folder="",
                   keep=settings.export_keep)
    named = {answer.account_id for answer in new}
    return Taken(
        n_answers=len(answers), n_new=len(new),
        by_answer=dict(sorted(Counter(answer.answer for answer in new).items())),
        never_sent=tuple(sorted(named - set(book.said))),
        to_retract=tuple(sorted(
            name for name in named & set(book.listed) if book.answers[name].answer != "done"
        )),
        next_run=book.sent[-1].run if book.sent else "",
        next_options=_typed(book),
    )


def _typed(book: Book) -> str:
    """Return the options of the last export as they are typed."""
    if not book.sent:
        return ""
    min_tier, *formats = book.sent[-1].options
    return f"--min-tier {min_tier} --format {','.join(formats)}"


def decisions_text(book: Book) -> bytes:
    """Return ``decisions.jsonl``: a row per answered account, as ``linkage run`` reads them."""
    return "".join(
        json.dumps({
            "account_id": answer.account_id, "decision": DECISIONS[answer.answer],
            "decided_at": plain(answer.answered_at),
            "decided_by": answer.answered_by or "enforcement",
            "note": answer.note or f"answer: {answer.answer}",
        }) + "\n"
        for _, answer in sorted(book.answers.items())
    ).encode()


def _is_new(answer: Answer, book: Book, now: datetime) -> bool:
    """Tell whether an answer is not in the ledger yet, and remember it.

    An answer without an instant is new when it differs from the account's last.
    """
    known = book.answers.get(answer.account_id)
    if answer.answered_at == now and known and known.answer == answer.answer:
        return False
    key = answer.account_id, answer.answer, str(plain(answer.answered_at))
    if key in book.answers_taken:
        return False
    book.answers_taken.add(key)
    return True


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of an answer file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".jsonl":
            yield from (json.loads(line) for line in text.split("\n") if line.strip())
        elif file.suffix == ".csv":
            for row in csv.DictReader(io.StringIO(text, newline="")):
                yield {name: original(value) if name == "account_id" and value else value
                       for name, value in row.items()}
        else:
            raise InputError(f"{file} is neither .csv nor .jsonl", fix="give one of them")
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(
            f"cannot read {file}: {error}", fix="give UTF-8 with account_id and answer"
        ) from error


def _answer(row: Any, where: str, now: datetime) -> Answer:
    """Check one row."""
    if not isinstance(row, dict):
        raise InputError(f"{where}: not a JSON object", fix="give one object a line")
    account_id = str(row.get("account_id") or "")
    said = str(row.get("answer") or "").strip().lower()
    if not account_id:
        raise InputError(f"{where}: no account_id", fix="name the account")
    if said not in ANSWERS:
        raise InputError(
            f"{where}: answer {said or 'missing'!r}", fix=f"say one of {', '.join(ANSWERS)}"
        )
    return Answer(
        account_id, said, _instant(row.get("answered_at"), where, now),
        _text(row.get("answered_by")), _text(row.get("note")),
    )


def _instant(written: Any, where: str, now: datetime) -> datetime:
    """Read an instant; now, when nothing is written."""
    if not written:
        return now
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError as error:
        raise InputError(
            f"{where}: answered_at {written!r} is no instant", fix="write 2026-06-05T14:00:00Z"
        ) from error
    found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC).replace(microsecond=0)
    if found > now + CLOCK_SLACK:
        raise InputError(
            f"{where}: answered_at {written!r} is in the future",
            fix="correct it: a later answer would never count",
        )
    return found


def _text(value: Any) -> str | None:
    """Return text, or None for nothing."""
    return str(value) if value else None
