"""Chooses what of a run's output goes into the graph, as tables in one store."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from linkage.errors import InputError
from linkage.evidence.pairs import WIDEST
from linkage.investigate.model import NODE_OF_KIND, RELATIONS
from linkage.investigate.parts import PARTS
from linkage.queries import query
from linkage.rings.graph_tables import FOLDER
from linkage.schema import TIERS
from linkage.settings import Settings
from linkage.store import Store

TABLES = {
    "ring_row": "rings.parquet", "member_row": "members.parquet",
    "evidence_row": "evidence.parquet", "account_row": f"{FOLDER}/accounts.parquet",
    "identifier_row": f"{FOLDER}/identifiers.parquet",
    "holding_row": f"{FOLDER}/holdings.parquet", "link_row": f"{FOLDER}/links.parquet",
}
"""Name in the store to file of the output folder."""

LINEAGE = "lineage.parquet"
"""(ring_id, relation, other_ring_id): where rings come from, if a run knows earlier ones."""

_LOADED = (
    "loaded_ring", "loaded_member", "loaded_star", "loaded_identifier", "loaded_account",
    "loaded_holding", "loaded_link", "named_lineage", "loaded_past_ring", "loaded_lineage",
)


@dataclass(frozen=True)
class Selection:
    """Which part of a run is loaded."""

    tiers: tuple[str, ...] = ("enforce", "review")
    """Tiers whose rings are loaded, with the accounts one hop outside."""
    everything: bool = False
    """Load every account, identifier and ring, whatever the tiers."""

    def __post_init__(self) -> None:
        unknown = [tier for tier in self.tiers if tier not in TIERS]
        if unknown or not self.tiers:
            raise ValueError(
                f"tiers are some of {', '.join(TIERS)}, got {', '.join(self.tiers) or 'none'}"
            )

    @property
    def name(self) -> str:
        """What people read of it.

        Examples
        --------
        >>> Selection(("review", "enforce")).name
        'tiers enforce, review'
        """
        if self.everything:
            return "everything"
        return "tiers " + ", ".join(tier for tier in TIERS if tier in self.tiers)


@contextmanager
def selected(out: Path, selection: Selection) -> Iterator[Store]:
    """Give a store with the tables ``loaded_…`` of a run's output.

    Raises
    ------
    InputError
        If the folder lacks a table.
    """
    settings = Settings()
    with tempfile.TemporaryDirectory(prefix="linkage-load-") as folder, Store(
        Path(folder) / "work", memory_limit_mb=settings.n_memory_mb, threads=settings.n_threads
    ) as store:
        _name_files(store, out)
        tiers = TIERS if selection.everything else selection.tiers
        store.put("chosen_tier", pa.table({"tier": sorted(set(tiers))}))
        store.put("chosen_relation", pa.table({"relation": list(RELATIONS)}))
        store.put("node_of_kind", pa.table({
            "kind": list(NODE_OF_KIND), "node": list(NODE_OF_KIND.values()),
        }))
        told = {"everything": selection.everything, "most_holders": WIDEST}
        for name in _LOADED:
            made = query("investigate", name)
            store.materialise(made, {key: told[key] for key in made.parameters})
        yield store


def _name_files(store: Store, out: Path) -> None:
    """Name the files of the output as tables of the store."""
    for name, file in TABLES.items():
        path = out / file
        if not path.is_file():
            raise InputError(
                f"{out} has no {file}",
                fix="give the folder that this version of linkage run --out wrote",
            )
        store.view(name, _rows_of(path))
    lineage = out / LINEAGE
    if lineage.is_file():
        store.view("lineage_row", _rows_of(lineage))
    else:
        nothing = pa.array([], pa.string())
        store.put("lineage_row", pa.table({
            "ring_id": nothing, "relation": nothing, "other_ring_id": nothing,
        }))


def _rows_of(path: Path) -> str:
    """Return the SELECT of a Parquet file's rows."""
    place = str(path.resolve()).replace("'", "''")
    return f"select * from read_parquet('{place}')"


def counts(out: Path, selection: Selection) -> dict[str, int]:
    """Return how many nodes and relationships of each kind would be loaded."""
    with selected(out, selection) as store:
        return {part.name: store.count(part.table) for part in PARTS}
