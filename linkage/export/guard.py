"""Guard rails: what a person must approve before it leaves."""

from collections.abc import Iterable, Iterator

from linkage.export.ledger import Book, Change
from linkage.export.run import Run
from linkage.schema import TIERS
from linkage.settings import Settings

FEW = 20
"""So many retractions are never too many."""


def worries(
    run: Run, book: Book, changes: Iterable[Change], settings: Settings
) -> tuple[str, ...]:
    """Return why an export needs approval, as sentences; empty when it needs none."""
    return tuple(_worries(run, book, tuple(changes), settings))


def key_worry(book: Book, signing_key: str) -> tuple[str, ...]:
    """Return a sentence when another key would sign than signed the last export."""
    if not book.sent or book.sent[-1].signing_key == signing_key:
        return ()
    return (f"the signing key {signing_key[:16]} is not {book.sent[-1].signing_key[:16]}, "
            "which signed the last export: name the same --state",)


def _worries(
    run: Run, book: Book, changes: tuple[Change, ...], settings: Settings
) -> Iterator[str]:
    """Yield a sentence for each limit that is passed."""
    n_harder = sum(_is_harder(change) for change in changes)
    n_gone = sum(change.change == "retracted" for change in changes)
    most, share = settings.export_max_accounts, settings.export_max_share
    if n_harder > most:
        yield (f"{n_harder:,} accounts would be added or move to a stronger tier, "
               f"at most {most:,} may without approval")
    if n_harder > share * run.n_accounts:
        yield (f"{n_harder:,} accounts would be added or move to a stronger tier, "
               f"{n_harder / max(run.n_accounts, 1):.1%} of all {run.n_accounts:,}; "
               f"at most {share:.1%} may without approval")
    if n_gone > max(FEW, settings.export_max_retracted * len(book.listed)):
        yield (f"{n_gone:,} of {len(book.listed):,} listed accounts would be retracted, at most "
               f"{settings.export_max_retracted:.0%} may without approval")
    if book.sent and run.ran_at < book.sent[-1].ran_at:
        yield (f"run {run.run_id} is older than {book.sent[-1].run_id}, "
               "which was exported last")


def _is_harder(change: Change) -> bool:
    """Tell whether a change puts an account in a worse place than before."""
    if change.change == "retracted":
        return False
    before = change.tier_before
    return before is None or TIERS.index(change.statement.tier) < TIERS.index(before)
