"""`linkage simulate`: a world with planted rings, and its truth."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import errors, note, show_json, show_table
from linkage.cli.progress import StageBars

if TYPE_CHECKING:
    from linkage.simulate import WorldSummary


@click.command(cls=Verb, examples=(
    "linkage simulate world/ --accounts 20000 --ring 250 --ring 40 --ring 12 --seed 1",
    "linkage simulate world/ --preset mixed --seed 1",
))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--accounts", "n_accounts", type=int, metavar="N",
              help="Innocent accounts; members of rings come on top.")
@click.option("--ring", "sizes", type=int, multiple=True, metavar="N",
              help="Plant a ring of N accounts; may be given again.")
@click.option("--preset", metavar="NAME", help="A ready-made world: demo, mixed, hardest, ...")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same bytes.")
@click.option("--prompts/--no-prompts", default=None,
              help="Write prompt text into events; slower.  [default: as the preset]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(
    out: Path, n_accounts: int | None, sizes: tuple[int, ...], preset: str | None, seed: int,
    prompts: bool | None, as_json: bool,
) -> None:
    """Hide rings among innocent accounts, in the form that run reads, with their truth."""
    from linkage import simulate as worlds

    rings = worlds.ring_plans(sizes, seed) if sizes else None
    with StageBars() if errors.is_terminal else nullcontext() as bars:
        made = worlds.simulate(
            out, n_accounts=n_accounts, rings=rings, preset=preset, seed=seed, prompts=prompts,
            progress=bars.follow("events") if bars else None,
        )
    if as_json:
        show_json(made)
    else:
        _show_world(made)
    note(f"wrote {made.path}; now: linkage run {made.path} --out out/")


def _show_world(made: "WorldSummary") -> None:
    """Write what the world holds."""
    counts = (
        ("accounts", made.n_accounts), ("accounts in rings", made.n_abusive),
        ("rings", made.n_rings), ("innocent groups", made.n_innocent_groups),
        ("events", made.n_events), ("payments", made.n_payments),
    )
    show_table(("what", "number"), [(name, f"{n:,}") for name, n in counts], right="number")
