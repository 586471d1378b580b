"""Turns raw identifiers into their keyed hashes, so that a raw value never leaves this machine.

A value goes through the very steps of a run: two accounts that share it are read by ingest,
which brings it to its normal form, tells its kinds apart and hashes it with the key.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linkage.environment import environment_key
from linkage.errors import InputError
from linkage.ingest import ingest, load_key
from linkage.ingest.keys import DEFAULT_KEY_FILE
from linkage.investigate.client import Graph
from linkage.queries import statement
from linkage.settings import Settings
from linkage.signals import signal
from linkage.store import Store

N_TENANCIES = 64
"""Holders one after the other that an address may have had and still be found."""

_COLUMNS = {
    "ip": ("events", "ip"), "device": ("events", "device_id"),
    "user_agent": ("events", "user_agent"), "tls": ("events", "tls_fingerprint"),
    "session": ("events", "session_id"), "card": ("payments", "instrument_id"),
    "bin": ("payments", "bin"), "email": ("accounts", "email"), "phone": ("accounts", "phone"),
}
"""What a raw value is, to the table and the column that bring it."""

KINDS = tuple(_COLUMNS)

_INCIDENTAL = frozenset({"signup_burst"})
"""Kinds that a pair of accounts has without the value."""


@dataclass(frozen=True)
class Lookup:
    """One identifier that a raw value stands for."""

    kind: str
    label: str | None
    identifier_ids: tuple[str, ...]
    """The hash; for an address, those of its tenancies too, which are identifiers of their own."""


def look_up(value: str, kind: str, *, settings: Settings) -> tuple[Lookup, ...]:
    """Return the identifiers that a raw value stands for: an address, its network too.

    Parameters
    ----------
    value
        As an input table would hold it.
    kind
        One of ``KINDS``, or a kind that the ``identifiers`` table brings.
    settings
        The run's: the key and the user's own kinds matter.

    Raises
    ------
    InputError
        If the value is no value of this kind: a malformed address, an empty text.
    """
    key = _key_of_the_run(settings)
    quiet = replace(settings, labels=True, tables={}, max_bad_rows=1.0, as_of=None)
    with tempfile.TemporaryDirectory(prefix="linkage-lookup-") as place:
        world = Path(place, "in")
        world.mkdir()
        _write(world, value, kind)
        with Store(
            Path(place, "work"), memory_limit_mb=quiet.n_memory_mb, threads=quiet.n_threads
        ) as store:
            ingest(store, [world], settings=quiet, key=key, quarantine=Path(place, "quarantine"))
            rows = store.arrow(
                "select kind, identifier_id, label from identifier order by kind, identifier_id"
            ).to_pylist()
    found = [row for row in rows if row["kind"] not in _INCIDENTAL]
    if not found:
        raise InputError(
            f"this is no {kind} that linkage would compare", fix="check how it is written"
        )
    return tuple(Lookup(row["kind"], row["label"], _hashes(row, key)) for row in found)


def identifier_hash(key: bytes, kind: str, text: str) -> str:
    """Return the hash of an identifier in its normal form, as ``named_value.sql`` writes it.

    Examples
    --------
    >>> identifier_hash(b"sixteen bytes ok", "ip", "84.2.7.9")[:8]
    '61071ee0'
    """
    inner = hashlib.sha256(f"{key.hex()}{kind}\x1f{text}".encode()).hexdigest()
    return hashlib.sha256(f"{key.hex()}{inner}".encode()).hexdigest()[:32]


def _key_of_the_run(settings: Settings) -> bytes:
    """Return the key, and never make one: what a new key hashes is in no graph."""
    path = (settings.key_file or DEFAULT_KEY_FILE).expanduser()
    if environment_key() is None and not path.exists():
        raise InputError(
            f"there is no key in {path}",
            fix="give the key that the run used: --key-file FILE, or LINKAGE_KEY",
        )
    return load_key(settings)


def _hashes(row: dict[str, str], key: bytes) -> tuple[str, ...]:
    """Return the hash of a value, and those of its holders one after the other."""
    if not signal(row["kind"]).has_tenancies:
        return (row["identifier_id"],)
    # The label of an address is its normal form.
    return (row["identifier_id"], *(
        identifier_hash(key, row["kind"], f"{row['label']}#{n}") for n in range(N_TENANCIES)
    ))


def _write(world: Path, value: str, kind: str) -> None:
    """Write two accounts that share the value, and nothing else."""
    holders = ["lookup-l", "lookup-r"]
    accounts: dict[str, list[str]] = {"account_id": holders}
    table, column = _COLUMNS.get(kind, ("identifiers", "value"))
    if table == "accounts":
        accounts[column] = [value] * 2
        rows: dict[str, object] = {"account_id": [], "occurred_at": pa.array([], pa.string())}
        table = "events"
    else:
        rows = {"account_id": holders, column: [value] * 2}
        rows |= {"events": {"occurred_at": ["2026-01-01T00:00:00Z"] * 2},
                 "identifiers": {"kind": [kind] * 2}}.get(table, {})
    pq.write_table(pa.table(accounts), world / "accounts.parquet")
    pq.write_table(pa.table(rows), world / f"{table}.parquet")


def find_holders(graph: Graph, found: Sequence[Lookup]) -> list[dict[str, Any]]:
    """Return who holds what was looked up: at most 1,000 rows, accounts of rings first.

    Only the hashes are sent.

    Parameters
    ----------
    graph
        A connected graph.
    found
        What :func:`look_up` returned.

    Returns
    -------
    list of dict
        As ``cypher/lookup/holders.cypher`` says.
    """
    hashes = [one for lookup in found for one in lookup.identifier_ids]
    return graph.read(statement("lookup", "holders"), identifier_ids=hashes)
