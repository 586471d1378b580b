"""The flags that say which Neo4j, for every verb that talks to one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_FLAGS = (
    click.option("--uri", metavar="URI", show_default="the local server's",
                 help="Address of the Neo4j, as bolt://HOST:7687."),
    click.option("--user", default="neo4j", show_default=True, help="Who signs in."),
    click.option("--password-file", "password_path", type=click.Path(path_type=Path),
                 metavar="FILE", help="File with the password, where NEO4J_PASSWORD is not set."),
    click.option("--database", metavar="NAME", show_default="the user's home database",
                 help="Database on that server."),
    click.option("--folder", type=click.Path(path_type=Path), metavar="DIR",
                 show_default="in the user's data folder",
                 help="Folder of the local server, as for linkage neo4j start."),
)


def with_access(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags of :func:`linkage.investigate.access.find_access`."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command
