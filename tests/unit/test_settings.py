"""Settings: which source goes first, and what is refused."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.environment import environment_key
from linkage.errors import SettingsError
from linkage.machine import memory_mb
from linkage.own_data import KindSettings, TableMapping
from linkage.settings import Settings, load_settings


def _load(tmp_path, text="", environment=None, **flags):
    path = tmp_path / "linkage.toml"
    path.write_text(text)
    return load_settings(path, environment=environment or {}, **flags)


def test_without_sources_the_defaults_stand():
    assert load_settings(environment={}) == Settings()


@given(places=st.sets(st.sampled_from(["flag", "environment", "toml"])))
def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path_factory, places):
    tmp_path = tmp_path_factory.mktemp("settings")
    found = _load(
        tmp_path, "seed = 1" if "toml" in places else "",
        {"LINKAGE_SEED": "2"} if "environment" in places else {},
        seed=3 if "flag" in places else None,
    )
    order = [("flag", 3), ("environment", 2), ("toml", 1)]
    assert found.seed == next((value for place, value in order if place in places), 0)


def test_sources_mix_setting_by_setting(tmp_path):
    found = _load(
        tmp_path, "seed = 1\nthreads = 1\nmin_ring_size = 9", {"LINKAGE_THREADS": "2"},
        min_ring_size=4)
    assert (found.seed, found.threads, found.min_ring_size) == (1, 2, 4)


def test_the_processes_own_environment_is_read_unless_another_is_given(monkeypatch):
    monkeypatch.setenv("LINKAGE_SEED", "5")
    assert load_settings().seed == 5
    assert load_settings(environment={}).seed == 0


@pytest.mark.parametrize("text", ["sede = 1", "[leiden]\nlibrary = 'igraph'", "threads = 'many'",
                                  "labels = 'perhaps'", "seed = true", "max_bad_rows = false",
                                  "as_of = 'someday'", "key_file = 5", "as_of = 07:32:00"])
def test_unknown_keys_and_wrong_types_in_the_file_are_refused(tmp_path, text):
    with pytest.raises(SettingsError) as refused:
        _load(tmp_path, text)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(("name", "value"), [
    ("seed", -1), ("max_bad_rows", 1.5), ("max_bad_rows", float("nan")), ("min_ring_size", 1),
    ("leiden", "louvain"), ("threads", -1), ("memory_limit_mb", -5), ("max_pairs", -1),
    ("threads", "x"), ("resolutoin", 0.2), ("tables", {}),
])
def test_flags_out_of_range_or_unknown_are_refused(name, value):
    with pytest.raises(SettingsError, match=name):
        load_settings(environment={}, **{name: value})


def test_an_unknown_key_is_named_beside_the_known_ones():
    with pytest.raises(SettingsError, match="unknown setting: sede") as refused:
        load_settings(environment={}, sede=1)
    assert "seed" in refused.value.fix


def test_a_fraction_is_no_whole_number(tmp_path):
    with pytest.raises(SettingsError):
        _load(tmp_path, "threads = 2.5")


@pytest.mark.parametrize("text", ["kinds = 5", "[kinds]\ncard = 5", "[tables]\nevents = 5",
                                  "[kinds.card]\nm = 'high'", "[kinds.card]\nreliability = 1.5"])
def test_sections_of_the_wrong_shape_are_refused(tmp_path, text):
    with pytest.raises(SettingsError):
        _load(tmp_path, text)


def test_tables_and_kinds_are_sections(tmp_path):
    found = _load(tmp_path, """
        [[tables.identifiers]]
        source = "wallets"
        columns = {account_id = "Uid", value = "wallet"}
        constants = {kind = "wallet"}
        [[tables.identifiers]]
        source = "coupons"
        [kinds.wallet]
        family = "payment"
        m = 0.5
        """)
    assert found.tables == {"identifiers": (
        TableMapping("wallets", {"account_id": "Uid", "value": "wallet"}, {"kind": "wallet"}),
        TableMapping("coupons"),
    )}
    assert found.kinds == {"wallet": KindSettings(family="payment", m=0.5)}


@pytest.mark.parametrize("text", [
    "[[tables.events]]\ncolumns = {ip = 'x'}", "[[tables.events]]\nsource = 'x'\ncolumn = 'y'",
    "tables = 3", "[tables]\nevents = 'x'", "[kinds.card]\nweight = 3",
])
def test_sections_with_unknown_or_missing_keys_are_refused(tmp_path, text):
    with pytest.raises(SettingsError):
        _load(tmp_path, text)


@pytest.mark.parametrize("data", [b"seed = ", b"\xff\xfe\x00", b"seed = 1\nseed = 2"])
def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path, data):
    path = tmp_path / "linkage.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=r"linkage\.toml"):
        load_settings(path, environment={})


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml", environment={})


@pytest.mark.parametrize("value", [
    "2026-06-05T00:00:00Z", "2026-06-05", "2026-06-05T02:00:00+02:00",
    datetime(2026, 6, 5), datetime(2026, 6, 5, tzinfo=UTC),
])
def test_an_instant_is_read_in_any_spelling_and_is_utc(value):
    found = load_settings(environment={}, as_of=value).as_of
    assert found == datetime(2026, 6, 5, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("text", "value"), [
    ("true", True), ("1", True), ("False", False), ("0", False)])
def test_a_flag_in_the_environment_is_read_as_one(text, value):
    assert load_settings(environment={"LINKAGE_LABELS": text}).labels is value


def test_a_home_folder_in_a_path_is_found():
    assert load_settings(environment={}, key_file="~/key").key_file == Path.home() / "key"


@pytest.mark.parametrize("name", ["key_file", "allowlist_file", "signing_key_file"])
def test_a_path_in_the_file_begins_at_its_folder_wherever_the_process_works(
    name, tmp_path, monkeypatch,
):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "linkage.toml").write_text(f'{name} = "secrets/a"')
    monkeypatch.chdir(tmp_path)
    for file in (Path("settings/linkage.toml"), tmp_path / "settings" / "linkage.toml"):
        found = getattr(load_settings(file, environment={}), name)
        assert found == tmp_path / "settings" / "secrets" / "a"


def test_a_path_from_elsewhere_begins_where_the_process_works(tmp_path):
    (tmp_path / "linkage.toml").write_text('key_file = "of/file"')
    read = partial(load_settings, tmp_path / "linkage.toml")
    assert read(environment={"LINKAGE_KEY_FILE": "a"}).key_file == Path("a")
    assert read(environment={}, key_file=Path("b")).key_file == Path("b")


def test_a_whole_path_or_one_at_home_in_the_file_stays_as_it_is(tmp_path):
    for text, path in (("/etc/a", Path("/etc/a")), ("~/a", Path.home() / "a")):
        (tmp_path / "linkage.toml").write_text(f'key_file = "{text}"')
        assert load_settings(tmp_path / "linkage.toml", environment={}).key_file == path


def test_zero_means_what_the_machine_has():
    found = Settings()
    assert found.n_threads >= 1
    assert found.n_memory_mb >= 512
    assert Settings(threads=3).n_threads == 3
    assert Settings(memory_limit_mb=700).n_memory_mb == 700


def test_while_other_work_holds_arrays_tables_take_half_as_much_and_enough_to_work():
    assert Settings(memory_limit_mb=4_000).n_idle_memory_mb == 2_000
    assert Settings(memory_limit_mb=700).n_idle_memory_mb == 512
    assert Settings(memory_limit_mb=300).n_idle_memory_mb == 300


def test_tables_and_arrays_share_the_memory_of_the_machine():
    found = Settings(memory_limit_mb=1_000)
    assert found.n_idle_memory_mb + found.n_array_memory_mb == memory_mb()
    assert Settings(memory_limit_mb=10**9).n_array_memory_mb == 0


def test_pairs_are_bounded_by_memory_and_by_what_a_user_says():
    assert Settings(max_pairs=7).n_max_pairs(10**6) == 7
    assert Settings(memory_limit_mb=64).n_max_pairs(10**6) == 2**20
    assert Settings(memory_limit_mb=10**6).n_max_pairs(10) == 5_000_000


def test_the_key_is_no_setting():
    assert environment_key({"LINKAGE_KEY": "secret of sixteen"}) == "secret of sixteen"
    assert environment_key({"LINKAGE_KEY": ""}) is None
    assert load_settings(environment={"LINKAGE_KEY": "secret of sixteen"}) == Settings()
