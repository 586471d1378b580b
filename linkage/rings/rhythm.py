"""When the accounts of each ring are active in the week, beside everybody."""

import pyarrow as pa

from linkage.queries import query
from linkage.schema import RHYTHM
from linkage.store import Store


def rhythm(store: Store, ring_ids: pa.Array) -> pa.Table:
    """Count events by weekday and hour (UTC), of each ring and of all accounts.

    Parameters
    ----------
    store
        The stage tables ``activity`` and ``member``.
    ring_ids
        (n_rings,) the name of each ring number.

    Returns
    -------
    pyarrow.Table
        ``schema.RHYTHM``; hours without an event are left out.
    """
    store.put("ring_name", pa.table({"ring": range(len(ring_ids)), "ring_id": ring_ids}))
    return store.arrow(query("rings", "rhythm").body).cast(RHYTHM)
