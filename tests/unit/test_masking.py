"""What of a prompt is masked, and that a word's number depends on nothing but word and key."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.ingest.masking import salts, words_of
from linkage.ingest.sketches import Sketcher

KEY = b"a key of sixteen bytes or more"
SALT = salts(KEY)


def read(text, key=SALT):
    """Return the words of one text: a mark as '#', any other as its number."""
    words = words_of(pa.array([text], pa.string()), key)
    return [
        "#" if mark else code
        for code, mark in zip(words.code.tolist(), words.is_mark.tolist(), strict=True)
    ]


@pytest.mark.parametrize(("varies", "plain"), [
    ("open src/core/x.py now", "open # now"),
    ("see https://a.b/c?d=1 please", "see # please"),
    ("write to jo@example.org today", "write to # today"),
    ("say \"two words\" twice", "say # twice"),
    ("say “two words” twice", "say # twice"),
    ("run `rm x` first", "run # first"),
    ("run ```a\nb c``` first", "run # first"),
    ("count 12 or 3,500 of them", "count # or # of them"),
    ("call sortList or do_it or f(x) there", "call # or # or # there"),
    ("we will meet the old man of Paris and then we all go home", "we will meet the old man of # "
     "and then we all go home"),
    ("keep aGVsbG8gd29ybGQgdGhpcyBpcyBhIGxvbmcgb25lIG9mIHRoZW0 whole", "keep # whole"),
])
def test_what_varies_is_a_mark(varies, plain):
    expected = [word for part in plain.split() for word in (["#"] if part == "#" else read(part))]
    assert read(varies) == expected


@pytest.mark.parametrize(("one", "other"), [
    ("Write a TEST for it!", "write a test, for it"),
    ("ПРИВЕТ как дела", "привет КАК дела"),
    ("don't  stop\n\nnow", "don't stop now"),
])
def test_case_punctuation_and_blanks_go(one, other):
    assert read(one) == read(other)


@pytest.mark.parametrize(("text", "n"), [
    ("神舟八号的宇航员是谁", 10), ("สวัสดี", 6), ("مرحبا بالعالم", 2), ("नमस्ते दुनिया", 2),
    ("🙂🙂", 0), ("", 0), ("\x00\x01", 0), ("�� �", 0), ("a\u0301b c", 2),
])
def test_any_script_has_words(text, n):
    assert len(read(text)) == n


def test_capitals_mark_no_names_where_most_words_have_one():
    german = "Schreibe einen Aufsatz über die Geschichte der Stadt und ihre Brücken"
    assert "#" not in read(german)


TEXT = st.text(st.sampled_from("abZ9 ./:`\"#-_(é你\n“”"), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_a_text_has_the_same_words_whatever_stands_beside_it(texts):
    together = words_of(pa.array(texts, pa.string()), SALT)
    for at, text in enumerate(texts):
        inside = slice(together.starts[at], together.starts[at + 1])
        alone = words_of(pa.array([text], pa.string()), SALT)
        assert together.code[inside].tolist() == alone.code.tolist()
        assert together.is_mark[inside].tolist() == alone.is_mark.tolist()
        assert together.after[inside].tolist() == alone.after.tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=10))
def test_plain_words_are_equal_exactly_where_they_are_spelt_alike(words):
    codes = read(" ".join(words))
    assert len(codes) == len(words)
    assert len(set(zip(words, codes, strict=True))) == len(set(words)) == len(set(codes))


def test_another_key_gives_other_numbers():
    text = pa.array(["please write a long and thorough report about the weather of today now"])
    one, other = (Sketcher(key).sketch(text) for key in (KEY, b"another key, also long"))
    assert one.skeleton[0] != other.skeleton[0]
    assert not np.isin(one.bands, other.bands).any()
