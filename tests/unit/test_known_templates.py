"""Templates from night to night: those of gathering everything, whatever came and went."""

import logging
import shutil

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from skeletons import mutated, obvious_homes, table_of

from linkage.ingest.gathered import GATHERED, Misfit, drop_gathered, read_gathered
from linkage.ingest.known import Entry, Known
from linkage.ingest.known_loading import Placed
from linkage.ingest.known_templates import make_known_templates
from linkage.store import Store

KEY = b"a key of sixteen bytes or more"
ANEW = "all templates are gathered anew"


class Nights:
    """A state whose entries have skeletons alone."""

    def __init__(self, folder, code, bands):
        self.state, self.code, self.bands = folder, code, bands
        self.known = Known(folder / "known", KEY)
        self.rows = {}

    def deliver(self, name, rows, replaces=None):
        """Write an entry with some skeletons."""
        table = table_of(self.code[rows], self.bands[rows])
        self.rows[name] = set(rows)

        def fill(vault):
            n = vault.write("skeleton", table)
            return Entry(name=name, word="", table="events", path=name, probe=0, has=(),
                         n_rows={"skeleton": n})

        self.known.write(fill, narrows=replaces and self.known.get(replaces))

    def templates(self, names, left_out=()):
        """Return the templates of a night that counts some entries."""
        out = pa.table({"code": pa.array(sorted(self.code[list(left_out)].tolist()), pa.int64())})
        entries = [Placed(at, self.known.get(name), False) for at, name in enumerate(names)]
        with Store(self.state / "work", memory_limit_mb=200, threads=1) as store:
            store.put("left_out_skeleton", out)
            make_known_templates(store, self.known, entries, KEY, n_threads=2)
            rows = store.arrow("select * from template").to_pydict()
        return dict(zip(rows["code"], rows["template_code"], strict=True))

    def expected(self, names, left_out=()):
        """Return what they should be."""
        counting = sorted(set().union(*(self.rows[name] for name in names)) - set(left_out))
        return obvious_homes(self.code[counting], self.bands[counting])[0] if counting else {}


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(seed=st.integers(0, 2**32), n_bases=st.integers(1, 3), n_bytes=st.sampled_from([1, 3000]))
@example(seed=3, n_bases=1, n_bytes=20_000)
def test_a_night_after_others_has_the_templates_of_one_over_everything(
    tmp_path_factory, caplog_at_info, seed, n_bases, n_bytes
):
    rng = np.random.default_rng(seed)
    nights = Nights(tmp_path_factory.mktemp("state"), *mutated(seed, n_bases, 50))
    names = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkage.ingest.known_templates.MOST_CHANGED", 1e9)
        patch.setattr("linkage.ingest.known_templates.ROWS_AT_ONCE", 7)
        patch.setattr("linkage.ingest.recounting._BYTES_A_MEMBER", n_bytes)
        for night in range(4):
            nights.deliver(f"file{night}", rng.choice(50, rng.integers(1, 25), replace=False))
            names.append(f"file{night}")
            if night == 2:
                names.remove(rng.choice(names[:2]))
            if night == 3:  # what is too old went from a file
                some = rng.permutation(sorted(nights.rows["file2"]))
                nights.deliver("file2", some[: len(some) // 2], replaces="file2")
            left_out = rng.choice(50, rng.integers(0, 6), replace=False)
            caplog_at_info.clear()
            found = nights.templates(names, left_out)
            assert found == nights.expected(names, left_out)
            assert (ANEW in caplog_at_info.text) == (night == 0)
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
    nights = Nights(tmp_path, *mutated(5, 2, 60))
    nights.deliver("first", np.arange(50))
    nights.templates(["first"])
    nights.deliver("second", np.arange(45, 60))
    return nights


def _the_only(place):
    (folder,) = place.iterdir()
    return folder


def test_what_was_counted_is_one_folder_without_anything_readable(after_a_night):
    folder = _the_only(after_a_night.state / GATHERED)
    after_a_night.templates(["first", "second"])
    assert _the_only(after_a_night.state / GATHERED) != folder
    every = b"".join(
        path.read_bytes() for path in (after_a_night.state / GATHERED).rglob("*.parquet"))
    assert every
    for code in after_a_night.code:
        assert int(code).to_bytes(8, "little", signed=True) not in every


def _gone(nights):
    drop_gathered(nights.state)


def _cut(nights):
    path = _the_only(nights.state / GATHERED) / "counted.parquet"
    path.write_bytes(path.read_bytes()[:-40])


def _flipped(nights):
    path = _the_only(nights.state / GATHERED) / "counted.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _other_version(nights):
    path = _the_only(nights.state / GATHERED) / "gathered.json"
    path.write_text(path.read_text().replace('"fits": "', '"fits": "0'))


def _no_folder(nights):
    folder = _the_only(nights.state / GATHERED)
    (folder / "gathered.json").unlink()


def _entry_removed(nights):
    nights.deliver("first", np.arange(40), replaces="first")
    for folder in (nights.state / "known").glob("first.*"):
        if not folder.name.endswith(nights.known.get("first").word):
            shutil.rmtree(folder)


@pytest.mark.parametrize(
    "harm", [_gone, _cut, _flipped, _other_version, _no_folder, _entry_removed])
def test_a_night_without_counts_that_fit_gathers_everything_and_says_so(
    after_a_night, caplog, harm
):
    harm(after_a_night)
    names = ["first", "second"]
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert ANEW in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO):
        assert after_a_night.templates(names) == after_a_night.expected(names)
    assert ANEW not in caplog.text


def test_what_was_counted_under_another_key_is_not_used(after_a_night):
    with pytest.raises(Misfit, match="cannot be read"):
        read_gathered(after_a_night.state, b"another key of sixteen bytes")


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
