"""Targets of a probe, and one DNS question with its answers."""

from __future__ import annotations

import struct
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.config import ConfigError, parse
from apn_config.dns_message import (
    TYPE_A,
    TYPE_AAAA,
    NoAddressError,
    OtherMessageError,
    build_question,
    parse_answer,
)
from apn_config.probe_target import Endpoint, ProbeKind, Target, parse_target

HOST, SERVER = ip_address("192.0.2.1"), ip_address("192.0.2.53")
HOST6, SERVER6 = ip_address("2001:db8::1"), ip_address("2001:db8::53")
DNS = Endpoint(SERVER, 53)


@pytest.mark.parametrize(
    ("kind", "text", "target"),
    [
        ("tcp", "192.0.2.1:443", Target(ProbeKind.TCP, HOST, 443)),
        ("tcp", "[2001:db8::1]:443", Target(ProbeKind.TCP, HOST6, 443)),
        ("tcp", "a.example:80@192.0.2.53", Target(ProbeKind.TCP, "a.example", 80, DNS)),
        ("dns", "a.example@192.0.2.53", Target(ProbeKind.DNS, "a.example", server=DNS)),
        ("dns", "a@2001:db8::53", Target(ProbeKind.DNS, "a", server=Endpoint(SERVER6, 53))),
        (
            "dns",
            "_x.a.@[2001:db8::53]:5",
            Target(ProbeKind.DNS, "_x.a.", server=Endpoint(SERVER6, 5)),
        ),
        ("dns", "a@192.0.2.53:5353", Target(ProbeKind.DNS, "a", server=Endpoint(SERVER, 5353))),
        ("ping", "192.0.2.1", Target(ProbeKind.PING, HOST)),
        ("ping", "2001:db8::1", Target(ProbeKind.PING, HOST6)),
        ("ping", "a.example@192.0.2.53", Target(ProbeKind.PING, "a.example", server=DNS)),
        ("http", "http://192.0.2.1", Target(ProbeKind.HTTP, HOST, 80)),
        ("http", "https://192.0.2.1/x", Target(ProbeKind.HTTP, HOST, 443, None, "/x", True)),
        ("http", "http://[2001:db8::1]:8/", Target(ProbeKind.HTTP, HOST6, 8)),
        (
            "http",
            "http://a.example/204?x#y@192.0.2.53",
            Target(ProbeKind.HTTP, "a.example", 80, DNS, "/204?x"),
        ),
        (
            "http",
            "http://a.example?x@192.0.2.53",
            Target(ProbeKind.HTTP, "a.example", 80, DNS, "/?x"),
        ),
        (
            "http",
            "http://a.example/@x@192.0.2.53",
            Target(ProbeKind.HTTP, "a.example", 80, DNS, "/@x"),
        ),
    ],
)
def test_understands(kind: str, text: str, target: Target) -> None:
    assert parse_target(kind, text) == target


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param("tcp", "a.example:443", id="a name without a DNS server"),
        pytest.param("tcp", "192.0.2.1:443@192.0.2.53", id="an address with one"),
        pytest.param("tcp", "192.0.2.1", id="no port"),
        pytest.param("tcp", "192.0.2.1:0", id="port 0"),
        pytest.param("tcp", "192.0.2.1:65536", id="a port too high"),
        pytest.param("tcp", "192.0.2.1:-1", id="a negative port"),
        pytest.param("tcp", "192.0.2.1:\u0661", id="another script's digit"),
        pytest.param("tcp", "a:1@dns.example", id="a DNS server's name"),
        pytest.param("tcp", "a:1@", id="an empty DNS server"),
        pytest.param("ping", "192.0.2.256", id="no address"),
        pytest.param("ping", "1.2.3@192.0.2.53", id="half an address"),
        pytest.param("ping", "a..b@192.0.2.53", id="an empty label"),
        pytest.param("ping", "-a@192.0.2.53", id="a hyphen first"),
        pytest.param("ping", f"{'a' * 64}@192.0.2.53", id="a label too long"),
        pytest.param("ping", f"{'a.' * 127}@192.0.2.53", id="a name too long"),
        pytest.param("ping", "\u00e4.example@192.0.2.53", id="a name that isn't ASCII"),
        pytest.param("ping", "", id="nothing"),
        pytest.param("dns", "192.0.2.1@192.0.2.53", id="dns of an address"),
        pytest.param("dns", "@192.0.2.53", id="no name"),
        pytest.param("http", "192.0.2.1", id="no URL"),
        pytest.param("http", "ftp://192.0.2.1/", id="another scheme"),
        pytest.param("http", "http://joe@192.0.2.1/", id="a user in a URL"),
        pytest.param("http", "http://192.0.2.1/a b", id="a blank in a path"),
        pytest.param("http", "http://192.0.2.1/\r\nX: y", id="a line end in a path"),
        pytest.param("http", "http://192.0.2.1:x/", id="no port's number"),
    ],
)
def test_refuses_with_what_is_wanted(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\((\"|')"):
        parse_target(kind, text)


def test_the_configuration_says_so() -> None:
    text = b'[apn.probe]\nkind = "tcp"\ntarget = "example.com:443"\n'
    with pytest.raises(ConfigError, match=r"apn\.probe\.target: wanted an address and a port"):
        parse(text, Path("/etc/modem-helper/config.toml"))


@given(st.sampled_from(ProbeKind), st.text(st.sampled_from("a1.:@/[]-ht p#?\n\u0661")))
def test_any_text_is_understood_or_refused(kind: ProbeKind, text: str) -> None:
    for target in (text, f"http://{text}", f"a@{text}"):
        try:
            parsed = parse_target(kind.value, target)
        except ValueError:
            continue
        assert isinstance(parsed.host, str) == (parsed.server is not None)


# --- DNS ----------------------------------------------------------------------------------------

NAME = b"\x01a\x07example\x00"
ADDRESS = bytes((192, 0, 2, 1))


def _record(kind: int, value: bytes, *, name: bytes = b"\xc0\x0c", record_class: int = 1) -> bytes:
    return name + struct.pack("!2HIH", kind, record_class, 60, len(value)) + value


def _answer(
    *records: bytes,
    number: int = 7,
    flags: int = 0x8180,
    name: bytes = NAME,
    kind: int = TYPE_A,
    count: int | None = None,
) -> bytes:
    header = struct.pack("!6H", number, flags, 1, len(records) if count is None else count, 0, 0)
    return header + name + struct.pack("!2H", kind, 1) + b"".join(records)


def test_asks_as_rfc_1035_has_it() -> None:
    assert build_question(0x1234, "a.example.", TYPE_A) == bytes.fromhex(
        "1234 0100 0001 0000 0000 0000 0161 07 6578616d706c65 00 0001 0001"
    )


@pytest.mark.parametrize(
    ("octets", "kind", "address"),
    [
        pytest.param(_answer(_record(TYPE_A, ADDRESS)), TYPE_A, HOST, id="one address"),
        pytest.param(
            _answer(_record(5, b"\x01b\xc0\x0e"), _record(TYPE_A, ADDRESS, name=b"\x01b\xc0\x0e")),
            TYPE_A,
            HOST,
            id="behind an alias",
        ),
        pytest.param(
            _answer(_record(TYPE_A, ADDRESS), name=b"\x01A\x07eXample\x00"),
            TYPE_A,
            HOST,
            id="in another case",
        ),
        pytest.param(
            _answer(_record(TYPE_AAAA, IPv6Address("2001:db8::1").packed), kind=TYPE_AAAA),
            TYPE_AAAA,
            HOST6,
            id="IPv6",
        ),
    ],
)
def test_takes_the_first_address(octets: bytes, kind: int, address: object) -> None:
    assert parse_answer(octets, 7, "a.example", kind) == address


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS), number=8), id="another number"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS), flags=0x0180), id="a question"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS), name=b"\x01b\x07example\x00"), id="name"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS), kind=TYPE_AAAA), id="type"),
    ],
)
def test_leaves_alone_what_is_no_answer_to_it(octets: bytes) -> None:
    with pytest.raises(OtherMessageError):
        parse_answer(octets, 7, "a.example", TYPE_A)


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        pytest.param(_answer(flags=0x8183), "error 3", id="no such name"),
        pytest.param(_answer(flags=0x8380), "cut short", id="truncated"),
        pytest.param(_answer(), "knows no address", id="no records"),
        pytest.param(_answer(_record(TYPE_AAAA, bytes(16))), "knows no", id="of another kind"),
        pytest.param(_answer(_record(TYPE_A, bytes(5))), "knows no", id="of another length"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS, record_class=3)), "knows no", id="class"),
        pytest.param(_answer(_record(TYPE_A, ADDRESS)[:-1]), "knows no", id="an octet is missing"),
        pytest.param(_answer(b"\x3fabc"), "no sense", id="a name that runs out"),
        pytest.param(_answer(b"\xc0"), "no sense", id="half a pointer"),
        pytest.param(_answer(_record(5, b""), count=9), "no sense", id="fewer than it says"),
    ],
)
def test_says_why_there_is_no_address(octets: bytes, why: str) -> None:
    with pytest.raises(NoAddressError, match=why):
        parse_answer(octets, 7, "a.example", TYPE_A)


@given(st.binary(max_size=60), st.integers(0, 0xFFFF))
def test_any_octets_are_judged(octets: bytes, flags: int) -> None:
    for message in (octets, _answer(octets, flags=flags, count=50)):
        with suppress(OtherMessageError, NoAddressError):
            parse_answer(message, 7, "a.example", TYPE_A)
