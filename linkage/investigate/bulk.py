"""Loads a whole run at once: the import tool fills a fresh database, and the server switches.

The old database serves while the new one is built, and again if anything fails. What
investigators decided goes along.
"""

import logging
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from linkage.errors import GraphStoreError
from linkage.investigate import server as local
from linkage.investigate.access import Access
from linkage.investigate.client import Graph, connect
from linkage.investigate.lease import Lease
from linkage.investigate.load import Follow, LoadResult, nobody
from linkage.investigate.parts import (
    NODES,
    PARTS,
    SEPARATOR,
    LinkPart,
    NodePart,
    instant,
    typed,
)
from linkage.investigate.selection import Selection, selected
from linkage.investigate.server_parts import assemble
from linkage.queries import statement
from linkage.rings.read import read_manifest
from linkage.store import Store

log = logging.getLogger(__name__)

_N_DECISIONS = 10_000


def full_load(
    out: Path, folder: Path, access: Access, selection: Selection, *,
    follow: Follow | None = None,
) -> LoadResult:
    """Build a fresh database from a run and let the local server serve it.

    Parameters
    ----------
    out
        A folder that a run wrote.
    folder
        Folder of the local server; it runs, and restarts.
    access
        Its address and password.
    selection
        The part to load.
    follow
        Who watches.

    Raises
    ------
    InputError
        If the output folder lacks a table.
    GraphStoreError
        If the server is not the local one, a later run is in the graph, or a step fails; then
        the old database serves as before.
    """
    begun = time.monotonic()
    manifest, tell = read_manifest(out), follow or nobody
    run_id = str(manifest["run_id"])
    now = local.as_it_runs(folder)
    if access.uri != local.bolt_uri(now.bolt_port):
        raise GraphStoreError(
            f"a full load is for the server of {folder}, which is not {access.uri}",
            fix="leave out --uri, or leave out --full",
        )
    with _open(access) as graph:
        graph.prepare()
        Lease(graph, run_id)
    fresh = replace(now, database=f"linkage-{secrets.token_hex(6)}")
    with _place_for_files(folder) as place:
        with selected(out, selection) as store:
            written, options = _write_files(store, place, run_id, tell)
        _import(fresh, place, options, tell)
    stage = tell("switch")
    stage(0, 1)
    with _open(access) as graph:
        graph.write((statement("sweep", "note_decided"), {}))
        decided = graph.read(statement("decisions", "pull"))
    try:
        _restart(fresh)
        with _open(access) as graph:
            _complete(graph, manifest, selection.name, written, decided)
    except BaseException:
        log.warning("the new database failed; the old one serves again")
        _restart(now)
        _forget(fresh)
        raise
    _forget(now)
    stage(1, 1)
    result = LoadResult(run_id, selection.name, written, 0, time.monotonic() - begun)
    log.info("stage=load run=%s database=%s seconds=%.1f", run_id, fresh.database, result.seconds)
    return result


def _open(access: Access) -> AbstractContextManager[Graph]:
    """Connect to the database that the server serves."""
    return connect(access.uri, user=access.user, password=access.password)


@contextmanager
def _place_for_files(folder: Path) -> Iterator[Path]:
    """Give a private folder for the import tool's files, which goes away."""
    with tempfile.TemporaryDirectory(dir=folder / "import", prefix="load-") as place:
        yield Path(place)


def _write_files(
    store: Store, place: Path, run_id: str, follow: Follow
) -> tuple[dict[str, int], list[str]]:
    """Write a CSV file for each part; return its rows and the import tool's options."""
    written: dict[str, int] = {}
    options: list[str] = []
    stage = follow("files")
    for at, part in enumerate(PARTS):
        header, data = place / f"{part.statement}-header.csv", place / f"{part.statement}.csv"
        if isinstance(part, NodePart):
            columns, flag = _node_columns(part), "--nodes="
        else:
            columns, flag = _link_columns(part), f"--relationships={part.name}="
        columns.append(("run_id:string", f"'{run_id}'"))
        header.write_text(",".join(name for name, _ in columns) + "\n", encoding="utf-8")
        select = ", ".join(f"{sql} as c{n}" for n, (_, sql) in enumerate(columns))
        written[part.name] = store.write_csv(f"select {select} from {part.table}", data)
        if written[part.name]:
            options.append(f"{flag}{header},{data}")
        stage(at + 1, len(PARTS))
    return written, options


def _node_columns(part: NodePart) -> list[tuple[str, str]]:
    """Return headers and SQL of a label's file."""
    return [(f":ID({part.space})", part.number), (":LABEL", part.labels),
            *_properties(part.properties)]


def _link_columns(part: LinkPart) -> list[tuple[str, str]]:
    """Return headers and SQL of a relationship's file."""
    (start, start_space), (end, end_space) = part.ends
    return [(f":START_ID({start_space})", start), (f":END_ID({end_space})", end),
            *_properties(part.properties)]


def _properties(properties: str) -> list[tuple[str, str]]:
    """Return headers and SQL of properties."""
    def sql(name: str, kind: str) -> str:
        if kind == "datetime":
            return instant(name)
        return f"array_to_string({name}, chr({SEPARATOR}))" if kind.endswith("[]") else name

    return [(f"{name}:{kind}", sql(name, kind)) for name, kind in typed(properties)]


def _import(fresh: local.Server, place: Path, options: list[str], follow: Follow) -> None:
    """Run the import tool."""
    stage = follow("import")
    stage(0, 1)
    has_lines = any(_holds_lines(place / f"{part.statement}.csv") for part in NODES)
    parts = assemble(fresh.parts or local.default_folder(), java=fresh.java,
                     with_gds=fresh.with_gds)
    command = local.admin_command(
        fresh, parts, "database", "import", "full", str(fresh.database),
        "--id-type=integer", "--bad-tolerance=0",
        f"--array-delimiter=U+{SEPARATOR:04X}", f"--multiline-fields={str(has_lines).lower()}",
        f"--report-file={place / 'report'}", *options,
    )
    done = subprocess.run(
        command, env=local.server_environment(fresh.folder), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, cwd=place,
    )
    if done.returncode:
        _forget(fresh)
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        log.debug("the import tool said: %s", " | ".join(said))
        told = [line for line in said if not line.startswith(("Run with", "Neo4j version"))]
        why = told[-1].strip() if told else ""
        raise GraphStoreError(
            f"Neo4j's import tool failed: {why or f'exit code {done.returncode}'}",
            fix=f"see that {fresh.folder} has disk space; the old database serves as before",
        )
    stage(1, 1)


def _holds_lines(path: Path) -> bool:
    """Tell whether a quoted field goes over a line's end: the tool reads such files slower."""
    n_quotes = 0
    with path.open("rb") as file:
        for line in file:
            n_quotes += line.count(b'"')
            if n_quotes % 2:
                return True
    return False


def _restart(server: local.Server) -> None:
    """Serve another database."""
    local.stop(server.folder)
    local.start(server)


def _complete(
    graph: Graph, manifest: dict[str, Any], part: str, written: dict[str, int],
    decided: list[dict[str, Any]],
) -> None:
    """Bring what the files cannot: constraints, decisions and the run itself."""
    graph.prepare()
    lease = Lease(graph, str(manifest["run_id"]))
    for at in range(0, len(decided), _N_DECISIONS):
        lease.write(statement("decisions", "put"), rows=decided[at : at + _N_DECISIONS])
    for about in ("about_ring", "about_account"):
        lease.write(statement("load", about))
    lease.write(statement("load", "run_begin"), run_id=lease.run_id)
    lease.finish(manifest, part, written)


def _forget(server: local.Server) -> None:
    """Delete the files of a database that is not served."""
    for kind in ("databases", "transactions"):
        shutil.rmtree(server.folder / "data" / kind / str(server.database), ignore_errors=True)
