"""Compares what is in Neo4j with a run's files, row for row, instants to the microsecond."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import neo4j

from linkage.investigate.access import Access

# Table: what it is in Neo4j, its columns there, the files behind it, its columns in those.
_TABLES = {
    "rings": (
        "(r:Ring) WHERE r.is_past IS NULL",
        "r.ring_id r.n_accounts r.score r.tier r.tier_reason r.n_events r.lineage r.n_core",
        "'rings.parquet' r", "",
    ),
    "members": (
        "(a:Account)-[m:MEMBER_OF]->(r:Ring)",
        "r.ring_id a.account_id m.confidence m.tier m.role m.evidence_bits",
        "'members.parquet' m", "m.ring_id m.account_id m.confidence m.tier m.role m.evidence_bits",
    ),
    "accounts": (
        "(a:Account)",
        "a.account_id a.created_at@ a.status a.plan a.country a.organization a.pathway a.n_events "
        "a.first_event_at@ a.last_event_at@",
        "'graph/accounts.parquet' a", "",
    ),
    "identifiers": (
        "(i:Identifier)", "i.identifier_id i.kind i.label i.n_accounts i.is_hub",
        "'graph/identifiers.parquet' i", "",
    ),
    "holdings": (
        "(a:Account)-[u:USED]->(i:Identifier)",
        "a.account_id i.identifier_id u.first_seen_at@ u.last_seen_at@ u.n_events",
        "'graph/holdings.parquet' u join 'graph/accounts.parquet' a using (account_ix) "
        "join 'graph/identifiers.parquet' i using (identifier_ix)", "",
    ),
    "links": (
        "(l:Account)-[k:LINKED_TO]->(r:Account)", "l.account_id r.account_id k.bits",
        "'graph/links.parquet' k join 'graph/accounts.parquet' l on l.account_ix = account_ix_l "
        "join 'graph/accounts.parquet' r on r.account_ix = account_ix_r", "",
    ),
}


def compare(out: Path, access: Access) -> list[tuple[str, int, int, str]]:
    """Return each table's name, its rows in the files and in Neo4j, and whether they are equal.

    The sums of the rows' hashes are compared: five million rows need no room, and no order.
    """
    found = []
    with neo4j.GraphDatabase.driver(
        access.uri, auth=(access.user, access.password), notifications_min_severity="OFF"
    ) as driver, driver.session(database=access.database) as session:
        for name, (pattern, columns, files, others) in _TABLES.items():
            wanted = _of_files(out, files, others or columns)
            asked = ", ".join(
                f"{one[:-1]}.epochSeconds * 1000000 + {one[:-1]}.microsecond"
                if one.endswith("@") else one for one in columns.split())
            there = _summed(tuple(row.values()) for row in session.run(
                f"MATCH {pattern} RETURN {asked}"))
            found.append((name, wanted[0], there[0], "yes" if wanted == there else "NO"))
    return found


def _of_files(out: Path, files: str, columns: str) -> tuple[int, int]:
    """Sum up the rows of files."""
    asked = ", ".join(
        f"epoch_us({one[:-1]})" if one.endswith("@") else one for one in columns.split())
    with duckdb.connect(config={"file_search_path": str(out), "memory_limit": "1GiB"}) as engine:
        return _summed(_rows(engine.execute(f"select {asked} from {files}")))


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    """Yield rows a batch at a time."""
    while some := found.fetchmany(100_000):
        yield from some


def _summed(rows: Iterable[tuple[Any, ...]]) -> tuple[int, int]:
    """Count rows and sum their hashes."""
    n = total = 0
    for row in rows:
        n, total = n + 1, total + hash(row)
    return n, total
