"""What prompt readers count of single events: few distinct rows, each kept once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]


def kind_column(table: str) -> str:
    """Return the column that says which of a prompt reader's distinct rows an event has."""
    return f"{table}_ix"


def kind_table(table: str) -> str:
    """Return the name of the encrypted table of a prompt reader's distinct rows."""
    return f"reading_{table}"


@dataclass(frozen=True)
class Distinct:
    """What a prompt reader made of some events."""

    names: list[str]
    rows: Ints
    """(ndistinct, n_names) the distinct rows."""
    which: Ints
    """(n_events,) the row that each event has; -1 for none."""


def distinct(made: pa.Table, place: Ints) -> Distinct:
    """Fold equal rows of a prompt reader.

    Parameters
    ----------
    made
        Rows by ``account_ix``, which is the place of an event among those with a prompt.
    place
        (n_events,) that place of each event; -1 for none.
    """
    names = [name for name in made.column_names if name != "account_ix"]
    counts = np.zeros((int(place.max(initial=-1)) + 1, len(names)), dtype=np.int64)
    np.add.at(counts, made["account_ix"].to_numpy(),
              np.column_stack([made[name].to_numpy() for name in names]))
    rows, which = np.unique(counts, axis=0, return_inverse=True)
    return Distinct(names, rows, np.append(which.reshape(-1), -1)[place])


class Kinds:
    """The distinct rows of one prompt reader, numbered as they come."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._place: dict[tuple[int, ...], int] = {}

    def places(self, found: Distinct) -> pa.Array:
        """Return the number of each event's row; null for none."""
        self._names = found.names
        number = [self._place.setdefault(tuple(row), len(self._place))
                  for row in found.rows.tolist()]
        return pa.array(np.array([*number, 0], dtype=np.int32)[found.which],
                        mask=found.which < 0)

    def table(self) -> pa.Table:
        """Return the rows in order of their numbers."""
        rows = np.array(list(self._place), dtype=np.int64).reshape(-1, len(self._names))
        return pa.table({name: rows[:, at] for at, name in enumerate(self._names)})
