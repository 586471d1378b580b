"""Where a local Neo4j lies and answers."""

from pathlib import Path

import platformdirs

LOOPBACK = "127.0.0.1"
HTTP_PORT, BOLT_PORT = 7474, 7687
"""Neo4j's usual ports."""

USER = "neo4j"
"""The one user that Neo4j Community has at first."""


def default_folder() -> Path:
    """Return the user's data folder for Neo4j."""
    return platformdirs.user_data_path("linkage") / "neo4j"


def bolt_uri(bolt_port: int = BOLT_PORT) -> str:
    """Return the address for drivers."""
    return f"bolt://{LOOPBACK}:{bolt_port}"


def browser_url(http_port: int = HTTP_PORT) -> str:
    """Return the address of Neo4j Browser."""
    return f"http://{LOOPBACK}:{http_port}/browser/"
