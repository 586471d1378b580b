"""How right the lists were, as enforcement's answers judge them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from linkage.errors import InputError
from linkage.export.commit import LEDGER, settled
from linkage.export.ledger import Answer, Book, read_book
from linkage.export.statements import Statement
from linkage.intervals import effective_trials, wilson
from linkage.schema import TIERS

RIGHT, WRONG = ("done",), ("refused", "reinstated")


@dataclass(frozen=True)
class Judged:
    """One tier, or the accounts for which one reason was given."""

    name: str
    n_sent: int
    """Accounts that were ever listed so, by what was said of each last."""
    n_right: int
    """Answered ``done``."""
    n_wrong: int
    """Answered ``refused`` or ``reinstated``."""
    n_pending: int
    """Answered ``appealed``; they count on neither side."""
    precision: float | None
    """``n_right / (n_right + n_wrong)``; None without such answers."""
    interval: tuple[float, float] | None
    """95% interval (Wilson 1927), as if each account were judged by itself."""
    n_rings: int
    """Rings of the accounts judged right or wrong."""
    interval_of_rings: tuple[float, float] | None
    """The same, as if a ring were judged as one: with ``(sum n)^2 / sum n^2`` answers, n over
    rings (Kish 1965). The truth lies between the two; trust the wider."""


@dataclass(frozen=True)
class Judgement:
    """What the answers in a ledger say of the lists."""

    n_sent: int
    n_answered: int
    tiers: tuple[Judged, ...]
    """Strongest first."""
    reasons: tuple[Judged, ...]
    """By code; an account counts for each of its reasons."""


def judge_ledger(place: Path) -> Judgement:
    """Return how right the lists were, by the answers that came back.

    Parameters
    ----------
    place
        The folder of the lists, or its ``ledger.jsonl``.

    Raises
    ------
    InputError
        If there is no ledger, or it is damaged.
    """
    return judgement(_book(place))


def read_answers(place: Path) -> tuple[Answer, ...]:
    """Return enforcement's latest answer on each account, by account.

    Parameters and errors as of :func:`judge_ledger`.
    """
    return tuple(answer for _, answer in sorted(_book(place).answers.items()))


def _book(place: Path) -> Book:
    """Read the ledger of a folder, or the one that is named itself."""
    folder = place.parent if place.name == LEDGER else place
    if not (folder / LEDGER).exists():
        raise InputError(f"{folder} has no {LEDGER}", fix="give the folder that export --to wrote")
    with settled(folder):
        return read_book(folder)


def judgement(book: Book) -> Judgement:
    """Return how right the lists of a book were."""
    of_tier: dict[str, list[Statement]] = defaultdict(list)
    of_reason: dict[str, list[Statement]] = defaultdict(list)
    for statement in book.said.values():
        of_tier[statement.tier].append(statement)
        for code in statement.reason_codes:
            of_reason[code].append(statement)
    return Judgement(
        n_sent=len(book.said),
        n_answered=len(set(book.said) & set(book.answers)),
        tiers=tuple(
            _judged(tier, of_tier[tier], book.answers) for tier in TIERS if tier in of_tier
        ),
        reasons=tuple(
            _judged(code, rows, book.answers) for code, rows in sorted(of_reason.items())
        ),
    )


def _judged(name: str, said: Iterable[Statement], answers: dict[str, Answer]) -> Judged:
    """Count answers to some statements."""
    rows = [(one, answers.get(one.account_id)) for one in said]
    given = Counter(answer.answer for _, answer in rows if answer)
    n_right = sum(given[answer] for answer in RIGHT)
    n_wrong = sum(given[answer] for answer in WRONG)
    n = n_right + n_wrong
    rings = Counter(
        one.ring_id for one, answer in rows if answer and answer.answer in RIGHT + WRONG
    )
    share = n_right / n if n else None
    effective = effective_trials(rings.values())
    return Judged(
        name=name, n_sent=len(rows), n_right=n_right, n_wrong=n_wrong,
        n_pending=given["appealed"], precision=share, n_rings=len(rings),
        interval=None if share is None else wilson(share, n),
        interval_of_rings=None if share is None else wilson(share, effective),
    )
