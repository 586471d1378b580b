"""Prompts in a fold: those alone of their number are a row each, the others are summed.

System prompts are summed beside them, in rows of their own.

Most prompts are nobody else's, and of such a one later nights need no more than that there is one
more of its account: they look those up that something else tonight has the number of. Of the
others, when each was sent is kept apart, and read where the template is rare.
"""

import pyarrow as pa

from linkage.ingest.entries import PROMPT_CODES
from linkage.ingest.vault import Pieces, Vault
from linkage.queries import query
from linkage.store import Store

PROMPT_TABLES = ("alone", "alone_sum", "prompts", "instants")
"""Tables of a fold: prompts that are alone, their number by account, sums, and their instants."""

_CODES = tuple(code for code in PROMPT_CODES if code != "system_code")
_EVENT = pa.schema([
    ("account_no", pa.int32()), ("occurred_at", pa.timestamp("us")),
    *((code, pa.int64()) for code in _CODES),
])
_SUM = pa.schema([
    ("account_no", pa.int32()), *((code, pa.int64()) for code in PROMPT_CODES),
    ("first_seen_at", pa.timestamp("us")), ("last_seen_at", pa.timestamp("us")),
    ("n_events", pa.int64()),
])
_INSTANT = pa.schema([
    ("prompt_code", pa.int64()), ("account_no", pa.int32()), ("occurred_at", pa.timestamp("us")),
])
_GROWING = {
    "fold_prompt": _EVENT, "fold_prompt_summed": _SUM, "fold_instant": _INSTANT,
}
_MADE = ("fold_prompt_shared", "fold_prompt_together")


class PromptFolding:
    """The prompts of one fold in the making."""

    def __init__(self, store: Store) -> None:
        self._store = store
        for name, schema in _GROWING.items():
            store.put(name, schema.empty_table())

    def split(self) -> None:
        """Take the prompts of ``fold_row``."""
        self._store.insert(
            "fold_prompt", f"select {', '.join(_EVENT.names)} from fold_row "
                           "where is_plain and has_prompt and prompt_code is not null")
        self._store.insert("fold_prompt_summed", query("ingest", "fold_system_sum").body)

    def take_up(self, table: str, rows: pa.Table) -> None:
        """Take rows of another fold, whose accounts have the new fold's numbers."""
        if table == "alone":
            # What comes with it may have the same number.
            for code in _CODES[1:]:
                rows = rows.append_column(code, pa.nulls(rows.num_rows, pa.int64()))
            self._store.append("fold_prompt", rows)
        elif table == "prompts":
            self._store.append("fold_prompt_summed", rows)
        elif table == "instants":
            self._store.append("fold_instant", rows)

    def close(self, vault: Vault) -> None:
        """Write the tables."""
        store = self._store
        for name in _MADE:
            store.materialise(query("ingest", name))
        n_alone = []
        with Pieces(vault, "alone", _INSTANT, is_random=True) as alone, store.in_order():
            for batch in store.stream(query("ingest", "fold_prompt_alone").body, rows=1 << 18):
                rows = pa.table(batch).cast(_INSTANT)
                alone.add(rows)
                n_alone.append(rows["account_no"].combine_chunks().value_counts())
        vault.write("alone_sum", _added_up(n_alone))
        store.drop("fold_prompt", "fold_prompt_shared")
        for table, name, schema in (
            ("prompts", "fold_prompt_sum", _SUM), ("instants", "fold_prompt_instant", _INSTANT),
        ):
            with Pieces(vault, table, schema) as pieces, store.in_order():
                for batch in store.stream(query("ingest", name).body, rows=1 << 18):
                    pieces.add(pa.table(batch).cast(schema))
        store.drop(*_GROWING, *_MADE)


def _added_up(counts: list[pa.StructArray]) -> pa.Table:
    """Return how many each account has: (account_no, n_values)."""
    rows = pa.table({
        "account_no": pa.chunked_array([one.field("values") for one in counts], pa.int32()),
        "n_values": pa.chunked_array([one.field("counts") for one in counts], pa.int64()),
    })
    return rows.group_by("account_no").aggregate([("n_values", "sum")]).rename_columns(
        ["account_no", "n_values"]).sort_by("account_no")
