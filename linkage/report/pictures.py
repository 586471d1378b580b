"""Pictures of a ring for other programs: GraphML and GEXF for Gephi, SVG for a document."""

from pathlib import Path

import networkx as nx

from linkage.errors import InputError
from linkage.report.network import core_picture
from linkage.rings.ring_graph import RingGraph
from linkage.rings.structure import Structure, evidence_tree


def ring_network(graph: RingGraph, shape: Structure) -> nx.Graph:
    """Return a ring as accounts and the identifiers they hold, whole.

    Returns
    -------
    networkx.Graph
        Nodes ``account:ID`` and ``identifier:N`` with ``label``, ``sort``, ``kind``,
        ``family``, ``tier``, ``role``, ``part`` and ``n_accounts``; edges with ``weight``
        (bits) and ``in_tree`` (of the maximum-evidence tree).
    """
    found = nx.Graph(name=graph.ring.ring_id)
    for member, part in zip(graph.members, shape.part_of, strict=True):
        found.add_node(
            f"account:{member.account_id}", label=_plain(member.account_id), sort="account",
            kind="account", family="", tier=member.tier, role=member.role, part=part,
            confidence=member.confidence, n_accounts=1,
        )
    for at, one in enumerate(graph.identifiers):
        found.add_node(
            f"identifier:{at}", label=_plain(one.sentence), sort="identifier", kind=one.kind,
            family=one.family, tier="", role="", part=0, confidence=0.0,
            n_accounts=one.n_accounts_total,
        )
    tree = evidence_tree(graph)
    best = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    edge = graph.edge
    for row, column, bits in zip(
        edge.row.tolist(), edge.col.tolist(), edge.data.tolist(), strict=True
    ):
        found.add_edge(
            f"account:{graph.members[row].account_id}", f"identifier:{column}",
            weight=round(bits, 6), in_tree=(row, column) in best,
        )
    return found


def write_graphml(path: Path, graph: RingGraph, shape: Structure) -> None:
    """Write a ring as GraphML.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        nx.write_graphml_xml(ring_network(graph, shape), path)
    except OSError as error:
        raise _cannot(path, error) from error


def write_gexf(path: Path, graph: RingGraph, shape: Structure) -> None:
    """Write a ring as GEXF, which Gephi opens.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    try:
        nx.write_gexf(ring_network(graph, shape), path)
    except OSError as error:
        raise _cannot(path, error) from error


def write_svg(path: Path, graph: RingGraph, shape: Structure) -> None:
    """Write the picture of a ring's core as SVG.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    from linkage.report.charts import printed

    drawn = core_picture(graph, shape)
    # The library measures text outside of Python, and aborts the process on a NUL.
    clean = {
        name: [{key: _plain(value) if isinstance(value, str) else value
                for key, value in row.items()} for row in rows]
        for name, rows in drawn.items()
    }
    n_accounts, n_identifiers = len(drawn["accounts"]), len(drawn["identifiers"])
    title = (
        f"{graph.ring.ring_id}: {n_accounts:,} of {graph.n_accounts:,} accounts, "
        f"{n_identifiers:,} of {len(graph.identifiers):,} shared identifiers"
    )
    try:
        path.write_text(printed("network", clean, title), encoding="utf-8")
    except OSError as error:
        raise _cannot(path, error) from error


def _cannot(path: Path, error: OSError) -> InputError:
    """Say that a file cannot be written."""
    return InputError(
        f"cannot write {path}: {error.strerror}", fix="name a file in a folder you may write"
    )


def _plain(text: str) -> str:
    """Replace what XML cannot hold."""
    return "".join(
        letter if letter.isprintable() else "\ufffd" for letter in text
    )
