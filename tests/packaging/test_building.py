"""The tools of Debian 13 build the same package as those of this machine."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.machine import apt, chrooted
from tests.packaging.test_contents import listed

pytestmark = pytest.mark.packaging

BUILD = "debhelper dh-python python3-click dpkg-dev lintian make"
BESIDE = ("packaging", "pyproject.toml", "CHANGELOG.md", "LICENSE", "README.md", "Makefile")


def test_debian_13_builds_the_same(tmp_path: Path, package: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    with chrooted("trixie", tmp_path) as machine:
        machine(apt("update"))
        machine(apt("install", "--no-install-recommends", *BUILD.split()))
        source = machine.root / "srv/source"
        source.mkdir()
        for name in (*shipped, *BESIDE):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
        machine("cd /srv/source && SOURCE_DATE_EPOCH=1700000000 make deb")
        (built,) = (source / "dist").iterdir()
        assert built.name == package.name
        # dh_python3 of Debian 13 adds who installed it, that of Debian 12 takes it out.
        found = {path: mode for path, mode in listed(built).items() if "/INSTALLER" not in path}
        assert found == listed(package)
        # Both are to be installed on both; what Debian 13 asks of its own packages is more.
        machine(f"lintian --allow-root --fail-on error /srv/source/dist/{built.name}")
