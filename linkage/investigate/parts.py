"""The parts of the graph: which rows become which nodes and relationships.

Properties are written as ``name:type``, in the import tool's words, so that the nightly
delta and the full load cannot differ.
"""

from dataclasses import dataclass

from linkage.investigate.model import RELATIONS

SEPARATOR = 31
"""Code of the character between the items of a list in a CSV file; no text holds it."""

YEAR_1_US = 62_135_596_800_000_000
"""Microseconds from the year 1 to 1970."""


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
    """Table of the store, with ``number`` and the properties as columns."""
    number: str
    properties: str
    labels: str
    """SQL of the labels."""

    @property
    def select(self) -> str:
        """SQL of the rows that the statement takes; ``ix`` numbers the nodes."""
        extra = ", node" if self.space == "identifier" else ""
        return (f"select {self.number} as ix{extra}, {_as_rows(self.properties)} "
                f"from {self.table} order by ix")


@dataclass(frozen=True)
class LinkPart:
    """One type's relationships."""

    name: str
    statement: str
    table: str
    ends: tuple[tuple[str, str], tuple[str, str]]
    """Column with a node's number, and the number space it is of: start, then end."""
    properties: str = ""

    @property
    def select(self) -> str:
        """SQL of the rows, nodes as numbers."""
        columns = [column for column, _ in self.ends]
        shown = ", ".join([*columns, *filter(None, [_as_rows(self.properties)])])
        return f"select {shown} from {self.table}"


def typed(properties: str) -> list[tuple[str, str]]:
    """Split properties into names and types.

    Examples
    --------
    >>> typed("ring_id:string score:double")
    [('ring_id', 'string'), ('score', 'double')]
    """
    return [(name, kind) for name, _, kind in (one.partition(":") for one in properties.split())]


def _as_rows(properties: str) -> str:
    """Return the SQL of properties as a statement takes them: instants as microseconds.

    They count from the year 1, so that none is negative, which ``datetime.fromepoch`` refuses.
    Neo4j reads text with a regular expression: that took a third of a relationship's time.
    """
    return ", ".join(
        f"epoch_us({name}) + {YEAR_1_US} as {name}" if kind == "datetime" else name
        for name, kind in typed(properties)
    )


def instant(column: str) -> str:
    """Return the SQL that spells an instant in ISO 8601, to the microsecond."""
    return f"strftime(cast({column} as timestamp), '%Y-%m-%dT%H:%M:%S.%fZ')"


NODES = (
    NodePart(
        "accounts", "account", "account", "loaded_account", "account_ix",
        "account_id:string created_at:datetime status:string plan:string country:string "
        "organization:string pathway:string n_events:long first_event_at:datetime "
        "last_event_at:datetime",
        "'Account'",
    ),
    NodePart(
        "identifiers", "identifier", "identifier", "loaded_identifier", "identifier_ix",
        "identifier_id:string kind:string label:string n_accounts:long is_hub:boolean",
        f"'Identifier' || chr({SEPARATOR}) || node",
    ),
    NodePart(
        "rings", "ring", "ring", "loaded_ring", "ix",
        "ring_id:string n_accounts:long n_core:long score:double tier:string "
        "tier_reason:string families:string[] n_events:long first_event_at:datetime "
        "last_event_at:datetime first_created_at:datetime last_created_at:datetime "
        "lineage:string capability_profile:string looks_like:string",
        "'Ring'",
    ),
    NodePart(
        "earlier rings", "past_ring", "ring", "loaded_past_ring", "ix",
        "ring_id:string is_past:boolean", "'Ring'",
    ),
)
"""Nodes, in the order they are loaded."""

LINKS = (
    LinkPart(
        "USED", "used", "loaded_holding",
        (("account_ix", "account"), ("identifier_ix", "identifier")),
        "first_seen_at:datetime last_seen_at:datetime n_events:long bits:double",
    ),
    LinkPart(
        "LINKED_TO", "linked_to", "loaded_link",
        (("account_ix_l", "account"), ("account_ix_r", "account")), "bits:double kinds:string[]",
    ),
    LinkPart(
        "MEMBER_OF", "member_of", "loaded_member",
        (("account_ix", "account"), ("ring_ix", "ring")),
        "confidence:double role:string tier:string reason_codes:string[] evidence_bits:double "
        "prior_bits:double absence_bits:double stability:double since:datetime",
    ),
    *(
        LinkPart(type_, type_.lower(),
                 f"(select ring, other from loaded_lineage where relation = '{type_}')",
                 (("ring", "ring"), ("other", "ring")))
        for type_ in RELATIONS
    ),
)
"""Relationships, in the order they are loaded: after every node."""

PARTS: tuple[NodePart | LinkPart, ...] = (*NODES, *LINKS)
"""Everything, in the order it is loaded."""
