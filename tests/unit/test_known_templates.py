"""Templates from night to night: those of gathering everything, whatever came and went."""

import logging
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import skeleton_nights
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from skeleton_nights import KEY, Nights
from skeleton_nights import after_a_night as made
from skeletons import mutated

from linkage.forget.state import OWNERS
from linkage.ingest.gathered import GATHERED, Misfit, read_gathered
from linkage.ingest.segments import SEGMENTS, read_segment

ANEW = "all templates are gathered anew"


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32), n_bases=st.integers(1, 3), few=st.sampled_from([4, 8]))
def test_a_night_after_others_has_the_templates_of_one_over_everything(
    tmp_path_factory, caplog_at_info, seed, n_bases, few
):
    rng = np.random.default_rng(seed)
    nights = Nights(tmp_path_factory.mktemp("state"), *mutated(seed, n_bases, 50))
    names = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkage.ingest.known_templates.MOST_CHANGED", 1e9)
        patch.setattr("linkage.ingest.known_templates.ROWS_AT_ONCE", 7)
        patch.setattr("linkage.ingest.recounting.ROWS_AT_ONCE", 5)
        patch.setattr("linkage.ingest.recounting.FEW", few)
        for night in range(8):
            nights.deliver(f"file{night}", rng.choice(50, rng.integers(1, 25), replace=False))
            names.append(f"file{night}")
            if night in (2, 5):
                names.remove(rng.choice(names[:2]))
            if night in (3, 6):  # what is too old went from a file
                name = names[-2]
                some = rng.permutation(sorted(nights.rows[name]))
                nights.deliver(name, some[: len(some) // 2], replaces=name)
            if night == 7:  # and one that was gone is there again
                names = [f"file{at}" for at in range(8)]
            left_out = rng.choice(50, rng.integers(0, 6), replace=False)
            caplog_at_info.clear()
            found = nights.templates(names, left_out)
            assert found == nights.expected(names, left_out)
            assert (ANEW in caplog_at_info.text) == (night == 0)
            assert nights.is_tidy()
    shutil.rmtree(nights.state)


@pytest.fixture(scope="module")
def caplog_at_info():
    """Log lines of all nights of a test, which a law may clear."""

    class Lines(logging.Handler):
        text = ""

        def emit(self, record):
            self.text += record.getMessage() + "\n"

        def clear(self):
            self.text = ""

    lines, log = Lines(), logging.getLogger("linkage.ingest.known_templates")
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    yield lines
    log.removeHandler(lines)
    log.setLevel(logging.NOTSET)


@pytest.fixture
def after_a_night(tmp_path):
    """A state after one night, and an entry that has come since."""
    return made(tmp_path)


def _the_only(place):
    (folder,) = place.iterdir()
    return folder


def test_what_was_counted_is_one_folder_without_anything_readable(after_a_night):
    folder = _the_only(after_a_night.state / GATHERED)
    after_a_night.templates(["first", "second"])
    assert _the_only(after_a_night.state / GATHERED) != folder
    every = b"".join(
        path.read_bytes() for name in (GATHERED, SEGMENTS)
        for path in (after_a_night.state / name).rglob("*.parquet"))
    assert every
    for code in after_a_night.code:
        assert int(code).to_bytes(8, "little", signed=True) not in every


def _gone(nights):
    (remove,) = {OWNERS[name].remove for name in (GATHERED, SEGMENTS)}
    remove(nights.state / SEGMENTS, ["anybody"], KEY)
    assert not any((nights.state / SEGMENTS).iterdir())
    assert not any((nights.state / GATHERED).iterdir())


def _cut_short(folder, name):
    path = _the_only(folder) / name
    path.write_bytes(path.read_bytes()[:-40])


def _flip(folder, name, part=2):
    """Flip a bit at one of so many parts of the file."""
    path = _the_only(folder) / name
    data = bytearray(path.read_bytes())
    data[len(data) // part] ^= 1
    path.write_bytes(data)


def _cut(nights):
    _cut_short(nights.state / GATHERED, "counted.parquet")


def _flipped(nights):
    _flip(nights.state / GATHERED, "counted.parquet")


def _other_version(nights):
    path = _the_only(nights.state / GATHERED) / "gathered.json"
    path.write_text(path.read_text().replace('"fits": "', '"fits": "0'))


def _no_folder(nights):
    folder = _the_only(nights.state / GATHERED)
    (folder / "gathered.json").unlink()


def _segment_gone(nights):
    shutil.rmtree(_the_only(nights.state / SEGMENTS))


def _segment_cut(nights):
    _cut_short(nights.state / SEGMENTS, "band_19.parquet")


def _segment_flipped(nights):
    _flip(nights.state / SEGMENTS, "member.parquet")


def _chosen_flipped(nights):
    _flip(nights.state / GATHERED, "chosen.parquet", part=3)


def _entry_removed(nights):
    nights.deliver("first", np.arange(40), replaces="first")
    for folder in (nights.state / "known").glob("first.*"):
        if not folder.name.endswith(nights.known.get("first").word):
            shutil.rmtree(folder)


@pytest.mark.parametrize(
    "harm", [_gone, _cut, _flipped, _other_version, _no_folder, _segment_gone, _segment_cut,
             _segment_flipped, _chosen_flipped, _entry_removed])
def test_a_night_without_counts_that_fit_gathers_everything_and_says_so(
    after_a_night, caplog, monkeypatch, harm
):
    monkeypatch.setattr("linkage.ingest.known_templates.MOST_CHANGED", 1e9)
    harm(after_a_night)
    names = ["first", "second"]
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert ANEW in caplog.text
    assert "much is new" not in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert ANEW not in caplog.text


def test_what_was_counted_under_another_key_is_not_used(after_a_night):
    with pytest.raises(Misfit, match="cannot be read"):
        read_gathered(after_a_night.state, b"another key of sixteen bytes")


def test_many_nights_leave_few_segments_of_all_their_skeletons(tmp_path, monkeypatch):
    monkeypatch.setattr("linkage.ingest.known_templates.MOST_CHANGED", 1e9)
    nights = Nights(tmp_path, *mutated(7, 2, 96))
    names = []
    for night in range(12):
        names.append(f"file{night:02}")
        nights.deliver(names[-1], np.arange(8 * night, 8 * night + 8))
        nights.templates(names)
    segments = [read_segment(tmp_path, KEY, name)
                for name in read_gathered(tmp_path, KEY).segments]
    assert 1 < len(segments) <= 4
    assert sorted(np.concatenate([one.code for one in segments])) == sorted(nights.code)
    assert all((one.n_rows == 1).all() for one in segments)


def test_nothing_new_changes_nothing(after_a_night, caplog):
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(["first"]) == after_a_night.expected(["first"])
    assert ANEW not in caplog.text


def test_much_that_is_new_is_gathered_with_everything(after_a_night, caplog):
    after_a_night.deliver("third", np.arange(60))
    names = ["first", "third"]
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert "much is new" in caplog.text


def test_more_than_there_is_memory_for_is_gathered_anew_and_not_kept(
    after_a_night, caplog, monkeypatch
):
    monkeypatch.setattr("linkage.ingest.known_templates.BYTES_A_SKELETON", 10**9)
    names = ["first", "second"]
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert "than there is memory for" in caplog.text
    assert not any((after_a_night.state / GATHERED).iterdir())
    assert not any((after_a_night.state / SEGMENTS).iterdir())


@pytest.mark.parametrize("name", [GATHERED, SEGMENTS])
def test_counts_that_cannot_be_kept_leave_those_of_the_last_night(
    after_a_night, caplog, monkeypatch, name
):
    before = read_gathered(after_a_night.state, KEY)
    rename = os.rename

    def full(path, target):
        if f"/{name}/" in str(target):
            raise OSError(28, "No space left on device", str(target))
        rename(path, target)

    monkeypatch.setattr("os.rename", full)
    names = ["first", "second"]
    assert after_a_night.templates(names) == after_a_night.expected(names)
    assert "cannot keep what was counted" in caplog.text
    kept = read_gathered(after_a_night.state, KEY)
    assert (kept.entries, kept.segments) == (before.entries, before.segments)
    monkeypatch.undo()
    caplog.clear()
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert ANEW not in caplog.text
    assert after_a_night.is_tidy()


def test_a_night_killed_while_it_keeps_its_counts_ends_as_one_that_was_not(after_a_night):
    told = subprocess.run(
        [sys.executable, skeleton_nights.__file__, after_a_night.state, "5", "60", "3"],
        capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    n_steps, n_killed, n_wrong = map(int, told.stdout.split())
    assert n_steps > 10
    assert n_killed >= n_steps // 3
    assert n_wrong == 0
