"""What an investigator does in Neo4j Browser, with waits instead of sleeps."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError

PATIENCE_MS = 60_000
GUIDE = "A case, from tonight"


class Investigator:
    """One person before one page.

    Parameters
    ----------
    page
        An empty page.
    pictures
        Folder for screenshots.
    """

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self.pictures = pictures
        page.set_default_timeout(PATIENCE_MS)

    def sign_in(self, url: str, password: str) -> None:
        """Open an address and connect."""
        self.page.goto(url)
        self.connect(password)

    def connect(self, password: str) -> None:
        """Connect on the page that is open; the guide opens by itself."""
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("connect").click()
        self.page.get_by_text(GUIDE).first.wait_for()

    @property
    def editor(self) -> str:
        """The text in the editor, with plain blanks."""
        lines = self.page.get_by_test_id("activeEditor").locator(".view-line")
        return "\n".join(lines.all_inner_texts()).replace("\xa0", " ")

    def run_editor(self) -> Locator:
        """Run what is in the editor and return the frame of its answer."""
        with self._new_frame():
            self.page.get_by_test_id("editor-Run").click()
        return self.answer()

    def run(self, text: str) -> Locator:
        """Type a text into the editor, run it and return the frame of its answer."""
        self.page.get_by_test_id("activeEditor").locator(".monaco-editor").first.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(text)
        return self.run_editor()

    def run_saved(self, folder: str, name: str) -> Locator:
        """Take a saved query from its folder, run it and return the frame of its answer."""
        star = self.page.get_by_test_id("navigationFavorites")
        star.click()
        place = self.page.get_by_test_id(f"savedScriptsFolder-{folder}")
        place.wait_for()
        query = self.page.get_by_text(name, exact=True)
        if query.count() == 0:
            place.click()
        query.click()
        star.click()
        return self.run_editor()

    def set_parameters(self, **values: str) -> None:
        """Set parameters as the guide says, one after the other."""
        for name, value in values.items():
            self.run(f":param {name} => {value}")

    def answer(self) -> Locator:
        """Return the newest frame once it has an answer."""
        frame = self.page.get_by_test_id("frame").first
        frame.get_by_test_id("frameStatusbar").filter(
            has_text=re.compile(r"\w")
        ).or_(frame.locator(".node").first).or_(frame.locator("pre").first).first.wait_for()
        return frame

    def shot(self, name: str) -> None:
        """Keep a screenshot."""
        self.page.screenshot(path=self.pictures / f"{name}.png")

    @contextmanager
    def _new_frame(self) -> Iterator[None]:
        """Wait until a frame is there that was not; Browser keeps no more than 15."""
        self.page.evaluate(
            "document.querySelectorAll('[data-testid=frame]')"
            ".forEach(frame => { frame.dataset.isOld = 'yes'; })"
        )
        yield
        try:
            self.page.locator("[data-testid=frame]:not([data-is-old])").first.wait_for()
        except TimeoutError:
            self.shot("no-answer")
            raise
