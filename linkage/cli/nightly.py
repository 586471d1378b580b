"""`linkage nightly`: the job for cron."""

import signal
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import errors, note, show_json, show_text
from linkage.cli.progress import StageBars

if TYPE_CHECKING:
    from linkage.nightly.plan import Plan


@click.command(cls=Verb, examples=(
    "linkage nightly --config linkage.toml",
    "linkage nightly --config linkage.toml --dry-run",
))
@click.option("--config", type=click.Path(path_type=Path), required=True, metavar="FILE",
              help="Settings, as linkage.toml with a section [nightly].")
@click.option("--accept", is_flag=True, help="Publish although a gate is closed: a person looked.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what is new and what would be done; "
              "write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def nightly(
    ctx: click.Context, config: Path, accept: bool, dry_run: bool, as_json: bool
) -> None:
    """Run on what is new, check it against the last nights, publish, load and export.

    Safe to repeat and safe to kill: the next start goes on where the last one was cut off.
    Last night's rings stay live until tonight's pass the gates.
    """
    from linkage.nightly import Night, load_nightly, plan

    told = load_nightly(config)
    if dry_run:
        _show_plan(plan(told), as_json=as_json)
        return
    # As Ctrl-C: what is half-written is taken away, and the exit code is 130.
    signal.signal(signal.SIGTERM, _interrupt)
    with StageBars() if errors.is_terminal else nullcontext() as bars:
        result = Night(told, accept=accept, progress=bars).go()
    if as_json:
        show_json(asdict(result))
    else:
        for line in result.message.splitlines():
            show_text(line)
    if result.exit_code == 4 and result.closed:
        note(f"last rings stay live; look at {told.state}/tonight, then mend the input or "
             f"publish: linkage nightly --config {config} --accept")
    elif not result.exit_code:
        note(f"now: linkage rings {told.out} --changed")
    ctx.exit(result.exit_code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def _show_plan(found: "Plan", *, as_json: bool) -> None:
    """Write what a night would do."""
    if as_json:
        arrived = asdict(replace(found.arrived, sources={}))
        show_json({"arrived": arrived, "stages": found.stages})
        return
    new = found.arrived.new
    show_text(f"{len(found.arrived.once):,} files, {len(new):,} of them new "
              f"({sum(file.n_bytes for file in new) / 2**20:,.1f} MiB), "
              f"{len(found.arrived.gone):,} gone since the last night")
    for file in new[:10]:
        show_text(f"  new: {file.table} {file.path}")
    if len(new) > 10:
        show_text(f"  and {len(new) - 10:,} more")
    show_text(f"would do: {', '.join(found.stages) or 'nothing'}")
