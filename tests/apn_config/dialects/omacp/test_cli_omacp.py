"""`command check --omacp` and `command make --omacp`, as a user calls them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from apn_config import cli_command
from apn_config.cli_omacp import make_omacp
from apn_config.cli_omacp_check import check_omacp
from apn_config.dialects.omacp.encode import AccessPoint, deliver_of, parts_of, submit_of
from apn_config.dialects.omacp.source import NoSource
from apn_config.model import AuthType, Command, Security
from modem import sms
from tests.apn_config.dialects.omacp.vectors import (
    BODIES,
    IMSI,
    KANNEL,
    MESSAGES,
    PIN,
    Vector,
    vectors,
)

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "docs" / "json-schema.json").read_text()
)
SECRET = "s3cr3t-word"
LONG = next(each for each in MESSAGES if each.id == "04_two_nap_proxy USERPIN")
SHORT = next(each for each in MESSAGES if each.id == "01_min_em USERPIN")


def call(*arguments: str | Path, given: str | bytes | None = None) -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(cli_command.command, words, input=given)


def validate(name: str, value: object) -> None:
    Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}).validate(value)


@pytest.fixture
def pin_file(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text(PIN)
    path.chmod(0o600)
    return path


@pytest.fixture
def pass_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever this machine has."""
    nowhere = tmp_path / "there-is-none.toml"
    monkeypatch.setattr("apn_config.cli_command.DEFAULT_PATH", nowhere)
    options = {option.name: option for option in cli_command.command_check.params}
    monkeypatch.setattr(options["config_path"], "default", nowhere)


def checked(*arguments: str | Path, config: Path | None = None) -> dict[str, Any]:
    """What `command check --json` says, which fits the schema."""
    configured = () if config is None else ("--config", config)
    result = call("check", "--json", *configured, *arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") == 1
    value: dict[str, Any] = json.loads(result.stdout)
    validate("command-check", value)
    return value


# --- what was given -------------------------------------------------------------------------------


def lines(*octets: bytes) -> bytes:
    return "".join(f"{each.hex()}\n" for each in octets).encode()


def typed(vector: Vector) -> bytes:
    """PDUs as our own `command make` prints them."""
    found = []
    for number, part in enumerate(parts_of(vector.push, 7), 1):
        submit = submit_of(part, "+491770000001")
        found.append(f"part {number} of 3: AT+CMGS={submit.tpdu_length}\n{submit.pdu}\n")
    return "".join(found).encode()


SOURCES: dict[str, tuple[bytes, str]] = {
    "a push": (LONG.push, "push"),
    "a push in hex": (lines(LONG.push), "push"),
    "a push in capitals": (lines(LONG.push).upper(), "push"),
    "a push in hex with blanks": (LONG.push.hex(" ").encode(), "push"),
    "a dump of a push": (
        lines(*(LONG.push[at : at + 30] for at in range(0, len(LONG.push), 30))), "push",
    ),
    "parts in JSON": (
        b'{"part": 1, "udh": "", "data": "' + b'"}\n{"dcs": 4, "udh": "", "data": "'.join(
            part.hex().encode() for part in LONG.parts
        ) + b'"}\n',
        "user data, 3 parts, port 2948",
    ),
    "parts of user data": (lines(*LONG.parts), "user data, 3 parts, port 2948"),
    "parts in another order": (lines(*reversed(LONG.parts)), "user data, 3 parts, port 2948"),
    "PDUs": ("\n".join(LONG.pdus).encode(), "SMS-DELIVER, 3 parts, port 2948"),
    "PDUs as a modem lists them": (
        "".join(
            f"+CMGL: {i},1,,100\r\n{pdu}\r\n" for i, pdu in enumerate(LONG.pdus)
        ).encode() + b"\r\nOK\r\n",
        "SMS-DELIVER, 3 parts, port 2948",
    ),
    "PDUs to be sent": (typed(LONG), "SMS-SUBMIT, 3 parts, port 2948"),
    "comments and blank lines": (
        b"# a message\n\n" + lines(LONG.push) + b"\n", "push",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "what"), SOURCES.values(), ids=SOURCES)
def test_what_was_given(content: bytes, what: str, tmp_path: Path, pin_file: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(content)
    found = checked("--omacp", file, "--pin-file", pin_file)
    assert (found["verdict"], found["apn"], found["user"]) == ("execute", "em", "")
    assert found["omacp"]["source"] == what
    assert (found["omacp"]["sec"], found["omacp"]["mac"]) == ("userpin", "right")
    assert 'type="PXLOGICAL"' in found["omacp"]["document"]


@pytest.mark.parametrize("message", KANNEL, ids=lambda message: message.id)
def test_what_kannel_sends(message: Any, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(lines(*message.segments))
    found = check_omacp(file.read_bytes(), pin=PIN, imsi=IMSI)
    assert found.mac == "right"


def test_a_single_part_and_one_without_a_port() -> None:
    found = check_omacp(lines(*SHORT.parts), pin=PIN)
    assert found.source == "user data, port 2948"
    deliver = sms.build_deliver(
        sms.parse_sender("1234"),
        datetime(2026, 11, 28, tzinfo=UTC),
        payload=SHORT.push,
        dcs=4,
    )
    found = check_omacp(deliver.pdu.encode(), pin=PIN)
    assert found.source == "SMS-DELIVER, no port"
    assert isinstance(found.reading.parsed, Command)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.id)
def test_documents_alone(body: Any) -> None:
    for content, what in (
        (body.octets, "document in WBXML"),
        (lines(body.octets), "document in WBXML"),
        (body.xml, "document in XML"),
    ):
        found = check_omacp(content)
        assert (found.source, found.mac, found.why) == (what, "none", None)
        assert found.reading.document is not None


NO_SOURCES: dict[str, tuple[bytes, str]] = {
    "a text": (b"APN em", "neither"),
    "another PDU": (b"0004048121430000425060708090 0002CF25".replace(b" ", b""), "neither"),
    "a part too few": (lines(*LONG.parts[:1], *LONG.parts[2:]), "of 3 parts, number 2 is missing"),
    "a part twice": (lines(*LONG.parts, LONG.parts[0]), "several messages"),
    "two messages": (lines(*SHORT.parts, *SHORT.parts), "several messages"),
    "parts of two": (lines(LONG.parts[0], KANNEL[2].segments[1]), "several messages"),
    "a part and a push": (lines(LONG.parts[0], LONG.push), "neither"),
    "half a PDU": (LONG.pdus[0][:80].encode(), "neither"),
}


@pytest.mark.parametrize(("content", "why"), NO_SOURCES.values(), ids=NO_SOURCES)
def test_what_is_nothing_of_it(content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(NoSource, match=why):
        check_omacp(content)
    file = tmp_path / "message"
    file.write_bytes(content)
    result = call("check", "--omacp", file)
    assert result.exit_code == 2
    assert why in result.output


@pytest.mark.parametrize("given", ["nosuchfile", "0x0106", "010", "", "é", "ab" * 5000 + "x"])
def test_neither_a_file_nor_hex(given: str) -> None:
    result = call("check", "--omacp", given)
    assert result.exit_code == 2
    assert "--omacp" in result.output


def test_a_file_without_end(tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"00\n" * 100_000)
    result = call("check", "--omacp", file)
    assert result.exit_code == 2
    assert "octets" in result.output


def test_standard_input(pin_file: Path) -> None:
    result = call("check", "--omacp", "-", "--pin-file", pin_file, given=lines(SHORT.push))
    assert "verdict  execute" in result.output


def test_truncated_at_every_octet() -> None:
    for length in range(1, len(SHORT.push)):
        try:
            found = check_omacp(SHORT.push[:length], pin=PIN)
        except NoSource:
            assert length < 2
        else:
            assert not isinstance(found.reading.parsed, Command)


# --- what becomes of it ---------------------------------------------------------------------------


def push_of(sec: str, name: str = "01_min_em") -> str:
    return next(each for each in MESSAGES if each.id == f"{name} {sec}").push.hex()


@pytest.mark.parametrize(
    ("sec", "accept", "verdict", "mac", "why"),
    [
        ("USERPIN", None, "execute", "right", None),
        ("USERNETWPIN", None, "execute", "right", None),
        ("NETWPIN", None, "silence", "right", "it is signed by NETWPIN"),
        ("UNSIGNED", None, "silence", "none", "it isn't signed"),
        ("USERPINMAC", None, "silence", "none", "USERPINMAC needs somebody who types"),
        ("NETWPIN", '["netwpin"]', "execute", "right", None),
        ("UNSIGNED", '["unsigned"]', "execute", "none", None),
        ("USERPIN", '["netwpin"]', "silence", "right", "it is signed by USERPIN"),
    ],
)
def test_what_is_accepted(
    sec: str, accept: str | None, verdict: str, mac: str, why: str | None, tmp_path: Path,
    pin_file: Path,
) -> None:  # fmt: skip
    config = None
    if accept is not None:
        config = tmp_path / "config.toml"
        config.write_text(
            f'[dialects]\nenabled = ["plain", "omacp"]\n[dialects.omacp]\naccept = {accept}\n'
            f'pin_file = "{pin_file}"\n'
        )
    arguments = ["--omacp", push_of(sec), "--imsi", IMSI]
    if config is None:
        arguments += ["--pin-file", str(pin_file)]
    found = checked(*arguments, config=config)
    assert (found["verdict"], found["omacp"]["mac"]) == (verdict, mac)
    assert (found["why"] or "").startswith(why or "")
    assert (found["verb"], found["apn"]) == ("APN SET", "em")
    digits = next(each.typed for each in MESSAGES if each.id == f"01_min_em {sec}")
    assert found["omacp"]["typed"] == digits


def test_without_what_verifies_it(pin_file: Path) -> None:
    found = checked("--omacp", push_of("USERPIN"))
    assert (found["verdict"], found["omacp"]["mac"]) == ("silence", "unknown")
    assert "--pin-file" in found["why"]
    found = checked("--omacp", push_of("USERNETWPIN"), "--pin-file", pin_file)
    assert "--imsi" in found["why"]


def test_with_another_pin(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("4321")
    found = checked("--omacp", push_of("USERPIN"), "--pin-file", other)
    assert (found["verdict"], found["why"]) == ("silence", "its MAC is wrong")
    assert found["omacp"]["mac"] == "wrong"


def test_what_cant_be_carried_out(pin_file: Path) -> None:
    found = checked("--omacp", push_of("USERPIN", "02_pap"), "--pin-file", pin_file)
    assert (found["verdict"], found["why"]) == ("answer", "bad-pass")
    assert found["text"] == "ERR APN reason=bad-pass at=12"
    assert found["omacp"]["fault"].startswith("AUTHSECRET has a character")
    assert 'name="AUTHSECRET" value="***"' in found["omacp"]["document"]
    assert "s3cr" not in json.dumps(found)
    found = checked("--omacp", push_of("UNSIGNED", "02_pap"))
    assert (found["verdict"], found["text"]) == ("silence", None)


def test_what_is_broken(pin_file: Path) -> None:
    found = checked("--omacp", push_of("USERPIN")[:-2], "--pin-file", pin_file)
    # Cut off, it is another document, and its MAC is wrong.
    assert (found["verdict"], found["omacp"]["mac"]) == ("silence", "wrong")
    assert found["omacp"]["fault"] == "it ends too early"
    assert found["omacp"]["document"] is None
    found = checked("--omacp", "01067fb6")
    assert found["why"].startswith("its SEC and MAC can't be read")
    found = checked("--omacp", "010601be8c82")
    assert (found["why"], found["omacp"]["sec"]) == ("it is no provisioning message", None)


def test_where_it_isnt_enabled(tmp_path: Path, pin_file: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[reply]\nto = "1234"\n')
    arguments = ("--omacp", push_of("USERPIN"), "--pin-file", pin_file)
    found = checked(*arguments, config=config)
    assert (found["verdict"], found["why"]) == ("silence", "omacp is not in [dialects] enabled")


def test_for_people(pin_file: Path, pass_file: Path) -> None:
    made = call(
        "make", "--omacp", "--apn", "em", "--user", "u", "--pass-file", pass_file, "--pin-file",
        pin_file, "--to-hex",
    )  # fmt: skip
    result = call("check", "--omacp", made.stdout.strip(), "--pin-file", pin_file)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == '<wap-provisioningdoc version="1.0">'
    for line in ("mac       right", "verdict   execute", "password  given", "user      u"):
        assert line in result.stdout
    assert SECRET not in result.output
    assert PIN not in result.output


@pytest.mark.parametrize(
    "arguments", [(), ("--from", "1"), ("--text", "x"), ("--omacp", "01", "--text", "x")]
)
def test_check_wants_one_or_the_other(arguments: tuple[str, ...]) -> None:
    result = call("check", *arguments)
    assert result.exit_code == 2
    assert "--omacp" in result.output


# --- what is made ---------------------------------------------------------------------------------


def made(*arguments: str | Path) -> Result:
    return call("make", "--omacp", "--apn", "em", *arguments)


@pytest.mark.parametrize(
    ("sec", "name"),
    [
        ("userpin", "USERPIN"),
        ("netwpin", "NETWPIN"),
        ("usernetwpin", "USERNETWPIN"),
        ("none", "UNSIGNED"),
    ],
)
def test_the_vectors_are_made(sec: str, name: str, pin_file: Path) -> None:
    vector = next(each for each in MESSAGES if each.id == f"01_min_em {name}")
    options = ("--napid", "NAP1", "--sec", sec, "--pin-file", pin_file, "--imsi", IMSI)
    assert made(*options, "--to-hex").stdout.strip().lower() == vector.push.hex()
    row = json.loads(made(*options, "--json").stdout)
    validate("command-make", row)
    assert (row["udh"] + row["data"]).lower() == vector.parts[0].hex()
    assert (row["part"], row["parts"], row["dcs"], row["pdu"]) == (1, 1, 4, None)
    deliver = sms.decode_pdu(made(*options, "--deliver", vectors()["oa"]).stdout)
    assert isinstance(deliver, sms.Deliver)
    assert deliver.ud.hex() == vector.parts[0].hex()
    assert deliver.number == vectors()["oa"]


def test_several_parts(pin_file: Path, pass_file: Path) -> None:
    options = (
        "--user", "user@iot.example", "--pass-file", pass_file, "--auth", "chap", "--internet",
        "--name", "Field net", "--napid", "Field", "--pin-file", pin_file, "--reference", "90",
    )  # fmt: skip
    printed = made(*options, "--to", "+491770000001").stdout.splitlines()
    rows = [json.loads(line) for line in made(*options, "--to", "1", "--json").stdout.splitlines()]
    assert len(rows) == 2
    assert printed[0] == f"part 1 of 2: AT+CMGS={len(printed[1]) // 2 - 1}"
    submits = [sms.decode_pdu(line) for line in printed[1::2]]
    for row, submit in zip(rows, submits, strict=True):
        validate("command-make", row)
        assert isinstance(submit, sms.Submit)
        assert submit.concat == sms.Concat(90, 2, row["part"])
        assert submit.ports == sms.Ports(2948, 9200)
        assert submit.data == bytes.fromhex(row["data"])
        assert row["tpdu_length"] == len(row["pdu"]) // 2 - 1
        assert submit.number == "+491770000001"
    found = check_omacp("\n".join(printed).encode(), pin=PIN)
    assert isinstance(found.reading.parsed, Command)
    request = found.reading.parsed.request
    assert request is not None
    assert (request.user, request.password) == ("user@iot.example", SECRET)
    assert request.auth is AuthType.CHAP


def test_two_messages_have_two_references() -> None:
    long = "a" * 60
    found = {
        make_omacp(AccessPoint(f"{long}{number}"), Security.USERPIN, pin=PIN).parts[0].header
        for number in range(9)
    }
    assert len(found) > 5


def test_credentials_that_are_empty_are_said(pin_file: Path) -> None:
    push = made("--auth", "pap", "--pin-file", pin_file, "--to-hex").stdout.strip()
    found = checked("--omacp", push, "--pin-file", pin_file)
    assert (found["user"], found["password"], found["auth"]) == ("", "cleared", None)


def test_the_rest_api_s_form(pin_file: Path) -> None:
    """Nobody has tried it, so it is given only to who says to know that."""
    refused = made("--rest", "--pin-file", pin_file)
    assert refused.exit_code == 2
    assert "not documented" in refused.output
    for form in (("--rest", "--unverified"), ("--unverified",)):
        result = made(*form, "--napid", "NAP1", "--pin-file", pin_file)
        assert "nobody has tried" in result.stderr
        body = json.loads(result.stdout)
        assert body == {"payload": SHORT.push.hex().upper(), "udh": "0605040B8423F0", "dcs": 4}


USAGE: dict[str, tuple[list[str], str]] = {
    "no form": ([], "wanted one of"),
    "two forms": (["--to-hex", "--to", "1"], "wanted one of"),
    "JSON of the other form": (["--json", "--unverified"], "wanted one of"),
    "no PIN": (["--to-hex", "--no-pin"], "--sec userpin takes --pin-file"),
    "no IMSI": (["--to-hex", "--sec", "netwpin"], "--sec netwpin takes --imsi"),
    "no IMSI beside the PIN": (["--to-hex", "--sec", "usernetwpin"], "takes --imsi"),
    "an IMSI that is none": (["--to-hex", "--sec", "netwpin", "--imsi", "9x"], "6 to 15 digits"),
    "no number": (["--to", "nobody"], "--to"),
    "letters that TP-DA has": (["--to", "abc"], "--to"),
    "an empty number": (["--to", ""], "--to"),
    "no sender": (["--deliver", "a name that is too long"], "--deliver"),
    "no APN": (["--to-hex", "--apn", "e m"], "is no APN"),
    "a user with a quote": (["--to-hex", "--user", 'u"'], "--user"),
    "a name of two lines": (["--to-hex", "--name", "a\nb"], "printable"),
    "a NAPID that is too long": (["--to-hex", "--napid", "a" * 65], "--napid"),
    "a user without authentication": (["--to-hex", "--user", "u", "--auth", "none"], "--auth"),
}


@pytest.mark.parametrize(("arguments", "told"), USAGE.values(), ids=USAGE)
def test_what_cant_be_made(arguments: list[str], told: str, pin_file: Path) -> None:
    pin: list[str | Path] = [] if "--no-pin" in arguments else ["--pin-file", pin_file]
    result = made(*pin, *(each for each in arguments if each != "--no-pin"))
    assert result.exit_code == 2
    assert told in result.output
    assert result.stdout == ""


def test_a_password_that_cant_be_written_isnt_shown(pass_file: Path, pin_file: Path) -> None:
    pass_file.write_text(SECRET + '"')
    result = made("--to-hex", "--pass-file", pass_file, "--pin-file", pin_file)
    assert result.exit_code == 2
    assert SECRET not in result.output


def test_a_pin_that_isnt_there_is_an_error(tmp_path: Path) -> None:
    result = made("--to-hex", "--pin-file", tmp_path / "nosuch")
    assert getattr(result.exception, "exit_code", None) == 78
    with pytest.raises(ValueError, match="userpin"):
        make_omacp(AccessPoint("em"), Security.USERPIN)


@pytest.mark.parametrize("arguments", [["make"], ["check"]], ids=lambda words: words[0])
def test_every_help_has_an_example(arguments: list[str]) -> None:
    result = call(*arguments, "--help")
    assert "Examples" in result.stdout
    assert "--omacp" in result.stdout


def test_no_secret_is_in_a_repr(pass_file: Path) -> None:
    point = AccessPoint("em", "u", SECRET, AuthType.PAP)
    message = make_omacp(point, Security.USERPIN, pin=PIN)
    assert SECRET not in repr(message)
    assert SECRET not in repr(check_omacp(message.push, pin=PIN))
    deliver = deliver_of(message.parts[0], "1", datetime(2026, 11, 28, tzinfo=UTC))
    assert deliver.data == message.parts[0].data


def test_a_message_without_a_sender(pin_file: Path) -> None:
    """The platform's default, where nobody names one."""
    pdu = made("--deliver", "", "--pin-file", pin_file).stdout.strip()
    message = sms.decode_pdu(pdu)
    assert isinstance(message, sms.Deliver)
    assert message.number == ""


@pytest.mark.parametrize("option", ["--pin-file", "--imsi"])
def test_a_text_takes_no_option_of_the_other_form(option: str, pin_file: Path) -> None:
    result = call("check", "--from", "1", "--text", "APN em", option, pin_file)
    assert result.exit_code == 2
    assert option in result.output


def test_a_file_that_cant_be_read_is_named(pin_file: Path) -> None:
    result = call("check", "--omacp", "/proc/self/mem", "--pin-file", pin_file)
    assert result.exit_code == 2
    assert "/proc/self/mem" in result.output


def test_the_same_made_again_is_another_document(pin_file: Path) -> None:
    """A device takes each document once."""
    first, second = (made("--pin-file", pin_file, "--to-hex").stdout for _ in range(2))
    assert first != second
    assert len(first) == len(second)
