"""Skeletons made of a few by changing some of their minima, and their templates the slow way."""

import numpy as np
import pyarrow as pa

from linkage.ingest.band_groups import ALIKE, MOST_COMPARED
from linkage.ingest.digests import digests, fewest_equal, n_equal
from linkage.ingest.prompts import BANDS
from linkage.ingest.sketches import LANE_BITS, N_BANDS, N_LANES


def mutated(seed, n_bases, n):
    """Return codes and bands of sketches that were made from a few by changing some lanes."""
    rng = np.random.default_rng(seed)
    lanes = rng.integers(1, 2**LANE_BITS, (n_bases, N_BANDS * N_LANES))
    lanes = lanes[rng.integers(0, n_bases, n)]
    changed = rng.random(lanes.shape) < rng.choice([0, 0.1, 0.2, 0.3, 0.4, 0.6], (n, 1))
    lanes = np.where(changed, rng.integers(1, 2**LANE_BITS, lanes.shape), lanes)
    parts = lanes.reshape(n, N_BANDS, N_LANES)
    bands = sum(parts[:, :, at] << at * LANE_BITS for at in range(N_LANES))
    return rng.permutation(np.arange(n) - n // 2), bands


def table_of(code, bands):
    """Return skeletons as the table of them has them."""
    return pa.table({"code": pa.array(code, pa.int64()), **{
        name: pa.array(bands[:, at], pa.int64()) for at, name in enumerate(BANDS)}})


def obvious_homes(code, bands):
    """Return what :func:`homes` should, one comparison after the other, and the rounds."""
    digest = dict(zip(code.tolist(), digests(list(bands.T)), strict=True))
    band = dict(zip(code.tolist(), bands.tolist(), strict=True))

    def pairs(those, follows=None):
        for at in range(N_BANDS):
            groups = {}
            for one in sorted(those):
                groups.setdefault(band[one][at], []).append(one)
            for group in groups.values():
                for place, one in enumerate(group):
                    heads = group[:place][:MOST_COMPARED]
                    if follows is not None:
                        heads = [two for two in group if two not in follows][:MOST_COMPARED]
                        heads = heads if one in follows else []
                    for head in heads:
                        equal = int(n_equal(digest[one][None], digest[head][None])[0])
                        if equal >= fewest_equal(ALIKE):
                            yield one, head, equal

    found, are_open, n_rounds = {}, set(digest), 0
    while are_open:
        n_rounds += 1
        alike = list(pairs(are_open))
        follows, leads = {one for one, _, _ in alike}, {head for _, head, _ in alike}
        best = {}
        for one, head, equal in pairs(follows | leads, follows):
            best[one] = min(best.get(one, (0, 0)), (-equal, head))
        found |= {one: head for one, (_, head) in best.items()}
        are_open = follows - set(best)
    return found, n_rounds
