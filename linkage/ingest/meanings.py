"""Prompts that mean the same in other words: templates that a paraphraser rewrites.

Only prompts in words that nobody else sends are looked at, of a template that too few accounts
hold to be evidence, and only of accounts that weaker evidence brings near one another: prompts
of one structure, or several long prompts built of many parts. At most ``MOST_PROMPTS`` are
embedded. A meaning is bounded by its own centre, as a template is.
"""

import heapq

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.errors import SettingsError
from linkage.ingest.embedding import Embedder, Vectors
from linkage.ingest.reading import TableReader
from linkage.queries import query
from linkage.store import Store

N_EACH = 8
"""Prompts of one account that are embedded."""
MOST_PROMPTS = 40_000
"""Prompts that are embedded in a run: an hour on a slow core."""
MOST_BUILT_ALIKE = 2_000
"""Accounts that prompts of one structure bring near; more are everybody."""
MANY_BUILT = 4
"""Long prompts of five parts and more, each a template of its own, that look like a work list."""
ALIKE = 0.72
"""Cosine to its centre from which a prompt has a meaning. Most simulated paraphrases of one
template are above it with one another (median 0.81); of two templates none was (most 0.69)."""
MOST_NEIGHBOURS = 512
"""Neighbours of a prompt that are looked at: the largest meaning."""

Ints = npt.NDArray[np.int64]


def make_meanings(
    store: Store, reader: TableReader, embed: Embedder, *, as_of: str | None
) -> int:
    """Make the table ``meaning`` and return the number of prompts that were embedded.

    It has a row per prompt that shares its meaning with another: ``account_ix``,
    ``template_code``, ``meaning_code`` (the centre's prompt number, which carries the key) and
    ``occurred_at``.

    Raises
    ------
    SettingsError
        If the library for nearest neighbours is not installed.
    """
    store.create("meaning_near", query("ingest", "meaning_near").body,
                 {"n_each": N_EACH, "most": MOST_BUILT_ALIKE, "n_built": MANY_BUILT})
    with store.joined_as_written():
        found = store.arrow(_texts(reader), {"most": MOST_PROMPTS, "as_of": as_of})
    texts = found["prompt"].to_pylist()
    centre = gather(embed(texts)) if texts else np.zeros(0, np.int64)
    kept = np.flatnonzero(centre >= 0)
    store.put("meaning", pa.table({
        "account_ix": found["account_ix"].combine_chunks().take(pa.array(kept)),
        "template_code": found["template_code"].combine_chunks().take(pa.array(kept)),
        "meaning_code": found["prompt_code"].combine_chunks().take(pa.array(centre[kept])),
        "occurred_at": found["occurred_at"].combine_chunks().take(pa.array(kept)),
    }))
    store.drop("meaning_near")
    return len(texts)


def gather(vectors: Vectors) -> Ints:
    """Return the place of each vector's centre, itself for a centre; -1 for one alone.

    The vector with the most neighbours not yet taken is the next centre and takes them; of
    equals, the first. Neighbours are exact, so that the answer does not depend on threads.

    Parameters
    ----------
    vectors
        (n, width) of length 1.
    """
    try:
        from usearch.index import search
    except ImportError as error:
        raise SettingsError(
            "semantic needs a library for nearest neighbours that is not installed",
            fix="pip install 'linkage[semantic]', or leave semantic out",
        ) from error
    n = len(vectors)
    centre = np.full(n, -1, dtype=np.int64)
    if n < 2:
        return centre
    # Cosine is the library's own default.
    matches = search(vectors, vectors, min(n, MOST_NEIGHBOURS), exact=True)
    near = [keys[distance <= 1 - ALIKE].astype(np.int64) for keys, distance in zip(
        matches.keys.reshape(n, -1), matches.distances.reshape(n, -1), strict=True)]
    waiting = [(-len(keys), at) for at, keys in enumerate(near)]
    heapq.heapify(waiting)
    while waiting:
        size, at = heapq.heappop(waiting)
        free = near[at][centre[near[at]] < 0]
        if centre[at] >= 0 or len(free) < 2:
            continue
        if len(free) < -size:
            # Others took some of its neighbours: it waits for its new turn.
            heapq.heappush(waiting, (-len(free), at))
        else:
            centre[free] = at
    return centre


def _texts(reader: TableReader) -> str:
    """Return the SELECT of the texts of ``meaning_near``, in an order of its own."""
    return f"""
        with read as (
            select k.account_ix, r.occurred_at, min(r.prompt) as prompt
            from ({reader.select(numbered=False)}) as r
            inner join account_key as k on r.account_id = k.account_id
            inner join (select distinct account_ix, occurred_at from meaning_near) as n
                on k.account_ix = n.account_ix and r.occurred_at = n.occurred_at
            where r.prompt is not null
                and ($as_of is null or r.occurred_at <= cast($as_of as timestamp))
            group by 1, 2
        )
        select n.account_ix, n.prompt_code, n.template_code, n.occurred_at,
            left(t.prompt, 2000) as prompt
        from meaning_near as n
        inner join read as t on n.account_ix = t.account_ix and n.occurred_at = t.occurred_at
        order by n.place, n.prompt_code, n.account_ix
        limit $most
    """
