"""One TP field each: DCS, address, time, validity, header."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import Address, ComposeError, Concat, PduError, Ports, decode_dcs
from modem.sms.address import encode_address, parse_number, parse_sender, read_address, read_smsc
from modem.sms.dcs import encode_dcs
from modem.sms.reader import Reader
from modem.sms.timestamp import encode_timestamp, parse_timestamp, read_timestamp
from modem.sms.udh import (
    InformationElement,
    concat_element,
    encode_header,
    ports_element,
    read_header,
)
from modem.sms.validity import (
    WEEK_S,
    ValidityFormat,
    read_validity,
    relative_to_seconds,
    seconds_to_relative,
)


def _lenient(octets: bytes | str) -> Reader:
    return Reader(bytes.fromhex(octets) if isinstance(octets, str) else octets, strict=False)


# TS 23.038 4, group by group: values, alphabet by bits 3 and 2, what else holds for all of them.
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
    written = encode_dcs(decode_dcs(value).alphabet, message_class)
    assert written.value == value
    assert (written.alphabet.value, written.message_class) == (alphabet, message_class)


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
    reader = _lenient(octets)
    assert (read_address(reader, "oa").number, len(reader.warnings)) == (number, warnings)


def test_an_address_that_is_cut_is_an_error() -> None:
    with pytest.raises(PduError, match=r"pdu\.oa at octet 2: wanted 6 octets, 2 left"):
        read_address(_lenient("0B919471"), "oa")


def test_a_number_of_more_than_twenty_digits_is_read_and_flagged() -> None:
    reader = _lenient("1681" + "21" * 11)
    assert read_address(reader, "oa").number == "12" * 11
    assert reader.warnings == ["pdu.oa at octet 0: 22 semi-octets, the most there may be is 20"]


@pytest.mark.parametrize(
    ("octets", "number"),
    [("00", None), ("0191", ""), ("07919471325476F8", "+4917234567" + "8"), ("038121F3", "123")],
    ids=["none", "type-only", "international", "short"],
)
def test_smsc_length_counts_octets(octets: str, number: str | None) -> None:
    smsc = read_smsc(_lenient(octets))
    assert (smsc and smsc.number) == number


NAME = st.text(
    st.sampled_from("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ABCabcäöñüà"),
    min_size=1,
    max_size=11,
).filter(lambda name: not set(name) <= set("+0123456789*#"))


@given(NAME | st.from_regex(r"\+?[0-9*#]{1,20}", fullmatch=True) | st.just(""))
def test_senders_survive(sender: str) -> None:
    octets = encode_address(parse_sender(sender))
    reader = Reader(octets, strict=True)
    address = read_address(reader, "oa")
    assert (address.number, reader.left, reader.warnings) == (sender, 0, [])
    assert address.alphanumeric == (not set(sender) <= set("+0123456789*#"))


@given(st.text("0123456789*#abc", min_size=1, max_size=20))
def test_numbers_survive(number: str) -> None:
    reader = Reader(encode_address(parse_number(number)), strict=True)
    assert read_address(reader, "da") == Address(number, 0x81)


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
    assert parse_timestamp(bytes.fromhex(octets)).isoformat() == shown


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
    reader = _lenient(octets)
    assert read_timestamp(reader, "scts") is None
    assert reader.warnings == [f"pdu.scts at octet 0: {message}"]
    assert reader.left == 0
    with pytest.raises(PduError, match=message):
        read_timestamp(Reader(bytes.fromhex(octets), strict=True), "scts")


ZONES = st.integers(-79, 79).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=ZONES)  # noqa: DTZ001
)
def test_times_survive(moment: datetime) -> None:
    written = moment.replace(microsecond=0)
    back = parse_timestamp(encode_timestamp(moment))
    assert (back, back.utcoffset()) == (written, written.utcoffset())


def test_a_zone_is_cut_to_quarters_and_the_time_stays() -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(minutes=-52)))
    back = parse_timestamp(encode_timestamp(moment))
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
        ("02000000000000", None, False, 0),
        ("03102030000000", 1 * 3600 + 2 * 60 + 3, False, 0),
        ("03A02030000000", None, False, 1),
        ("05000000000000", None, False, 1),
        ("82007D00000000", 125, False, 0),
    ],
    ids=[
        "none",
        "single-shot",
        "relative",
        "seconds",
        "seconds-reserved",
        "clock",
        "clock-not-bcd",
        "reserved",
        "extended",
    ],
)
def test_enhanced_validity(
    octets: str, seconds: int | None, single_shot: bool, warnings: int
) -> None:
    reader = _lenient(octets)
    validity = read_validity(reader, ValidityFormat.ENHANCED)
    assert (validity.seconds, validity.single_shot) == (seconds, single_shot)
    assert (len(reader.warnings), reader.left) == (warnings, 0)


def test_absolute_validity_that_is_no_date_is_kept_as_octets() -> None:
    reader = _lenient("FFFFFFFFFFFFFF")
    validity = read_validity(reader, ValidityFormat.ABSOLUTE)
    assert (validity.until, validity.octets, len(reader.warnings)) == (None, b"\xff" * 7, 1)


@pytest.mark.parametrize(
    ("octets", "concat", "ports", "warnings"),
    [
        ("0003050201", Concat(5, 2, 1), None, 0),
        ("080412340302", Concat(0x1234, 3, 2, 16), None, 0),
        ("0003050201 0003060202", Concat(6, 2, 2), None, 0),
        ("0003050201 080412340302", Concat(0x1234, 3, 2, 16), None, 0),
        ("0003050201 0003050000", Concat(5, 2, 1), None, 1),
        ("0003050203", None, None, 1),
        ("0003050200", None, None, 1),
        ("00020502", None, None, 1),
        ("05040B8423F0", None, Ports(2948, 9200), 0),
        ("0402FF01", None, Ports(255, 1, 8), 0),
        ("0403FF0100", None, None, 1),
        ("7000", None, None, 0),
    ],
    ids=[
        "8-bit",
        "16-bit",
        "repeated",
        "both-sizes",
        "second-makes-no-sense",
        "beyond-total",
        "part-zero",
        "short",
        "ports-16",
        "ports-8",
        "ports-too-long",
        "unknown-and-empty",
    ],
)
def test_headers(octets: str, concat: Concat | None, ports: Ports | None, warnings: int) -> None:
    reader = _lenient(octets)
    header = read_header(reader, 0, reader.octets)
    assert (header.concat, header.ports) == (concat, ports)
    assert len(reader.warnings) == warnings
    assert encode_header(header.elements)[1:] == reader.octets


@pytest.mark.parametrize("octets", ["00030502", "000305020100", "0003050201 70", "FF"])
def test_a_header_whose_last_element_does_not_fit_is_ignored(octets: str) -> None:
    reader = _lenient(octets)
    header = read_header(reader, 9, reader.octets)
    assert header.elements == ()
    assert len(reader.warnings) == 1
    with pytest.raises(PduError, match="no element is used"):
        read_header(Reader(reader.octets, strict=True), 9, reader.octets)


@given(
    st.lists(st.builds(InformationElement, st.integers(0, 255), st.binary(max_size=20)), max_size=6)
)
def test_elements_survive(elements: list[InformationElement]) -> None:
    written = encode_header(tuple(elements))
    reader = _lenient(written[1:])
    assert read_header(reader, 0, reader.octets).elements == tuple(elements)


@pytest.mark.parametrize(
    "concat", [Concat(0, 255, 255), Concat(255, 1, 1), Concat(0xFFFF, 2, 1, 16)]
)
def test_concatenation_survives(concat: Concat) -> None:
    reader = _lenient(encode_header((concat_element(concat),))[1:])
    assert read_header(reader, 0, reader.octets).concat == concat


@pytest.mark.parametrize("ports", [Ports(2948, 9200), Ports(0, 0xFFFF), Ports(17, 0, 8)])
def test_ports_survive(ports: Ports) -> None:
    reader = _lenient(encode_header((ports_element(ports),))[1:])
    assert read_header(reader, 0, reader.octets).ports == ports
