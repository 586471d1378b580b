"""What each ring is after: shares of its prompts beside everyone else's, in words and numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.profile import CAPABILITIES, KEYS, Share, Sums, shares, sums
from linkage.queries import query
from linkage.schema import CAPABILITIES as FORM
from linkage.store import Store

MOST_NAMED = 3
"""Capabilities that a sentence names, the strongest first."""

_PHRASE = {capability.key: capability.phrase for capability in CAPABILITIES}


@dataclass(frozen=True)
class Profile:
    """What one ring is after."""

    sentence: str
    n_accounts: int
    """Members with prompts."""
    n_prompts: int
    shares: tuple[Share, ...]
    """In the order of ``CAPABILITIES``."""

    @property
    def text(self) -> str:
        """The profile as JSON, as ``rings.parquet`` holds it."""
        rounded = [
            {name: round(value, 4) if isinstance(value, float) else value
             for name, value in vars(share).items()}
            for share in self.shares
        ]
        return json.dumps({"sentence": self.sentence, "n_accounts": self.n_accounts,
                           "n_prompts": self.n_prompts, "shares": rounded})


def read_profile(text: str | None) -> Profile | None:
    """Return the profile that ``rings.parquet`` holds; None for a ring without prompts.

    Examples
    --------
    >>> read_profile('{"sentence": "s", "n_accounts": 3, "n_prompts": 9, "shares": []}').sentence
    's'
    """
    if text is None:
        return None
    written = json.loads(text)
    return Profile(
        written["sentence"], written["n_accounts"], written["n_prompts"],
        tuple(Share(**share) for share in written["shares"]),
    )


def profiles(store: Store, n_rings: int) -> list[Profile | None]:
    """Return what each ring is after; None for one without prompts.

    Parameters
    ----------
    store
        The stage tables, ``member`` among them; ``account_capability`` when there are prompts.
    n_rings
        Rings, by number.
    """
    if not store.exists("account_capability"):
        return [None] * n_rings
    everyone = sums(_matrix(store.arrow("select * from account_capability order by account_ix")))
    found: list[Profile | None] = [None] * n_rings
    members = store.arrow(query("rings", "member_capability").body)
    if not members.num_rows:
        return found
    ring, n_prompts = members["ring"].to_numpy(), _matrix(members)
    numbers, starts = np.unique(ring, return_index=True)
    for number, part in zip(numbers, np.split(n_prompts, starts[1:]), strict=True):
        own = sums(part)
        found[number] = _profile(own, everyone.without(own))
    return found


def capability_rows(store: Store, ring_ids: pa.Array, names: pa.Array) -> pa.Table:
    """Return ``capabilities.parquet``: what each member asks for.

    Parameters
    ----------
    ring_ids, names
        Id of each ring and of each account, by number.
    """
    if not store.exists("account_capability"):
        return FORM.empty_table()
    members = store.arrow(query("rings", "member_capability").body)
    n_prompts = _matrix(members)
    row, capability = np.nonzero(n_prompts)
    return pa.table({
        "ring_id": ring_ids.take(members["ring"].combine_chunks().take(pa.array(row))),
        "account_id": names.take(members["account_ix"].combine_chunks().take(pa.array(row))),
        "capability": pa.array(KEYS).take(pa.array(capability)),
        "n_prompts": n_prompts[row, capability],
        "share": np.round(n_prompts[row, capability] / n_prompts.sum(axis=1)[row], 6),
    }).cast(FORM).sort_by([(name, "ascending") for name in ("ring_id", "account_id", "capability")])


def _matrix(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return (rows, capabilities) prompts of a table with a column per capability."""
    return np.column_stack([table[key].to_numpy() for key in KEYS])


def _profile(own: Sums, others: Sums) -> Profile | None:
    """Return the profile of one ring's members; None when they have no prompts."""
    found = shares(own, others)
    return Profile(sentence(found), own.n_accounts, own.n_prompts, found) if found else None


def sentence(found: Sequence[Share]) -> str:
    """Say what a ring is after, for an investigator.

    Examples
    --------
    >>> one = Share("tool_use", 0.62, 0.55, 0.69, 0.044, 14.1, 11.8, 16.6)
    >>> sentence([one])
    'after agentic work and tool use, 14 times the population (62% of its prompts)'
    """
    sought = sorted(
        (share for share in found if share.is_sought),
        key=lambda share: (-share.share * np.log(share.lift_low), share.capability),
    )
    if not sought:
        most = max(found, key=lambda share: share.share)
        return f"asks for what everyone does, mostly {_PHRASE[most.capability]} ({most.share:.0%})"
    parts = [
        f"{_PHRASE[share.capability]}, {_times(share.lift)} ({share.share:.0%} of its prompts)"
        for share in sought[:MOST_NAMED]
    ]
    return "after " + "; ".join(parts)


def _times(lift: float | None) -> str:
    """Spell a lift."""
    if lift is None:
        return "which nobody else asks for"
    spelled = f"{lift:,.0f}" if lift >= 9.95 else f"{lift:.1f}"
    return f"{spelled} times the population"
