"""Would the ring still stand without this identifier, this family, these hubs?

What is taken away leaves no trace: its bits go, and nothing that remains is worth more
for it. Members whose remaining bits are not above even odds leave, and take with them what
they alone shared with one other, until nobody leaves any more. What is left of the largest
piece is judged again by the rules that judged the ring. Everything that has nothing to do
with identifiers (births, hours, organizations) is taken to stay as it was measured.

So the answer is cautious: an operator who loses a card would be judged by what a new run
finds, which may be more, and is never the sum of what was.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from linkage.evidence.incidence import Flags, Floats, Ints
from linkage.rings.features import HELD_NATS, KNOWN_FAMILIES
from linkage.rings.judge import judge
from linkage.rings.ring_graph import RingGraph
from linkage.schema import TIERS
from linkage.signals import NEVER_ALONE

NATS = float(np.log(2))
"""Nats in a bit."""

ALIASES = ("email_root", "email_stem")
"""Kinds that tell aliases of one mailbox."""

MOST_IDENTIFIERS = 10
"""Identifiers taken away one at a time, those with the most bits first."""

MOST_TOGETHER = 20
"""Identifiers taken away one after the other to see when the ring falls."""


@dataclass(frozen=True)
class Standing:
    """A ring after something was taken away."""

    without: str
    """What was taken away, in words."""
    sort: str
    """``nothing``, ``identifier``, ``family``, ``hubs`` or ``identifiers``."""
    n_accounts: int
    """Members that remain in the largest piece."""
    n_pieces: int
    """Pieces of two or more members."""
    bits: float
    """Mean of the remaining members' evidence."""
    tier: str | None
    """Where the rules would put what remains; None when the run published no measures."""


@dataclass(frozen=True)
class Counterfactuals:
    """What a ring would be without parts of its evidence."""

    now: Standing
    """With everything, by the same rules: what the others are compared with."""
    without: tuple[Standing, ...]
    """Families, then hubs, then single identifiers, each by falling loss."""
    falls: Standing | None
    """The ring below ``review`` after the fewest of its strongest identifiers went; None
    when it is there already, or stands without ``MOST_TOGETHER`` of them."""


def counterfactuals(graph: RingGraph) -> Counterfactuals:
    """Take away families, hubs and identifiers, and see what stands."""
    n = len(graph.identifiers)
    asked = [("nothing", "nothing", np.zeros(n, dtype=bool))]
    asked += [
        (f"the family {name}", "family", graph.family == at)
        for at, name in enumerate(graph.families) if (graph.family == at).any()
    ]
    asked += _hubs(graph)
    asked += [
        (one.sentence, "identifier", np.arange(n) == at)
        for at, one in enumerate(graph.identifiers[:MOST_IDENTIFIERS])
    ]
    asked += [
        (f"its {most} strongest identifiers" if most > 1 else "its strongest identifier",
         "identifiers", np.arange(n) < most)
        for most in range(1, min(MOST_TOGETHER, n) + 1)
    ]
    now, *rows = standings(graph, asked)
    by_sort = {
        sort: [row for row in rows if row.sort == sort] for sort in ("family", "hubs", "identifier")
    }
    return Counterfactuals(
        now=now,
        without=(
            *_by_loss(by_sort["family"]), *by_sort["hubs"], *_by_loss(by_sort["identifier"])
        ),
        falls=None if _has_fallen(now) else next(
            (row for row in rows if row.sort == "identifiers" and _has_fallen(row)), None
        ),
    )


def standings(graph: RingGraph, asked: list[tuple[str, str, Flags]]) -> list[Standing]:
    """Return what is left of a ring when some of its identifiers are taken away.

    Parameters
    ----------
    graph
        The ring.
    asked
        For each answer: what is taken away in words, its sort, and (n_identifiers,) flags.
    """
    rows, measures = [], []
    before = _shapes(graph, _everything(graph))
    for without, sort, gone in asked:
        left = _left(graph, gone)
        rows.append(Standing(
            without=without, sort=sort, n_accounts=int(left.kept.sum()), n_pieces=left.n_pieces,
            bits=float(left.bits[left.kept].mean()) if left.kept.any() else 0.0, tier=None,
        ))
        measures.append(_measures(graph, left, before))
    if not graph.measures:
        return rows
    # One call judges them all: a call takes as long for one ring as for a hundred.
    table = pd.DataFrame(measures)
    counts = table.columns.str.startswith("n_")
    whole = table.loc[:, counts].round().astype(int)
    tiers = judge(pd.concat([table.loc[:, ~counts], whole], axis=1), graph.families).tier
    return [
        replace(row, tier=tier if row.n_accounts else TIERS[-1])
        for row, tier in zip(rows, tiers, strict=True)
    ]


def _hubs(graph: RingGraph) -> list[tuple[str, str, Flags]]:
    """All that only corroborates, and all that mostly strangers hold."""
    inside = np.array([one.n_accounts_in_ring for one in graph.identifiers], dtype=np.int64)
    hubs = ~graph.creates | (2 * inside < graph.n_total)
    return [("what strangers hold as well", "hubs", hubs)] if hubs.any() else []


def _has_fallen(row: Standing) -> bool:
    """Tell whether nothing is left that the rules would show a person."""
    return not row.n_accounts or (
        row.tier is not None and TIERS.index(row.tier) > TIERS.index("review")
    )


def _by_loss(rows: list[Standing]) -> list[Standing]:
    """Order by what is lost: tier, then accounts, then bits."""
    return sorted(rows, key=lambda one: (
        -(TIERS.index(one.tier) if one.tier else 0), one.n_accounts, one.bits, one.without
    ))


@dataclass(frozen=True)
class _Left:
    """What remains of a ring."""

    kept: Flags
    """(n_accounts,) members of the largest piece."""
    alive: Flags
    """(n_rows,) rows of evidence that count, of the largest piece alone."""
    bits: Floats
    """(n_accounts,) what remains of each member's evidence."""
    whole: Flags
    """(n_families,) families of which something remains."""
    n_pieces: int


def _everything(graph: RingGraph) -> _Left:
    """Nothing taken away, and nobody has left."""
    return _Left(
        np.ones(graph.n_accounts, bool), np.ones(graph.bits.nnz, bool),
        np.array([member.evidence_bits for member in graph.members]),
        np.ones(len(graph.families), bool), 1,
    )


def _left(graph: RingGraph, gone: Flags) -> _Left:
    """Let members leave until nobody does, and keep the largest piece."""
    row, column, n = graph.edge.row, graph.edge.col, len(graph.identifiers)
    whole = np.array(
        [not gone[graph.family == at].all() for at in range(len(graph.families))], dtype=bool
    )
    # Nobody lacks what nobody holds.
    other = graph.prior_bits + graph.other_bits[:, whole].sum(axis=1)
    kept = np.ones(graph.n_accounts, dtype=bool)
    while True:
        n_left = np.bincount(column[kept[row]], minlength=n)
        live = ~gone & ((n_left >= 2) | (n_left == graph.n_rows))
        alive = kept[row] & live[column]
        bits = other + np.bincount(
            row[alive], weights=graph.edge.data[alive], minlength=graph.n_accounts
        )
        stay = kept & (bits > 0)
        if (stay == kept).all():
            break
        kept = stay
    largest, n_pieces = _largest(graph, kept, alive)
    return _Left(largest, alive & largest[row], bits, whole, n_pieces)


def _largest(graph: RingGraph, kept: Flags, alive: Flags) -> tuple[Flags, int]:
    """Flag the members of the largest piece, and count the pieces of two or more."""
    piece = graph.pieces(alive)
    count = np.bincount(piece[kept], minlength=1)
    if count.max() < 2:
        return np.zeros(graph.n_accounts, dtype=bool), 0
    return kept & (piece == count.argmax()), int((count >= 2).sum())


def _measures(graph: RingGraph, left: _Left, before: dict[str, float]) -> dict[str, float]:
    """The ring's own measures, changed where identifiers matter."""
    measures = graph.measures | _held(graph, left)
    for name, value in _shapes(graph, left).items():
        if name not in measures or value == before[name]:
            continue
        is_sum = name.startswith("n_") or name == "alias_share"
        measures[name] = max(measures[name] + value - before[name], 0.0) if is_sum else value
    return measures | {"n_accounts": float(left.kept.sum())}


def _held(graph: RingGraph, left: _Left) -> dict[str, float]:
    """Share of the members that each family holds, and their mean evidence."""
    n = max(int(left.kept.sum()), 1)
    found = {"nats": float(left.bits[left.kept].sum() * NATS / n)}
    n_families = len(graph.families)
    place = graph.edge.row[left.alive] * n_families + graph.family[graph.edge.col[left.alive]]
    own = np.bincount(
        place, weights=graph.edge.data[left.alive], minlength=graph.n_accounts * n_families
    ).reshape(graph.n_accounts, n_families)
    for at, name in enumerate(graph.families):
        nats = (own[:, at] + graph.other_bits[:, at] * left.whole[at])[left.kept] * NATS
        # Published bits are rounded to a millionth.
        found[f"held_{name}"] = float((nats >= HELD_NATS - 1e-5).sum() / n)
    return found


def _shapes(graph: RingGraph, left: _Left) -> dict[str, float]:
    """How members share within each family, as far as the evidence shows."""
    inside: Ints = np.bincount(graph.edge.col[left.alive], minlength=len(graph.identifiers))
    n = max(int(left.kept.sum()), 1)
    counts = (inside >= 2) & graph.creates
    own = inside / np.maximum(graph.n_total, 1)
    found: dict[str, float] = {}
    for family in (*KNOWN_FAMILIES, "other"):
        names = [
            at for at, name in enumerate(graph.families)
            if name == family or (family == "other" and name not in KNOWN_FAMILIES)
        ]
        at = np.flatnonzero(counts & np.isin(graph.family, names))
        top = at[np.lexsort((graph.n_total[at], -inside[at]))[:1]]
        found |= {
            f"top_{family}": float(inside[top].sum() / n), f"own_{family}": float(own[top].sum()),
            f"n_{family}": float(len(at)),
        }
    is_alias = np.array([one.kind in ALIASES for one in graph.identifiers], dtype=bool)
    found["alias_share"] = min(float(inside[counts & is_alias & (own >= 0.5)].sum() / n), 1.0)
    solid = np.array([name not in NEVER_ALONE for name in graph.families], dtype=bool)
    ties = graph.creates & solid[graph.family] & (2 * inside >= graph.n_total)
    part, _ = _largest(graph, left.kept, left.alive & ties[graph.edge.col])
    found["largest_part"] = max(float(part.sum()), 1.0) / n
    return found
