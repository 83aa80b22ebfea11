"""What single values mean, in words."""

from __future__ import annotations

import pytest

from modem import sms
from modem.sms import AnyMessage, Concat, InformationElement, Ports, WaitingKind
from modem.sms.udh import Iei, concat_element, ports_element, shift_element
from modem.sms.view import as_json
from modem.sms.view.elements import element_name
from modem.sms.view.words import dcs_words, span_words, toa_words
from tests.modem.sms.view_samples import (
    COMMAND,
    DELIVER,
    DELIVER_REPORT,
    HI,
    NOW,
    SUBMIT,
    TO,
    indication,
    meanings,
    validity,
    with_octet,
)


@pytest.mark.parametrize(
    ("form", "octets", "words", "seconds", "until"),
    [
        pytest.param("RELATIVE", "00", "5 minutes", 300, None, id="least"),
        pytest.param("RELATIVE", "8F", "12 hours", 43200, None, id="hours"),
        pytest.param("RELATIVE", "90", "12 hours 30 minutes", 45000, None, id="half an hour"),
        pytest.param("RELATIVE", "A7", "1 day", 86400, None, id="day"),
        pytest.param("RELATIVE", "A8", "2 days", 172800, None, id="days"),
        pytest.param("RELATIVE", "C4", "30 days", 30 * 86400, None, id="most days"),
        pytest.param("RELATIVE", "C5", "5 weeks", 35 * 86400, None, id="least weeks"),
        pytest.param("RELATIVE", "FF", "63 weeks", 441 * 86400, None, id="most"),
        pytest.param(
            "ABSOLUTE", "4250607080906A", "until 2024-05-06 07:08:09 -06:30", None,
            "2024-05-06T07:08:09-06:30", id="absolute",
        ),
        pytest.param(
            "ABSOLUTE", "42996070809000", "no date: 24-99-06 07:08:09 is no date", None, None,
            id="no date",
        ),
        pytest.param(
            "ENHANCED", "00000000000000", "no period: as the SMSC likes", None, None, id="none"
        ),
        pytest.param("ENHANCED", "02010000000000", "1 second", 1, None, id="second"),
        pytest.param(
            "ENHANCED", "42FF0000000000", "4 minutes 15 seconds, single shot: tried once", 255,
            None, id="seconds",
        ),
        pytest.param(
            "ENHANCED", "03103254000000", "1 hour 23 minutes 45 seconds", 5025, None, id="BCD"
        ),
        pytest.param(
            "ENHANCED", "03FA0000000000", "FA0000 is no span of hours, minutes and seconds", None,
            None, id="not BCD",
        ),
        pytest.param(
            "ENHANCED", "05000000000000", "reserved validity format 5", None, None, id="reserved"
        ),
    ],
)  # fmt: skip
def test_validity_in_words(
    form: str, octets: str, words: str, seconds: int | None, until: str | None
) -> None:
    message = validity(sms.ValidityFormat[form], octets)
    assert meanings(message)["TP-VP"] == words
    value = as_json(message)
    assert (value["validity_s"], value["validity_until"]) == (seconds, until)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (14 * 86400, "14 days"),
        (36 * 86400, "36 days"),
        (42 * 86400, "6 weeks"),
        (90061, "1 day 1 hour 1 minute 1 second"),
    ],
)
def test_a_span_in_words(seconds: int, words: str) -> None:
    assert span_words(seconds) == words


@pytest.mark.parametrize(
    ("toa", "words"),
    [
        (0x91, "international, ISDN/telephone (E.164)"),
        (0x81, "unknown, ISDN/telephone (E.164)"),
        (0xA8, "national, national plan"),
        (0xB4, "network specific, telex"),
        (0xC3, "subscriber, data (X.121)"),
        (0xD0, "alphanumeric: GSM 7-bit, unknown plan"),
        (0xE9, "abbreviated, private plan"),
        (0xFF, "reserved type, reserved plan"),
        (0x87, "unknown, reserved plan 7"),
    ],
)
def test_types_of_address_in_words(toa: int, words: str) -> None:
    assert toa_words(toa) == words


def test_every_type_of_address_has_words() -> None:
    assert len({toa_words(toa) for toa in range(256)}) == 8 * 16


@pytest.mark.parametrize(
    ("dcs", "words"),
    [
        (0x00, "GSM 7-bit"),
        (0x04, "8-bit data"),
        (0x08, "UCS-2"),
        (0x10, "GSM 7-bit, class 0 (shown at once, not stored)"),
        (0xF5, "8-bit data, class 1 (for the device)"),
        (0x1A, "UCS-2, class 2 (for the SIM)"),
        (0x13, "GSM 7-bit, class 3 (for a terminal)"),
        (0x28, "compressed UCS-2"),
        (0x44, "8-bit data, to be deleted when read"),
        (0xC8, "GSM 7-bit, voicemail waiting, discard this message"),
        (0xD1, "GSM 7-bit, fax no longer waiting, store this message"),
        (0xEA, "UCS-2, email waiting, store this message"),
        (0x0C, "GSM 7-bit, reserved value"),
        (0x80, "GSM 7-bit, reserved value"),
    ],
)
def test_data_coding_schemes_in_words(dcs: int, words: str) -> None:
    assert dcs_words(sms.decode_dcs(dcs)) == words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x00, "completed: received by the SME"),
        (0x20, "temporary error, still trying: congestion"),
        (0x46, "permanent error, not tried again: validity period expired"),
        (0x61, "temporary error, not tried again: SME busy"),
        (0x50, "permanent error, not tried again: SC specific"),
        (
            0x99,
            "reserved, to be read as: temporary error, not tried again: service rejected",
        ),
    ],
)
def test_status_in_words(status: int, words: str) -> None:
    message = sms.build_status_report(TO, NOW, NOW, reference=1, status=status)
    assert meanings(message)["TP-ST"] == words


@pytest.mark.parametrize(
    ("message", "name", "words"),
    [
        (DELIVER_REPORT, "TP-FCS", "memory capacity exceeded"),
        (DELIVER_REPORT, "TP-PID", "replace short message type 1"),
        (COMMAND, "TP-CT", "delete a submitted message"),
        (COMMAND, "TP-MN", "about the SUBMIT of reference 7"),
        (SUBMIT, "SMSC length", "none told: the modem's own"),
        (with_octet(DELIVER, 13, 0xFF), "TP-SCTS", "no date: day octet FF is not BCD"),
        (DELIVER, "TP-SCTS", "2024-05-06 07:08:09 -04:00"),
    ],
    ids=["TP-FCS", "TP-PID", "TP-CT", "TP-MN", "no SMSC", "no date", "date"],
)
def test_values_in_words(message: AnyMessage, name: str, words: str) -> None:
    assert meanings(message)[name] == words


# 3GPP TS 23.040 9.2.3.24.
UNNAMED = {
    0x02: "reserved",
    **dict.fromkeys(range(0x26, 0x70), "reserved"),
    **dict.fromkeys(range(0xA0, 0xC0), "reserved"),
    **dict.fromkeys(range(0xE0, 0x100), "reserved"),
    **dict.fromkeys(range(0x1B, 0x20), "reserved for EMS"),
    **dict.fromkeys(range(0x72, 0x80), "(U)SIM toolkit security header"),
    **dict.fromkeys(range(0x80, 0xA0), "SME to SME specific"),
    **dict.fromkeys(range(0xC0, 0xE0), "SC specific"),
}  # fmt: skip


def test_every_information_element_has_its_name() -> None:
    names = [element_name(iei) for iei in range(256)]
    assert {iei: name for iei, name in enumerate(names) if iei in UNNAMED} == UNNAMED
    named = [name for iei, name in enumerate(names) if iei not in UNNAMED]
    assert len(named) == len(set(named)) == 0x02 + 0x18 + 6 + 2
    assert not set(named) & set(UNNAMED.values())


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (concat_element(Concat(76, 3, 2, 8)), "part 2 of 3, reference 76"),
        (concat_element(Concat(4660, 3, 2, 16)), "part 2 of 3, reference 4660"),
        (concat_element(Concat(76, 3, 4, 8)), "makes no sense, not used"),
        (ports_element(Ports(2948, 9200, 16)), "to 2948, from 9200"),
        (ports_element(Ports(240, 241, 8)), "to 240, from 241"),
        (InformationElement(5, b"\x01"), "makes no sense, not used"),
        (
            indication(WaitingKind.VOICEMAIL),
            "3 voicemail waiting, profile 2, store this message",
        ),
        (
            indication(WaitingKind.OTHER, 1, store=False),
            "3 video waiting, profile 2, discard this message",
        ),
        (
            indication(WaitingKind.FAX, 2),
            "3 fax (extended type 2) waiting, profile 2, store this message",
        ),
        (InformationElement(1, b""), "makes no sense, not used"),
        (shift_element(Iei.SINGLE_SHIFT, 2), "Spanish"),
        (shift_element(Iei.LOCKING_SHIFT, 13), "Urdu"),
        (shift_element(Iei.LOCKING_SHIFT, 14), "reserved language 14"),
        (InformationElement(0x25, b""), "makes no sense, not used"),
        (InformationElement(0x07, b"\x03"), "the SMSC"),
        (InformationElement(0x07, b"\x09"), ""),
        (InformationElement(0x0A, b"\x01\x02\x03"), ""),
    ],
)  # fmt: skip
def test_values_of_information_elements(element: InformationElement, words: str) -> None:
    message = sms.build_deliver(TO, NOW, payload=HI, elements=(element,))
    expected = f"{element_name(element.iei)}{': ' if words else ''}{words}"
    assert meanings(message)["TP-UDH IE[0]"] == expected
