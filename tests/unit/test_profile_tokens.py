"""Tokens of texts, beside a slow and obvious way of taking them apart."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkage.profile.tokens import N_HEAD_BYTES, N_TAIL_BYTES, pairs, tokens

TOKEN = re.compile(
    rb"[\xe3-\xed][\x80-\xbf]{2}|(?:[0-9A-Za-z_\x80-\xe2\xee-\xff]|[\xe3-\xed](?![\x80-\xbf]))+"
    rb"|[!-&(-,./:-@\[-^`{-~]+"
)


def _obvious(text: str) -> list[bytes]:
    """Tokens as their module describes them, spelled so that equal ones are equal."""
    found = TOKEN.findall(text.encode())
    return [re.sub(rb"[0-9]", b"0", token.lower()) for token in found]


def _as_numbers(words: list[list[bytes]]) -> list[list[int]]:
    """Number words by first appearance; beyond 16 bytes only their length counts."""
    seen: dict[tuple[bytes, int], int] = {}
    return [
        [seen.setdefault((w[:16], min(len(w), 255)), len(seen)) for w in text] for text in words
    ]


@given(texts=st.lists(st.text(max_size=60), max_size=8))
def test_tokens_are_the_obvious_ones(texts):
    found = tokens(pa.array(texts, pa.string()))
    named: dict[int, int] = {}
    mine = [
        [named.setdefault(int(h), len(named)) for h in found.hashes[found.text == at]]
        for at in range(len(texts))
    ]
    assert mine == _as_numbers([_obvious(text) for text in texts])


@pytest.mark.parametrize("texts", [[], [""], [None], ["", None, "a"], ["好" * 3], ["a" * 300]])
def test_every_text_keeps_its_place(texts):
    found = tokens(pa.array(texts, pa.string()))
    assert found.n_texts == len(texts)
    assert set(found.text.tolist()) <= set(range(len(texts)))


def test_a_slice_gives_what_its_texts_give():
    whole = pa.array(["one two", "three", "four five six"])
    part = tokens(whole.slice(1))
    alone = tokens(pa.array(["three", "four five six"]))
    assert part.hashes.tolist() == alone.hashes.tolist()


def test_pairs_do_not_span_two_texts():
    found = pairs(tokens(pa.array(["a b c", "d", "e f"])))
    assert found.text.tolist() == [0, 0, 2]


def test_a_pair_has_an_order():
    found = pairs(tokens(pa.array(["a b", "b a", "A  B"])))
    assert found.hashes[0] == found.hashes[2] != found.hashes[1]


def test_of_a_long_text_the_beginning_and_the_end_are_read():
    text = "first " + "x " * 3_000_000 + "last"
    found = tokens(pa.array([text]))
    known = tokens(pa.array(["first last"])).hashes
    assert len(found.hashes) <= (N_HEAD_BYTES + N_TAIL_BYTES) // 2 + 3
    assert np.isin(known, found.hashes).all()


def test_texts_of_several_blocks_are_as_texts_alone():
    texts = [f"word{at} and again, word{at}" * 20 for at in range(2_000)]
    together = tokens(pa.array(texts))
    alone = tokens(pa.array(texts[1_234:1_235]))
    assert together.hashes[together.text == 1_234].tolist() == alone.hashes.tolist()
