"""Identifiers of every kind: who holds what, hashed, labelled and numbered.

Each kind goes the same way: its claims, the values that more than one account holds,
their tenancies where a value passes from holder to holder, their names, and rows of
``identifier``, ``holding``, ``account_kind`` and ``kind_summary``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from linkage.ingest.kits import make_kits
from linkage.ingest.wordlists import placeholders
from linkage.queries import query
from linkage.settings import Settings
from linkage.signals import SIGNALS, signal
from linkage.store import Store

BROUGHT_BY = {
    "ip": ("events", "ip"), "ip_24": ("events", "ip"), "ip6_64": ("events", "ip"),
    "ip6_48": ("events", "ip"), "device": ("events", "device_id"),
    "session": ("events", "session_id"), "tls": ("events", "tls_fingerprint"),
    "user_agent": ("events", "user_agent"), "prompt_template": ("events", "prompt"),
    "prompt_opening": ("events", "prompt"), "prompt_closing": ("events", "prompt"),
    "prompt_meaning": ("events", "prompt"), "prompt_shape": ("events", "prompt"),
    "prompt_order": ("events", "prompt"),
    "prompt_copy": ("events", "prompt"),
    "prompt_clock": ("events", "prompt"),
    "system_prompt": ("events", "system_prompt"), "card": ("payments", "instrument_id"),
    "bin": ("payments", "bin"), "email_root": ("accounts", "email"),
    "email_stem": ("accounts", "email"), "email_domain": ("accounts", "email"),
    "phone": ("accounts", "phone"), "signup_burst": ("accounts", "created_at"),
    "lockstep": ("accounts", "total_volume_usd"), "kit": ("events", "user_agent"),
}
"""Kind of identifier to the input column it comes from."""

LAST = "kit"
"""The kind that is made of identifiers of other kinds."""

_NAMED_BY_NUMBER = frozenset({
    "ip", "ip_24", "ip6_64", "ip6_48", "device", "session", "tls", "user_agent", "signup_burst",
})
"""Kinds whose values are numbers, with a query that spells them."""

_CODED = frozenset({"device", "session", "tls", "user_agent"})
"""Kinds whose values from events are the engine's numbers for texts."""

_COSTLY = frozenset({"prompt_clock", "prompt_order", "signup_burst"})
"""Kinds whose claims are worth a table: they are read twice."""

_STAGE_TABLES = {
    "identifier": (
        "identifier_ix INTEGER, kind VARCHAR, identifier_id VARCHAR, label VARCHAR, "
        "n_accounts INTEGER, network_kind VARCHAR, hub_category VARCHAR, is_placeholder BOOLEAN"
    ),
    "holding": (
        "account_ix INTEGER, identifier_ix INTEGER, first_seen_at TIMESTAMP, "
        "last_seen_at TIMESTAMP, n_events BIGINT"
    ),
    "kind_summary": "kind VARCHAR, n_values BIGINT, n_shared BIGINT, n_holdings BIGINT",
}


@dataclass(frozen=True)
class Hashing:
    """How values become identifiers."""

    key: bytes
    labels: bool


def make_identifiers(
    store: Store,
    settings: Settings,
    *,
    key: bytes,
    has: Callable[[str], bool],
    step: Callable[[str], None],
    spell: Callable[[str], None],
) -> None:
    """Make ``identifier``, ``holding``, ``account_kind`` and ``kind_summary``.

    Parameters
    ----------
    key
        The deployment's secret key.
    has
        Tells whether any input brings a kind.
    step
        Told what is being done.
    spell
        Brings the texts of what ``shared_value`` has of a kind.
    """
    for name, columns in _STAGE_TABLES.items():
        store.put(name, _empty(store, columns))
    users = store.arrow("select distinct kind from user_claim where kind <> 'ip'")
    brought = set(users.column("kind").to_pylist())
    known = {s.kind for s in SIGNALS if s.query and has(s.kind)}
    # By name, so that numbers are dense in order of (kind, identifier_id); kits are of others.
    kinds = sorted(brought | known)
    if LAST in kinds:
        kinds.append(kinds.pop(kinds.index(LAST)))
    # A byte for each kind: several rows per account carry its name.
    names = ", ".join(f"'{kind}'" for kind in kinds or [""])
    store.create("account_kind", "select null::INTEGER as account_ix, "
                 f"null::ENUM({names}) as kind, null::INTEGER as n_identifiers where false")
    store.put("placeholder", placeholders())
    hashing = Hashing(key, settings.labels)
    first_ix = 0
    for kind in kinds:
        step(f"identifiers: {kind}")
        if kind == LAST:
            make_kits(store)
        if not _claims(store, kind, is_known=kind in known, is_brought=kind in brought):
            continue
        divided = _is_divided(kind, settings)
        _share(store, divided=divided)
        spell(kind)
        first_ix += _one_kind(store, kind, hashing, first_ix)
    store.drop_view("claim", "shared_holding", "named")
    store.drop("placeholder", *_INTERMEDIATE)


_INTERMEDIATE = (
    "kit",
    "claimed_value", "shared_claim", "tenancy", "shared_value", "named_value",
    "identifier_of_kind", "signup_way", *sorted(_COSTLY),
)


def _empty(store: Store, columns: str) -> pa.Table:
    """Return a table of no rows."""
    casts = ", ".join(
        f"null::{kind} as {name}" for name, kind in (c.split() for c in columns.split(", "))
    )
    return store.arrow(f"select {casts} where false")


def _is_divided(kind: str, settings: Settings) -> bool:
    """Tell whether values of a kind pass from holder to holder."""
    said = settings.kinds.get(kind)
    if said is not None and said.has_tenancies is not None:
        return said.has_tenancies
    return signal(kind).has_tenancies


def _claims(store: Store, kind: str, *, is_known: bool, is_brought: bool) -> int:
    """Name the claims of one kind, linkage's own and a user's; return 0 where there is none."""
    selects: list[str] = []
    if is_known:
        selects.append(_own_claims(store, kind))
    if is_brought:
        value = "value_code" if kind in _CODED else "value"
        literal = kind.replace("'", "''")
        selects.append(
            f"select account_ix, {value} as value, seen_at as first_seen_at, "
            f"seen_at as last_seen_at, n_events from user_claim where kind = '{literal}'"
        )
    if len(selects) == 2 and kind not in _CODED:
        selects[0] = f"select * replace (value::varchar as value) from ({selects[0]})"
    store.view("claim", " union all ".join(f"({select})" for select in selects))
    n_alone = store.scalar("select count(*) from lone_value where kind = $kind", {"kind": kind})
    return _run(store, "claimed_value") + int(n_alone)


def _own_claims(store: Store, kind: str) -> str:
    """Return the SELECT of linkage's own claims of one kind."""
    name = signal(kind).query
    if name not in _COSTLY:
        return query("ingest", name).body
    if name == "signup_burst":
        _run(store, "signup_way")
    _run(store, name)
    return f"select * from {name}"


def _share(store: Store, *, divided: bool) -> None:
    """Make ``shared_value`` of the claims of one kind, and who holds what of it."""
    _run(store, "shared_claim")
    if divided:
        _run(store, "tenancy")
    store.view("shared_holding",
               "select * from tenancy" if divided else query("ingest", "undivided").body)
    _run(store, "shared_value")


def _one_kind(store: Store, kind: str, hashing: Hashing, first_ix: int) -> int:
    """Add one kind's rows to the stage tables and return its number of identifiers."""
    named_by = f"name_{kind}" if kind in _NAMED_BY_NUMBER else "name_plain"
    store.view("named", query("ingest", named_by).body)
    _run(store, "named_value", kind=kind, key=hashing.key.hex(), labels=hashing.labels)
    n_identifiers = _run(store, "identifier_of_kind", kind=kind, first_ix=first_ix)
    store.extend("identifier", "select * exclude (value, tenancy) from identifier_of_kind "
                               "order by identifier_ix")
    store.extend("holding", query("ingest", "holding_of_kind").body)
    store.extend("account_kind", query("ingest", "account_kind_of_kind").body, {"kind": kind})
    store.extend("kind_summary", query("ingest", "kind_summary_of_kind").body, {"kind": kind})
    return n_identifiers


def _run(store: Store, name: str, **parameters: str | int | bool) -> int:
    """Make one table of the package."""
    return store.materialise(query("ingest", name), parameters)


def placeholder_notes(store: Store) -> Sequence[str]:
    """Return one sentence per known placeholder that accounts hold, the commonest first."""
    found = store.arrow(
        "select kind, coalesce(label, identifier_id) as label, n_accounts from identifier "
        "where is_placeholder order by n_accounts desc, kind, identifier_id limit 50"
    )
    return [
        f"placeholder: {row['kind']} {row['label']!r} is held by {row['n_accounts']:,} accounts"
        for row in found.to_pylist()
    ]
