"""Takes accounts out of a state folder; who keys files otherwise says here how that is done."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from linkage.forget.outputs import accounts_in_output, forget_in_output
from linkage.forget.tables import with_accounts, without_accounts
from linkage.ingest.aging import accounts_in_known, forget_in_known
from linkage.ingest.gathered import GATHERED, drop_gathered
from linkage.ingest.known import KNOWN
from linkage.ingest.segments import SEGMENTS


@dataclass(frozen=True)
class Owner:
    """Who takes accounts out of a folder whose files are keyed."""

    count: Callable[[Path, Collection[str], bytes], int]
    """Counts the rows about some accounts, under the deployment's key."""
    remove: Callable[[Path, Collection[str], bytes], int]
    """Removes them, safe to repeat."""


def _drop_counts(folder: Path, accounts: Collection[str], key: bytes) -> int:
    """Forget what was counted of templates: nobody can tell whose they are."""
    del accounts, key
    drop_gathered(folder.parent)
    return 0


OWNERS: Mapping[str, Owner] = {
    KNOWN: Owner(accounts_in_known, forget_in_known),
    **dict.fromkeys((GATHERED, SEGMENTS), Owner(lambda folder, accounts, key: 0, _drop_counts)),
}
"""Name directly below the state folder to who takes accounts out of what lies there.

All other files are Parquet with a column of :data:`linkage.forget.tables.NAMES`, or hold no
account.
"""

RECEIPTS = "receipts"
"""Folder of receipts in the state folder."""


def accounts_in_state(
    state: Path, accounts: Collection[str], key: Callable[[], bytes]
) -> Counter[str]:
    """Count the rows of each of the state's tables that name one of some accounts.

    Parameters
    ----------
    key
        Gives the deployment's key, which is asked for only where something is keyed.
    """
    found: Counter[str] = Counter()
    for name, owner in OWNERS.items():
        if (state / name).exists():
            found[name] += owner.count(state / name, accounts, key())
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


def ask_owners(state: Path, accounts: Collection[str], key: bytes) -> None:
    """Let who keys files otherwise take accounts out of them."""
    for name, owner in OWNERS.items():
        if (state / name).exists():
            owner.remove(state / name, accounts, key)


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
