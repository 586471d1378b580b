"""Work that is divided among processes is all done, once, and its failures are told."""

import os

import pytest

from linkage.sharing import beside, in_shares, in_thread


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_item_is_worked_on_once(tmp_path, threads):
    def write(some):
        for item in some:
            with (tmp_path / f"{item}").open("x") as file:
                file.write(str(os.getpid()))

    in_shares(write, range(1, 4), float, threads=threads)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert set(written) == {"1", "2", "3"}
    assert str(os.getpid()) in written.values()
    assert len(set(written.values())) == min(threads, 3)


def test_the_dearest_item_has_a_process_of_its_own(tmp_path):
    def write(some):
        (tmp_path / "-".join(some)).touch()

    in_shares(write, ["a", "bbbb", "cc"], len, threads=2)
    assert {path.name for path in tmp_path.iterdir()} == {"bbbb", "a-cc"}


def test_what_fails_in_a_copy_fails_here():
    def fail(some):
        if "b" in some:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        in_shares(fail, ["a", "b"], len, threads=2)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_made_beside_is_handed_over(threads):
    made = beside(lambda: ["x" * 1_000_000, os.getpid()], threads=threads)
    text, process = made()
    assert text == "x" * 1_000_000
    assert (process == os.getpid()) is (threads == 1)


@pytest.mark.parametrize("begin", [beside, in_thread])
@pytest.mark.parametrize("threads", [1, 2])
def test_what_fails_beside_or_in_a_thread_fails_here(begin, threads):
    def fail():
        raise OSError("disk full")

    made = begin(fail, threads=threads)
    with pytest.raises(OSError, match="disk full"):
        made()


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_made_in_a_thread_is_made_once(threads):
    done = []
    made = in_thread(lambda: done.append(1) or len(done), threads=threads)
    assert (made(), made()) == (1, 1)
