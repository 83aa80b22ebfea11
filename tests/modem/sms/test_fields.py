"""One TP field each: the data coding scheme, times, validity periods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import (
    ComposeError,
    Deliver,
    Encoding,
    PduError,
    Submit,
    ValidityFormat,
    decode_dcs,
    decode_pdu,
)
from modem.sms.dcs import encode_dcs
from modem.sms.timestamp import decode_timestamp, defect, encode_timestamp
from modem.sms.validity import WEEK_S, relative_to_seconds, seconds_to_relative


def _at(scts: str, *, strict: bool = False) -> Deliver:
    """An empty DELIVER of a time, which stands at octet 6."""
    message = decode_pdu(f"000400810000{scts}00", strict=strict)
    assert isinstance(message, Deliver)
    return message


def _valid_for(form: ValidityFormat, octets: str) -> Submit:
    """An empty SUBMIT with a TP-VP, which stands at octet 7."""
    message = decode_pdu(f"00{1 | form << 3:02X}0000810000{octets}00")
    assert isinstance(message, Submit)
    return message


def _by_the_standard(value: int) -> tuple[str, int | None, bool, str | None]:
    """(encoding, class, deletion, what waits) from the table in clause 4, written out by ranges."""
    general = ["gsm7", "8bit", "ucs2", "gsm7"]
    if value <= 0x7F:
        encoding = "compressed" if value % 0x40 >= 0x20 else general[value % 16 // 4]
        return encoding, value % 4 if value % 0x20 >= 0x10 else None, value >= 0x40, None
    if value <= 0xBF:
        return "gsm7", None, False, None
    if value <= 0xEF:
        kind = ["voicemail", "fax", "email", "other"][value % 4]
        return "ucs2" if value >= 0xE0 else "gsm7", None, False, kind
    return ["gsm7", "8bit"][value % 8 // 4], value % 4, False, None


@pytest.mark.parametrize("value", range(256), ids=lambda value: f"{value:02X}")
def test_every_data_coding_scheme(value: int) -> None:
    dcs = decode_dcs(value)
    kind = dcs.waiting.kind.value if dcs.waiting else None
    read = (dcs.encoding.value, dcs.message_class, dcs.automatic_deletion, kind)
    assert dcs.value == value
    assert read == _by_the_standard(value)
    if dcs.waiting:
        assert dcs.waiting.active == (value % 16 >= 8)
        assert dcs.waiting.store == (value >= 0xD0)


@pytest.mark.parametrize(
    ("alphabet", "message_class", "value"),
    [
        ("gsm7", None, 0x00),
        ("8bit", None, 0x04),
        ("ucs2", None, 0x08),
        ("gsm7", 0, 0x10),
        ("8bit", 1, 0x15),
        ("ucs2", 3, 0x1B),
    ],
)
def test_schemes_that_are_written(alphabet: str, message_class: int | None, value: int) -> None:
    assert encode_dcs(Encoding(alphabet), message_class) == value
    written = decode_dcs(value)
    assert (written.alphabet.value, written.message_class) == (alphabet, message_class)


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        ("99309251619580", "2099-03-29T15:16:59+02:00"),
        ("12100321436580", "2021-01-30T12:34:56+02:00"),
        ("1210032143652B", "2021-01-30T12:34:56-08:00"),
        ("12100321436522", "2021-01-30T12:34:56+05:30"),
        ("12100321436529", "2021-01-30T12:34:56-03:00"),
        ("12100321436508", "2021-01-30T12:34:56+00:00"),
        ("12100321436597", "2021-01-30T12:34:56+19:45"),
        ("02209232959500", "2020-02-29T23:59:59+00:00"),
    ],
    ids=[
        "century",
        "east",
        "west",
        "quarters",
        "west-of-twelve-quarters",
        "minus-zero",
        "farthest",
        "leap-day",
    ],
)
def test_times(octets: str, shown: str) -> None:
    moment = decode_timestamp(bytes.fromhex(octets))
    assert moment is not None
    assert moment.isoformat() == shown
    assert defect(bytes.fromhex(octets)) is None


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        ("00000000000000", "00-00-00 00:00:00 is no date"),
        ("12200321436500", "21-02-30 12:34:56 is no date"),
        ("12100342436500", "21-01-30 24:34:56 is no date"),
        ("1A100321436500", "year octet 1A is not BCD"),
        ("121003214365A0", "time zone octet A0 is not BCD"),
        ("FFFFFFFFFFFFFF", "year octet FF is not BCD"),
    ],
    ids=["zeros", "february-30", "hour-24", "year", "zone", "padding"],
)
def test_what_is_no_date(octets: str, message: str) -> None:
    assert defect(bytes.fromhex(octets)) == message
    received = _at(octets)
    assert (received.timestamp, received.scts.hex().upper()) == (None, octets)
    assert received.warnings == (f"deliver.scts at octet 6: {message}",)
    with pytest.raises(PduError, match=message):
        _at(octets, strict=True)


ZONES = st.integers(-79, 79).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=ZONES)  # noqa: DTZ001
)
def test_times_survive(moment: datetime) -> None:
    written = moment.replace(microsecond=0)
    back = decode_timestamp(encode_timestamp(moment))
    assert back is not None
    assert (back, back.utcoffset()) == (written, written.utcoffset())


def test_a_zone_is_cut_to_quarters_and_the_time_stays() -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(minutes=-52)))
    back = decode_timestamp(encode_timestamp(moment))
    assert back is not None
    assert back == moment
    assert back.utcoffset() == timedelta(minutes=-45)


@pytest.mark.parametrize(
    ("moment", "message"),
    [
        (datetime(2024, 1, 1), "without a zone"),  # noqa: DTZ001
        (datetime(1999, 1, 1, tzinfo=UTC), "year 1999"),
        (datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=20))), "19 h 45 min"),
    ],
    ids=["naive", "year", "zone"],
)
def test_what_time_cant_be_written(moment: datetime, message: str) -> None:
    with pytest.raises(ComposeError, match=message):
        encode_timestamp(moment)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 5 * 60),
        (143, 12 * 3600),
        (144, 12 * 3600 + 30 * 60),
        (167, 24 * 3600),
        (168, 2 * 86400),
        (196, 30 * 86400),
        (197, 5 * WEEK_S),
        (255, 63 * WEEK_S),
    ],
)
def test_relative_validity(value: int, seconds: int) -> None:
    assert relative_to_seconds(value) == seconds
    assert seconds_to_relative(seconds) == value
    assert seconds_to_relative(seconds - 1) == value


def _relative_by_the_standard(value: int) -> timedelta:
    """23.040 9.2.3.12.1, the table written out."""
    if value <= 143:
        return (value + 1) * timedelta(minutes=5)
    if value <= 167:
        return timedelta(hours=12) + (value - 143) * timedelta(minutes=30)
    if value <= 196:
        return (value - 166) * timedelta(days=1)
    return (value - 192) * timedelta(weeks=1)


@pytest.mark.parametrize("value", range(256), ids=lambda value: f"{value:02X}")
def test_every_relative_validity(value: int) -> None:
    message = _valid_for(ValidityFormat.RELATIVE, f"{value:02X}")
    seconds = int(_relative_by_the_standard(value).total_seconds())
    assert (message.validity_s, message.validity.seconds) == (seconds, seconds)
    assert (message.validity.octets, message.warnings) == (bytes((value,)), ())
    assert seconds_to_relative(seconds) == value
    if value:
        shorter = int(_relative_by_the_standard(value - 1).total_seconds())
        assert seconds_to_relative(shorter + 1) == value


@pytest.mark.parametrize("seconds", [0, -1, 63 * WEEK_S + 1])
def test_validity_that_cant_be_written(seconds: int) -> None:
    with pytest.raises(ComposeError, match="validity_s"):
        seconds_to_relative(seconds)


@pytest.mark.parametrize(
    ("octets", "seconds", "single_shot", "warnings"),
    [
        ("00000000000000", None, False, 0),
        ("40000000000000", None, True, 0),
        ("01000000000000", 300, False, 0),
        ("027D0000000000", 125, False, 0),
        ("02000000000000", None, False, 1),
        ("03102030000000", 1 * 3600 + 2 * 60 + 3, False, 0),
        ("03999595000000", 99 * 3600 + 59 * 60 + 59, False, 0),
        ("03A02030000000", None, False, 1),
        ("03100630000000", None, False, 1),
        ("03102006000000", None, False, 1),
        ("05000000000000", None, False, 1),
        ("82007D00000000", 125, False, 1),
    ],
    ids=[
        "none",
        "single-shot",
        "relative",
        "seconds",
        "seconds-reserved",
        "clock",
        "clock-of-most-hours",
        "clock-not-bcd",
        "clock-of-60-minutes",
        "clock-of-60-seconds",
        "reserved",
        "extended",
    ],
)
def test_enhanced_validity(
    octets: str, seconds: int | None, single_shot: bool, warnings: int
) -> None:
    message = _valid_for(ValidityFormat.ENHANCED, octets)
    validity = message.validity
    assert (validity.seconds, validity.single_shot) == (seconds, single_shot)
    assert (validity.octets.hex().upper(), message.validity_s) == (octets, seconds)
    assert len(message.warnings) == warnings


# 23.040 9.2.3.12.3: what is defined of an enhanced TP-VP in each form, by octet.
USED = {0x00: "C7000000000000", 0x01: "C7FF0000000000", 0x02: "C7FF0000000000"}
USED |= {0x03: "C7FFFFFF000000"}


@pytest.mark.parametrize("form", USED)
@pytest.mark.parametrize("at", range(7))
def test_every_reserved_bit_of_an_enhanced_validity_is_named(form: int, at: int) -> None:
    whole = bytes((form, *(0x01, 0, 0)[: (0, 1, 1, 3)[form]])).ljust(7, b"\0")
    assert _valid_for(ValidityFormat.ENHANCED, whole.hex()).warnings == ()
    for bit in range(8):
        if bytes.fromhex(USED[form])[at] >> bit & 1 or (at, bit) == (0, 7):
            continue  # bit 7 moves what follows it: see the row `extended`
        octets = bytearray(whole)
        octets[at] |= 1 << bit
        [warning] = _valid_for(ValidityFormat.ENHANCED, octets.hex()).warnings
        assert warning.startswith(f"submit.vp at octet {7 + at}: ")


def test_absolute_validity_that_is_no_date_is_kept_as_octets() -> None:
    message = _valid_for(ValidityFormat.ABSOLUTE, "FF" * 7)
    assert (message.validity.until, message.validity.octets) == (None, b"\xff" * 7)
    assert message.warnings == ("submit.vp at octet 7: year octet FF is not BCD",)
