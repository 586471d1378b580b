"""What the two views propose, as one list of rings to judge."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from linkage.communities.counting import expand
from linkage.communities.gains import Members
from linkage.communities.membership import Cells
from linkage.evidence.incidence import Flags, Ints
from linkage.ordering import order_of

SOUND_SHARE = 0.5
"""A ring explains its members when two families hold at least this share of them."""

MOST_TURNS = 4
"""Times that a proposal may let go of members before it is taken as it is."""


def as_members(label: Ints) -> Members:
    """Make a proposal of every group of two or more accounts, all members core.

    Parameters
    ----------
    label
        (n_accounts,) group of each account; -1 for none.
    """
    account = np.flatnonzero(label >= 0)
    _, group, size = np.unique(label[account], return_inverse=True, return_counts=True)
    kept = size[group] >= 2
    rings, ring = np.unique(group[kept], return_inverse=True)
    return Members(account[kept], ring, np.ones(kept.sum(), dtype=bool), len(rings))


def confirmed(proposed: Members, cells: Cells) -> Flags:
    """(n_members,) flag the members whose own proposal is the best ring for them."""
    best = best_cells(cells)
    return in_their_ring(proposed, cells.account[best], cells.ring[best])


def in_their_ring(members: Members, account: Ints, ring: Ints) -> Flags:
    """(n_members,) flag the members whose ring is that of their account.

    Parameters
    ----------
    members
        The members; an account may be in several rings.
    account, ring
        (n_accounts,) each account once, and its ring.
    """
    last = max(account.max(initial=-1), members.account.max(initial=-1))
    home = np.full(last + 1, -1, dtype=np.int64)
    home[account] = ring
    flags: Flags = home[members.account] == members.ring
    return flags


def without_unborne(
    proposed: Members, cells: Cells, judge: Callable[[Members], Cells]
) -> tuple[Members, Cells]:
    """Let proposals go of the members that their judgement does not bear out.

    A crowd that shares common things is a community too; its judgement keeps few of those who
    proposed it and takes as many others. Such a proposal goes on with those few alone, and
    is judged again, until half of its members stay or nobody is left.

    Parameters
    ----------
    proposed, cells
        The proposals and their judgement.
    judge
        Judges proposals.
    """
    for _ in range(MOST_TURNS):
        stays = confirmed(proposed, cells)
        size = np.bincount(proposed.ring, minlength=proposed.n_rings)
        n_stay = np.bincount(proposed.ring, weights=stays, minlength=proposed.n_rings)
        weak = n_stay < SOUND_SHARE * size
        if not weak.any():
            break
        kept = stays | ~weak[proposed.ring]
        proposed = Members(
            proposed.account[kept], proposed.ring[kept], proposed.is_core[kept], proposed.n_rings)
        asked = weak[proposed.ring]
        again = judge(Members(
            proposed.account[asked], proposed.ring[asked], proposed.is_core[asked],
            proposed.n_rings,
        ))
        cells = of_either(cells, again, weak)
    return proposed, cells


def of_either(first: Cells, second: Cells, is_second: Flags) -> Cells:
    """Take the cells of the flagged rings from the second, those of all others from the first.

    Cells of the first whose ring is -1 are of none.
    """
    one, two = (first.ring >= 0) & ~is_second[first.ring], is_second[second.ring]
    ring = np.concatenate([first.ring[one], second.ring[two]])
    order = np.argsort(ring, kind="stable")

    def both(name: str) -> Any:
        return np.concatenate([getattr(first, name)[one], getattr(second, name)[two]])[order]

    return Cells(
        both("account"), ring[order], both("nats"), both("by_family"), both("is_solid"))


def judged_again(
    before: Members, cells: Cells, now: Members, judge: Callable[[Members], Cells]
) -> Cells:
    """Judge rings, but for those that were judged as they are: one ring tells nothing of another.

    Parameters
    ----------
    before, cells
        Rings that were judged, and their judgement.
    now
        The rings, each account in one of them.
    judge
        Judges rings.
    """
    place = as_before(before, now)
    stays = place >= 0
    asked = ~stays[now.ring]
    again = judge(Members(now.account[asked], now.ring[asked], now.is_core[asked], now.n_rings))
    number = np.full(before.n_rings, -1, dtype=np.int64)
    number[place[stays]] = np.flatnonzero(stays)
    return of_either(replace(cells, ring=number[cells.ring]), again, ~stays)


def as_before(before: Members, now: Members) -> Ints:
    """(n_rings,) the number that each ring has among former ones; -1 of one that is not the same.

    The same are those of the same members, the same of them core.
    """
    those, starts = _by_ring(before)
    mine, begins = _by_ring(now)
    found = np.full(now.n_rings, -1, dtype=np.int64)
    filled, asked = (np.flatnonzero(np.diff(bounds)) for bounds in (starts, begins))
    if not len(filled):
        return found
    most = max(len(those.account), len(mine.account)) + 1
    keys = [
        rows.account[bounds[ring]] * most + np.diff(bounds)[ring]
        for rows, bounds, ring in ((those, starts, filled), (mine, begins, asked))
    ]
    # Of several former rings that begin alike and are as large, one is compared.
    key, at = np.unique(keys[0], return_index=True)
    near = np.minimum(np.searchsorted(key, keys[1]), len(key) - 1)
    asked, near = asked[key[near] == keys[1]], near[key[near] == keys[1]]
    other = filled[at[near]]
    (which, left), (_, right) = expand(starts, other), expand(begins, asked)
    differs = (those.account[left] != mine.account[right]) | (
        those.is_core[left] != mine.is_core[right])
    same = np.bincount(which, weights=differs, minlength=len(asked)) == 0
    found[asked[same]] = other[same]
    return found


def _by_ring(members: Members) -> tuple[Members, Ints]:
    """Return members by ring, then account, and where each ring begins and the last one ends."""
    order = order_of(members.account, int(members.account.max(initial=-1)) + 1)
    order = order[order_of(members.ring[order], members.n_rings)]
    ring = members.ring[order]
    return (
        Members(members.account[order], ring, members.is_core[order], members.n_rings),
        np.searchsorted(ring, np.arange(members.n_rings + 1)),
    )


def together(first: Members, second: Members) -> Members:
    """Put proposals side by side; an account may be in one of each."""
    return Members(
        account=np.concatenate([first.account, second.account]),
        ring=np.concatenate([first.ring, second.ring + first.n_rings]),
        is_core=np.concatenate([first.is_core, second.is_core]),
        n_rings=first.n_rings + second.n_rings,
    )


def explained(cells: Cells, n_accounts: int) -> Flags:
    """Flag the accounts whose ring at least two families hold together.

    A crowd behind one carrier's addresses is a community of one family; what else there is
    among its members is still to be looked for.
    """
    best = best_cells(cells)
    ring = cells.ring[best]
    by_two = speak_by_two(cells, best)
    size = np.bincount(ring)
    sound = np.bincount(ring, weights=by_two, minlength=len(size)) >= SOUND_SHARE * size
    flags = np.zeros(n_accounts, dtype=bool)
    flags[cells.account[best][sound[ring] & by_two]] = True
    return flags


def best_cells(cells: Cells) -> Ints:
    """Position of each account's best cell above even odds, by account."""
    likely = np.flatnonzero(cells.nats > 0)
    account, nats = cells.account[likely], cells.nats[likely]
    n = int(account.max(initial=-1)) + 1
    most = np.zeros(n)
    np.maximum.at(most, account, nats)
    likely = likely[nats == most[account]]
    best = np.full(n, -1, dtype=np.int64)
    # Of several values for one place the last is kept: here the first of equal rings.
    best[cells.account[likely[::-1]]] = likely[::-1]
    return best[best >= 0]


def speak_by_two(cells: Cells, best: Ints) -> Flags:
    """Flag cells for which at least two families add more than a nat each."""
    return np.asarray((cells.by_family[best] > 1.0).sum(axis=1) >= 2)
