"""`pdu decode` and `pdu encode` as a user and a script see them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from modem.cli import pdu
from modem.sms import compose_deliver, encode_status_report

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
# What issue 3 of the project promises, in its order; `text` and `data` exclude each other.
KEYS = [
    "type", "smsc", "number", "number_type", "text", "encoding", "dcs", "pid", "class",
    "timestamp", "udh", "concat", "ports", "mr", "status", "discharge", "validity_s",
    "tpdu_length", "warnings",
]  # fmt: skip

DELIVER = compose_deliver("emnify", "APN em", timestamp=NOW, smsc="+491710760000")[0].pdu
BINARY = compose_deliver("+49171", b"\x01\xff", timestamp=NOW)[0].pdu
LONG = compose_deliver("12", "a" * 161, timestamp=NOW, reference=0x1234)[1].pdu
SUBMIT = "00" + "31" + "05" + "04812143" + "00" + "11" + "A7" + "02" + "CF25"
REPORT = encode_status_report("1234", reference=200, timestamp=NOW, discharge=NOW, status=2).pdu


def _run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(pdu, list(arguments), input=stdin)


def _objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("hex_pdu", "expected"),
    [
        (
            DELIVER,
            {
                "type": "deliver",
                "smsc": "+491710760000",
                "number": "emnify",
                "number_type": 208,
                "text": "APN em",
                "encoding": "gsm7",
                "dcs": 0,
                "pid": 0,
                "class": None,
                "timestamp": "2024-05-06T07:08:09+00:00",
                "udh": [],
                "concat": None,
                "ports": None,
                "mr": None,
                "status": None,
                "discharge": None,
                "validity_s": None,
                "tpdu_length": 25,
                "warnings": [],
            },
        ),
        (BINARY, {"data": "01FF", "encoding": "8bit", "dcs": 4, "smsc": None}),
        (
            LONG,
            {
                "udh": [{"iei": 8, "data": "12340202"}],
                "concat": {"ref": 0x1234, "total": 2, "seq": 2, "bits": 16},
            },
        ),
        (SUBMIT, {"type": "submit", "mr": 5, "class": 1, "validity_s": 86400, "timestamp": None}),
        (
            REPORT,
            {
                "type": "status_report",
                "mr": 200,
                "status": 2,
                "dcs": None,
                "pid": None,
                "discharge": "2024-05-06T07:08:09+00:00",
            },
        ),
    ],
    ids=["deliver", "binary", "part", "submit", "report"],
)
def test_decode_json(hex_pdu: str, expected: dict[str, object]) -> None:
    result = _run("decode", "--json", hex_pdu)
    assert result.exit_code == 0
    [answer] = _objects(result)
    keys = [key if "data" not in expected or key != "text" else "data" for key in KEYS]
    assert list(answer) == keys
    assert answer == answer | expected


def test_decode_json_writes_a_line_for_each_line_and_fails_at_the_end() -> None:
    result = _run("decode", "--json", stdin=f"{DELIVER}\n\n0004\nzz\n{BINARY}\n")
    assert result.exit_code == 1
    first, short, no_hex, last = _objects(result)
    assert (first["text"], last["data"]) == ("APN em", "01FF")
    assert short == {
        "error": {"field": "deliver.oa", "octet": 2, "message": "wanted 1 octet, 0 left"},
        "pdu": "0004",
    }
    assert no_hex["pdu"] == "zz"


def test_octets_on_stdin_that_are_no_text_are_an_error_and_no_traceback() -> None:
    result = _run("decode", "--json", stdin=b"\xff\xfe\n" + DELIVER.encode() + b"\n")
    assert result.exit_code == 1
    assert ["error" in answer for answer in _objects(result)] == [True, False]


@pytest.mark.parametrize(
    ("option", "hex_pdu", "field"),
    [
        ("--strict", DELIVER + "FF", None),
        ("--strict", DELIVER[:-2], "deliver.ud"),
        ("--from-device", DELIVER, "pdu.first_octet"),
        ("--no-smsc", SUBMIT[2:], None),
    ],
    ids=["strict-and-trailing", "strict-and-short", "from-device", "no-smsc"],
)
def test_decode_options(option: str, hex_pdu: str, field: str | None) -> None:
    result = _run("decode", "--json", option, hex_pdu)
    [answer] = _objects(result)
    error = answer.get("error")
    assert (error["field"] if isinstance(error, dict) else None) == field
    assert result.exit_code == (0 if field is None else 1)


def test_decode_draws_the_octets_field_by_field() -> None:
    result = _run("decode", LONG, REPORT)
    assert result.exit_code == 0
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines() if line]
    drawn = {words[0]: words[1] for words in lines[:11]}
    assert "SMS-DELIVER, has a header" in drawn["1"]
    assert drawn["2"].split() == ["oa", "02", "81", "21", "12", "(unknown)"]
    assert "2 of 2, reference 4660" in result.stdout
    assert "2024-05-06 07:08:09+00:00" in result.stdout
    assert "reference 200" in result.stdout


def test_decode_tells_an_error_and_goes_on() -> None:
    result = _run("decode", "0004", DELIVER)
    assert result.exit_code == 1
    assert "error: deliver.oa at octet 2: wanted 1 octet, 0 left" in result.stderr
    assert '"APN em"' in result.stdout


@pytest.mark.parametrize(
    "text",
    ["\r\n\f", "č\x1b[2J", "č\x9b31m", "č\u202eabc", "č\x00", "č\u2028"],
    ids=["line-ends", "csi", "c1", "bidi", "nul", "line-separator"],
)
@pytest.mark.parametrize("option", ["--json", "--no-smsc"])
def test_a_text_can_not_reach_the_terminal_raw(text: str, option: str) -> None:
    [part] = compose_deliver("1", text, timestamp=NOW)
    result = _run("decode", option, part.pdu if option == "--json" else part.pdu[2:])
    assert result.exit_code == 0
    shown = result.stdout.replace("\n", "")
    assert shown.isprintable()
    if option == "--json":
        assert _objects(result)[0]["text"] == text


def test_an_argument_can_not_reach_the_terminal_raw() -> None:
    result = _run("decode", "\x1b[2J" + "z" * 5000)
    assert result.exit_code == 1
    assert result.stderr.replace("\n", "").isprintable()
    assert len(result.stderr) < 300


def test_encode_says_what_to_type() -> None:
    result = _run("encode", "--to", "1234", "--text", "OK")
    assert result.exit_code == 0
    assert result.stdout == "part 1 of 1: AT+CMGS=11\n0001000481214300000" + "2CF25\n"


def test_encode_json_has_a_line_for_each_part_that_decodes_again() -> None:
    result = _run("encode", "--to", "+49171", "--text", "€" * 100, "--json")
    assert result.exit_code == 0
    parts = _objects(result)
    assert [(part["seq"], part["total"]) for part in parts] == [(1, 2), (2, 2)]
    for part in parts:
        [decoded] = _objects(_run("decode", "--json", "--from-device", str(part["pdu"])))
        assert (decoded["text"], decoded["tpdu_length"]) == (part["text"], part["tpdu_length"])


@pytest.mark.parametrize("to", ["", "one", "1" * 21])
def test_encode_refuses_what_is_no_number(to: str) -> None:
    result = _run("encode", "--to", to, "--text", "a")
    assert result.exit_code == 2
    assert "to: " in result.stderr


@pytest.mark.parametrize("command", ["decode", "encode"])
def test_help_has_an_example(command: str) -> None:
    result = _run(command, "--help")
    assert result.exit_code == 0
    assert f"modem-helper pdu {command}" in result.stdout
