"""Takes accounts out of a published run: tables, counts and pages, replaced at once."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.forget.tables import (
    counted_down,
    kept,
    replace,
    with_accounts,
    without_values,
)
from linkage.publish import published
from linkage.report import write_report
from linkage.rings.graph_tables import FOLDER

PAGES = "rings"
"""Folder of the rings' pages in a run's output."""


def accounts_in_output(out: Path, accounts: Collection[str]) -> Counter[str]:
    """Count the rows of each published table that name one of some accounts."""
    found = {
        str(path.relative_to(out)): with_accounts(path, accounts)
        for path in sorted(out.rglob("*.parquet"))
    }
    return Counter({name: n for name, n in found.items() if n})


def forget_in_output(out: Path, accounts: Collection[str]) -> Counter[str]:
    """Publish a run anew without some accounts; return the rows that went, by table.

    Rings count their members anew, and one without members goes; scores, tiers and bits stay as
    the run judged them. Pages are written anew. Readers see the old output or the new one; one
    that names none of the accounts is left as it is.

    Raises
    ------
    InputError
        If the output cannot be read or written, or an account is still in it afterwards.
    LockedError
        If a run is writing it.
    """
    found = accounts_in_output(out, accounts)
    if not found and not _leftovers(out):
        return found
    with published(out, replace=True) as folder:
        shutil.copytree(out, folder, dirs_exist_ok=True, copy_function=_link,
                        ignore=shutil.ignore_patterns("*.html"))
        _rewrite(folder, accounts, found)
        _count_tables(folder)
        left = accounts_in_output(folder, accounts)
        if left:
            raise InputError(
                f"{out} still names an account to forget in {', '.join(left)}",
                fix="remove that folder: the next run makes it anew",
            )
        if (out / "report.html").exists():
            write_report(folder)
    return found


def _leftovers(out: Path) -> bool:
    """Tell whether a killed process left a copy beside an output."""
    place = out.resolve()
    return any(place.with_name(f".{place.name}.{end}").exists() for end in ("old", "partial"))


def _rewrite(folder: Path, accounts: Collection[str], found: Counter[str]) -> None:
    """Take the accounts out of every table of a copy."""
    gone_members = pa.table({"ring_id": pa.array([], pa.string())})
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        if not found[path.name]:
            continue
        left = kept(table, accounts)
        if path.name == "members.parquet":
            gone_members = _gone(table, accounts)
        if path.name == "evidence.parquet":
            left = counted_down(
                left, "n_accounts_in_ring", by=("ring_id", "kind", "identifier_id"),
                gone=_gone(table, accounts),
            )
        replace(path, left)
    if gone_members.num_rows:
        _count_rings(folder, gone_members)
    if found[f"{FOLDER}/accounts.parquet"]:
        _rewrite_graph(folder / FOLDER, accounts)


def _count_tables(folder: Path) -> None:
    """Let the manifest of a copy count the rows that are left."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for stage in manifest["stages"]:
        for name in stage if stage["stage"] == "write" else ():
            if (folder / f"{name}.parquet").exists():
                stage[name] = pq.read_metadata(folder / f"{name}.parquet").num_rows
    path.unlink()  # its bytes are the published run's, under a second name
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _gone(table: pa.Table, accounts: Collection[str]) -> pa.Table:
    """Return the rows of some accounts."""
    wanted = pa.array(sorted(accounts), table["account_id"].type)
    return table.filter(pc.is_in(table["account_id"], value_set=wanted))


def _count_rings(folder: Path, gone: pa.Table) -> None:
    """Count each ring's members anew; one that has none left goes from every table."""
    path = folder / "rings.parquet"
    rings = counted_down(pq.read_table(path), "n_accounts", by=("ring_id",), gone=gone)
    core = gone.filter(pc.equal(gone["role"], "core"))
    rings = counted_down(rings, "n_core", by=("ring_id",), gone=core)
    empty = rings.filter(pc.equal(rings["n_accounts"], 0))["ring_id"]
    replace(path, rings)
    if len(empty):
        for path in sorted(folder.glob("*.parquet")):
            table = pq.read_table(path)
            if "ring_id" in table.column_names:
                replace(path, without_values(table, "ring_id", empty))


def _rewrite_graph(folder: Path, accounts: Collection[str]) -> None:
    """Take the accounts, what they held and identifiers that nobody else holds."""
    names = ("accounts", "holdings", "identifiers", "links", "relations")
    path = {name: folder / f"{name}.parquet" for name in names}
    table = {name: pq.read_table(path[name]) for name in names}
    gone = _gone(table["accounts"], accounts)["account_ix"]
    held = table["holdings"].filter(
        pc.is_in(table["holdings"]["account_ix"], value_set=gone.combine_chunks()))
    identifiers = counted_down(table["identifiers"], "n_accounts", by=("identifier_ix",), gone=held)
    identifiers = identifiers.filter(pc.greater(identifiers["n_accounts"], 0))
    for name in ("links", "relations"):
        for end in ("account_ix_l", "account_ix_r"):
            table[name] = without_values(table[name], end, gone)
        replace(path[name], table[name])
    replace(path["accounts"], kept(table["accounts"], accounts))
    replace(path["holdings"], without_values(table["holdings"], "account_ix", gone))
    replace(path["identifiers"], identifiers)


def _link(source: str, place: str) -> str:
    """Give a file a second name, or copy it where the file system cannot."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)
    return place
