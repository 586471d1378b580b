"""Addresses that open Neo4j Browser at a ring or an account."""

import re
from urllib.parse import quote, urlencode, urlsplit

from linkage.investigate.places import USER, browser_url
from linkage.queries import statement

OPENED = {
    "ring_id": "ring_summary.graph",
    "account_id": "account.graph",
    "identifier_id": "identifier.graph",
}
"""What a link may name, and the question that it opens."""


def browser_link(ring_id: str, *, browser: str = "") -> str:
    """Return the address that opens Neo4j Browser with the picture of a ring in its editor.

    It leads through the set-up page, so that style and saved queries are there too; a server
    that ``linkage neo4j start`` or the compose file runs has that page.

    Parameters
    ----------
    ring_id
        Any text: it stays data, in the address and in the statement.
    browser
        Address of Neo4j Browser, ending in ``/``; empty for a local server on its usual port.

    Examples
    --------
    >>> browser_link("ring-1f")
    'http://127.0.0.1:7474/browser/linkage/setup.html?ring_id=ring-1f'
    """
    return set_up_link("ring_id", ring_id, browser=browser)


def set_up_link(what: str, value: str, *, browser: str = "") -> str:
    """Return the address that opens a ring, an account or an identifier in Neo4j Browser.

    Parameters
    ----------
    what
        ``ring_id``, ``account_id`` or ``identifier_id``.
    value
        Any text.
    browser
        As for :func:`browser_link`.
    """
    if what not in OPENED:
        raise ValueError(f"a link opens one of {', '.join(OPENED)}, not {what}")
    query = urlencode({what: value}, quote_via=quote)
    return f"{browser or browser_url()}linkage/setup.html?{query}"


def plain_link(
    what: str, value: str, *, browser: str, bolt_uri: str, database: str = "neo4j"
) -> str:
    """Return the longer address that does so on any server, without the set-up page.

    Parameters
    ----------
    what, value
        As for :func:`set_up_link`.
    browser
        Address of a Neo4j Browser, ending in ``/``.
    bolt_uri
        Address of the server for drivers.
    database
        The database's name.
    """
    text = statement("explore", OPENED[what]).body.strip().replace(f"${what}", literal(value))
    asked = {
        "dbms": f"neo4j://{USER}@{urlsplit(bolt_uri).netloc}", "db": database,
        "cmd": "edit", "arg": text,
    }
    return f"{browser}?{urlencode(asked, quote_via=quote)}"


def literal(text: str) -> str:
    r"""Return a text as a Cypher expression, whatever it holds.

    No quote and no backslash stands beside other letters: Neo4j reads ``\\u0027`` as a quote
    before it looks for the end of a text.

    Examples
    --------
    >>> print(literal("it's"))
    'it' + "'" + 's'
    """
    pieces = re.findall(r"[^'\\]+|'+|\\", text) or [""]
    return " + ".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    """Return one literal."""
    if piece == "\\":
        return r"'\\'"
    return f'"{piece}"' if "'" in piece else f"'{piece}'"
