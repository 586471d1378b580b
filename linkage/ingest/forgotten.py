"""Accounts that were deleted for good: known by keyed hashes alone, and left out of every run."""

import hmac
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from linkage.errors import InputError, SettingsError
from linkage.store import Store

FILE = "forgotten.txt"
"""Its name in a state folder: which key it goes by, then one keyed hash a line."""

_PURPOSE = b"forgotten account\0"

_KEY_LINE = "key "
"""How the line begins that tells the key; files of earlier versions have none."""


def account_hash(account_id: str, key: bytes) -> str:
    """Return what is kept of a forgotten account: 64 hexadecimal digits.

    Without the deployment's key nobody can tell which account it was.

    Examples
    --------
    >>> account_hash("acct-1", b"0123456789abcdef")[:16]
    '8cb0a1b4ba32a5b7'
    """
    return hmac.digest(key, _PURPOSE + account_id.encode(), "sha256").hex()


@dataclass(frozen=True)
class Forgotten:
    """The forgotten accounts of a deployment."""

    hashes: frozenset[str] = frozenset()
    key: bytes = b""

    def among(self, account_ids: pa.ChunkedArray | pa.Array) -> pa.Table:
        """Return which of some accounts are forgotten: a table with ``account_id``."""
        found = [
            one for one in (account_ids.to_pylist() if self.hashes else ())
            if one is not None and account_hash(one, self.key) in self.hashes
        ]
        return pa.table({"account_id": pa.array(found, pa.string())})

    def without(self, rows: pa.Table, columns: Sequence[str]) -> pa.Table:
        """Return the rows whose columns name no forgotten account."""
        for column in columns if self.hashes else ():
            gone = self.among(pc.unique(rows[column]))["account_id"].combine_chunks()
            rows = rows.filter(pc.invert(pc.is_in(rows[column], value_set=gone)))
        return rows

    def put(self, store: Store) -> int:
        """Make the table ``forgotten`` from ``raw_accounts``, and return its rows."""
        names = store.arrow(
            "select distinct account_id from raw_accounts where $any order by account_id",
            {"any": bool(self.hashes)},
        )
        return store.put("forgotten", self.among(names["account_id"]))


def read_forgotten(state: Path | None, key: bytes) -> Forgotten:
    """Return what a state folder remembers of forgotten accounts; nothing without one.

    Raises
    ------
    InputError
        If the file is there and cannot be read.
    SettingsError
        If it was written under another key: none of its accounts would be told again.
    """
    if state is None:
        return Forgotten()
    path = state / FILE
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return Forgotten()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the forgotten accounts in {path}: {error}",
            fix="restore it from a backup: without it, deleted accounts come back",
        ) from error
    told = [line for line in lines if line.startswith(_KEY_LINE)]
    if told and told[0] != _key_line(key):
        raise SettingsError(
            f"the forgotten accounts in {path} were written under another key",
            fix="give that key; or remove the file and forget the same accounts again",
        )
    return Forgotten(frozenset(line for line in lines if line and line not in told), key)


def _key_line(key: bytes) -> str:
    """Return the line that tells one key from another and gives neither away."""
    return _KEY_LINE + hmac.digest(key, b"key of the forgotten\0", "sha256").hex()[:32]


def remember_forgotten(state: Path, accounts: Collection[str], key: bytes) -> None:
    """Add accounts to those that every later run leaves out; the file is replaced at once.

    Raises
    ------
    InputError
        If it cannot be read or written.
    SettingsError
        If it was written under another key.
    """
    known = read_forgotten(state, key).hashes
    wanted = known | {account_hash(one, key) for one in accounts}
    if wanted == known:
        return
    path, partial = state / FILE, state / f".{FILE}.partial"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("".join(f"{one}\n" for one in (_key_line(key), *sorted(wanted))))
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(
            f"cannot write {path}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write",
        ) from error
