"""`pdu decode` and `pdu encode` as a user and a script see them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from modem import sms
from modem.cli import MAX_LINE, pdu

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-schema.json").read_text())

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
DELIVER = sms.compose_deliver("emnify", "APN em", timestamp=NOW, smsc="+491710760000")[0].pdu
BINARY = sms.compose_deliver("+49171", b"\x01\xff", timestamp=NOW)[0].pdu
LONG = sms.compose_deliver("12", "a" * 161, timestamp=NOW, reference=0x1234)[1].pdu
SUBMIT = "00" + "31" + "05" + "04812143" + "00" + "11" + "A7" + "02" + "CF25"
TO = sms.parse_number("1234")
COMMAND = sms.build_command(TO, reference=3, command_type=2, message_number=7).pdu
SUBMIT_REPORT = sms.build_submit_report(NOW).pdu


def _run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(pdu, list(arguments), input=stdin)


def _objects(result: Result, definition: str = "pdu-decode") -> list[dict[str, Any]]:
    """The lines of JSON, each as the schema promises."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    for line in lines:
        Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{definition}"}).validate(line)
    return lines


@pytest.mark.parametrize(
    ("options", "hex_pdu", "expected"),
    [
        ([], DELIVER, {"type": "deliver", "smsc": "+491710760000", "text": "APN em"}),
        ([], BINARY, {"data": "01FF", "encoding": "8bit", "smsc": None}),
        ([], LONG, {"concat": {"ref": 0x1234, "total": 2, "seq": 2, "bits": 16}}),
        ([], SUBMIT, {"type": "submit", "mr": 5, "class": 1, "validity_s": 86400}),
        ([], SUBMIT_REPORT, {"type": "submit_report", "timestamp": "2024-05-06T07:08:09+00:00"}),
        (["--from-device"], COMMAND, {"type": "command", "message_number": 7}),
        (["--from-device", "--no-smsc"], "0000", {"type": "deliver_report", "tpdu_length": 2}),
        (["--no-smsc"], SUBMIT[2:], {"type": "submit", "smsc": None}),
        (["--strict"], DELIVER, {"type": "deliver", "warnings": []}),
    ],
    ids=[
        "deliver", "binary", "part", "submit", "submit report", "command", "deliver report",
        "no-smsc", "strict",
    ],
)  # fmt: skip
def test_decode_json(options: list[str], hex_pdu: str, expected: dict[str, object]) -> None:
    result = _run("decode", "--json", *options, hex_pdu)
    assert result.exit_code == 0
    [answer] = _objects(result)
    assert answer == answer | expected


@pytest.mark.parametrize(
    ("option", "hex_pdu", "error"),
    [
        ("--strict", DELIVER[:-2], ("deliver.ud", 27, "wanted 6 octets, 5 left")),
        ("--from-device", "0003", ("pdu.first_octet", 1, "message type 3 is reserved")),
        ("--json", "0004", ("deliver.oa", 2, "wanted 1 octet, 0 left")),
        ("--json", "00f", ("pdu", 1, "an odd number of hex digits")),
        ("--json", "zz", ("pdu", 0, "character 1 is no hex digit")),
        ("--json", "0" * 5000, ("pdu", MAX_LINE // 2, f"longer than {MAX_LINE} hex digits")),
    ],
    ids=["strict", "from-device", "short", "odd", "no hex", "long"],
)
def test_what_can_not_be_decoded(option: str, hex_pdu: str, error: tuple[str, int, str]) -> None:
    field, octet, message = error
    result = _run("decode", "--json", option, hex_pdu)
    assert _objects(result) == [
        {"error": {"field": field, "octet": octet, "message": message}, "pdu": hex_pdu}
    ]
    assert result.exit_code == 1


def test_decode_json_writes_a_line_for_each_line_and_fails_at_the_end() -> None:
    result = _run("decode", "--json", stdin=f"{DELIVER}\n\n0004\nzz\r\n \n{BINARY}")
    assert result.exit_code == 1
    first, short, no_hex, last = _objects(result)
    assert (first["text"], last["data"]) == ("APN em", "01FF")
    assert (short["pdu"], no_hex["pdu"]) == ("0004", "zz")


def test_octets_on_stdin_that_are_no_text_are_an_error_and_no_traceback() -> None:
    result = _run("decode", "--json", stdin=b"\xff\xfe\n" + DELIVER.encode() + b"\n")
    assert result.exit_code == 1
    assert ["error" in answer for answer in _objects(result)] == [True, False]


@pytest.mark.parametrize("end", ["\n", ""], ids=["line end", "end of file"])
@pytest.mark.parametrize("digits", [MAX_LINE, MAX_LINE + 2, 10 * MAX_LINE])
def test_a_line_is_bounded_and_the_next_one_is_read(digits: int, end: str) -> None:
    line = BINARY + "00" * ((digits - len(BINARY)) // 2)
    result = _run("decode", "--json", stdin=f"{line}\r\n{DELIVER}\n{line}{end}")
    first, second, third = _objects(result)
    assert second["text"] == "APN em"
    assert first == third
    if digits == MAX_LINE:
        assert first["data"] == "01FF"
    else:
        assert first["error"]["field"] == "pdu"
        assert len(first["pdu"]) == MAX_LINE + 2
        assert result.exit_code == 1


def test_blanks_do_not_make_a_long_line_short() -> None:
    result = _run("decode", "--json", stdin=DELIVER + " " * MAX_LINE + "FF")
    [answer] = _objects(result)
    assert answer["error"]["field"] == "pdu"


def test_a_pipe_gets_each_answer_before_the_next_line_is_written() -> None:
    command = [sys.executable, "-m", "cli", "pdu", "decode", "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for hex_pdu, key in ((DELIVER, "text"), ("00", "error"), (BINARY, "data")):
            process.stdin.write(hex_pdu.encode() + b"\n")
            assert key in json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(10) == 1


def test_decode_draws_the_octets_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    result = _run("decode", LONG, SUBMIT)
    assert result.exit_code == 0
    first, second, nothing = result.stdout.split("\n\n")
    assert nothing == ""
    assert first.startswith("SMS-DELIVER: ")
    assert "concatenated message, 16-bit reference: part 2 of 2, reference 4660\n" in first
    assert first.endswith('text: "aaaaaaaaa"')
    assert second.startswith("SMS-SUBMIT: ")
    assert second.endswith('text: "OK"')


@pytest.mark.parametrize(("columns", "width"), [(40, 80), (100, 100), (400, 120)])
def test_the_drawing_fits_the_terminal(
    columns: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    report = sms.build_status_report(TO, NOW, NOW, reference=1, status=0x99).pdu
    result = _run("decode", report)
    assert width - 20 < max(map(len, result.stdout.splitlines())) <= width
    assert "service rejected" in " ".join(result.stdout.split())


def test_decode_tells_an_error_and_goes_on() -> None:
    result = _run("decode", "0004", DELIVER)
    assert result.exit_code == 1
    assert result.stderr == "0004\n  error: deliver.oa at octet 2: wanted 1 octet, 0 left\n\n"
    assert '"APN em"' in result.stdout


@pytest.mark.parametrize(
    "text",
    ["\r\n\f", "č\x1b[2J", "č\x9b31m", "č\u202eabc", "č\x00", "č\u2028"],
    ids=["line-ends", "csi", "c1", "bidi", "nul", "line-separator"],
)
@pytest.mark.parametrize("option", ["--json", "--no-smsc"])
def test_a_text_can_not_reach_the_terminal_raw(text: str, option: str) -> None:
    [part] = sms.compose_deliver("1", text, timestamp=NOW)
    result = _run("decode", option, part.pdu if option == "--json" else part.pdu[2:])
    assert result.exit_code == 0
    assert result.stdout.replace("\n", "").isprintable()
    if option == "--json":
        assert _objects(result)[0]["text"] == text


def test_an_argument_can_not_reach_the_terminal_raw() -> None:
    result = _run("decode", "\x1b[2J" + "z" * 5000)
    assert result.exit_code == 1
    assert result.stderr.replace("\n", "").isprintable()
    assert len(result.stderr) < 300


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        pytest.param(
            ["--text", "OK"],
            "part 1 of 1: AT+CMGS=11\n000100048121430000" "02CF25\n"
            "1 part, gsm7: 2 septets, 158 left\n",
            id="text",
        ),
        pytest.param(
            ["--data", "01FF", "--ports", "2948:9200"],
            "part 1 of 1: AT+CMGS=18\n004100048121430004" "09" "06" "05040B8423F0" "01FF\n"
            "1 part, 8bit: 2 octets, 131 left\n",
            id="data to a port",
        ),
        pytest.param(
            ["--text", "š", "--class", "0", "--status-report", "--validity", "3600"],
            "part 1 of 1: AT+CMGS=12\n003100048121430018" "0B" "02" "0161\n"
            "1 part, ucs2: 1 character, 69 left\n",
            id="class, report and validity",
        ),
        pytest.param(
            ["--text", "š", "--alphabet", "translit"],
            "part 1 of 1: AT+CMGS=10\n000100048121430000" "01" "73\n"
            'sent as "s"\n1 part, gsm7: 1 septet, 159 left\n',
            id="transliterated",
        ),
        pytest.param(
            ["--text", "a", "--alphabet", "ucs2"],
            "part 1 of 1: AT+CMGS=11\n000100048121430008" "02" "0061\n"
            "1 part, ucs2: 1 character, 69 left\n",
            id="forced",
        ),
    ],
)  # fmt: skip
def test_encode_says_what_to_type(arguments: list[str], printed: str) -> None:
    result = _run("encode", "--to", "1234", *arguments)
    assert result.exit_code == 0
    assert result.stdout == printed


@pytest.mark.parametrize(
    ("text", "options", "last"),
    [
        ("a" * 193, [], "2 parts, gsm7: 193 septets, 113 left"),
        ("a" * 193, ["--reference", "256"], "2 parts, gsm7: 193 septets, 111 left"),
        ("ş" * 71, [], "1 part, gsm7, Turkish locking shift table: 71 septets, 84 left"),
        ("ş€" * 40, [], "1 part, gsm7, Turkish locking shift table: 80 septets, 75 left"),
        ("š" * 71, [], "2 parts, ucs2: 71 characters, 63 left"),
    ],
    ids=["two parts", "16-bit reference", "table", "table with a euro", "ucs2"],
)
def test_encode_counts(text: str, options: list[str], last: str) -> None:
    result = _run("encode", "--to", "1234", "--text", text, *options)
    assert result.stdout.splitlines()[-1] == last


def test_encode_json_has_a_line_for_each_part_that_decodes_again() -> None:
    result = _run("encode", "--to", "+49171", "--text", "€" * 100, "--json", "--reference", "700")
    assert result.exit_code == 0
    parts = _objects(result, "pdu-encode")
    assert [(part["seq"], part["total"]) for part in parts] == [(1, 2), (2, 2)]
    for part in parts:
        assert (part["encoding"], part["units"], part["left"]) == ("gsm7", 200, 104)
        [decoded] = _objects(_run("decode", "--json", "--from-device", part["pdu"]))
        assert (decoded["text"], decoded["tpdu_length"]) == (part["text"], part["tpdu_length"])
        assert decoded["concat"] == {"ref": 700, "total": 2, "seq": part["seq"], "bits": 16}


def test_encode_json_of_octets() -> None:
    [part] = _objects(_run("encode", "--to", "1", "--data", "01ff", "--json"), "pdu-encode")
    assert (part["text"], part["data"], part["encoding"]) == (None, "01FF", "8bit")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--to", "", "--text", "a"], "--to: a number is wanted, there is none"),
        (["--to", "one", "--text", "a"], "--to: character 1 is no digit (0-9, *, #, a, b, c)"),
        (["--to", "1" * 21, "--text", "a"], "--to: 21 digits, an SMS takes at most 20"),
        (["--to", "1"], "give either --text or --data"),
        (["--to", "1", "--text", "", "--data", ""], "give either --text or --data"),
        (
            ["--to", "1", "--text", "aš", "--alphabet", "gsm7"],
            "--text: character 2 isn't in the GSM 7-bit alphabet"
            " (--alphabet auto sends it in another alphabet, translit replaces it)",
        ),
        (
            ["--to", "1", "--data", "00" * 40000],
            "--data: 299 parts, the most there may be is 255",
        ),
        (
            ["--to", "1", "--data", "00", "--alphabet", "ucs2"],
            "--alphabet: octets go as 8bit, not as ucs2 (leave it out)",
        ),
        (
            ["--to", "1", "--text", "a", "--ports", "5:99999"],
            "--ports: 99999 is no port of 16 bits",
        ),
        (
            ["--to", "1", "--text", "a", "--validity", "40000000"],
            "--validity: wanted at most 63 weeks (38102400 s), got 40000000",
        ),
    ],
    ids=[
        "no number", "letters", "digits", "neither", "both", "alphabet", "too long",
        "alphabet of octets", "port", "validity",
    ],
)  # fmt: skip
def test_encode_refuses_in_one_line(arguments: list[str], error: str) -> None:
    result = _run("encode", *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {error}\n"


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("--ports", "5", "'5' is not DST:SRC, such as 2948:9200"),
        ("--ports", "a:b", "'a:b' is not DST:SRC, such as 2948:9200"),
        ("--data", "0", "wanted hex digits, two an octet, such as 01FF"),
        ("--class", "4", "4 is not in the range 0<=x<=3."),
        ("--validity", "0", "0 is not in the range x>=1."),
        ("--reference", "65536", "65536 is not in the range 0<=x<=65535."),
        ("--alphabet", "8bit", "'8bit' is not one of 'auto', 'gsm7', 'ucs2', 'translit'."),
    ],
)
def test_encode_refuses_values(option: str, value: str, error: str) -> None:
    result = _run("encode", "--to", "1", "--text", "a", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': {error}" in result.stderr


@pytest.mark.parametrize("command", ["decode", "encode"])
def test_help_has_an_example(command: str) -> None:
    result = _run(command, "--help")
    assert result.exit_code == 0
    assert f"  modem-helper pdu {command} " in result.stdout


def test_the_examples_of_the_help_work() -> None:
    for command in ("decode", "encode"):
        shown = _run(command, "--help").stdout.splitlines()
        examples = [line.partition(" <")[0] for line in shown if "  modem-helper pdu" in line]
        assert len(examples) == 3
        for example in examples:
            result = _run(*shlex.split(example)[2:], stdin=DELIVER)
            assert result.exit_code == 0, example
