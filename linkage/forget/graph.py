"""Takes accounts out of Neo4j, in one transaction."""

from collections import Counter
from collections.abc import Collection

from linkage.investigate.client import Graph
from linkage.queries import statement

_STEPS = {
    "decision": "decisions", "relation": "identifiers", "identifier": "identifiers",
    "holding": "holdings", "member": "memberships", "account": "accounts",
}
"""Statement of ``cypher/forget`` to what it deletes or counts, in the order they run."""


def accounts_in_graph(graph: Graph, accounts: Collection[str]) -> Counter[str]:
    """Count what the graph holds about some accounts.

    Raises
    ------
    GraphStoreError
        If Neo4j fails.
    """
    (found,) = graph.read(statement("forget", "count"), accounts=sorted(accounts))
    return +Counter({name.removeprefix("n_"): int(n) for name, n in found.items()})


def forget_in_graph(graph: Graph, accounts: Collection[str]) -> Counter[str]:
    """Delete accounts, what was decided about them and what nobody else holds.

    What Neo4j keeps of deleted records in its own files goes as it reuses them; a full load
    builds files that never held them.

    Raises
    ------
    GraphStoreError
        If Neo4j fails; then nothing is deleted.
    """
    told = {"accounts": sorted(accounts)}
    answers = graph.write(*((statement("forget", name), told) for name in _STEPS))
    gone: Counter[str] = Counter()
    for what, answer in zip(_STEPS.values(), answers, strict=True):
        gone[what] += int(answer["n"])
    return +gone
