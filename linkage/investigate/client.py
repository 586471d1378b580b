"""The one way to Neo4j: a checked connection, managed transactions, errors people understand."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DatabaseError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from linkage.errors import GraphStoreError, LinkageError
from linkage.queries import Query, statements

log = logging.getLogger(__name__)

OLDEST = (5, 26)
"""Oldest release whose Cypher has dynamic labels."""

RETRY_SECONDS = 30.0
"""How long a transaction is tried again after a passing failure."""

Check = Callable[[tuple[dict[str, Any], ...]], None]

_READ_ONLY = ("ForbiddenOnReadOnlyDatabase", "Security.Forbidden", "WriteOnReadOnly")
_FULL_DISK = ("no space left", "disk full", "file too large", "quota exceeded")


class Graph:
    """A database of a Neo4j server; see :func:`connect`."""

    def __init__(self, driver: neo4j.Driver, *, uri: str, database: str | None) -> None:
        self._driver = driver
        self._database = database
        self.uri = uri

    def write(
        self, *steps: tuple[Query, Mapping[str, Any]], check: Check | None = None
    ) -> tuple[dict[str, Any], ...]:
        """Run statements in one transaction, again after a passing failure, and commit.

        Parameters
        ----------
        steps
            Statements with their parameters.
        check
            Sees the answers before the commit; what it raises undoes the transaction.

        Returns
        -------
        tuple of dict
            The first row of each statement's answer; empty where it has none.

        Raises
        ------
        GraphStoreError
            If Neo4j cannot be reached or refuses; nothing of the transaction stays.
        """
        def work(transaction: neo4j.ManagedTransaction) -> tuple[dict[str, Any], ...]:
            answers = []
            for statement, parameters in steps:
                first = next(iter(transaction.run(statement.body, dict(parameters))), None)
                answers.append(first.data() if first else {})
            if check:
                check(tuple(answers))
            return tuple(answers)

        with explained(self.uri), self._session() as session:
            return session.execute_write(work)

    def read(self, statement: Query, **parameters: Any) -> list[dict[str, Any]]:
        """Return every row of a statement's answer."""
        def work(transaction: neo4j.ManagedTransaction) -> list[dict[str, Any]]:
            return transaction.run(statement.body, parameters).data()

        with explained(self.uri), self._session() as session:
            return session.execute_read(work)

    def prepare(self, *, wait_seconds: int = 600) -> None:
        """Make the constraints and indexes of ``cypher/schema`` and wait until they serve.

        Raises
        ------
        GraphStoreError
            If one cannot be made, for instance because two nodes have one key.
        """
        wanted = statements("schema")
        with explained(self.uri), self._session() as session:
            for statement in wanted:
                session.run(statement.body).consume()
            session.run("CALL db.awaitIndexes($seconds)", seconds=wait_seconds).consume()
            made = {row["name"] for row in session.run("SHOW INDEXES YIELD name, state "
                                                       "WHERE state = 'ONLINE' RETURN name")}
        missing = sorted({statement.name for statement in wanted} - made)
        if missing:
            raise GraphStoreError(
                f"{self.uri} lacks the constraint or index {', '.join(missing)}",
                fix="run the files of cypher/schema as a user who may make them, then load again",
            )

    def _session(self) -> neo4j.Session:
        return self._driver.session(database=self._database)


@contextmanager
def connect(
    uri: str, *, user: str, password: str, database: str | None = None
) -> Iterator[Graph]:
    """Give a database that answered, accepts the password and is new enough.

    Parameters
    ----------
    uri
        ``bolt://``, ``neo4j://`` or their ``+s`` forms.
    database
        Name of the database; None for the user's home database.

    Raises
    ------
    GraphStoreError
        If the server cannot be reached, refuses, or is too old.
    """
    with explained(uri):
        driver = neo4j.GraphDatabase.driver(
            uri, auth=(user, password), connection_timeout=15.0,
            max_transaction_retry_time=RETRY_SECONDS,
            notifications_min_severity="OFF", telemetry_disabled=True,
        )
    with driver:
        with explained(uri):
            agent = driver.get_server_info().agent
        _check_version(uri, str(agent))
        graph = Graph(driver, uri=uri, database=database)
        graph.read(Query("one", "RETURN 1 AS one"))
        yield graph


def _check_version(uri: str, agent: str) -> None:
    """Refuse what is no Neo4j, or too old."""
    found = re.match(r"Neo4j/v?(\d+)\.(\d+)", agent)
    if found is None or (int(found.group(1)), int(found.group(2))) < OLDEST:
        raise GraphStoreError(
            f"{uri} runs {agent or 'a server without a name'}, and linkage needs Neo4j "
            f"{'.'.join(map(str, OLDEST))} or later",
            fix="name another server with --uri, or start one with: linkage neo4j start",
        )


@contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn what the driver raises into one sentence with its fix."""
    try:
        yield
    except LinkageError:
        raise
    except (Neo4jError, DriverError, OSError, ValueError) as error:
        raise _said(uri, error) from error


def _said(uri: str, error: Exception) -> GraphStoreError:
    """Say in one sentence what went wrong and how to mend it."""
    code = getattr(error, "code", None) or ""
    message = str(getattr(error, "message", None) or error).splitlines()[0] if str(error) else ""
    log.debug("%s: %s %s", type(error).__name__, code, message)
    again = "then load again: it goes on from what is there"
    if isinstance(error, AuthError):
        return GraphStoreError(
            f"{uri} refuses the user or password",
            fix="set NEO4J_PASSWORD, or name a file with --password-file",
        )
    if any(word in message.lower() for word in _FULL_DISK):
        return GraphStoreError(
            f"the disk of {uri} is full: {message}", fix=f"free some space there, {again}"
        )
    if any(word in code for word in _READ_ONLY):
        return GraphStoreError(
            f"{uri} does not let this user write: {message}",
            fix="name a user who may write with --user, or a database that is not read-only",
        )
    if "DatabaseNotFound" in code:
        return GraphStoreError(message, fix="name a database that is there with --database")
    if "ConstraintValidationFailed" in code or "ConstraintCreationFailed" in code:
        return GraphStoreError(
            f"{uri} holds nodes that break a constraint: {message}",
            fix="delete them, or load into a database of its own",
        )
    if isinstance(error, ConfigurationError | ValueError):
        return GraphStoreError(
            f"{uri} is no address of a Neo4j: {message}", fix="give one like bolt://127.0.0.1:7687"
        )
    if isinstance(error, ServiceUnavailable | SessionExpired | OSError):
        return GraphStoreError(
            f"cannot reach {uri}, or the connection was lost: {message.partition(' (resolved')[0]}",
            fix=f"see that the server runs (linkage neo4j status), {again}",
        )
    if isinstance(error, TransientError | DatabaseError):
        return GraphStoreError(
            f"{uri} failed: {message} ({code})",
            fix=f"see the server's logs for a full disk or too little memory, {again}",
        )
    kind = "refused" if isinstance(error, ClientError) else "failed"
    return GraphStoreError(f"{uri} {kind}: {message} ({code})")

