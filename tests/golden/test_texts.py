"""Whole texts that people read: help and explanations, kept as files.

After a change that is meant, write them again with LINKAGE_GOLDEN=write and read the diff.
"""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from outputs import LARGE, write_output

from linkage.cli import cli

TEXTS = Path(__file__).parent / "texts"
SAYINGS = {
    "ring": ("ring", "OUT", LARGE),
    "rings": ("rings", "OUT"),
    "explain-account": ("explain", "OUT", "acct-0"),
    "explain-pair": ("explain", "OUT", "acct-0", "acct-1"),
    "explain-not-linked": ("explain", "OUT", "acct-0", "acct-11"),
    "evaluate": ("evaluate", "OUT", "--truth", "TRUTH"),
    **{f"help-{verb}": (verb, "--help") for verb in sorted(cli.commands)},
    "help": ("--help",),
}


def _said(tmp_path: Path, words: tuple[str, ...]) -> str:
    """Return the words typed, then what came on stdout."""
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "account_id,operator_id,is_abusive,kind,eliminated\n"
        + "".join(f"acct-{n},x,1,operator,1\n" for n in range(6))
        + "".join(f"acct-{n},firm,0,company,0\n" for n in range(10, 16))
    )
    places = {"OUT": str(write_output(tmp_path / "out")), "TRUTH": str(truth)}
    result = CliRunner().invoke(
        cli, [places.get(word, word) for word in words], prog_name="linkage"
    )
    assert result.exit_code == 0, result.output
    return f"$ linkage {' '.join(words)}\n{result.stdout}"


@pytest.mark.parametrize("name", sorted(SAYINGS))
def test_the_text_is_the_one_on_file(tmp_path, name):
    said = _said(tmp_path, SAYINGS[name])
    path = TEXTS / f"{name}.txt"
    if os.environ.get("LINKAGE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")
