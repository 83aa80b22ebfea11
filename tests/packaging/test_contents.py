"""What is in the package, without installing it."""

from __future__ import annotations

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import FORMER, built

pytestmark = pytest.mark.packaging

PROGRAM = "usr/share/modem-helper/"
# What lintian may say, and why that is so.
EXPECTED = {
    "package-contains-documentation-outside-usr-share-doc": "the simulated portal's page is HTML",
    "package-supports-alternative-init-but-no-init.d-script": "Debian has systemd by default",
}


def listed(package: Path) -> dict[str, str]:
    """Each file's permissions and owner, by its path."""
    lines = _printed("dpkg-deb", "--contents", str(package)).splitlines()
    fields = [line.split(maxsplit=5) for line in lines]
    return {path.removeprefix("./"): f"{mode} {owner}" for mode, owner, *_, path in fields}


def _printed(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_program_is_what_the_wheel_ships(package: Path, wheel: Path) -> None:
    def program(paths: list[str]) -> list[str]:
        return sorted(path for path in paths if ".dist-info/" not in path)

    shipped = [path for path in listed(package) if path.startswith(PROGRAM)]
    in_package = [path.removeprefix(PROGRAM) for path in shipped if not path.endswith("/")]
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = archive.namelist()
    assert program(in_package) == program(in_wheel)
    for path in ("cli.py", "modem/profiles/families/ec25.toml", "hil/report/page.css"):
        assert path in in_wheel
    assert not any(path.startswith(("tests/", "benchmarks/")) for path in in_wheel)


def test_all_belongs_to_root_and_nobody_else_may_write(package: Path) -> None:
    files = listed(package)
    programs = {path for path, mode in files.items() if mode.startswith("-rwx")}
    assert programs == {
        "usr/bin/modem-helper",
        "usr/share/python3/runtime.d/modem-helper.rtupdate",
    }
    allowed = {"drwxr-xr-x root/root", "-rw-r--r-- root/root", "-rwxr-xr-x root/root"}
    links = {path for path, mode in files.items() if mode.startswith("l")}
    assert {mode for path, mode in files.items() if path not in links} == allowed


def test_nothing_depends_on_the_machine(package: Path, tmp_path: Path) -> None:
    _printed("dpkg-deb", "--extract", str(package), str(tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 200
    assert [path for path in files if path.read_bytes().startswith(b"\x7fELF")] == []
    assert _printed("dpkg-deb", "--field", str(package), "Architecture").strip() == "all"


def test_lintian_has_nothing_to_say(package: Path) -> None:
    said = _printed("lintian", "--allow-root", "--pedantic", "--display-info", str(package))
    tags = re.findall(r"^[EWIP]: modem-helper: (\S+)", said, re.MULTILINE)
    assert [tag for tag in tags if tag not in EXPECTED] == [], said


def test_the_same_tree_makes_the_same_package(package: Path, tmp_path: Path) -> None:
    assert built(tmp_path).read_bytes() == package.read_bytes()


def test_another_version_is_said_where_it_counts(former_package: Path) -> None:
    assert _printed("dpkg-deb", "--field", str(former_package), "Version").strip() == FORMER
    assert f"{PROGRAM}modem_helper-{FORMER}.dist-info/METADATA" in listed(former_package)
