"""`transcript show`, `replay` and `mask` as a user and a script see them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from modem.cli_transcript import transcript
from modem.transcript import format as text_format
from modem.transcript.errors import FormatError
from tests.modem.transcript.ptys import Program
from tests.modem.transcript.sessions import DIRECTORY, SESSIONS, Session

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
BOOT = str(DIRECTORY / "bg96-boot.txt")


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(transcript, list(arguments), input=stdin)


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_every_file_is_shown_in_every_way(tmp_path: Path, session: Session) -> None:
    for options in ((), ("--raw",)):
        shown = run("show", str(session.path), *options)
        assert shown.exit_code == 0, shown.output
        assert shown.output.splitlines()
    found = json.loads(run("show", str(session.path), "--json").output)
    Draft202012Validator({**SCHEMA, "$ref": "#/$defs/transcript-show"}).validate(found)
    assert found["headers"][0] == {"key": "name", "value": session.name}
    out = tmp_path / "out.html"
    assert run("show", str(session.path), "--html", str(out)).output == ""
    assert out.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_every_file_is_masked(tmp_path: Path, session: Session) -> None:
    out = tmp_path / "masked.txt"
    assert run("mask", str(session.path), "-o", str(out)).exit_code == 0
    masked = text_format.read(out.read_text(), "it")
    assert masked.header("masked") == "yes"
    assert len(masked.steps) >= len(session.steps)


@pytest.mark.parametrize("command", [("mask", "-o"), ("show", "--html")], ids=["mask", "page"])
def test_what_is_read_is_not_written_over(tmp_path: Path, command: tuple[str, str]) -> None:
    path, link = tmp_path / "session.txt", tmp_path / "link"
    text = '>> "AT\\r"\n' * 2000
    path.write_text(text)
    link.symlink_to(path)
    for target in (path, link):
        result = run(command[0], str(path), command[1], str(target))
        assert result.exit_code == 1
        assert str(result.exception) == f"{target}: is what is being read; choose another name"
        assert path.read_text() == text


def test_a_file_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    bad, good, out = (tmp_path / name for name in ("bad.txt", "good.txt", "out.txt"))
    bad.write_text('>> "AT\\r"\n' * 2000 + "nothing of it\n")
    good.write_text('# masked: no\n>> "AT\\r"\n')
    out.write_text("before")
    assert run("mask", str(bad), "-o", str(out)).exit_code == 1
    assert out.read_text() == "before"
    assert run("mask", str(good), "-o", str(out)).exit_code == 0
    assert "# masked: yes" in out.read_text()
    assert sorted(tmp_path.iterdir()) == [bad, good, out]
    page = tmp_path / "page.html"
    assert run("show", str(good), "--html", str(page)).exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o600
    page.chmod(0o640)
    assert run("show", BOOT, "--html", str(page)).exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o640
    page.unlink()
    assert run("show", BOOT, "--html", str(page)).exit_code == 0  # nobody said that it is masked
    assert page.stat().st_mode & 0o777 == 0o600
    page.unlink()
    assert run("show", str(out), "--html", str(page)).exit_code == 0
    assert page.stat().st_mode & 0o777 == 0o644
    page.unlink()
    result = run("mask", str(good), "-o", str(tmp_path / "none" / "out.txt"))
    assert str(result.exception) == f"{tmp_path}/none/out.txt: No such file or directory"


def test_a_device_is_written_to_as_it_is(tmp_path: Path) -> None:
    assert run("show", BOOT, "--html", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_an_endless_line_is_not_read_to_its_end() -> None:
    """Nor is /dev/zero."""
    result = run("show", "/dev/zero")
    assert isinstance(result.exception, FormatError)
    assert "lines at most" in str(result.exception)


def test_stdin_and_stdout_are_files_too() -> None:
    command = [sys.executable, "-m", "cli", "transcript"]
    text = '>> "AT+CPIN=\\"1234\\"\\r"\n'
    masked = subprocess.run(
        [*command, "mask", "-"], input=text, capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert '>> "AT+CPIN=\\"****\\"\\r"' in masked.stdout
    assert run("show", "-", stdin=text).output.startswith("       0.000  > AT+CPIN=***")


def test_silence_at_the_end_is_shown() -> None:
    shown = run("show", "-", stdin='>> "AT\\r"\n-- 60\n').output.splitlines()
    assert shown[-2:] == [
        "      60.000  # the session ends",
        "      60.000  < (no answer after 60.0 s)",
    ]


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b'>> "AT\\r"\n\xff\xfe\n')
    result = run("show", str(bad))
    assert isinstance(result.exception, FormatError)
    assert str(result.exception).startswith(f"{bad}:2: wanted ")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("show", BOOT, "--raw", "--json"), id="two ways at once"),
        pytest.param(("show", "/dev/none"), id="no file"),
        pytest.param(("replay", BOOT, "--tcp", "7000"), id="no address"),
        pytest.param(("replay", BOOT, "--tcp", "127.0.0.1:70000"), id="no port"),
        pytest.param(("replay", BOOT, "--tcp", "a:1", "--link", "x"), id="two places"),
        pytest.param(("replay", BOOT, "--time-scale", "0"), id="no time"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("options", "said", "code", "complaint"),
    [
        pytest.param(("--strict", "--once"), b"AT\r", 0, "", id="strict"),
        pytest.param(("--strict",), b"ATI\r", 1, "line 1 of the host differs", id="differs"),
        pytest.param(
            ("--strict",), b"ATI\r", 1, "is masked: play it without --strict", id="masked"
        ),
    ],
)
def test_a_replay_as_a_process(
    tmp_path: Path, options: tuple[str, ...], said: bytes, code: int, complaint: str
) -> None:
    path, link = tmp_path / "session.txt", tmp_path / "modem0"
    path.write_text('# masked: yes\n>> "AT\\r"\n<< "\\r\\nOK\\r\\n"\n')
    command = [sys.executable, "-m", "cli", "transcript", "replay", str(path), *options]
    with subprocess.Popen(
        [*command, "--link", str(link)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{link}\n"
        program = Program(str(link))
        program.say(said)
        while not code and not program.listen().endswith(b"OK\r\n"):
            assert process.poll() is None
        program.close()
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == code
    assert complaint in complaints
    assert not link.is_symlink()


def test_what_was_not_in_the_recording_is_told_at_the_end(tmp_path: Path) -> None:
    path, link = tmp_path / "session.txt", tmp_path / "modem0"
    path.write_text('>> "AT\\r"\n<< "\\r\\nOK\\r\\n"\n')
    command = [sys.executable, "-m", "cli", "transcript", "replay", str(path)]
    with subprocess.Popen(
        [*command, "--link", str(link)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        program = Program(str(link))
        program.say(b"AT+FOO\x1b[2J\r")
        program.say(b"AT+BAR\r")
        while b"ERROR" not in program.listen():
            assert process.poll() is None
        program.close()
        process.terminate()
        _, complaints = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Not in the recording: '[2J\\r'" in complaints
    assert "Not in the recording: 'AT+BAR\\r'" in complaints
