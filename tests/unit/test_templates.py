"""Templates: near duplicates join one centre, and nothing joins through a third."""

import random

import numpy as np
import pyarrow as pa
import pytest

from linkage.ingest.prompts import BANDS
from linkage.ingest.sketches import N_BANDS, Sketcher, likeness
from linkage.ingest.templates import ALIKE, make_templates
from linkage.store import Store

KEY = b"a key of sixteen bytes or more"
WORDS = [a + b + c for a in "bdfgk" for b in "aeiou" for c in "lmnrst"]


def prose(seed, n=60):
    return random.Random(seed).choices(WORDS, k=n)


def shingles(words):
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def jaccard(left, right):
    a, b = shingles(left), shingles(right)
    return len(a & b) / len(a | b)


def gathered(tmp_path, texts, *, rows=None):
    """Return the template of each text, by a number of its own."""
    found = Sketcher(KEY).sketch(pa.array([" ".join(words) for words in texts]))
    code = found.skeleton.view(np.int64)
    bands = found.bands.view(np.int64)
    rows = np.arange(len(texts)) if rows is None else np.array(rows)
    with Store(tmp_path / "store", memory_limit_mb=500, threads=2) as store:
        store.put("skeleton", pa.table({"code": code[rows], **{
            name: np.ascontiguousarray(bands[rows, at]) for at, name in enumerate(BANDS)
        }}))
        make_templates(store)
        moved = store.arrow("select code, template_code from template")
    home = dict(zip(moved["code"].to_pylist(), moved["template_code"].to_pylist(), strict=True))
    return [home.get(one, one) for one in code.tolist()]


@pytest.mark.parametrize("n_same", [60, 45, 30, 15, 0])
def test_likeness_is_the_jaccard_similarity_of_shingles(n_same):
    pairs = []
    for seed in range(200):
        base = prose(seed)
        pairs.append((base, base[:n_same] + prose(1000 + seed, 60 - n_same)))
    left, right = (
        Sketcher(KEY).sketch(pa.array([" ".join(pair[at]) for pair in pairs])) for at in (0, 1)
    )
    estimate = likeness(left.bands, right.bands)
    truth = np.array([jaccard(*pair) for pair in pairs])
    assert abs(estimate.mean() - truth.mean()) < 0.02
    assert np.abs(estimate - truth).max() < 0.3


def test_near_duplicates_share_a_template_and_others_do_not(tmp_path):
    bases = [prose(seed) for seed in range(30)]
    texts = [base[:50] + prose(100 + 7 * at + k, 10) for at, base in enumerate(bases)
             for k in range(5)]
    found = gathered(tmp_path, texts)
    by_base = [found[at : at + 5] for at in range(0, len(texts), 5)]
    assert sum(len(set(group)) == 1 for group in by_base) >= 28
    assert len({one for group in by_base for one in group}) <= 34
    for at, one in enumerate(by_base):
        assert not set(one) & {code for other in by_base[at + 1 :] for code in other}


def test_a_chain_is_not_one_template(tmp_path):
    """Each text is much like the next, the first nothing like the last."""
    long = prose(1, 400)
    chain = [long[at : at + 60] for at in range(0, 340, 12)]
    found = gathered(tmp_path, chain)
    assert len(set(found)) >= 5
    members = {code: [chain[at] for at, one in enumerate(found) if one == code]
               for code in set(found)}
    centre = dict(zip(Sketcher(KEY).sketch(
        pa.array([" ".join(words) for words in chain])).skeleton.view(np.int64).tolist(),
        chain, strict=True))
    for code, texts in members.items():
        assert all(jaccard(centre[code], words) > ALIKE - 0.3 for words in texts)


def test_neither_the_order_of_rows_nor_repeats_change_a_template(tmp_path):
    texts = [prose(at // 4)[:45] + prose(100 + at, 15) for at in range(80)]
    rows = [*range(80), 3, 5, 5]
    random.Random(1).shuffle(rows)
    assert gathered(tmp_path / "a", texts) == gathered(tmp_path / "b", texts, rows=rows)


def test_texts_of_few_words_equal_themselves_alone(tmp_path):
    found = Sketcher(KEY).sketch(pa.array(["fix it", "", "please fix this code for me now"]))
    assert found.skeleton[:2].tolist() == [0, 0]
    assert found.skeleton[2]
    assert not found.bands.any()


def test_sketches_made_to_share_a_band_are_still_compared(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    bands = rng.integers(1, 2**62, (500, N_BANDS))
    bands[:, 0] = 7
    with Store(tmp_path / "store", memory_limit_mb=500, threads=1) as store:
        store.put("skeleton", pa.table({"code": np.arange(500), **{
            name: np.ascontiguousarray(bands[:, at]) for at, name in enumerate(BANDS)}}))
        assert make_templates(store) == 0


def test_chunks_of_any_size_give_bounded_templates(tmp_path, monkeypatch):
    texts = [prose(at // 4)[:50] + prose(100 + at, 10) for at in range(80)]
    monkeypatch.setattr("linkage.ingest.templates.SKELETONS_AT_ONCE", 10)
    monkeypatch.setattr("linkage.ingest.templates.KEYS_AT_ONCE", 16)
    found = gathered(tmp_path, texts)
    groups = [found[at : at + 4] for at in range(0, 80, 4)]
    assert sum(len(set(group)) == 1 for group in groups) >= 17
