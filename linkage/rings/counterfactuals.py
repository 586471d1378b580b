"""Would the ring still stand without this identifier, this family, these hubs?

What is taken away leaves no trace: its bits go, and nothing that remains is worth more
for it. Members whose remaining bits are not above even odds leave, and take with them what
they alone shared with one other, until nobody leaves any more. What is left of the largest
piece is judged again by the rules that judged the ring. Everything that has nothing to do
with identifiers (births, hours, organizations) is taken to stay as it was measured.

So the answer is cautious: an operator who loses a card would be judged by what a new run
finds, which may be more, and is never the sum of what was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from linkage.evidence.incidence import Flags, Floats
from linkage.rings.features import OWN_KINDS
from linkage.rings.judge import judge
from linkage.rings.remainders import (
    Remainders,
    everything,
    held_shares,
    in_parts,
    remainders,
    shapes,
)
from linkage.rings.ring_graph import RingGraph
from linkage.schema import TIERS

MOST_IDENTIFIERS = 10
"""Identifiers taken away one at a time, those with the most bits first."""

MOST_TOGETHER = 20
"""Identifiers taken away one after the other to see when the ring falls."""


Question = tuple[str, str, Flags]
"""What is taken away in words, its sort, and (n_identifiers,) flags."""


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
    return counterfactuals_of([graph])[0]


def counterfactuals_of(graphs: Sequence[RingGraph]) -> list[Counterfactuals]:
    """Take away families, hubs and identifiers of several rings, and see what stands."""
    return [
        _told(rows) for rows in standings_of(graphs, [_questions(graph) for graph in graphs])
    ]


def _questions(graph: RingGraph) -> list[Question]:
    """Nothing, each family, what strangers hold, and identifiers one by one and together."""
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
    return asked


def _told(standing: list[Standing]) -> Counterfactuals:
    """Sort the answers to the questions."""
    now, *rows = standing
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


def standings(graph: RingGraph, asked: list[Question]) -> list[Standing]:
    """Return what is left of a ring when some of its identifiers are taken away.

    Parameters
    ----------
    graph
        The ring.
    asked
        For each answer: what is taken away in words, its sort, and (n_identifiers,) flags.
    """
    return standings_of([graph], [asked])[0]


def standings_of(
    graphs: Sequence[RingGraph], asked: Sequence[list[Question]]
) -> list[list[Standing]]:
    """Return what is left of several rings; parameters as of :func:`standings`."""
    found = [_left(graph, one) for graph, one in zip(graphs, asked, strict=True)]
    # One call judges them all: a call takes as long for one ring as for a hundred. Rings that
    # are asked about together are of one run, and judged by what it judged by.
    # A measure that a ring lacks is not one that is 0, so rings with the same ones go together.
    alike: dict[tuple[tuple[str, ...], frozenset[str]], list[int]] = {}
    for at, graph in enumerate(graphs):
        if graph.measures:
            alike.setdefault((graph.families, frozenset(graph.measures)), []).append(at)
    for (families, _), judged in alike.items():
        table = pd.DataFrame([row for at in judged for row in found[at][1]])
        counts = table.columns.str.startswith("n_")
        whole = table.loc[:, counts].round().astype(int)
        whole = pd.concat([table.loc[:, ~counts], whole], axis=1)
        tiers = iter(judge(whole, families, graphs[judged[0]].calibration).tier)
        for at in judged:
            found[at] = [
                replace(row, tier=tier if row.n_accounts else TIERS[-1])
                for row, tier in zip(found[at][0], tiers, strict=False)
            ], []
    return [rows for rows, _ in found]


def _left(
    graph: RingGraph, asked: list[Question]
) -> tuple[list[Standing], list[dict[str, float]]]:
    """Return what is left of a ring, without tiers, and what is measured of it."""
    rows: list[Standing] = []
    measures: list[dict[str, float]] = []
    before = shapes(graph, everything(graph))
    for gone in in_parts(graph, np.array([one[2] for one in asked], dtype=bool)):
        left = remainders(graph, gone)
        some = asked[len(rows) : len(rows) + len(gone)]
        rows += [
            Standing(
                without=without, sort=sort, n_accounts=int(kept.sum()), n_pieces=n_pieces,
                bits=float(bits[kept].mean()) if kept.any() else 0.0, tier=None,
            )
            for (without, sort, _), n_pieces, bits, kept in zip(
                some, left.n_pieces.tolist(), left.bits, left.kept, strict=True
            )
        ]
        if graph.measures:
            measures += _measures(graph, left, before)
    return rows, measures


def _hubs(graph: RingGraph) -> list[Question]:
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


def _measures(
    graph: RingGraph, left: Remainders, before: dict[str, Floats]
) -> list[dict[str, float]]:
    """The ring's own measures for each answer, changed where identifiers matter."""
    changed = [graph.measures.copy() for _ in left.kept]
    for name, values in held_shares(graph, left).items():
        for measures, value in zip(changed, values.tolist(), strict=True):
            measures[name] = value
    for name, values in shapes(graph, left).items():
        was = float(before[name][0])
        is_sum = name.startswith("n_") or name.removesuffix("_share") in OWN_KINDS
        for measures, value in zip(changed, values.tolist(), strict=True):
            if name in measures and value != was:
                measures[name] = max(measures[name] + value - was, 0.0) if is_sum else value
    return [
        measures | {"n_accounts": float(n)}
        for measures, n in zip(changed, left.n_accounts, strict=True)
    ]
