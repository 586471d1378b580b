"""The ledger's chain, the signature, and what verification finds."""

import json
import os
import shutil
from pathlib import Path

import pytest
from lists import Desk, accounts

from linkage.errors import InputError
from linkage.export import verify
from linkage.export.ledger import read_book
from linkage.export.signature import load_signer


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.send(accounts(3), formats=("csv", "jsonl"))
    desk.send(accounts(5), day=1, formats=("csv", "jsonl"))
    return desk


def _lines(desk):
    return (desk.to / "ledger.jsonl").read_text().splitlines()


def _write(desk, lines):
    (desk.to / "ledger.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_lists_as_they_were_written_are_right(desk):
    found = verify(desk.to)
    assert (found.n_exports, found.n_sent, found.n_files) == (2, 2, 8)
    assert found.n_lines == len(_lines(desk)) == 3 + 1 + 2 + 1
    assert not found.is_key_known
    public = desk.folder / "state" / "signing.pub"
    assert verify(desk.to, public_key=public).is_key_known


def test_one_export_can_be_checked_where_it_was_copied_to(desk, tmp_path):
    copy = shutil.copytree(desk.to / "export-000002", tmp_path / "copy")
    found = verify(copy, public_key=desk.folder / "state" / "signing.pub")
    assert (found.n_exports, found.n_files, found.n_lines) == (1, 4, 0)


def test_removed_exports_are_told_from_lost_ones(desk):
    shutil.rmtree(desk.to / "export-000001")
    assert (verify(desk.to).n_exports, verify(desk.to).n_sent) == (1, 2)
    shutil.rmtree(desk.to / "export-000002")
    with pytest.raises(InputError, match="cannot read"):
        verify(desk.to)


@pytest.mark.parametrize("name", [
    "enforce.csv", "enforce.changes.jsonl", "manifest.json", "manifest.json.sig",
])
def test_a_changed_byte_is_found(desk, name):
    path = desk.to / "latest" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError):
        verify(desk.to)


def test_a_file_too_many_or_too_few_is_found(desk):
    (desk.to / "latest" / "extra.csv").write_text("account_id\nvictim\n")
    with pytest.raises(InputError, match="not in the signed manifest"):
        verify(desk.to)
    (desk.to / "latest" / "extra.csv").unlink()
    (desk.to / "latest" / "enforce.csv").unlink()
    with pytest.raises(InputError, match="cannot read"):
        verify(desk.to)


def test_lists_signed_by_another_key_are_found_when_the_key_is_named(desk, tmp_path):
    stranger = tmp_path / "stranger"
    load_signer(None, stranger)
    with pytest.raises(InputError, match="not signed by this key"):
        verify(desk.to, public_key=stranger / "signing.pub")


def test_a_manifest_that_was_signed_anew_is_not_the_one_in_the_ledger(desk, tmp_path):
    signer = load_signer(None, tmp_path / "stranger")
    folder = desk.to / "export-000001"
    forged = (folder / "manifest.json").read_bytes() + b"\n"
    (folder / "manifest.json").write_bytes(forged)
    (folder / "manifest.json.sig").write_bytes(signer.sign(forged))
    (folder / "signing.pub").write_bytes(signer.public)
    with pytest.raises(InputError, match="not the one in the ledger"):
        verify(desk.to)


@pytest.mark.parametrize("damage", [
    lambda lines: lines[1:],
    lambda lines: [*lines[:2], *lines[3:]],
    lambda lines: [lines[1], lines[0], *lines[2:]],
    lambda lines: [*lines, lines[-1]],
    lambda lines: [lines[0].replace("acct-000", "acct-999"), *lines[1:]],
    lambda lines: [lines[0].replace('"n":1', '"n":7'), *lines[1:]],
    lambda lines: [*lines[:-1], "not json"],
    lambda lines: [*lines[:-1], "[]"],
], ids=["first gone", "one gone", "swapped", "twice", "edited", "number", "no json", "no object"])
def test_a_ledger_that_was_touched_is_found_and_nothing_is_exported(desk, damage):
    _write(desk, damage(_lines(desk)))
    with pytest.raises(InputError, match="ledger") as refused:
        verify(desk.to)
    assert "backup" in refused.value.fix
    with pytest.raises(InputError):
        desk.again(formats=("csv",))


def test_a_ledger_that_is_cut_off_is_found(desk):
    content = (desk.to / "ledger.jsonl").read_bytes()
    (desk.to / "ledger.jsonl").write_bytes(content[:-1])
    with pytest.raises(InputError, match="cut off"):
        read_book(desk.to)


def test_an_older_ledger_beside_newer_lists_stops_the_export(desk):
    _write(desk, _lines(desk)[:4])
    with pytest.raises(InputError, match="export-000002"):
        desk.send(accounts(6), day=2)


def test_a_manifest_names_the_ledger_it_follows(desk):
    manifest = json.loads((desk.to / "latest" / "manifest.json").read_text())
    fourth = json.loads(_lines(desk)[3])
    assert manifest["ledger_before"] == {"n_lines": 4, "head": fourth["hash"]}


# Keys


def test_the_key_is_made_once_with_its_public_half_beside_it(tmp_path):
    first = load_signer(None, tmp_path / "state")
    again = load_signer(None, tmp_path / "state")
    assert first.fingerprint == again.fingerprint
    assert (tmp_path / "state" / "signing.pub").read_bytes() == first.public
    assert sorted(os.listdir(tmp_path / "state")) == ["signing.key", "signing.pub"]


def test_a_named_key_goes_before_the_state_folder(tmp_path):
    named = load_signer(tmp_path / "mine" / "signing.key", tmp_path / "state")
    assert load_signer(tmp_path / "mine" / "signing.key", None).public == named.public
    assert not (tmp_path / "state").exists()


def test_without_a_folder_the_users_own_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    load_signer(None, None)
    assert (tmp_path / ".config" / "linkage" / "signing.key").exists()


def test_a_key_that_others_can_read_is_warned_of(tmp_path, caplog):
    load_signer(None, tmp_path)
    (tmp_path / "signing.key").chmod(0o644)
    load_signer(None, tmp_path)
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize("content", [b"", b"secret", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_an_input_error_that_does_not_show_it(tmp_path, content):
    (tmp_path / "signing.key").write_bytes(content)
    with pytest.raises(InputError, match="cannot use signing key") as refused:
        load_signer(None, tmp_path)
    assert "secret" not in refused.value.problem


def test_no_secret_is_in_what_leaves(desk):
    secret = (desk.folder / "state" / "signing.key").read_text().splitlines()[1]
    for path in desk.to.rglob("*"):
        if Path(path).is_file():
            assert secret.encode() not in path.read_bytes()
