"""The package's interface is lazy, complete, and the same for types and at run time."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import modem

ROOT = Path(modem.__file__).parent.parent


def loaded_by(statement: str) -> set[str]:
    """What a fresh interpreter has loaded after a statement."""
    script = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_codec_loads_neither_asyncio_nor_a_port() -> None:
    loaded = loaded_by("from modem import sms; sms.decode_pdu")
    assert "modem.sms.pdu" in loaded
    forbidden = {"asyncio", "logging", "socket", "sqlite3", "serial", "serial_asyncio"}
    assert not loaded & forbidden
    assert not loaded & {"modem.device", "modem.driver", "modem.transport", "modem.at"}


def test_the_values_load_no_driver() -> None:
    loaded = loaded_by("from modem import ContextSettings, Registration, CommandRefused")
    assert not loaded & {"asyncio", "serial", "modem.device", "modem.driver", "modem.transport"}


def test_the_pure_zones_load_no_clock_and_no_loop() -> None:
    names = "context, control, identity, messages, network, secrets, sim"
    loaded = loaded_by(f"from modem.commands import {names}; import modem.profiles")
    assert not loaded & {"asyncio", "logging", "socket", "serial", "modem.driver"}


@pytest.mark.parametrize("name", modem.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(modem, name) is not None
    assert name in dir(modem)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        modem.no_such_name  # noqa: B018


def test_the_types_see_the_same_names() -> None:
    tree = ast.parse(Path(modem.__file__).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        f"{statement.module}.{alias.name}"
        for statement in guarded.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert seen == {f"modem.{home}.{name}" for name, home in modem._HOME_OF.items()}
    assert sorted(modem._HOME_OF) == sorted(modem.__all__)
