"""Checks what was sent: signatures, checksums, and the chain of the ledger."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linkage.errors import InputError
from linkage.export.commit import LEDGER, settled
from linkage.export.ledger import read_book
from linkage.export.signature import fingerprint, is_signed

_UNLISTED = {"manifest.json", "manifest.json.sig", "signing.pub"}


@dataclass(frozen=True)
class Verified:
    """What was checked and found right."""

    n_exports: int
    n_sent: int
    """Exports in the ledger; older ones may have been removed since. 0 without a ledger."""
    n_files: int
    n_lines: int
    """Lines of the ledger; 0 without one."""
    n_forgotten: int
    """Lines whose text was forgotten; their hashes hold."""
    signing_keys: tuple[str, ...]
    """SHA-256 of each public key that signed."""
    is_key_known: bool
    """Whether the caller named the key. Without it, only whoever wrote the folder vouches for
    the key that lies in it."""


def verify(place: Path, *, public_key: Path | None = None) -> Verified:
    """Check one export, or a folder of lists with its ledger.

    Parameters
    ----------
    place
        A folder with ``manifest.json``, or one with ``ledger.jsonl``.
    public_key
        The key that must have signed; None takes the one beside the lists.

    Raises
    ------
    InputError
        If anything is missing, changed or not signed; it names the file.
    """
    known = _read(public_key) if public_key else None
    if (place / "manifest.json").exists():
        keys = {_export(place, known)[1]}
        n_files = len(_manifest(place)["files"])
        return Verified(1, 0, n_files, 0, 0, tuple(keys), known is not None)
    if not (place / LEDGER).exists():
        raise InputError(
            f"{place} has neither manifest.json nor {LEDGER}",
            fix="give an export's folder, or the folder that export --to wrote",
        )
    with settled(place):
        return _lists(place, known)


def _lists(place: Path, known: bytes | None) -> Verified:
    """Check a folder of lists."""
    book = read_book(place)
    keys, n_files, n_exports = set(), 0, 0
    for sent in book.sent:
        folder = place / sent.folder
        if not folder.exists() and sent != book.sent[-1]:
            continue
        digest, key = _export(folder, known)
        if digest != sent.manifest_sha256:
            raise _wrong(folder / "manifest.json", "is not the one in the ledger")
        keys.add(key)
        n_files += len(_manifest(folder)["files"])
        n_exports += 1
    return Verified(
        n_exports, len(book.sent), n_files, book.n_lines, book.n_forgotten,
        tuple(sorted(keys)), known is not None,
    )


def _export(folder: Path, known: bytes | None) -> tuple[str, str]:
    """Check one export; return its manifest's SHA-256 and its key's."""
    content = _read(folder / "manifest.json")
    public = known or _read(folder / "signing.pub")
    if not is_signed(content, _read(folder / "manifest.json.sig"), public):
        raise _wrong(folder / "manifest.json", "was not signed by this key, or was changed since")
    files = {entry["name"]: entry for entry in _manifest(folder)["files"]}
    strange = {path.name for path in folder.iterdir()} - set(files) - _UNLISTED
    if strange:
        raise _wrong(folder / min(strange), "is not in the signed manifest")
    for name, entry in files.items():
        if hashlib.sha256(_read(folder / name)).hexdigest() != entry["sha256"]:
            raise _wrong(folder / name, "was changed since it was signed")
    return hashlib.sha256(content).hexdigest(), fingerprint(public)


def _manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest."""
    try:
        found: dict[str, Any] = json.loads(_read(folder / "manifest.json"))
    except ValueError as error:
        raise _wrong(folder / "manifest.json", "is not JSON") from error
    return found


def _read(path: Path) -> bytes:
    """Read a file that must be there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", fix="get the whole folder again"
        ) from error


def _wrong(path: Path, how: str) -> InputError:
    """Say what is wrong with a file."""
    return InputError(f"{path} {how}", fix="do not act on it; ask who sent it")
