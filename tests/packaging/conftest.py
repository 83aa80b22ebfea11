"""What the package's tests need: root on Debian, and the tools that build one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packaging.machine import SUITES, Machine, NoBootError, booted, chrooted

ROOT = Path(__file__).parents[2]
BUILD_S = 300
FORMER = "0.0.9"
_TOOLS = {
    "dpkg-buildpackage": "dpkg-dev",
    "dh": "debhelper",
    "dh_python3": "dh-python",
    "lintian": "lintian",
    "mmdebstrap": "mmdebstrap",
    "nsenter": "util-linux",
    "systemd-nspawn": "systemd-container",
}


def unavailable(reason: str) -> None:
    """Skip the test; where everything has to be there, in CI, it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def tools() -> None:
    """Debian's tools, and the right to use them."""
    if os.geteuid() != 0:
        unavailable("file systems and mounts take root: run this as root")
    missing = [package for tool, package in _TOOLS.items() if shutil.which(tool) is None]
    if missing:
        unavailable(f"missing: sudo apt-get install {' '.join(missing)}")


def built(home: Path, *options: str) -> Path:
    """Build the package as `make deb` does; its file, in `home`."""
    done = subprocess.run(
        ["python3", str(ROOT / "packaging/deb.py"), "--output", str(home), *options],
        capture_output=True,
        text=True,
        timeout=BUILD_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="session")
def package(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's file."""
    return built(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def former_package(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same tree, built as an earlier version."""
    return built(tmp_path_factory.mktemp("former"), "--version", FORMER)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's file."""
    home = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*command, "--no-deps", "--wheel-dir", str(home), str(ROOT)], check=True, timeout=BUILD_S
    )
    (made,) = home.glob("*.whl")
    return made


@pytest.fixture(params=SUITES)
def fresh_machine(request: pytest.FixtureRequest, tools: None, tmp_path: Path) -> Iterator[Machine]:
    """A Debian on which nothing was installed yet, without a service manager."""
    with chrooted(request.param, tmp_path, fresh=True) as running:
        yield running


@pytest.fixture(params=SUITES)
def machine(request: pytest.FixtureRequest, tools: None, tmp_path: Path) -> Iterator[Machine]:
    """A Debian with what the package depends on, without a service manager."""
    with chrooted(request.param, tmp_path) as running:
        yield running


@pytest.fixture(params=SUITES)
def booted_machine(
    request: pytest.FixtureRequest, tools: None, tmp_path: Path
) -> Iterator[Machine]:
    """The same with its systemd running. Not every kernel or container lets one do so."""
    try:
        with booted(request.param, tmp_path) as running:
            yield running
    except NoBootError as error:
        pytest.skip(f"no container can be booted here: {error}")
