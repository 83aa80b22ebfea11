"""What a fresh interpreter loads: start-up time and memory count on a small device."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RUN = "from apn_config.service import serve; import apn_config.cli, apn_config.operations"
# What the daemon has no use for. serial itself is loaded when a port is opened.
NEVER = {
    "aiohttp",
    "jwt",
    "dbus_fast",
    "pytest",
    "hypothesis",
    "jsonschema",
    "prometheus_client",
    "prompt_toolkit",
    "segno",
    "hil",
    "modem.simulator",
}
HEAVY = {
    "asyncio",
    "sqlite3",
    "serial",
    "logging",
    "tomllib",
    "modem",
    "apn_config",
    "importlib.metadata",
}


def _loaded(statement: str) -> set[str]:
    code = f"import sys; {statement}\nprint(*sys.modules, file=sys.__stdout__)"
    result = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(result.stdout.split())


def _some_of(loaded: set[str], unwanted: set[str]) -> set[str]:
    return {
        name
        for name in loaded
        for other in unwanted
        if name == other or name.startswith(f"{other}.")
    }


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        pytest.param(
            "sys.argv = ['modem-helper', '--help']; sys.stdout = open('/dev/null', 'w');\n"
            "import cli\ntry: cli.main()\nexcept SystemExit: pass",
            NEVER | HEAVY,
            id="--help loads click and the table alone",
        ),
        pytest.param(
            RUN, NEVER | {"serial", "serial_asyncio"}, id="run loads no port before it opens one"
        ),
        pytest.param(
            "from modem import sms",
            {"asyncio", "logging", "modem.driver"},
            id="the codec is alone",
        ),
        pytest.param("import modem.profiles", {"asyncio", "logging"}, id="profiles are data"),
    ],
)
def test_loads_nothing_it_does_not_need(statement: str, unwanted: set[str]) -> None:
    assert not _some_of(_loaded(statement), unwanted)


def test_the_daemon_needs_three_libraries_and_no_more() -> None:
    """Third-party modules that `run` loads with a port open: pyserial, pyserial-asyncio, click."""
    loaded = _loaded(f"{RUN}; import serial_asyncio, serial, click")
    third_party = {
        name.split(".")[0]
        for name in loaded
        if (module := name.split(".")[0]) not in sys.stdlib_module_names
        and module not in {"modem", "apn_config", "cli", "__main__"}
        and not module.startswith("_")
    }
    assert third_party <= {"serial", "serial_asyncio", "click", "typing_extensions", "colorama"}
