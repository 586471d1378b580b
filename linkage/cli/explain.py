"""`linkage explain`: why an account is in its ring, or why two are linked."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from linkage.cli.group import Verb
from linkage.cli.messages import as_bits, as_instant, as_share, show_json, show_table, show_text

if TYPE_CHECKING:
    from linkage.rings.explain import AccountExplanation, Contribution, PairExplanation
    from linkage.rings.pair import PairWeight


@click.command(cls=Verb, examples=(
    "linkage explain out/ acct-17", "linkage explain out/ acct-17 acct-99 --json",
))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("other_id", metavar="[ACCOUNT]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(out: Path, account_id: str, other_id: str | None, as_json: bool) -> None:
    """Say why ACCOUNT is in its ring, or what links two accounts, in bits that add up."""
    from linkage.rings.explain import explain_account, explain_pair

    if other_id is None:
        one = explain_account(out, account_id)
        if as_json:
            show_json(asdict(one) | {"total_bits": one.total_bits})
        else:
            _show_account(one)
        return
    pair = explain_pair(out, account_id, other_id)
    if as_json:
        show_json(pair)
    else:
        _show_pair(pair)


def _show_account(found: "AccountExplanation") -> None:
    """Write why an account is in its ring, as sentences and as a waterfall."""
    from linkage.rings.prose import account_sentences

    for sentence in account_sentences(found):
        show_text(sentence)
    so_far, rows = 0.0, []
    for part in found.contributions:
        so_far += part.evidence.bits
        rows.append(_cells(part, so_far))
    show_text("")
    show_table(("bits", "so_far", "in_ring", "of_all", "first_seen", "last_seen",
                "because the account"), rows, right="bits so_far in_ring of_all")
    gap = found.member.evidence_bits - found.total_bits
    if abs(gap) >= 0.005:
        show_text(f"the ring's table says {as_bits(found.member.evidence_bits)} bits: "
                  f"{as_bits(gap)} are in no row of evidence")


def _cells(part: "Contribution", so_far: float) -> tuple[str, ...]:
    """Return one contribution's row; counts only where an identifier is counted."""
    row = part.evidence
    counts = (f"{row.n_accounts_in_ring:,}", f"{row.n_accounts_total:,}")
    return (
        as_bits(row.bits), as_bits(so_far), *(counts if row.identifier_id else ("", "")),
        as_instant(row.first_seen_at), as_instant(row.last_seen_at), part.sentence,
    )


def _show_pair(pair: "PairExplanation") -> None:
    """Write what two accounts share, as a pair and as members of one ring."""
    show_text(pair.verdict)
    if pair.weight:
        _show_weight(pair.weight)
    if not (pair.left and pair.right):
        return
    if not pair.shared:
        show_text("no identifier speaks for both in their rings; each is tied to others there")
        return
    rows: list[tuple[str, ...]] = [
        (as_bits(s.bits_l), as_bits(s.bits_r), f"{s.n_accounts_in_ring:,}",
         f"{s.n_accounts_total:,}", s.sentence)
        for s in pair.shared
    ]
    shared = [sum(s.bits_l for s in pair.shared), sum(s.bits_r for s in pair.shared)]
    whole = [pair.left.total_bits, pair.right.total_bits]
    rest = [all_ - part for all_, part in zip(whole, shared, strict=True)]
    rows.append((*map(as_bits, rest), "", "", "all else: what each shares with others of its "
                 "ring, and the odds before any evidence"))
    rows.append((*map(as_bits, whole), "", "", "sum: each one's evidence of being in its ring"))
    show_text("")
    names = (pair.left.member.account_id, pair.right.member.account_id)
    show_table((*names, "in_ring", "of_all", "as members of the ring, because each"), rows,
               right=f"{names[0]} {names[1]} in_ring of_all")


def _show_weight(weight: "PairWeight") -> None:
    """Write the waterfall of a pair."""
    show_text("")
    show_table(
        ("bits", "so_far", "as a pair alone, because each"),
        [(as_bits(step.bits), as_bits(step.total_bits), step.sentence) for step in weight.steps],
        right="bits so_far",
    )
    show_text(f"by these alone, one operator runs both with probability "
              f"{as_share(weight.probability)}")
    if weight.not_counted:
        show_text("")
        show_table(("not counted for the pair, though each", "because"),
                   [(one.sentence, one.reason) for one in weight.not_counted])
