"""Words of many texts as 64-bit numbers, made by vectors over the bytes of an Arrow column.

A token is a run of letters and digits, or a run of punctuation: code is told by its ``():``
and its ``=>``. Hyphens and apostrophes part words as spaces do. Each Chinese, Japanese or
Korean character is a token by itself, so that a pair of tokens is there what a word is
elsewhere. ASCII letters are lowered; digits count as one digit. Text is never taken apart in
Python.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

N_HEAD_BYTES = 768
"""Bytes read of a text's beginning, where a task is mostly put."""
N_TAIL_BYTES = 256
"""Bytes read of its end, where it is put after quoted matter."""

_BLOCK_BYTES = 1 << 18
"""Bytes worked on at once; temporaries then stay in the processor's cache."""
_LONGEST = 16
"""Bytes of a token that its number is made of, its length besides."""

_SPACE, _WORD, _PUNCTUATION = 0, 1, 2

_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = 0xE3, 0xED
"""First bytes of U+3000 to U+DFFF, three bytes each: no spaces are put between their words."""


@dataclass(frozen=True)
class Tokens:
    """Tokens of some texts, one text after another."""

    hashes: Hashes
    """(n_tokens,) numbers; equal tokens have equal ones."""
    text: Ints
    """(n_tokens,) index of the text of each, ascending."""
    n_texts: int


def tokens(texts: pa.StringArray) -> Tokens:
    """Return the tokens of some texts.

    Parameters
    ----------
    texts
        (n_texts,) any UTF-8; null counts as empty. Of a text longer than
        ``N_HEAD_BYTES + N_TAIL_BYTES`` only its beginning and end are read.

    Examples
    --------
    >>> import pyarrow as pa
    >>> found = tokens(pa.array(["Hello, hello", "你好"]))
    >>> found.text.tolist(), bool(found.hashes[0] == found.hashes[2])
    ([0, 0, 0, 1, 1], True)
    """
    offsets, data = _bytes(texts)
    hashes, text = [], []
    n_texts = len(offsets) - 1
    at = 0
    while at < n_texts:
        # As many texts as fit a block, at least one.
        end = int(np.searchsorted(offsets, offsets[at] + _BLOCK_BYTES, side="right")) - 1
        end = min(max(end, at + 1), n_texts)
        block = _block(data, offsets[at : end + 1])
        hashes.append(block.hashes)
        text.append(block.text + at)
        at = end
    if not hashes:
        return Tokens(np.zeros(0, np.uint64), np.zeros(0, np.int64), 0)
    return Tokens(np.concatenate(hashes), np.concatenate(text), n_texts)


def pairs(one: Tokens) -> Tokens:
    """Return the pairs of neighbouring tokens of the same text."""
    if len(one.hashes) < 2:
        return Tokens(one.hashes[:0], one.text[:0], one.n_texts)
    same = one.text[1:] == one.text[:-1]
    first, second = one.hashes[:-1][same], one.hashes[1:][same]
    return Tokens(_mixed(first ^ (second * _K2)), one.text[1:][same], one.n_texts)


def _bytes(texts: pa.StringArray) -> tuple[Ints, Bytes]:
    """Return (n_texts + 1) offsets into the bytes of some texts, and the bytes."""
    column = pc.fill_null(texts, "").cast(pa.binary())
    if (pc.max(pc.binary_length(column)).as_py() or 0) > N_HEAD_BYTES + N_TAIL_BYTES:
        column = _cut(column)
    _, offset_buffer, data_buffer = column.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32, count=len(column) + 1,
                            offset=4 * column.offset).astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.zeros(0, np.uint8)
    return offsets, data


def _cut(column: pa.BinaryArray) -> pa.BinaryArray:
    """Return each text's beginning and, of a long one, its end."""
    is_long = pc.greater(pc.binary_length(column), N_HEAD_BYTES + N_TAIL_BYTES)
    head = pc.binary_slice(column, 0, N_HEAD_BYTES)
    tail = pc.binary_slice(column, -N_TAIL_BYTES)
    both = pc.binary_join_element_wise(head, tail, pa.scalar(b" "))
    return pc.if_else(is_long, both, column)


def _block(data: Bytes, offsets: Ints) -> Tokens:
    """Return the tokens of neighbouring texts; ``text`` counts from the first of them."""
    first, last = int(offsets[0]), int(offsets[-1])
    raw = data[first:last]
    bounds = offsets - first
    n = len(raw)
    lowered = np.frombuffer(raw.tobytes().translate(_LOWER) + bytes(_LONGEST), np.uint8)
    kind = np.frombuffer(raw.tobytes().translate(_KIND), np.uint8)
    cut = np.empty(n + 1, dtype=np.bool_)
    np.not_equal(kind[1:], kind[:-1], out=cut[1:n])
    ideographs = np.flatnonzero((raw >= _FIRST_IDEOGRAPH) & (raw <= _LAST_IDEOGRAPH))
    cut[ideographs] = True
    cut[np.minimum(ideographs + 3, n)] = True
    cut[bounds] = True
    places = np.flatnonzero(cut)
    starts = places[:-1]
    is_token = kind[starts] != _SPACE
    starts, length = starts[is_token], np.diff(places)[is_token]
    n_before = np.searchsorted(starts, bounds)
    text = np.repeat(np.arange(len(bounds) - 1), np.diff(n_before))
    return Tokens(_hashes(lowered, starts, length), text, len(bounds) - 1)


def _hashes(lowered: Bytes, starts: Ints, length: Ints) -> Hashes:
    """Return the numbers of tokens, from their first bytes and their length."""
    words = np.ndarray((len(lowered) - 7,), "<u8", lowered, strides=(1,))
    short = np.minimum(length, 255)
    front = words[starts] & _FRONT[short]
    front *= _K1
    is_long = np.flatnonzero(length > 8)
    back = words[starts[is_long] + 8] & _BACK[short[is_long]]
    front[is_long] ^= (back + short[is_long].astype(np.uint64)) * _K2
    return _mixed(front)


def _mixed(value: Hashes) -> Hashes:
    """Return numbers whose bits all depend on all bits (Stafford's mix 13 of murmur3)."""
    value = value ^ (value >> np.uint64(30))
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value


def _kinds() -> bytes:
    """Return the kind of each byte."""
    kind = bytearray([_PUNCTUATION]) * 256
    for letter in range(256):
        if letter <= ord(" ") or letter == 127 or chr(letter) in "'-":
            kind[letter] = _SPACE
        elif letter >= 128 or chr(letter).isalnum() or chr(letter) == "_":
            kind[letter] = _WORD
    return bytes(kind)


def _lowered() -> bytes:
    """Return each byte with ASCII letters lowered and digits made one."""
    return bytes(
        ord("0") if chr(letter) in "0123456789" else ord(chr(letter).lower())
        if letter < 128 else letter
        for letter in range(256)
    )


def _masks(n_before: int) -> Hashes:
    """Return, by a token's length, which of eight bytes after ``n_before`` belong to it."""
    n = [min(max(length - n_before, 0), 8) for length in range(256)]
    return np.array([(1 << (8 * k)) - 1 for k in n], dtype=np.uint64)


_KIND, _LOWER = _kinds(), _lowered()
_FRONT, _BACK = _masks(0), _masks(8)
_K1, _K2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
