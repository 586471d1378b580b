"""Nights of skeletons alone; run as a program, nights that are killed while they keep counts.

``python tests/skeleton_nights.py STATE SEED N STRIDE`` kills a night after one at every so many
changes on disk, starts it again, and prints (steps, kills, nights that ended otherwise).
"""

import os
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset
from skeletons import mutated, obvious_homes, table_of

from linkage.ingest.gathered import GATHERED, read_gathered
from linkage.ingest.known import Entry, Known
from linkage.ingest.known_loading import Placed
from linkage.ingest.known_templates import make_known_templates
from linkage.ingest.segments import SEGMENTS
from linkage.store import Store

KEY = b"a key of sixteen bytes or more"
STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")
"""Audit events that come before a change on disk; so does ``open``, when it is for writing."""


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

    def is_tidy(self):
        """Tell whether one night's counts are there, with their segments and nothing else."""
        segments = read_gathered(self.state, KEY).segments
        return (len([*(self.state / GATHERED).iterdir()]) == 1 and {
            path.name for path in (self.state / SEGMENTS).iterdir()} == {*segments})


def after_a_night(folder, seed=5, n=60):
    """Return a state after one night, and an entry that has come since."""
    nights = Nights(folder, *mutated(seed, 2, n))
    nights.deliver("first", np.arange(n - 10))
    nights.templates(["first"])
    nights.deliver("second", np.arange(n - 12, n))
    return nights


def _night(nights, step):
    """Do a night in a process of its own, which dies at a step; 0 for never. Return how."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = [step]

    def count(event, arguments):
        if event in STEPS or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    names = ["first", "second"]
    sys.addaudithook(count)
    found = nights.templates(names)
    os._exit(0 if step or (found == nights.expected(names) and nights.is_tidy()) else 1)


def main(folder, seed, n, stride):
    """Kill nights until one comes to its end."""
    code, bands = mutated(seed, 2, n)
    step, n_killed, n_wrong = 1, 0, 0
    while True:
        place = folder.with_name(f"{folder.name}-{step}")
        shutil.copytree(folder, place)
        nights = Nights(place, code, bands)
        nights.rows = {"first": {*range(n - 10)}, "second": {*range(n - 12, n)}}
        ended = _night(nights, step)
        n_killed += ended == -signal.SIGKILL
        n_wrong += ended not in (0, -signal.SIGKILL) or _night(nights, 0) != 0
        shutil.rmtree(place)
        if ended == 0:
            break
        step += stride
    print(step, n_killed, n_wrong)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
