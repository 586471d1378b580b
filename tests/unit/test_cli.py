"""The terminal: exit codes, what goes where, help."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from outputs import LARGE, SMALL, write_output

from linkage.cli import cli
from linkage.cli.group import LinkageGroup, Verb
from linkage.cli.messages import as_share, printable
from linkage.cli.progress import StageBars
from linkage.errors import LockedError

VERBS = sorted(cli.commands)
PARTS = [(verb, part) for verb in VERBS for part in sorted(getattr(
    cli.commands[verb], "commands", {}))]


@pytest.fixture
def out(tmp_path):
    return write_output(tmp_path / "out")


def _run(*args: object):
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_each_verb_has_help_that_ends_with_an_example(verb, flag):
    result = _run(verb, flag)
    assert result.exit_code == 0
    assert result.stdout.rstrip().splitlines()[-1].startswith(f"  linkage {verb}")


def test_a_verb_brings_in_no_engine_before_it_runs():
    """Help comes in a third of the time it takes to import them."""
    engines = {"duckdb", "igraph", "neo4j", "pandas", "scipy"}
    said = subprocess.run(
        [sys.executable, "-c", "import sys, linkage.cli; print(*sys.modules)"],
        capture_output=True, text=True, check=True)
    assert engines.isdisjoint(said.stdout.split())


@pytest.mark.parametrize(("verb", "part"), PARTS)
def test_each_part_of_a_verb_has_help_that_ends_with_an_example(verb, part):
    result = _run(verb, part, "--help")
    assert result.exit_code == 0
    assert result.stdout.rstrip().splitlines()[-1].startswith(f"  linkage {verb} {part}")


@pytest.mark.parametrize("verb", VERBS)
def test_each_example_names_options_that_exist(verb):
    command = cli.commands[verb]
    parts = [command, *getattr(command, "commands", {}).values()]
    options = [option for part in parts for option in part.params]
    known = {name for option in options for name in option.opts + option.secondary_opts}
    for example in (example for part in parts for example in part.examples):
        words = [word for word in example.split(" | ")[0].split() if word.startswith("-")]
        assert set(words) <= known, example


def test_ring_answers_to_the_start_of_an_id(out):
    result = _run("ring", out, "ring-1f0")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Ring {LARGE} is at tier enforce")
    assert "now: linkage explain" in result.stderr


def test_ring_json_is_one_object_with_every_member(out):
    view = json.loads(_run("ring", out, LARGE, "--json").stdout)
    assert view["ring"]["tier"] == "enforce"
    assert len(view["members"]) == 4
    assert view["n_by_role"] == {"core": 3, "member": 1, "periphery": 0}


def test_explained_bits_add_up_to_the_member_row(out):
    found = json.loads(_run("explain", out, "acct-0", "--json").stdout)
    assert sum(part["evidence"]["bits"] for part in found["contributions"]) == 5.5
    assert found["total_bits"] == found["member"]["evidence_bits"]


def test_a_label_cannot_drive_the_terminal(out):
    result = _run("explain", out, "acct-10")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "192.0.2.7" in result.stdout


@pytest.mark.parametrize(("args", "problem"), [
    (("explain", "acct-99"), "account acct-99 is in no ring"),
    (("explain", "acct-98", "acct-99"), "neither acct-98 nor acct-99"),
    (("explain", "acct-1", "acct-1"), "given twice"),
    (("ring", "ring-1f"), f"2 rings start with ring-1f: {LARGE}, {SMALL}"),
    (("ring", "ring-2"), "has no ring ring-2"),
])
def test_what_is_not_there_is_an_input_error_with_a_fix(out, args, problem):
    result = _run(args[0], out, *args[1:])
    assert result.exit_code == 3
    assert result.stdout == ""
    assert problem in result.stderr
    assert "  fix: " in result.stderr


@pytest.mark.parametrize("verb", ["ring", "explain", "report"])
def test_a_folder_that_no_run_wrote_is_an_input_error(tmp_path, verb):
    result = _run(verb, tmp_path, *(["x"] if verb != "report" else []))
    assert result.exit_code == 3
    assert "linkage run --out" in result.stderr


def test_accounts_of_two_rings_are_said_to_be_not_linked(out):
    assert "not linked: two rings" in _run("explain", out, "acct-0", "acct-10").stdout
    assert "acct-99 is in no ring" in _run("explain", out, "acct-0", "acct-99").stdout


def test_evaluate_json_holds_every_measure(out, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text("account_id,operator_id\n" + "".join(f"acct-{n},x\n" for n in range(5)))
    found = json.loads(_run("evaluate", out, "--truth", truth, "--json").stdout)
    assert found["pairwise"] == {"precision": 1.0, "recall": 0.6, "f1": 0.75}
    assert found["by_size"][0]["name"] == "5-11"
    shown = _run("evaluate", out, "--truth", truth)
    assert shown.exit_code == 0
    assert "to enforce" in shown.stdout


def test_simulate_writes_a_world_and_refuses_to_write_over_it(tmp_path):
    args = ("simulate", tmp_path / "world", "--accounts", 200, "--ring", 12, "--seed", 3, "--json")
    made = json.loads(_run(*args).stdout)
    assert made["n_accounts"] == 212
    assert (tmp_path / "world" / "truth" / "accounts.parquet").exists()
    assert _run(*args).exit_code == 3


def test_report_names_the_page_it_wrote(out):
    result = _run("report", out)
    assert result.stdout.strip() == str(out / "report.html")
    assert Path(result.stdout.strip()).exists()


def test_quiet_says_nothing_but_the_answer(out):
    assert _run("ring", out, LARGE, "-q").stderr == ""


def test_an_unknown_option_is_a_usage_error(out):
    assert _run("ring", out, LARGE, "--frob").exit_code == 2


@pytest.mark.parametrize(("raised", "code"), [
    (LockedError("another run holds the lock"), 6), (KeyboardInterrupt(), 130),
])
def test_exit_codes_are_those_of_the_contract(raised, code):
    @click.command(cls=Verb)
    def fail() -> None:
        raise raised

    result = CliRunner().invoke(LinkageGroup(commands={"fail": fail}), ["fail"])
    assert result.exit_code == code
    assert "Traceback" not in result.output


def test_a_bug_keeps_its_traceback():
    @click.command(cls=Verb)
    def fail() -> None:
        raise ZeroDivisionError

    result = CliRunner().invoke(LinkageGroup(commands={"fail": fail}), ["fail"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_closed_pipe_is_quiet(out):
    command = f"{sys.executable} -m linkage ring {out} {LARGE} -q | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stage_that_is_done_fills_its_bar():
    with StageBars() as bars:
        for total in (None, 10):
            bars.stage("ingest", total)
            bars.advance(3)
            bars.done("ingest", {"rows": 3}, 0.1)
        assert bars._bars.finished


def test_shares_without_a_value_are_dashes():
    assert (as_share(None), as_share(0.5)) == ("-", "0.500")


def test_control_and_direction_characters_are_replaced():
    assert printable("a\x00\u202eb\nc") == "a\ufffd\ufffdb\ufffdc"
