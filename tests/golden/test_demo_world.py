"""The world in fixtures/demo is the one that its command writes."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from linkage.simulate import simulate

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
SEED = 1


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("demo") / "world", preset="demo", seed=SEED).path


def test_every_table_holds_the_same_rows(world):
    names = sorted(path.relative_to(DEMO) for path in DEMO.rglob("*.parquet"))
    assert names == sorted(path.relative_to(world) for path in world.rglob("*.parquet"))
    for name in names:
        assert pq.read_table(DEMO / name).equals(pq.read_table(world / name)), name


def test_the_networks_are_the_same(world):
    assert (DEMO / "networks.csv").read_bytes() == (world / "networks.csv").read_bytes()
