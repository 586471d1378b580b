"""What is known of a ring or an account, in sentences that can be pasted into a case."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from linkage.rings.counterfactuals import Counterfactuals, Standing, counterfactuals_of
from linkage.rings.explain import AccountExplanation, Contribution
from linkage.rings.read import Ring
from linkage.rings.ring_graph import RingGraph
from linkage.rings.structure import Structure, structure
from linkage.schema import TIERS
from linkage.sharing import beside

MOST_NAMED = 3
"""Things of one sort named in a sentence."""

LEAST_SHARE = 0.01
"""Share of a ring's evidence from which a family is named."""


@dataclass(frozen=True)
class RingStory:
    """A ring explained."""

    sentences: tuple[str, ...]
    structure: Structure
    counterfactuals: Counterfactuals


def ring_story(graph: RingGraph) -> RingStory:
    """Return what a ring hangs together by and what it would be without, in words too."""
    return ring_stories([graph])[0]


def ring_stories(graphs: Sequence[RingGraph], *, threads: int = 1) -> list[RingStory]:
    """Return what several rings hang together by and would be without, in words too.

    Parameters
    ----------
    graphs
        The rings.
    threads
        With two or more, both are found out at a time; never changes a result.
    """
    without = beside(lambda: counterfactuals_of(graphs), threads=threads)
    shapes = [structure(graph) for graph in graphs]
    return [
        RingStory(ring_sentences(graph, shape, gone), shape, gone)
        for graph, shape, gone in zip(graphs, shapes, without(), strict=True)
    ]


def ring_sentences(
    graph: RingGraph, shape: Structure, without: Counterfactuals
) -> tuple[str, ...]:
    """Return what an enforcement lead needs to know of a ring, one sentence each."""
    return (
        _what(graph.ring), _when(graph.ring), *_carried(graph), *_hangs(graph, shape),
        *_stands(without, graph.ring),
    )


def account_sentences(found: AccountExplanation) -> tuple[str, ...]:
    """Return why an account is in its ring, one sentence each."""
    member, ring = found.member, found.ring
    named = [part for part in found.contributions if part.evidence.identifier_id]
    rest = sum(part.evidence.bits for part in found.contributions) - sum(
        part.evidence.bits for part in named[:MOST_NAMED]
    )
    return (
        f"Account {member.account_id} is in ring {ring.ring_id} ({ring.n_accounts:,} accounts, "
        f"tier {ring.tier}) with confidence {member.confidence:.3f}, at tier {member.tier}.",
        *(_because(part, ring) for part in named[:MOST_NAMED]),
        f"Everything else, with the odds before any evidence, makes {rest:+.2f} bits; "
        f"the sum is {found.total_bits:+.2f}.",
    )


def tell(row: Standing) -> str:
    """Return one counterfactual as a clause.

    Examples
    --------
    >>> tell(Standing("the family device", "family", 40, 1, 8.5, "watch"))
    'without the family device 40 accounts remain, at watch'
    """
    what = f"“{row.without}”" if row.sort == "identifier" else row.without
    return f"without {what} {_remains(row)}"


def _remains(row: Standing) -> str:
    """Say what is left."""
    if not row.n_accounts:
        return "nothing remains"
    pieces = f" in the largest of {row.n_pieces:,} pieces" if row.n_pieces > 1 else ""
    tier = f", at {row.tier}" if row.tier else ""
    return f"{row.n_accounts:,} accounts remain{pieces}{tier}"


def _what(ring: Ring) -> str:
    """Say what the ring is and why it has its tier."""
    return f"Ring {ring.ring_id} is at tier {ring.tier} (score {ring.score:.3f}): {_dot(ring)}"


def _dot(ring: Ring) -> str:
    """The reason as a sentence."""
    return ring.tier_reason.rstrip(".") + "."


def _when(ring: Ring) -> str:
    """Say when its accounts were made and used."""
    made = ""
    if ring.first_created_at and ring.last_created_at:
        made = (
            f"were created between {ring.first_created_at:%Y-%m-%d} and "
            f"{ring.last_created_at:%Y-%m-%d} and "
        )
    span = ""
    if ring.first_event_at and ring.last_event_at:
        span = f" from {ring.first_event_at:%Y-%m-%d} to {ring.last_event_at:%Y-%m-%d}"
    return f"Its accounts {made}made {ring.n_events:,} events{span} (UTC)."


def _carried(graph: RingGraph) -> list[str]:
    """Say which families carry the ring, and its strongest identifiers."""
    if not graph.identifiers:
        return ["No identifier is known to carry it."]
    n_of = Counter(one.family for one in graph.identifiers)
    bits = {name: sum(o.bits for o in graph.identifiers if o.family == name) for name in n_of}
    total = sum(bits.values())
    families = [
        f"{name} ({bits[name] / total:.0%} of the evidence, {_n(n_of[name], 'identifier')})"
        for name in sorted(bits, key=lambda name: (-bits[name], name))
        if bits[name] >= LEAST_SHARE * total
    ]
    strongest = [
        f"“{one.sentence}” holds for {one.n_accounts_in_ring:,} of its accounts"
        + _strangers(one.n_accounts_total - one.n_accounts_in_ring)
        for one in graph.identifiers[:MOST_NAMED]
    ]
    return [f"It is carried by {_and(families)}.", f"First of all, {_and(strongest)}."]


def _hangs(graph: RingGraph, shape: Structure) -> list[str]:
    """Say where the ring is thin."""
    found = []
    if shape.n_pieces > 1:
        found.append(f"It is in {shape.n_pieces:,} pieces that share no identifier.")
    if shape.weakest:
        rest = graph.n_accounts - shape.weakest.n_accounts
        found.append(
            f"Its weakest link is worth {shape.weakest.bits:+.2f} bits: "
            f"{shape.weakest.n_accounts:,} and the other {rest:,} of its accounts are joined by "
            f"nothing stronger than “{shape.weakest.sentence}”."
        )
    for one in shape.bridges[:1]:
        by = f"account {one.name}" if one.is_account else f"“{one.name}”"
        found.append(f"{_n(one.n_cut_off, 'account')} of it hang by {by} alone.")
    if shape.parts:
        sizes = [f"{part.n_accounts:,}" for part in shape.parts[:MOST_NAMED]]
        found.append(
            f"It has {shape.n_parts:,} sub-groups; the largest have {_and(sizes)} accounts."
        )
    return found


def _stands(found: Counterfactuals, ring: Ring) -> list[str]:
    """Say what the ring would be without parts of its evidence."""
    said = []
    if found.now.tier and found.now.tier != ring.tier:
        said.append(f"By the rules alone it would be at {found.now.tier}.")
    for sort, many in (("family", "any one family of evidence"),
                       ("identifier", "any one of its {n} strongest identifiers")):
        rows = [row for row in found.without if row.sort == sort]
        lower = [row for row in rows if _is_lower(row, found.now)]
        said += [f"{_capital(tell(row))}." for row in lower[:MOST_NAMED]]
        if rows and not lower:
            at = f"at {found.now.tier}" if found.now.tier else "whole"
            least = min(row.n_accounts for row in rows)
            said.append(f"With {many.format(n=len(rows))} taken away it stays {at}, with at least "
                        f"{_n(least, 'account')}.")
    for row in found.without:
        if row.sort == "hubs":
            said.append(f"{_capital(tell(row))}." if _is_lower(row, found.now) else
                        f"It does not need {row.without}.")
    if found.falls:
        gone = found.falls.without
        verb = "are" if gone.endswith("s") else "is"
        said.append(f"It falls when {gone} {verb} gone: {_remains(found.falls)}.")
    return said


def _is_lower(row: Standing, now: Standing) -> bool:
    """Tell whether a ring loses its tier, or everybody."""
    if not row.n_accounts or row.tier is None or now.tier is None:
        return not row.n_accounts
    return TIERS.index(row.tier) > TIERS.index(now.tier)


def _because(part: Contribution, ring: Ring) -> str:
    """Say what one identifier adds, and against whom."""
    row = part.evidence
    n = row.n_accounts_in_ring - 1
    others = "1 other account does" if n == 1 else f"{n:,} other accounts do"
    whom = f" (among them {', '.join(part.others)})" if part.others else ""
    return (
        f"It {part.sentence}, as {others} in the ring{whom}"
        f"{_strangers(row.n_accounts_total - row.n_accounts_in_ring)}: {row.bits:+.2f} bits."
    )


def _strangers(n: int) -> str:
    """Say how many outside the ring hold the same."""
    return f" and {_n(n, 'stranger')}" if n > 0 else " and no stranger"


def _n(n: int, what: str) -> str:
    """A number of things."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def _and(parts: list[str]) -> str:
    """Join clauses as prose."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
