"""The table engine: named tables made by SELECTs, out of core, in DuckDB.

Everything that computes on tables goes through :class:`Store`, so that another engine
needs only these few methods.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from linkage.errors import CapacityError
from linkage.queries import Query

log = logging.getLogger(__name__)

Value = str | int | float | bool | None


class Store:
    """A DuckDB database in a private folder, opened once a run.

    Parameters
    ----------
    folder
        Where the database and its spill files live; made with mode 0700.
    memory_limit_mb
        What DuckDB may use before it spills, in MiB.
    threads
        Threads DuckDB may use, at least 1.

    Raises
    ------
    CapacityError
        On leaving, if tables fitted neither the memory nor the disk.
    """

    def __init__(self, folder: Path, *, memory_limit_mb: int, threads: int) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.memory_limit_mb = memory_limit_mb
        self.connection = duckdb.connect(
            # Tables live in memory and spill to the folder: measured on 26 million events, a
            # database file cost 1.6 times the CPU for its compression and checkpoints.
            ":memory:",
            config={
                "memory_limit": f"{memory_limit_mb}MiB",
                "threads": threads,
                "temp_directory": str(folder / "spill"),
                "python_enable_replacements": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute("set enable_progress_bar = false")
        self.connection.execute("set preserve_insertion_order = false")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()
        if isinstance(error, duckdb.OutOfMemoryException):
            raise CapacityError(
                f"the tables fit neither {self.memory_limit_mb:,} MiB of memory nor the disk that "
                f"{self.folder} is on",
                fix="free disk space there, or raise memory_limit_mb",
            ) from error

    def materialise(self, query: Query, parameters: Mapping[str, Value] | None = None) -> int:
        """Make the table ``query.name`` from its SELECT and return its number of rows."""
        return self.create(query.name, query.body, parameters)

    def create(self, name: str, select: str, parameters: Mapping[str, Value] | None = None) -> int:
        """Make the table ``name`` from a SELECT and return its number of rows."""
        row = self._row(f"create or replace table {name} as {select}", parameters)
        return int(row[0]) if row else 0

    def extend(
        self, name: str, select: str, parameters: Mapping[str, Value] | None = None
    ) -> int:
        """Add the rows of a SELECT to a table, in its order, and return how many."""
        with self.in_order():
            row = self._row(f"insert into {name} by name {select}", parameters)
        return int(row[0]) if row else 0

    def insert(
        self, name: str, select: str, parameters: Mapping[str, Value] | None = None
    ) -> None:
        """Add the rows of a SELECT to a table in any order, making it when it is not there."""
        if self.exists(name):
            self._row(f"insert into {name} by name {select}", parameters)
        else:
            self.create(name, select, parameters)

    @contextmanager
    def lent(self, name: str, rows: pa.Table) -> Iterator[None]:
        """Let SELECTs read an Arrow table under a name while this lasts, without a copy."""
        self.connection.register(name, rows)
        try:
            yield
        finally:
            self.connection.unregister(name)

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Keep rows in the order of their files and of ``order by`` while this lasts."""
        self.connection.execute("set preserve_insertion_order = true")
        try:
            yield
        finally:
            self.connection.execute("set preserve_insertion_order = false")

    @contextmanager
    def joined_as_written(self) -> Iterator[None]:
        """Join in the order of the SELECT, what stands on the right in memory, while this lasts.

        For a SELECT whose left is long and streams. The engine knows nothing of the rows of some
        files, takes them for one, and would keep every text of theirs to join a few accounts.
        """
        self.connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        try:
            yield
        finally:
            self.connection.execute("reset disabled_optimizers")

    def limit_memory(self, limit_mb: int) -> None:
        """Use at most so many MiB from now on; tables beyond them spill at once."""
        self.memory_limit_mb = limit_mb
        self.connection.execute(f"set memory_limit = '{limit_mb}MiB'")

    @contextmanager
    def memory_lent(self, mb: int) -> Iterator[None]:
        """Leave so many MiB of the store's memory to somebody else while this lasts.

        What tables hold beyond the rest of it goes to the folder.
        """
        self.connection.execute(f"set memory_limit = '{self.memory_limit_mb - mb}MiB'")
        try:
            yield
        finally:
            self.connection.execute(f"set memory_limit = '{self.memory_limit_mb}MiB'")

    def view(self, name: str, select: str) -> None:
        """Name a SELECT without running it."""
        self.connection.execute(f"create or replace view {name} as {select}")

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        row = self._row(f"select count(*) from {name}")
        return int(row[0]) if row else 0

    def exists(self, name: str) -> bool:
        """Tell whether a table or view of this name is there."""
        row = self._row(
            "select count(*) from information_schema.tables where table_name = $name",
            {"name": name},
        )
        return bool(row and row[0])

    def drop(self, *names: str) -> None:
        """Drop tables that are no longer needed."""
        for name in names:
            self.connection.execute(f"drop table if exists {name}")

    def drop_view(self, *names: str) -> None:
        """Forget named SELECTs."""
        for name in names:
            self.connection.execute(f"drop view if exists {name}")

    def arrow(self, select: str, parameters: Mapping[str, Value] | None = None) -> pa.Table:
        """Return the rows of a SELECT as one Arrow table."""
        return self.connection.sql(select, params=dict(parameters or {})).to_arrow_table()

    def batches(
        self, select: str, parameters: Mapping[str, Value] | None = None, *,
        rows: int = 1_000_000,
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a SELECT in Arrow batches of at most ``rows`` rows."""
        found = self.connection.cursor().sql(select, params=dict(parameters or {}))
        yield from found.to_arrow_reader(rows)

    def stream(self, select: str, *, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a SELECT in batches; nothing else may be asked meanwhile.

        Within :meth:`in_order`, rows come in the order of their files.
        """
        try:
            yield from self.connection.sql(select).to_arrow_reader(rows)
        except (OSError, pa.ArrowException) as error:
            raise duckdb.Error(str(error)) from error

    def write_csv(self, select: str, path: Path) -> int:
        """Write the rows of a SELECT without a header and return how many.

        An empty text is quoted and a missing one is not.
        """
        place = str(path).replace("'", "''")
        row = self._row(f"copy ({select}) to '{place}' (format csv, header false)")
        return int(row[0]) if row else 0

    def put(self, name: str, table: pa.Table) -> int:
        """Store an Arrow table under a name, replacing what was there."""
        self.connection.register("arriving", table)
        try:
            return self.create(name, "select * from arriving")
        finally:
            self.connection.unregister("arriving")

    def append(self, name: str, rows: pa.Table | pa.RecordBatch) -> None:
        """Add Arrow rows to a table, making it when it is not there."""
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        if not self.exists(name):
            self.put(name, table)
            return
        self.connection.register("arriving", table)
        try:
            self.connection.execute(f"insert into {name} by name select * from arriving")
        finally:
            self.connection.unregister("arriving")

    def scalar(self, select: str, parameters: Mapping[str, Value] | None = None) -> Any:
        """Return the single value of a SELECT."""
        row = self._row(select, parameters)
        return row[0] if row else None

    def _row(self, statement: str, parameters: Mapping[str, Value] | None = None) -> Any:
        """Return the first row of a statement; None when there is none."""
        # All rows are fetched: DuckDB 2 refuses other work while a result is unfinished.
        rows = self.connection.execute(statement, dict(parameters or {})).fetchall()
        return rows[0] if rows else None
