"""What the two views propose, as one list of rings to judge."""

import numpy as np

from linkage.communities.gains import Members
from linkage.communities.membership import Cells
from linkage.evidence.incidence import Flags, Ints

SOUND_SHARE = 0.5
"""A ring explains its members when two families hold at least this share of them."""


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
