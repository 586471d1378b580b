"""Who holds what, as one sparse matrix: the form in which evidence is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from linkage.own_data import KindSettings
from linkage.settings import Settings
from linkage.signals import LINK_FAMILY, Signal, signal
from linkage.store import Store

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HUB_NETWORKS = ("cgnat", "vpn", "tor", "proxy", "university", "corporate", "public")
"""Networks whose addresses many strangers share: they corroborate and never create."""

_FIRST_SEEN, _LAST_SEEN = (
    f"coalesce(epoch_us({name}_at) // 1000000, -1)" for name in ("first_seen", "last_seen")
)
"""When something was seen, in seconds since the epoch; -1 unknown."""

@dataclass(frozen=True)
class Incidence:
    """Accounts by identifiers.

    Identifiers come in three runs: those of the ``identifier`` table, in its order, then
    one for each account that others have a direct relation with (*linked to X*).
    """

    held: sp.csr_matrix
    """(n_accounts, n_identifiers) of ones; indices sorted."""
    signals: tuple[Signal, ...]
    """The kinds at hand; ``kind`` indexes it."""
    kind: Ints
    """(n_identifiers,) index into ``signals``."""
    creates: Flags
    """(n_identifiers,) may this identifier create an edge, or only corroborate one?"""
    first_seen: Ints
    """(n_holdings,) seconds since the epoch, in the order of ``held.data``; -1 unknown."""
    last_seen: Ints
    """(n_holdings,) as ``first_seen``."""
    centre: Ints
    """(n_identifiers,) the account a *linked to* identifier stands for; -1 otherwise."""

    @property
    def n_accounts(self) -> int:
        """Number of accounts."""
        return int(self.held.shape[0])

    @property
    def n_identifiers(self) -> int:
        """Number of identifiers."""
        return int(self.held.shape[1])

    @cached_property
    def n_holders(self) -> Ints:
        """(n_identifiers,) accounts that hold each identifier."""
        return np.bincount(self.held.indices, minlength=self.n_identifiers)

    @cached_property
    def holders(self) -> sp.csr_matrix:
        """(n_identifiers, n_accounts) of ones: who holds what may create; sorted."""
        keep = self.creates[self.held.indices]
        account = np.repeat(np.arange(self.n_accounts), np.diff(self.held.indptr))[keep]
        # Accounts ascend, so those of each identifier do.
        held = sp.coo_matrix(
            (np.ones(len(account), dtype=np.int8), (self.held.indices[keep], account)),
            shape=self.held.shape[::-1],
        )
        return held.tocsr()

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Names of the families at hand, sorted."""
        return tuple(sorted({known.family for known in self.signals}))

    @cached_property
    def family(self) -> Ints:
        """(n_identifiers,) index into ``families``."""
        names = self.families
        of_kind = np.array([names.index(known.family) for known in self.signals] or [0])
        return of_kind[self.kind]


def load_incidence(store: Store, settings: Settings) -> Incidence:
    """Read the stage tables ``account``, ``identifier``, ``holding`` and ``link``.

    Identifiers that are placeholders, hubs of the user's list, or addresses of networks
    that strangers share are kept and may not create.
    """
    n_accounts = store.count("account")
    identifiers = store.arrow(
        "select kind, is_placeholder or hub_category is not null "
        f"or coalesce(network_kind in {HUB_NETWORKS}, false) as is_public "
        "from identifier order by identifier_ix"
    )
    known = identifiers["kind"].combine_chunks().dictionary_encode()
    known_names = known.dictionary.to_pylist()
    stars = _stars(store)
    names = sorted(set(known_names) | set(stars.kinds))
    signals = tuple(
        known_signal(name, settings.kinds, is_link=name in set(stars.kinds)) for name in names
    )
    position = {name: at for at, name in enumerate(names)}
    rank = np.array([position[name] for name in known_names] or [0], dtype=np.int64)
    kind = np.concatenate([
        rank[known.indices.to_numpy()],
        np.array([position[name] for name in stars.kind_of], dtype=np.int64),
    ])
    is_public = np.concatenate([
        identifiers["is_public"].to_numpy().astype(bool), np.zeros(len(stars.centre), bool)
    ])
    is_qualifier = np.array([one.is_qualifier for one in signals] or [False])
    n_known = identifiers.num_rows
    held = _held(
        _holdings(store, "account_ix", stars.account),
        _holdings(store, "identifier_ix", stars.identifier + n_known),
        (n_accounts, n_known + len(stars.centre)),
    )
    order, held.data = held.data, np.ones(held.nnz, dtype=np.int32)
    return Incidence(
        held=held,
        signals=signals,
        kind=kind,
        creates=~is_public & ~is_qualifier[kind],
        first_seen=_holdings(store, _FIRST_SEEN, stars.first_seen)[order],
        last_seen=_holdings(store, _LAST_SEEN, stars.last_seen)[order],
        centre=np.concatenate([np.full(n_known, -1, dtype=np.int64), stars.centre]),
    )


def _holdings(store: Store, column: str, of_stars: Ints) -> npt.NDArray[Any]:
    """Return one column of all holdings, those of the table first, in its own order.

    By identifier: what follows then has nothing to sort. A column at a time, as there are
    several holdings per account.
    """
    with store.in_order():
        stored = _column(store.arrow(f"select {column} as value from holding"), "value")
    return np.concatenate([stored, of_stars.astype(stored.dtype)])


def _held(
    account: npt.NDArray[Any], identifier: npt.NDArray[Any], shape: tuple[int, int]
) -> sp.csr_matrix:
    """Return a matrix of who holds what; its entries are the places of the holdings."""
    place = np.arange(len(account), dtype=np.int32)
    return sp.coo_matrix((place, (account, identifier)), shape=shape).tocsr()


def known_signal(
    kind: str, kinds: Mapping[str, KindSettings], *, is_link: bool = False
) -> Signal:
    """Return a kind's signal with what the user says of it."""
    found = signal(kind)
    if is_link:
        found = replace(found, family=LINK_FAMILY, sentence=f"has a {kind} with {{}}")
    said = kinds.get(kind)
    if said is None:
        return found
    given = {name: value for name, value in vars(said).items() if value is not None}
    return replace(found, **given)


@dataclass(frozen=True)
class _Stars:
    """Holders of the *linked to X* identifiers, by identifier."""

    account: Ints
    identifier: Ints
    first_seen: Ints
    last_seen: Ints
    centre: Ints
    kind_of: list[str]

    @property
    def kinds(self) -> list[str]:
        return sorted(set(self.kind_of))


def _stars(store: Store) -> _Stars:
    """Make an identifier of each account that has direct relations.

    X and all it is linked with hold "linked to X", so that a rare hub of relations joins
    them all at once. Of two accounts linked with no one else, one identifier is enough.
    """
    links = store.arrow(
        f"select account_ix_l, account_ix_r, kind, {_FIRST_SEEN} as first_seen, "
        f"{_LAST_SEEN} as last_seen from link order by kind, account_ix_l, account_ix_r"
    )
    left, right = _column(links, "account_ix_l"), _column(links, "account_ix_r")
    kind_names = links["kind"].to_pylist()
    names = sorted(set(kind_names))
    code = np.array([names.index(name) for name in kind_names], dtype=np.int64)
    n = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    ends = np.concatenate([code * n + left, code * n + right])
    degree = np.bincount(ends, minlength=n * len(names))
    centre = np.concatenate([left, right])
    other = np.concatenate([right, left])
    both = np.concatenate([code, code])
    lonely = (degree[both * n + centre] == 1) & (degree[both * n + other] == 1)
    keep = (degree[both * n + centre] > 1) | (lonely & (centre < other))
    seen = [np.tile(_column(links, name), 2)[keep] for name in ("first_seen", "last_seen")]
    star, which = np.unique(both[keep] * n + centre[keep], return_inverse=True)
    identifier = np.concatenate([which, np.arange(len(star))])
    order = np.argsort(identifier, kind="stable")
    return _Stars(
        account=np.concatenate([other[keep], star % n])[order],
        identifier=identifier[order],
        first_seen=np.concatenate([seen[0], np.full(len(star), -1)])[order],
        last_seen=np.concatenate([seen[1], np.full(len(star), -1)])[order],
        centre=star % n,
        kind_of=[names[at] for at in star // max(n, 1)],
    )


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """One Arrow column without nulls."""
    return table[name].to_numpy()  # type: ignore[no-any-return]
