"""`linkage calibrate`: weights and scales refitted from what people decided."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import note, show_json, show_table, show_text

if TYPE_CHECKING:
    from linkage.calibrate import Shelf
    from linkage.calibrate.refitting import Part, Refit


@click.command(cls=Verb, examples=(
    "linkage calibrate out/ --state /rings/state --decisions data/decisions_neo4j.parquet",
    "linkage calibrate out/ --state /rings/state --ledger lists/ --dry-run",
    "linkage calibrate --state /rings/state --use 2",
    "linkage calibrate --state /rings/state --revert",
))
@click.argument("out", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--state", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="The state folder of the runs; versions are kept in its folder calibration.")
@click.option("--decisions", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
              help="account_id or ring_id, and decision; .parquet, .csv or .jsonl. Repeatable.")
@click.option("--ledger", type=click.Path(path_type=Path), multiple=True, metavar="DIR",
              help="Lists of linkage export with enforcement's answers. Repeatable.")
@click.option("--use", type=click.IntRange(0), metavar="N",
              help="Judge the next runs by version N; 0 for the built-in weights.")
@click.option("--revert", is_flag=True, help="Return to the version in use before.")
@click.option("-n", "--dry-run", is_flag=True, help="Show what a refit would say; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def calibrate(
    out: Path | None, state: Path, decisions: tuple[Path, ...], ledger: tuple[Path, ...],
    use: int | None, revert: bool, dry_run: bool, as_json: bool,
) -> None:
    """Refit weights and scores from what people decided about the rings in DIR.

    Without DIR the versions are listed. A new version is not in use until --use chooses it.
    """
    from linkage.calibrate import Shelf

    if (out is not None) + (use is not None) + revert > 1:
        raise click.UsageError("give the folder of a run, --use N or --revert: one of them")
    shelf = Shelf(state)
    if use is not None:
        shelf.use(use)
        note(f"the next runs with this state are judged by {_called(use)}")
    elif revert:
        note(f"the next runs with this state are judged by {_called(shelf.revert())}")
    elif out is not None:
        _refit(out, shelf, decisions, ledger, state, dry_run=dry_run, as_json=as_json)
        return
    _show_versions(shelf, as_json=as_json)


def _refit(
    out: Path, shelf: "Shelf", decisions: tuple[Path, ...], ledger: tuple[Path, ...],
    state: Path, *, dry_run: bool, as_json: bool,
) -> None:
    """Refit, show what came of it, and put it on the shelf."""
    if not decisions and not ledger:
        raise click.UsageError("give --decisions FILE or --ledger DIR")
    from linkage.calibrate.answers import answers_of
    from linkage.calibrate.refitting import refit

    found = refit(out, answers_of(decisions, ledger))
    if as_json:
        show_json(found)
    else:
        _show_refit(found)
    if dry_run:
        note("nothing was written")
        return
    path = shelf.add(found)
    note(f"wrote {path}; it is not in use yet")
    note(f"now: linkage calibrate --state {state} --use {path.stem}")


def _show_refit(found: "Refit") -> None:
    """Write what was kept, what moved, and how much of each tier was judged."""
    show_table(
        ("part", "answers", "rings", "kept", "why"), [_cells(part) for part in found.parts],
        right="answers rings",
    )
    if found.calibration.signs:
        from linkage.rings.signs import SIGNS

        was = {sign.name: sign.nats for sign in SIGNS}
        rows = sorted(found.calibration.signs.items(),
                      key=lambda row: (-abs(row[1] - was[row[0]]), row[0]))
        show_text("")
        show_table(
            ("sign", "was", "is", "by"),
            [(name, f"{was[name]:+.2f}", f"{now:+.2f}", f"{now - was[name]:+.2f}")
             for name, now in rows if abs(now - was[name]) >= 0.005],
            right="was is by",
        )
    show_text("")
    show_text("judged: " + ", ".join(
        f"{seen:,} of {there:,} at {tier}" for tier, (seen, there) in found.coverage.items()))
    show_text("Only judged rings have answers. Against that:")
    for guard in found.guards:
        show_text(f"- {guard}")


def _cells(part: "Part") -> tuple[str, ...]:
    """Return one part as cells."""
    return (part.name, f"{part.n_answers:,}", f"{part.n_rings:,}",
            "yes" if part.is_kept else "no", part.why)


def _show_versions(shelf: "Shelf", *, as_json: bool) -> None:
    """Write every version, the one in use marked."""
    versions = shelf.versions()
    if as_json:
        show_json({"in_use": shelf.in_use().number, "versions": [asdict(one) for one in versions]})
        return
    used = shelf.in_use().number
    rows = [("0", "-", "built-in weights", "in use" if used == 0 else "")]
    rows += [
        (str(one.number), one.made_at,
         ", ".join(str(part["name"]) for part in one.parts if part["is_kept"]),
         "in use" if one.is_in_use else "")
        for one in versions
    ]
    show_table(("version", "made_at", "refitted", ""), rows, right="version")


def _called(number: int) -> str:
    """Name a version."""
    return f"calibration {number}" if number else "the built-in weights"
