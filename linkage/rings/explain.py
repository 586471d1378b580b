"""Why an account is in its ring, and why two accounts are linked: sums of bits."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from linkage.errors import InputError
from linkage.rings.agreements import read_agreements
from linkage.rings.pair import PairWeight, pair_weight
from linkage.rings.read import (
    Evidence,
    Member,
    Ring,
    find_member,
    find_ring,
    read_evidence,
    read_manifest,
    read_members,
    read_output,
)
from linkage.rings.wording import wording

MOST_OTHERS = 3
"""Other members named per identifier, the most confident first."""


@dataclass(frozen=True)
class Contribution:
    """One row of evidence, with the sentence an investigator reads."""

    sentence: str
    evidence: Evidence
    others: tuple[str, ...] = ()
    """Some other members who hold the same, the most confident first."""


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
    weight: PairWeight | None = None
    """The pair's own waterfall; None when they share nothing at all or the run published no
    estimates."""


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
        If neither account is in a ring and they share nothing, or both are the same account.
    """
    if account_id_l == account_id_r:
        raise InputError(f"{account_id_l} is given twice", fix="give two accounts, or only one")
    left, right = _explanation(out, account_id_l), _explanation(out, account_id_r)
    held = read_agreements(out, account_id_l, account_id_r)
    if left is None and right is None and not held:
        raise InputError(
            f"neither {account_id_l} nor {account_id_r} is in a ring of {out}, and they share "
            "nothing",
            fix="check the spelling; accounts in rings are listed in "
            f"{out / 'members.parquet'}",
        )
    both = _both(left, right) if left and right else []
    manifest = read_manifest(out)
    return PairExplanation(
        left=left,
        right=right,
        shared=tuple(_shared(ours, theirs) for ours, theirs in both),
        verdict=_verdict(account_id_l, left, account_id_r, right),
        weight=pair_weight(held, manifest, wording(manifest)) if held else None,
    )


def _explanation(out: Path, account_id: str) -> AccountExplanation | None:
    """Explain an account, if it is in a ring."""
    member = find_member(out, account_id)
    if member is None:
        return None
    words = wording(read_manifest(out))
    rows = read_evidence(out, member)
    others = _others(out, member, rows)
    contributions = tuple(
        Contribution(words.sentence(row), row, others.get((row.kind, row.identifier_id), ()))
        for row in rows
    )
    return AccountExplanation(find_ring(out, member.ring_id), member, contributions)


def _others(
    out: Path, member: Member, rows: tuple[Evidence, ...]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Name some other members of the ring per identifier the account holds."""
    wanted = {row.identifier_id for row in rows if row.identifier_id}
    if not wanted:
        return {}
    held = read_output(out, "evidence", filters=[
        ("ring_id", "=", member.ring_id), ("identifier_id", "in", sorted(wanted)),
    ])
    rank = pa.table({
        "account_id": [one.account_id for one in read_members(out, member.ring_id)],
    })
    rank = rank.append_column("rank", pa.array(range(rank.num_rows)))
    ranked = held.select(["kind", "identifier_id", "account_id"]).join(rank, "account_id")
    found: dict[tuple[str, str], list[str]] = {}
    for row in ranked.sort_by([("rank", "ascending")]).to_pylist():
        names = found.setdefault((row["kind"], row["identifier_id"]), [])
        if row["account_id"] != member.account_id and len(names) < MOST_OTHERS:
            names.append(row["account_id"])
    return {key: tuple(names) for key, names in found.items()}


def _both(
    left: AccountExplanation, right: AccountExplanation
) -> list[tuple[Contribution, Contribution]]:
    """Pair the rows of identifiers that both accounts hold, strongest first."""
    of_right = {
        (part.evidence.kind, part.evidence.identifier_id): part for part in right.contributions
    }
    both = [
        (part, of_right[part.evidence.kind, part.evidence.identifier_id])
        for part in left.contributions
        if part.evidence.identifier_id
        and (part.evidence.kind, part.evidence.identifier_id) in of_right
    ]
    return sorted(both, key=lambda pair: (
        -pair[0].evidence.bits - pair[1].evidence.bits,
        pair[0].evidence.kind, pair[0].evidence.identifier_id,
    ))


def _shared(left: Contribution, right: Contribution) -> Shared:
    """Put both accounts' rows of one identifier side by side."""
    row = left.evidence
    return Shared(
        sentence=left.sentence, kind=row.kind, identifier_id=row.identifier_id,
        n_accounts_total=row.n_accounts_total, n_accounts_in_ring=row.n_accounts_in_ring,
        bits_l=row.bits, bits_r=right.evidence.bits,
    )


def _verdict(
    account_id_l: str,
    left: AccountExplanation | None,
    account_id_r: str,
    right: AccountExplanation | None,
) -> str:
    """Say whether one ring holds both accounts."""
    if left is None and right is None:
        return "not linked: neither is in a ring"
    if left is None or right is None:
        absent, there = (account_id_l, right) if left is None else (account_id_r, left)
        ring = f" ({there.member.account_id} is in {there.ring.ring_id})" if there else ""
        return f"not linked: {absent} is in no ring{ring}"
    if left.ring.ring_id != right.ring.ring_id:
        return f"not linked: two rings, {left.ring.ring_id} and {right.ring.ring_id}"
    return f"both are in ring {left.ring.ring_id}"
