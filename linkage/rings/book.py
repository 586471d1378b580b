"""The book of rings: what one night keeps of them so that the next knows them again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.communities import Communities
from linkage.evidence.incidence import Floats, Incidence, Ints
from linkage.schema import INSTANT
from linkage.store import Store

CORE, MEMBER, PERIPHERY, CONFIRMED = 1.0, 0.5, 0.25, 2.0
"""What an account counts when rings of two nights are compared."""

OF_ROLE = {"core": CORE, "member": MEMBER, "periphery": PERIPHERY}

RINGS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("is_found", pa.bool_(), nullable=False),
    pa.field("n_accounts", pa.int64(), nullable=False),
    pa.field("n_banned", pa.int64(), nullable=False),
    pa.field("first_event_at", INSTANT),
    pa.field("last_event_at", INSTANT),
])
"""One row per id ever given: ids are never given twice. ``is_found``: that night, not earlier."""

MEMBERS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("account_id", pa.string(), nullable=False),
    pa.field("weight", pa.float64(), nullable=False),
])
"""One row per ring and account; a ring that is no longer found keeps those it had last."""

IDENTIFIERS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("family", pa.string(), nullable=False),
    pa.field("identifier_id", pa.string(), nullable=False),
    pa.field("weight", pa.float64(), nullable=False),
])
"""One row per ring and identifier that may create an edge and two members share; weight is
members that hold it times the bits of its rarity."""

HOURS = pa.schema([
    pa.field("ring_id", pa.string(), nullable=False),
    pa.field("hour_of_week", pa.int64(), nullable=False),
    pa.field("n_events", pa.int64(), nullable=False),
])
"""One row per ring and hour of the week (0 = Monday 00:00 UTC) with events."""


@dataclass(frozen=True)
class Book:
    """Rings with their members, identifiers and hours; every table is sorted by all columns."""

    rings: pa.Table
    members: pa.Table
    identifiers: pa.Table
    hours: pa.Table

    def renamed(self, names: Mapping[str, str]) -> "Book":
        """Return the book with other ids; a ring without a new one keeps its own."""
        def of(table: pa.Table) -> pa.Table:
            coded = table["ring_id"].combine_chunks().dictionary_encode()
            ids = [names.get(ring_id, ring_id) for ring_id in coded.dictionary.to_pylist()]
            renamed = pa.array(ids, pa.string()).take(coded.indices)
            return table.set_column(0, table.schema.field(0), renamed)

        return Book(*(in_order(of(getattr(self, part.name))) for part in fields(self)))

    def over(self, former: "Book") -> "Book":
        """Return this night's book with the rings it no longer finds carried over."""
        found = self.rings["ring_id"]

        def gone(table: pa.Table) -> pa.Table:
            return table.filter(pc.invert(pc.is_in(table["ring_id"], found)))

        lost = gone(former.rings)
        lost = lost.set_column(1, RINGS.field(1), pa.array([False] * lost.num_rows, pa.bool_()))
        rest = replace(
            former, rings=lost, members=gone(former.members),
            identifiers=gone(former.identifiers), hours=gone(former.hours),
        )
        return Book(*(
            in_order(pa.concat_tables([getattr(self, part.name), getattr(rest, part.name)]))
            for part in fields(self)
        ))


SCHEMAS = {"rings": RINGS, "members": MEMBERS, "identifiers": IDENTIFIERS, "hours": HOURS}


def no_book() -> Book:
    """Return the book before the first night."""
    return Book(**{name: form.empty_table() for name, form in SCHEMAS.items()})


def in_order(table: pa.Table) -> pa.Table:
    """Sort a table by all its columns, in their order."""
    return table.sort_by([(name, "ascending") for name in table.column_names])


def ids_of_members(ring: Ints, account: Ints, names: pa.Array) -> list[str]:
    """Name each ring after its members, so that equal rings have equal names.

    Parameters
    ----------
    ring, account
        One row per member; rings are numbered densely from 0.
    names
        (n_accounts,) account ids.
    """
    order = np.lexsort((account, ring))
    who = names.take(pa.array(account[order])).to_pylist()
    bounds = np.searchsorted(ring[order], np.arange(int(ring.max(initial=-1)) + 2))
    return [
        "ring-" + hashlib.sha256("\n".join(who[a:b]).encode()).hexdigest()[:12]
        for a, b in pairwise(bounds)
    ]


def write_up(
    store: Store, incidence: Incidence, found: Communities, measures: pd.DataFrame,
    names: pa.Array, weight: Floats,
) -> Book:
    """Return tonight's book, every ring named after its members.

    Parameters
    ----------
    store
        The stage tables, with those that :func:`linkage.rings.features.measure` makes.
    measures
        One row per ring, from :func:`linkage.rings.features.measure`.
    names
        (n_accounts,) account ids.
    weight
        (n_members,) what each member counts.
    """
    ids = pa.array(ids_of_members(found.ring, found.account, names), pa.string())
    rings = pa.table({
        "ring_id": ids,
        "is_found": [True] * len(ids),
        "n_accounts": measures["n_accounts"].to_numpy(),
        "n_banned": measures["n_banned"].to_numpy(),
        **{
            name: pa.array(measures[name], pa.timestamp("us"), from_pandas=True).cast(INSTANT)
            for name in ("first_event_at", "last_event_at")
        },
    }).cast(RINGS)
    members = pa.table({
        "ring_id": ids.take(pa.array(found.ring)),
        "account_id": names.take(pa.array(found.account)),
        "weight": weight,
    }).cast(MEMBERS)
    hours = store.arrow("select * from ring_hour order by ring, hour_of_week")
    return Book(
        in_order(rings), in_order(members), in_order(_identifiers(store, incidence, found, ids)),
        in_order(pa.table({
            "ring_id": ids.take(hours["ring"].combine_chunks()),
            "hour_of_week": hours["hour_of_week"], "n_events": hours["n_events"],
        }).cast(HOURS)),
    )


def _identifiers(
    store: Store, incidence: Incidence, found: Communities, ids: pa.Array
) -> pa.Table:
    """List the identifiers that tell each ring again."""
    named = store.arrow("select identifier_id from identifier order by identifier_ix")
    held = incidence.held[found.account].tocoo()
    n = incidence.n_identifiers
    usable = incidence.creates[held.col] & (held.col < named.num_rows)
    pair, count = np.unique(found.ring[held.row[usable]] * n + held.col[usable],
                            return_counts=True)
    pair, count = pair[count >= 2], count[count >= 2]
    identifier = pair % max(n, 1)
    rarity = np.log2(incidence.n_accounts / incidence.n_holders[identifier])
    family = pa.array(incidence.families, pa.string())
    return pa.table({
        "ring_id": ids.take(pa.array(pair // max(n, 1))),
        "family": family.take(pa.array(incidence.family[identifier])),
        "identifier_id": named["identifier_id"].combine_chunks().take(pa.array(identifier)),
        # Rounded, so that sums do not tell one machine from another.
        "weight": np.round(count * rarity, 3),
    }).cast(IDENTIFIERS)
