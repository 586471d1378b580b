"""Reads input tables, refuses bad rows, and says which account holds which identifier."""

from linkage.ingest.intake import ingest
from linkage.ingest.keys import load_key
from linkage.ingest.known import KnownFiles
from linkage.ingest.tables import IngestReport, InputFile, TableCount

__all__ = ["IngestReport", "InputFile", "KnownFiles", "TableCount", "ingest", "load_key"]
