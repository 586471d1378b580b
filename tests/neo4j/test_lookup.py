"""A raw identifier is hashed here, as a run hashes it, and found in the graph by its hash."""

import json

import pytest
from click.testing import CliRunner
from worlds import run, small_world

from linkage.cli import cli
from linkage.errors import InputError
from linkage.investigate.client import connect
from linkage.investigate.lookup import find_holders, identifier_hash, look_up
from linkage.rings.read import read_output
from linkage.settings import Settings

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def settings(tmp_path):
    path = tmp_path / "key"
    path.write_text(KEY)
    return Settings(key_file=path, threads=1)


@pytest.mark.parametrize(("kind", "value", "kinds"), [
    ("ip", "84.2.7.9", {"ip", "ip_24"}), ("ip", "2001:67c:1::5", {"ip6_64", "ip6_48"}),
    ("card", "tok_visa_17", {"card"}), ("email", "Jo.Bloggs+7@gmail.com", {"email_root"}),
    ("phone", "+49 151 2345678", {"phone"}), ("device", "dev-17", {"device"}),
    ("referral_code", "x'; drop table account", {"referral_code"}),
])
def test_each_kind_has_its_identifiers(settings, kind, value, kinds):
    assert {one.kind for one in look_up(value, kind, settings=settings)} == kinds


def test_normal_forms_meet(settings):
    first, second = (look_up(value, "email", settings=settings)
                     for value in ("jo.bloggs+1@gmail.com", "JoBloggs@googlemail.com"))
    assert first == second


def test_tenancies_of_an_address_are_found_too(settings):
    found = look_up("84.2.7.9", "ip", settings=settings)[0]
    assert found.identifier_ids[0] == identifier_hash(KEY.encode(), "ip", "84.2.7.9")
    assert identifier_hash(KEY.encode(), "ip", "84.2.7.9#1") in found.identifier_ids


@pytest.mark.parametrize(("kind", "value"), [("ip", "300.1.1.1"), ("card", ""), ("email", "x")])
def test_what_is_no_value_is_an_input_error(settings, kind, value):
    with pytest.raises(InputError, match="would compare"):
        look_up(value, kind, settings=settings)


def test_a_lookup_makes_no_key(tmp_path, monkeypatch):
    monkeypatch.delenv("LINKAGE_KEY", raising=False)
    with pytest.raises(InputError, match="there is no key"):
        look_up("84.2.7.9", "ip", settings=Settings(key_file=tmp_path / "absent"))
    assert not (tmp_path / "absent").exists()


def test_the_hash_is_the_one_a_run_published(tmp_path, settings):
    world = small_world(tmp_path / "world")
    out = run(world, tmp_path / "out")
    published = {
        (row["kind"], row["identifier_id"]): row["label"]
        for row in read_output(out, "evidence").to_pylist() if row["kind"] == "ip_24"
    }
    (kind, identifier_id), label = next(iter(sorted(published.items())))
    address = label.split("/")[0].rsplit(".", 1)[0] + ".9"
    found = {one.kind: one.identifier_ids for one in look_up(address, "ip", settings=settings)}
    assert identifier_id in found[kind]


def test_holders_are_found_by_hash_alone(settings, empty_graph, neo4j_uri, neo4j_auth):
    found = look_up("dev-17", "device", settings=settings)
    empty_graph.execute_query(
        "create (:Account {account_id: 'a-1'})-[:USED {bits: 3.5}]->"
        "(:Identifier:Device {identifier_id: $id, kind: 'device', n_accounts: 1})",
        id=found[0].identifier_ids[0],
    )
    with connect(neo4j_uri, user=neo4j_auth[0], password=neo4j_auth[1]) as graph:
        assert [row["account_id"] for row in find_holders(graph, found)] == ["a-1"]


def test_the_verb_reads_a_pipe_and_prints_the_hash(settings):
    result = CliRunner().invoke(
        cli, ["lookup", "device", "--key-file", str(settings.key_file), "--json"],
        input="dev-17\n",
    )
    assert json.loads(result.stdout)["identifier_ids"] == [
        identifier_hash(KEY.encode(), "device", "dev-17")
    ]
