"""Partitions that are kept: a component without a change is not partitioned again.

What is kept names nobody: a digest of a graph without names stands for its labels. It is a cache,
and may be removed at any time.
"""

import hashlib
import logging
import os
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkage.communities.leiden import Leiden, leiden_backend
from linkage.evidence.incidence import Floats, Ints

log = logging.getLogger(__name__)

PARTITIONS = "partitions.parquet"
"""Its name in a state folder."""

_SCHEMA = pa.schema([("graph", pa.binary(16)), ("label", pa.list_(pa.int32()))])


class Remembered:
    """A library whose partitions outlive a run.

    Parameters
    ----------
    leiden
        Partitions what nobody has partitioned.
    name
        What the library is, with its version and seed: another one's partitions are not taken.
    path
        The file; what cannot be read is as good as none.
    """

    def __init__(self, leiden: Leiden, name: str, path: Path) -> None:
        self._leiden, self._name, self._path = leiden, name.encode(), path
        self._known = _read(path)
        self._used: dict[bytes, Ints] = {}

    def partition(
        self, left: Ints, right: Ints, weight: Floats, size: Floats, resolution: float
    ) -> Ints:
        """See :class:`Leiden`."""
        graph = hashlib.blake2b(
            repr((len(left), len(size), resolution)).encode() + self._name, digest_size=16)
        for part in (left, right, weight, size):
            graph.update(np.ascontiguousarray(part).tobytes())
        key = graph.digest()
        label = self._used.get(key, self._known.get(key))
        if label is None:
            label = self._leiden.partition(left, right, weight, size, resolution)
        self._used[key] = label
        return label

    def keep(self) -> dict[str, int]:
        """Write down what was asked for, and nothing else; a failure costs the next run time.

        Returns
        -------
        dict
            How many ``partitions`` were asked for, and how many of them were ``known``.
        """
        keys = sorted(self._used)
        label = [self._used[key].astype(np.int32) for key in keys]
        offsets = np.cumsum([0, *map(len, label)]).astype(np.int32)
        rows = pa.table([
            pa.array(keys, pa.binary(16)),
            pa.ListArray.from_arrays(offsets, np.concatenate([np.empty(0, np.int32), *label])),
        ], schema=_SCHEMA)
        partial = self._path.with_name(f".{self._path.name}.partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(rows, partial, compression="zstd")
            os.replace(partial, self._path)
        except OSError as error:
            log.warning("cannot keep partitions in %s: %s", self._path, error.strerror)
        return {"partitions": len(keys), "known": len(self._used.keys() & self._known.keys())}


def remembering(name: str, *, seed: int, state: Path | None) -> Leiden:
    """Return the backend of a name; with a state folder, it remembers."""
    leiden = leiden_backend(name, seed=seed)
    if state is None:
        return leiden
    told = f"{name} {version('igraph')} {version('leidenalg')} {seed}"
    return Remembered(leiden, told, state / PARTITIONS)


def _read(path: Path) -> dict[bytes, Ints]:
    """Return the labels of each graph; nothing where they cannot be read."""
    if not path.exists():
        return {}
    try:
        rows = pq.read_table(path, schema=_SCHEMA)
    except (OSError, pa.ArrowException) as error:
        log.warning("partitions in %s cannot be read: %s", path, type(error).__name__)
        return {}
    label = rows["label"].combine_chunks()
    every = label.flatten().to_numpy().astype(np.int64)
    bounds = label.offsets.to_numpy()
    return {
        key: every[begin:end] for key, begin, end in zip(
            rows["graph"].to_pylist(), bounds[:-1], bounds[1:], strict=True)
    }
