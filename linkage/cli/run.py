"""`linkage run`: the whole pass."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from linkage.cli.group import Verb
from linkage.cli.messages import as_share, errors, note, show_json, show_table, show_text
from linkage.cli.progress import StageBars
from linkage.rings.read import Ring, n_reported_groups, read_rings

N_SHOWN = 10
"""Rings in the table; the report holds the rest."""


@click.command(cls=Verb, examples=(
    "linkage run fixtures/demo --out out/",
    "linkage run 'warehouse/dt=2026-06-*' --out out/ --config linkage.toml --force",
))
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Folder to write; made whole beside it, then renamed into place.")
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder for what outlives a night: the ids of rings, the key of hashes.")
@click.option("--force", is_flag=True, help="Replace an existing output folder.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Settings and column names, as linkage.toml.")
@click.option("--as-of", metavar="INSTANT",
              help="Ignore what happened after this instant (ISO 8601, UTC).")
@click.option("--seed", type=int, help="Seed of every random choice.  [default: 0]")
@click.option("--threads", type=int, show_default="all cores", help="Never changes a result.")
@click.option("--memory-limit-mb", type=int, show_default="two fifths of memory",
              help="MiB that tables may use before they spill to disk.")
@click.option("--min-ring-size", type=int,
              help="Smallest ring to report, in accounts.  [default: 3]")
@click.option("--max-bad-rows", type=float,
              help="Share of rows that may be quarantined before the run fails.  [default: 0.01]")
@click.option("--key-file", type=click.Path(path_type=Path), metavar="FILE",
              help="Key for identifier hashes; made on first use.")
@click.option("--no-labels", is_flag=True, help="Write hashes only, no readable labels.")
@click.option("--semantic", is_flag=True, default=None,
              help="Compare a sample of prompts by meaning; needs linkage[semantic].")
@click.option("--null", "null_runs", type=int, metavar="N",
              help="Search N worlds of chance as well: how many rings would it give?  [default: 0]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per ring.")
def run(
    inputs: tuple[str, ...], out: Path, state: Path | None, force: bool, config: Path | None,
    no_labels: bool, as_json: bool, **flags: Any,
) -> None:
    """Find rings in INPUT: folders or globs with accounts, events, payments and the like."""
    import linkage.job as job
    from linkage.settings import load_settings

    settings = load_settings(config, labels=False if no_labels else None, **flags)
    with StageBars() if errors.is_terminal else nullcontext() as bars:
        result = job.run(
            inputs, out, settings=settings, state=state, replace=force, progress=bars
        )
    rings = read_rings(result.out)
    if as_json:
        for ring in rings:
            show_json(ring)
    else:
        show_rings(rings[:N_SHOWN])
        show_chance(result.manifest["by_chance"], settings.null_runs)
    _say_what_next(result.out, rings, result.n_rings_by_tier)


def show_rings(rings: tuple[Ring, ...]) -> None:
    """Write rings as a table."""
    show_table(
        ("ring", "accounts", "score", "tier", "why"),
        [(r.ring_id, f"{r.n_accounts:,}", f"{r.score:.3f}", r.tier, r.tier_reason) for r in rings],
        right="accounts score",
    )


def show_chance(by_chance: Sequence[Mapping[str, Any]] | None, n_worlds: int) -> None:
    """Write what chance alone would give, where that was asked."""
    if not by_chance:
        return
    show_text("")
    show_table(
        ("tier", "rings", "by_chance", "false_share", "95%"),
        [(f"to {one['tier']}", f"{one['n_rings']:,}", f"{one['n_by_chance']:.1f}",
          as_share(one["false_share"]),
          "{:.3f} to {:.3f}".format(*one["interval"]) if one["interval"] else "-")
         for one in by_chance],
        right="rings by_chance false_share 95%",
    )
    show_text(f"by_chance: mean over {n_worlds} worlds in which identifiers were dealt anew; "
              "innocent reasons to share are no chance")


def _say_what_next(out: Path, rings: tuple[Ring, ...], n_by_tier: dict[str, int]) -> None:
    """Say what was written and what to type next."""
    tiers = ", ".join(f"{n} {tier}" for tier, n in n_by_tier.items() if n)
    note(f"wrote {len(rings)} rings ({tiers or 'none'}) to {out}")
    note(f"report: {out / 'report.html'}")
    note(f"lists:  {out}/rings.parquet, members.parquet, evidence.parquet")
    if n_groups := n_reported_groups(out):
        note(f"groups: {out}/groups.parquet, {n_groups:,} reported ones judged")
    if rings:
        note(f"now: linkage ring {out} {rings[0].ring_id}")
