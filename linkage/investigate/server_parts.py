"""The parts of a local Neo4j: Java, and the server and Browser as Maven artifacts."""

import logging
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from linkage.errors import GraphStoreError
from linkage.lock import locked

log = logging.getLogger(__name__)

NEO4J_VERSION = "5.26.30"
"""The long-term release that the parts list (``maven/pom.xml``) names."""

MIN_JAVA = 17

_FETCH_SECONDS = 1800.0  # 150 MB over a slow line
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_GDS_GROUP = "org.neo4j.gds"
_INSTALL = "on Debian: apt-get install default-jre-headless maven; or give --uri of another server"


@dataclass(frozen=True)
class Parts:
    """What a server is run from; shared by every server of one user."""

    java: str
    """The Java program."""
    lib: Path
    """Folder of the server's jars."""
    plugins: Path
    """Folder of Graph Data Science's jars; empty or absent without it."""

    @property
    def class_path(self) -> str:
        """Jars of the server, in Java's spelling."""
        return f"{self.lib}/*"

    @property
    def browser_jar(self) -> Path:
        """The jar that holds Neo4j Browser.

        Raises
        ------
        GraphStoreError
            If the parts are not whole.
        """
        found = sorted(self.lib.glob("neo4j-browser-*.jar"))
        if not found:
            raise GraphStoreError(
                f"{self.lib} holds no Neo4j Browser", fix=f"remove {self.lib.parent} and try again"
            )
        return found[0]


def parts_folder(folder: Path, *, with_gds: bool = False) -> Path:
    """Return where the parts of this version lie below the user's data folder."""
    return folder / f"parts-{NEO4J_VERSION}{'-gds' if with_gds else ''}"


def find_java(program: str = "java") -> str:
    """Return the Java program after asking its version.

    Raises
    ------
    GraphStoreError
        If there is none, or it is older than 17.
    """
    path = shutil.which(program)
    if path is None:
        raise GraphStoreError(
            f"Neo4j needs Java {MIN_JAVA} or later, and there is no {program} here", fix=_INSTALL
        )
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False)
    version = java_version(said.stderr + said.stdout)
    if version < MIN_JAVA:
        raise GraphStoreError(
            f"Neo4j needs Java {MIN_JAVA} or later, {path} is "
            f"{f'Java {version}' if version else 'not a Java that tells its version'}",
            fix="install one, or name it with --java",
        )
    return path


def java_version(said: str) -> int:
    """Return the major version in what ``java -version`` says; 0 when it says none.

    Examples
    --------
    >>> java_version('openjdk version "17.0.15" 2025-04-15')
    17
    >>> java_version('java version "1.8.0_292"')
    8
    """
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found.group(1)) if found else 0


def assemble(folder: Path, *, java: str = "java", with_gds: bool = False) -> Parts:
    """Return the parts, fetched by Maven on first use (about 150 MB).

    The folder appears whole or not at all: Maven writes beside it.

    Parameters
    ----------
    folder
        The user's data folder for Neo4j.
    java
        The Java program.
    with_gds
        Fetch Graph Data Science too.

    Raises
    ------
    GraphStoreError
        If Java or Maven is missing or Maven fails.
    LockedError
        If another start fetches them for very long.
    """
    place = parts_folder(folder, with_gds=with_gds)
    found = Parts(find_java(java), place / "lib", place / "plugins")
    if place.exists():
        return found
    maven = shutil.which("mvn")
    if maven is None:
        raise GraphStoreError("fetching Neo4j needs Maven, and there is no mvn here", fix=_INSTALL)
    # One at a time: two Mavens at once may damage the folder where Maven keeps what it fetched.
    with locked(folder / ".parts.lock", f"Neo4j's programs in {folder}", wait_s=_FETCH_SECONDS):
        if place.exists():
            return found
        log.info("fetching Neo4j %s with Maven, once", NEO4J_VERSION)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".parts-") as made:
            whole = Path(made) / "whole"
            _fetch(maven, whole, with_gds=with_gds)
            whole.rename(place)
    return found


def _fetch(maven: str, whole: Path, *, with_gds: bool) -> None:
    """Let Maven copy the jars: the server's to ``lib``, Graph Data Science's to ``plugins``."""
    _copy(maven, whole / "lib", f"-DexcludeGroupIds={_GDS_GROUP}", with_gds=with_gds)
    if with_gds:
        _copy(maven, whole / "plugins", f"-DincludeGroupIds={_GDS_GROUP}", with_gds=True)


def _copy(maven: str, target: Path, which: str, *, with_gds: bool) -> None:
    """Run Maven once."""
    with as_file(files("linkage").joinpath("investigate", "maven", "pom.xml")) as pom:
        command = [
            maven, "-B", "-ntp", "-q", "-f", str(pom), _COPY, "-DincludeScope=runtime",
            f"-DoutputDirectory={target}", which, *(["-Pgds"] if with_gds else []),
        ]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise GraphStoreError(
            f"Maven could not fetch Neo4j: {said[0] if said else f'exit code {done.returncode}'}",
            fix="check the network and Maven's settings (mirror, proxy), then try again",
        )
