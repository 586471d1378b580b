"""The whole pass: ingest, evidence, communities, rings, report, published at once."""

import dataclasses
import json
import logging
import platform
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from linkage.calibrate import Shelf
from linkage.communities import Remembered, find_communities, remembering
from linkage.errors import QualityGateError
from linkage.evidence import (
    agreements,
    best_by_family,
    check_memory,
    estimate_weights,
    load_incidence,
    preview_pairs,
    strong_pairs,
)
from linkage.evidence.pairs import SIZE_CLASSES
from linkage.ingest import IngestReport, KnownFiles, ingest, load_key
from linkage.ingest.forgotten import Forgotten, read_forgotten
from linkage.lock import state_held
from linkage.own_data import KindSettings
from linkage.profile import CapabilityReader
from linkage.publish import published, write_tables
from linkage.report import write_report, write_ring_pages
from linkage.rings.assemble import Assembled, assemble
from linkage.rings.book import Book
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.chance import rings_by_chance
from linkage.rings.graph_tables import stored_tables, with_kinds, write_links
from linkage.rings.nights import Nights, night_of
from linkage.schema import TIERS
from linkage.settings import Settings
from linkage.stages import Progress, Stages
from linkage.store import Store

log = logging.getLogger(__name__)

PROMPT_READERS = (CapabilityReader(),)
PACKAGES = ("duckdb", "igraph", "leidenalg", "numpy", "pandas", "pyarrow", "scipy")


@dataclass(frozen=True)
class RunResult:
    """What a run published."""

    out: Path
    manifest: dict[str, Any]
    n_rings_by_tier: dict[str, int]
    night: str
    """What it read, as a name: 16 hexadecimal digits."""
    book: Book
    """Its rings, as the next night knows them again."""


def run(
    inputs: Sequence[str],
    out: Path,
    *,
    settings: Settings,
    state: Path | None = None,
    replace: bool = False,
    progress: Progress | None = None,
    at: datetime | None = None,
    is_live: bool = True,
    known: KnownFiles | None = None,
) -> RunResult:
    """Find the rings in some input and publish them as one folder.

    Parameters
    ----------
    inputs
        Folders, files or globs.
    out
        The folder to make. It is written beside its place and renamed when whole.
    settings
        Every knob.
    state
        Folder for what outlives a night: the last rings, whose ids go on, and the key of
        identifier hashes, unless the settings name one. None: every ring is new, and the key
        is in the user's own configuration folder.
    replace
        Replace a folder that is there already.
    progress
        Who watches, or None.
    at
        When the run is made, for its name; now, unless told.
    is_live
        Let the state know these rings as the last ones. Else whoever publishes them keeps
        :attr:`RunResult.book` under :attr:`RunResult.night`, and writes the overview.
    known
        Files of which only new ones are read; ``inputs`` is then not looked at.

    Raises
    ------
    InputError
        If the input cannot be used or the output cannot be written.
    CapacityError
        If the tables do not fit, or what is made of them would not.
    QualityGateError
        If too many rows had to be quarantined.
    """
    stages = Stages(progress)
    key = load_key(_with_state(settings, state))
    nights = Nights(state / "rings") if state else None
    with state_held(state):
        calibration = Shelf(state).in_use() if state else BUILT_IN
        with published(out, replace=replace) as folder:
            try:
                found, ingested, told = _compute(
                    inputs, folder, settings, key, stages, nights, read_forgotten(state, key),
                    calibration, known, state,
                )
            except QualityGateError as error:
                raise _with_bad_rows_kept(error, folder, out) from error
            with stages("write") as counts:
                counts.update(write_tables(folder, found.tables, threads=settings.n_threads))
            by_tier = _by_tier(found.tables["rings"])
            manifest = _manifest(
                at or datetime.now(UTC), settings, ingested, told, stages.finished, by_tier
            )
            (folder / "manifest.json").write_text(
                json.dumps(manifest, indent=2, default=str) + "\n", encoding="utf-8"
            )
            with stages("report"):
                write = write_report if is_live else write_ring_pages
                write(folder, threads=settings.n_threads)
        night = _night(ingested, settings)
        if nights and is_live:
            # Killed before this, the same night again compares with the same night before.
            nights.keep(night, found.book)
    return RunResult(out, manifest, by_tier, night, found.book)


def _night(ingested: IngestReport, settings: Settings) -> str:
    """Name the night after its inputs."""
    as_of = settings.as_of.isoformat() if settings.as_of else None
    return night_of(((file.table, file.sha256) for file in ingested.files), as_of)


def _compute(
    inputs: Sequence[str], folder: Path, settings: Settings, key: bytes, stages: Stages,
    nights: Nights | None, forgotten: Forgotten, calibration: Calibration,
    known: KnownFiles | None, state: Path | None,
) -> tuple[Assembled, IngestReport, dict[str, Any]]:
    """Run every stage that computes; the tables live in a private folder until then."""
    work = folder / "work"
    with Store(
        work, memory_limit_mb=settings.n_memory_mb, threads=settings.n_threads
    ) as store:
        with stages("ingest") as counts:
            ingested = ingest(
                store, inputs, settings=settings, key=key,
                quarantine=folder / "quarantine", step=stages.step,
                prompt_readers=PROMPT_READERS, forgotten=forgotten, known=known,
            )
            counts["accounts"] = store.count("account")
            counts["identifiers"] = store.count("identifier")
            counts["holdings"] = store.count("holding")
            counts["quarantined"] = ingested.n_quarantined
            store.limit_memory(settings.n_idle_memory_mb)
        check_memory(store.count("holding"), room_mb=settings.n_array_memory_mb)
        with stages("evidence") as counts:
            incidence = load_incidence(store, _with_kinds(settings, calibration))
            preview = preview_pairs(
                incidence, max_pairs=settings.n_max_pairs(incidence.n_accounts)
            )
            counts["candidate_pairs"] = preview.n_pairs
            best = best_by_family(
                incidence, agreements(incidence, preview), threads=settings.n_threads)
            weights = estimate_weights(incidence, best)
            pair, bits = strong_pairs(best, weights)
            counts["strong_pairs"] = len(pair)
            strong = with_kinds(best, pair, bits)
            del best
        leiden = remembering(settings.leiden, seed=settings.seed, state=state)
        with (
            stages("communities") as counts,
            # Much of that is for one processor.
            stored_tables(store, folder, threads=settings.n_threads) as rows_of_graph,
        ):
            found = find_communities(
                incidence, weights, pair, bits, leiden, stages.step, threads=settings.n_threads)
            counts["members"] = len(found.account)
            if isinstance(leiden, Remembered):
                counts.update(leiden.keep())
        with stages("rings") as counts:
            former = nights.before(_night(ingested, settings)) if nights else None
            made = assemble(
                store, incidence, weights, found, smallest=settings.min_ring_size,
                labels=settings.labels, former=former, calibration=calibration,
                threads=settings.n_threads,
            )
            counts["rings"] = made.tables["rings"].num_rows
        with stages("graph") as counts:
            counts.update(write_links(folder, incidence, strong, found) | rows_of_graph())
        by_chance = None
        if settings.null_runs:
            with stages("chance"):
                by_chance = rings_by_chance(
                    store, incidence, weights, calibration, settings,
                    made.tables["rings"]["tier"].to_pylist(),
                )
    shutil.rmtree(work, ignore_errors=True)
    told = {
        "by_chance": by_chance and [asdict(tier) for tier in by_chance],
        "calibration": asdict(calibration) if calibration.number else None,
        "pairs": {
            "widest_identifier": preview.cap, "n_pairs": preview.n_pairs,
            "n_strong": len(pair), "left_to_the_identifier_view": preview.left_out,
        },
        "estimates": [asdict(kind) for kind in weights.kinds],
        "prior_of_a_pair": weights.prior,
        "pair_weights": {
            "n_accounts": incidence.n_accounts,
            "holders_from": SIZE_CLASSES[:-1].tolist(),
            "prior": {one.kind: one.reliability for one in incidence.signals},
            "reliability": {
                one.kind: weights.reliability[at].round(6).tolist()
                for at, one in enumerate(weights.kinds)
            },
        },
    }
    return made, ingested, told


def _with_kinds(settings: Settings, calibration: Calibration) -> Settings:
    """Let a calibration say how reliable a kind is where the user says nothing of that."""
    kinds = dict(settings.kinds)
    for kind, reliability in calibration.kinds.items():
        said = kinds.get(kind, KindSettings())
        if said.reliability is None:
            kinds[kind] = dataclasses.replace(said, reliability=reliability)
    return dataclasses.replace(settings, kinds=kinds)


def _with_bad_rows_kept(error: QualityGateError, folder: Path, out: Path) -> QualityGateError:
    """Keep the quarantine of a run that a gate stopped, and say where it is."""
    kept = out.with_name(f"{out.name}.quarantine")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder / "quarantine", kept)
    return QualityGateError(
        error.problem, fix=f"mend the rows listed in {kept}, or raise --max-bad-rows"
    )


def _with_state(settings: Settings, state: Path | None) -> Settings:
    """Keep the key in the state folder when there is one and nothing else is said."""
    if state is None or settings.key_file is not None:
        return settings
    return dataclasses.replace(settings, key_file=state / "key")


def _by_tier(rings: pa.Table) -> dict[str, int]:
    """Rings of each tier, strongest tier first."""
    tiers = rings["tier"].to_pylist()
    return {tier: tiers.count(tier) for tier in TIERS}


def _manifest(
    at: datetime, settings: Settings, ingested: IngestReport, found: dict[str, Any],
    stages: list[dict[str, Any]], by_tier: dict[str, int],
) -> dict[str, Any]:
    """Everything that is needed to know what a run did and to do it again."""
    return {
        "run_id": at.strftime("%Y-%m-%dT%H%M%SZ"),
        "schema_version": 1,
        "versions": {
            "linkage": version("linkage"), "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        "settings": asdict(settings),
        "seed": settings.seed,
        "inputs": [asdict(file) for file in ingested.files],
        "tables": [
            {"table": table.table, "rows": table.n_rows, "quarantined": table.n_quarantined,
             "reasons": dict(table.reasons)}
            for table in ingested.tables
        ],
        "notes": list(ingested.notes),
        **found,
        "rings_by_tier": by_tier,
        "gates": {"max_bad_rows": settings.max_bad_rows, "open": True},
        "stages": stages,
        "platform": {"system": platform.platform(), "threads": settings.n_threads},
    }
