"""The README's commands do what it says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from linkage.cli import cli
from linkage.rings.read import read_members, read_rings
from linkage.schema import EVIDENCE, INPUT_TABLES, MEMBERS, RINGS
from linkage.settings import load_settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Run the README's first command and return its output folder."""
    command = re.search(r"^linkage run fixtures/demo --out out$", README, re.MULTILINE)
    assert command
    place = tmp_path_factory.mktemp("readme") / "out"
    words = [str(ROOT / "fixtures" / "demo") if "/" in word else word
             for word in shlex.split(command.group())[1:-1]]
    result = CliRunner().invoke(cli, [*words, str(place)])
    assert result.exit_code == 0, result.output
    return place


def test_the_first_command_finds_rings_and_writes_every_file(out):
    assert read_rings(out)
    names = {"rings.parquet", "members.parquet", "evidence.parquet", "manifest.json",
             "report.html"}
    assert names <= {path.name for path in out.iterdir()}


@pytest.mark.parametrize("line", re.findall(r"^linkage (?:ring|explain|report|evaluate) .*", README,
                                            re.MULTILINE))
def test_each_further_question_has_an_answer(out, line):
    ring = read_rings(out)[0]
    members = iter(read_members(out, ring.ring_id))
    places = {
        "out": lambda: str(out), "RING": lambda: ring.ring_id,
        "ACCOUNT": lambda: next(members).account_id,
        "FILE": lambda: str(ROOT / "fixtures" / "demo" / "truth" / "accounts.parquet"),
    }
    words = shlex.split(line.split("#")[0])[1:]
    result = CliRunner().invoke(cli, [places[w]() if w in places else w for w in words])
    assert result.exit_code == 0, result.output
    assert result.stdout


def test_the_table_of_verbs_names_those_that_exist():
    rows = re.findall(r"^\| (`linkage [^|]+) \|", README, re.MULTILINE)
    said = {verb.removeprefix("linkage ").split()[0]
            for row in rows for verb in re.findall(r"`([^`]+)`", row)}
    assert said == set(cli.commands)


def test_the_settings_example_is_accepted(tmp_path):
    [example] = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    path = tmp_path / "linkage.toml"
    path.write_text(example, encoding="utf-8")
    settings = load_settings(path, environment={})
    assert settings.tables["accounts"][0].columns["account_id"] == "uid"
    assert settings.kinds["api_key"].family == "key"


@pytest.mark.parametrize("name", [table.name for table in INPUT_TABLES])
def test_every_column_that_is_read_is_listed(name):
    [table] = [table for table in INPUT_TABLES if table.name == name]
    [row] = re.findall(rf"^\| `{name}` \| (.*) \|$", README, re.MULTILINE)
    for column, _ in table.columns:
        star = r"\\\*" if column in table.required else r"(?!\\)"
        assert re.search(rf"\b{column}\b{star}", row), column


@pytest.mark.parametrize(("name", "schema"), [
    ("rings", RINGS), ("members", MEMBERS), ("evidence", EVIDENCE),
])
def test_every_column_that_is_written_is_listed(name, schema):
    [row] = re.findall(rf"^\| `{name}.parquet` \| .* \| (.*) \|$", README, re.MULTILINE)
    assert re.sub(r" \(.*?\)", "", row).split(", ") == schema.names


def test_every_link_leads_to_a_file():
    places = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert places
    assert not [place for place in places if not (ROOT / place).exists()]


def test_the_place_for_measurements_is_marked_once():
    assert README.count("<!-- measured:begin -->") == README.count("<!-- measured:end -->") == 1
