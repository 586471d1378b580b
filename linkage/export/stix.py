"""Lists as STIX 2.1: a user account each, tied to the grouping of its ring.

A ring is a ``grouping`` with context ``suspicious-activity``; a statement is a relationship
``member-of`` from the account to it, which carries the confidence (0 to 100), the reasons and,
as ``stop_time``, until when it is valid. Ids are made from the account and the ring, so that a
later bundle replaces what an earlier one said, and what is retracted comes as ``revoked``.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import stix2.v21 as stix
from stix2.canonicalization.Canonicalize import canonicalize

from linkage.export.ledger import Change
from linkage.export.statements import Statement

_NAMES = UUID("7f6a3c1e-5b0d-4c7e-9a53-0d1f6f3f4b21")
"""Namespace of the ids of rings and relationships."""

MARKINGS = {
    "white": stix.TLP_WHITE, "green": stix.TLP_GREEN, "amber": stix.TLP_AMBER,
    "red": stix.TLP_RED,
}
"""TLP level to its marking, as STIX 2.1 fixes them."""

_STIX_NAMES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Namespace of the ids of observed things, as STIX 2.1 fixes it (section 2.9)."""

Told = Iterable[tuple[Statement, bool]]
"""Statements, and whether they no longer hold."""

Since = Mapping[tuple[str, str], datetime]


class Bundle:
    """Makes the objects of one tier's list."""

    def __init__(self, tier: str, *, at: datetime, since: Since, tlp: str) -> None:
        """Take when the export is made, and when each (account, ring) was first said."""
        self._tier = tier
        self._at = at
        self._since = since
        self._marking = MARKINGS[tlp]
        self._accounts: dict[str, str] = {}
        self._relations: dict[tuple[str, str, bool], str] = {}
        self._maker = stix.Identity(
            id=f"identity--{uuid5(_NAMES, 'linkage')}", name="linkage", identity_class="system",
            created=_EPOCH, modified=_EPOCH, object_marking_refs=[self._marking],
        )

    def of_list(self, listed: Sequence[Statement]) -> bytes:
        """Return a full list as one bundle."""
        return self._bundle(((statement, False) for statement in listed), listed)

    def of_changes(self, changes: Iterable[Change], listed: Sequence[Statement]) -> bytes:
        """Return a difference as one bundle; what is retracted is revoked.

        Each grouping names all of its listed accounts, because it replaces the one sent before.
        """
        return self._bundle(_told(changes), listed)

    def _bundle(self, told: Told, listed: Sequence[Statement]) -> bytes:
        """Spell objects as a bundle."""
        objects = (self._marking.serialize(), self._maker.serialize(),
                   *self._objects(told, listed))
        texts = ",\n".join(objects)
        # Each object was checked when it was made; stix2.Bundle would check all again.
        name = uuid5(_NAMES, texts)
        head = json.dumps({"type": "bundle", "id": f"bundle--{name}"})
        return f'{head[:-1]}, "objects": [\n{texts}\n]}}\n'.encode()

    def _objects(self, told: Told, listed: Sequence[Statement]) -> Iterator[str]:
        """Yield accounts, then each ring with its relationships, as JSON."""
        of_ring: dict[str, list[tuple[Statement, bool]]] = defaultdict(list)
        for statement, is_revoked in told:
            of_ring[statement.ring_id].append((statement, is_revoked))
        names = {one.account_id for members in of_ring.values() for one, _ in members}
        for name in sorted(names):
            yield self._account(name)
        in_force: dict[str, list[Statement]] = defaultdict(list)
        for statement in listed:
            in_force[statement.ring_id].append(statement)
        for ring_id, members in sorted(of_ring.items()):
            left = in_force.get(ring_id, [])
            yield self._grouping(left or [one for one, _ in members], is_revoked=not left)
            for statement, is_revoked in members:
                yield self._relationship(statement, is_revoked=is_revoked)

    def _account(self, account_id: str) -> str:
        """Make an account, once for the list and the difference."""
        if account_id not in self._accounts:
            self._accounts[account_id] = stix.UserAccount(
                user_id=account_id, object_marking_refs=[self._marking]
            ).serialize()
        return self._accounts[account_id]

    def _grouping(self, members: list[Statement], *, is_revoked: bool) -> str:
        """Make a ring, as far as this list names it."""
        ring_id = members[0].ring_id
        found: str = stix.Grouping(
            id=self._grouping_id(ring_id), created=self._since.get(("", ring_id), self._at),
            modified=self._at, created_by_ref=self._maker, revoked=is_revoked, name=ring_id,
            description=members[0].ring_reason, context="suspicious-activity",
            object_refs=[account_ref(one.account_id) for one in members], labels=[self._tier],
            object_marking_refs=[self._marking],
        ).serialize()
        return found

    def _relationship(self, statement: Statement, *, is_revoked: bool) -> str:
        """Make a statement about one account, once for the list and the difference."""
        pair = statement.account_id, statement.ring_id
        if (*pair, is_revoked) not in self._relations:
            made = self._related(statement, pair, is_revoked=is_revoked)
            self._relations[*pair, is_revoked] = made.serialize()
        return self._relations[*pair, is_revoked]

    def _related(
        self, statement: Statement, pair: tuple[str, str], *, is_revoked: bool
    ) -> Any:
        """Make the relationship of an account with its ring."""
        active = statement.first_activity_at
        return stix.Relationship(
            id=f"relationship--{uuid5(_NAMES, ' '.join((self._tier, *pair)))}",
            created=self._since.get(pair, self._at), modified=self._at,
            created_by_ref=self._maker, relationship_type="member-of", revoked=is_revoked,
            source_ref=account_ref(statement.account_id),
            target_ref=self._grouping_id(statement.ring_id),
            confidence=int(statement.confidence * 100),
            description=_description(statement), labels=[self._tier, *statement.reason_codes],
            start_time=active if active and active < statement.valid_until else None,
            stop_time=statement.valid_until,
            external_references=[stix.ExternalReference(
                source_name="linkage", external_id=statement.run_id,
                description=f"evidence of the run, SHA-256 {statement.evidence_sha256}",
            )],
            object_marking_refs=[self._marking],
        )

    def _grouping_id(self, ring_id: str) -> str:
        """Return the id of a ring in this list."""
        return f"grouping--{uuid5(_NAMES, f'{self._tier} {ring_id}')}"


_EPOCH = datetime.fromisoformat("2026-01-01T00:00:00Z")
"""A fixed instant for what never changes."""


def account_ref(account_id: str) -> str:
    """Return the id that STIX prescribes for an account of this name."""
    return f"user-account--{uuid5(_STIX_NAMES, canonicalize({'user_id': account_id}, utf8=False))}"


def _description(statement: Statement) -> str:
    """Say what a person needs to judge one account."""
    return "\n".join((
        statement.suggested_action, f"Because it {'; '.join(statement.reasons)}.",
        f"Evidence: {statement.evidence_summary or 'see the run'}.",
    ))


def _told(changes: Iterable[Change]) -> Told:
    """Yield what is said, and what no longer is: (statement, is it revoked)."""
    for change in changes:
        yield change.statement, change.change == "retracted"
        if change.ring_before and change.ring_before != change.statement.ring_id:
            yield _in_ring(change.statement, change.ring_before), True


def _in_ring(statement: Statement, ring_id: str) -> Statement:
    """Return a statement as it named another ring."""
    return type(statement)(**{**vars(statement), "ring_id": ring_id,
                              "ring_reason": f"is {statement.ring_id} now"})
