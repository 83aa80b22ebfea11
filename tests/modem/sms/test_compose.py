"""From texts to parts: alphabets, splitting, options, and back again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.sms import (
    Alphabet,
    ComposeError,
    Concat,
    Deliver,
    Part,
    Ports,
    Reassembler,
    Submit,
    compose,
    compose_deliver,
    decode_pdu,
    gsm7_length,
)
from modem.sms.translit import transliterate

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def _submit(part: Part) -> Submit:
    message = decode_pdu(part.pdu, strict=True)
    assert isinstance(message, Submit)
    assert message.warnings == ()
    return message


def _deliver(part: Part) -> Deliver:
    message = decode_pdu(part.pdu, strict=True)
    assert isinstance(message, Deliver)
    assert message.warnings == ()
    return message


# The text, and how long each part's share is, in characters.
SPLITS = [
    pytest.param("", [0], id="empty"),
    pytest.param("a" * 160, [160], id="gsm7-one"),
    pytest.param("a" * 161, [153, 8], id="gsm7-two"),
    pytest.param("a" * 306, [153, 153], id="gsm7-two-full"),
    pytest.param("€" * 80, [80], id="euro-one"),
    pytest.param("€" * 81, [76, 5], id="euro-two"),
    pytest.param("a" * 152 + "€" + "b" * 10, [152, 11], id="euro-on-the-seam"),
    pytest.param("a" * 151 + "€" + "b" * 10, [152, 10], id="euro-before-the-seam"),
    pytest.param("a" * 158 + "€", [159], id="euro-fits-at-the-end"),
    pytest.param("a" * 159 + "€", [153, 7], id="euro-does-not-fit"),
    pytest.param("č" * 70, [70], id="ucs2-one"),
    pytest.param("č" * 71, [67, 4], id="ucs2-two"),
    pytest.param("😀" * 35, [35], id="emoji-one"),
    pytest.param("😀" * 36, [33, 3], id="emoji-two"),
    pytest.param("č" * 66 + "😀" * 5, [66, 5], id="emoji-on-the-seam"),
    pytest.param("č" * 65 + "😀" * 5, [66, 4], id="emoji-before-the-seam"),
]


@pytest.mark.parametrize(("text", "shares"), SPLITS)
def test_splitting(text: str, shares: list[int]) -> None:
    parts = compose("+491721234567", text, reference=9)
    assert [len(part.text or "") for part in parts] == shares
    assert "".join(part.text or "" for part in parts) == text
    messages = [_submit(part) for part in parts]
    assert [message.text for message in messages] == [part.text for part in parts]
    wanted = [Concat(9, len(parts), seq) for seq in range(1, len(parts) + 1)]
    assert [message.concat for message in messages] == (wanted if len(parts) > 1 else [None])
    assert [(part.seq, part.total) for part in parts] == [
        (seq, len(parts)) for seq in range(1, len(parts) + 1)
    ]


@pytest.mark.parametrize(
    ("reference", "ports", "capacity"),
    [
        (9, None, 153),
        (255, None, 153),
        (256, None, 152),
        (9, Ports(2948, 9200), 146),
        (9, Ports(1, 2, 8), 148),
        (0xFFFF, Ports(2948, 9200), 145),
    ],
    ids=["8-bit", "8-bit-last", "16-bit", "ports-16", "ports-8", "16-bit-and-ports"],
)
def test_headers_take_room(reference: int, ports: Ports | None, capacity: int) -> None:
    parts = compose("1", "a" * 300, reference=reference, ports=ports)
    assert len(parts[0].text or "") == capacity
    for part in parts:
        message = _submit(part)
        assert message.ports == ports
        assert message.concat == Concat(
            reference, len(parts), part.seq, 16 if reference > 255 else 8
        )
        assert message.tpdu_length == part.tpdu_length <= 164


def test_ports_alone_make_a_header_without_concatenation() -> None:
    [part] = compose("1", b"\x01" * 133, ports=Ports(2948, 9200))
    message = _submit(part)
    assert (message.data, message.concat, message.ports) == (
        b"\x01" * 133,
        None,
        Ports(2948, 9200),
    )


@pytest.mark.parametrize(
    ("content", "alphabet", "encoding"),
    [
        ("abc", "auto", "gsm7"),
        ("č", "auto", "ucs2"),
        ("abc", "ucs2", "ucs2"),
        ("abc", "gsm7", "gsm7"),
        (b"abc", "auto", "8bit"),
        (b"abc", "8bit", "8bit"),
    ],
)
def test_alphabets(content: str | bytes, alphabet: Alphabet, encoding: str) -> None:
    [part] = compose("1", content, alphabet=alphabet)
    message = _submit(part)
    read = message.data if isinstance(content, bytes) else message.text
    assert (message.encoding, read) == (encoding, content)
    assert (part.data, part.text) == (message.data, message.text)


@pytest.mark.parametrize("message_class", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("content", ["abc", "č", b"abc"])
def test_classes(content: str | bytes, message_class: int | None) -> None:
    [part] = compose("1", content, message_class=message_class)
    assert _submit(part).message_class == message_class


@pytest.mark.parametrize(
    ("asked", "written"),
    [(None, None), (1, 300), (300, 300), (301, 600), (86400, 86400), (86401, 2 * 86400)],
)
def test_validity_is_rounded_up(asked: int | None, written: int | None) -> None:
    [part] = compose("1", "a", validity_s=asked)
    assert _submit(part).validity_s == written


@pytest.mark.parametrize("wanted", [True, False])
def test_status_reports_are_asked_for(wanted: bool) -> None:
    [part] = compose("1", "a", status_report=wanted)
    assert _submit(part).status_report_request is wanted


def test_an_answer_as_it_goes_to_the_modem() -> None:
    # By hand from 3GPP TS 23.040: no SMSC; SUBMIT; TP-MR 0; four digits, 1234; PID 0; DCS 0; UDL 2;
    # "O" is 4F, "K" is 4B: 1001111 and above it 1001011 make CF 25.
    fields = ("00", "01", "00", "04812143", "00", "00", "02", "CF25")
    assert compose("1234", "OK") == (Part("".join(fields), 11, text="OK"),)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("č", {"alphabet": "gsm7"}, "content: character 1 isn't in the GSM 7-bit alphabet"),
        ("ab\udc00", {}, "content: character 3 is half a surrogate pair"),
        ("a", {"alphabet": "8bit"}, "8bit takes octets"),
        (b"a", {"alphabet": "ucs2"}, "octets go as 8bit, not as ucs2"),
        ("a", {"alphabet": "latin1"}, "wanted auto, gsm7, ucs2, translit or 8bit"),
        ("a", {"reference": -1}, "wanted 0 to 65535, got -1"),
        ("a", {"reference": 65536}, "wanted 0 to 65535, got 65536"),
        ("a", {"message_class": 4}, "wanted 0 to 3, got 4"),
        ("a", {"ports": Ports(70000, 1)}, "70000 is no port of 16 bits"),
        ("a", {"ports": Ports(256, 1, 8)}, "256 is no port of 8 bits"),
        ("a", {"ports": Ports(1, 1, 7)}, "ports have 8 or 16 bits, not 7"),
        ("a" * (153 * 255 + 1), {}, "256 parts, the most there may be is 255"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:24] if value else None,
)
def test_what_cant_be_sent(content: str | bytes, options: dict[str, object], message: str) -> None:
    with pytest.raises(ComposeError, match=message):
        compose("1", content, **options)  # type: ignore[arg-type]


def test_an_error_does_not_tell_the_text() -> None:
    with pytest.raises(ComposeError) as caught:
        compose("1", "secret č", alphabet="gsm7")
    assert "secret" not in str(caught.value)


def test_255_parts_are_possible() -> None:
    parts = compose("1", "a" * (153 * 255))
    assert len(parts) == 255
    assert _submit(parts[-1]).concat == Concat(0, 255, 255)


TEXT = st.text(st.sampled_from("aZ09@ €{}^\n\r\f|éàΔ"), max_size=700) | st.text(max_size=300)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.integers(0, 0xFFFF), st.randoms())
def test_texts_survive_the_way_through_the_network(
    text: str, reference: int, random: object
) -> None:
    parts = list(compose_deliver("emnify", text, timestamp=NOW, reference=reference))
    messages = [_deliver(part) for part in parts]
    assert all(message.number == "emnify" and message.timestamp == NOW for message in messages)
    random.shuffle(messages)  # type: ignore[attr-defined]
    reassembler = Reassembler()
    wholes = [reassembler.add(message, 0.0) for message in messages]
    assert [whole is None for whole in wholes[:-1]] == [True] * (len(parts) - 1)
    last = wholes[-1]
    assert last is not None
    assert last.text == text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600), st.integers(0, 0xFFFF))
def test_octets_survive(data: bytes, reference: int) -> None:
    messages = [_submit(part) for part in compose("+1", data, reference=reference)]
    assert b"".join(message.data or b"" for message in messages) == data


@given(TEXT)
def test_no_text_takes_more_parts_than_it_must(text: str) -> None:
    septets = gsm7_length(text)
    parts = compose("1", text, alphabet="auto" if septets is not None else "ucs2")
    assert len(compose("1", text)) <= len(parts)
    if septets is None:
        units = len(text.encode("utf-16-be")) // 2
        # Each seam loses at most one unit, for a surrogate pair.
        least, most = (1, 1) if units <= 70 else (-(-units // 67), -(-units // 66))
    else:
        least, most = (1, 1) if septets <= 160 else (-(-septets // 153), -(-septets // 152))
    assert least <= len(parts) <= most


TURKISH = (
    "Yarın sabah saat dokuzda büyük çarşının önünde buluşalım, yağmur yağarsa şemsiyeni de "
    "getir, olur mu?"
)
HINDI = "कल सुबह नौ बजे बड़े बाज़ार के सामने मिलते हैं, बारिश हो तो छाता भी ले आना, ठीक है न?"
RUSSIAN = "Завтра в девять утра встречаемся перед большим рынком; если будет дождь, возьми зонт."


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "tables"),
    [
        (TURKISH[:100], "gsm7", 1, True),
        (TURKISH[:71], "gsm7", 1, True),
        (TURKISH[:70], "ucs2", 1, False),
        (TURKISH + " — " + TURKISH, "ucs2", 4, False),
        (RUSSIAN, "ucs2", 2, False),
        (HINDI, "gsm7", 1, True),
        ("a" * 160, "gsm7", 1, False),
        ("a" * 161, "gsm7", 2, False),
    ],
    ids=[
        "turkish-of-100", "turkish-of-71", "turkish-that-fits", "turkish-and-a-dash", "russian",
        "hindi", "default-full", "default-long",
    ],
)  # fmt: skip
def test_national_tables_are_taken_where_they_save_a_part(
    text: str, encoding: str, parts: int, tables: bool
) -> None:
    composed = compose("1", text)
    messages = [_submit(part) for part in composed]
    assert {message.encoding.value for message in messages} == {encoding}
    assert "".join(message.text or "" for message in messages) == text
    assert [part.text for part in composed] == [message.text for message in messages]
    assert len(messages) == parts
    assert all(bool(message.locking or message.single) is tables for message in messages)


def test_every_part_names_its_tables_behind_its_number() -> None:
    messages = [_submit(part) for part in compose("1", TURKISH * 4, reference=0x1234)]
    assert {(message.locking, message.single) for message in messages} == {(1, 0)}
    assert [[element.iei for element in message.udh] for message in messages] == (
        [[0x08, 0x25]] * len(messages)
    )
    assert "".join(message.text or "" for message in messages) == TURKISH * 4


def test_tables_ports_and_class_go_together() -> None:
    options: dict[str, Any] = {"ports": Ports(2948, 9200), "message_class": 1, "reference": 300}
    messages = [_submit(part) for part in compose("1", TURKISH * 3, **options)]
    assert "".join(message.text or "" for message in messages) == TURKISH * 3
    for seq, message in enumerate(messages, 1):
        assert (message.ports, message.message_class) == (Ports(2948, 9200), 1)
        assert message.concat == Concat(300, len(messages), seq, 16)
        assert (message.locking, message.encoding.value) == (1, "gsm7")
        assert message.tpdu_length <= 153


@pytest.mark.parametrize("alphabet", ["gsm7", "ucs2", "translit"])
def test_no_tables_where_an_alphabet_is_asked_for(alphabet: Alphabet) -> None:
    if alphabet == "gsm7":
        with pytest.raises(ComposeError, match="character 4 isn't in the GSM 7-bit alphabet"):
            compose("1", TURKISH, alphabet=alphabet)
        return
    for part in compose("1", TURKISH, alphabet=alphabet):
        message = _submit(part)
        assert (message.locking, message.single, message.udh == ()) == (0, 0, part.total == 1)
        assert message.encoding == ("ucs2" if alphabet == "ucs2" else "gsm7")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("“Ça va?” – naïve…", '"Ça va?" - naive...'),
        (RUSSIAN, None),
        ("a" * 200 + "č", "a" * 200 + "c"),
    ],
    ids=["punctuation", "russian", "long"],
)
def test_a_text_is_transliterated_on_request(text: str, sent: str | None) -> None:
    parts = compose("1", text, alphabet="translit")
    messages = [_submit(part) for part in parts]
    assert {message.encoding.value for message in messages} == {"gsm7"}
    read = "".join(message.text or "" for message in messages)
    assert read == "".join(part.text or "" for part in parts)
    assert read == (transliterate(text) if sent is None else sent)
    assert gsm7_length(read) is not None


@pytest.mark.parametrize(
    ("sender", "number", "toa"),
    [
        ("12345", "12345", 0x81),
        ("+491721234567", "+491721234567", 0x91),
        ("emnify", "emnify", 0xD0),
        ("", "", 0x81),
        ("*100#", "*100#", 0x81),
        ("A1", "A1", 0xD0),
        ("+", "+", 0xD0),
    ],
    ids=["short", "international", "name", "empty", "service", "letters-and-digits", "plus"],
)
def test_senders(sender: str, number: str, toa: int) -> None:
    [part] = compose_deliver(sender, "PING", timestamp=NOW, smsc="+491710760000")
    message = _deliver(part)
    assert (message.number, message.address.toa) == (number, toa)
    assert message.smsc is not None
    assert message.smsc.number == "+491710760000"
    assert len(part.pdu) == 2 * (8 + part.tpdu_length)
