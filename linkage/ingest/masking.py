"""Prompts as words: what varies is masked, what stays becomes numbers that carry the key.

Everything here runs over the characters of many texts at once, in native loops: no
Python statement sees a single text or word.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from linkage.ingest.characters import (
    AFTER_NAME,
    BLANK,
    BRACKET,
    CLOSES,
    CODE,
    DIGIT,
    DOT,
    LETTER,
    LINE,
    OPENS,
    QUOTE,
    SINGLE,
    SPACE,
    TICK,
    UPPER,
    ascii_classes,
    classes,
    roles,
    small,
)

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

LONGEST_WORD = 40
"""Longer runs of letters are no words but data, and masked."""

MOST_NAMES = 0.2
"""Share of capitalised words above which a capital does not mark a name: German, titles."""

_WINDOW = 8
"""Characters of a word that are hashed at once."""


@dataclass(frozen=True)
class Words:
    """The words of some texts, a run of marks as one."""

    code: Codes
    """(n_words,) keyed number of each word; all marks have the same."""
    is_mark: Flags
    """(n_words,) stands here for something that varies?"""
    after: Bytes
    """(n_words,) roles of the characters between this word and the next."""
    starts: Ints
    """(n_texts + 1,) first word of each text."""


def salts(key: bytes) -> Codes:
    """Draw random numbers from the secret key: without it no hash can be foretold."""
    seed = hashlib.blake2b(key, digest_size=32, person=b"linkage prompts").digest()
    draw = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "little")))
    return draw.integers(0, 2**64, 32, dtype=np.uint64) | np.uint64(1)


def words_of(texts: pa.StringArray, salt: Codes) -> Words:
    """Return the masked words of some texts.

    Masked are code between backticks, text between quotation marks, addresses, paths, names,
    numbers, and runs of letters too long for a word. Case, punctuation and blanks go.

    Parameters
    ----------
    texts
        (n_texts,) none null.
    salt
        The key's numbers, from :func:`salts`.
    """
    text = _characters(texts)
    begins, ends = text.words()
    starts = np.searchsorted(begins, text.row_start)
    if not len(begins):
        nothing = np.zeros(0, dtype=np.uint64)
        return Words(nothing, nothing.astype(bool), nothing.astype(np.uint8), starts)
    masked = ends - begins > LONGEST_WORD
    masked |= text.varying(begins)
    masked |= text.names(begins, starts)
    code = text.numbers(begins, ends, salt)
    code[masked] = salt[0]
    next_begins = np.append(begins[1:], len(text.kind))
    has_words = np.flatnonzero(np.diff(starts))
    next_begins[starts[has_words + 1] - 1] = text.row_start[has_words + 1]
    after = text.between(ends, next_begins)
    is_first = np.zeros(len(begins) + 1, dtype=bool)
    is_first[starts] = True
    again = masked[1:] & masked[:-1] & ~is_first[1:-1]
    if not again.any():
        return Words(code, masked, after, starts)
    # What follows a run of marks follows its last.
    kept, is_last = np.append(True, ~again), np.append(~again, True)
    n_before = np.append(0, np.cumsum(kept))
    return Words(code[kept], masked[kept], after[is_last], n_before[starts])


@dataclass(frozen=True)
class _Characters:
    """The characters of some texts, one text after the other."""

    kind: Bytes
    """Class of each character."""
    lanes: tuple[Bytes, ...]
    """The code points, lowest byte first, in small letters; one lane, in letters as they came,
    where all is ASCII."""
    row_start: Ints
    """(n_texts + 1,) first character of each text."""

    def words(self) -> tuple[Ints, Ints]:
        """First character of each word, and the one after its last."""
        # Below LETTER the difference wraps around, so that one comparison is enough.
        is_word = (self.kind - np.uint8(LETTER)) <= DIGIT - LETTER
        if len(self.lanes) == 1:
            # Texts end with a line end: what begins also ends.
            turn = np.flatnonzero(is_word[1:] != is_word[:-1]) + 1
            turn = np.r_[0, turn] if len(is_word) and is_word[0] else turn
            return turn[0::2], turn[1::2]
        single = self.kind == SINGLE
        joined = is_word[1:] & is_word[:-1] & ~(single[1:] | single[:-1])
        begins, ends = is_word.copy(), is_word
        begins[1:] &= ~joined
        ends[:-1] &= ~joined
        return np.flatnonzero(begins), np.flatnonzero(ends) + 1

    def between(self, ends: Ints, next_begins: Ints) -> Bytes:
        """Roles of what stands between words: of its first two characters and its last."""
        found = roles()[self.kind[ends]]
        longer = np.flatnonzero(next_begins - ends > 1)
        for at in (ends[longer] + 1, next_begins[longer] - 1):
            found[longer] |= roles()[self.kind[at]]
        if len(self.lanes) > 1:
            found[next_begins == ends] = 0
        return found

    def varying(self, begins: Ints) -> Flags:
        """Whether each word stands in code, in quotes, or holds a digit."""
        special = np.flatnonzero((self.kind - np.uint8(UPPER)) <= LINE - UPPER)
        kind = self.kind[special]
        depth = np.zeros(len(begins) + 1, dtype=np.int32)
        for first, last in (self._code(special, kind), *self._quoted(special, kind)):
            np.add.at(depth, np.searchsorted(begins, first), 1)
            np.add.at(depth, np.searchsorted(begins, last), -1)
        found: Flags = np.cumsum(depth[:-1]) > 0
        digit = special[kind == DIGIT]
        found[np.searchsorted(begins, digit, side="right") - 1] = True
        return found

    def _code(self, special: Ints, kind: Bytes) -> tuple[Ints, Ints]:
        """Runs without blanks that hold a mark of code: _ or /, file.txt, f(x), camelCase."""
        inner = ((kind >= DOT) & (kind <= BRACKET)) | (kind == UPPER)
        near = special[inner & (special > 0)]
        here, before, after = self.kind[near], self.kind[near - 1], self.kind[near + 1]
        camel = (here == UPPER) & (before == LETTER)
        joins = (
            (here != UPPER) & ((before == LETTER) | (before == UPPER))
            & ((after == LETTER) | (after == UPPER))
        )
        at = np.sort(np.concatenate([special[kind == CODE], near[camel | joins]]))
        if not len(at):
            return at, at
        blank = np.flatnonzero((self.kind - np.uint8(LINE)) <= SPACE - LINE)
        place = np.searchsorted(blank, at)
        place = place[np.r_[True, place[1:] != place[:-1]]]
        return np.where(place > 0, blank[place - 1] + 1, 0), blank[place]

    def _quoted(self, special: Ints, kind: Bytes) -> Iterator[tuple[Ints, Ints]]:
        """Text between backticks, and between quotation marks of one line."""
        tick = special[kind == TICK]
        if len(tick):
            tick = tick[np.r_[True, np.diff(tick) > 1]]  # a fence of three counts as one
            yield _in_pairs(tick, np.searchsorted(self.row_start, tick, side="right"))
        line = special[kind == LINE]
        quote = special[kind == QUOTE]
        if len(quote):
            yield _in_pairs(quote, np.searchsorted(line, quote))
        opens, closes = special[kind == OPENS], special[kind == CLOSES]
        if len(opens):
            at = np.searchsorted(closes, opens)
            opens, at = opens[at < len(closes)], at[at < len(closes)]
            same = np.searchsorted(line, opens) == np.searchsorted(line, closes[at])
            yield opens[same], closes[at[same]]

    def names(self, begins: Ints, starts: Ints) -> Flags:
        """Whether each word is a name: a capital inside a sentence, where those are rare."""
        capital = np.flatnonzero(self.kind[begins] == UPPER)
        capital = capital[begins[capital] >= 2]
        at = begins[capital]
        capital = capital[
            (self.kind[at + 1] == LETTER) & (self.kind[at - 1] == SPACE)
            & ((roles()[self.kind[at - 2]] & (AFTER_NAME | BLANK)) == AFTER_NAME)
        ]
        row = np.searchsorted(starts, capital, side="right") - 1
        n_capital = np.bincount(row, minlength=len(starts) - 1)
        is_rare = n_capital <= MOST_NAMES * np.diff(starts)
        found = np.zeros(len(begins), dtype=bool)
        found[capital[is_rare[row]]] = True
        return found

    def numbers(self, begins: Ints, ends: Ints, salt: Codes) -> Codes:
        """The keyed number of each word, whatever its case."""
        length = ends - begins
        code = self._part(begins, length, salt)
        longer = np.arange(len(begins))
        for at in range(_WINDOW, LONGEST_WORD, _WINDOW):
            longer = longer[length[longer] > at]
            part = self._part(begins[longer] + at, length[longer] - at, salt)
            code[longer] = mixed(code[longer] + part)
        return code

    def _part(self, begins: Ints, length: Ints, salt: Codes) -> Codes:
        """The keyed number of at most eight characters from each place on."""
        mask = _MASKS[np.minimum(length, _WINDOW)]
        code = _windows(self.lanes[0])[begins]
        if len(self.lanes) == 1:
            code |= _SMALL
        code &= mask
        code ^= salt[8]
        code = mixed(code)
        for lane, written in enumerate(self.lanes[1:], 9):
            higher = _windows(written)[begins] & mask
            # All ASCII must equal a text without this lane.
            code += np.where(higher == 0, np.uint64(0), mixed(higher ^ salt[lane]))
        return code


_SMALL = np.uint64(0x2020202020202020)
"""The bit that small letters of ASCII have and capitals lack; digits have it too."""

_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WINDOW + 1)], dtype=np.uint64)


def _windows(written: Bytes) -> Codes:
    """Each place's eight bytes as one number; the lane must go on for eight more."""
    return np.lib.stride_tricks.as_strided(
        written[:8].view(np.uint64), shape=(len(written) - 8,), strides=(1,)
    )


def _characters(texts: pa.StringArray) -> _Characters:
    """Lay out the characters of texts, a line end after each, so that no run goes on."""
    ended = pc.binary_join_element_wise(texts, "", "\n")
    row_start = np.frombuffer(ended.buffers()[1], np.int32, len(ended) + 1).astype(np.int64)
    n_bytes = int(row_start[-1])
    written = ended.buffers()[2].slice(0, n_bytes).to_pybytes() if n_bytes else b""
    rest = bytes(_WINDOW + LONGEST_WORD)
    if written.isascii():
        kind = np.frombuffer(written.translate(ascii_classes()), dtype=np.uint8)
        return _Characters(kind, (np.frombuffer(written + rest, dtype=np.uint8),), row_start)
    row_start = np.concatenate([[0], np.cumsum(pc.utf8_length(ended).to_numpy())])
    point = np.frombuffer(written.decode().encode("utf-32-le"), dtype=np.uint32)
    lowered = small()[point].astype("<u4").view(np.uint8).reshape(-1, 4)
    lanes = tuple(
        np.concatenate([lowered[:, at], np.zeros(len(rest), np.uint8)]) for at in range(3)
    )
    return _Characters(classes()[point], lanes, row_start)


def _in_pairs(at: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Pair the marks of each group: first with second, third with fourth; one left over is none."""
    rank = np.arange(len(at)) - np.searchsorted(group, group)
    opens = np.flatnonzero((rank % 2 == 0) & (np.append(group[1:], -1) == group))
    return at[opens], at[opens + 1]


def mixed(code: Codes) -> Codes:
    """Scatter numbers so that each bit depends on all, as MurmurHash3 ends."""
    found = code >> np.uint64(33)
    found ^= code
    found *= np.uint64(0xFF51AFD7ED558CCD)
    shifted = found >> np.uint64(33)
    found ^= shifted
    found *= np.uint64(0xC4CEB9FE1A85EC53)
    np.right_shift(found, np.uint64(33), out=shifted)
    found ^= shifted
    return found
