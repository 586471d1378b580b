"""Kits: software, a network and a card issuer that come together and hardly ever apart.

A user agent, a network or an issuer of cards tells nothing by itself: thousands of strangers
have it. Where most who come with one tool also come from one network or pay through one
issuer, and hardly anybody else does, the two were handed out together: an operator's tool,
his rented network and his cards, or the laptops of a firm. People of one town have its
networks and banks in common, but not their software, so a kit has software in it.
"""

from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import scipy.sparse as sp

from linkage.queries import query
from linkage.store import Store

_FAMILY = {"user_agent": 0, "tls": 0, "ip_24": 1, "ip6_48": 1, "bin": 2}
"""Kinds that a kit may be of, and which of them are of one family; 0 for software."""

FEWEST = 12
"""Accounts that must hold two values before the two can be of one kit."""

OVERLAP = 1 / 3
"""Least share of either value's holders that hold both."""

CONTAINED = 0.5
"""Least share of the rarer value's holders that hold both."""

AGAINST_CHANCE = 4.0
"""How many times as many as chance expects must hold both: what half of a country has, its
browser and its bank, comes together without anybody's doing."""

ROWS_AT_ONCE = 50_000

Ints = npt.NDArray[np.int64]


def make_kits(store: Store) -> None:
    """Make the table ``kit``: who holds two values of a kit, of different families.

    Reads the stage tables ``identifier`` and ``holding``.
    """
    found = store.arrow(query("ingest", "kit_value").body, {"fewest": FEWEST})
    account, value = (found[name].to_numpy().astype(np.int64) for name in ("account_ix", "value"))
    values, column = np.unique(value, return_inverse=True)
    store.put("kit_candidate", pa.table({"identifier_ix": pa.array(values, pa.int32())}))
    known = store.arrow(query("ingest", "kit_candidate").body)
    family = np.array([_FAMILY[kind] for kind in known["kind"].to_pylist()], dtype=np.int64)
    part = kits(account, column, family, store.count("account"))
    held = part[column] >= 0
    account, column = account[held], column[held]
    # One row per account, kit and family; of two and more the account has the kit.
    n_families = len(_FAMILY)
    key = np.unique(
        (account * len(values) + part[column]) * n_families + family[column])
    pair, n = np.unique(key // n_families, return_counts=True)
    pair = pair[n >= 2]
    ids = known["identifier_id"].to_pylist()
    of_kit: dict[int, list[str]] = {}
    for at in np.flatnonzero(part >= 0).tolist():
        of_kit.setdefault(int(part[at]), []).append(ids[at])
    name = {at: sha256("+".join(sorted(some)).encode()).hexdigest() for at, some in of_kit.items()}
    store.drop("kit_candidate")
    store.put("kit", pa.table({
        "account_ix": pa.array(pair // max(len(values), 1), pa.int32()),
        "value": pa.array([name[at] for at in (pair % max(len(values), 1)).tolist()], pa.string()),
    }))


def kits(account: Ints, value: Ints, family: Ints, n_accounts: int) -> Ints:
    """Return the kit of each value, the number of its first value; -1 for none.

    Parameters
    ----------
    account, value
        (n_holdings,) who holds what, each pair once; values are numbers from 0.
    family
        (n_values,) 0 for software.
    n_accounts
        Accounts of the run.
    """
    n = len(family)
    none = np.full(n, -1, dtype=np.int64)
    if not len(account):
        return none
    shape = (int(account.max()) + 1, n)
    held = sp.csr_matrix((np.ones(len(account), dtype=np.int32), (account, value)), shape=shape)
    size = np.bincount(value, minlength=n).astype(float)
    is_tool = family == 0
    tools, others = np.flatnonzero(is_tool), np.flatnonzero(~is_tool)
    rows = held[:, tools].T.tocsr()
    columns = held[:, others]
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(tools), ROWS_AT_ONCE):
        both = (rows[start : start + ROWS_AT_ONCE] @ columns).tocoo()
        i, j, o = tools[both.row + start], others[both.col], both.data.astype(float)
        fewer, more = np.minimum(size[i], size[j]), np.maximum(size[i], size[j])
        one = (o >= FEWEST) & (o >= OVERLAP * more) & (o >= CONTAINED * fewer)
        one &= o * n_accounts >= AGAINST_CHANCE * fewer * more
        left.append(i[one])
        right.append(j[one])
    i, j = np.concatenate(left), np.concatenate(right)
    graph = sp.coo_matrix((np.ones(len(i), dtype=np.int8), (i, j)), shape=(n, n))
    _, component = sp.csgraph.connected_components(graph, directed=False)
    head = np.full(n, n)
    np.minimum.at(head, component, np.arange(n))
    tied = np.zeros(n, dtype=bool)
    tied[i] = tied[j] = True
    return np.where(tied, head[component], none)
