"""How fast a large ring is explained, drawn and opened in Chromium.

    python tests/bench/bench_report.py --ring 25000
    python tests/bench/bench_report.py --out out/
"""

import argparse
import shutil
import statistics
import time
from importlib.metadata import version
from pathlib import Path

from machine import run_linkage, show_machine, show_table, workplace
from playwright.sync_api import Browser, sync_playwright

from linkage.report import write_ring_page
from linkage.rings.prose import ring_story
from linkage.rings.read import read_rings
from linkage.rings.ring_graph import read_ring_graph
from linkage.simulate import OPERATORS, RingPlan, simulate

OPENINGS = 5
"""Times the page is opened; the median is told."""


def main() -> None:
    """Make a world or take an output, then explain, write and open its largest ring."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--accounts", type=int, default=60_000, help="innocent accounts")
    told.add_argument("--ring", type=int, default=25_000, help="accounts of the ring")
    told.add_argument("--seed", type=int, default=5)
    told.add_argument("--out", type=Path, help="an output to take instead of a new world")
    asked = told.parse_args()
    show_machine()
    print(f"charts    altair {version('altair')}, vl-convert {version('vl-convert-python')}")
    with workplace(None, "report") as folder:
        out = asked.out
        if out is None:
            simulate(folder / "world", n_accounts=asked.accounts, seed=asked.seed,
                     rings=[RingPlan(n_accounts=asked.ring, operator=OPERATORS["campaign"])])
            out = folder / "out"
            run_linkage("run", folder / "world", "--out", out, "--quiet")
        _measure(out)


def _measure(out: Path) -> None:
    """Print what one ring takes."""
    ring = max(read_rings(out), key=lambda ring: ring.n_accounts)
    begun = time.monotonic()
    graph = read_ring_graph(out, ring.ring_id)
    read = time.monotonic()
    ring_story(graph)
    told = time.monotonic()
    page = write_ring_page(out, ring.ring_id)
    written = time.monotonic()
    show_table(f"{ring.ring_id}, {ring.n_accounts:,} accounts", ("step", "seconds"), [
        ("read its rows", read - begun), ("explain it", told - read),
        ("write its page, explained again", written - told),
    ])
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("there is no chromium here: the page was not opened")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = [_open(browser, page) for _ in range(OPENINGS)]
        show_table(
            f"opened {OPENINGS} times in Chromium {browser.version}, "
            f"{page.stat().st_size // 1024:,} KiB",
            ("until", "median seconds", "slowest"),
            [("it can be read and searched", *_spread([one[0] for one in opened])),
             ("its last chart is drawn", *_spread([one[1] for one in opened]))],
        )
        browser.close()


def _open(browser: Browser, page: Path) -> tuple[float, float]:
    """Open a page in a new context; seconds until it can be read, and until all is drawn."""
    with browser.new_context() as context:
        tab = context.new_page()
        begun = time.monotonic()
        tab.goto(page.as_uri())
        tab.wait_for_selector("#members tbody tr")
        readable = time.monotonic()
        tab.wait_for_selector("body[data-drawn=all]", state="attached")
        return readable - begun, time.monotonic() - begun


def _spread(seconds: list[float]) -> tuple[float, float]:
    """Median and most."""
    return statistics.median(seconds), max(seconds)


if __name__ == "__main__":
    main()
