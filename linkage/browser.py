"""Addresses that open Neo4j Browser at a ring, an account or an identifier."""

from urllib.parse import quote, urlencode

OPENED = {
    "ring_id": "ring_summary.graph",
    "account_id": "account.graph",
    "identifier_id": "identifier.graph",
}
"""What a link may name, and the question of ``cypher/explore`` that it opens."""


def browser_link(what: str, value: str, *, browser: str) -> str:
    """Return the address that opens Neo4j Browser with a picture's statement in its editor.

    It leads through the set-up page, so that style and saved queries are there too. A server
    of ``linkage neo4j start`` or of the compose file has that page; ``linkage neo4j pages``
    writes it for any other.

    Parameters
    ----------
    what
        ``ring_id``, ``account_id`` or ``identifier_id``.
    value
        Any text: it stays data, in the address and in the statement.
    browser
        Address of Neo4j Browser, ending in ``/``.

    Raises
    ------
    ValueError
        If a link cannot name that.

    Examples
    --------
    >>> browser_link("ring_id", "ring-1f", browser="http://127.0.0.1:7474/browser/")
    'http://127.0.0.1:7474/browser/linkage/setup.html?ring_id=ring-1f'
    """
    if what not in OPENED:
        raise ValueError(f"a link opens one of {', '.join(OPENED)}, not {what}")
    return f"{browser.rstrip('/')}/linkage/setup.html?{urlencode({what: value}, quote_via=quote)}"
