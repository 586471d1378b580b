"""The pages beside Neo4j Browser, served from its own origin: style, guide, saved queries."""

import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path

from linkage.browser import OPENED
from linkage.queries import Query, statement, statements

FOLDER = "linkage"
"""Folder of our pages below ``/browser/``."""

_PAGES = ("linkage.grass", "guide.html", "setup.html", "setup.js")
_FORMS = {"": "table", ".graph": "picture", ".count": "count"}
_SHOWN = re.compile(r"\{\{([a-z_.]+)\}\}")


@dataclass(frozen=True)
class SavedQuery:
    """One saved query, as Browser's sidebar lists it."""

    id: str
    folder: str
    name: str
    content: str


def saved_queries() -> tuple[SavedQuery, ...]:
    """Return every question of ``cypher/explore``: its table, then its picture and its count."""
    found = {statement.name: statement for statement in statements("explore")}
    order = sorted(
        (query.header("Folder"), query.header("Title"), list(_FORMS).index(_form(name)), name)
        for name, query in found.items()
    )
    return tuple(_saved(found[name]) for *_, name in order)


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
    write_own_pages(web / "browser" / FOLDER)


def write_own_pages(place: Path) -> None:
    """Write style, guide, set-up page and saved queries into a folder.

    Parameters
    ----------
    place
        What a web server shows as ``/browser/linkage/``; made when it is missing.
    """
    place.mkdir(parents=True, exist_ok=True)
    for name in _PAGES:
        (place / name).write_text(_page(name), encoding="utf-8")
    (place / "queries.json").write_text(_queries_json(), encoding="utf-8")


def guide() -> str:
    """Return the guide, with the statements it shows put in as text."""
    found = {statement.name: statement for statement in statements("explore")}
    return _SHOWN.sub(lambda mark: escape(_lean(found[mark.group(1)])), _source("guide.html"))


def _page(name: str) -> str:
    """Return one page."""
    return guide() if name == "guide.html" else _source(name)


def _source(name: str) -> str:
    """Return a file of ``cypher/browser``."""
    return files("linkage").joinpath("cypher", "browser", name).read_text(encoding="utf-8")


def _queries_json() -> str:
    """Return the saved queries and their folders for the set-up page."""
    queries = saved_queries()
    folders = sorted({query.folder for query in queries})
    return json.dumps({
        "opened": OPENED,
        "folders": [{"id": _folder_id(name), "name": name} for name in folders],
        "documents": [
            {"id": f"linkage-{query.id}", "folder": _folder_id(query.folder), "name": query.name,
             "content": query.content}
            for query in queries
        ],
    }, indent=1)


def _folder_id(name: str) -> str:
    """Return a folder's id: ours begin alike, so that set-up replaces them and no others."""
    return "linkage-" + re.sub(r"\W+", "-", name.lower())


def _saved(query: Query) -> SavedQuery:
    """Return a statement as a saved query."""
    title, form = query.header("Title"), _FORMS[_form(query.name)]
    name = title if "CREATE" in query.body else f"{title}: {form}"
    return SavedQuery(
        id=query.name, folder=query.header("Folder"),
        name=name, content=f"// {name}\n{_lean(query)}",
    )


def _lean(query: Query) -> str:
    """Return a statement under lines that say what it gives, needs, and means by no answer."""
    needs = sorted(query.parameters)
    said = f"// {query.header('Purpose')}"
    if needs:
        said += "\n// needs " + ", ".join(f":param {name} => …" for name in needs)
    if _FORMS[_form(query.name)] != "count":
        # A picture is empty where its table is.
        table = statement("explore", query.name.removesuffix(_form(query.name)))
        said += f"\n// no answer: {table.header('Empty')}"
    return f"{said}\n{query.body.strip()}"


def _form(name: str) -> str:
    """Return the part of a file's name that says table, picture or count."""
    return name[name.index("."):] if "." in name else ""
