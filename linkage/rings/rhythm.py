"""When the accounts of each ring are active in the week, beside everybody."""

import pyarrow as pa

from linkage.queries import query
from linkage.schema import RHYTHM
from linkage.store import Store


def rhythm(store: Store, hours: pa.Table) -> pa.Table:
    """Count events by weekday and hour (UTC), of each ring and of all accounts.

    Parameters
    ----------
    store
        The stage table ``activity``.
    hours
        :attr:`linkage.rings.book.Book.hours` of tonight's rings under their names.

    Returns
    -------
    pyarrow.Table
        ``schema.RHYTHM``; hours without an event are left out.
    """
    store.put("ring_week", hours)
    return store.arrow(query("rings", "rhythm").body).cast(RHYTHM)
