"""`linkage explain`: why an account is in its ring, or why two are linked."""

from dataclasses import asdict
from pathlib import Path

import click

from linkage.cli.group import Verb
from linkage.cli.messages import as_bits, as_instant, as_share, show_json, show_table, show_text
from linkage.rings.explain import (
    AccountExplanation,
    Contribution,
    PairExplanation,
    explain_account,
    explain_pair,
)


@click.command(cls=Verb, examples=(
    "linkage explain out/ acct-17", "linkage explain out/ acct-17 acct-99 --json",
))
@click.argument("out", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("account_id", metavar="ACCOUNT")
@click.argument("other_id", metavar="[ACCOUNT]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(out: Path, account_id: str, other_id: str | None, as_json: bool) -> None:
    """Say why ACCOUNT is in its ring, or what links two accounts, in bits that add up."""
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


def _show_account(found: AccountExplanation) -> None:
    """Write one account's contributions and their sum."""
    member, ring = found.member, found.ring
    show_text(f"{member.account_id} is in ring {ring.ring_id} of {ring.n_accounts:,} accounts "
              f"({ring.tier}: {ring.tier_reason})")
    show_text(f"confidence {as_share(member.confidence)}, {member.role}, tier {member.tier}")
    rows = [_cells(part) for part in found.contributions]
    rows.append((as_bits(found.total_bits), "", "", "", "", "sum"))
    show_text("")
    show_table(("bits", "in_ring", "of_all", "first_seen", "last_seen", "because the account"),
               rows, right="bits in_ring of_all")
    gap = member.evidence_bits - found.total_bits
    if abs(gap) >= 0.005:
        show_text(f"the ring's table says {as_bits(member.evidence_bits)} bits: "
                  f"{as_bits(gap)} are in no row of evidence")


def _cells(part: Contribution) -> tuple[str, ...]:
    """Return one contribution's row; counts only where an identifier is counted."""
    row = part.evidence
    counts = (f"{row.n_accounts_in_ring:,}", f"{row.n_accounts_total:,}")
    return (
        as_bits(row.bits), *(counts if row.identifier_id else ("", "")),
        as_instant(row.first_seen_at), as_instant(row.last_seen_at), part.sentence,
    )


def _show_pair(pair: PairExplanation) -> None:
    """Write what two accounts share and whether one ring holds both."""
    show_text(pair.verdict)
    if not (pair.left and pair.right):
        return
    if not pair.shared:
        show_text("they share no identifier of their evidence; each is tied to others of its ring")
        return
    rows = [
        (as_bits(s.bits_l), as_bits(s.bits_r), f"{s.n_accounts_in_ring:,}",
         f"{s.n_accounts_total:,}", s.sentence)
        for s in pair.shared
    ]
    left, right = (sum(s.bits_l for s in pair.shared), sum(s.bits_r for s in pair.shared))
    rows.append((as_bits(left), as_bits(right), "", "", "sum of what both hold"))
    show_text("")
    names = (pair.left.member.account_id, pair.right.member.account_id)
    show_table((*names, "in_ring", "of_all", "because both"), rows,
               right=f"{names[0]} {names[1]} in_ring of_all")
