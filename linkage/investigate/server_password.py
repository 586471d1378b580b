"""The password of a local Neo4j: made once, kept in a file that only its owner can read."""

import os
import secrets
import subprocess
import tempfile
from pathlib import Path

from linkage.errors import GraphStoreError
from linkage.investigate.server_parts import Parts


def password_file(folder: Path) -> Path:
    """Return where the password of the server in a folder lies."""
    return folder / "password"


def read_password(folder: Path) -> str:
    """Return the password that the first start made.

    Raises
    ------
    GraphStoreError
        If there is none yet, or it cannot be read.
    """
    path = password_file(folder)
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError as error:
        raise GraphStoreError(
            f"there is no password in {folder}: no server was started from it",
            fix="start one: linkage neo4j start",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise GraphStoreError(
            f"cannot read {path}", fix="it must be a text file that you own"
        ) from error


def ensure_password(folder: Path, parts: Parts, environment: dict[str, str]) -> None:
    """Make a password and tell it to a database that has none yet.

    Parameters
    ----------
    folder
        The server's folder; the file appears only once the database knows the password.
    environment
        Variables that tell Neo4j's own tools where the server lies.

    Raises
    ------
    GraphStoreError
        If Neo4j's tool refuses, or there is a database but no password.
    """
    path = password_file(folder)
    if path.exists():
        return
    if (folder / "data" / "databases" / "system").exists():
        raise GraphStoreError(
            f"{folder} holds a database, but its password file {path.name} is gone",
            fix=f"write the password into {path}, one line, or remove {folder} to begin anew",
        )
    made = secrets.token_hex(16)
    _tell(made, folder, parts, environment)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made + "\n")
    partial.rename(path)


def _tell(password: str, folder: Path, parts: Parts, environment: dict[str, str]) -> None:
    """Set the first password through an argument file, because any user sees the arguments."""
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".arguments-") as arguments:
        arguments.write(f"dbms\nset-initial-password\n{password}\n")
        arguments.flush()
        done = subprocess.run(
            [parts.java, "-cp", parts.class_path, "org.neo4j.cli.AdminTool",
             f"@{arguments.name}"],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )
    if done.returncode:
        lines = (done.stderr + done.stdout).strip().splitlines()
        # Java's launcher tells of the options that it finds in the environment.
        said = [line for line in lines if not line.startswith("NOTE: ")] or ["it said nothing"]
        raise GraphStoreError(
            f"Neo4j did not take its first password: {said[0].replace(password, '…')}",
            fix=f"remove {folder} to begin anew",
        )
