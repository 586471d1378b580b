"""A nightly job on a small warehouse, for tests."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from worlds import tiny_world

from linkage.nightly import Night, NightResult, load_nightly

SETTINGS = """threads = 1
max_bad_rows = 0.2
[nightly]
inputs = ["drop/*"]
out = "rings"
state = "state"
metrics = "linkage.prom"
[gates]
share = 1.0
drift = 1.0
"""


def new_desk(folder: Path) -> "Desk":
    """Make a desk before its first night."""
    desk = Desk(folder)
    tiny_world(desk.drop / "first")
    (folder / "state").mkdir()
    (folder / "state" / "key").write_text("0123456789abcdef0123456789abcdef\n")
    desk.config.write_text(SETTINGS)
    return desk


class Desk:
    """A folder with a warehouse, a settings file and what the job makes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.drop, self.out = folder, folder / "drop", folder / "rings"
        self.config = folder / "linkage.toml"

    def go(self, **options: Any) -> NightResult:
        """Start the night."""
        return Night(load_nightly(self.config), **options).go()

    def arrive(
        self, name: str = "second", n: int = 8, first: int = 40, device: str = ""
    ) -> None:
        """Bring some accounts of the operator of the first night."""
        place = self.drop / name
        place.mkdir()
        who = [f"acct-{at}" for at in range(first, first + n)]
        (place / "accounts.csv").write_text("account_id,created_at\n" + "".join(
            f"{one},2026-05-22T00:00:00Z\n" for one in who))
        (place / "events.csv").write_text("account_id,occurred_at,ip,device_id\n" + "".join(
            f"{one},2026-05-22T01:00:00Z,84.1.7.9,{device or f'dev{at % 4}'}\n"
            for at, one in enumerate(who)))
        (place / "payments.csv").write_text("account_id,paid_at,instrument_id\n" + "".join(
            f"{one},2026-05-22T02:00:00Z,card{at % 3}\n" for at, one in enumerate(who)))

    def lines(self) -> list[dict[str, Any]]:
        """Return the log."""
        return [json.loads(one) for one in
                (self.folder / "state" / "nightly.jsonl").read_text().splitlines()]

    def metrics(self) -> dict[str, str]:
        """Return the samples of the textfile."""
        text = (self.folder / "linkage.prom").read_text()
        return dict(one.rsplit(" ", 1) for one in text.splitlines() if not one.startswith("#"))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Start the night as cron does."""
        return subprocess.run(
            [sys.executable, "-m", "linkage", "nightly", "--config", self.config, *words],
            capture_output=True, text=True, check=False)
