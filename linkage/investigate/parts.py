"""The parts of the graph: which rows become which nodes and relationships."""

from dataclasses import dataclass, field


def instant(column: str) -> str:
    """Return the SQL that spells an instant in ISO 8601, to the microsecond."""
    return f"strftime(cast({column} as timestamp), '%Y-%m-%dT%H:%M:%S.%fZ') as {column}"


@dataclass(frozen=True)
class NodePart:
    """One label's nodes."""

    name: str
    """What people read while it is loaded."""
    statement: str
    """File of ``cypher/load``."""
    space: str
    """Nodes that one number space counts: rings and earlier rings share one."""
    table: str
    columns: str
    """SQL of the row that the statement takes; its ``ix`` numbers the nodes."""


@dataclass(frozen=True)
class LinkPart:
    """One type's relationships."""

    name: str
    statement: str
    table: str
    ends: dict[str, str]
    """Column with a node's number to the number space it is of: start, then end."""
    columns: str = ""
    """SQL of the properties."""
    where: str = field(default="true")

    @property
    def select(self) -> str:
        """SQL of the rows, nodes as numbers."""
        return f"select {', '.join(filter(None, (*self.ends, self.columns)))} from {self.source}"

    @property
    def source(self) -> str:
        """Table and condition."""
        return f"{self.table} where {self.where}"


_LINEAGE = (
    "(select l.relation, r.ix as ring, o.ix as other from loaded_lineage as l "
    "inner join (select ix, ring_id from loaded_ring union all select ix, ring_id from "
    "loaded_past_ring) as r on l.ring_id = r.ring_id "
    "inner join (select ix, ring_id from loaded_ring union all select ix, ring_id from "
    "loaded_past_ring) as o on l.other_ring_id = o.ring_id order by ring, other)"
)

NODES = (
    NodePart(
        "accounts", "account", "account", "loaded_account",
        "account_ix as ix, account_id, " + instant("created_at") + ", status, plan, country, "
        "organization, pathway, n_events, " + instant("first_event_at") + ", "
        + instant("last_event_at"),
    ),
    NodePart(
        "identifiers", "identifier", "identifier", "loaded_identifier",
        "identifier_ix as ix, node_id as identifier_id, node, kind, label, n_accounts, is_hub",
    ),
    NodePart(
        "rings", "ring", "ring", "loaded_ring",
        "ix, ring_id, n_accounts, n_core, score, tier, tier_reason, families, n_events, "
        + ", ".join(instant(f"{end}_{what}_at") for what in ("event", "created")
                    for end in ("first", "last"))
        + ", lineage, capability_profile",
    ),
    NodePart("earlier rings", "past_ring", "ring", "loaded_past_ring", "ix, ring_id"),
)
"""Nodes, in the order they are loaded."""

LINKS = (
    LinkPart(
        "USED", "used", "loaded_holding",
        {"account_ix": "account", "identifier_ix": "identifier"},
        instant("first_seen_at") + ", " + instant("last_seen_at") + ", n_events, bits",
    ),
    LinkPart(
        "LINKED_TO", "linked_to", "loaded_link",
        {"account_ix_l": "account", "account_ix_r": "account"}, "bits, kinds",
    ),
    LinkPart(
        "MEMBER_OF", "member_of", "loaded_member", {"account_ix": "account", "ring_ix": "ring"},
        "confidence, role, tier, reason_codes, evidence_bits, prior_bits, absence_bits, "
        + instant("since"),
    ),
    *(
        LinkPart(type_, type_.lower(), _LINEAGE, {"ring": "ring", "other": "ring"},
                 where=f"relation = '{type_}'")
        for type_ in ("CONTINUES", "MERGED_INTO", "SPLIT_FROM")
    ),
)
"""Relationships, in the order they are loaded: after every node."""
