"""What a night changed is told ring by ring, and counted."""

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linkage.rings.changes import n_changes, ring_changes
from linkage.schema import LINEAGE, RINGS


def _row(schema, **values):
    plain = {"string": "", "int64": 0, "double": 0.0}
    return {one.name: plain.get(str(one.type)) for one in schema} | values


@pytest.mark.parametrize(
    ("lineages", "relations"),
    [
        ([], []),
        (["new", "continued", "continued"], ["CONTINUES", "CONTINUES"]),
        (["merged", "grown"], ["CONTINUES", "MERGED_INTO", "LOST", "LOST", "SPLIT_FROM"]),
    ],
)
def test_counts_are_those_of_what_is_told(tmp_path, lineages, relations):
    rings = [
        _row(RINGS, ring_id=f"r{at}", lineage=one, families=[]) for at, one in enumerate(lineages)]
    lineage = [
        _row(LINEAGE, ring_id=f"r{at}", relation=one, other_ring_id="r0")
        for at, one in enumerate(relations)
    ]
    for name, rows, schema in (("rings", rings, RINGS), ("lineage", lineage, LINEAGE)):
        pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / f"{name}.parquet")
    assert n_changes(tmp_path) == Counter(one.change for one in ring_changes(tmp_path))
