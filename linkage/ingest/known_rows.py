"""Rows of what the state knows: every file is read once, whatever the nights that follow."""

from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import Self

import pyarrow as pa

from linkage.errors import InputError
from linkage.ingest.aging import age, oldest_of
from linkage.ingest.checksums import sha256_of
from linkage.ingest.entries import EVENT, SPELLING, read_file, span
from linkage.ingest.events import ACCOUNT_CODE, CODES, located, until
from linkage.ingest.folded_events import FoldedEvents
from linkage.ingest.forgotten import Forgotten
from linkage.ingest.known import VERSION, Entry, Known, KnownFile, KnownFiles
from linkage.ingest.known_loading import Placed, load_last, loaded, n_forgotten, whole
from linkage.ingest.known_prompts import add_alone, load_instants, load_prompts
from linkage.ingest.known_templates import make_known_templates
from linkage.ingest.prompts import Sketching
from linkage.ingest.reading import TableReader, reader_of
from linkage.ingest.row_source import NO_LINES, Origin
from linkage.ingest.sketches import Sketcher
from linkage.ingest.tables import InputFile
from linkage.ingest.text_readers import PromptReader
from linkage.ingest.vault import Vault
from linkage.queries import query
from linkage.schema import INPUT_TABLES
from linkage.store import Store

_TABLES = {table.name: table for table in INPUT_TABLES}


class KnownRows:
    """The rows of a night's files, from what is known of them.

    Parameters
    ----------
    night
        What the night counts.
    key
        The deployment's secret key.
    forgotten
        Accounts of which nothing is kept.
    readers
        Who else reads prompts.
    overlapping
        Does a later file's row of an account replace an earlier one's?
    step
        Told what is being done.

    Raises
    ------
    InputError
        If a new file cannot be read, or an entry cannot.
    SettingsError
        If the state was written with another key.
    """

    def __init__(
        self, store: Store, night: KnownFiles, *, key: bytes, forgotten: Forgotten,
        readers: tuple[PromptReader, ...], n_threads: int, overlapping: bool,
        step: Callable[[str], None],
    ) -> None:
        self._store, self._readers, self._n_threads = store, readers, n_threads
        self._night, self._key, self._forgotten = night, key, forgotten
        self._overlapping = overlapping
        self._known = Known(night.folder, key)
        self._probe = int(store.scalar("select hash('linkage', 1)"))
        new = [file for file in night.files if not self._is_known(file)]
        for at, file in enumerate(new, 1):
            step(f"reading new files: {at} of {len(new)}")
            self._read(file)
        self._age(step)
        self._of = {
            table: [file for file in night.files if file.table == table] for table in _TABLES
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is held open."""

    def _is_known(self, file: KnownFile) -> bool:
        """Tell whether a file was read before, by this engine."""
        entry = self._known.get(file.entry)
        if entry is None and file.source is None:
            raise InputError(
                f"nothing is known of {file.path}, which is gone",
                fix="bring it back to its place once more, or an empty file with its header",
            )
        if entry is not None and (entry.probe, entry.version) != (self._probe, VERSION):
            error = self._known.damaged(
                entry, "its numbers are another engine's or another version's",
                is_there=file.source is not None)
            if file.source is None:
                raise error
            return False
        return entry is not None

    def _age(self, step: Callable[[str], None]) -> None:
        """Leave out what is too old, and read again what is so no longer and still there."""
        night = self._night
        oldest = oldest_of(self._entries_of_night(), night.retention_days, night.at)
        for file in night.files:
            entry = self._known.get(file.entry)
            if file.source and entry and entry.since and (
                oldest is None or datetime.fromisoformat(entry.since) > oldest
            ):
                step("reading what is no longer too old")
                self._read(file, replaces=entry)
        if oldest is not None:
            step("leaving out what is too old")
            age(self._known, self._entries_of_night(), oldest)

    def _read(self, file: KnownFile, replaces: Entry | None = None) -> None:
        """Read a file."""
        assert file.source is not None
        reader = reader_of(_TABLES[file.table], [file.source])
        path = file.source.path

        def fill(vault: Vault) -> Entry:
            found = read_file(
                self._store, reader, vault, self._forgotten,
                # Of its own, so that each entry has every sketch that its rows need.
                Sketching(Sketcher(self._key), self._readers), n_threads=self._n_threads,
            )
            # Under the checksum of other bytes, later nights would take it for read.
            if sha256_of(path) != file.sha256:
                raise InputError(f"{file.path} was changed while it was read",
                                 fix="start again when it is delivered whole")
            oldest, newest = span(vault, file.table)
            return Entry(
                name=file.entry, word="", table=file.table, path=file.path, probe=self._probe,
                has=tuple(found.has), n_rows=found.n_rows, n_forgotten=found.n_forgotten,
                oldest=oldest, newest=newest, version=VERSION,
            )

        self._known.write(fill, replaces=replaces)

    def _entries_of_night(self) -> list[Entry]:
        """Return the entries that count tonight."""
        names = {file.entry for file in self._night.files}
        return [entry for entry in self._known.entries() if entry.name in names]

    def _entries(self, table: str) -> list[Placed]:
        """Return what is known of a table's files, in their order."""
        found = []
        for file_ix, file in enumerate(self._of[table]):
            entry = self._known.get(file.entry)
            assert entry is not None
            found.append(Placed(file_ix, entry, file.source is not None))
        return found

    def has(self, table: str, column: str) -> bool:
        """Tell whether any file brings a column of a table."""
        return any(column in one.entry.has for one in self._entries(table))

    def n_files(self, table: str) -> int:
        """Return how many files bring a table."""
        return len(self._of[table])

    def n_left_out(self) -> int:
        """Return how many rows of forgotten accounts the files still have, left out here."""
        return n_forgotten([one for one in self._entries("accounts") if one.is_there])

    def read_rows(self, table: str) -> int:
        """Make ``raw_NAME`` and ``first_NAME`` and return how many rows came."""
        entries = self._entries(table)
        self._store.drop(f"raw_{table}")
        if not entries:
            self._store.create(f"raw_{table}", TableReader(_TABLES[table], ()).select())
        elif table == "accounts" and self._overlapping:
            load_last(self._store, self._known, entries)
        else:
            for rows in loaded(self._known, entries, None):
                self._store.append(f"raw_{table}", rows)
        self._store.put(f"first_{table}", pa.table({
            "file_ix": pa.array(range(len(entries)), pa.int32()),
            "first_no": pa.array([1] * len(entries), pa.int64()),
        }))
        return sum(one.entry.n_rows["rows"] for one in entries) + n_forgotten(entries)

    def origin(self, table: str) -> Origin:
        """Return where the rows of a table come from."""
        lines = [NO_LINES]
        columns = [name for name in NO_LINES.column_names if name != "file_ix"]
        for one in self._entries(table):
            if "lines" in one.entry.n_rows:
                found = whole(self._known, one, "lines", columns)
                lines.append(found.select(NO_LINES.column_names))
        return Origin(table, [file.path for file in self._of[table]], pa.concat_tables(lines))

    def read_events(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event``, once ``address`` and ``malformed_address`` are there."""
        codes = [code for column, code in CODES.items() if self.has("events", column)]
        event, columns = query("ingest", "event"), [
            "account_code", "occurred_at", "is_conversation", *codes,
            *(["event_code"] if overlapping else []),
        ]
        absent = [name for name in (*CODES.values(), "event_code") if name not in columns]
        self._store.drop("event")
        self._store.create("known_account", ACCOUNT_CODE)
        nothing = pa.schema([("file_ix", pa.int32()), *map(EVENT.field, columns)]).empty_table()
        for rows in chain([nothing], loaded(self._known, self._events.loose, columns),
                          self._events.rest(columns)):
            for name in absent:  # narrow, for nothing in each of millions of rows
                rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.int8()))
            with self._store.lent("known_event", rows):
                self._store.view("read_event", f"select * from known_event where {until(as_of)}")
                self._store.insert("event", event.body)
                self._store.drop_view("read_event")
        self._store.drop("known_account")
        if overlapping and as_of is None:
            self._events.plan()

    def reading(self, read: Callable[[], int]) -> int:
        """Run what reads ``event_text`` or ``event``: no file is read."""
        return read()

    def n_further_events(self) -> int:
        """Return how many events are not in ``event``: those in sums, and of forgotten accounts."""
        return self._events.n_events + n_forgotten(self._entries("events"))

    def read_spellings(self, *, as_of: str | None, overlapping: bool) -> None:
        """Make ``event_text``: the text of each number."""
        self._events = FoldedEvents(
            self._store, self._known, self._key, self._entries("events"), probe=self._probe,
            retention_days=self._night.retention_days,
            readers=tuple(reader.table for reader in self._readers), n_threads=self._n_threads)
        if overlapping and as_of is None:
            self._events.choose()
        self._store.put("spelling", SPELLING.empty_table())
        for rows in self._events.spellings():
            self._store.append("spelling", rows)
        self._store.view("event_text", " union all by name ".join(
            f"select code as {code}, text as {column} from spelling where \"column\" = '{column}'"
            for column, code in CODES.items()
        ))

    def spell(self, kind: str) -> None:
        """Add the texts of what ``shared_value`` has of a kind to ``event_text``."""
        self._events.spell(kind)

    def locate(self, file_ix: int, *, as_of: str | None) -> None:
        """Add the bad events of one file to ``fault_event``."""
        columns = ["row_no", "occurred_at", "fault", "account_code", "ip_code"]
        rows = self._events.rest_of(file_ix, columns)
        if rows is None:
            rows = whole(self._known, self._entries("events")[file_ix], "rows", columns)
        with self._store.lent("located", rows):
            self._store.extend("fault_event", located("located"), {"as_of": as_of})

    def read_prompts(self, *, as_of: str | None, n_threads: int, overlapping: bool) -> None:
        """Make ``prompt`` and the tables of prompt readers."""
        del n_threads, overlapping  # whatever is delivered twice is told from ``event_again``
        self._prompts = self._events.prompts()
        load_prompts(self._store, self._known, self._entries("events"), self._events,
                     self._prompts, self._readers, as_of=as_of)

    def read_instants(self) -> None:
        """Make ``prompt_instant``."""
        load_instants(self._store, self._prompts)

    def add_sums(self, table: str) -> None:
        """Add what sums of events say to a table of the stage."""
        for rows in self._events.sums(table.removesuffix("_summed")):
            if table == "sighting":
                with self._store.lent("summed_sighting", rows):
                    self._store.insert(table, query("ingest", "sighting_summed").body)
                continue
            self._store.append(table, rows)

    def settle_events(self) -> None:
        """Keep sums of events for the nights to come."""
        self._events.fold()

    def drop_events(self) -> None:
        """Forget the events."""
        self._store.drop("event")

    def gather_templates(self, *, n_threads: int) -> None:
        """Make ``template``, from what the last night counted where that fits."""
        make_known_templates(self._store, self._known, self._entries("events"), self._key,
                             n_threads=n_threads)
        add_alone(self._store, self._prompts)

    def drop_texts(self) -> None:
        """Forget the texts of events."""
        self._store.drop_view("event_text")
        self._store.drop("spelling")

    def files(self) -> tuple[InputFile, ...]:
        """Return every file with its size and checksum, by path and table."""
        return tuple(sorted(
            (InputFile(f.path, f.table, f.n_bytes, f.sha256) for f in self._night.files),
            key=lambda file: (file.path, file.table),
        ))
