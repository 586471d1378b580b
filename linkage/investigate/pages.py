"""The pages beside Neo4j Browser, served from its own origin: style, guide, saved queries."""

import shutil
import zipfile
from pathlib import Path


def write_pages(web: Path, browser_jar: Path) -> None:
    """Write Neo4j Browser and the pages beside it into the folder that a server serves.

    Parameters
    ----------
    web
        First on the server's class path; its ``browser`` folder is what the server shows.
    browser_jar
        The jar that holds Neo4j Browser.
    """
    mark = web / browser_jar.stem
    if not mark.exists():
        shutil.rmtree(web, ignore_errors=True)
        web.mkdir()
        with zipfile.ZipFile(browser_jar) as jar:
            jar.extractall(web, [name for name in jar.namelist() if name.startswith("browser/")])
        mark.touch()
