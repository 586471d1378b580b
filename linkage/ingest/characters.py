"""What each character of any script is: a letter, a blank, a mark of code, ..."""

import unicodedata
from functools import cache
from itertools import groupby

import numpy as np
import numpy.typing as npt

(OTHER, LETTER, SINGLE, UPPER, DIGIT, CODE, DOT, COLON_INSIDE, BRACKET, TICK, QUOTE, OPENS, CLOSES,
 LINE, SPACE, STOP, COLON, COMMA) = range(18)
"""Classes of characters. ``SINGLE`` is a word by itself (scripts that put no blanks between
words), ``CODE`` makes its surroundings a path, a name or a piece of code; ``DOT``,
``COLON_INSIDE`` and ``BRACKET`` do so between two letters. The order matters: words are
``LETTER`` to ``DIGIT``, and ``UPPER`` to ``LINE`` are looked at one by one."""

ENDS_PART, BLANK, AFTER_NAME = 1, 2, 4
"""What a character between words does: it ends a part of a prompt, or parts words only, or
may stand before a name."""

N_POINTS = 0x110000

_OF_CHARACTER = {
    "_/\\@$&=+<>{}[]|~^": CODE, ".": DOT, ":": COLON_INSIDE, "(": BRACKET, "`": TICK, '"': QUOTE,
    "“«「": OPENS, "”»」": CLOSES, "!?。！？।؟": STOP, ";：；": COLON, ",，、": COMMA,
    "\n\r\x85\u2028\u2029": LINE,
}
_WITHOUT_BLANKS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x312F), (0x31A0, 0x9FFF),
    (0xA000, 0xA4CF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)
"""Thai, Lao, Burmese, Khmer, Chinese and Japanese writing, by code point."""


@cache
def classes() -> npt.NDArray[np.uint8]:
    """(0x110000,) the class of each character."""
    of_category = {"Lu": UPPER, "Lt": UPPER, "Nd": DIGIT, "Nl": DIGIT, "No": DIGIT}
    found = np.zeros(N_POINTS, dtype=np.uint8)
    place = 0
    for category, run in groupby(map(unicodedata.category, map(chr, range(N_POINTS)))):
        n = sum(1 for _ in run)
        found[place : place + n] = of_category.get(
            category, LETTER if category[0] in "LM" else OTHER
        )
        place += n
    found[[point for point in range(0x3100) if chr(point).isspace()]] = SPACE
    for first, last in _WITHOUT_BLANKS:
        inside = found[first : last + 1]
        inside[inside == LETTER] = SINGLE
    for characters, one in _OF_CHARACTER.items():
        found[[ord(character) for character in characters]] = one
    return found


@cache
def small() -> npt.NDArray[np.uint32]:
    """(0x110000,) each character in small letters, where that is one character."""
    points = np.arange(N_POINTS, dtype=np.uint32)
    for point in np.flatnonzero(classes() == UPPER):
        lower = chr(point).lower()
        points[point] = ord(lower) if len(lower) == 1 else point
    return points


@cache
def ascii_classes() -> bytes:
    """Return the classes as a table for :meth:`bytes.translate`."""
    return classes()[:256].tobytes()


@cache
def roles() -> npt.NDArray[np.uint8]:
    """(18,) what each class does between words."""
    found = np.zeros(18, dtype=np.uint8)
    found[[DOT, COLON_INSIDE, STOP, COLON, LINE]] = ENDS_PART
    found[SPACE] = BLANK | AFTER_NAME
    found[LINE] |= BLANK
    found[[COMMA, LETTER, SINGLE, UPPER, DIGIT]] = AFTER_NAME
    return found
