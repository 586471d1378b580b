"""The local server: it answers, keeps its password to itself, and says what is wrong."""

import json
import stat
import urllib.request

import neo4j
import pytest
from graph_server import free_ports

from linkage.errors import GraphStoreError, LockedError
from linkage.investigate import server, server_parts
from linkage.investigate.server_password import password_file, read_password


def test_bolt_and_http_answer_with_the_same_release(neo4j_driver, neo4j_server):
    row = neo4j_driver.execute_query(
        "call dbms.components() yield versions, edition"
    ).records[0]
    assert row["versions"] == [server_parts.NEO4J_VERSION]
    root = neo4j_server.browser_url.removesuffix("browser/")
    with urllib.request.urlopen(root) as reply:
        assert json.load(reply)["neo4j_version"] == server_parts.NEO4J_VERSION
