"""`access explain`, as a user calls it."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from apn_config import cli_access, silences
from apn_config.access import _REASONS
from apn_config.config import ConfigError
from apn_config.control import ControlClient, ControlError
from apn_config.dialects.omacp.security import digest
from apn_config.dialects.signed import sign
from apn_config.keys import create_key
from apn_config.model import Security
from apn_config.proofs import OFFENCES

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
ICCID = "8988303000000000001"
WORD, CODE = "Sesame-4821", "Erstkontakt"
CONFIG = """
[reply]
to = "1234"
[access]
senders = ["12345", "fleet"]
pin_file = "word"
keys = "keys"
[[access.rules]]
name = "dashboard"
senders = ["fleet"]
dialects = ["plain"]
verbs = ["STATUS", "PING"]
proof = "none"
[[access.rules]]
name = "ops"
keys = ["ops"]
[dialects]
enabled = ["plain", "signed", "teltonika", "omacp"]
[control]
socket = "control.sock"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, content in (("word", WORD), ("code", CODE)):
        (tmp_path / name).write_text(f"{content}\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "keys").mkdir()
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def call(home: Path, *arguments: str) -> Result:
    config = ("--config", str(home / "config.toml"))
    return CliRunner().invoke(cli_access.access, ["explain", *config, *arguments])


def explained(home: Path, sender: str, text: str, *more: str) -> dict[str, Any]:
    result = call(home, "--from", sender, "--text", text, "--json", *more)
    assert result.exit_code in (0, 4), result.output
    assert result.stdout.count("\n") == 1
    value: dict[str, Any] = json.loads(result.stdout)
    Draft202012Validator({**SCHEMA, "$ref": "#/$defs/access-explain"}).validate(value)
    assert result.exit_code == (4 if value["verdict"] == "silence" else 0)
    assert WORD not in result.output
    return value


FOUND: dict[str, tuple[str, str, dict[str, Any]]] = {
    "by the listed senders": ("+12345", f"#17 PIN {WORD} APN em", {
        "dialect": "plain", "verb": "APN SET", "verdict": "execute", "rule": "senders",
        "message": "#17 PIN *** APN em", "why": None, "answer": None, "to": "1234",
    }),
    "answered at once": ("FLEET", "#a ping", {
        "verdict": "answer", "rule": "dashboard", "answer": "#a OK PING", "why": None,
    }),
    "with an error": ("12345", f"PIN {WORD} APN e;m", {
        "verdict": "answer", "rule": "senders", "why": "bad-apn", "verb": None,
        "answer": "ERR APN reason=bad-apn at=2",
    }),
    "a wrong word": ("12345", "PIN 0000 APN em", {
        "verdict": "silence", "rule": "senders", "why": "pin-wrong", "verb": "APN SET",
    }),
    "a stranger": ("999", "STATUS", {"verdict": "silence", "rule": None, "why": "not-listed"}),
    "a dialect without a secret": ("12345", "  setparam 2001:em", {
        "dialect": "teltonika", "verdict": "silence", "why": "no-proof",
    }),
    "no command": ("12345", "#17 OK PING", {
        "dialect": None, "verdict": "silence", "why": "an answer", "rules": [],
    }),
}  # fmt: skip


@pytest.mark.parametrize(("sender", "text", "expected"), FOUND.values(), ids=FOUND)
def test_explanations(home: Path, sender: str, text: str, expected: dict[str, Any]) -> None:
    found = explained(home, sender, text)
    assert {key: found[key] for key in expected} == expected


def test_each_rule_is_told(home: Path) -> None:
    assert explained(home, "fleet", "APN em")["rules"] == [
        {"name": "dashboard", "about_it": False, "misses": "verb", "decides": False},
        {"name": "ops", "about_it": False, "misses": "signature", "decides": False},
        {"name": "senders", "about_it": True, "misses": None, "decides": True},
    ]


def test_a_signed_command(home: Path) -> None:
    key = create_key(home / "keys", "ops", bytes(range(32)))
    text = sign(key.octets, ICCID, 7, "APN em")
    found = explained(home, "999", text, "--iccid", ICCID)
    assert (found["verdict"], found["rule"], found["key"]) == ("execute", "ops", "ops")
    wrong = explained(home, "999", text, "--iccid", "8988303000000000002")
    assert (wrong["verdict"], wrong["why"], wrong["rules"]) == ("silence", "signature-wrong", [])
    assert explained(home, "999", text)["why"] == "no-iccid"


def test_the_running_daemon_is_asked_for_the_card(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where the message is proven by it."""
    asked: list[str] = []

    class Daemon:
        def call(self, op: str) -> dict[str, Any]:
            asked.append(op)
            return {"modem": {"iccid": ICCID, "imei": "1", "imsi": None}}

        def close(self) -> None:
            asked.append("close")

    monkeypatch.setattr(ControlClient, "connect", lambda _path: Daemon())
    key = create_key(home / "keys", "ops", bytes(range(32)))
    text = sign(key.octets, ICCID, 7, "APN em")
    assert explained(home, "12345", "STATUS")["why"] == "pin-missing"
    assert asked == []
    assert explained(home, "999", text)["verdict"] == "execute"
    assert asked == ["status", "close"]
    # What the command line says counts.
    other = explained(home, "999", text, "--iccid", "8988303000000000002")
    assert other["why"] == "signature-wrong"


def test_a_daemon_of_another_user_is_let_be(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise ControlError("no permission", 6)

    monkeypatch.setattr(ControlClient, "connect", refuse)
    key = create_key(home / "keys", "ops", bytes(range(32)))
    text = sign(key.octets, ICCID, 7, "APN em")
    assert explained(home, "999", text)["why"] == "no-iccid"


def test_octets(home: Path) -> None:
    """A push of OMA CP without a document: nobody can tell who made it."""
    mac = digest(b"1234", b"").hex().upper().encode()
    push = b"\x01\x06" + bytes((len(mac) + 5,)) + b"\x03\xb6\x81\x92" + mac + b"\x00"
    result = call(home, "--from", "12345", "--data", push.hex(), "--port", "2948", "--json")
    assert result.exit_code == 4, result.output
    found = json.loads(result.stdout)
    assert found["verdict"] == "silence"
    assert found["message"] == f"[{len(push)} octets]"


def test_the_set_up_code(home: Path) -> None:
    config = CONFIG.replace('pin_file = "word"', 'setup_code_file = "code"')
    (home / "config.toml").write_text(config)
    result = call(home, "--from", "999", "--text", f"SETUP {CODE} APN em")
    assert result.exit_code == 0, result.output
    assert "set-up" in result.stdout
    assert CODE not in result.stdout


def test_as_a_table(home: Path) -> None:
    result = call(home, "--from", "fleet", "--text", "ping")
    assert result.exit_code == 0
    assert result.stdout == (
        "from     fleet\n"
        "message  PING\n"
        "dialect  plain\n"
        "verb     PING\n"
        "\n"
        "   rule       is it about this?\n"
        ">  dashboard  yes, and it decides\n"
        "   ops        no: it is about signed commands\n"
        "   senders    yes, but one before it decides\n"
        "\n"
        "verdict  allowed by rule dashboard; answered at once, to 1234\n"
        "answer   OK PING\n"
        "\n"
        "Not looked at: lock-out, counters, what was taken before, rates, set-up window.\n"
    )


def test_a_refusal_as_a_table(home: Path) -> None:
    result = call(home, "--from", "999", "--text", "STATUS")
    assert result.exit_code == 4
    assert ">  (none)     nobody else may do anything" in result.stdout
    assert "why      no rule is about this sender" in result.stdout


def test_nothing_steers_the_terminal(home: Path) -> None:
    result = call(home, "--from", "a\x1b[2J", "--text", "\x1b[2J APN\x1b em")
    assert "\x1b" not in result.stdout


USAGE = {
    "neither": ((), "wanted --text or --data"),
    "both": (("--text", "x", "--data", "00"), "wanted --text or --data"),
    "no octets": (("--data", "0x"), "octets in hexadecimal"),
    "no port": (("--data", "00", "--port", "65536"), "65535"),
}


@pytest.mark.parametrize(("arguments", "told"), USAGE.values(), ids=USAGE)
def test_usage(home: Path, arguments: tuple[str, ...], told: str) -> None:
    result = call(home, "--from", "1", *arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_a_faulty_configuration(home: Path) -> None:
    (home / "word").unlink()
    result = call(home, "--from", "1", "--text", "PING")
    assert isinstance(result.exception, ConfigError)


def test_the_help_has_an_example() -> None:
    for arguments in (["--help"], ["explain", "--help"]):
        result = CliRunner().invoke(cli_access.access, arguments)
        assert "Example" in result.stdout
        assert "modem-helper access explain" in result.stdout


def reasons_in(file: str) -> set[str]:
    """What is given as the reason of a denial or of a silence there."""
    tree = ast.parse((ROOT / "apn_config" / file).read_text())
    given: set[str] = set()
    for node in ast.walk(tree):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if named and node.func.id in ("Denied", "_denied", "Silence") and node.args:  # type: ignore[attr-defined]
            given |= {
                each.value
                for each in ast.walk(node.args[0])  # type: ignore[attr-defined]
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    return {each for each in given if each.islower() and " " not in each}


def faults_in(file: str) -> set[str]:
    """The words with a hyphen that functions give back there."""
    tree = ast.parse((ROOT / "apn_config" / file).read_text())
    given = [
        each for node in ast.walk(tree) if isinstance(node, ast.Return) for each in ast.walk(node)
    ]
    texts = {str(each.value) for each in given if isinstance(each, ast.Constant)}
    return {each for each in texts if "-" in each.strip("-") and " " not in each}


def test_every_reason_has_a_sentence() -> None:
    reasons = OFFENCES | set(_REASONS.values()) | faults_in("proofs.py")
    reasons |= reasons_in("access.py") | reasons_in("admission.py")
    reasons |= {f"{each.value}-refused" for each in Security}
    assert {"no-access", "locked-out", "setup-closed", "replay", "no-imsi", "no-key"} <= reasons
    without = {each for each in reasons if silences.why(each) == each}
    assert without <= {"rate-", "s", "utf-8"}  # parts of others, and no reasons
