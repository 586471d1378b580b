"""Puts what was found into the tables of the contract."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC

import numpy as np
import pandas as pd
import pyarrow as pa
import scipy.sparse as sp

from linkage.communities import Communities, lookup
from linkage.evidence.incidence import Incidence, Ints
from linkage.evidence.weights import Weights
from linkage.rings.book import CONFIRMED, OF_ROLE, Book, ids_of_members, no_book, write_up
from linkage.rings.calibration import BUILT_IN, Calibration
from linkage.rings.decisions import confirmed, decisions
from linkage.rings.evidence import evidence_rows, member_gains
from linkage.rings.groups import judge_groups
from linkage.rings.judge import Verdicts, judge
from linkage.rings.lineage import Followed, follow
from linkage.rings.measures import measures_table
from linkage.rings.member_tiers import member_judgement
from linkage.rings.profile import Profile, capability_rows, profiles
from linkage.rings.rhythm import rhythm
from linkage.rings.stability import LEAST_STABILITY, stability
from linkage.rings.standing import measure_with_parts
from linkage.rings.timeline import pivots, timeline
from linkage.schema import EVIDENCE, MEMBERS, RINGS
from linkage.sharing import in_thread
from linkage.store import Store

PERIPHERY_CONFIDENCE = 0.9
"""A member surer than this who does not describe the ring is a plain member."""

CANDIDATES = ("enforce", "review")
"""Tiers whose rings are looked for again, for the stability of their members."""


@dataclass(frozen=True)
class Assembled:
    """What a run found, in the tables of the contract, and its book for the next night."""

    tables: dict[str, pa.Table]
    """``rings``, ``members``, ``evidence`` and ``lineage``."""
    book: Book


def assemble(
    store: Store, incidence: Incidence, weights: Weights, found: Communities, *, smallest: int,
    labels: bool = True, former: Book | None = None, calibration: Calibration = BUILT_IN,
    threads: int = 1,
) -> Assembled:
    """Judge the rings and return the tables of the contract and tonight's book.

    Parameters
    ----------
    store
        The stage tables.
    incidence, weights, found
        Who holds what, what it is worth, and who is in which ring.
    smallest
        Accounts below which a ring is not reported; at least 2.
    labels
        Show accounts that others are linked to by name.
    former
        The book of the last night, whose rings keep their ids; None for no night before.
    calibration
        What people's decisions made of weights, scores and confidence.
    threads
        Threads to use; never changes a result.
    """
    found = found.of_rings(np.bincount(found.ring) >= smallest)
    accounts = store.arrow(
        "select account_id, first_event_at, last_event_at, status, "
        "organization is not null as is_vouched_for from account order by account_ix"
    ).combine_chunks()
    names = accounts["account_id"].combine_chunks()
    vouched_for = accounts["is_vouched_for"].to_numpy(zero_copy_only=False)
    named = store.arrow("select identifier_id, label from identifier order by identifier_ix")
    # What each row says is asked of arrays alone, while the rings are measured by tables.
    made_gains = in_thread(lambda: member_gains(incidence, weights, found), threads=threads)
    made_evidence = in_thread(
        lambda: _evidence(
            incidence, found, evidence_rows(incidence, found, made_gains()), named, names,
            labels=labels),
        threads=threads)
    measured = measure_with_parts(store, incidence, found, calibration)
    measures = measured.rings
    verdicts = judge(measures, incidence.families, calibration)
    confidence = 1 / (1 + np.exp(-calibration.members.of(found.nats)))
    steady = stability(incidence, found, made_gains(), np.isin(verdicts.tier, CANDIDATES))
    unsteady = steady < LEAST_STABILITY
    role = np.where(
        found.is_core, "core", np.where(confidence >= PERIPHERY_CONFIDENCE, "member", "periphery")
    )
    role = np.where(unsteady, "periphery", role)
    said = confirmed(store)
    weight = np.where(
        np.isin(found.account, list(said.accounts)), CONFIRMED, [OF_ROLE[one] for one in role]
    )
    book = write_up(store, incidence, found, measures, names, weight)
    followed = _follow(store, book, former or no_book(), said.rings)
    tonight = book.renamed(followed.names)
    ring_ids = _ring_ids(found, names, followed)
    decided = decisions(store, found, ring_ids)
    verdicts = decided.on_rings(verdicts)
    rings = _rings(measures, verdicts, ring_ids, profiles(store, len(ring_ids)), followed)
    tier, reasons, bits = member_judgement(
        incidence, found, verdicts, decided.accounts,
        measured.stands & ~unsteady & ~vouched_for[found.account],
    )
    members = pa.table({
        "ring_id": ring_ids.take(pa.array(found.ring)),
        "account_id": names.take(pa.array(found.account)),
        "confidence": np.round(confidence, 6),
        "tier": tier,
        "role": role,
        "reason_codes": reasons,
        "evidence_bits": np.round(bits, 6),
        **{
            name: accounts[name].take(pa.array(found.account)).cast(MEMBERS.field(name).type)
            for name in ("first_event_at", "last_event_at", "status")
        },
        "stability": pa.array(steady, from_pandas=True),
    }).cast(MEMBERS)
    evidence = made_evidence()
    tables = {
        "rings": rings.take(_rank(rings)),
        "members": members.sort_by([("ring_id", "ascending"), ("account_id", "ascending")]),
        "evidence": evidence.set_column(
            0, "ring_id", ring_ids.take(evidence["ring"].combine_chunks())).cast(EVIDENCE),
        "lineage": followed.relations,
        "capabilities": capability_rows(store, ring_ids, names),
        "timeline": timeline(store, ring_ids),
        "pivots": pivots(store, ring_ids),
        "measures": measures_table(measures, ring_ids),
        "rhythm": rhythm(store, tonight.hours),
        "groups": judge_groups(store, incidence, weights, calibration),
    }
    return Assembled(tables, tonight.over(former or no_book()))


def _follow(store: Store, book: Book, former: Book, confirmed: Set[str]) -> Followed:
    """Compare tonight's rings with the last night's."""
    newest = store.scalar("select max(last_event_at) from account")
    return follow(
        book, former, confirmed=confirmed, newest=newest.replace(tzinfo=UTC) if newest else None
    )


def _ring_ids(found: Communities, names: pa.Array, followed: Followed) -> pa.Array:
    """Return each ring's id, over nights the same."""
    made = ids_of_members(found.ring, found.account, names)
    return pa.array([followed.names[ring_id] for ring_id in made], pa.string())


def _rings(
    measures: pd.DataFrame, verdicts: Verdicts, ring_ids: pa.Array,
    profiled: Sequence[Profile | None], followed: Followed,
) -> pa.Table:
    """Make rings.parquet."""
    instants = {
        name: pa.array(measures[name], pa.timestamp("us"), from_pandas=True)
        .cast(RINGS.field(name).type)
        for name in ("first_event_at", "last_event_at", "first_created_at", "last_created_at")
    }
    return pa.table({
        "ring_id": ring_ids,
        "n_accounts": measures["n_accounts"].to_numpy(),
        "score": np.round(verdicts.score, 6),
        "tier": verdicts.tier,
        "tier_reason": verdicts.reason,
        "n_events": measures["n_events"].to_numpy(),
        **instants,
        "capability_profile": pa.array(
            [one.text if one else None for one in profiled], pa.string()
        ),
        "lineage": [followed.lineage[ring_id] for ring_id in ring_ids.to_pylist()],
        "families": pa.array(verdicts.families, pa.list_(pa.string())),
        "n_core": measures["n_core"].to_numpy(),
        "looks_like": pa.array(verdicts.looks_like, pa.string()),
    }).cast(RINGS)


def _rank(rings: pa.Table) -> Ints:
    """Order of the file: strongest tier first, then score, size and name."""
    keys = pa.table({
        "score": rings["score"], "n_accounts": rings["n_accounts"], "ring_id": rings["ring_id"]
    })
    order = pa.compute.sort_indices(keys, sort_keys=[
        ("score", "descending"), ("n_accounts", "descending"), ("ring_id", "ascending")
    ])
    return order.to_numpy()  # type: ignore[no-any-return]


def _evidence(
    incidence: Incidence, found: Communities, rows: pa.Table, named: pa.Table, names: pa.Array,
    *, labels: bool,
) -> pa.Table:
    """Make evidence.parquet, but for the ids of rings: their numbers are in place of these."""
    member = rows["member"].to_numpy()
    identifier = rows["identifier"].to_numpy()
    n_known = named.num_rows
    is_known = (identifier >= 0) & (identifier < n_known)
    is_star = identifier >= n_known
    at = pa.array(np.where(is_known, identifier, 0), mask=~is_known)
    centre = pa.array(
        np.where(is_star, incidence.centre[np.maximum(identifier, 0)], 0), mask=~is_star
    )
    family = pa.array(rows["family"].to_numpy(), mask=rows["family"].to_numpy() < 0)
    absent = pa.compute.equal(rows["kind"].cast(pa.string()), "absence")
    star_name = names.take(centre)
    label = pa.compute.coalesce(
        named["label"].combine_chunks().take(at),
        star_name if labels else pa.nulls(len(star_name), pa.string()),
        pa.compute.if_else(
            absent, pa.array(incidence.families, pa.string()).take(family),
            pa.nulls(len(family), pa.string()),
        ),
    )
    total = np.where(identifier >= 0, incidence.n_holders[np.maximum(identifier, 0)],
                     incidence.n_accounts)
    ring = found.ring[member]
    size = np.bincount(found.ring)
    first, last = _seen(incidence, rows["holding"].to_numpy())
    return pa.table({
        "ring": ring,
        "account_id": names.take(pa.array(found.account[member])),
        "kind": rows["kind"].cast(pa.string()),
        "identifier_id": pa.compute.coalesce(
            named["identifier_id"].combine_chunks().take(at), star_name, ""
        ),
        "label": label,
        "bits": np.round(rows["bits"].to_numpy(), 6),
        "n_accounts_total": total,
        "n_accounts_in_ring": _in_ring(incidence, found, ring, identifier, size),
        "first_seen_at": first,
        "last_seen_at": last,
        "creates": pa.array(incidence.creates[np.maximum(identifier, 0)], mask=identifier < 0),
    })


def _in_ring(
    incidence: Incidence, found: Communities, ring: Ints, identifier: Ints, size: Ints
) -> Ints:
    """Members of the row's ring that hold the row's identifier; all, for a row without one."""
    n_members = len(found.account)
    inside = sp.csr_matrix(
        (np.ones(n_members, dtype=np.int32), (found.ring, np.arange(n_members))),
        shape=(len(size), n_members),
    )
    count = (inside @ incidence.held[found.account]).tocsr()
    count.sort_indices()
    return np.where(
        identifier >= 0, lookup(count, ring, np.maximum(identifier, 0)), size[ring])


def _seen(incidence: Incidence, holding: Ints) -> tuple[pa.Array, pa.Array]:
    """First and last time the row's account was seen with its identifier."""
    instant = EVIDENCE.field("first_seen_at").type
    found = []
    for seen in (incidence.first_seen, incidence.last_seen):
        seconds = np.where(holding >= 0, seen[holding], -1)
        found.append(pa.array(seconds * 1_000_000, mask=seconds < 0).cast(instant))
    return found[0], found[1]
