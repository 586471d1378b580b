"""Rows of the files of a run, read anew."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from linkage.ingest.checksums import Checksums
from linkage.ingest.events import ACCOUNT_CODE, coded, located, until
from linkage.ingest.prompts import read_prompts
from linkage.ingest.quarantine import rejected_lines
from linkage.ingest.reading import TableReader, reader_of, rejects_name
from linkage.ingest.row_source import Origin
from linkage.ingest.rows import read_rows, reading
from linkage.ingest.sketches import Sketcher
from linkage.ingest.sources import Sources
from linkage.ingest.tables import InputFile
from linkage.ingest.templates import make_templates
from linkage.ingest.text_readers import PromptReader
from linkage.queries import query
from linkage.schema import INPUT_TABLES
from linkage.store import Store


class FileRows:
    """The rows of some files.

    Raises
    ------
    InputError
        If a file cannot be read or lacks a required column.
    """

    def __init__(
        self, store: Store, sources: Sources, *, key: bytes, readers: Sequence[PromptReader]
    ) -> None:
        self._store, self._key, self._prompt_readers = store, key, readers
        self._readers = {
            table.name: reader_of(table, sources.of(table.name)) for table in INPUT_TABLES}
        self._checksums = Checksums(sources.files)
        self._is_stored = False

    def __enter__(self) -> Self:
        self._checksums.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._checksums.__exit__(kind, error, trace)

    @property
    def events(self) -> TableReader:
        """How to read the events."""
        return self._readers["events"]

    def has(self, table: str, column: str) -> bool:
        """Tell whether any file brings a column of a table."""
        return self._readers[table].has(column)

    def n_files(self, table: str) -> int:
        """Return how many files bring a table."""
        return len(self._readers[table].files)

    def n_left_out(self) -> int:
        """Return 0: rows of forgotten accounts come with the others, and ingest counts them."""
        return 0

    def read_rows(self, table: str) -> int:
        """Make ``raw_NAME`` and ``first_NAME`` and return how many rows came."""
        return read_rows(self._store, self._readers[table])

    def origin(self, table: str) -> Origin:
        """Return where the rows of a table that was read come from."""
        reader = self._readers[table]
        return Origin(table, [str(file.path) for file in reader.files],
                      rejected_lines(self._store, reader))

    def read_spellings(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event_text``: the texts of events beside their numbers."""
        del as_of
        store, select = self._store, coded(self.events, with_code=overlapping)
        if self.events.is_columnar:
            # Parquet gives one column at a time, so looking texts up again later is cheap.
            store.view("event_text", select)
        else:
            reading(store, self.events, lambda: store.create("event_text", select))

    def spell(self, kind: str) -> None:
        """Add nothing: every text is there."""

    def read_events(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event``, once ``address`` and ``malformed_address`` are there."""
        store, event = self._store, query("ingest", "event")
        store.view("read_event", f"select * from event_text where {until(as_of)}")
        store.create("known_account", ACCOUNT_CODE)
        self._is_stored = overlapping
        if overlapping:
            self.reading(lambda: store.materialise(event))
        else:
            # To read the files three times costs what to store and read every event does, and
            # of the memory nothing.
            store.view("event", event.body)

    def reading(self, read: Callable[[], int]) -> int:
        """Run what reads ``event_text`` or ``event``, and name the file at fault."""
        return reading(self._store, self.events, read)

    def n_further_events(self) -> int:
        """Return 0: ``event`` has those of forgotten accounts, of nobody who counts."""
        return 0

    def locate(self, file_ix: int, *, as_of: str | None) -> None:
        """Add the bad events of one file, read once more, to ``fault_event``."""
        one = self.events.of_file(file_ix)
        source = (
            "select r.file_ix, r.row_no, r.occurred_at, r.fault, hash(r.account_id) as "
            f"account_code, hash(r.ip) as ip_code from ({one.select()}) as r "
            f"where {one.every_column}"
        )
        self._store.extend("fault_event", located(f"({source})"), {"as_of": as_of})
        if one.parts[0].first_ix not in {part.first_ix for part in self.events.parts}:
            name = rejects_name("events", one.parts[0])
            self._store.drop(name, f"{name}_scan")

    def read_prompts(self, *, as_of: str | None, n_threads: int, overlapping: bool) -> None:
        """Make ``prompt``, ``skeleton`` and the tables of prompt readers."""
        read_prompts(
            self._store, self.events, Sketcher(self._key), as_of=as_of, n_threads=n_threads,
            readers=self._prompt_readers, overlapping=overlapping,
        )

    def gather_templates(self, *, n_threads: int) -> None:
        """Make ``template``."""
        make_templates(self._store, n_threads=n_threads)
        self._store.drop("skeleton")

    def read_instants(self) -> None:
        """Add nothing: no prompt is in a sum."""

    def add_sums(self, table: str) -> None:
        """Add nothing: every event is read."""

    def settle_events(self) -> None:
        """Keep nothing."""

    def drop_events(self) -> None:
        """Forget the events."""
        (self._store.drop if self._is_stored else self._store.drop_view)("event")
        self._store.drop_view("read_event")
        self._store.drop("known_account")

    def drop_texts(self) -> None:
        """Forget the texts of events."""
        if self.events.is_columnar:
            self._store.drop_view("event_text")
        else:
            self._store.drop("event_text")

    def files(self) -> tuple[InputFile, ...]:
        """Return every file with its size and checksum, by path and table."""
        return self._checksums.files()
