"""The key of identifier hashes: made once, kept private, never weak."""

from pathlib import Path

import pytest

from linkage.errors import InputError, SettingsError
from linkage.ingest import load_key
from linkage.settings import Settings


@pytest.fixture(autouse=True)
def _no_key_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LINKAGE_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_key_is_made_on_first_use_and_kept(tmp_path: Path) -> None:
    first = load_key(Settings())
    path = tmp_path / ".config" / "linkage" / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(first) >= 32
    assert load_key(Settings()) == first == load_key(Settings(key_file=path))


def test_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINKAGE_KEY", "sixteen bytes or more")
    assert load_key(Settings(key_file=tmp_path / "absent")) == b"sixteen bytes or more"
    assert not (tmp_path / "absent").exists()


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short")
    with pytest.raises(SettingsError, match="has 5 bytes"):
        load_key(Settings(key_file=tmp_path / "key"))


def test_an_unusable_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot use key file"):
        load_key(Settings(key_file=tmp_path))
