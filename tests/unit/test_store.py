"""The table engine."""

import stat

import duckdb
import pyarrow as pa
import pytest

from linkage.errors import CapacityError
from linkage.queries import Query
from linkage.store import Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "work", memory_limit_mb=200, threads=2) as one:
        yield one


def test_its_folder_is_its_owners_alone(store):
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_a_query_makes_the_table_of_its_name(store):
    made = Query("pair", "-- Purpose: x\nselect unnest([1, 2, $last]) as n")
    assert store.materialise(made, {"last": 7}) == 3
    assert store.arrow("select n from pair order by n")["n"].to_pylist() == [1, 2, 7]


def test_making_a_table_twice_replaces_it(store):
    store.create("t", "select 1 as n")
    assert store.create("t", "select 2 as n where false") == 0
    assert store.count("t") == 0


def test_arrow_tables_go_in_and_come_out(store):
    table = pa.table({"a": [3, 1, None], "b": ["x", None, "z"]})
    assert store.put("t", table) == 3
    assert store.arrow("select * from t order by a nulls last").to_pylist() == [
        {"a": 1, "b": None}, {"a": 3, "b": "x"}, {"a": None, "b": "z"}]


def test_appending_makes_the_table_or_extends_it_by_column_name(store):
    store.append("t", pa.table({"a": [1], "b": ["x"]}))
    store.append("t", pa.record_batch({"b": ["y"], "a": [2]}))
    assert store.arrow("select a, b from t order by a").to_pylist() == [
        {"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_extending_keeps_the_order_of_the_select(store):
    store.create("t", "select 0 as n where false")
    assert store.extend("t", "select n from range(50000) as r(n) order by n desc") == 50_000
    with store.in_order():
        found = store.arrow("select n from t")["n"].to_pylist()
    assert found == list(range(50_000))[::-1]


def test_batches_together_are_the_whole(store):
    store.create("t", "select n from range(10000) as r(n)")
    batches = list(store.batches("select n from t order by n", rows=3_000))
    assert len(batches) > 1
    assert pa.Table.from_batches(batches)["n"].to_pylist() == list(range(10_000))


def test_tables_and_views_are_there_until_they_are_dropped(store):
    store.create("t", "select 1 as n")
    store.view("v", "select n + 1 as n from t")
    assert store.exists("t")
    assert store.scalar("select n from v") == 2
    store.drop_view("v")
    store.drop("t", "never_was")
    assert not store.exists("t")
    assert not store.exists("v")


def test_a_scalar_of_no_row_is_none(store):
    assert store.scalar("select 1 where false") is None


def test_values_are_parameters_and_never_text(store):
    text = "'; drop table account; --"
    assert store.scalar("select $v", {"v": text}) == text


def test_python_variables_are_not_tables(store):
    frame = pa.table({"a": [1]})
    with pytest.raises(duckdb.CatalogException):
        store.count("frame")
    assert frame.num_rows == 1


def test_instants_are_utc(store):
    assert store.scalar("select cast(timestamptz '2026-05-01 12:00:00+02' as varchar)") == (
        "2026-05-01 10:00:00+00")


def test_a_closed_store_answers_no_more(tmp_path):
    with Store(tmp_path / "work", memory_limit_mb=200, threads=1) as one:
        one.create("t", "select 1")
    with pytest.raises(duckdb.ConnectionException):
        one.count("t")


def test_memory_that_is_lent_is_the_tables_again_afterwards(store):
    def limit():
        return float(store.scalar("select current_setting('memory_limit')").split()[0])

    store.create("t", "select range as n, hash(range) as code from range(10_000_000)")
    before = limit()
    with store.memory_lent(120):
        assert limit() == pytest.approx(before - 120, abs=1)
        assert store.scalar("select count(distinct code) from t") == 10_000_000
        used = store.scalar("select sum(memory_usage_bytes) from duckdb_memory()")
        assert used <= 80 * 2**20
    assert limit() == before


def test_tables_that_fit_neither_memory_nor_disk_are_refused_with_a_way_out(tmp_path):
    def overfill():
        with Store(tmp_path / "work", memory_limit_mb=64, threads=1) as store:
            store.connection.execute("set max_temp_directory_size = '1MiB'")
            store.create("t", "select hash(range) as n from range(20000000)")

    with pytest.raises(CapacityError, match="64 MiB of memory nor the disk") as refused:
        overfill()
    assert refused.value.exit_code == 3
    assert "memory_limit_mb" in refused.value.fix


def test_tables_beyond_a_lower_limit_go_to_the_folder_and_stay_whole(store):
    store.create("t", "select hash(range) as n from range(8000000)")
    before = store.scalar("select sum(n::hugeint) from t")
    store.limit_memory(32)
    held = "select sum(memory_usage_bytes) / 1048576 from duckdb_memory()"
    assert store.scalar(held) <= 32
    assert list((store.folder / "spill").iterdir())
    assert store.scalar("select sum(n::hugeint) from t") == before
