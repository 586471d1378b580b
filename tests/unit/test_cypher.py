"""The statements that load and sweep: their headers, their keys, one statement a file."""

import re

import pytest

from linkage.investigate.model import NODE_OF_KIND, node_label
from linkage.investigate.parts import PARTS, typed
from linkage.queries import statements
from linkage.signals import SIGNALS

FOLDERS = ("schema", "load", "sweep", "decisions")
FOUND = [(folder, one) for folder in FOLDERS for one in statements(folder)]
every = pytest.mark.parametrize(
    "one", [one for _, one in FOUND], ids=[f"{folder}/{one.name}" for folder, one in FOUND])
KEYS = dict(re.findall(r"FOR \(\w+:(\w+)\) REQUIRE \w+\.(\w+) IS UNIQUE",
                       "\n".join(one.body for one in statements("schema"))))


def test_every_folder_has_statements():
    assert {folder for folder, _ in FOUND} == set(FOLDERS)
    assert set(KEYS) == {"Account", "Identifier", "Ring", "Run", "Decision", "Lease"}


@every
def test_the_header_is_whole_and_names_the_parameters(one):
    assert one.header("Purpose")
    assert one.header("Returns")
    assert set(re.findall(r"\$([a-z_]+)", one.header("Parameters"))) == one.parameters


@every
def test_it_is_one_statement(one):
    assert ";" not in one.body


@every
def test_nodes_are_merged_only_on_their_constrained_key(one):
    for label, key in re.findall(r"MERGE \(\w+:(\w+) \{(\w+):", one.body):
        assert KEYS[label] == key
    assert not re.search(r"MERGE \(\w*\)\s|MERGE \(\w+:\w+\)", one.body)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.statement)
def test_a_delta_sets_what_a_full_load_writes(part):
    (one,) = [one for one in statements("load") if one.name == part.statement]
    written = {name for name, _ in typed(part.properties)}
    known = set(re.findall(r"(?:SET|,)\s*\w+\.(\w+)\s*=", one.body))
    known |= {key for _, key in re.findall(r"MERGE \(\w+:(\w+) \{(\w+):", one.body)}
    assert written | {"run_id"} == known - ({"is_past"} if part.statement == "ring" else set())


def test_labels_are_words_and_kinds_that_linkage_knows():
    assert set(NODE_OF_KIND) <= {signal.kind for signal in SIGNALS}
    assert all(label.isalpha() for label in NODE_OF_KIND.values())
    assert node_label("it's `mine`") == "Other"
