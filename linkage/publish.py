"""Puts a finished folder in place at once, and never a half-written one."""

import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.lock import locked


@contextmanager
def published(out: Path, *, replace: bool) -> Iterator[Path]:
    """Give a folder to fill, and rename it to its final name only when all went well.

    Parameters
    ----------
    out
        The final name. Links are followed.
    replace
        Replace a run's output that is there already.

    Raises
    ------
    InputError
        If something is in the place that may not be replaced, or it cannot be written.
    LockedError
        If another run is writing the same output.
    """
    place = out.resolve()
    partial, old = place.with_name(f".{place.name}.partial"), place.with_name(f".{place.name}.old")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with locked(place.with_name(f".{place.name}.lock"), str(out)):
            _recover(place, old)
            _refuse(place, out, replace=replace)
            try:
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir(mode=0o700)
                yield partial
                _put_in_place(partial, place, old)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f"cannot write {out}: {error.strerror or error}",
            fix="free some disk space, or name a folder you may write",
        ) from error


def _recover(place: Path, old: Path) -> None:
    """Bring back the whole output that a killed run had moved away."""
    if (old / "manifest.json").exists() and not place.exists():
        os.rename(old, place)
    shutil.rmtree(old, ignore_errors=True)


def _refuse(place: Path, out: Path, *, replace: bool) -> None:
    """Leave alone what is no output of a run, or may not be replaced."""
    if not place.exists():
        return
    if not place.is_dir():
        raise InputError(f"{out} is a file", fix="name a folder with --out")
    if not replace:
        raise InputError(
            f"{out} is there already", fix="name another folder with --out, or add --force"
        )
    if any(place.iterdir()) and not (place / "manifest.json").exists():
        raise InputError(
            f"{out} holds something else than a run's output, and is not replaced",
            fix="name another folder with --out",
        )


def _put_in_place(partial: Path, place: Path, old: Path) -> None:
    """Rename a whole folder to its final name; what was there goes only afterwards."""
    partial.chmod(0o755)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        os.rename(place, old)
    try:
        os.rename(partial, place)
    except OSError:
        _recover(place, old)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_tables(folder: Path, tables: Mapping[str, pa.Table], *, threads: int) -> dict[str, int]:
    """Write tables into a folder, as many at a time as there are threads; return their rows."""
    with ThreadPoolExecutor(threads) as pool:
        written = {
            name: pool.submit(
                pq.write_table, table, folder / f"{name}.parquet", compression="zstd")
            for name, table in tables.items()
        }
        for one in written.values():
            one.result()
    return {name: table.num_rows for name, table in tables.items()}
