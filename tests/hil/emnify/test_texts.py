"""Texts as calls: alphabet, parts, sender."""

from __future__ import annotations

import pytest

from hil.emnify.errors import RequestError
from hil.emnify.texts import answers_go_astray, octets_request, requests_for, sender_type


@pytest.mark.parametrize(
    ("text", "parts", "dcs"),
    [
        ("APN em", 1, None),
        ("a" * 160, 1, None),
        ("a" * 161, 2, None),
        ("a" * 306, 2, None),
        ("a" * 307, 3, None),
        ("€" * 80, 1, None),
        ("€" * 81, 2, None),
        ("я" * 70, 1, 8),
        ("я" * 71, 2, 8),
        ("я" * 135, 3, 8),
        ("😀" * 36, 2, 8),
        ("ş" * 100, 2, 8),
    ],
)
def test_splits_at_septets_or_units(text: str, parts: int, dcs: int | None) -> None:
    found = requests_for(text, reference=0xAB)
    assert "".join(request.payload for request in found) == text
    assert {request.dcs for request in found} == {dcs}
    expected = [f"050003AB{parts:02X}{n:02X}" for n in range(1, parts + 1)]
    assert [request.udh for request in found] == ([None] if parts == 1 else expected)


def test_all_parts_have_the_sender() -> None:
    assert {(r.source_address, r.source_address_type) for r in requests_for("a" * 200)} == {
        (None, None)
    }
    assert {
        (r.source_address, r.source_address_type) for r in requests_for("a" * 200, sender="+4917")
    } == {("4917", 145)}


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("12345", 161),
        ("+4917012345678", 145),
        ("emnify", 208),
        ("12345678901234567", 161),
        ("Pump 7 Alarm", None),
        ("+", None),
        ("123456789012345678", None),
        ("+49 170", None),
        ("Ж", None),
        ("a[b", None),
    ],
)
def test_types_of_senders(sender: str, kind: int | None) -> None:
    if kind is None:
        with pytest.raises(RequestError):
            sender_type(sender)
    else:
        assert sender_type(sender) == kind


@pytest.mark.parametrize(
    ("sender", "astray"),
    [("1234567", False), ("12345678", True), ("+4917012345", True), ("emnify12345", False)],
)
def test_answers_to_more_than_seven_digits_go_astray(sender: str, astray: bool) -> None:
    assert answers_go_astray(sender) is astray


@pytest.mark.parametrize("text", ["", "a" * (255 * 153 + 1), "\ud800"])
def test_what_can_not_be_sent(text: str) -> None:
    with pytest.raises(RequestError):
        requests_for(text)


@pytest.mark.parametrize("octets", [b"", bytes(141)])
def test_octets_have_to_fit(octets: bytes) -> None:
    with pytest.raises(RequestError):
        octets_request(octets)
