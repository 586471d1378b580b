"""Templates: near duplicates join one centre, and nothing joins through a third."""

import random
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from skeletons import mutated, obvious_homes, table_of

from linkage.ingest.band_groups import ALIKE, MOST_COMPARED
from linkage.ingest.digests import digests, fewest_equal, likeness, n_equal
from linkage.ingest.prompts import BANDS
from linkage.ingest.sketches import LANE_BITS, N_BANDS, N_LANES, Sketcher
from linkage.ingest.templates import make_templates
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


def homes(store):
    """Return the template of each skeleton that is of another one's."""
    make_templates(store)
    rows = store.arrow("select code, template_code from template").to_pydict()
    return dict(zip(rows["code"], rows["template_code"], strict=True))


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32), n_bases=st.integers(1, 4), n=st.integers(1, 60),
       most=st.sampled_from([0, 10, 10**6]), rows=st.sampled_from([5, 1000]))
@example(seed=1, n_bases=2, n=60, most=3, rows=7)
def test_templates_are_the_obvious_ones_in_memory_and_by_parts(
    tmp_path_factory, seed, n_bases, n, most, rows
):
    code, bands = mutated(seed, n_bases, n)
    again = np.random.default_rng(seed).integers(0, n, n // 3)
    with pytest.MonkeyPatch.context() as patch, Store(
        tmp_path_factory.mktemp("store"), memory_limit_mb=100, threads=1
    ) as store:
        patch.setattr("linkage.ingest.templates.MOST_IN_MEMORY", most)
        patch.setattr("linkage.ingest.gathering.ROWS_AT_ONCE", rows)
        patch.setattr("linkage.ingest.gathering_by_parts.ROWS_AT_ONCE", rows)
        store.put("skeleton", table_of(
            np.append(code, code[again]), np.concatenate([bands, bands[again]])))
        assert homes(store) == obvious_homes(code, bands)[0]


def test_the_worlds_of_the_law_need_several_rounds_and_more_heads_than_are_compared():
    worlds = [mutated(seed, 2, 60) for seed in range(8)]
    assert sum(obvious_homes(*world)[1] > 1 for world in worlds) > 4
    largest = [np.unique(bands[:, 0], return_counts=True)[1].max() for _, bands in worlds]
    assert sum(n > 2 * MOST_COMPARED for n in largest) > 4


def gathered(tmp_path, texts, *, rows=None, n_threads=2):
    """Return the template of each text, by a number of its own."""
    found = Sketcher(KEY).sketch(pa.array([" ".join(words) for words in texts]))
    code = found.skeleton.view(np.int64)
    bands = found.bands.view(np.int64)
    rows = np.arange(len(texts)) if rows is None else np.array(rows)
    with Store(tmp_path / "store", memory_limit_mb=500, threads=2) as store:
        store.put("skeleton", pa.table({"code": code[rows], **{
            name: np.ascontiguousarray(bands[rows, at]) for at, name in enumerate(BANDS)
        }}))
        make_templates(store, n_threads=n_threads)
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
    estimate = likeness(digests(list(left.bands.T)), digests(list(right.bands.T)))
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
    n = 50_000
    rng = np.random.default_rng(1)
    bands = rng.integers(1, 2**62, (n, N_BANDS))
    bands[:, :3] = 7
    with Store(tmp_path / "store", memory_limit_mb=500, threads=1) as store:
        store.put("skeleton", pa.table({"code": np.arange(n), **{
            name: np.ascontiguousarray(bands[:, at]) for at, name in enumerate(BANDS)}}))
        begun = time.process_time()
        assert make_templates(store) == 0
    # All with all would be 1.25 billion pairs.
    assert time.process_time() - begun < 20


def test_skeletons_made_to_have_one_sketch_are_one_template(tmp_path):
    n = 20_000
    bands = np.repeat(np.random.default_rng(1).integers(1, 2**62, (1, N_BANDS)), n, axis=0)
    with Store(tmp_path / "store", memory_limit_mb=500, threads=1) as store:
        store.put("skeleton", pa.table({"code": np.arange(n), **{
            name: np.ascontiguousarray(bands[:, at]) for at, name in enumerate(BANDS)}}))
        assert make_templates(store) == n - 1
        assert store.scalar("select count(distinct template_code) from template") == 1


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("rows", [1, 7, 10**6])
def test_neither_parts_nor_threads_change_a_template(tmp_path, monkeypatch, rows, n_threads):
    texts = [prose(at // 4)[:50] + prose(100 + at, 10) for at in range(80)]
    expected = gathered(tmp_path / "a", texts)
    monkeypatch.setattr("linkage.ingest.gathering.ROWS_AT_ONCE", rows)
    assert gathered(tmp_path / "b", texts, n_threads=n_threads) == expected
    groups = [expected[at : at + 4] for at in range(0, 80, 4)]
    assert sum(len(set(group)) == 1 for group in groups) >= 17


def test_every_skeleton_is_like_its_centre_and_a_centre_is_its_own(tmp_path):
    texts = [prose(at // 9)[: 20 + at % 40] + prose(100 + at, 40 - at % 40) for at in range(300)]
    found = gathered(tmp_path, texts)
    made = Sketcher(KEY).sketch(pa.array([" ".join(words) for words in texts]))
    row = {code: at for at, code in enumerate(made.skeleton.view(np.int64).tolist())}
    centre = np.array([row[code] for code in found])
    assert (centre[centre] == centre).all()
    digest = digests(list(made.bands.T))
    joined = centre != np.arange(len(texts))
    assert 20 < joined.sum() < 280
    assert (n_equal(digest, digest[centre])[joined] >= fewest_equal(ALIKE)).all()


@given(st.integers(0, 2**32), st.integers(0, N_BANDS * N_LANES))
def test_a_digest_counts_the_minima_that_agree(seed, n_same):
    rng = np.random.default_rng(seed)
    lanes = rng.integers(0, 2**LANE_BITS, (2, N_BANDS * N_LANES))
    lanes[1, :n_same] = lanes[0, :n_same]
    bands = sum(lanes.reshape(2, N_BANDS, N_LANES)[:, :, at] << at * LANE_BITS
                for at in range(N_LANES)).astype(np.uint64)
    expected = ((lanes[0] ^ lanes[1]) & 15 == 0).sum()
    digest = digests(list(bands.T))
    assert n_equal(digest[:1], digest[1:]).tolist() == [expected]
