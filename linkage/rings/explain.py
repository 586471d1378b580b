"""Why an account is in its ring, and why two accounts are linked: sums of bits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linkage.errors import InputError
from linkage.rings.read import (
    Evidence,
    Member,
    Ring,
    find_member,
    find_ring,
    read_evidence,
    read_manifest,
)
from linkage.signals import signal

PRIOR = "prior"
"""Kind of the evidence row that holds the odds before any identifier was looked at."""
ABSENCE = "absence"
"""Kind of evidence rows for what the rest of the ring holds and the account does not."""


@dataclass(frozen=True)
class Contribution:
    """One row of evidence, with the sentence an investigator reads."""

    sentence: str
    evidence: Evidence


@dataclass(frozen=True)
class AccountExplanation:
    """Why one account is in its ring."""

    ring: Ring
    member: Member
    contributions: tuple[Contribution, ...]
    """Strongest first; together they are ``member.evidence_bits``."""

    @property
    def total_bits(self) -> float:
        """Sum of the contributions, in bits."""
        return sum(part.evidence.bits for part in self.contributions)


@dataclass(frozen=True)
class Shared:
    """One identifier that both accounts hold, and what it says of each."""

    sentence: str
    kind: str
    identifier_id: str
    n_accounts_total: int
    n_accounts_in_ring: int
    """In the left account's ring."""
    bits_l: float
    """What it adds for the left account to be in its ring."""
    bits_r: float
    """What it adds for the right account to be in its ring."""


@dataclass(frozen=True)
class PairExplanation:
    """What two accounts have in common, as far as evidence goes."""

    left: AccountExplanation | None
    """None when the account is in no ring."""
    right: AccountExplanation | None
    shared: tuple[Shared, ...]
    """Strongest first."""
    verdict: str
    """Whether one ring holds both, as a sentence."""


def sentence(evidence: Evidence, said: Mapping[str, str] | None = None) -> str:
    """Return what one row of evidence says, for people.

    ``said`` has the sentences of kinds that the run's settings gave.

    Labels may hold whatever a user sent: escape before showing.
    """
    if evidence.kind == PRIOR:
        return (
            f"ring of {evidence.n_accounts_in_ring:,} among {evidence.n_accounts_total:,} "
            "accounts: prior odds"
        )
    if evidence.kind == ABSENCE:
        what = evidence.label or "what most of the ring holds"
        return f"does not hold {what}"
    form = (said or {}).get(evidence.kind) or signal(evidence.kind).sentence
    return form.format(evidence.label or evidence.identifier_id[:8])


def _said(out: Path) -> dict[str, str]:
    """Sentences that the run's settings gave to kinds."""
    kinds = read_manifest(out).get("settings", {}).get("kinds", {})
    return {kind: one["sentence"] for kind, one in kinds.items() if one.get("sentence")}


def explain_account(out: Path, account_id: str) -> AccountExplanation:
    """Return why an account is in its ring.

    Parameters
    ----------
    out
        A folder that a run wrote.
    account_id
        The account, as in the accounts table.

    Raises
    ------
    InputError
        If the account is in no ring of this run.
    """
    found = _explanation(out, account_id)
    if found is None:
        raise InputError(
            f"account {account_id} is in no ring of {out}",
            fix=f"check the spelling; accounts in rings are listed in {out / 'members.parquet'}",
        )
    return found


def explain_pair(out: Path, account_id_l: str, account_id_r: str) -> PairExplanation:
    """Return what two accounts share, and whether one ring holds both.

    Raises
    ------
    InputError
        If neither account is in a ring, or both are the same account.
    """
    if account_id_l == account_id_r:
        raise InputError(f"{account_id_l} is given twice", fix="give two accounts, or only one")
    left, right = _explanation(out, account_id_l), _explanation(out, account_id_r)
    if left is None and right is None:
        raise InputError(
            f"neither {account_id_l} nor {account_id_r} is in a ring of {out}",
            fix=f"accounts in rings are listed in {out / 'members.parquet'}",
        )
    return PairExplanation(
        left=left,
        right=right,
        shared=_shared(left, right) if left and right else (),
        verdict=_verdict(account_id_l, left, account_id_r, right),
    )


def _explanation(out: Path, account_id: str) -> AccountExplanation | None:
    """Explain an account, if it is in a ring."""
    member = find_member(out, account_id)
    if member is None:
        return None
    said = _said(out)
    contributions = tuple(
        Contribution(sentence(row, said), row) for row in read_evidence(out, member)
    )
    return AccountExplanation(find_ring(out, member.ring_id), member, contributions)


def _shared(left: AccountExplanation, right: AccountExplanation) -> tuple[Shared, ...]:
    """Return the identifiers in both accounts' evidence, strongest first."""
    of_right = {
        (part.evidence.kind, part.evidence.identifier_id): part.evidence
        for part in right.contributions
    }
    both = [
        (part, of_right[part.evidence.kind, part.evidence.identifier_id])
        for part in left.contributions
        if part.evidence.identifier_id
        and (part.evidence.kind, part.evidence.identifier_id) in of_right
    ]
    shared = [
        Shared(
            sentence=part.sentence,
            kind=part.evidence.kind,
            identifier_id=part.evidence.identifier_id,
            n_accounts_total=part.evidence.n_accounts_total,
            n_accounts_in_ring=part.evidence.n_accounts_in_ring,
            bits_l=part.evidence.bits,
            bits_r=other.bits,
        )
        for part, other in both
    ]
    return tuple(sorted(shared, key=lambda s: (-s.bits_l - s.bits_r, s.kind, s.identifier_id)))


def _verdict(
    account_id_l: str,
    left: AccountExplanation | None,
    account_id_r: str,
    right: AccountExplanation | None,
) -> str:
    """Say whether one ring holds both accounts."""
    if left is None or right is None:
        absent, there = (account_id_l, right) if left is None else (account_id_r, left)
        ring = f" ({there.member.account_id} is in {there.ring.ring_id})" if there else ""
        return f"not linked: {absent} is in no ring{ring}"
    if left.ring.ring_id != right.ring.ring_id:
        return f"not linked: two rings, {left.ring.ring_id} and {right.ring.ring_id}"
    return f"both are in ring {left.ring.ring_id}"
