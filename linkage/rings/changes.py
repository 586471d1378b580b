"""What a night changed: rings that are new, moved, joined, parted, fell asleep or are lost."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from linkage.rings.lineage import CONTINUES, LOST, MERGED_INTO
from linkage.rings.read import read_output, read_rings

_GONE = {LOST: "lost", MERGED_INTO: "merged away"}
"""What is told of a ring that is no longer there, by its relation."""


@dataclass(frozen=True)
class RingChange:
    """One ring, of tonight or of the night before."""

    ring_id: str
    change: str
    """Its lineage; ``merged away`` or ``lost`` for a ring that is no longer there."""
    tier: str | None
    """None for a ring that is no longer there."""
    n_accounts_before: int
    n_accounts: int
    n_joined: int
    n_left: int
    others: tuple[str, ...]
    """Rings it came from, took in, or went into."""

    @property
    def is_changed(self) -> bool:
        """Tell whether the night moved anything: a continued ring may have swapped accounts."""
        return self.change != "continued" or self.n_joined + self.n_left > 0


def n_changes(out: Path) -> dict[str, int]:
    """Count the rings by :attr:`RingChange.change`, as :func:`ring_changes` has it.

    Raises
    ------
    InputError
        If the folder lacks a table.
    """
    relations = read_output(out, "lineage", columns=["relation"])["relation"].to_pylist()
    return dict(Counter([
        *read_output(out, "rings", columns=["lineage"])["lineage"].to_pylist(),
        *(_GONE[one] for one in relations if one in _GONE),
    ]))


def ring_changes(out: Path) -> tuple[RingChange, ...]:
    """Return what became of every ring, the largest movement first.

    Parameters
    ----------
    out
        A folder that a run wrote.

    Raises
    ------
    InputError
        If the folder lacks a table.
    """
    relations = read_output(out, "lineage").to_pylist()
    own = {row["ring_id"]: row for row in relations if row["relation"] == CONTINUES}
    others: dict[str, list[str]] = defaultdict(list)
    for row in relations:
        if row["relation"] == MERGED_INTO:
            others[row["other_ring_id"]].append(row["ring_id"])
        if row["relation"] not in (CONTINUES, LOST):
            others[row["ring_id"]].append(row["other_ring_id"])
    found = [
        RingChange(
            ring.ring_id, ring.lineage, ring.tier,
            n_accounts_before=own[ring.ring_id]["n_accounts_before"] if ring.ring_id in own else 0,
            n_accounts=ring.n_accounts,
            n_joined=own.get(ring.ring_id, {}).get("n_joined", ring.n_accounts),
            n_left=own.get(ring.ring_id, {}).get("n_left", 0),
            others=tuple(sorted(others[ring.ring_id])),
        )
        for ring in read_rings(out)
    ]
    found += [
        RingChange(
            row["ring_id"], _GONE[row["relation"]], None,
            n_accounts_before=row["n_accounts_before"], n_accounts=0, n_joined=0,
            n_left=row["n_accounts_before"], others=tuple(others[row["ring_id"]]),
        )
        for row in relations if row["relation"] in _GONE
    ]
    return tuple(sorted(found, key=lambda one: (-(one.n_joined + one.n_left), one.ring_id)))
