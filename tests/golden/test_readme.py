"""The README's commands do what it says."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from linkage.cli import cli
from linkage.rings.read import read_members, read_rings

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
