"""What people said of accounts and rings, from decisions and from enforcement's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from linkage.errors import InputError
from linkage.export import read_answers
from linkage.ingest.checksums import sha256_of

RIGHT = {
    "confirmed": 1.0, "done": 1.0, "benign": 0.0, "reinstated": 0.0, "refused": 0.0,
}
"""What each decision or answer says; ``disputed`` and ``appealed`` leave it open."""

OPEN = ("disputed", "appealed")


@dataclass(frozen=True)
class Source:
    """One file that was read; neither its place nor its name is kept."""

    sha256: str
    n_rows: int


@dataclass(frozen=True)
class Answers:
    """The latest word on each account and ring."""

    accounts: Mapping[str, float]
    """Account to 1 (abusive) or 0; open ones are left out."""
    rings: Mapping[str, float]
    sources: tuple[Source, ...]


def answers_of(decisions: Sequence[Path], ledgers: Sequence[Path]) -> Answers:
    """Read decision files and ledgers; the latest word on each account or ring counts.

    Parameters
    ----------
    decisions
        Files of the input table ``decisions``: .parquet, .csv or .jsonl, also compressed.
    ledgers
        Folders that ``linkage export --to`` wrote.

    Raises
    ------
    InputError
        If a file cannot be read, lacks a column, or holds a word that is no decision.
    """
    tables = [_decisions(path) for path in decisions]
    sources = [Source(sha256_of(path), len(table)) for path, table in
               zip(decisions, tables, strict=True)]
    for place in ledgers:
        rows = pd.DataFrame(
            [(one.account_id, None, one.answer, one.answered_at) for one in read_answers(place)],
            columns=["account_id", "ring_id", "decision", "decided_at"],
        )
        tables.append(rows.assign(decided_at=pd.to_datetime(rows["decided_at"], utc=True)))
        ledger = place if place.is_file() else place / "ledger.jsonl"
        sources.append(Source(sha256_of(ledger), len(rows)))
    told = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(
        columns=["account_id", "ring_id", "decision", "decided_at"])
    told = told.sort_values("decided_at", na_position="first", kind="stable")
    return Answers(_latest(told, "account_id"), _latest(told, "ring_id"), tuple(sources))


def _latest(told: pd.DataFrame, name: str) -> dict[str, float]:
    """Return the last word on each account, or on each ring as a whole."""
    rows = told[told[name].notna()]
    last = rows.drop_duplicates(name, keep="last").set_index(name)["decision"]
    return {str(who): RIGHT[said] for who, said in last.items() if said in RIGHT}


def _decisions(path: Path) -> pd.DataFrame:
    """Read one file of decisions as text, with its instants."""
    try:
        if ".parquet" in path.suffixes:
            read = pd.read_parquet(path)
        elif ".jsonl" in path.suffixes:
            read = pd.read_json(path, lines=True, dtype=False, convert_dates=False)
        else:
            read = pd.read_csv(path, dtype=str, keep_default_na=False)
            read = read.mask(read == "")
    except (OSError, ValueError, ImportError) as error:
        raise InputError(
            f"cannot read decisions {path}: {str(error).splitlines()[0]}",
            fix="give a .parquet, .csv or .jsonl file with account_id or ring_id, and decision",
        ) from error
    if "decision" not in read or not {"account_id", "ring_id"} & set(read.columns):
        raise InputError(
            f"{path} has columns {', '.join(map(str, read.columns))}",
            fix="decisions need decision, and account_id or ring_id",
        )
    said = read["decision"].astype("string").str.strip().str.lower()
    wrong = said[said.isna() | ~said.isin([*RIGHT, *OPEN])]
    if len(wrong):
        raise InputError(
            f"{path}, row {wrong.index[0] + 1}: {wrong.iloc[0]!r} is no decision",
            fix=f"decisions are {', '.join(sorted([*RIGHT, *OPEN]))}",
        )
    return pd.DataFrame({
        "account_id": _text(read, "account_id"), "ring_id": _text(read, "ring_id"),
        "decision": said.astype(object),
        "decided_at": pd.to_datetime(
            pd.Series(read.get("decided_at"), read.index), utc=True, errors="coerce",
            format="ISO8601",
        ),
    })


def _text(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as text, all null when it is absent."""
    return pd.Series(table.get(name), table.index, dtype="string").astype(object)
