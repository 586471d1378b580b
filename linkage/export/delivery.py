"""One export: what a run says, less what may not be said, as a difference and full lists."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from linkage.errors import InputError, QualityGateError, SettingsError
from linkage.export.ack import decisions_text
from linkage.export.commit import FOLDERS, PARTIAL, commit, locked, settled, write_private
from linkage.export.difference import Counts, applied, count, difference, of_tier, tiers_of
from linkage.export.guard import key_worry, worries
from linkage.export.ledger import Book, Change, Sent, bodies_of, chained, read_book
from linkage.export.lists import CHANGES, rows_of, rows_of_changes, write_list
from linkage.export.run import Run, read_run
from linkage.export.screen import Screen, read_allowlist
from linkage.export.signature import Signer, load_signer
from linkage.export.statements import STATEMENTS, Statement, plain, statements
from linkage.schema import TIERS
from linkage.settings import Settings

FORMATS = ("csv", "jsonl", "parquet", "stix")
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Export:
    """What an export did, or would do."""

    folder: Path | None
    """What was written; None in a dry run, or when there was nothing to tell."""
    number: int
    """Of this export, or of the last when there was nothing to tell."""
    listed: tuple[Statement, ...]
    """Every statement in force, by account."""
    changes: tuple[Change, ...]
    """By account."""
    held_back: Mapping[str, str]
    """Account to the code of what keeps it from the lists (``difference.WHY`` has sentences)."""
    counts: Mapping[str, Counts]
    """Tier to how much its list moved."""
    worries: tuple[str, ...]
    """Why the export needs approval, as sentences."""


def export(
    out: Path,
    to: Path,
    *,
    settings: Settings,
    min_tier: str = "enforce",
    formats: Sequence[str] = FORMATS,
    state: Path | None = None,
    approve: bool = False,
    dry_run: bool = False,
    at: datetime | None = None,
) -> Export:
    """Send what a run found: a new folder of lists, and their lines in the ledger.

    It appears whole or not at all, whenever the process dies. The same run with the same
    options a second time writes nothing.

    Parameters
    ----------
    out
        A folder that ``linkage run`` wrote.
    to
        The folder of the lists: ``ledger.jsonl``, ``latest``, ``decisions.jsonl`` and a folder
        per export.
    settings
        Allowlist, limits, days of validity, folders to keep, TLP level, signing key.
    min_tier
        The weakest tier to send: ``enforce``, ``review`` or ``watch``.
    formats
        Some of :data:`FORMATS`.
    state
        Folder of the signing key, unless the settings name one.
    approve
        Send it in spite of :attr:`Export.worries`.
    dry_run
        Return what would be sent; write nothing.
    at
        Now, unless told.

    Raises
    ------
    SettingsError
        If a tier or format is unknown.
    InputError
        If the run, the allowlist, the ledger or the key cannot be used.
    QualityGateError
        If approval is needed and was not given.
    LockedError
        If another export is writing there.
    """
    if min_tier not in TIERS[:-1]:
        raise SettingsError(f"unknown tier: {min_tier}", fix=f"say one of {', '.join(TIERS[:-1])}")
    if not formats or set(formats) - set(FORMATS):
        raise SettingsError(
            f"unknown format in: {', '.join(formats) or 'nothing'}",
            fix=f"say some of {', '.join(FORMATS)}",
        )
    run = read_run(out)
    options = (min_tier, *sorted(set(formats)))
    now = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    if dry_run:
        with settled(to):
            return _planned(run, read_book(to), settings, min_tier, now)
    signer = load_signer(settings.signing_key_file, state)
    with locked(to):
        book = current_book(to)
        planned = _planned(run, book, settings, min_tier, now)
        if _is_told(run, book, options, planned):
            return planned
        planned = replace(planned, worries=planned.worries + key_worry(book, signer.fingerprint))
        if planned.worries and not approve:
            raise QualityGateError(
                "; ".join(planned.worries), fix="look at it with --dry-run, then add --approve"
            )
        # A clock that was set back does not make the ledger go back.
        now = max([now, *(sent.exported_at for sent in book.sent[-1:])])
        name = f"{FOLDERS}{planned.number + 1:06d}"
        draft = Sent(
            number=planned.number + 1, exported_at=now, folder=name, run=str(out.resolve()),
            run_id=run.run_id, ran_at=run.ran_at, options=options,
            signing_key=signer.fingerprint, manifest_sha256="", digests=run.digests,
        )
        manifest = write_folder(
            to / PARTIAL, planned, draft, book, signer, settings, approved=approve
        )
        sent = replace(draft, manifest_sha256=hashlib.sha256(manifest).hexdigest())
        bodies = bodies_of(planned.changes, book.listed, sent)
        commit(
            to, chained(bodies, n_lines=book.n_lines, head=book.head),
            decisions=decisions_text(book), folder=name, keep=settings.export_keep,
        )
    return replace(planned, folder=to / name, number=sent.number)


def _planned(
    run: Run, book: Book, settings: Settings, min_tier: str, now: datetime
) -> Export:
    """Say what an export would do."""
    valid = timedelta(days=settings.export_valid_days)
    if run.ran_at + valid <= now:
        raise InputError(
            f"the run in {run.out} is of {run.ran_at:%Y-%m-%d}: what it says holds for "
            f"{settings.export_valid_days} days and has expired", fix="run again, then export",
        )
    screen = Screen(
        run, min_tier=min_tier, allowed=read_allowlist(settings.allowlist_file),
        answers=book.answers,
    )
    said = {
        one.account_id: one
        for one in statements(run, screen.listed(), valid_until=run.ran_at + valid)
    }
    changes = difference(
        book.listed, said, ever=book.said, why_not=screen.why_not,
        renew_before=run.ran_at + valid / 2,
    )
    listed = tuple(applied(book.listed, changes).values())
    asked = TIERS[: TIERS.index(min_tier) + 1]
    tiers = [tier for tier in TIERS if tier in asked or tier in tiers_of(listed, changes)]
    return Export(
        folder=None, number=book.sent[-1].number if book.sent else 0, listed=listed,
        changes=changes, held_back=screen.held_back(),
        counts={
            tier: count([one for one in listed if one.tier == tier], of_tier(changes, tier))
            for tier in tiers
        },
        worries=worries(run, book, changes, settings),
    )


def current_book(to: Path) -> Book:
    """Read the ledger, and refuse one that is older than the lists beside it."""
    book = read_book(to)
    known = {sent.folder for sent in book.sent}
    strange = sorted(path.name for path in to.glob(f"{FOLDERS}*") if path.name not in known)
    if strange:
        raise InputError(
            f"the ledger in {to} knows nothing of {strange[-1]}",
            fix="restore the newest ledger from a backup: what was sent cannot be known without it",
        )
    return book


def _is_told(run: Run, book: Book, options: tuple[str, ...], planned: Export) -> bool:
    """Tell whether the last export said all of this."""
    if planned.changes or not book.sent:
        return False
    last = book.sent[-1]
    return (last.run_id, last.options, dict(last.digests)) == (
        run.run_id, options, dict(run.digests)
    )


def write_folder(
    folder: Path, planned: Export, sent: Sent, book: Book, signer: Signer, settings: Settings, *,
    approved: bool,
) -> bytes:
    """Write a folder of lists and return its manifest."""
    folder.mkdir(mode=0o700)
    n_rows: dict[str, int] = {}
    since = {**{("", one.ring_id): sent.exported_at for one in planned.listed},
             **{(one.account_id, one.ring_id): sent.exported_at for one in planned.listed},
             **book.since}
    for tier in planned.counts:
        rows = [one for one in planned.listed if one.tier == tier]
        changes = of_tier(planned.changes, tier)
        for form in sent.options[1:]:
            n_rows |= _write_tier(folder, tier, form, rows, changes, sent, since, settings)
    files = [_described(folder / name, n) for name, n in n_rows.items()]
    manifest = json.dumps({
        "schema_version": SCHEMA_VERSION,
        "export": sent.number,
        "exported_at": plain(sent.exported_at),
        "linkage": version("linkage"),
        "run": {"run_id": sent.run_id, "ran_at": plain(sent.ran_at), "sha256": sent.digests},
        "min_tier": sent.options[0],
        "formats": sent.options[1:],
        "counts": {tier: asdict(counts) for tier, counts in planned.counts.items()},
        "held_back": dict(sorted(Counter(planned.held_back.values()).items())),
        "approved": approved,
        "worries": planned.worries,
        "valid_days": settings.export_valid_days,
        "tlp": settings.export_tlp,
        "files": files,
        "ledger_before": {"n_lines": book.n_lines, "head": book.head},
        "signing_key_sha256": sent.signing_key,
    }, indent=2).encode() + b"\n"
    write_private(folder / "manifest.json", manifest)
    write_private(folder / "manifest.json.sig", signer.sign(manifest))
    write_private(folder / "signing.pub", signer.public)
    return manifest


def _write_tier(
    folder: Path, tier: str, form: str, rows: list[Statement], changes: tuple[Change, ...],
    sent: Sent, since: Mapping[tuple[str, str], datetime], settings: Settings,
) -> dict[str, int]:
    """Write one tier's list and difference in one form; return rows per file."""
    if form == "stix":
        # Half a second to import, and needed for this form alone.
        from linkage.export.stix import Bundle

        names = (f"{tier}.stix.json", f"{tier}.changes.stix.json")
        bundle = Bundle(tier, at=sent.exported_at, since=since, tlp=settings.export_tlp)
        write_private(folder / names[0], bundle.of_list(rows))
        write_private(folder / names[1], bundle.of_changes(changes, rows))
    else:
        names = (f"{tier}.{form}", f"{tier}.changes.{form}")
        write_list(folder / names[0], rows_of(rows), STATEMENTS, form)
        write_list(folder / names[1], rows_of_changes(changes), CHANGES, form)
    return {names[0]: len(rows), names[1]: len(changes)}


def _described(path: Path, n_rows: int) -> dict[str, Any]:
    """Return a file's entry in the manifest."""
    return {
        "name": path.name, "n_rows": n_rows, "n_bytes": os.stat(path).st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
