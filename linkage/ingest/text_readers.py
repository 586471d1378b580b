"""Who else reads prompts in the one pass in which there is text, and how that adds up."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.store import Store

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PromptBatch:
    """Some prompts while their text is at hand, equal ones folded."""

    texts: pa.StringArray
    """(n_texts,) distinct prompts, none null; very long ones cut in the middle."""
    text: Ints
    """(n_events,) index into ``texts`` of each event's prompt; -1 for none."""
    system_texts: pa.StringArray
    """(n_system_texts,) distinct system prompts, likewise."""
    system_text: Ints
    """(n_events,) index into ``system_texts``; -1 for none, but never where ``text`` is too."""
    account: Ints
    """(n_events,) whom each event counts for: its ``account_ix``, or a negative number that
    the event has for itself, where it is delivered more than once. Bad and left-out events
    are not in it."""
    occurred_at: Ints
    """(n_events,) microseconds since the epoch, UTC."""


class PromptReader(Protocol):
    """Whoever else wants to read prompts in the one pass in which there is text.

    A batch has no order and no meaning of its own: rows, files and threads fall differently
    each time. What is returned must therefore add up whatever the split, in whole numbers,
    and must hold no text.
    """

    table: str
    """The stage table that the rows of :meth:`read` are added up in, by ``account_ix``."""

    def read(self, batch: PromptBatch) -> pa.Table:
        """Return rows of ``account_ix`` (BIGINT) and BIGINT columns to sum for each.

        ``account_ix`` is as the batch's ``account``. Called by several threads at once, with
        batches of at most some thousand events, some of them empty.
        """
        ...


def counted_for(account: Ints, again: Ints) -> Ints:
    """Return whom events count for: an account, or the event itself until it counts once.

    Parameters
    ----------
    again
        (n_events,) number of an event that is delivered more than once; -1 for the others.
    """
    # Each delivery by itself: two of one event may be in one batch.
    return np.where(again < 0, account, -1 - np.arange(len(again)))


def by_event(made: pa.Table, again: Ints) -> pa.Table:
    """Return a reader's rows, those of an event that is delivered again with its number.

    Parameters
    ----------
    made
        What the reader made of accounts from :func:`counted_for`.
    again
        As there.
    """
    account = made["account_ix"].to_numpy()
    is_event = account < 0
    numbered = account.copy()
    numbered[is_event] = -1 - again[-1 - account[is_event]]
    at = made.schema.get_field_index("account_ix")
    return made.set_column(at, "account_ix", pa.array(numbered))


def add_up(store: Store, name: str) -> None:
    """Sum a reader's rows per account, an event that is delivered more than once as one.

    Of deliveries that differ, though they have one ``event_id``, the least row counts. Needs
    ``event_again``.
    """
    columns = [one for one in store.arrow(f"select * from {name} limit 0").column_names
               if one != "account_ix"]
    every = ", ".join(columns)
    summed = ", ".join(f"sum({column})::BIGINT as {column}" for column in columns)
    store.create(f"{name}_sum", f"""
        with ranked as (
            select
                account_ix, {every},
                row_number() over (partition by account_ix order by {every}) as turn
            from {name}
            where account_ix < 0
        ),
        counted as (
            select account_ix, {every} from {name} where account_ix >= 0
            union all by name
            select a.account_ix, {every}
            from ranked as r
            inner join event_again as a on a.again_ix = -1 - r.account_ix
            where r.turn = 1
        )
        select account_ix, {summed} from counted group by account_ix
    """)
    store.drop(name)
    store.create(name, f"select * from {name}_sum order by account_ix")
    store.drop(f"{name}_sum")
