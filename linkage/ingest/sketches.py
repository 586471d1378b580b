"""Sketches of prompts: the few numbers that stay of a text once it is dropped."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linkage.ingest.characters import ENDS_PART
from linkage.ingest.masking import Codes, Flags, Ints, Words, mixed, salts, words_of

BLOCK_BYTES = 1 << 19
"""Bytes of text that are worked on at a time: enough to outweigh the calls, and still near."""

LONGEST_PROMPT = 1 << 14
"""Characters of a prompt that count: of a longer one the first three quarters of these and
the last quarter."""

N_BANDS = 20
N_LANES = 3
LANE_BITS = 21
"""A sketch is 20 numbers of three minima of 21 bits: each number is a band of the
locality-sensitive hash. Texts of Jaccard similarity J share a band with 1 - (1 - J^3)^20:
0.74 at 0.4, 0.99 at 0.6, 0.02 at 0.1."""

N_MINIMA = N_BANDS * N_LANES

SHINGLE = 3
"""Words that make a shingle."""

FEWEST_WORDS = 5
"""Unmasked words below which a prompt says nothing of who wrote it."""

FEWEST_SHINGLES = 8
"""Shingles below which likeness is chance: such a prompt equals its own skeleton only."""

N_REMEMBERED = 1 << 21
"""Places for skeletons that were sketched already; a power of 2."""

N_EDGE_WORDS = 8
"""Words of an opening and of a closing; the prompt must have both."""

FEWEST_PARTS = 5
"""Parts below which the structure of a prompt is anybody's."""


@dataclass(frozen=True)
class Sketches:
    """What stays of some texts: a row each. Zero stands for none."""

    skeleton: Codes
    """(n_texts,) keyed number of the words and marks in order."""
    opening: Codes
    """(n_texts,) of the first eight of them."""
    closing: Codes
    """(n_texts,) of the last eight."""
    shape: Codes
    """(n_texts,) of the structure: sentences and lines, how long each is, where marks are."""
    bands: Codes
    """(n_texts, N_BANDS) the MinHash sketch; rows of zeros for texts that are too short, and
    for skeletons whose sketch was given out already."""


class Sketcher:
    """Makes sketches under one key, of each skeleton about once.

    It remembers a fixed number of skeletons, so a rare one may be sketched again. Calls from
    several threads do not disturb each other.
    """

    def __init__(self, key: bytes) -> None:
        self._salt = salts(key)
        self._seen = np.zeros(N_REMEMBERED, dtype=np.uint64)

    def sketch(self, texts: pa.StringArray) -> Sketches:
        """Return the sketches of texts of at most ``LONGEST_PROMPT`` characters, none null."""
        parts = [self._block(block) for block in _blocks(texts)]
        if len(parts) == 1:
            return parts[0]
        names = Sketches.__dataclass_fields__
        if not parts:
            none = np.zeros(0, dtype=np.uint64)
            return Sketches(none, none, none, none, none.reshape(0, N_BANDS))
        return Sketches(**{
            name: np.concatenate([getattr(part, name) for part in parts]) for name in names
        })

    def _block(self, texts: pa.StringArray) -> Sketches:
        """Sketch as many texts as are worked on at a time."""
        salt = self._salt
        words = words_of(texts, salt)
        n_words = np.diff(words.starts)
        n_plain = n_words - np.diff(np.searchsorted(np.flatnonzero(words.is_mark), words.starts))
        enough = n_plain >= FEWEST_WORDS
        skeleton = _in_order(words.code, words.starts, salt[1])
        has_edges = n_words >= 2 * N_EDGE_WORDS
        edges = [
            np.where(has_edges & enough, _edge(words, salt[at], at == 3), 0).astype(np.uint64)
            for at in (2, 3)
        ]
        shape, n_parts = _shape(words, salt[4])
        is_built = enough & (n_parts >= FEWEST_PARTS) & has_edges
        return Sketches(
            skeleton=np.where(enough, skeleton, 0).astype(np.uint64),
            opening=edges[0],
            closing=edges[1],
            shape=np.where(is_built, shape, 0).astype(np.uint64),
            bands=_bands(words, enough & self._is_new(skeleton), salt),
        )

    def _is_new(self, skeleton: Codes) -> Flags:
        """Flag skeletons that are not remembered, one of equal ones, and remember them."""
        slot = (skeleton & np.uint64(N_REMEMBERED - 1)).astype(np.int64)
        found = np.zeros(len(skeleton), dtype=bool)
        found[np.unique(skeleton, return_index=True)[1]] = True
        found &= self._seen[slot] != skeleton
        self._seen[slot[found]] = skeleton[found]
        return found


def _blocks(texts: pa.StringArray) -> Iterator[pa.StringArray]:
    """Cut texts into runs of about ``BLOCK_BYTES``."""
    if not len(texts):
        return
    offsets = np.frombuffer(
        texts.buffers()[1], np.int32, len(texts) + 1, offset=4 * texts.offset)
    start = 0
    while start < len(texts):
        last = int(offsets[start]) + BLOCK_BYTES
        stop = max(int(np.searchsorted(offsets, last, "right")) - 1, start + 1)
        yield texts.slice(start, stop - start)
        start = stop


def _in_order(code: Codes, starts: Ints, salt: np.uint64) -> Codes:
    """One number for each run of codes, which depends on their order."""
    salted = np.arange(len(code), dtype=np.uint64) * salt
    salted -= np.repeat(starts[:-1].astype(np.uint64) * salt, np.diff(starts))
    salted ^= code
    total = np.zeros(len(code) + 1, dtype=np.uint64)
    np.cumsum(mixed(salted), out=total[1:])
    return mixed(total[starts[1:]] - total[starts[:-1]])


def _edge(words: Words, salt: np.uint64, is_last: bool) -> Codes:
    """The number of each text's first or last words; anything where it has too few."""
    n_texts = len(words.starts) - 1
    begin = words.starts[1:] - N_EDGE_WORDS if is_last else words.starts[:-1]
    at = begin[:, None] + np.arange(N_EDGE_WORDS)
    held = words.code[np.clip(at, 0, max(len(words.code) - 1, 0))] if len(words.code) else (
        np.zeros((n_texts, N_EDGE_WORDS), dtype=np.uint64))
    return _in_order(held.ravel(), np.arange(n_texts + 1) * N_EDGE_WORDS, salt)


def _shape(words: Words, salt: np.uint64) -> tuple[Codes, Ints]:
    """The number of each text's structure, and of how many parts it is made.

    A part ends with a sentence, a colon, a line or a mark; it counts by how it ends and by
    the magnitude of its length, so that other words in the same places have the same shape.
    """
    ends: Flags = words.is_mark | ((words.after & ENDS_PART) != 0)
    last = words.starts[1:] - 1
    ends[last[np.diff(words.starts) > 0]] = True
    at = np.flatnonzero(ends)
    length = np.diff(np.concatenate([[-1], at]))
    magnitude = np.floor(np.log2(np.maximum(length, 1))).astype(np.uint64)
    how = words.after[at].astype(np.uint64)
    part = (magnitude << np.uint64(9)) | (how << np.uint64(1))
    part |= words.is_mark[at].astype(np.uint64)
    starts = np.searchsorted(at, words.starts)
    return _in_order(mixed(part), starts, salt), np.diff(starts)


def _bands(words: Words, enough: Flags, salt: Codes) -> Codes:
    """The MinHash sketch of each text's shingles, by one permutation.

    A shingle falls into one of 60 bins, which keeps its least; an empty bin borrows from the
    next one that is not [1]_. rensa computes as much in 4 microseconds a prompt, but hands it
    out as Python numbers alone, which takes 25.

    .. [1] Shrivastava & Li (2014), Densifying one permutation hashing via rotation for fast
       near neighbor search, ICML.
    """
    n_texts = len(words.starts) - 1
    n_shingles = np.maximum(np.diff(words.starts) - SHINGLE + 1, 0)
    is_long = enough & (n_shingles >= FEWEST_SHINGLES)
    found = np.zeros((n_texts, N_BANDS), dtype=np.uint64)
    chosen = np.flatnonzero(is_long)
    if not len(chosen):
        return found
    n_words = np.diff(words.starts)
    code = words.code if is_long.all() else words.code[np.repeat(is_long, n_words)]
    shingle = code[:-2] * salt[5]
    shingle += code[1:-1] * salt[6]
    shingle += code[2:] * salt[7]
    inside = np.ones(len(code), dtype=bool)
    ends = np.cumsum(n_words[chosen])
    inside[ends - 1] = inside[ends - 2] = False
    number = mixed(shingle[inside[:-2]])
    bin_ = (number >> np.uint64(32)) * np.uint64(N_MINIMA) >> np.uint64(32)
    bin_ += np.repeat(np.arange(len(chosen), dtype=np.uint64) * np.uint64(N_MINIMA),
                      n_shingles[chosen])
    least = np.full(len(chosen) * N_MINIMA, _EMPTY, dtype=np.uint32)
    np.minimum.at(least, bin_.view(np.int64), number.astype(np.uint32))
    lanes = _filled(least).reshape(-1, N_BANDS, N_LANES)
    # Never zero: the top bit is set, three lanes leave it free.
    bands = lanes[:, :, 0] | np.uint64(1 << 63)
    for lane in range(1, N_LANES):
        bands |= lanes[:, :, lane] << np.uint64(lane * LANE_BITS)
    found[chosen] = bands
    return found


_EMPTY = np.uint32(2**32 - 1)


def _filled(least: npt.NDArray[np.uint32]) -> Codes:
    """Minima of ``LANE_BITS`` bits, empty bins filled from the next one, wrapped around."""
    is_full = least != _EMPTY
    full, empty = np.flatnonzero(is_full), np.flatnonzero(~is_full)
    row_end = (empty // N_MINIMA + 1) * N_MINIMA
    # The k-th empty place has as many full ones before it as its own place less k.
    n_before = empty - np.arange(len(empty))
    source = full[np.minimum(n_before, len(full) - 1)]
    wraps = np.flatnonzero((source < empty) | (source >= row_end))
    source[wraps] = full[np.searchsorted(full, row_end[wraps] - N_MINIMA)]
    lane = least.astype(np.uint64)
    distance = ((source - empty) % N_MINIMA).astype(np.uint64)
    lane[empty] = least[source] + (distance << np.uint64(32))
    lane = mixed(lane)
    lane >>= np.uint64(64 - LANE_BITS)
    return lane
