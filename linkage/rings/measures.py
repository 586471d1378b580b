"""What the judge saw of each ring, as a table that can be judged again."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from linkage.schema import MEASURES


def measures_table(measures: pd.DataFrame, ring_ids: pa.Array) -> pa.Table:
    """Return measures as rows of ``measures.parquet``.

    Parameters
    ----------
    measures
        One row per ring number, in order (see :func:`linkage.rings.features.measure`);
        instants are left out, for ``rings.parquet`` has them.
    ring_ids
        (n_rings,) the name of each ring number.
    """
    numbers = measures.select_dtypes("number").sort_index(axis=1)
    order = pc.sort_indices(ring_ids).to_numpy()
    value = numbers.to_numpy(dtype=float)[order]
    ring, measure = np.nonzero(np.isfinite(value))
    return pa.table({
        "ring_id": ring_ids.take(pa.array(order[ring])),
        "measure": pa.array(numbers.columns, pa.string()).take(pa.array(measure)),
        "value": value[ring, measure],
    }).cast(MEASURES)


def measures_of(table: pa.Table, ring_id: str) -> dict[str, float]:
    """Return the measures of one ring by name; empty when the table has none of it."""
    rows = table.filter(pc.equal(table["ring_id"], ring_id))
    return dict(zip(rows["measure"].to_pylist(), rows["value"].to_pylist(), strict=True))
