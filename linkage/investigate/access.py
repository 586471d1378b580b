"""Where the graph is and how to get in: flags, the environment, or the local server's folder."""

from dataclasses import dataclass, field
from pathlib import Path

from linkage.environment import environment_password
from linkage.errors import GraphStoreError
from linkage.investigate.places import USER, bolt_uri
from linkage.investigate.server_password import password_file, read_password
from linkage.investigate.server_process import find_running


@dataclass(frozen=True)
class Access:
    """Address and credentials of a database."""

    uri: str
    user: str
    password: str = field(repr=False)
    database: str | None
    """None for the user's home database."""


def find_access(
    folder: Path, *, uri: str | None = None, user: str = USER,
    password_path: Path | None = None, database: str | None = None,
) -> Access:
    """Return how to reach the graph.

    Parameters
    ----------
    folder
        Folder of the local server: its address and password serve where nothing else is said.
    uri
        Address of another server; None for the local one.
    password_path
        File with the password; else ``NEO4J_PASSWORD``; else the local server's own.

    Raises
    ------
    GraphStoreError
        If there is no password.
    """
    running = find_running(folder)
    local = bolt_uri(running.bolt_port) if running else bolt_uri()
    wanted = uri or local
    return Access(wanted, user, _password(folder, wanted == local, password_path), database)


def _password(folder: Path, is_local: bool, path: Path | None) -> str:
    """Read the password from the first place that has one."""
    if path is not None:
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise GraphStoreError(
                f"cannot read the password in {path}", fix="name a text file that you may read"
            ) from error
    said = environment_password()
    if said is not None:
        return said
    if is_local and password_file(folder).exists():
        return read_password(folder)
    raise GraphStoreError(
        "there is no password for Neo4j",
        fix="set NEO4J_PASSWORD, name a file with --password-file, or start a local server: "
        "linkage neo4j start",
    )
