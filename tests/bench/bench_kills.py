"""Nights killed at every step of writing and at random instants: is anything lost or doubled?

    python tests/bench/bench_kills.py            # at least 200 kills, what a run finds replayed
    python tests/bench/bench_kills.py --real 20  # and 20 whole nights killed by the clock
"""

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from machine import show_machine, show_table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from desks import Desk, new_desk
from nightly_faults import Killer, live, look
from worlds import digests

from linkage.nightly import night as nights

KILLS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM}


def main() -> None:
    """Kill, start again, compare, print how many there were."""
    told = _arguments()
    show_machine()
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(prefix="linkage-kills-") as name:
        folder = Path(name)
        between = new_desk(folder / "between")
        between.go()
        between.arrive()
        with Killer(_found(between, folder / "found")) as killer:
            whole_desk = _copy(between, folder / "whole")
            killer.after(whole_desk.folder, 0)
            bench = _Bench(between, whole_desk, killer, folder, counts)
            for how in KILLS:
                step = 0
                while bench.kill(f"step {how}", partial(
                        killer.at_step, last=step, how=KILLS[how])) or step < 20:
                    step += 1
            dice = random.Random(told.seed)
            while sum(counts.values()) < told.kills:
                how = dice.choice(list(KILLS))
                bench.kill(f"instant {how}", partial(
                    killer.after, seconds=dice.uniform(0.001, 0.5), how=KILLS[how]))
            for _ in range(told.real):
                bench.real(dice.uniform(0.5, told.seconds))
    show_table("kills, each followed by a start that made it whole", ("kill", "outcome", "times"),
               [(*key, n) for key, n in sorted(counts.items())])
    print(f"\n{sum(n for (_, code), n in counts.items() if code != 'done')} kills, "
          "nothing lost, doubled or half written")


class _Bench:
    """Kills nights and checks what they leave."""

    def __init__(
        self, between: Desk, whole: Desk, killer: Killer, folder: Path,
        counts: Counter[tuple[str, str]],
    ) -> None:
        self._between, self._killer, self._counts = between, killer, counts
        self._place, self._whole = folder / "one", look(whole)

    def kill(self, name: str, kill: Callable[[Path], int]) -> bool:
        """Kill one night; False when it came to its end."""
        desk = _copy(self._between, self._place)
        code = kill(desk.folder)
        self._check_live(desk)
        assert self._killer.after(desk.folder, 0) == 0
        assert look(desk) == self._whole, name
        shutil.rmtree(self._place)
        self._counts[name, "killed" if code else "done"] += 1
        return bool(code)

    def real(self, seconds: float) -> None:
        """Kill a whole night after some seconds, then start another."""
        desk = _copy(self._between, self._place)
        process = subprocess.Popen(
            [sys.executable, "-m", "linkage", "nightly", "--config", desk.config],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        process.kill()
        code = process.wait()
        self._check_live(desk)
        done = desk.command()
        assert done.returncode == 0, done.stderr
        assert look(desk) == self._whole
        shutil.rmtree(self._place)
        self._counts["whole night SIGKILL", "killed" if code else "done"] += 1

    def _check_live(self, desk: Desk) -> None:
        """Last night's rings or tonight's are live, whole."""
        assert live(desk) in (digests(self._between.out), self._whole["tables"])


def _found(between: Desk, folder: Path) -> Path:
    """Return what the second night finds, to be replayed."""
    desk, clean = _copy(between, folder), nights.Night._clean
    nights.Night._clean = lambda self, place: None  # type: ignore[method-assign]
    assert desk.go().exit_code == 0
    nights.Night._clean = clean  # type: ignore[method-assign]
    return next((desk.folder / "state" / "tonight").iterdir())


def _copy(desk: Desk, folder: Path) -> Desk:
    """Return a desk like another."""
    shutil.copytree(desk.folder, folder)
    return Desk(folder)


def _arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=240, help="at least so many nights")
    parser.add_argument("--real", type=int, default=0, help="whole nights to kill by the clock")
    parser.add_argument("--seconds", type=float, default=6.0, help="latest of those kills")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
