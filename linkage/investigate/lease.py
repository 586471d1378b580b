"""The right to write to the graph: one load at a time holds it, and the latest run wins."""

import secrets
from collections.abc import Mapping
from typing import Any

from linkage.errors import GraphStoreError, LockedError
from linkage.investigate.client import Graph
from linkage.queries import Query, statement


class Lease:
    """A lease on a graph for loading one run, taken when made.

    There is nothing to wait for and nothing that a killed load leaves locked: a later load
    takes the lease, and the earlier one stops at its next batch, which is undone.

    Parameters
    ----------
    graph
        The database, with its constraints.
    run_id
        The run to load.

    Raises
    ------
    GraphStoreError
        If a later run is in the graph, loaded or begun.
    """

    def __init__(self, graph: Graph, run_id: str) -> None:
        self.graph = graph
        self.run_id = run_id
        self._token = secrets.token_hex(16)
        graph.write(
            (statement("load", "lease_take"), {"token": self._token, "run_id": run_id}),
            check=self._refuse_older,
        )

    def write(self, query: Query, **parameters: Any) -> dict[str, Any]:
        """Run one statement in a transaction that holds the lease; give its first row.

        Raises
        ------
        LockedError
            If another load took the lease.
        """
        held = (statement("load", "lease_hold"), {"token": self._token})
        return self.graph.write(held, (query, parameters), check=_still_held)[1]

    def finish(self, manifest: Mapping[str, Any], part: str, written: Mapping[str, int]) -> None:
        """Note that the run is loaded whole, and give the lease back."""
        run_id = self.run_id
        for look in ("look_of_rings", "look_of_hubs"):
            self.write(statement("load", look))
        self.write(statement("load", "run_part"), run_id=run_id, part=part)
        self.write(
            statement("load", "run_end"), run_id=run_id, finished_at=finished_at(run_id),
            seed=manifest.get("seed"),
            linkage_version=manifest.get("versions", {}).get("linkage"),
            n_rings=written["rings"], n_accounts=written["accounts"],
            n_identifiers=written["identifiers"],
        )
        self.drop()

    def drop(self) -> None:
        """Give the lease back; nothing happens where another load has it."""
        self.graph.write((statement("load", "lease_drop"), {"token": self._token}))

    def _refuse_older(self, answers: tuple[dict[str, Any], ...]) -> None:
        """Stop where a later run is in the graph."""
        newer = answers[0]["newer"]
        if newer is not None:
            raise GraphStoreError(
                f"run {self.run_id} is older than run {newer}, which is in the graph",
                fix="load the latest run, or use another database",
            )


def _still_held(answers: tuple[dict[str, Any], ...]) -> None:
    """Stop, and undo the batch, where another load has taken the lease."""
    if not answers[0]["n"]:
        raise LockedError(
            "another load took over the graph",
            fix="wait until it is done; nothing is torn, and its run is the one that stays",
        )


def finished_at(run_id: str) -> str:
    """Return the instant that a run's id names, in ISO 8601.

    Examples
    --------
    >>> finished_at("2026-06-01T020304Z")
    '2026-06-01T02:03:04Z'
    """
    return f"{run_id[:13]}:{run_id[13:15]}:{run_id[15:]}"
