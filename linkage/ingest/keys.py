"""The secret key of a deployment, without which identifier hashes cannot be guessed."""

import os
import secrets
from pathlib import Path

from linkage.environment import environment_key
from linkage.errors import InputError, SettingsError
from linkage.settings import Settings

MIN_KEY_BYTES = 16
DEFAULT_KEY_FILE = Path("~/.config/linkage/key")


def load_key(settings: Settings) -> bytes:
    """Return the key for identifier hashes, making one on first use.

    ``LINKAGE_KEY`` in the environment goes first, then ``settings.key_file``, then
    ``~/.config/linkage/key``. The same key gives the same ``identifier_id`` every night.

    Returns
    -------
    bytes
        At least 16 bytes.

    Raises
    ------
    SettingsError
        If the key is shorter than 16 bytes.
    InputError
        If the file cannot be read or made.
    """
    given = environment_key()
    if given is not None:
        return _long_enough(given.encode(), "LINKAGE_KEY")
    path = (settings.key_file or DEFAULT_KEY_FILE).expanduser()
    try:
        if not path.exists():
            _make(path)
        return _long_enough(path.read_bytes().strip(), str(path))
    except OSError as error:
        raise InputError(
            f"cannot use key file {path}: {error.strerror}",
            fix="name a readable file with key_file, or set LINKAGE_KEY",
        ) from error


def _make(path: Path) -> None:
    """Write a fresh key that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # O_EXCL: of two first runs at once, one makes the key and the other reads it.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")


def _long_enough(key: bytes, place: str) -> bytes:
    """Refuse a key that could be guessed."""
    if len(key) < MIN_KEY_BYTES:
        raise SettingsError(
            f"the key in {place} has {len(key)} bytes, at least {MIN_KEY_BYTES} are needed",
            fix="make one with: python -c 'import secrets; print(secrets.token_hex(32))'",
        )
    return key
