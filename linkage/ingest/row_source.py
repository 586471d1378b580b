"""Where ingest takes rows from: the files of a run, or what the state knows of them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from linkage.ingest.tables import InputFile

NO_LINES = pa.table({
    "file_ix": pa.array([], pa.int32()),
    "row_no": pa.array([], pa.int64()),
    "fault": pa.array([], pa.string()),
})


@dataclass(frozen=True)
class Origin:
    """Where the rows of one input table come from, for its quarantine."""

    table: str
    paths: Sequence[str]
    """Paths of its files; ``file_ix`` counts along them."""
    lines: pa.Table
    """Lines that were not CSV: file_ix, row_no, fault."""


class RowSource(AbstractContextManager[Any], Protocol):
    """Gives ingest its rows. What comes out is the same, wherever they come from."""

    def has(self, table: str, column: str) -> bool:
        """Tell whether any file brings a column of a table."""
        ...

    def n_files(self, table: str) -> int:
        """Return how many files bring a table."""
        ...

    def n_left_out(self) -> int:
        """Return how many rows of forgotten accounts the files still have, left out here."""
        ...

    def read_rows(self, table: str) -> int:
        """Make ``raw_NAME`` and ``first_NAME`` and return how many rows came."""
        ...

    def origin(self, table: str) -> Origin:
        """Return where the rows of a table that was read come from."""
        ...

    def read_spellings(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event_text``: the texts of events beside their numbers.

        Those of devices and sessions may come later, by :meth:`spell`.
        """
        ...

    def spell(self, kind: str) -> None:
        """Let ``event_text`` have the texts of what ``shared_value`` has of a kind."""
        ...

    def read_events(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event``, once ``address`` and ``malformed_address`` are there.

        Where events count once each, it may be a SELECT that reads them anew.
        """
        ...

    def reading(self, read: Callable[[], int]) -> int:
        """Run what reads ``event_text`` or ``event``, and name the file at fault."""
        ...

    def n_further_events(self) -> int:
        """Return how many events are not in ``event``: those in sums, and of forgotten accounts."""
        ...

    def locate(self, file_ix: int, *, as_of: str | None) -> None:
        """Add the bad events of one file to ``fault_event``."""
        ...

    def read_prompts(self, *, as_of: str | None, n_threads: int, overlapping: bool) -> None:
        """Make ``prompt`` and the tables of prompt readers; add sums to ``prompt_summed``."""
        ...

    def gather_templates(self, *, n_threads: int) -> None:
        """Make ``template`` of the prompts that were read; count others in ``lone_value``."""
        ...

    def read_instants(self) -> None:
        """Add the events behind rows of ``prompt_summed`` to ``prompt_instant``, of templates that
        few accounts share; needs ``template_shared``.
        """
        ...

    def add_sums(self, table: str) -> None:
        """Add what is known of events only as sums to ``sighting``, ``usage``, ``activity_summed``
        or ``session_summed``.
        """
        ...

    def settle_events(self) -> None:
        """Keep what later nights need of the events, once all tables are made of them."""
        ...

    def drop_events(self) -> None:
        """Forget the events."""
        ...

    def drop_texts(self) -> None:
        """Forget the texts of events."""
        ...

    def files(self) -> tuple[InputFile, ...]:
        """Return every file with its size and checksum, by path and table."""
        ...
