"""Builds the Debian package: python3 packaging/deb.py [--version V] [--output DIRECTORY]

What is shipped is what the wheel ships (pyproject.toml), with its metadata beside it, so that the
program knows its version. debhelper works in a copy. The same commit gives the same
file: times are the commit's. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from email.utils import formatdate
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc")
_BESIDE = ("packaging", "pyproject.toml", "CHANGELOG.md", "LICENSE", "README.md")
_CHANGELOG = """\
modem-helper ({version}) unstable; urgency=medium

  * Release {version}: CHANGELOG.md tells what is new.

 -- {maintainer}  {date}
"""


def main() -> None:
    """Build, and print the package's path."""
    parser = argparse.ArgumentParser(
        prog="packaging/deb.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", help="instead of pyproject.toml's")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    options = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if options.version:
        project["project"]["version"] = options.version
    epoch_s = _epoch_s()
    options.output.mkdir(parents=True, exist_ok=True)
    # What dpkg-buildpackage makes is beside the tree.
    with tempfile.TemporaryDirectory(prefix="modem-helper-deb-") as home:
        tree = Path(home) / "modem-helper"
        lay_out(tree, project, epoch_s)
        build(tree, epoch_s)
        package = tree.parent / f"modem-helper_{project['project']['version']}_all.deb"
        print(shutil.copy(package, options.output))


def lay_out(tree: Path, project: dict[str, Any], epoch_s: int) -> None:
    """What debhelper finds: all that is shipped, what it needs besides, and debian/.

    `project` is pyproject.toml.
    """
    tree.mkdir()
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    for name in (*shipped, *_BESIDE):
        _copy(ROOT / name, tree / name)
    metadata = _write_metadata(tree, project["project"])
    debian = tree / "debian"
    (tree / "packaging" / "debian").rename(debian)
    (debian / "source").mkdir()
    (debian / "source" / "format").write_text("3.0 (native)\n")
    systemd = tree / "packaging" / "systemd"
    shutil.copy(systemd / "modem-helper.service", debian / "modem-helper.service")
    for unit in systemd.glob("modem-helper-metrics.*"):
        shutil.copy(unit, debian / f"modem-helper.{unit.name}")
    shutil.copy(systemd / "modem-helper.sysusers.conf", debian / "modem-helper.sysusers")
    (debian / "changelog").write_text(_changelog(debian, project["project"]["version"], epoch_s))
    with (debian / "modem-helper.install").open("a") as install:
        install.writelines(f"{name} usr/share/modem-helper\n" for name in (*shipped, metadata))


def build(tree: Path, epoch_s: int) -> None:
    """Have dpkg-buildpackage make the binary package; it says itself what it lacks."""
    # -I: there is nothing to compile, so no compiler is asked for.
    missing = subprocess.run(["dpkg-checkbuilddeps", "-I"], cwd=tree, check=False)
    if missing.returncode:
        sys.exit("Install it: sudo apt-get install debhelper dh-python python3-click dpkg-dev")
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(epoch_s),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    command = ["dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps"]
    built = subprocess.run(
        command,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if built.returncode:
        sys.exit(built.stdout)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=_NOT_SHIPPED)
    else:
        shutil.copy(source, target)


def _changelog(debian: Path, version: str, epoch_s: int) -> str:
    control = (debian / "control").read_text(encoding="utf-8")
    (maintainer,) = (
        line.removeprefix("Maintainer: ")
        for line in control.splitlines()
        if line.startswith("Maintainer: ")
    )
    return _CHANGELOG.format(version=version, maintainer=maintainer, date=formatdate(epoch_s))


def _write_metadata(tree: Path, project: dict[str, Any]) -> str:
    """What importlib.metadata reads: it is how the program knows its version. Its name."""
    directory = tree / f"modem_helper-{project['version']}.dist-info"
    directory.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}"]
    (directory / "METADATA").write_text(
        "\n".join([*lines, f"Summary: {project['description']}", ""])
    )
    return directory.name


def _epoch_s() -> int:
    """SOURCE_DATE_EPOCH, else the time of the commit; outside a repository it is now."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    git = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(git.stdout) if git.returncode == 0 and git.stdout.strip() else int(time.time())


if __name__ == "__main__":
    main()
