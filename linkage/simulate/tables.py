"""The small tables of a world: accounts, payments, identifiers, links and the truth."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from linkage.schema import INSTANT
from linkage.simulate.addresses import CGNAT, kind_of
from linkage.simulate.clock import DAY
from linkage.simulate.draft import PATHWAYS, PLANS, STATUSES, Draft
from linkage.simulate.hashing import Flags, Ints, below, salted, unit
from linkage.simulate.mailboxes import ordinary_mailboxes
from linkage.simulate.values import (
    account_ids,
    bin_text,
    card_text,
    hex64,
    joined,
    phone_text,
)
from linkage.simulate.words import COUNTRIES

_CHUNK_ACCOUNTS = 250_000
_OWN_CARD = 1 << 45


def account_chunks(draft: Draft) -> Iterator[Ints]:
    """Yield the accounts of a world in pieces."""
    for first in range(0, draft.n, _CHUNK_ACCOUNTS):
        yield np.arange(first, min(first + _CHUNK_ACCOUNTS, draft.n), dtype=np.int64)


def accounts_of(draft: Draft, account: Ints) -> pa.Table:
    """Return rows of ``accounts``."""
    numbers = np.array([draft.phones.get(code, code) for code in account.tolist()])
    has_phone = (unit(111, account) < 0.4) | (numbers != account)
    return pa.table({
        "account_id": account_ids(account, draft.seed),
        "created_at": pa.array(draft.created[account] * 1_000_000, INSTANT),
        "email": _replaced(ordinary_mailboxes(account), account, draft.mailboxes),
        "phone": pa.compute.if_else(
            pa.array(has_phone), phone_text(numbers, draft.seed), pa.scalar(None, pa.string())),
        "plan": pa.array(PLANS).take(pa.array(draft.plan[account])),
        "status": pa.array(STATUSES).take(pa.array(draft.status[account])),
        "country": pa.array(COUNTRIES).take(pa.array(draft.country[account])),
        "organization": _replaced(
            pa.nulls(len(account), pa.string()), account, draft.organizations),
        "pathway": pa.array(PATHWAYS).take(pa.array(draft.pathway[account])),
        "is_test": pa.array(_is_test(draft, account)),
    })


def _is_test(draft: Draft, account: Ints) -> Flags:
    """One ordinary account in two thousand is the service's own."""
    return (unit(112, account) < 0.0005) & (draft.group[account] < 0)


def _replaced(texts: pa.Array, account: Ints, own: Mapping[int, str]) -> pa.Array:
    """Return the texts with those accounts replaced that have one of their own."""
    codes = account.tolist()
    rows = [row for row, code in enumerate(codes) if code in own]
    if not rows:
        return texts
    place = np.arange(len(account))
    place[rows] = len(account) + np.arange(len(rows))
    given = pa.array([own[codes[row]] for row in rows], pa.string())
    return pa.concat_arrays([texts, given]).take(pa.array(place))


def payments_of(draft: Draft, account: Ints) -> pa.Table:
    """Return rows of ``payments``: a card a month while the account lives."""
    holdings = draft.cards
    first, last = int(holdings.first[account[0]]), int(holdings.first[account[-1] + 1])
    holders = holdings.account[first:last]
    payers = account[draft.is_paying[account] & ~np.isin(account, holders)]
    payer = np.concatenate([payers, holders])
    card = np.concatenate([payers | _OWN_CARD, holdings.code[first:last]])
    begins = draft.first_acts()[payer]
    life = np.maximum(draft.until[payer] - begins, DAY)
    n_months = 1 + (life > 31 * DAY)
    payer, card, begins = (np.repeat(column, n_months) for column in (payer, card, begins))
    month = np.arange(len(payer)) - np.repeat(np.cumsum(n_months) - n_months, n_months)
    paid = begins + month * 30 * DAY + below(DAY, 113, payer, card)
    paid = np.minimum(paid, draft.span.end - 1)
    issuers = np.array([draft.issuers.get(code, -1) for code in card.tolist()], dtype=np.int64)
    popular = (unit(114, card) ** 3 * 400).astype(np.int64)
    return pa.table({
        "account_id": account_ids(payer, draft.seed),
        "paid_at": pa.array(paid * 1_000_000, INSTANT),
        "instrument_id": card_text(card, draft.seed),
        "bin": bin_text(np.where(issuers >= 0, issuers + 1_000, popular)),
        "billing_country": pa.array(COUNTRIES).take(pa.array(draft.country[payer])),
        "amount_usd": pa.array(np.array([5.0, 20.0, 100.0, 30.0, 50.0])[draft.plan[payer]]),
    })


def identifiers_of(draft: Draft, account: Ints) -> pa.Table:
    """Return rows of ``identifiers``: coupons, and templates in a world without prompt text."""
    pieces = [_coupons(draft, account)]
    if not draft.prompts:
        pieces += [_templates(draft, account)]
    return pa.concat_tables(pieces)


def _templates(draft: Draft, account: Ints) -> pa.Table:
    """Return the templates each account holds, and in how many of its events."""
    holdings = draft.templates
    first, last = int(holdings.first[account[0]]), int(holdings.first[account[-1] + 1])
    pairs = np.unique(np.stack([holdings.account[first:last], holdings.code[first:last]]), axis=1)
    holder, code = pairs[0].astype(np.int64), pairs[1].astype(np.int64)
    n_held = np.maximum(holdings.first[holder + 1] - holdings.first[holder], 1)
    n_events = draft.n_events[holder] * draft.template_share[holder] / n_held
    seen = draft.first_acts()[holder] + below(3 * DAY, 115, holder, code)
    return _identifier_rows(
        draft, holder, "prompt_template", hex64(salted(116 + draft.seed, code), "t_"), seen,
        np.maximum(n_events.astype(np.int64), 1),
    )


def _coupons(draft: Draft, account: Ints) -> pa.Table:
    """Return who signed up with which coupon; one in ten ordinary accounts used a common one."""
    own = np.array([code for code in account.tolist() if code in draft.coupons], dtype=np.int64)
    used = account[(unit(117, account) < 0.1) & (draft.own_network[account] > 0)]
    campaign = (unit(118, used) ** 2 * 12).astype(np.int64)
    texts = pa.concat_arrays([
        joined([pa.scalar("WELCOME"), pa.compute.cast(pa.array(campaign), pa.string())]),
        pa.array([draft.coupons[code] for code in own.tolist()], pa.string()),
    ])
    holder = np.concatenate([used, own])
    return _identifier_rows(draft, holder, "coupon", texts, draft.created[holder],
                            np.ones(len(holder), dtype=np.int64))


def _identifier_rows(
    draft: Draft, holder: Ints, kind: str, values: pa.Array, seen: Ints, n_events: Ints
) -> pa.Table:
    """Return rows of ``identifiers`` of one kind."""
    return pa.table({
        "account_id": account_ids(holder, draft.seed),
        "kind": pa.array([kind]).take(pa.array(np.zeros(len(holder), dtype=np.int8))),
        "value": values,
        "seen_at": pa.array(seen * 1_000_000, INSTANT),
        "n_events": pa.array(n_events),
    })


def links_of(draft: Draft) -> Iterator[pa.Table]:
    """Yield rows of ``links``, a table for each piece that was drawn."""
    for left, right, kind in draft.links:
        kept = left != right
        seen = np.maximum(draft.created[left[kept]], draft.created[right[kept]])
        yield pa.table({
            "account_id_l": account_ids(left[kept], draft.seed),
            "account_id_r": account_ids(right[kept], draft.seed),
            "kind": pa.array([kind] * int(kept.sum()), pa.string()),
            "seen_at": pa.array(seen * 1_000_000, INSTANT),
            "n_events": pa.array(np.ones(int(kept.sum()), dtype=np.int64)),
        })


def truth_of(draft: Draft, account: Ints) -> pa.Table:
    """Return rows of ``truth/accounts``: who every account belongs to."""
    codes = draft.group[account].tolist()
    groups = [draft.groups[code] if code >= 0 else None for code in codes]
    alone = np.where(kind_of(draft.home[account]) == CGNAT, "cgnat", "ordinary").tolist()
    return pa.table({
        "account_id": account_ids(account, draft.seed),
        "group_id": pa.array([g and g.group_id for g in groups], pa.string()),
        "kind": pa.array([g.kind if g else kind for g, kind in zip(groups, alone, strict=True)]),
        "operator_class": pa.array([g and g.operator_class for g in groups], pa.string()),
        "is_abusive": pa.array([g is not None and g.is_abusive for g in groups]),
    })
