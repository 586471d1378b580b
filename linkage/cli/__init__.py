"""The terminal: one verb a module, results on stdout, everything else on stderr."""

from linkage.cli.main import cli, main

__all__ = ["cli", "main"]
