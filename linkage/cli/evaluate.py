"""`linkage evaluate`: a run against a truth."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import as_share, show_json, show_table, show_text

if TYPE_CHECKING:
    from linkage.evaluate import Evaluation
    from linkage.evaluate.matches import MatchSummary
    from linkage.export import Judged, Judgement


@click.command(cls=Verb, examples=(
    "linkage evaluate out/ --truth world/truth/accounts.parquet",
    "linkage evaluate out/ --truth reports.csv.gz --groups decisions.csv.gz --json",
    "linkage evaluate --ledger lists/",
))
@click.argument("out", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), metavar="FILE",
              help="account_id and operator_id (or group_id), and is_abusive, kind and "
                   "operator_class where known; .csv, .csv.gz or .parquet.")
@click.option("--groups", type=click.Path(path_type=Path), metavar="FILE",
              help="Such a file with a column eliminated (0 or 1): how well groups are ranked.")
@click.option("--ledger", type=click.Path(path_type=Path), metavar="DIR",
              help="Lists of linkage export: how right they were by enforcement's answers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    out: Path | None, truth: Path | None, groups: Path | None, ledger: Path | None, as_json: bool
) -> None:
    """Measure the rings in DIR against what is known of its accounts."""
    if ledger is not None:
        _evaluate_ledger(ledger, as_json)
        return
    if out is None or truth is None:
        raise click.UsageError("give the folder of a run and --truth FILE, or --ledger DIR")
    from linkage.evaluate import evaluate_files

    found = evaluate_files(out, truth, groups_file=groups)
    if as_json:
        show_json(found)
        return
    show_text(f"{found.n_rings:,} rings reported; the truth names {found.n_named:,} accounts, "
              f"{found.n_true_accounts:,} of them in {found.n_true_rings:,} true rings")
    show_text("")
    _show_agreement(found)
    _show_matches("size of true ring", found.by_size)
    _show_matches("class of operator", found.by_operator_class)
    _show_tiers(found)
    _show_rest(found)


def _evaluate_ledger(place: Path, as_json: bool) -> None:
    """Measure lists by the answers in their ledger."""
    from linkage.export import judge_ledger

    found = judge_ledger(place)
    if as_json:
        show_json(found)
    else:
        _show_judgement(found)


def _show_judgement(found: "Judgement") -> None:
    """Write how right the lists were, per tier and per reason."""
    show_text(f"{found.n_answered:,} of {found.n_sent:,} accounts ever listed were answered; right "
              "are those done, wrong those refused or reinstated")
    for heading, rows in (("tier", found.tiers), ("reason", found.reasons)):
        show_text("")
        show_table(
            (heading, "sent", "right", "wrong", "appealed", "precision", "95%_by_account",
             "rings", "95%_by_ring"),
            [_cells_of(row) for row in rows],
            right="sent right wrong appealed precision 95%_by_account rings 95%_by_ring",
        )
    show_text("")
    show_text("95%: Wilson's interval; by_ring counts a ring as one answer: trust the wider")


def _cells_of(row: "Judged") -> tuple[str, ...]:
    """Return one row of a judgement."""
    return (
        row.name, f"{row.n_sent:,}", f"{row.n_right:,}", f"{row.n_wrong:,}",
        f"{row.n_pending:,}", as_share(row.precision), _between(row.interval),
        f"{row.n_rings:,}", _between(row.interval_of_rings),
    )


def _between(bounds: tuple[float, float] | None) -> str:
    """Write an interval; a dash for none."""
    return "-" if bounds is None else f"{bounds[0]:.3f} to {bounds[1]:.3f}"


def _show_agreement(found: "Evaluation") -> None:
    """Write pairwise and B-cubed agreement in both scopes."""
    measures = (
        ("pairwise, accounts of true rings", found.pairwise),
        ("B-cubed, accounts of true rings", found.b_cubed),
        ("pairwise, all accounts named", found.pairwise_named),
        ("B-cubed, all accounts named", found.b_cubed_named),
    )
    show_table(
        ("measure", "precision", "recall", "f1"),
        [(name, as_share(a.precision), as_share(a.recall), as_share(a.f1)) for name, a in measures],
        right="precision recall f1",
    )


def _show_matches(heading: str, summaries: "tuple[MatchSummary, ...]") -> None:
    """Write how well true rings of each class were found."""
    if not summaries:
        return
    show_text("")
    show_table(
        (heading, "rings", "found", "recall", "precision"),
        [(s.name, f"{s.n_rings:,}", f"{s.n_found:,}", as_share(s.mean_recall),
          as_share(s.mean_precision)) for s in summaries],
        right="rings found recall precision",
    )


def _show_tiers(found: "Evaluation") -> None:
    """Write what each tier does to people, then which innocents it names."""
    show_text("")
    show_table(
        ("tier", "rings", "accounts", "unknown", "precision", "95%_by_account", "95%_by_ring",
         "recall", "recall_12+", "b_cubed_f1"),
        [(("to " if t.with_stronger else "") + t.tier, f"{t.n_rings:,}", f"{t.n_accounts:,}",
          f"{t.n_unknown:,}", as_share(t.precision), _between(t.interval),
          _between(t.interval_of_rings), as_share(t.recall), as_share(t.recall_large),
          as_share(t.b_cubed.f1)) for t in found.tiers],
        right="rings accounts unknown precision 95%_by_account 95%_by_ring recall recall_12+ "
        "b_cubed_f1",
    )
    innocents = [
        (t.tier, i.kind, f"{i.n_accounts:,}", f"{i.n_groups:,}")
        for t in found.tiers if not t.with_stronger for i in t.innocents
    ]
    if innocents:
        show_text("")
        show_table(("tier", "innocent kind", "accounts", "groups"), innocents,
                   right="accounts groups")


def _show_rest(found: "Evaluation") -> None:
    """Write ranking, calibration and decisions, a line each."""
    first, calibration = found.first_rings, found.calibration
    show_text("")
    show_text(f"first {first.n_rings} rings: {as_share(first.precision)} right, "
              f"{as_share(first.account_precision)} of their accounts abusive")
    show_text(f"confidence: expected calibration error {as_share(calibration.expected_error)} "
              f"over {calibration.n_accounts:,} members")
    if found.decisions:
        show_text(f"decided groups: AUC {as_share(found.decisions.auc)} over "
                  f"{found.decisions.n_eliminated:,} eliminated, {found.decisions.n_kept:,} kept")
