"""Same input, settings, seed and version: same bytes."""

import pytest
from worlds import digests, read, rewritten, run, small_world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return small_world(tmp_path_factory.mktemp("world") / "in")


@pytest.fixture(scope="module")
def first(world, tmp_path_factory):
    return run(world, tmp_path_factory.mktemp("first") / "out")


def test_the_world_has_rings_to_compare(first):
    assert len(read(first, "rings")) >= 3


def test_threads_never_change_a_byte(world, first, tmp_path):
    assert digests(run(world, tmp_path / "out", threads=2)) == digests(first)


def test_the_order_of_rows_never_changes_a_byte(world, first, tmp_path):
    shuffled = rewritten(world, tmp_path / "in", seed=1)
    assert digests(run(shuffled, tmp_path / "out")) == digests(first)


def test_csv_gives_the_bytes_that_parquet_gives(world, first, tmp_path):
    written = rewritten(world, tmp_path / "in", form="csv")
    assert digests(run(written, tmp_path / "out")) == digests(first)


def test_another_key_changes_every_hash_and_no_operators_ring(world, first, tmp_path, monkeypatch):
    monkeypatch.setenv("LINKAGE_KEY", "another key of sixteen bytes or more")
    second = run(world, tmp_path / "out")
    large, hashes = [], []
    for out in (first, second):
        large.append({
            row["ring_id"] for row in read(out, "rings") if row["tier"] in ("enforce", "review")})
        hashes.append({
            row["identifier_id"] for row in read(out, "evidence")
            if len(row["identifier_id"]) == 32})
    assert large[0] == large[1]
    assert len(large[0]) >= 2
    assert hashes[0]
    assert not hashes[0] & hashes[1]
