"""The table at the end of `make clients`: which program, in which version, with what result."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.programs import VENV

# By test file: what the program is called, and its package at Debian, PyPI or npm.
_DEBIAN = {
    "test_chat": "ppp",
    "test_faketime": "faketime",
    "test_gammu": "gammu",
    "test_gammu_smsd": "gammu-smsd",
    "test_gnokii": "gnokii-cli",
    "test_journald": "systemd",
    "test_dbusmock": "python3-dbusmock",
    "test_modem_manager": "modemmanager",
    "test_modemmanager_applier": "modemmanager",
    "test_networkmanager": "network-manager",
    "test_ofono": "ofono",
    "test_smstools": "smstools",
    "test_wvdial": "wvdial",
}
_PYPI = {
    "test_emnify_sdk": "emnify_sdk",
    "test_python_gammu": "python_gammu",
    "test_python_gsmmodem": "python_gsmmodem_new",
}
_NPM = {"test_serialport_gsm": "serialport-gsm"}
_TWO = {
    "test_beside_modemmanager": ("udev", "modemmanager"),
    "test_polkit_rule": ("polkitd", "network-manager"),
    "test_terminals": ("picocom", "tio"),
}


@dataclass(slots=True)
class Row:
    """One test file's results and time."""

    outcomes: dict[str, int]
    seconds: float = 0.0


def rows(stats: Mapping[str, Sequence[Any]]) -> dict[str, Row]:
    """The rows of the files in this directory, from the terminal reporter's reports."""
    found: dict[str, Row] = {}
    for outcome in ("passed", "failed", "error", "skipped", ""):  # "": setup and teardown
        for report in stats.get(outcome, ()):
            file = Path(report.nodeid.partition("::")[0])
            if file.parent.name != "clients":
                continue
            row = found.setdefault(file.stem, Row({}))
            row.seconds += report.duration
            if outcome:
                row.outcomes[outcome] = row.outcomes.get(outcome, 0) + 1
    return dict(sorted(found.items()))


def line(file: str, row: Row) -> str:
    """A row as text."""
    result = ", ".join(f"{count} {outcome}" for outcome, count in row.outcomes.items())
    return f"{_described(file):44} {row.seconds:6.1f} s  {result}"


def _described(file: str) -> str:
    if file in _PYPI:
        package = f"lib/python3*/site-packages/{_PYPI[file]}-*.dist-info"
        found = [*VENV.glob(package), *VENV.glob(f"*/{package}")]
        return found[0].name.removesuffix(".dist-info").replace("-", " ") if found else _PYPI[file]
    if file in _NPM:
        file_of_npm = VENV / "npm" / "node_modules" / _NPM[file] / "package.json"
        version = json.loads(file_of_npm.read_text())["version"] if file_of_npm.exists() else ""
        return f"{_NPM[file]} {version}"
    packages = _TWO.get(file) or (_DEBIAN.get(file, file),)
    return ", ".join(f"{package} {_debian_version(package)}".strip() for package in packages)


def _debian_version(package: str) -> str:
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # another distribution
        return ""
    return asked.stdout
