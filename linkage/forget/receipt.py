"""The signed receipt of a deletion: what went from where, and no account's name."""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from linkage.errors import InputError
from linkage.export.signature import Signer, is_signed

VERSION = 1


@dataclass(frozen=True)
class Receipt:
    """What one deletion did."""

    schema_version: int
    forgotten_at: str
    """When it was done (UTC, ISO 8601)."""
    linkage_version: str
    accounts: tuple[str, ...]
    """HMAC-SHA-256 of each account under the deployment's key, as
    :func:`linkage.ingest.forgotten.account_hash`; sorted."""
    removed: Mapping[str, Mapping[str, int]]
    """Place to file or kind to rows that named one of the accounts."""
    left: tuple[str, ...]
    """What a person must still do; empty when nothing."""
    signing_key: str
    """SHA-256 of the public key."""

    @property
    def n_removed(self) -> int:
        """Rows that went, everywhere."""
        return sum(n for place in self.removed.values() for n in place.values())


def write_receipt(receipt: Receipt, path: Path, signer: Signer) -> None:
    """Write a receipt that only its owner can read, with its signature, at once."""
    told = asdict(receipt)
    signed = {"receipt": told, "signature": base64.b64encode(signer.sign(_text(told))).decode()}
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(json.dumps(signed, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def read_receipt(path: Path, public_key: bytes) -> Receipt:
    """Return a receipt that the owner of a public key signed.

    Raises
    ------
    InputError
        If it cannot be read, was changed, or another key signed it.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        signature = base64.b64decode(told["signature"], validate=True)
        found = told["receipt"]
        receipt = Receipt(**found | {name: tuple(found[name]) for name in ("accounts", "left")})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is no receipt of linkage forget: {error}", fix="name a file of receipts/"
        ) from error
    if not is_signed(_text(found), signature, public_key):
        raise InputError(
            f"{path} was changed, or another key signed it",
            fix="check it with the public key of the deployment that made it",
        )
    return receipt


def _text(told: Mapping[str, object]) -> bytes:
    """Spell JSON in the one way that is signed."""
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
