"""What moved since the last export: added, changed, retracted, and why."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from linkage.export.ledger import Change
from linkage.export.reasons import LIFT
from linkage.export.screen import WHY_NOT
from linkage.export.statements import Statement
from linkage.schema import TIERS

LEAST_CHANGE = 0.1
"""A confidence that moves by this much is told at once; less waits for the renewal."""

WHY_CHANGED = {
    "ring_changed": "is in another ring than was said",
    "tier_changed": "is in another tier than was said",
    "action_changed": "another action is suggested",
    "reason_withdrawn": "a reason that was given no longer holds",
    "confidence_moved": "the confidence is another",
    "renewed": "said again, because what was said was about to expire",
}
"""Code to what is told of a change."""

WHY_ADDED = {"new": "is listed for the first time", "again": "is listed again"}

WHY = {**WHY_NOT, **WHY_CHANGED, **WHY_ADDED}
"""Every code of a difference to its sentence."""


def difference(
    listed: Mapping[str, Statement],
    now: Mapping[str, Statement],
    *,
    ever: Container[str],
    why_not: Callable[[str], str],
    renew_before: datetime,
) -> tuple[Change, ...]:
    """Return what must be sent for the lists to be right, by account.

    Parameters
    ----------
    listed
        Account to what was said last.
    now
        Account to what the run says.
    ever
        Accounts that were listed at any time.
    why_not
        Gives the code of why an account may not be listed.
    renew_before
        What expires before this instant is said again.
    """
    changes = [
        Change("retracted", (why_not(name) or "left_ring",), was, was.ring_id, was.tier)
        for name, was in listed.items() if name not in now
    ]
    for name, statement in now.items():
        was = listed.get(name)
        if was is None:
            changes.append(Change("added", ("again" if name in ever else "new",), statement))
        elif why := _moved(was, statement, renew_before):
            changes.append(Change("changed", why, statement, was.ring_id, was.tier))
    return tuple(sorted(changes, key=lambda change: change.statement.account_id))


def _moved(was: Statement, now: Statement, renew_before: datetime) -> tuple[str, ...]:
    """Return the codes of what is different in a way that a reader must know."""
    tests = {
        "ring_changed": was.ring_id != now.ring_id,
        "tier_changed": was.tier != now.tier,
        "action_changed": was.suggested_action != now.suggested_action and was.tier == now.tier,
        "reason_withdrawn": not set(was.reason_codes) <= set(now.reason_codes),
        "confidence_moved": abs(was.confidence - now.confidence) >= LEAST_CHANGE,
        "renewed": was.valid_until < renew_before < now.valid_until,
    }
    return tuple(code for code, is_so in tests.items() if is_so)


def applied(
    listed: Mapping[str, Statement], changes: Iterable[Change]
) -> dict[str, Statement]:
    """Return the full list after a difference, by account."""
    found = dict(listed)
    for change in changes:
        name = change.statement.account_id
        if change.change == "retracted":
            del found[name]
        else:
            found[name] = change.statement
    return dict(sorted(found.items()))


def of_tier(changes: Iterable[Change], tier: str) -> tuple[Change, ...]:
    """Return the difference of one tier's own list.

    An account that moves between tiers is added to one list and retracted from the other, so
    that a reader of one list need not know the others.
    """
    found = []
    for change in changes:
        is_now, was = change.statement.tier == tier, change.tier_before == tier
        if change.change == "changed" and is_now and not was:
            found.append(replace(change, change="added"))
        elif change.change == "changed" and was and not is_now:
            found.append(replace(change, change="retracted"))
        elif is_now:
            found.append(change)
    return tuple(
        replace(change, statement=replace(change.statement, suggested_action=LIFT))
        if change.change == "retracted" else change for change in found
    )


def tiers_of(listed: Iterable[Statement], changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the tiers that have a list or a difference, strongest first."""
    named = {statement.tier for statement in listed}
    for change in changes:
        named |= {change.statement.tier, change.tier_before or change.statement.tier}
    return tuple(tier for tier in TIERS if tier in named)


@dataclass(frozen=True)
class Counts:
    """How much one list moved."""

    n_listed: int
    n_added: int
    n_changed: int
    n_retracted: int


def count(listed: Iterable[Statement], changes: Iterable[Change]) -> Counts:
    """Count a list and its difference."""
    kinds = [change.change for change in changes]
    return Counts(
        sum(1 for _ in listed), kinds.count("added"), kinds.count("changed"),
        kinds.count("retracted"),
    )
