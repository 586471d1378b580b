"""What two accounts both hold, read from the tables that a run publishes for the graph."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from linkage.errors import InputError
from linkage.rings.graph_tables import FOLDER

Filters = list[tuple[str, str, Any]] | list[list[tuple[str, str, Any]]]
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Agreement:
    """One identifier that both accounts hold."""

    kind: str
    identifier_id: str
    """Keyed hash; for a relation the account that both are linked to."""
    label: str | None
    n_accounts: int
    """Accounts of the run that hold it."""
    is_hub: bool = False
    """Is it too public to tie anybody?"""
    is_direct: bool = False
    """Are the two linked to each other?"""
    days_apart: float = 0.0
    """Days between the last sight of one and the first of the other; 0 if they meet."""


def read_agreements(
    out: Path, account_id_l: str, account_id_r: str
) -> tuple[Agreement, ...] | None:
    """Return everything that two accounts both hold, by kind, then identifier.

    Parameters
    ----------
    out
        A folder that a run wrote.
    account_id_l, account_id_r
        Two accounts, in either order.

    Returns
    -------
    tuple of Agreement or None
        None when the run published no graph tables.

    Raises
    ------
    InputError
        If a table cannot be read.
    """
    if not (out / FOLDER / "relations.parquet").exists():
        return None
    known = _read(out, "accounts", [("account_id", "in", [account_id_l, account_id_r])])
    if len(known) < 2:
        return ()
    left, right = sorted(int(one) for one in known["account_ix"])
    found = [*_values(out, left, right), *_relations(out, left, right)]
    return tuple(sorted(found, key=lambda one: (one.kind, one.identifier_id)))


def _values(out: Path, left: int, right: int) -> Iterable[Agreement]:
    """Identifiers that both hold."""
    held = _read(out, "holdings", [[("account_ix", "=", left)], [("account_ix", "=", right)]])
    both = held[held["account_ix"] == left].merge(
        held[held["account_ix"] == right], on="identifier_ix", suffixes=("_l", "_r")
    )
    if both.empty:
        return
    named = _read(out, "identifiers", [("identifier_ix", "in", both["identifier_ix"].tolist())])
    for row in both.merge(named, on="identifier_ix").to_dict("records"):
        yield Agreement(
            kind=row["kind"], identifier_id=row["identifier_id"], label=row["label"],
            n_accounts=int(row["n_accounts"]), is_hub=bool(row["is_hub"]),
            days_apart=_days_apart(row),
        )


def _relations(out: Path, left: int, right: int) -> Iterable[Agreement]:
    """*Linked to X*, which X and all it is linked with hold (as ``evidence.incidence`` has it)."""
    ours = _relations_of(out, [left, right])
    for kind, rows in ours.groupby("kind"):
        of_left, of_right = rows[rows["account_ix"] == left], rows[rows["account_ix"] == right]
        is_direct = bool((of_left["other_ix"] == right).any())
        common = of_left.merge(of_right, on="other_ix", suffixes=("_l", "_r"))
        centres = [*common["other_ix"].tolist(), *([left, right] if is_direct else [])]
        if not centres:
            continue
        of_centres = _relations_of(out, centres)
        degree = of_centres[of_centres["kind"] == kind].groupby("account_ix").size()
        names = _read(out, "accounts", [("account_ix", "in", centres)])
        name = dict(zip(names["account_ix"], names["account_id"], strict=True))
        if is_direct:
            # Of two accounts linked with no one else, one identifier is enough.
            linked = [at for at in (left, right) if degree[at] > 1] or [left]
            for at in linked:
                yield Agreement(str(kind), name[at], name[at], int(degree[at]) + 1, is_direct=True)
        for row in common.to_dict("records"):
            at = row["other_ix"]
            yield Agreement(
                str(kind), name[at], name[at], int(degree[at]) + 1, days_apart=_days_apart(row)
            )


def _relations_of(out: Path, accounts: list[int]) -> pd.DataFrame:
    """Direct relations of some accounts, each from its own side: account_ix, other_ix."""
    columns = {"account_ix_l": "account_ix", "account_ix_r": "other_ix"}
    swapped = {"account_ix_r": "account_ix", "account_ix_l": "other_ix"}
    return pd.concat([
        _read(out, "relations", [(next(iter(names)), "in", accounts)]).rename(columns=names)
        for names in (columns, swapped)
    ], ignore_index=True)


def _days_apart(row: Row) -> float:
    """Days between the last sight of one account and the first of the other; 0 if they meet."""
    firsts, lasts = (
        [row[f"{which}_seen_at_{side}"] for side in "lr"] for which in ("first", "last")
    )
    if any(pd.isna(one) for one in (*firsts, *lasts)):
        return 0.0
    gap: float = (max(firsts) - min(lasts)).total_seconds()
    return max(gap, 0.0) / 86_400


def _read(out: Path, name: str, filters: Filters) -> pd.DataFrame:
    """Read some rows of a table of the graph."""
    path = out / FOLDER / f"{name}.parquet"
    try:
        found: pd.DataFrame = pq.read_table(path, filters=filters).to_pandas()
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}", fix="give the folder that linkage run --out wrote"
        ) from error
    return found
