"""Rings made by hand: accounts by identifiers, in bits."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from linkage import schema
from linkage.rings.read import Member, Ring
from linkage.rings.ring_graph import RingGraph, ring_graph

PRIOR_BITS = -4.0


def ring(n_accounts: int, tier: str = "enforce") -> Ring:
    """Return a ring of so many accounts."""
    return Ring("ring-web", n_accounts, 0.97, tier, "made by hand", 100, None, None, None, None,
                None, "new", ("payment",), n_accounts)


def web(
    bits: Sequence[Sequence[float]] | np.ndarray,
    *,
    kinds: Sequence[str] | None = None,
    creates: Sequence[bool] | None = None,
    strangers: Sequence[int] | None = None,
    measures: dict[str, float] | None = None,
    tier: str = "enforce",
) -> RingGraph:
    """Return the graph of a ring: a row per account, a column per identifier, 0 for none."""
    table = np.asarray(bits, dtype=float)
    n, width = table.shape
    kinds = kinds or ["card"] * width
    inside = (table > 0).sum(axis=0)
    rows = []
    for account in range(n):
        rows.append(_row(account, "prior", "", None, PRIOR_BITS, 1000, n, None))
        for column in np.flatnonzero(table[account]):
            rows.append(_row(
                account, kinds[column], f"{column:032x}", f"c{column}", table[account, column],
                int(inside[column]) + (strangers[column] if strangers else 0),
                int(inside[column]), creates[column] if creates else True,
            ))
    members = tuple(
        Member("ring-web", f"acct-{at}", 0.9, tier, "core", (),
               PRIOR_BITS + float(table[at].sum())) for at in range(n)
    )
    return ring_graph(
        ring(n, tier), members, pa.Table.from_pylist(rows, schema=schema.EVIDENCE),
        measures=measures,
    )


def _row(
    account: int, kind: str, identifier_id: str, label: str | None, bits: float, total: int,
    inside: int, creates: bool | None,
) -> dict[str, object]:
    return {
        "ring_id": "ring-web", "account_id": f"acct-{account}", "kind": kind,
        "identifier_id": identifier_id, "label": label, "bits": bits, "n_accounts_total": total,
        "n_accounts_in_ring": inside, "creates": creates,
    }
