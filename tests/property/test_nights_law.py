"""Nights that read only what is new find what one run over everything finds, byte for byte."""

import shutil

import pytest
from deliveries import START, Job, delivered, in_order
from worlds import digests, read, run, two_ring_world


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files of a small world, with prompts."""
    place = tmp_path_factory.mktemp("world")
    return delivered(two_ring_world(place / "in"), place / "all", start=START)


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """One run over everything, which reads every file anew."""
    place = tmp_path_factory.mktemp("whole")
    (place / "in").mkdir()
    for file in files:
        if "again" not in file.name:
            shutil.copy(file, place / "in" / file.name)
    return run(place / "in", place / "out", overlapping=True, max_bad_rows=1.0)


def test_the_world_has_rings_and_overlaps(files, whole):
    assert len(read(whole, "rings")) >= 2
    assert read(whole, "capabilities")
    assert len([file for file in files if file.name.startswith("events")]) >= 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_of_nights_is_as_one_run_over_everything(files, whole, tmp_path, seed):
    job = Job(tmp_path / "job")
    *nights, last = in_order(files, seed, 3)
    for night in nights:
        assert job.night(night).exit_code == 0
    job.forget_rings()
    assert job.night(last or [files[-1]]).exit_code == 0
    assert not list(job.drop.iterdir())
    assert digests(job.out) == digests(whole)
