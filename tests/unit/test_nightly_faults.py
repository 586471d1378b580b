"""A night killed at a step of writing, or at any instant, ends in the same result."""

import random
import shutil
import signal

import pytest
from desks import Desk, new_desk
from nightly_faults import Killer, live, look
from worlds import digests

from linkage.nightly import night as nights

N_INSTANTS = 12


@pytest.fixture(scope="module")
def between(tmp_path_factory):
    """A desk with a first night over and a second one to come."""
    desk = new_desk(tmp_path_factory.mktemp("faults") / "desk")
    desk.go()
    desk.arrive()
    return desk


@pytest.fixture(scope="module")
def found(between, tmp_path_factory):
    """What the second night finds."""
    desk = _copy(between, tmp_path_factory.mktemp("found"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nights.Night, "_clean", lambda self, place: None)
        assert desk.go().exit_code == 0
    place = next((desk.folder / "state" / "tonight").iterdir())
    return place


@pytest.fixture(scope="module")
def killer(found):
    with Killer(found) as one:
        yield one


@pytest.fixture(scope="module")
def whole(between, killer, tmp_path_factory):
    """What a second night leaves that nobody killed."""
    desk = _copy(between, tmp_path_factory.mktemp("whole"))
    assert killer.after(desk.folder, 0) == 0
    return look(desk)


def _copy(desk, folder):
    shutil.copytree(desk.folder, folder / "desk")
    return Desk(folder / "desk")


def _killed(between, killer, whole, folder, kill):
    """Kill one night, look at what is live, start it again, look at all; the exit code."""
    desk = _copy(between, folder)
    code = kill(desk.folder)
    assert live(desk) in (digests(between.out), whole["tables"])
    assert killer.after(desk.folder, 0) == 0
    assert look(desk) == whole
    shutil.rmtree(folder)
    return code


@pytest.mark.parametrize(("how", "stride"), [(signal.SIGKILL, 3), (signal.SIGTERM, 9)])
def test_a_night_killed_at_steps_of_writing_ends_as_one_that_was_not(
    between, killer, whole, tmp_path, how, stride
):
    # Every step is for the bench, tests/bench/bench_kills.py: it takes minutes.
    step = 1 - stride
    while True:
        step += stride
        code = _killed(between, killer, whole, tmp_path / str(step),
                       lambda folder: killer.at_step(folder, step, how))  # noqa: B023
        if code == 0 and step > 20:
            break
        assert code == -how if how == signal.SIGKILL else code in (130, 0)
    assert step > 40


def test_a_night_killed_at_random_instants_ends_as_one_that_was_not(
    between, killer, whole, tmp_path
):
    dice = random.Random(7)
    codes = [
        _killed(between, killer, whole, tmp_path / str(at), lambda folder: killer.after(
            folder, dice.uniform(0.001, 0.4), dice.choice([signal.SIGKILL, signal.SIGTERM])))
        for at in range(N_INSTANTS)
    ]
    assert any(code != 0 for code in codes)
