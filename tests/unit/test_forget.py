"""A forgotten account is nowhere any more, does not come back, and the receipt says so."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from desks import Desk, new_desk
from inputs import KEY
from worlds import read

from linkage.cli import cli
from linkage.errors import InputError, SettingsError
from linkage.export import export, verify
from linkage.forget import Places, everywhere, forget, outputs, read_receipt, tables
from linkage.forget.everywhere import find
from linkage.ingest.forgotten import account_hash, read_forgotten, remember_forgotten
from linkage.ingest.vault import Vault
from linkage.nightly import load_nightly
from linkage.nightly import night as nights
from linkage.settings import Settings

WHO, OTHER = "acct-03", "acct-21"
"""A member of the ring, from whom a link leads to another member; an account outside."""
AT = datetime(2026, 6, 5, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A desk after a night and an export, with a direct relation of two members."""
    desk = new_desk(tmp_path_factory.mktemp("kept") / "desk")
    (desk.drop / "first" / "links.csv").write_text(
        "account_id_l,account_id_r,kind\n"
        + "".join(f"{WHO},acct-{at:02d},referral\n" for at in (0, 1, 2, 4, 5)))
    desk.go()
    export(desk.out, desk.folder / "lists", settings=Settings(), state=desk.folder / "state",
           min_tier="watch", approve=True)
    assert _named(desk, WHO)
    return desk


@pytest.fixture
def desk(done, tmp_path):
    shutil.copytree(done.folder, tmp_path / "desk", symlinks=True)
    return Desk(tmp_path / "desk")


def _places(desk):
    return Places(state=desk.folder / "state", outs=(desk.out,), lists=desk.folder / "lists")


def _forget(desk, *accounts):
    return forget({*accounts}, _places(desk), settings=Settings(), at=AT)


def _named(desk, account_id):
    """List the files, outside of the input, that hold an account's name anywhere."""
    found = []
    for path in sorted(desk.folder.rglob("*")):
        if path.is_dir() or path.is_relative_to(desk.drop):
            continue
        text = path.read_bytes()
        if path.suffix == ".parquet":
            text += repr(_rows(desk, path)).encode()
        if re.search(rf"\b{account_id}\b".encode(), text):
            found.append(str(path.relative_to(desk.folder)))
    return found


def _is_encrypted(desk, path):
    return path.relative_to(desk.folder).parts[:2] in {
        ("state", name) for name in ("known", "gathered", "banded")}


def _rows(desk, path):
    if not _is_encrypted(desk, path):
        return pq.read_table(path, partitioning=None).to_pylist()
    key = (desk.folder / "state" / "key").read_bytes().strip()
    return Vault(path.parent, key).read(path.stem).to_pylist()


def _tables(desk):
    return {
        str(path.relative_to(desk.folder)): _rows(desk, path)
        for place in (desk.out, desk.folder / "state") for path in sorted(place.rglob("*.parquet"))
        # Its folders have new names when anything goes; test_known looks into them.
        if not _is_encrypted(desk, path)
    }


def test_no_file_names_the_account_any_more(desk):
    receipt, path = _forget(desk, WHO)
    assert _named(desk, WHO) == []
    assert {*receipt.removed} == {"state", str(desk.out), str(desk.folder / "lists")}
    assert receipt.removed[str(desk.out)]["members.parquet"] == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_counted_of_templates_goes_with_any_account(desk):
    assert any((desk.folder / "state" / "gathered").iterdir())
    _forget(desk, WHO)
    assert not any((desk.folder / "state" / "gathered").iterdir())


def test_what_is_left_is_what_was_there_without_it(desk):
    before = _tables(desk)
    _forget(desk, WHO)
    after = _tables(desk)
    assert {*after} == {*before}
    for name, rows in after.items():
        ids = [row for row in before[name] if WHO not in row.values()]
        if name.endswith(("members.parquet", "accounts.parquet")):
            assert rows == ids, name
        if name.endswith("evidence.parquet"):
            assert [{**row, "n_accounts_in_ring": 0} for row in rows] == [
                {**row, "n_accounts_in_ring": 0} for row in ids]
    (ring,), members = read(desk.out, "rings"), read(desk.out, "members")
    assert ring["n_accounts"] == len(members)
    assert ring["n_core"] == sum(row["role"] == "core" for row in members)
    held = {}
    for row in read(desk.out, "evidence"):
        if row["identifier_id"]:
            held.setdefault((row["kind"], row["identifier_id"], row["n_accounts_in_ring"]),
                            set()).add(row["account_id"])
    assert all(n == len(who) for (_, _, n), who in held.items())
    graph = {name: read(desk.out / "graph", name)
             for name in ("accounts", "holdings", "identifiers", "links",
                          "relations")}
    known = {row["account_ix"] for row in graph["accounts"]}
    assert {row["account_ix"] for row in graph["holdings"]} <= known
    for name in ("links", "relations"):
        ends = {row[end] for row in graph[name] for end in ("account_ix_l", "account_ix_r")}
        assert ends <= known
    assert {row["identifier_ix"] for row in graph["holdings"]} == {
        row["identifier_ix"] for row in graph["identifiers"]}


def test_pages_are_written_anew_and_lists_still_verify(desk):
    (ring,) = read(desk.out, "rings")
    page = desk.out / "rings" / f"{ring['ring_id']}.html"
    assert WHO in page.read_text()
    _forget(desk, WHO)
    assert "acct-04" in page.read_text()
    assert verify(desk.folder / "lists",
                  public_key=desk.folder / "state" / "signing.pub").n_forgotten


def test_an_account_that_nothing_names_changes_no_file(desk):
    before = {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()}
    receipt, _ = _forget(desk, "acct-nobody")
    assert receipt.n_removed == 0
    assert {path: path.read_bytes() for path in desk.out.rglob("*") if path.is_file()} == before


def test_to_forget_twice_is_harmless(desk):
    _forget(desk, WHO)
    before, known = _tables(desk), (desk.folder / "state" / "forgotten.txt").read_text()
    receipt, _ = _forget(desk, WHO)
    assert receipt.n_removed == 0
    assert _tables(desk) == before
    assert (desk.folder / "state" / "forgotten.txt").read_text() == known


def test_a_later_night_does_not_bring_it_back_and_says_that_the_input_has_it(desk):
    _forget(desk, WHO, OTHER)
    desk.arrive()
    assert desk.go().exit_code == 0
    assert _named(desk, WHO) == []
    assert _named(desk, OTHER) == []
    manifest = json.loads((desk.out / "manifest.json").read_text())
    assert "2 forgotten accounts are still in the input: all rows about them are left out" in (
        manifest["notes"])
    assert {table["table"]: table["quarantined"] for table in manifest["tables"]
            if table["quarantined"]} == {}
    assert len(read(desk.out / "graph", "accounts")) == 30 - 2 + 8


class _Killed(BaseException):
    """What no handler catches, as SIGKILL."""


@pytest.mark.parametrize("step", [
    "ask_owners", "remember_forgotten", "forget_in_state", "forget_in_output", "forget_in_lists",
    "load_signer", "write_receipt",
])
def test_killed_between_steps_and_run_again_it_completes(desk, monkeypatch, step):
    wanted = dict(find({WHO}, _places(desk), settings=Settings()))
    real = getattr(everywhere, step)

    def killed(*told, **named):
        real(*told, **named)
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(everywhere, step, killed)
        with pytest.raises(_Killed):
            _forget(desk, WHO)
    receipt, _ = _forget(desk, WHO)
    assert _named(desk, WHO) == []
    assert receipt.removed == wanted
    assert not list((desk.folder / "state" / "receipts").glob(".*.begun"))


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_killed_before_any_table_is_replaced_and_run_again_it_completes(desk, monkeypatch, n):
    left = [n]

    real = tables.replace

    def counted(path, table):
        left[0] -= 1
        if not left[0]:
            raise _Killed
        real(path, table)

    with monkeypatch.context() as patch:
        patch.setattr(tables, "replace", counted)
        patch.setattr(outputs, "replace", counted)
        with pytest.raises(_Killed):
            _forget(desk, WHO)
    _forget(desk, WHO)
    assert _named(desk, WHO) == []
    assert len(read(desk.out, "members")) == read(desk.out, "rings")[0]["n_accounts"]


def test_a_night_that_waits_at_a_gate_goes_on_after_a_deletion(desk):
    desk.arrive(n=200, first=100, device="flood")
    assert desk.go().exit_code == 4
    _forget(desk, WHO)
    result = desk.go(accept=True)
    assert (result.exit_code, result.did) == (0, ("gates", "publish", "finish"))
    assert _named(desk, WHO) == []


def test_a_night_whose_export_failed_goes_on_after_a_deletion(desk, monkeypatch):
    with desk.config.open("a") as file:
        file.write('[export]\nto = "lists"\n')
    desk.arrive()
    with monkeypatch.context() as failing:
        failing.setattr(nights.subprocess, "run",
                        lambda command, **_: subprocess.CompletedProcess(command, 5))
        assert desk.go().exit_code == 5
    _forget(desk, WHO)
    assert desk.go().did == ("export", "finish")
    assert _named(desk, WHO) == []


def test_what_is_remembered_is_looked_for_all_the_same(desk):
    remember_forgotten(desk.folder / "state", [WHO],
                       (desk.folder / "state" / "key").read_bytes().strip())
    _forget(desk, WHO)
    assert _named(desk, WHO) == []


def test_a_ring_of_which_nobody_is_left_goes(desk):
    _forget(desk, *(row["account_id"] for row in read(desk.out, "members")))
    for name in ("rings", "members", "evidence", "timeline"):
        assert read(desk.out, name) == []
    assert "acct-0" not in (desk.out / "report.html").read_text()


def test_a_receipt_is_verified_and_a_changed_one_is_refused(desk):
    made, path = _forget(desk, WHO)
    public = (desk.folder / "state" / "signing.pub").read_bytes()
    assert read_receipt(path, public) == made
    path.write_text(path.read_text().replace('"members.parquet": 1', '"members.parquet": 2'))
    with pytest.raises(InputError, match="was changed, or another key signed it"):
        read_receipt(path, public)


def test_what_is_remembered_is_a_keyed_hash(desk):
    _forget(desk, WHO)
    state, key = desk.folder / "state", (desk.folder / "state" / "key").read_bytes().strip()
    assert read_forgotten(state, key).hashes == {account_hash(WHO, key)}
    assert account_hash(WHO, key) != account_hash(WHO, b"another key of 16 bytes")


def _run(*words, **more):
    return CliRunner().invoke(cli, ["forget", *map(str, words)], **more)


def test_the_verb_takes_the_nightly_settings_a_pipe_and_checks_its_receipt(desk):
    desk.config.write_text(desk.config.read_text() + '[export]\nto = "lists"\n')
    told = load_nightly(desk.config)
    somewhere = ("--config", desk.config, "--folder", desk.folder / "no-server")
    dry = _run("--from", "-", *somewhere, "--dry-run", "--json", input=f"{WHO}\n\n")
    assert dry.exit_code == 0, dry.output
    assert json.loads(dry.stdout)[str(told.out)]["members.parquet"] == 1
    assert _named(desk, WHO)
    made = _run(WHO, *somewhere)
    assert made.exit_code == 0, made.output
    assert WHO not in made.output
    assert _named(desk, WHO) == []
    (receipt,) = (told.state / "receipts").glob("*.json")
    key = ("--public-key", told.state / "signing.pub")
    assert _run(WHO, "--verify", receipt, *key, "--state", told.state).exit_code == 0
    other = _run(OTHER, "--verify", receipt, *key, "--state", told.state)
    assert other.exit_code == 3
    assert "does not cover 1 of the 1 accounts" in other.stderr


@pytest.mark.parametrize("words", [(), (WHO,), ("--verify", "x.json")])
def test_what_is_missing_is_said(words):
    assert _run(*words).exit_code == 2


def test_under_another_key_the_forgotten_do_not_come_back_in_silence(tmp_path):
    remember_forgotten(tmp_path, [WHO], KEY)
    assert read_forgotten(tmp_path, KEY).hashes == {account_hash(WHO, KEY)}
    for act in (read_forgotten, lambda state, key: remember_forgotten(state, ["other"], key)):
        with pytest.raises(SettingsError, match="written under another key"):
            act(tmp_path, b"another key of sixteen bytes")


def test_a_list_of_the_forgotten_from_before_keys_were_told_is_read(tmp_path):
    (tmp_path / "forgotten.txt").write_text(account_hash(WHO, KEY) + "\n")
    assert read_forgotten(tmp_path, KEY).hashes == {account_hash(WHO, KEY)}
