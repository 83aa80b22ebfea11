"""`simulate --listen`: what may be asked for, and what is said when it can't be had."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from hil import simulate as module
from hil.cli import simulate
from tests.e2e.test_json import check
from tests.hil.test_simulate import READY_KEYS, first_line, running


def test_the_ready_line_gains_a_platform() -> None:
    with running("--listen", "0", "--modems", "2", "--json") as process:
        ready = json.loads(first_line(process))
    check("simulate", ready)
    assert list(ready) == ["modems", "api", "portal", "application_token"]
    assert [set(modem) for modem in ready["modems"]] == [{*READY_KEYS, "endpoint"}] * 2
    assert [modem["endpoint"] for modem in ready["modems"]] == [700001, 700002]
    assert ready["api"].startswith("http://127.0.0.1:")
    assert ready["portal"] == f"{ready['api']}/portal/"


def test_what_a_person_is_told() -> None:
    with running("--listen", "127.0.0.1:0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(11)]
    said = "".join(lines)
    assert "portal  http://127.0.0.1:" in said
    assert "export EMNIFY_API=http://127.0.0.1:" in said


def test_an_address_that_others_reach_is_warned_of() -> None:
    with running("--listen", "0.0.0.0:0", "--json") as process:
        first_line(process)
        assert process.stderr is not None
        assert "no log-in" in process.stderr.readline()


WRONG = {
    "no port": (("--listen", "foo"), 2, "wanted HOST:PORT"),
    "a port beyond all": (("--listen", "127.0.0.1:70000"), 2, "wanted HOST:PORT"),
    "an address of nobody here": (("--listen", "192.0.2.1:80"), 2, "--listen: 192.0.2.1:80 "),
    "automations without a platform": (("--automations", "/dev/null"), 2, "give --listen"),
    "binary SMS without a platform": (("--unverified",), 2, "give --listen"),
    "short numbers without a platform": (("--short-digits", "7"), 2, "give --listen"),
    "automations that are none": (
        ("--listen", "0", "--automations", "{file}"),
        2,
        "wanted [[automation]], got 'x'",
    ),
    "no digits": (("--listen", "0", "--short-digits", "0"), 2, "--short-digits"),
}


@pytest.mark.parametrize(("words", "code", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong(tmp_path: Path, words: tuple[str, ...], code: int, message: str) -> None:
    file = tmp_path / "automations.toml"
    file.write_text("x = 1")
    result = CliRunner().invoke(simulate, [word.format(file=file) for word in words])
    assert (result.exit_code, message in result.output) == (code, True), result.output


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        result = CliRunner().invoke(simulate, ["--listen", address])
    assert (result.exit_code, f"{address} is in use" in result.output) == (7, True)


def test_without_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    result = CliRunner().invoke(simulate, ["--listen", "0"])
    assert (result.exit_code, "modem-helper[bench]" in result.output) == (1, True)
