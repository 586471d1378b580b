"""One at a time: a lock that the system frees when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from linkage.errors import InputError, LockedError

_LOOK_AGAIN_S = 0.5


@contextmanager
def locked(path: Path, what: str, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a file while this lasts; the file goes with it.

    Parameters
    ----------
    path
        The file; its folder is made, for its owner alone.
    what
        What the lock guards, for the message: "another run is writing ...".
    wait_s
        Seconds to wait for whoever holds it; 0 does not wait.

    Raises
    ------
    LockedError
        If another process holds it still.
    InputError
        If the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        until = time.monotonic() + wait_s
        while (handle := _taken(path)) is None:
            if time.monotonic() >= until:
                raise LockedError(
                    f"another run is writing {what}", fix="wait for it, or name another folder"
                )
            time.sleep(min(_LOOK_AGAIN_S, max(until - time.monotonic(), 0.01)))
    except OSError as error:
        raise InputError(
            f"cannot write {what}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write",
        ) from error
    with handle:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def state_held(state: Path | None) -> Iterator[None]:
    """Hold the lock of a state folder, where there is one."""
    if state is None:
        yield
        return
    with locked(state / ".lock", f"the state in {state}"):
        yield


def _taken(path: Path) -> IO[str] | None:
    """Take the lock; None when another process has it."""
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed the file between our opening and our locking:
        # a lock on a file that is no longer there guards nothing.
        if os.fstat(handle.fileno()).st_ino == path.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    handle.close()
    return None
