"""Takes accounts out of a state folder; who keys files otherwise says here how that is done."""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from linkage.forget.outputs import accounts_in_output, forget_in_output
from linkage.forget.tables import with_accounts, without_accounts

Owner = Callable[[Path, Collection[str]], None]
"""Takes accounts out of a file or folder, safe to repeat."""


def read_again(place: Path, accounts: Collection[str]) -> None:
    """Remove what the next night makes anew from its inputs, without the forgotten accounts."""
    shutil.rmtree(place)


OWNERS: Mapping[str, Owner] = {"known": read_again}
"""Name directly below the state folder to who takes accounts out of what lies there.

All other files are Parquet with a column of :data:`linkage.forget.tables.NAMES`, or hold no
account.
"""

RECEIPTS = "receipts"
"""Folder of receipts in the state folder."""


def accounts_in_state(state: Path, accounts: Collection[str]) -> Counter[str]:
    """Count the rows of each of the state's tables that name one of some accounts."""
    found: Counter[str] = Counter()
    for out in _unfinished(state):
        for name, n in accounts_in_output(out, accounts).items():
            found[str(out.relative_to(state) / name)] += n
    for path in _tables(state):
        found[str(path.relative_to(state))] += with_accounts(path, accounts)
    return +found


def forget_in_state(state: Path, accounts: Collection[str]) -> Counter[str]:
    """Take accounts out of a state folder; return the rows that went, by file.

    Raises
    ------
    InputError
        If a file cannot be read or written.
    """
    gone: Counter[str] = Counter()
    for out in _unfinished(state):
        for name, n in forget_in_output(out, accounts).items():
            gone[str(out.relative_to(state) / name)] += n
    for path in _tables(state):
        gone[str(path.relative_to(state))] += without_accounts(path, accounts)
    return +gone


def ask_owners(state: Path, accounts: Collection[str]) -> None:
    """Let who keys files otherwise take accounts out of them."""
    for name, owner in OWNERS.items():
        if (state / name).exists():
            owner(state / name, accounts)


def _unfinished(state: Path) -> list[Path]:
    """Return the outputs of a night that is not published yet."""
    return sorted(path.parent for path in state.glob("tonight/*/out/manifest.json"))


def _tables(state: Path) -> list[Path]:
    """Return the other Parquet files that nobody owns."""
    outs = _unfinished(state)
    return [
        path for path in sorted(state.rglob("*.parquet"))
        if path.relative_to(state).parts[0] not in OWNERS
        and not any(path.is_relative_to(out) for out in outs)
    ]
