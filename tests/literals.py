"""Texts as Cypher expressions: what the set-up page writes, and what a person may type."""

import re


def literal(text: str) -> str:
    r"""Return a text as a Cypher expression, whatever it holds.

    No quote and no backslash stands beside other letters: Neo4j reads ``\\u0027`` as a quote
    before it looks for the end of a text.
    """
    pieces = re.findall(r"[^'\\]+|'+|\\", text) or [""]
    return " + ".join(_piece(piece) for piece in pieces)


def _piece(piece: str) -> str:
    if piece == "\\":
        return r"'\\'"
    return f'"{piece}"' if "'" in piece else f"'{piece}'"
