"""A real local Neo4j with Neo4j Browser: assembled, started, asked and stopped."""

import fcntl
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from linkage.environment import child_environment
from linkage.errors import GraphStoreError, LockedError
from linkage.investigate.pages import write_pages
from linkage.investigate.places import (
    BOLT_PORT,
    HTTP_PORT,
    LOOPBACK,
    USER,
    bolt_uri,
    browser_url,
    default_folder,
)
from linkage.investigate.server_parts import Parts, assemble
from linkage.investigate.server_password import ensure_password, password_file
from linkage.investigate.server_process import (
    Running,
    answers,
    end,
    find_running,
    launch,
    refuse_taken_ports,
)

log = logging.getLogger(__name__)

_OPENS = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in ("java.nio", "java.io", "sun.nio.ch")
)
_FOLDERS = ("conf", "data", "import", "logs", "run", "web")
_JAVA_OPTIONS = (
    "-XX:+UseG1GC", "-XX:-OmitStackTraceInFastThrow", "-XX:+DisableExplicitGC",
    "-Dlog4j2.disable.jmx=true", "-Dio.netty.tryReflectionSetAccessible=true", *_OPENS,
)


@dataclass(frozen=True, kw_only=True)
class Server:
    """How one local server is run."""

    folder: Path = field(default_factory=default_folder)
    """Its database, password, settings and logs."""
    parts: Path | None = None
    """Folder that holds the assembled programs; None keeps them in the user's data folder."""
    http_port: int = HTTP_PORT
    bolt_port: int = BOLT_PORT
    heap_mb: int = 1024
    """Memory for queries, in MiB."""
    page_cache_mb: int = 512
    """Memory for the store's pages, in MiB."""
    java: str = "java"
    """The Java program, 17 or later."""
    with_gds: bool = False
    """Run with Graph Data Science."""
    database: str | None = None
    """The database that is served; None for the one that was served last."""


@dataclass(frozen=True)
class ServerStatus:
    """What a person asks about the server."""

    state: str
    """``running``, ``starting`` (a process that does not answer) or ``stopped``."""
    folder: Path
    password_file: Path
    pid: int | None = None
    bolt_uri: str | None = None
    browser_url: str | None = None
    setup_url: str | None = None
    """Page that brings style and saved queries into Browser, then opens it."""


def start(server: Server, *, wait_seconds: float = 180) -> ServerStatus:
    """Return a server that answers: the one that runs already, or one started now.

    Parameters
    ----------
    server
        How to run it. The first start fetches the programs and makes the password.
    wait_seconds
        Longest wait for its first answer.

    Raises
    ------
    GraphStoreError
        If Java or Maven is missing, a port is taken, or the server does not come up.
    LockedError
        If another start goes on in the same folder.
    """
    folder = server.folder
    try:
        _make_folders(folder)
        with _lock(folder):
            found = find_running(folder)
            if found is None:
                refuse_taken_ports(server.http_port, server.bolt_port)
                parts = assemble(
                    server.parts or default_folder(), java=server.java, with_gds=server.with_gds
                )
                _launch(server, parts, wait_seconds)
            elif (found.http_port, found.bolt_port) != (server.http_port, server.bolt_port):
                log.warning("a server runs in %s already, on other ports", folder)
    except OSError as error:
        raise GraphStoreError(
            f"cannot use folder {folder}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write with --folder",
        ) from error
    return status(folder)


def stop(folder: Path) -> bool:
    """End the server of a folder and return whether there was one.

    Raises
    ------
    GraphStoreError
        If it does not end.
    """
    running = find_running(folder)
    if running is None:
        return False
    end(folder, running)
    return True


def status(folder: Path) -> ServerStatus:
    """Return what is known about the server of a folder."""
    running = find_running(folder)
    if running is None:
        return ServerStatus("stopped", folder, password_file(folder))
    return ServerStatus(
        state="running" if answers(running.http_port) else "starting",
        folder=folder,
        password_file=password_file(folder),
        pid=running.pid,
        bolt_uri=bolt_uri(running.bolt_port),
        browser_url=browser_url(running.http_port),
        setup_url=browser_url(running.http_port) + "linkage/setup.html",
    )


def admin_command(server: Server, parts: Parts, *arguments: str) -> list[str]:
    """Return the command of Neo4j's own administration tool (import, dump, ...)."""
    return [
        parts.java, f"-Xmx{server.heap_mb}m", *_OPENS, "-cp", parts.class_path,
        "org.neo4j.cli.AdminTool", *arguments,
    ]


def server_environment(folder: Path) -> dict[str, str]:
    """Return the environment in which Neo4j's programs find their folder."""
    return child_environment(NEO4J_HOME=str(folder), NEO4J_CONF=str(folder / "conf"))


def served_database(folder: Path) -> str:
    """Return the database that a folder's server serves, or served last."""
    return _written(folder).get("initial.dbms.default_database", "neo4j")


def as_it_runs(folder: Path) -> Server:
    """Return how the server of a folder was started, so that it can be started so again.

    Raises
    ------
    GraphStoreError
        If none runs.
    """
    running, written = find_running(folder), _written(folder)
    if running is None:
        raise GraphStoreError(
            f"no server runs from {folder}", fix="start it: linkage neo4j start"
        )
    command = psutil.Process(running.pid).cmdline()
    return Server(
        folder=folder, http_port=running.http_port, bolt_port=running.bolt_port,
        heap_mb=int(written["server.memory.heap.max_size"].removesuffix("m")),
        page_cache_mb=int(written["server.memory.pagecache.size"].removesuffix("m")),
        with_gds="dbms.security.procedures.unrestricted" in written,
        database=served_database(folder), java=command[0],
    )


def _written(folder: Path) -> dict[str, str]:
    """Return the settings that the last start wrote."""
    try:
        lines = (folder / "conf" / "neo4j.conf").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _launch(server: Server, parts: Parts, wait_seconds: float) -> Running:
    """Write the settings, make the password on a first start, and start the process."""
    folder = server.folder
    log.info("starting Neo4j in %s", folder)
    (folder / "conf" / "neo4j.conf").write_text(
        _settings_text(server, parts.plugins), encoding="utf-8"
    )
    write_pages(folder / "web", parts.browser_jar)
    environment = server_environment(folder)
    ensure_password(folder, parts, environment)
    command = [
        parts.java, f"-Xms{server.heap_mb}m", f"-Xmx{server.heap_mb}m", *_JAVA_OPTIONS,
        # The server serves the first `browser` folder of its class path: ours.
        "-cp", f"{folder / 'web'}:{parts.class_path}:{parts.plugins}/*",
        "org.neo4j.server.CommunityEntryPoint",
        f"--home-dir={folder}", f"--config-dir={folder / 'conf'}",
    ]
    return launch(
        command, folder, environment=environment, http_port=server.http_port,
        bolt_port=server.bolt_port, wait_seconds=wait_seconds,
    )


def _settings_text(server: Server, plugins: Path) -> str:
    """Return ``neo4j.conf``."""
    pages = browser_url(server.http_port) + "linkage"
    lines = {
        "server.default_listen_address": LOOPBACK,
        "server.bolt.listen_address": f"{LOOPBACK}:{server.bolt_port}",
        "server.bolt.advertised_address": f"{LOOPBACK}:{server.bolt_port}",
        "server.http.listen_address": f"{LOOPBACK}:{server.http_port}",
        "server.https.enabled": "false",
        "server.directories.import": "import",
        "server.memory.heap.initial_size": f"{server.heap_mb}m",
        "server.memory.heap.max_size": f"{server.heap_mb}m",
        "server.memory.pagecache.size": f"{server.page_cache_mb}m",
        "initial.dbms.default_database": server.database or served_database(server.folder),
        # Jars on the class path alone extend the server, and bring no procedure.
        "server.directories.plugins": str(plugins) if server.with_gds else "",
        "dbms.security.procedures.unrestricted": "gds.*" if server.with_gds else "",
        # Nobody new comes while a server ends: it need not look out for them for 5 s.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",
        "dbms.usage_report.enabled": "false",
        "client.allow_telemetry": "false",
        "browser.remote_content_hostname_whitelist": f"{LOOPBACK},localhost",
        "browser.post_connect_cmd": f"play {pages}/guide.html",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items() if value)


def _make_folders(folder: Path) -> None:
    """Make the server's folder, for its owner's eyes only."""
    if re.search(r"[:*]", str(folder)):
        # Java reads both inside a class path.
        raise GraphStoreError(
            f"the server's folder may hold no colon and no star: {folder}",
            fix="name another with --folder",
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _FOLDERS:
        (folder / name).mkdir(exist_ok=True)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Let one start at a time work in a folder; the system frees the lock of a dead one."""
    with (folder / "run" / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(
                f"another start goes on in {folder}", fix="wait for it to end"
            ) from error
        yield


__all__ = [
    "BOLT_PORT",
    "HTTP_PORT",
    "USER",
    "Server",
    "ServerStatus",
    "admin_command",
    "as_it_runs",
    "bolt_uri",
    "browser_url",
    "default_folder",
    "served_database",
    "server_environment",
    "start",
    "status",
    "stop",
]
