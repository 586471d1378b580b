"""The process of a local Neo4j: started in the background, found again, ended."""

import json
import logging
import os
import socket
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from linkage.errors import GraphStoreError
from linkage.investigate.places import LOOPBACK

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_STOP_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """One server process and where it answers."""

    pid: int
    created: float
    """When the process began, in seconds since 1970: another process may get the same pid."""
    http_port: int
    bolt_port: int

    @property
    def is_alive(self) -> bool:
        """Whether the very process that was started is still there."""
        try:
            process = psutil.Process(self.pid)
            return (
                abs(process.create_time() - self.created) < 1
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return False


def state_file(folder: Path) -> Path:
    """Return where a server's folder says which process runs it."""
    return folder / "run" / "server.json"


def find_running(folder: Path) -> Running | None:
    """Return the process that serves a folder; None when none does.

    A file that a dead or foreign process left behind counts as none.
    """
    try:
        found = Running(**json.loads(state_file(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.is_alive else None


def refuse_taken_ports(http_port: int, bolt_port: int) -> None:
    """Refuse ports that another program listens on.

    Raises
    ------
    GraphStoreError
        Naming the port and the flag that gives another.
    """
    for port, flag in ((http_port, "--http-port"), (bolt_port, "--bolt-port")):
        with socket.socket() as trial:
            # As the server binds: a port in TIME_WAIT is free.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError as error:
                raise GraphStoreError(
                    f"port {port} of {LOOPBACK} is taken by another program",
                    fix=f"end that program, or give another port with {flag}",
                ) from error


def launch(
    command: list[str], folder: Path, *, environment: dict[str, str], http_port: int,
    bolt_port: int, wait_seconds: float,
) -> Running:
    """Start a server in the background and wait until it answers.

    Parameters
    ----------
    command
        The program and its arguments; no secret among them.
    folder
        The server's folder; what it prints goes to ``logs/console.log``.
    environment
        Variables of the process.
    http_port, bolt_port
        Where it will answer.
    wait_seconds
        Give up, and end it, after so long.

    Raises
    ------
    GraphStoreError
        If it ends by itself or does not answer in time.
    """
    console = folder / "logs" / "console.log"
    # No Popen, which belongs to the one who waits for it: the server outlives this program.
    pid = os.posix_spawn(
        command[0], command, environment, setsid=True, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, console, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    running = Running(pid, psutil.Process(pid).create_time(), http_port, bolt_port)
    _remember(folder, running)
    try:
        _wait(running, console, wait_seconds)
    except BaseException:
        # Ctrl-C too: a server that nobody was told of must not stay.
        end(folder, running)
        raise
    return running


def end(folder: Path, running: Running) -> None:
    """End a server and wait for it, so that its store is closed.

    Raises
    ------
    GraphStoreError
        If it does not end.
    """
    try:
        process = psutil.Process(running.pid)
        process.terminate()
        process.wait(timeout=_STOP_SECONDS)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired as error:
        raise GraphStoreError(
            f"the server (process {running.pid}) did not end within {_STOP_SECONDS} s",
            fix=f"see {folder / 'logs' / 'debug.log'}, then kill it",
        ) from error
    except psutil.AccessDenied as error:
        raise GraphStoreError(
            f"the server (process {running.pid}) belongs to another user",
            fix="let that user stop it",
        ) from error
    state_file(folder).unlink(missing_ok=True)


def _remember(folder: Path, running: Running) -> None:
    """Write which process serves a folder."""
    path = state_file(folder)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(running)) + "\n", encoding="utf-8")
    os.replace(partial, path)


def _wait(running: Running, console: Path, wait_seconds: float) -> None:
    """Return once Browser answers; Bolt does so a little earlier."""
    until = time.monotonic() + wait_seconds
    while running.is_alive:
        if answers(running.http_port):
            return
        if time.monotonic() > until:
            raise GraphStoreError(
                f"the server did not answer on port {running.http_port} within {wait_seconds:g} s",
                fix=f"see {console}; give a slow machine more with --wait",
            )
        time.sleep(_POLL_SECONDS)
    raise GraphStoreError(
        f"the server ended at once: {_last_words(console)}", fix=f"see {console}"
    )


def answers(http_port: int) -> bool:
    """Return whether a Neo4j answers on a port of this machine."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{http_port}/", timeout=2) as reply:
            return "neo4j_version" in json.load(reply)
    except (OSError, ValueError, urllib.error.URLError):
        return False


def _last_words(console: Path) -> str:
    """Return the line of a dead server's output that says most."""
    lines = console.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    telling = [line for line in lines if "Caused by" in line or "ERROR" in line]
    return (telling or lines or ["it said nothing"])[-1].strip()
