"""The command `linkage` and its verbs."""

import click

from linkage import __version__
from linkage.cli.calibrate import calibrate
from linkage.cli.decisions import decisions
from linkage.cli.evaluate import evaluate
from linkage.cli.explain import explain
from linkage.cli.export import export
from linkage.cli.forget import forget
from linkage.cli.group import LinkageGroup
from linkage.cli.load import load
from linkage.cli.lookup import lookup
from linkage.cli.neo4j import neo4j
from linkage.cli.nightly import nightly
from linkage.cli.report import report
from linkage.cli.ring import ring
from linkage.cli.rings import rings
from linkage.cli.run import run
from linkage.cli.simulate import simulate


@click.group(cls=LinkageGroup, examples=("linkage run data/ --out out/", "linkage ring out/ RING"))
@click.version_option(__version__, message="linkage %(version)s")
def cli() -> None:
    """Find rings of accounts run by one operator, with evidence a person can check."""


for verb in (
    run, nightly, rings, ring, explain, report, export, load, decisions, neo4j, lookup,
    forget, evaluate, calibrate, simulate,
):
    cli.add_command(verb)


def main() -> None:
    """Run the command line and exit with the contract's code."""
    cli(prog_name="linkage")
