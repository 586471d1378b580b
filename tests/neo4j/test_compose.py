"""The compose file: the pinned release, on loopback, its password in no file of the project."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from linkage.investigate.server import Server, _settings_text
from linkage.investigate.server_parts import NEO4J_VERSION

COMPOSE = Path(__file__).parents[2] / "compose.yaml"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(COMPOSE.read_text())


@pytest.fixture(scope="module")
def settings(compose):
    """Settings as the image spells them: one underscore is a dot, two are one."""
    return {
        re.sub(r"(?<!_)_(?!_)", ".", name.removeprefix("NEO4J_")).replace("__", "_"): value
        for name, value in compose["services"]["neo4j"]["environment"].items()
        if name != "NEO4J_AUTH_FILE"
    }


def test_the_image_is_the_release_that_is_tested(compose):
    release = ".".join(NEO4J_VERSION.split(".")[:2])
    assert compose["services"]["neo4j"]["image"] == f"neo4j:{release}-community"


def test_every_port_is_on_loopback(compose):
    ports = [port for service in compose["services"].values() for port in service["ports"]]
    assert {port.split(":")[-1] for port in ports} == {"7474", "7687"}
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_password_comes_from_a_secret_that_git_ignores(compose):
    service = compose["services"]["neo4j"]
    (name,) = service["secrets"]
    assert service["environment"]["NEO4J_AUTH_FILE"] == f"/run/secrets/{name}"
    assert "NEO4J_AUTH" not in service["environment"]
    path = Path(compose["secrets"][name]["file"])
    ignored = (COMPOSE.parent / ".gitignore").read_text().splitlines()
    assert f"{path.parts[0]}/" in ignored or f"/{path.parts[0]}/" in ignored


def test_the_image_may_read_its_password_and_other_people_may_not(tmp_path):
    once = COMPOSE.read_text().partition("Once:\n")[2].partition("# The image")[0]
    program = "set -euo pipefail\nlinkage() { \"$PYTHON\" -m linkage \"$@\"; }\n" + "\n".join(
        line.removeprefix("#") for line in once.splitlines())
    subprocess.run(["bash", "-c", program], cwd=tmp_path, check=True, capture_output=True,
                   env={**os.environ, "PYTHON": sys.executable})
    modes = {name: stat.S_IMODE((tmp_path / ".neo4j" / name).stat().st_mode)
             for name in (".", "password", "auth", "pages")}
    # The image looks at the bits, whoever it runs as, and wants them for its own user.
    assert modes == {".": 0o700, "password": 0o600, "auth": 0o644, "pages": 0o755}
    password = (tmp_path / ".neo4j" / "password").read_text().strip()
    assert (tmp_path / ".neo4j" / "auth").read_text().strip() == f"neo4j/{password}"
    assert (tmp_path / ".neo4j" / "pages" / "setup.html").is_file()


def test_the_web_server_shows_the_pages_that_the_command_writes(compose):
    (pages,) = compose["services"]["web"]["volumes"]
    assert pages == "./.neo4j/pages:/usr/share/nginx/html/browser/linkage:ro"
    assert "linkage neo4j pages .neo4j/pages" in COMPOSE.read_text()


def test_what_it_sets_is_what_the_local_server_sets(settings, tmp_path):
    local = dict(line.split("=", 1) for line in
                 _settings_text(Server(folder=tmp_path), tmp_path).splitlines())
    memory = {name for name in settings if name.startswith("server.memory")}
    assert {name: settings[name] for name in settings.keys() - memory} == {
        name: local[name] for name in settings.keys() - memory}
    assert len(memory) == 3


def test_the_real_server_knows_every_setting(settings, neo4j_driver):
    known = {row["name"] for row in neo4j_driver.execute_query(
        "show settings yield name return name").records}
    assert settings.keys() <= known
