"""How many rings of each tier chance alone would give: the whole search on worlds dealt anew."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from linkage.communities import find_communities, leiden_backend
from linkage.evidence import Weights, agreements, best_by_family, preview_pairs, strong_pairs
from linkage.evidence.incidence import Incidence, Ints
from linkage.evidence.null import redealt
from linkage.intervals import poisson_mean
from linkage.rings.calibration import Calibration
from linkage.rings.judge import judge
from linkage.rings.standing import measure_with_parts
from linkage.schema import TIERS
from linkage.settings import Settings
from linkage.store import Store


@dataclass(frozen=True)
class TierByChance:
    """A tier with the stronger ones, in the run and by chance."""

    tier: str
    n_rings: int
    """Rings of the run."""
    n_by_chance: float
    """Mean over the worlds dealt anew."""
    false_share: float | None
    """Estimated share of the tier's rings that chance alone would give; None without rings."""
    interval: tuple[float, float] | None
    """Its 95% interval, from the number of rings by chance (Garwood 1936)."""


def rings_by_chance(
    store: Store, incidence: Incidence, weights: Weights, calibration: Calibration,
    settings: Settings, tiers: list[str],
) -> tuple[TierByChance, ...]:
    """Search worlds of chance as the run was searched, and count the rings of each tier.

    The run's own weights judge them: estimated anew they would be lower, for in a world of
    chance nothing is worth much. The stage tables ``holding`` and ``member`` are replaced,
    so nothing may read them afterwards. What this says nothing about is innocent reasons to
    share: families are no accident either.

    Parameters
    ----------
    store, incidence, weights, calibration, settings
        As the run's; ``settings.null_runs`` worlds are dealt.
    tiers
        The tier of each ring of the run.
    """
    lone = lone_identifiers(store, incidence)
    by_chance = [
        _tiers(store, redealt(incidence, lone, seed=settings.seed + 1_000 * turn), weights,
               calibration, settings)
        for turn in range(1, settings.null_runs + 1)
    ]
    return tuple(
        _compared(tiers, by_chance, TIERS[: at + 1]) for at in range(len(TIERS) - 1)
    )


def lone_identifiers(store: Store, incidence: Incidence) -> Ints:
    """(n_families, n_accounts) identifiers of each family that the account alone holds."""
    n, n_families = incidence.n_accounts, len(incidence.families)
    of_kind = {
        one.kind: incidence.families.index(one.family) for one in incidence.signals
    }
    known = store.arrow("select account_ix, kind, n_identifiers from account_kind").to_pandas()
    known = known[known["kind"].isin(of_kind)]
    place = known["kind"].map(of_kind).to_numpy(dtype=np.int64) * n
    place += known["account_ix"].to_numpy(dtype=np.int64)
    held = np.bincount(
        place, weights=known["n_identifiers"].to_numpy(dtype=float), minlength=n_families * n)
    holder = np.repeat(np.arange(n), np.diff(incidence.held.indptr))
    shared = np.bincount(
        incidence.family[incidence.held.indices] * n + holder, minlength=n_families * n)
    lone: Ints = np.maximum(held.astype(np.int64) - shared, 0).reshape(n_families, n)
    return lone


def _tiers(
    store: Store, dealt: Incidence, weights: Weights, calibration: Calibration,
    settings: Settings,
) -> list[str]:
    """Return the tier of each ring in one world of chance."""
    preview = preview_pairs(dealt, max_pairs=settings.n_max_pairs(dealt.n_accounts))
    pair, bits = strong_pairs(best_by_family(dealt, agreements(dealt, preview)), weights)
    found = find_communities(
        dealt, weights, pair, bits, leiden_backend(settings.leiden, seed=settings.seed),
        threads=settings.n_threads)
    found = found.of_rings(np.bincount(found.ring) >= settings.min_ring_size)
    if not len(found.account):
        return []
    known = dealt.centre < 0
    holder = np.repeat(np.arange(dealt.n_accounts), np.diff(dealt.held.indptr))
    rows = known[dealt.held.indices]
    store.put("holding", pa.table({
        "account_ix": pa.array(holder[rows], pa.int32()),
        "identifier_ix": pa.array(dealt.held.indices[rows], pa.int32()),
    }))
    measured = measure_with_parts(store, dealt, found, calibration)
    return judge(measured.rings, dealt.families, calibration).tier


def _compared(
    tiers: list[str], by_chance: list[list[str]], chosen: tuple[str, ...]
) -> TierByChance:
    """Compare a tier, with the stronger ones, with chance."""
    n_rings = sum(one in chosen for one in tiers)
    n_dealt = sum(one in chosen for world in by_chance for one in world)
    mean = n_dealt / len(by_chance)
    limits = poisson_mean(n_dealt, len(by_chance))
    return TierByChance(
        tier=chosen[-1], n_rings=n_rings, n_by_chance=mean,
        false_share=min(1.0, mean / n_rings) if n_rings else None,
        interval=(min(1.0, limits[0] / n_rings), min(1.0, limits[1] / n_rings))
        if n_rings else None,
    )
