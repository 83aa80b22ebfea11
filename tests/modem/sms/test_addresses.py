"""Addresses: every type and plan, numbers, names, and the SMSC's own rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    Address,
    ComposeError,
    Deliver,
    NumberingPlan,
    PduError,
    TypeOfNumber,
    decode_pdu,
    parse_number,
    parse_sender,
)
from modem.sms.address import address_end, decode_address, decode_smsc, encode_address
from tests.modem.sms.long_messages import only_deliver


def _from(address: str) -> Deliver:
    """An empty DELIVER from an address, which stands at octet 2."""
    return only_deliver("0004" + address.replace(" ", "") + "0000" + "42506070809000" + "00")


@pytest.mark.parametrize(
    ("octets", "number", "warnings"),
    [
        ("0B919471325476F8", "+49172345678", 0),
        ("0481 2143", "1234", 0),
        ("0081", "", 0),
        ("0091", "", 0),
        ("0F81 1032547698BADCFE", "0123456789*#abc", 0),
        ("06D0 61F118", "abc", 0),
        ("0DD0 61F1985C369F01", "abcdefg", 0),
        ("0ED0 61F1985C369F01", "abcdefg@", 0),
        ("02D0 1B", "", 1),
        ("0581 21F3F5", "123", 1),
    ],
    ids=[
        "international",
        "unknown",
        "empty",
        "empty-international",
        "all-digits",
        "name-of-three",
        "name-of-seven",
        "name-of-seven-and-padding-counted",
        "name-with-dangling-escape",
        "filler-inside",
    ],
)
def test_addresses(octets: str, number: str, warnings: int) -> None:
    message = _from(octets)
    assert (message.number, len(message.warnings)) == (number, warnings)


def test_an_address_that_is_cut_is_an_error() -> None:
    with pytest.raises(PduError, match=r"deliver\.oa at octet 4: wanted 6 octets, 2 left"):
        decode_pdu("00040B919471")


def test_a_number_of_more_than_twenty_digits_is_read_and_flagged() -> None:
    message = _from("1681" + "21" * 11)
    assert message.number == "12" * 11
    assert message.warnings == (
        "deliver.oa at octet 2: 22 semi-octets, the most there may be is 20",
    )


PLANS = {0: "UNKNOWN", 1: "ISDN", 3: "DATA", 4: "TELEX", 5: "SC_SPECIFIC_5", 6: "SC_SPECIFIC_6"}
PLANS |= {8: "NATIONAL", 9: "PRIVATE", 10: "ERMES"}


@pytest.mark.parametrize("toa", range(256), ids=lambda toa: f"{toa:02X}")
def test_every_type_of_address(toa: int) -> None:
    """23.040 9.1.2.5: bit 7 is set, bits 6 to 4 are the type of number, 3 to 0 the plan."""
    address = Address("", toa)
    assert address.type_of_number == TypeOfNumber(toa % 128 // 16)
    assert address.numbering_plan.name == PLANS.get(toa % 16, "RESERVED")
    assert address.alphanumeric == (toa % 128 // 16 == 5)
    values = ["", "*#abc", "@£a€b"] if address.alphanumeric else ["", "7", "12", "0123456789*#abc"]
    for value in values:
        octets = encode_address(Address(value, toa))
        assert decode_address(octets, 0) == Address(value, toa)
        message = _from(octets.hex())
        plus = "+" if toa % 128 // 16 == 1 and value else ""
        assert message.number == plus + value
        assert message.warnings == (
            ()
            if toa >= 128
            else (f"deliver.oa at octet 3: type of address {toa:02X}: bit 7 should be set",)
        )


def test_all_plans_that_are_named() -> None:
    assert {plan.name for plan in NumberingPlan} == {*PLANS.values(), "RESERVED"}
    assert {kind.value for kind in TypeOfNumber} == set(range(8))


@pytest.mark.parametrize(
    ("octets", "number"),
    [("00", None), ("0191", ""), ("07919471325476F8", "+4917234567" + "8"), ("038121F3", "123")],
    ids=["none", "type-only", "international", "short"],
)
def test_smsc_length_counts_octets(octets: str, number: str | None) -> None:
    smsc = decode_smsc(bytes.fromhex(octets) + b"\x04")
    assert (smsc and smsc.number) == number


NAME = st.text(
    st.sampled_from("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ABCabcäöñüà"),
    min_size=1,
    max_size=11,
).filter(lambda name: not set(name) <= set("+0123456789*#"))


@given(NAME | st.from_regex(r"\+?[0-9*#]{1,20}", fullmatch=True) | st.just(""))
def test_senders_survive(sender: str) -> None:
    octets = encode_address(parse_sender(sender))
    address = decode_address(octets, 0)
    assert (address.number, address_end(octets, 0)) == (sender, len(octets))
    assert _from(octets.hex()).warnings == ()
    assert address.alphanumeric == (not set(sender) <= set("+0123456789*#"))


@given(st.text("0123456789*#abc", min_size=1, max_size=20))
def test_numbers_survive(number: str) -> None:
    octets = encode_address(parse_number(number))
    assert decode_address(octets, 0) == Address(number, 0x81)
    assert _from(octets.hex()).warnings == ()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("", "a number is wanted"),
        ("+", "a number is wanted"),
        ("1" * 21, "21 digits"),
        ("+49 172", "character 4 is no digit"),
        ("12\r", "character 3 is no digit"),
        ("١٢", "character 1 is no digit"),
    ],
    ids=["nothing", "plus", "long", "blank", "control", "arabic-digits"],
)
def test_what_is_no_number(number: str, message: str) -> None:
    with pytest.raises(ComposeError, match=message):
        parse_number(number)


@pytest.mark.parametrize("name", ["Grüße 😀", "twelve chars", "eleven char€"])
def test_what_is_no_sender(name: str) -> None:
    with pytest.raises(ComposeError, match="sender"):
        parse_sender(name)


def test_an_smsc_of_more_than_twenty_digits_is_read_and_flagged() -> None:
    octets = "0C91" + "21" * 11
    message = only_deliver(octets + "04008100004250607080900000")
    assert message.smsc == Address("12" * 11, 0x91)
    flaw = "pdu.smsc at octet 0: 22 digits, the most there may be is 20"
    assert message.warnings == (flaw,)
    with pytest.raises(PduError, match=flaw):
        decode_pdu(message.octets, strict=True)
