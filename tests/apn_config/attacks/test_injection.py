"""Whatever comes: what is read out of it never holds what could leave an AT string.

For each dialect, texts of its grammar with pieces cut out, put in and exchanged, and for OMA CP
documents and octets; then the AT lines that a command becomes, read by hand.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects import dialect_named, known
from apn_config.dialects.omacp.encode import encode_push
from apn_config.dialects.signed import CannotSign, sign
from apn_config.model import ApnRequest, Command, Message, Security, Verb
from apn_config.networks import selection
from apn_config.reader import Reader
from apn_config.verbs import smsc
from modem import ContextAuth, ContextSettings
from modem.commands import context
from modem.errors import MisuseError
from modem.profiles.model import AuthOrder
from tests.apn_config.attacks.corpus import Point, document, rows
from tests.apn_config.attacks.switches import off
from tests.apn_config.attacks.worlds import DEVICE, KEYS, OMACP_PIN

TABLES = Path(__file__).parents[1] / "dialects" / "tables"
OWN = frozenset({"DOOR"})
OCTETS = ("signed", "omacp")
TEXTS = [name for name in known() if name not in OCTETS]
HOSTILE = (
    *('"', '""', '","', "\r\n", "\r", "\n", "\0", ";", ";+CFUN=0", "\r\nAT+CFUN=0\r\n"),
    *("$(id)", "`id`", "\x1b[2J", "\x1a", "\\", "\\22", "|", "'", ",", "=", "#", "+", "*", "$"),
    *("\u202e", "\u2028", "\u0435", "\uff45", "\u201c", "\u00a0", "\ud800"),
    *(" ", "\t", ".", "-", "..", "gprs", "rac", "a" * 64),
)
examples = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def seeds(dialect: str) -> tuple[str, ...]:
    """Texts of a dialect: what it says that it understands, its table, its attacks."""
    found = list(dialect_named(dialect).claims)
    table = TABLES / f"{dialect}.toml"
    if table.exists():
        cases = tomllib.loads(table.read_text(encoding="utf-8"))["case"]
        found += [str(case["text"]) for case in cases]
    ours = (row.sent.text for row in rows() if row.dialect == dialect)
    found += [text for text in ours if text is not None]
    return tuple(dict.fromkeys(found))


@st.composite
def mutated(draw: st.DrawFn, texts: Sequence[str]) -> str:
    """A text that is one of these but for some places."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + draw(st.sampled_from((0, 0, 1, 8))))))
        filling = draw(st.sampled_from(HOSTILE) | st.text(max_size=3))
        text = text[:start] + filling + text[end:]
    return text


def read(dialect: str, message: Message) -> Command | None:
    """The command that it is, for a device that has that dialect enabled beside the plain one."""
    dialects = [dialect_named(name) for name in dict.fromkeys(("plain", dialect))]
    parsed = Reader(dialects, OWN).read(message)
    return parsed if isinstance(parsed, Command) else None


# --- what may be in a command ---------------------------------------------------------------------


def check(command: Command | None) -> None:
    """Nothing in it could leave an AT string, and its lines hold what they should."""
    if command is None:
        return
    if command.request is not None:
        request = command.request
        assert request.name == "" or apn_offence(request.name) is None
        for word in (request.user, request.password):
            assert credential_offence(word or "") is None
        check_context(request)
    if command.verb is Verb.NETWORK_SELECT:
        (word,) = command.words
        if word != "AUTO":
            assert re.fullmatch('AT[+]COPS=4,2,"[0-9]{5,6}"', selection(word), re.ASCII)
    if command.verb is Verb.SMSC_SET:
        (number,) = command.words
        (line,) = lines_for(number)
        assert re.fullmatch('AT[+]CSCA="[+]?[0-9]{3,20}",1[0-9]{2}', line, re.ASCII)
    if command.verb is Verb.OWN:
        assert all(word.isprintable() for word in command.words)


# In an AT string of its own each.
_STRING = '"([^"\\\\;]*)"'


def check_context(request: ApnRequest) -> None:
    """The lines that set a context."""
    cid = 1 if request.cid is None else request.cid
    type_ = "IP" if request.type is None else request.type.value.upper()
    name, user, password = request.name, request.user or "", request.password or ""
    given = ContextSettings(cid, type_, name)
    assert fields(context.cgdcont_write(given).text, f"{_STRING},{_STRING}") == [type_, name]
    auth = ContextAuth(1, user, password)
    first, words = AuthOrder.USER_FIRST, [user, password]
    for write in (context.cgauth_write, context.uauthreq_write, context.pdpauth_write):
        assert fields(write(cid, auth, first).text, f"1,{_STRING},{_STRING}") == words
        swapped = write(cid, auth, AuthOrder.PASSWORD_FIRST)
        assert fields(swapped.text, f"1,{_STRING},{_STRING}") == words[::-1]
    authdata = context.authdata_write(cid, auth, first)
    assert fields(authdata.text, f'1,"",{_STRING},{_STRING}') == words
    qicsgp = context.qicsgp_write(given, auth, first)
    assert fields(qicsgp.text, f"[123],{_STRING},{_STRING},{_STRING},1") == [name, *words]


def fields(line: str, pattern: str) -> list[str]:
    """The strings of a line that has the cid in front and is nothing but this."""
    assert line.isascii()
    assert line.isprintable()
    found = re.fullmatch(f"AT[+#^][A-Z]+=[0-9]{{1,2}},{pattern}", line)
    assert found is not None, "the line is another one"
    return list(found.groups())


def lines_for(number: str) -> list[str]:
    """What is written to the modem for another service centre."""
    lines = []

    async def run_at(line: str) -> Any:
        lines.append(line)
        return SimpleNamespace(ok=False)

    asyncio.run(smsc._is_set(cast(Any, SimpleNamespace(run_at=run_at)), number))
    return lines


# --- whatever comes -------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", TEXTS)
@examples
@given(data=st.data())
def test_texts(dialect: str, data: st.DataObject) -> None:
    text = data.draw(mutated(seeds(dialect)))
    check(read(dialect, Message(text)))


@examples
@given(text=mutated(seeds("plain")), counter=st.integers(1, 9_999_999_999))
def test_signed_texts(text: str, counter: int) -> None:
    try:
        signed = sign(KEYS["ops"].octets, DEVICE.iccid, counter, text)
    except (CannotSign, UnicodeEncodeError):
        return
    check(read("signed", Message(signed)))


WORDS = st.sampled_from(HOSTILE) | st.sampled_from(("em", "u", "em.example", "pass word"))


@examples
@given(names=st.lists(WORDS | st.text(max_size=5), min_size=1, max_size=3), auth=st.booleans())
def test_documents(names: list[str], auth: bool) -> None:
    name = "".join(names).replace("\0", "").encode(errors="ignore").decode()
    point = Point(name, auth=("PAP", name, name[::-1])) if auth else Point("em", id=name)
    push = encode_push(document((point,), ()), Security.USERPIN, OMACP_PIN.encode())
    check(read("omacp", Message(data=push, port=2948)))


PUSH = encode_push(
    document((Point("em", auth=("CHAP", "user", "word")),), ()),
    Security.USERPIN,
    OMACP_PIN.encode(),
)


@examples
@given(
    start=st.integers(0, len(PUSH)),
    length=st.integers(0, 4),
    filling=st.binary(max_size=6) | st.sampled_from((b'"', b"\r\n", b'\x03"\x00', b'\xc3\x01"')),
    port=st.sampled_from((2948, None)),
)
def test_octets(start: int, length: int, filling: bytes, port: int | None) -> None:
    octets = PUSH[:start] + filling + PUSH[start + length :]
    check(read("omacp", Message(data=octets, port=port)))


# --- that it can fail -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dialect", "text"),
    [
        ("letters of an APN", "plain", 'APN em"'),
        ("letters of an APN", "teltonika", "setparam 2001:e\0m"),
        ("letters of an APN", "raw-at", 'AT+CGDCONT=1,"IP","e`m"'),
        ("letters of user and password", "ruptela", 'setconnection em,a"b,c'),
        ("letters of user and password", "plain", "APN em pass=a;b"),
        ("length of an APN", "calamp", f'!R1 2306,0,"{"a" * 63}"'),
        ("number of a service centre", "plain", 'SMSC +4917",145;+CFUN'),
        ("letters of arguments", "plain", "DOOR op\0en"),
    ],
)
def test_a_check_that_is_missing_is_seen(name: str, dialect: str, text: str) -> None:
    """The checks of the APN are the real ones again when what was read is looked at."""
    with off(name):
        command = read(dialect, Message(text))
    assert command is not None
    with pytest.raises((AssertionError, MisuseError)):
        check(command)


def commands_in(dialect: str) -> Iterator[Command]:
    for text in seeds(dialect):
        command = read(dialect, Message(text))
        if command is not None:
            yield command


@pytest.mark.parametrize("dialect", TEXTS)
def test_what_is_tried_is_of_use(dialect: str) -> None:
    """There are commands among what is changed, and in the AT lines of each stands its name."""
    found = list(commands_in(dialect))
    assert found
    for command in found:
        check(command)
