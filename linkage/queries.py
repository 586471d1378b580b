"""Loads the project's .sql and .cypher files: one statement a file, each with a header.

A header is a run of ``--`` or ``//`` comment lines that name the statement's purpose, grain
or returns, inputs and ``$parameters``.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Query:
    """One named statement."""

    name: str
    """Its file's name without the ending; also the name of the table it makes."""
    text: str
    """The statement as written, header included."""

    @property
    def body(self) -> str:
        """The statement without its comment lines."""
        return "\n".join(
            line for line in self.text.splitlines()
            if not line.lstrip().startswith(("--", "//"))
        )

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the ``$parameters`` the statement uses."""
        return frozenset(_PARAMETER.findall(self.body))

    def header(self, field: str) -> str:
        """Text of one header field (``Purpose``, ``Grain``, ...); empty when absent."""
        found = re.search(
            rf"^(?:--|//) {field}:\s*(.*(?:\n(?:--|//)\s{{2,}}.*)*)", self.text, re.MULTILINE
        )
        return re.sub(r"\n(?:--|//)\s*", " ", found.group(1)).strip() if found else ""


@cache
def query(package: str, name: str) -> Query:
    """Return the statement kept in ``linkage/<package>/sql/<name>.sql``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> query("ingest", "account").name
    'account'
    """
    place = files("linkage").joinpath(package, "sql", f"{name}.sql")
    return Query(name=name, text=place.read_text(encoding="utf-8"))


@cache
def statements(folder: str) -> tuple[Query, ...]:
    """Return the statements kept in ``cypher/<folder>``, by name.

    Examples
    --------
    >>> [statement.name for statement in statements("schema")][0]
    'account_id'
    """
    # linkage/cypher is a link to the folder cypher/ beside the package.
    place = files("linkage").joinpath("cypher", folder)
    found = [one for one in place.iterdir() if one.name.endswith(".cypher")]
    return tuple(
        Query(one.name.removesuffix(".cypher"), one.read_text(encoding="utf-8"))
        for one in sorted(found, key=lambda one: one.name)
    )


def statement(folder: str, name: str) -> Query:
    """Return the statement kept in ``cypher/<folder>/<name>.cypher``.

    Raises
    ------
    KeyError
        If there is no such file.
    """
    return {one.name: one for one in statements(folder)}[name]
