"""Keys and MACs of provisioning messages."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.dialects.omacp.security import digest, imsi_octets, key_for, typed_digits, verify
from apn_config.model import Mac, Security

IMSI = "901430000000001"
BODY = b"\x03\x0b\x6a\x00\x05"

IMSIS = {
    "odd": (IMSI, "9910340000000010"),
    "even": ("26201123456789", "21261021436587f9"),
    "six digits": ("123456", "113254f6"),
    "five": ("12345", None),
    "sixteen": ("1" * 16, None),
    "empty": ("", None),
    "letters": ("90143000000000A", None),
    "digits of another script": ("٩" * 15, None),
    "a sign": ("+90143000000000", None),
}


@pytest.mark.parametrize(("imsi", "wanted"), IMSIS.values(), ids=IMSIS)
def test_an_imsi_is_coded_as_the_card_has_it(imsi: str, wanted: str | None) -> None:
    found = imsi_octets(imsi)
    assert (None if found is None else found.hex()) == wanted


@given(st.text("0123456789", min_size=6, max_size=15))
def test_no_two_imsis_have_one_coding(imsi: str) -> None:
    octets = imsi_octets(imsi)
    assert octets is not None
    semi_octets = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets)
    assert semi_octets[0] == ("9" if len(imsi) % 2 else "1")
    assert semi_octets[1:].rstrip("f") == imsi


KEYS = {
    "userpin": (Security.USERPIN, "4821", "", b"4821"),
    "userpin without": (Security.USERPIN, "", IMSI, None),
    "netwpin": (Security.NETWPIN, "4821", IMSI, bytes.fromhex("9910340000000010")),
    "netwpin without": (Security.NETWPIN, "4821", "", None),
    "usernetwpin": (Security.USERNETWPIN, "48", IMSI, bytes.fromhex("9910340000000010") + b"48"),
    "usernetwpin without a pin": (Security.USERNETWPIN, "", IMSI, None),
    "usernetwpin without an imsi": (Security.USERNETWPIN, "4821", "", None),
    "userpinmac": (Security.USERPINMAC, "4821", IMSI, None),
    "unsigned": (Security.UNSIGNED, "4821", IMSI, None),
    "not ascii": (Security.USERPIN, "ü", "", "ü".encode()),
    "half a pair": (Security.USERPIN, "\ud800", "", b"\xed\xa0\x80"),
}


@pytest.mark.parametrize(("kind", "pin", "imsi", "wanted"), KEYS.values(), ids=KEYS)
def test_a_key(kind: Security, pin: str, imsi: str, wanted: bytes | None) -> None:
    assert key_for(kind, pin, imsi) == wanted
    mac = hmac.new(wanted or b"", BODY, hashlib.sha1).digest()
    assert verify(Mac(kind, mac, BODY), pin, imsi) is (wanted is not None)


RIGHT = digest(b"4821", BODY)
WRONG = {
    "another PIN": (Mac(Security.USERPIN, RIGHT, BODY), "4822"),
    "another body": (Mac(Security.USERPIN, RIGHT, BODY + b"\0"), "4821"),
    "another SEC": (Mac(Security.USERNETWPIN, RIGHT, BODY), "4821"),
    "none": (Mac(Security.USERPIN, b"", BODY), "4821"),
    "a part": (Mac(Security.USERPIN, RIGHT[:10], BODY), "4821"),
    "more": (Mac(Security.USERPIN, RIGHT + b"\0", BODY), "4821"),
    "no PIN": (Mac(Security.USERPIN, digest(b"", BODY), BODY), ""),
}


@pytest.mark.parametrize(("mac", "pin"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_wrong(mac: Mac, pin: str) -> None:
    assert verify(Mac(Security.USERPIN, RIGHT, BODY), "4821", "")
    assert not verify(mac, pin, IMSI)


def test_the_imsi_of_another_card_is_wrong() -> None:
    mac = digest(imsi_octets(IMSI) or b"", BODY)
    assert verify(Mac(Security.NETWPIN, mac, BODY), "", IMSI)
    assert not verify(Mac(Security.NETWPIN, mac, BODY), "", "901430000000002")


def test_digits_to_type() -> None:
    assert typed_digits("", BODY) == ""
    octets = digest(b"123456", BODY)
    assert typed_digits("123456", BODY) == "".join(str(octet % 10) for octet in octets[:6])
