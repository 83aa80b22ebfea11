"""`command check`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from apn_config import cli_command

SCHEMA = Path(__file__).parent / "json_schemas" / "command_check.json"


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli_command.command, [str(argument) for argument in arguments])


def parsed(result: Result) -> dict[str, Any]:
    """The one line of JSON that was printed, which fits the schema."""
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    value: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(value, json.loads(SCHEMA.read_text()))
    return value


@pytest.fixture
def working(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[reply]\nto = "1234"\n[access]\nsenders = ["12345", "emnify"]\n')
    return path


def verdict(path: Path, sender: str, text: str) -> dict[str, Any]:
    arguments = ("check", "--config", path, "--from", sender, "--text", text, "--json")
    return parsed(call(*arguments))


VERDICTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "set": ("12345", "#17 APN em", {
        "verdict": "execute", "tag": "17", "verb": "APN SET", "apn": "em", "cid": 1, "user": None,
        "password": None, "why": None,
    }),
    "set all": ("+12345", "APN em user=u pass=geheim auth=pap type=ipv6", {
        "verdict": "execute", "user": "u", "password": "given", "auth": "pap", "type": "ipv6",
    }),
    "clear": ("emNIFY", "APN em user=- pass=-", {"user": "", "password": "cleared"}),
    "read": ("12345", "apn", {"verdict": "execute", "verb": "APN", "apn": None, "cid": 1}),
    "rollback": ("12345", "APN ROLLBACK", {"verdict": "execute", "verb": "APN ROLLBACK"}),
    "status": ("12345", "STATUS", {"verdict": "execute", "verb": "STATUS", "cid": None}),
    "ping": ("12345", "#a PING", {"verdict": "answer", "text": "#a OK PING", "to": "1234"}),
    "malformed": ("12345", "APN em;", {
        "verdict": "answer", "why": "bad-apn", "text": "ERR APN reason=bad-apn at=3",
    }),
    "other context": ("12345", "#9 APN em cid=2", {
        "verdict": "answer", "why": "bad-cid", "text": "#9 ERR reason=bad-cid", "cid": 2,
    }),
    "not listed": ("999", "PING", {
        "verdict": "silence", "text": None,
        "why": "no rule is about this sender, who isn't in [access] senders either",
    }),
    "a name that is no number": ("a12345", "PING", {"verdict": "silence"}),
    "no sender": ("", "PING", {"verdict": "silence"}),
    "a reply": ("12345", "OK APN em", {"verdict": "silence", "why": "an answer"}),
}  # fmt: skip


@pytest.mark.parametrize(("sender", "text", "expected"), VERDICTS.values(), ids=VERDICTS)
def test_command_check(working: Path, sender: str, text: str, expected: dict[str, Any]) -> None:
    found = verdict(working, sender, text)
    assert {key: found[key] for key in expected} == expected


PIN_VERDICTS = {
    "given": ("#1 PIN Sesame PING", "answer", None),
    "wrong": ("PIN sesame PING", "silence", "the PIN word is wrong"),
    "missing": ("PING", "silence", "the PIN word is missing"),
}


@pytest.mark.parametrize(("text", "expected", "why"), PIN_VERDICTS.values(), ids=PIN_VERDICTS)
def test_command_check_with_a_pin_word(
    working: Path, text: str, expected: str, why: str | None
) -> None:
    (working.parent / "word").write_text("Sesame")
    with working.open("a") as file:
        file.write('pin_file = "word"\n')
    found = verdict(working, "12345", text)
    assert found["verdict"] == expected
    if why is not None:
        assert found["why"] == why
    assert "esame" not in json.dumps(found)


def test_command_check_without_access(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    assert verdict(path, "12345", "PING")["why"].startswith("the configuration has no section")


def test_command_check_shows_no_password(working: Path) -> None:
    text = 'APN em user="a" pass=geheim'
    arguments = ("check", "--config", working, "--from", "12345", "--text", text)
    result = call(*arguments)
    assert result.exit_code == 0
    assert "execute" in result.stdout
    assert "geheim" not in result.stdout


@pytest.mark.parametrize("arguments", [[], ["check"]], ids=["command", "check"])
def test_every_help_has_an_example(arguments: list[str]) -> None:
    result = call(*arguments, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert "modem-helper command check" in result.stdout
