"""Crowds by birth and volume: found where planted, absent where only margins or seasons speak."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from inputs import event, run_ingest, write_table

from linkage.ingest.lockstep import crowds

N = 4_000


def _strangers(seed: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 10**7, N), rng.lognormal(8, 1.5, N), rng


@pytest.mark.parametrize("seed", range(5))
def test_strangers_are_hardly_ever_a_crowd(seed):
    born, volume, _ = _strangers(seed)
    assert (crowds(born, volume) >= 0).mean() < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_a_season_in_which_everybody_moves_little_is_no_crowd(seed):
    born, volume, _ = _strangers(seed)
    trend = volume * np.exp(-3 * born / 10**7)
    assert (crowds(born, trend) >= 0).mean() < 0.02


@pytest.mark.parametrize("seed", range(5))
def test_accounts_made_in_an_hour_that_move_the_same_are_one_crowd(seed):
    born, volume, rng = _strangers(seed)
    ring = rng.choice(N, 30, replace=False)
    born[ring] = 5_000_000 + rng.integers(0, 3_600, 30)
    volume[ring] = 2_900 * rng.uniform(0.99, 1.01, 30)
    peak = crowds(born, volume)
    at = np.bincount(peak[ring][peak[ring] >= 0]).argmax()
    assert (peak[ring] == at).sum() >= 28
    assert (peak == at).sum() <= 36


def test_made_together_and_nothing_else_is_no_crowd():
    born, volume, _ = _strangers(7)
    born[:200] = 4_000_000
    assert (crowds(born, volume)[:200] >= 0).mean() < 0.02


def test_imported_accounts_that_moved_nothing_are_no_crowd():
    """Equal births and equal volumes must not be told apart by the same order twice."""
    born, volume, _ = _strangers(8)
    born[:1_500] = 4_000_000
    volume[1_000:2_500] = 0.0
    assert (crowds(born, volume) >= 0).mean() < 0.01


@pytest.mark.parametrize("n", range(4))
def test_few_accounts_are_no_crowd(n):
    assert (crowds(np.arange(n), np.arange(n, dtype=float)) == -1).all()


def test_a_crowd_is_an_identifier_of_those_in_it(tmp_path: Path):
    rng = np.random.default_rng(1)
    born = datetime(2026, 5, 1)
    rows = [
        {"account_id": f"s{at:04d}", "created_at": born + timedelta(seconds=int(second)),
         "total_volume_usd": float(volume)}
        for at, (second, volume) in enumerate(zip(
            rng.integers(0, 10**7, 1_000), rng.lognormal(8, 1.5, 1_000), strict=True))
    ]
    ring = [
        {"account_id": f"r{at:04d}", "created_at": born + timedelta(seconds=5_000_000 + 10 * at),
         "total_volume_usd": 2_900.0 + at}
        for at in range(15)
    ]
    write_table(tmp_path / "in" / "accounts.csv", rows + ring)
    write_table(tmp_path / "in" / "events.csv", [event("r0001")])
    members = {row["account_id"] for row in ring}
    assert max(run_ingest(tmp_path / "in").groups("lockstep"), key=len) >= members - {"r0000"}
