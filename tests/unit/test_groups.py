"""Groups that somebody reported are judged as they are, given that they belong together."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from incidences import clear_world, detect, incidence_of, put_stages
from inputs import write_table
from worlds import read, run, tiny_world

from linkage.rings.calibration import Calibration
from linkage.rings.groups import judge_groups
from linkage.schema import GROUPS
from linkage.store import Store

OPERATOR = [f"acct-{at:02d}" for at in range(10)]
GROUPED = {
    "operator": OPERATOR,
    "part of it": OPERATOR[:4],
    "strangers": [f"acct-{at}" for at in (11, 14, 17, 20, 23, 26, 29)],
    "nobody's": ["acct-28"],
}


def _judged(folder, rows, **knobs):
    world = tiny_world(folder / "world")
    write_table(world / "groups.csv", rows)
    out = run(world, folder / "out", **knobs)
    return out, {row["group_id"]: row for row in read(out, "groups")}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    rows = [{"group_id": name, "account_id": who} for name, who_all in GROUPED.items()
            for who in who_all]
    return _judged(tmp_path_factory.mktemp("groups"), [*rows, rows[0]])[1]


def test_every_group_is_judged_once_each_account_counted_once(judged):
    assert {name: row["n_accounts"] for name, row in judged.items()} == {
        name: len(who) for name, who in GROUPED.items()
    }


def test_an_operation_ranks_above_strangers_and_above_few_of_its_own(judged):
    score = {name: row["score"] for name, row in judged.items()}
    assert score["operator"] > max(score["part of it"], score["strangers"])
    assert max(score, key=score.get) == next(iter(judged)) == "operator"


def test_a_report_alone_bears_no_tier(judged):
    assert judged["strangers"]["tier"] == judged["nobody's"]["tier"] == "benign"
    assert judged["operator"]["tier"] != "benign"
    assert set(judged["operator"]["families"]) >= {"device", "payment"}


def test_a_group_that_names_nobody_known_is_quarantined(tmp_path):
    rows = [{"group_id": "g", "account_id": who} for who in ("acct-01", "acct-02", "gone")]
    out, found = _judged(tmp_path, rows, max_bad_rows=0.5)
    assert found["g"]["n_accounts"] == 2
    _, bad = (out / "quarantine" / "groups.csv").read_text().splitlines()
    assert bad.endswith('groups.csv",3,"unknown account","account_id"')


def test_without_reports_the_table_is_empty_and_of_its_form(tmp_path):
    out = run(tiny_world(tmp_path / "world"), tmp_path / "out")
    assert read(out, "groups") == []
    assert pq.read_schema(out / "groups.parquet").equals(GROUPS)


def test_groups_are_judged_by_the_calibration_in_use(tmp_path):
    n, identifiers, _ = clear_world()
    incidence = incidence_of(n, identifiers)
    weights, _ = detect(incidence)
    with Store(tmp_path, memory_limit_mb=500, threads=1) as store:
        put_stages(store, n, identifiers)
        store.put("reported_group", pa.table({
            "group_id": ["one"] * 20 + ["strangers"] * 9,
            "account_ix": pa.array([*range(20), *range(100, 109)], pa.int32()),
        }))
        plain, eager = (
            {row["group_id"]: row["score"] for row in judge_groups(
                store, incidence, weights, calibration).to_pylist()}
            for calibration in (Calibration(), Calibration(prior_nats=3.0))
        )
    assert plain.keys() == eager.keys() == {"one", "strangers"}
    assert all(eager[name] > score for name, score in plain.items())
