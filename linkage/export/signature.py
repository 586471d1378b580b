"""Signs what is sent with Ed25519, so that its reader can tell who wrote it."""

import hashlib
import logging
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from linkage.errors import InputError

log = logging.getLogger(__name__)

DEFAULT_SIGNING_KEY = Path("~/.config/linkage/signing.key")
SIGNING_KEY = "signing.key"
"""Its name in a state folder."""


class Signer:
    """Holds a private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> bytes:
        """The public key as PEM."""
        return self._key.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, in hexadecimal."""
        return fingerprint(self.public)

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes of a detached signature, as ``openssl pkeyutl`` checks them."""
        return self._key.sign(content)


def load_signer(named: Path | None, state: Path | None) -> Signer:
    """Return who signs, making a key on first use and its public half beside it.

    Parameters
    ----------
    named
        The key's file, unencrypted PEM; None for ``signing.key`` in the state folder.
    state
        The state folder; None for the user's own configuration folder.

    Raises
    ------
    InputError
        If the file cannot be read or made, or holds no Ed25519 key.
    """
    path = named or (state / SIGNING_KEY if state else DEFAULT_SIGNING_KEY)
    path = path.expanduser()
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            log.warning("signing key %s can be read by others: chmod 600 it", path)
        key = load_pem_private_key(path.read_bytes(), password=None)
        for left in path.parent.glob(f".{path.name}.*"):
            left.unlink(missing_ok=True)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"cannot use signing key {path}: {getattr(error, 'strerror', None) or error}",
            fix="name an unencrypted Ed25519 key in PEM, or a file that can be made",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(
            f"{path} holds another kind of key", fix="openssl genpkey -algorithm ed25519"
        )
    return Signer(key)


def _make(path: Path) -> None:
    """Write a fresh key that only its owner can read, and its public half."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    signer = Signer(Ed25519PrivateKey.generate())
    private = signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Written beside and linked: of two first runs at once one key stands, and it is whole. The
    # other finds it there, or its own cleared away.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as f:
            f.write(private)
        path.with_suffix(".pub").write_bytes(signer.public)
        os.link(partial, path)
        log.info("made signing key %s; give %s to who verifies", path, path.with_suffix(".pub"))
    except (FileExistsError, FileNotFoundError):
        return
    finally:
        partial.unlink(missing_ok=True)


def fingerprint(public: bytes) -> str:
    """Return the SHA-256 of a public key, in hexadecimal.

    Raises
    ------
    InputError
        If the PEM holds no Ed25519 key.
    """
    raw = _public_key(public).public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def is_signed(content: bytes, signature: bytes, public: bytes) -> bool:
    """Tell whether the owner of a public key signed some content."""
    try:
        _public_key(public).verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _public_key(public: bytes) -> Ed25519PublicKey:
    """Read a PEM."""
    try:
        key = load_pem_public_key(public)
    except ValueError as error:
        raise InputError("the public key is no PEM", fix="give the file signing.pub") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("the public key is not Ed25519", fix="give the file signing.pub")
    return key
