"""`modem-helper hil`: a bench's file written by questions, checked, and run by a process."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hil.bench import load
from hil.cli_hil import hil
from hil.simulated_bench import simulated_bench
from modem import discovery
from modem.discovery import SerialPort
from tests.e2e.test_json import check

PORT = ("--port", "/dev/ttyUSB2")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A simulated bench: its file."""
    with simulated_bench("sim7600", tmp_path_factory.mktemp("bench")) as path:
        yield path


@pytest.fixture(autouse=True)
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "serial_ports", lambda: ())
    monkeypatch.delenv("EMNIFY_API", raising=False)


def init(*words: object, answers: tuple[str, ...] = ()) -> Result:
    lines = "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(hil, ["init", *map(str, words)], input=lines)


def api_of(bench: Path) -> str:
    platform = load(bench).platform
    assert platform is not None
    return platform.api


# --- init -----------------------------------------------------------------------------------------


def test_init_for_a_script(bench: Path, tmp_path: Path) -> None:
    output = tmp_path / "my bench.toml"
    result = init(
        *("--yes", "--output", output, *PORT, "--token-file", bench.parent / "token"),
        *("--api", api_of(bench), "--apn", "em", "--short-number", "4711", "--sender", "emnify"),
        *("--url", "https://bench.example/sms", "--listen", "127.0.0.1:9000"),
        *("--power", "http off=http://relay/?off on='http://relay/a?b' off_s=3"),
    )
    assert result.exit_code == 0, result.output
    assert "Next: modem-helper hil check --bench" in result.output
    found = load(output)
    assert (found.name, found.modem.port) == ("my-bench", "/dev/ttyUSB2")
    assert found.platform is not None
    assert found.platform.device == 700001, "the only one of the account"
    assert (found.platform.sender, found.platform.short_number) == ("emnify", "4711")
    assert found.webhook is not None
    assert found.webhook.secret_file is not None
    assert stat.S_IMODE(found.webhook.secret_file.stat().st_mode) == 0o600
    assert len(found.webhook.secret() or "") == 64
    assert found.power is not None
    assert getattr(found.power, "parameters", {}) == {
        "off": "http://relay/?off",
        "on": "http://relay/a?b",
        "off_s": 3.0,
    }
    assert found.notes == ()


def test_init_asks_and_lists(bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = (
        SerialPort("/dev/ttyUSB0", "/dev/serial/by-id/usb-Sim-if00", "SimTech", usb=True),
        SerialPort("/dev/ttyUSB2", "/dev/serial/by-id/usb-Sim-if02", "Sim\x1b[2JTech", usb=True),
    )
    monkeypatch.setattr(discovery, "serial_ports", lambda: ports)
    token = (bench.parent / "token").read_text().strip()
    output = tmp_path / "bench.toml"
    result = init(
        *("--output", output, "--api", api_of(bench)),
        answers=("", "", "bad apn", "em", token, "", "", "123456789", "", "", "uhubctl x", "none"),
    )
    assert result.exit_code == 0, result.output
    assert "found: /dev/serial/by-id/usb-Sim-if02" in result.output
    assert "\x1b" not in result.output
    assert "wanted an APN" in result.output
    assert "700001  Device 0" in result.output
    assert "wanted 1 to 8 digits" in result.output
    assert "wanted KIND KEY=VALUE" in result.output
    assert token not in result.output
    found = load(output)
    assert found.modem.port == "/dev/serial/by-id/usb-Sim-if02"
    assert found.platform is not None
    assert found.platform.token() == token
    assert stat.S_IMODE(found.platform.token_file.stat().st_mode) == 0o600
    assert (found.webhook, found.power, found.notes) == (None, None, ())


def test_init_without_the_platform(tmp_path: Path) -> None:
    output = tmp_path / "bench.toml"
    result = init("--output", output, answers=("tcp://10.0.0.5:7000", "", "", "", ""))
    assert result.exit_code == 0, result.output
    assert "so no SMS are tested" in result.output
    assert load(output).platform is None


def test_init_where_the_platform_can_not_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.emnify.pace._FIRST_S", 0.0)
    output = tmp_path / "bench.toml"
    result = init(
        *("--output", output, *PORT, "--api", "http://127.0.0.1:9"),
        answers=("", "", "a-token", "1234567", "", "", "", ""),
    )
    assert "devices can't be listed" in result.output
    assert result.exit_code == 0, result.output
    found = load(output).platform
    assert found is not None
    assert (found.device, found.token()) == (1234567, "a-token")


@pytest.mark.parametrize("token", ["e" * 400, "e\x00e"], ids=["long", "odd"])
def test_a_token_that_can_be_no_file_s_name(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.emnify.pace._FIRST_S", 0.0)
    result = init(
        *("--output", tmp_path / "bench.toml", *PORT, "--api", "http://127.0.0.1:9"),
        answers=("", "", token, "1234567", "", "", "", ""),
    )
    assert token not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if token.isprintable():
        assert result.exit_code == 0, result.output
        assert (tmp_path / "bench-token").read_text() == f"{token}\n"


INIT_WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "a port that is none": (("--port", "serial://x"), 2, "--port: wanted a device"),
    "an APN that is none": ((*PORT, "--apn", "a b"), 2, "--apn: wanted an APN"),
    "a token file that isn't": (
        (*PORT, "--token-file", "none"),
        2,
        "--token-file: the file cant be read",
    ),
    "a long number": (
        (*PORT, "--token-file", "{token}", "--device", "1", "--short-number", "491701234567"),
        2,
        "--short-number: wanted 1 to 8 digits",
    ),
    "an API that is none": (
        (*PORT, "--token-file", "{token}", "--api", "ftp://x"),
        2,
        "--api: wanted an address",
    ),
    "no device": ((*PORT, "--token-file", "{token}"), 2, "--device ID is wanted"),
    "a switch that isn't": ((*PORT, "--power", "magic"), 2, "--power: wanted "),
    "a switch without its keys": ((*PORT, "--power", "gpio line=x"), 2, "--power: wanted KIND"),
    "a directory that isn't": ((*PORT, "--output", "none/b.toml"), 1, "there is no directory"),
    "a file that is there": ((*PORT, "--output", "{token}"), 1, "is there already"),
}


@pytest.mark.parametrize(("words", "code", "message"), INIT_WRONG.values(), ids=INIT_WRONG)
def test_init_with_what_is_wrong(
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMNIFY_API", "http://127.0.0.1:9")
    monkeypatch.setattr("hil.emnify.pace._FIRST_S", 0.0)
    (tmp_path / "token").write_text("abc")
    result = init("--yes", *(word.format(token=tmp_path / "token") for word in words))
    output = " ".join(result.output.replace("'", "").split())
    assert (result.exit_code, message in output) == (code, True), result.output
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


# --- check ----------------------------------------------------------------------------------------


def checked(*words: object) -> Result:
    return CliRunner().invoke(hil, ["check", "--bench", *map(str, words)])


def test_check(bench: Path) -> None:
    result = checked(bench)
    assert result.exit_code == 0, result.output
    assert "ok       modem     SIMCOM INCORPORATED SIMCOM_SIM7600G-H" in result.output
    assert f"Next: modem-helper hil run --bench {bench}" in result.output


def test_check_for_scripts(bench: Path) -> None:
    result = checked(bench, "--json")
    found = json.loads(result.output)
    check("hil-check", found)
    assert (result.exit_code, found["modem"]["profile"], found["modem"]["apn"]) == (
        0,
        "sim7600",
        "em",
    )


def test_check_ends_with_the_code_of_what_failed(bench: Path, tmp_path: Path) -> None:
    text = bench.read_text().replace("device = 700001", "device = 700999")
    other = tmp_path / "bench.toml"
    other.write_text(text)
    result = checked(other)
    assert result.exit_code == 78
    assert "failed   device    there is no device 700999" in result.output
    assert "modem-helper emnify devices --api" in result.output
    assert "Next" not in result.output
    result = checked(other, "--json")
    check("hil-check", json.loads(result.output))
    assert result.exit_code == 78
