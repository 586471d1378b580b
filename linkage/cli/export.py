"""`linkage export`: lists for enforcement, their verification, and the answers that come back."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from linkage.cli.group import Verb
from linkage.cli.messages import as_share, note, show_json, show_table, show_text
from linkage.schema import TIERS

if TYPE_CHECKING:
    from linkage.export import Export, Verified


class _WithAck(Verb):
    """A verb whose first word may be ``ack``; a folder of that name is given as ``./ack``."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Hand the rest to ``ack`` when that is what was asked."""
        if args[:1] == ["ack"]:
            return ack.make_context(f"{info_name} ack", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_WithAck, examples=(
    "linkage export out/ --to lists/ --dry-run",
    "linkage export out/ --to lists/ --min-tier review --format csv,parquet --approve",
    "linkage export --verify lists/ --public-key signing.pub",
    "linkage export ack answers.csv --to lists/",
))
@click.argument("out", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--to", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder of the lists; each export adds a folder to it.")
@click.option("--min-tier", type=click.Choice(TIERS[:-1]), default="enforce", show_default=True,
              help="Weakest tier to send.")
@click.option("--format", "formats", default="csv,jsonl,parquet,stix", show_default=True,
              metavar="NAMES", help="Forms of the lists, separated by commas.")
@click.option("--approve", is_flag=True, help="Send it though a limit is passed.")
@click.option("-n", "--dry-run", is_flag=True, help="Show the difference and the list; write "
              "nothing.")
@click.option("--rows", type=click.IntRange(1), default=15, show_default=True,
              help="Rows per table of a dry run; --json has all.")
@click.option("--allowlist", "allowlist_file", type=click.Path(path_type=Path), metavar="FILE",
              help="Accounts that never leave, one a line.")
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR",
              help="Folder that keeps the signing key.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Settings, as linkage.toml.")
@click.option("--verify", "place", type=click.Path(path_type=Path), metavar="DIR",
              help="Check signatures, checksums and ledger of lists instead.")
@click.option("--public-key", type=click.Path(path_type=Path), metavar="FILE",
              help="Key that must have signed what is verified.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(
    out: Path | None, to: Path | None, place: Path | None, public_key: Path | None,
    config: Path | None, allowlist_file: Path | None, formats: str, rows: int, as_json: bool,
    **options: Any,
) -> None:
    """Write what the run in DIR found as lists for enforcement, and what changed since the last.

    linkage export ack FILE takes enforcement's answers back.
    """
    if place is not None:
        _verify(place, public_key, as_json)
        return
    if out is None or to is None:
        raise click.UsageError("give the folder of a run and --to DIR, or --verify DIR")
    import linkage.export as exports
    from linkage.settings import load_settings

    made = exports.export(
        out, to, settings=load_settings(config, allowlist_file=allowlist_file),
        formats=[name.strip() for name in formats.split(",")], **options,
    )
    if as_json:
        show_json(_as_json(made))
    else:
        _show(made, rows if options["dry_run"] else 0)
    _say_what_next(made, to, is_dry=options["dry_run"])


def _as_json(made: "Export") -> dict[str, Any]:
    """Return everything about an export."""
    from linkage.export.lists import rows_of, rows_of_changes

    return {
        "folder": made.folder, "export": made.number,
        "counts": {tier: asdict(counts) for tier, counts in made.counts.items()},
        "worries": made.worries, "held_back": made.held_back,
        "changes": rows_of_changes(made.changes), "listed": rows_of(made.listed),
    }


def _show(made: "Export", rows: int) -> None:
    """Write how much each list moved; in a dry run also rows of the difference and the list."""
    from linkage.export.difference import WHY

    show_table(
        ("tier", "listed", "added", "changed", "retracted"),
        [(tier, f"{n.n_listed:,}", f"{n.n_added:,}", f"{n.n_changed:,}", f"{n.n_retracted:,}")
         for tier, n in made.counts.items()],
        right="listed added changed retracted",
    )
    if not rows:
        return
    # What is taken back comes first: it must not be lost below thousands that are new.
    changes = sorted(made.changes, key=lambda change: change.change, reverse=True)
    show_text("")
    show_text(f"difference: {len(made.changes):,} accounts" + _cut(rows, len(made.changes)))
    show_table(
        ("change", "account", "ring", "tier", "confidence", "why"),
        [(change.change, change.statement.account_id, change.statement.ring_id,
          change.statement.tier, as_share(change.statement.confidence),
          "; ".join(WHY[code] for code in change.why)) for change in changes[:rows]],
        right="confidence",
    )
    show_text("")
    show_text(f"full list: {len(made.listed):,} accounts" + _cut(rows, len(made.listed)))
    show_table(
        ("account", "ring", "tier", "role", "confidence", "valid_until", "evidence"),
        [(one.account_id, one.ring_id, one.tier, one.role, as_share(one.confidence),
          f"{one.valid_until:%Y-%m-%d}", one.evidence_summary) for one in made.listed[:rows]],
        right="confidence",
    )
    if made.held_back:
        held = list(made.held_back.items())
        show_text("")
        show_text(f"held back: {len(held):,} accounts" + _cut(rows, len(held)))
        show_table(("account", "because it"), [(name, WHY[code]) for name, code in held[:rows]])


def _cut(rows: int, n: int) -> str:
    """Say how many rows follow, when not all do."""
    return f", the first {rows}" if n > rows else ""


def _say_what_next(made: "Export", to: Path, *, is_dry: bool) -> None:
    """Say what was written and what to type next."""
    from linkage.export.difference import WHY

    for code, n in sorted(Counter(made.held_back.values()).items()):
        note(f"held back: {n:,}, because each {WHY[code]}")
    if is_dry:
        for worry in made.worries:
            note(f"needs --approve: {worry}")
        note("nothing was written")
    elif made.folder is None:
        note(f"nothing is new since export {made.number}: {to / 'latest'} has the full lists")
    else:
        note(f"wrote export {made.number} to {made.folder}")
        note(f"now: linkage export --verify {to}")


def _verify(place: Path, public_key: Path | None, as_json: bool) -> None:
    """Check lists and say what was checked."""
    from linkage.export import verify

    found = verify(place, public_key=public_key)
    if as_json:
        show_json(found)
        return
    _show_verified(found)
    if not found.is_key_known:
        note("the key was taken from the folder itself: give --public-key to know who signed")


def _show_verified(found: "Verified") -> None:
    """Write what was checked."""
    show_text(f"signatures and checksums of {found.n_files:,} files in "
              f"{found.n_exports:,} exports are right")
    if found.n_sent > found.n_exports:
        show_text(f"{found.n_sent - found.n_exports:,} older exports are in the ledger alone")
    if found.n_lines:
        forgotten = f", {found.n_forgotten:,} of them forgotten" if found.n_forgotten else ""
        show_text(f"all {found.n_lines:,} lines of the ledger follow from one another{forgotten}")
    for key in found.signing_keys:
        show_text(f"signed by key {key}")


@click.command(cls=Verb, examples=(
    "linkage export ack answers.csv --to lists/",
    "linkage run data/ lists/decisions.jsonl --out out/",
))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="Folder of the lists.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="Settings, as linkage.toml.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ack(file: Path, to: Path, config: Path | None, as_json: bool) -> None:
    """Take enforcement's answers in FILE (.csv, .jsonl) into the ledger and the next run.

    Columns: account_id and answer (done, refused, appealed, reinstated); answered_at,
    answered_by and note, if known. Whoever is not done is retracted by the next export.
    """
    from linkage.export import take_answers
    from linkage.settings import load_settings

    taken = take_answers(file, to, settings=load_settings(config))
    if as_json:
        show_json(taken)
    else:
        show_table(("answer", "new"), [(name, f"{n:,}") for name, n in taken.by_answer.items()],
                   right="new")
    note(f"took {taken.n_new:,} new of {taken.n_answers:,} answers")
    if taken.never_sent:
        some = ", ".join(taken.never_sent[:5])
        note(f"no list has ever named {len(taken.never_sent):,} of these accounts: {some}")
    if taken.to_retract:
        note(f"{len(taken.to_retract):,} listed accounts are to be retracted; "
             f"now: linkage export {taken.next_run} --to {to} {taken.next_options}")
    note(f"next run: linkage run INPUT... {to / 'decisions.jsonl'} --out DIR")
