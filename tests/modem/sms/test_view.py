"""A message as people see it: each field, each bit, each row of octets."""

from __future__ import annotations

from typing import Any

import pytest

from modem import sms
from modem.sms import AnyMessage, Concat, InformationElement, WaitingKind
from modem.sms.gsm7 import encode_septets
from modem.sms.udh import concat_element
from modem.sms.view import draw, fields
from modem.sms.view.flags import _FIRST_OCTETS
from modem.sms.view.words import bits
from tests.modem.sms.view_samples import (
    ALL,
    COMMAND,
    DELIVER,
    DELIVER_REPORT,
    HI,
    NOW,
    STATUS_REPORT,
    SUBMIT,
    TO,
    indication,
    meanings,
    validity,
    with_octet,
)


def bit_rows(message: AnyMessage, name: str) -> dict[str, str]:
    """What is said of the bits of a field, by their pattern."""
    found: dict[str, str] = {}
    inside = False
    for field in fields(message):
        inside = field.name == name or (inside and not field.name)
        if inside and field.bits:
            found[field.bits] = field.meaning
    return found


@pytest.mark.parametrize(
    ("message", "octet", "from_device", "expected"),
    [
        pytest.param(DELIVER, 0x00, False, {
            ".... ..00": "TP-MTI: DELIVER", ".... .0..": "TP-MMS: more messages wait at the SMSC",
            ".... 0...": "TP-LP: not forwarded", ".0.. ....": "TP-UDHI: no header",
            "..0. ....": "TP-SRI: the sender gets no status report",
            "0... ....": "TP-RP: no reply path",
        }, id="deliver, none set"),
        pytest.param(DELIVER, 0xBF, False, {
            ".... ..11": "TP-MTI: reserved, read as DELIVER",
            ".... .1..": "TP-MMS: no more messages wait",
            ".... 1...": "TP-LP: forwarded or spawned, not to be answered",
            "...1 ....": "spare: should be zero, ignored", ".0.. ....": "TP-UDHI: no header",
            "..1. ....": "TP-SRI: the sender gets a status report",
            "1... ....": "TP-RP: a reply path is set",
        }, id="deliver, all set"),
        pytest.param(SUBMIT, 0xA5, True, {
            ".... ..01": "TP-MTI: SUBMIT", ".... .1..": "TP-RD: duplicates are to be rejected",
            "...0 0...": "TP-VPF: no TP-VP", "..1. ....": "TP-SRR: a status report is wanted",
            ".0.. ....": "TP-UDHI: no header", "1... ....": "TP-RP: a reply path is set",
        }, id="submit"),
        pytest.param(STATUS_REPORT, 0xA6, False, {
            ".... ..10": "TP-MTI: STATUS-REPORT", ".... .1..": "TP-MMS: no more messages wait",
            ".... 0...": "TP-LP: not forwarded", "..1. ....": "TP-SRQ: about a COMMAND",
            ".0.. ....": "TP-UDHI: no header", "1... ....": "spare: should be zero, ignored",
        }, id="status report"),
        pytest.param(COMMAND, 0x2A, True, {
            ".... ..10": "TP-MTI: COMMAND", "...0 10..": "spare: should be zero, ignored",
            "..1. ....": "TP-SRR: a status report is wanted", ".0.. ....": "TP-UDHI: no header",
        }, id="command"),
        pytest.param(DELIVER_REPORT, 0x00, True, {
            ".... ..00": "TP-MTI: DELIVER-REPORT", ".0.. ....": "TP-UDHI: no header",
        }, id="deliver report"),
    ],
)  # fmt: skip
def test_bits_of_the_first_octet(
    message: AnyMessage, octet: int, from_device: bool, expected: dict[str, str]
) -> None:
    assert bit_rows(with_octet(message, 0, octet, from_device=from_device), "first octet") == (
        expected
    )


@pytest.mark.parametrize("kind", _FIRST_OCTETS, ids=lambda kind: kind.name)
def test_each_bit_of_the_first_octet_belongs_to_one_field(kind: type[Any]) -> None:
    masks = [flag.mask for flag in _FIRST_OCTETS[kind]]
    assert sum(masks) == 0xFF
    assert all(sum(masks[:i]) & mask == 0 for i, mask in enumerate(masks))


@pytest.mark.parametrize("form", sms.ValidityFormat)
def test_bits_of_the_validity_format(form: sms.ValidityFormat) -> None:
    message = validity(form, "00" * (0, 7, 1, 7)[form])
    words = {0: "no TP-VP", 1: "enhanced TP-VP", 2: "relative TP-VP", 3: "absolute TP-VP"}[form]
    assert f"TP-VPF: {words}" in bit_rows(message, "first octet").values()


def test_bits_of_the_parameter_indicator() -> None:
    report = bytes.fromhex("00D3D30F00040161")
    message = sms.decode_pdu(report, from_device=True, has_smsc=False)
    assert bit_rows(message, "TP-PI") == {
        ".... ...1": "TP-PID: follows",
        ".... ..1.": "TP-DCS: follows",
        ".... .0..": "TP-UDL: not there",
        ".101 0...": "spare: should be zero, ignored",
        "1... ....": "extension: a further TP-PI follows",
    }
    assert [field.name for field in fields(message) if field.name][2:] == [
        "TP-PI", "TP-PI", "TP-PID", "TP-DCS", "behind it",
    ]  # fmt: skip


def test_fields_of_each_type_stand_in_their_order() -> None:
    user_data = ["TP-PID", "TP-DCS", "TP-UDL", "TP-UD"]
    head = ["SMSC length", "first octet"]
    origin, recipient, about = (
        [f"{name} length", f"{name} type", f"{name} {kind}"]
        for name, kind in (("TP-OA", "name"), ("TP-DA", "number"), ("TP-RA", "number"))
    )
    assert [list(meanings(message)) for message in ALL] == [
        [*head, *origin, "TP-PID", "TP-DCS", "TP-SCTS", "TP-UDL", "TP-UD"],
        [*head, "TP-MR", *recipient, *user_data],
        [*head, "TP-MR", *about, "TP-SCTS", "TP-DT", "TP-ST"],
        [*head, "TP-FCS", "TP-PI", *user_data],
        [*head, "TP-FCS", "TP-PI", "TP-SCTS", "TP-DCS", "TP-UDL", "TP-UD"],
        [*head, "TP-MR", "TP-PID", "TP-CT", "TP-MN", *recipient, "TP-CDL", "TP-CD"],
    ]


def rows(message: AnyMessage, name: str) -> list[tuple[int, str, str]]:
    """The rows of a field: offset, octets or bits, meaning."""
    found: list[tuple[int, str, str]] = []
    for field in fields(message):
        if field.name == name or (found and not field.name):
            shown = field.bits or field.octets.hex(" ").upper()
            found.append((field.offset, shown, field.meaning))
    return found


@pytest.mark.parametrize(
    ("message", "name", "expected"),
    [
        pytest.param(
            sms.build_submit(TO, payload=encode_septets("abcdefgh12")), "TP-UD",
            [(15, "61 F1 98 5C 36 9F D1", '"abcdefgh"'), (22, "31 19", '"12"'),
             (23, "00.. ....", "2 spare bits behind the last septet")],
            id="eight septets a row",
        ),
        pytest.param(
            sms.build_submit(TO, payload=encode_septets("1234567€a")), "TP-UD",
            [(15, "31 D9 8C 56 B3 DD 36", '"1234567"'), (22, "E5 30", '"€a"'),
             (23, "00.. ....", "2 spare bits behind the last septet")],
            id="an escape is shown with its character",
        ),
        pytest.param(
            sms.build_submit(
                TO, payload=encode_septets("ab"),
                elements=(concat_element(Concat(1, 2, 1)),),
            ), "TP-UD",
            [(21, "C2", '"a"'), (21, ".... ...0", "1 fill bit before the first septet"),
             (22, "62", '"b"'), (22, "0... ....", "1 spare bit behind the last septet")],
            id="fill bits",
        ),
        pytest.param(
            sms.build_submit(TO, payload=encode_septets("abcdefgh")), "TP-UD",
            [(15, "61 F1 98 5C 36 9F D1", '"abcdefgh"')], id="nothing is spare",
        ),
        pytest.param(
            sms.build_submit(TO, payload="abc😀😀".encode("utf-16-be"), dcs=8), "TP-UD",
            [(15, "00 61 00 62 00 63 D8 3D", '"abc"'), (23, "DE 00 D8 3D DE 00", '"😀😀"')],
            id="a surrogate pair is shown where it ends",
        ),
        pytest.param(
            sms.build_submit(TO, payload=b"\x00\x1b[2Jabc\xffz", dcs=4), "TP-UD",
            [(15, "00 1B 5B 32 4A 61 62 63", "..[2Jabc"), (23, "FF 7A", ".z")],
            id="octets",
        ),
        pytest.param(
            sms.decode_pdu(SUBMIT.octets + b"\x01\x02"), "behind it",
            [(17, "01 02", "not part of the message")], id="octets behind the message",
        ),
        pytest.param(
            sms.decode_pdu(bytes.fromhex("0041000181F10004" "05" "0400030102")), "TP-UDH",
            [(10, "00 03 01 02", "no whole elements: ignored")], id="a broken header",
        ),
    ],
)  # fmt: skip
def test_rows_of_user_data(
    message: AnyMessage, name: str, expected: list[tuple[int, str, str]]
) -> None:
    assert rows(message, name) == expected


@pytest.mark.parametrize(
    ("value", "mask", "shown"),
    [(0x85, 0xFF, "1000 0101"), (0xFF, 0x18, "...1 1..."), (0x00, 0x40, ".0.. ....")],
)
def test_bits(value: int, mask: int, shown: str) -> None:
    assert bits(value, mask) == shown


def test_a_drawing_has_its_columns() -> None:
    header = (indication(WaitingKind.OTHER, 1), InformationElement(0xA1, bytes(9)))
    octets = sms.build_deliver(TO, NOW, payload=HI, elements=header, more_messages=True).octets
    message = sms.decode_pdu(octets + b"\x00")
    [warning] = message.warnings
    assert list(draw(message, width=80)) == [
        "SMS-DELIVER: 41 octets, tpdu_length 40",
        "   0  SMSC length   00                       none told: the modem's own",
        "   1  first octet   40                       SMS-DELIVER",
        "                    .... ..00                TP-MTI: DELIVER",
        "                    .... .0..                TP-MMS: more messages wait at the",
        "                                             SMSC",
        "                    .... 0...                TP-LP: not forwarded",
        "                    ..0. ....                TP-SRI: the sender gets no status",
        "                                             report",
        "                    .1.. ....                TP-UDHI: the user data begins with",
        "                                             a header",
        "                    0... ....                TP-RP: no reply path",
        "   2  TP-OA length  0D                       13 semi-octets",
        "   3  TP-OA type    91                       international, ISDN/telephone",
        "                                             (E.164)",
        "   4  TP-OA number  94 71 10 32 54 76 F8     +4917012345678",
        "  11  TP-PID        00                       an ordinary short message",
        "  12  TP-DCS        00                       GSM 7-bit",
        "  13  TP-SCTS       42 50 60 70 80 90 69     2024-05-06 07:08:09 -04:00",
        "  20  TP-UDL        15                       21 septets, the header takes 19",
        "  21  TP-UDHL       0F                       15 octets",
        "  22  TP-UDH IE[0]  01 02 A7 03              special SMS message indication: 3",
        "                                             video waiting, profile 2, store",
        "                                             this message",
        "  26  TP-UDH IE[1]  A1 09 00 00 00 00 00 00  reserved",
        "                    00 00 00",
        "  37  TP-UD         00 99 06                 \"Hi\"",
        "                    ...0 0000                5 fill bits before the first septet",
        "                    0000 0...                5 spare bits behind the last septet",
        "  40  behind it     00                       not part of the message",
        'text: "Hi"',
        f"warning: {warning}",
    ]  # fmt: skip


def test_octets_that_are_no_text_are_shown_as_data() -> None:
    assert list(draw(COMMAND))[-1] == "data: FF"
    assert not [line for line in draw(STATUS_REPORT) if line.startswith(("text", "data"))]
