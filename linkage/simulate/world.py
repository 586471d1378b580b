"""Simulating a world: draw it, plant its groups, write it as input tables with the truth."""

import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from linkage.errors import InputError, SettingsError
from linkage.simulate import tables
from linkage.simulate.addresses import listed_networks
from linkage.simulate.clock import DAY, Span
from linkage.simulate.draft import Draft
from linkage.simulate.events import chunks, events_of
from linkage.simulate.hashing import Ints
from linkage.simulate.innocents import InnocentKind, plant_innocents
from linkage.simulate.operators import RingPlan
from linkage.simulate.ordinary import add_habits, draft_ordinary
from linkage.simulate.planting import plant_ring
from linkage.simulate.presets import PRESETS, Preset

log = logging.getLogger(__name__)

START = datetime(2026, 4, 22, tzinfo=UTC)
"""First instant of a world unless told."""

Progress = Callable[[int, int], None]
"""Told the events written so far and the events planned."""


@dataclass(frozen=True)
class WorldSummary:
    """What was written."""

    path: Path
    n_accounts: int
    n_abusive: int
    """Accounts in rings."""
    n_rings: int
    n_innocent_groups: int
    n_events: int
    n_payments: int
    start: datetime
    end: datetime


def simulate(
    out: Path,
    *,
    n_accounts: int | None = None,
    rings: Sequence[RingPlan] | None = None,
    preset: str | None = None,
    seed: int = 0,
    prompts: bool | None = None,
    start: datetime = START,
    days: int = 45,
    progress: Progress | None = None,
) -> WorldSummary:
    """Write a world with planted rings and innocent look-alikes into a new folder.

    Parameters
    ----------
    out
        Folder to make: ``accounts``, ``events``, ``payments``, ``identifiers``, ``links``,
        ``networks`` and ``truth/accounts``. It appears when it is whole.
    n_accounts
        Innocent accounts, at least 100; the members of rings come on top.
    rings
        Rings to plant; see :func:`linkage.simulate.ring_plans`.
    preset
        A name in :data:`linkage.simulate.PRESETS`, for what the other parameters leave open.
    seed
        Same seed and parameters, same bytes.
    prompts
        Write prompt text into events. Without, templates appear as ``prompt_template`` in
        ``identifiers``, and the world is drawn several times faster.
    start, days
        First instant and length of the time that events cover.
    progress
        Called after every piece of events.

    Raises
    ------
    InputError
        If ``out`` is there already and not an empty folder, or cannot be written.
    SettingsError
        If the preset is unknown or a number is out of range.
    """
    known = _preset(preset)
    plans = tuple(known.rings(seed)) if rings is None else tuple(rings)
    innocents = known.n_accounts if n_accounts is None else n_accounts
    if innocents < 100 or days < 7:
        raise SettingsError(
            f"a world has at least 100 accounts and 7 days, got {innocents} and {days}"
        )
    first = int(start.replace(tzinfo=start.tzinfo or UTC).timestamp())
    draft = draft_ordinary(
        innocents + sum(plan.n_accounts for plan in plans), seed=seed,
        span=Span(first, first + days * DAY),
        prompts=known.prompts if prompts is None else prompts,
        mean_events=known.mean_events * days / 45,
    )
    _plant(draft, plans, known.further)
    return _write(draft, out, progress)


def _preset(name: str | None) -> Preset:
    """Return a preset; without a name, a world of 1,000 accounts and no ring."""
    if name is None:
        return Preset(name="", about="", n_accounts=1_000, rings=lambda seed: ())
    if name not in PRESETS:
        raise SettingsError(f"unknown preset: {name}", fix=f"known: {', '.join(sorted(PRESETS))}")
    return PRESETS[name]


def _plant(
    draft: Draft, plans: Sequence[RingPlan], further: Sequence[InnocentKind] = ()
) -> None:
    """Plant innocent groups, then rings, among accounts in random order."""
    people = draft.rng.permutation(draft.n)
    taken = sum(plan.n_accounts for plan in plans)
    plant_innocents(draft, people[taken:], further)
    draft.group[people[:taken]] = -2
    vendors: dict[str, tuple[Ints, Ints]] = {}
    first = 0
    for plan in plans:
        plant_ring(draft, plan, people[first : first + plan.n_accounts], vendors)
        first += plan.n_accounts
    add_habits(draft)
    np.maximum(draft.n_events, 1, out=draft.n_events)
    draft.index()


def _write(draft: Draft, out: Path, progress: Progress | None) -> WorldSummary:
    """Write a world beside its place, then move it there."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is there already", fix="name a new folder or remove that one")
    draining = out.with_name(f".{out.name}.part")
    shutil.rmtree(draining, ignore_errors=True)
    try:
        (draining / "events").mkdir(parents=True)
        (draining / "truth").mkdir()
        n_events = _write_events(draft, draining / "events", progress)
        n_payments = _write_tables(draft, draining)
        if out.exists():
            out.rmdir()
        draining.rename(out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error}") from error
    finally:
        shutil.rmtree(draining, ignore_errors=True)
    abusive = [group.is_abusive for group in draft.groups]
    n_abusive = int(np.isin(draft.group, np.flatnonzero(abusive)).sum())
    log.info("world accounts=%d events=%d", draft.n, n_events)
    return WorldSummary(
        path=out, n_accounts=draft.n, n_abusive=n_abusive, n_rings=sum(abusive),
        n_innocent_groups=len(abusive) - sum(abusive), n_events=n_events, n_payments=n_payments,
        start=datetime.fromtimestamp(draft.span.start, UTC),
        end=datetime.fromtimestamp(draft.span.end, UTC),
    )


def _write_events(draft: Draft, folder: Path, progress: Progress | None) -> int:
    """Write the events in parts and return how many there are."""
    planned = int(draft.n_events.sum())
    written = 0
    for part, (first, last) in enumerate(chunks(draft)):
        path = folder / f"part-{part:05d}.parquet"
        written += _write_table(path, [events_of(draft, first, last)])
        if progress:
            progress(written, planned)
    return written


def _write_tables(draft: Draft, folder: Path) -> int:
    """Write all other tables and return the number of payments."""
    pieces = list(tables.account_chunks(draft))
    _write_table(folder / "accounts.parquet", (tables.accounts_of(draft, p) for p in pieces))
    n_payments = _write_table(
        folder / "payments.parquet", (tables.payments_of(draft, p) for p in pieces))
    _write_table(folder / "identifiers.parquet", (tables.identifiers_of(draft, p) for p in pieces))
    links = list(tables.links_of(draft))
    # Together: a row group for each of six thousand pieces takes a second to read.
    _write_table(folder / "links.parquet", [pa.concat_tables(links)] if links else [])
    _write_table(
        folder / "truth" / "accounts.parquet", (tables.truth_of(draft, p) for p in pieces))
    pa.csv.write_csv(listed_networks(), folder / "networks.csv")
    return n_payments


def _write_table(path: Path, pieces: Iterable[pa.Table]) -> int:
    """Write tables of one schema into one file and return its number of rows."""
    n = 0
    writer: pq.ParquetWriter | None = None
    try:
        for piece in pieces:
            # Without Arrow's own schema, columns written as dictionaries read as strings.
            writer = writer or pq.ParquetWriter(
                path, piece.schema, compression="zstd", store_schema=False)
            writer.write_table(piece)
            n += piece.num_rows
    finally:
        if writer:
            writer.close()
    return n
