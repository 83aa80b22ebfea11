"""What `--json` prints, held against docs/json-schema.json, key by key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

import cli
from apn_config.transaction import Reason, State
from tests.e2e.bench import OPERATOR, ROOT, Bench

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())
VECTORS = ROOT / "tests" / "vectors"
# What others are made of.
PARTS = {
    "context",
    "modem",
    "change",
    "sim-control-modem",
    "emnify-device",
    "emnify-sms",
    "emnify-policy",
    "emnify-webhook",
}
# What is no command's output.
FILES = {"simulate-inbox-line", "simulate-outbox-line"}


def check(name: str, value: object) -> None:
    """Raises ValidationError where the value isn't what the schema promises."""
    Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}).validate(value)


def json_commands() -> set[str]:
    """The commands that have the option, as the schema names them."""
    context = click.Context(cli.app)
    commands = {name: cli.app.get_command(context, name) for name in cli.app.list_commands(context)}
    return set(_below(commands))


def _below(commands: Mapping[str, click.Command | None], path: str = "") -> Iterator[str]:
    for name, command in commands.items():
        assert command is not None
        if isinstance(command, click.Group):
            yield from _below(command.commands, f"{path}{name}-")
        if any("--json" in option.opts for option in command.params):
            yield path + name


def test_every_command_with_the_option_has_its_definition() -> None:
    assert json_commands() == set(SCHEMA["$defs"]) - PARTS - FILES


def test_the_words_of_a_change_are_those_of_its_table() -> None:
    words = SCHEMA["$defs"]["change"]["properties"]
    assert words["outcome"]["enum"] == [state.value for state in State]
    assert words["reason"]["enum"] == [*(reason.value for reason in Reason), None]


def test_the_schema_is_one_and_lets_no_other_key_pass() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def objects(part: object) -> list[dict[str, Any]]:
        if isinstance(part, list):
            return [each for item in part for each in objects(item)]
        if not isinstance(part, dict):
            return []
        below = [each for item in part.values() for each in objects(item)]
        return [part, *below] if "properties" in part and "$ref" not in part else below

    for each in objects(SCHEMA):
        assert each.get("additionalProperties") is False, list(each["properties"])


def test_beside_the_daemon_and_without_it(bench: Bench) -> None:
    """The same keys whoever holds the modem."""
    simulator = bench.simulate("--start-apn", "em", "--tcp", "127.0.0.1:0", "--modems", "2")
    check("simulate", simulator.ready)
    daemon = bench.run()
    lines = [
        {"modem": 0, "from": OPERATOR, "text": "PING"},
        {"modem": 0, "from": "EMnify", "text": "Hello"},
        {"modem": 0, "pdu": "0791947106004005FF"},
        {"modem": 1, "from": OPERATOR, "text": "PING"},
    ]
    for line in lines:
        check("simulate-inbox-line", line)
    bench.inject_lines(*lines)
    bench.answer("OK PING")
    bench.until_row("SELECT 1 FROM inbox WHERE state = 'set-aside'")
    check("apn-set", bench.json("apn", "set", "nosuch", code=5))
    for _ in range(2):
        check("info", bench.json("info"))
        check("apn-show", bench.json("apn", "show"))
        check("apn-set", bench.json("apn", "set", "em"))
        check("sms-send", bench.json("sms", "send", "--to", "4711", "--text", "hello " * 40))
        listed = bench.json("sms", "list")
        check("sms-list", listed)
        assert len(listed["inbox"]) == 3
        if daemon.popen.poll() is None:
            daemon.end()
            bench.inject_lines(*lines[1:3])
    assert len(listed["modem"]) == 2
    for sent in bench.outbox():
        check("simulate-outbox-line", sent)


def test_a_status_without_a_modem(bench: Bench) -> None:
    daemon = bench.run(ready=False)
    daemon.until_logged("can't open")
    found = bench.json("info")
    check("info", found)
    assert found["modem"] is None


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (OPERATOR, "#17 APN em user=u pass=p auth=chap type=ipv4v6 cid=1"),
        (OPERATOR, "APN bad..name"),
        (OPERATOR, "APN em cid=9"),
        (OPERATOR, "PING"),
        ("stranger", "PING"),
        (OPERATOR, "Good morning"),
    ],
)
def test_command_check(bench: Bench, sender: str, text: str) -> None:
    check("command-check", bench.json("command", "check", "--from", sender, "--text", text))


def test_config_check(bench: Bench) -> None:
    check("config-check", bench.json("config", "check"))
    secret = bench.home / "secret"
    secret.write_text("4821\n")
    with bench.config.open("a") as file:
        file.write(f'[apn.fallback]\napn = "em"\nuser = "u"\npass_file = "{secret}"\n')
    check("config-check", bench.json("config", "check"))


@pytest.mark.parametrize("name", ["pdu_deliver", "pdu_submit", "pdu_status_report", "pdu_invalid"])
def test_pdu_decode(bench: Bench, name: str) -> None:
    """All vectors of the codec through one process."""
    lines = [json.loads(line) for line in (VECTORS / f"{name}.jsonl").read_text().splitlines()]
    pdus = [line["pdu_hex"] for line in lines if line.get("has_smsc", True)]
    option = ["--from-device"] if name == "pdu_submit" else []
    _, output, _ = bench.do("pdu", "decode", "--json", *option, *pdus, config=False)
    decoded = [json.loads(line) for line in output.splitlines()]
    assert len(decoded) == len(pdus)
    for each in decoded:
        check("pdu-decode", each)
    assert any(("error" in each) == (name == "pdu_invalid") for each in decoded)


def test_sim_control(bench: Bench) -> None:
    socket = str(bench.home / "sim.sock")
    bench.simulate("--start-apn", "em", "--control", socket)
    for name, options in {
        "state": (),
        "deliver": ("--from", "12345", "hello"),
        "coverage": ("off",),
        "refuse": ("38", "--count", "1"),
        "faults": (),
        "reboot": (),
        "unplug": (),
        "plug": (),
    }.items():
        code, output, _ = bench.do("sim-control", socket, name, *options, "--json", config=False)
        assert code == 0
        check(f"sim-control-{name}", json.loads(output))


@pytest.mark.parametrize("name", [(), ("ec25",)], ids=["all", "one"])
def test_profiles(bench: Bench, name: tuple[str, ...]) -> None:
    code, output, _ = bench.do("profiles", *name, "--json", config=False)
    assert code == 0
    check("profiles", json.loads(output))


def test_pdu_encode(bench: Bench) -> None:
    text = "A long text with ä and €. " * 10
    _, output, _ = bench.do(
        "pdu", "encode", "--json", "--to", "+491701234567", "--text", text, config=False
    )
    parts = [json.loads(line) for line in output.splitlines()]
    for part in parts:
        check("pdu-encode", part)
    assert "".join(part["text"] for part in parts) == text
