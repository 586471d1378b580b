"""What one ingest read, refused and noticed, for the run's manifest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InputFile:
    """One file that was read."""

    path: str
    table: str
    """Table of the contract that the file feeds."""
    n_bytes: int
    sha256: str
    """Checksum of the bytes, in hexadecimal."""


@dataclass(frozen=True)
class TableCount:
    """Rows of one input table."""

    table: str
    n_rows: int
    """Rows read, the quarantined ones included."""
    reasons: tuple[tuple[str, int], ...] = ()
    """(reason, rows quarantined for it), the commonest first."""

    @property
    def n_quarantined(self) -> int:
        """Rows that went to quarantine."""
        return sum(n for _, n in self.reasons)


@dataclass(frozen=True)
class IngestReport:
    """What came in, what was refused, and what a person should know."""

    files: tuple[InputFile, ...]
    """By path."""
    tables: tuple[TableCount, ...]
    """In the contract's order; tables that nobody brought are absent."""
    notes: tuple[str, ...] = ()
    """Sentences for people: named placeholders, left-out accounts, dropped addresses."""

    @property
    def n_quarantined(self) -> int:
        """Rows of all tables that went to quarantine."""
        return sum(table.n_quarantined for table in self.tables)
