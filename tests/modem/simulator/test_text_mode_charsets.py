"""+CSCS: how texts, numbers and names stand on the line in text mode, and come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.simulator.charset import Unreadable, read
from modem.sms import compose_deliver
from tests.modem.simulator.bench import EPOCH, lines
from tests.modem.simulator.short_messages import Second, typed, with_text_mode

# 3GPP TS 23.038 6.2.1, in the order of the codes; 0x1B is the escape.
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {"^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E}
EXTENSION |= {"|": 0x40, "€": 0x65}

# A text, and a name as sender, as each set shows them
SHOWN = {
    "GSM": ("h\x05 \x1be\x00", "Caf\x05"),
    "IRA": ("h? ?@", "Caf?"),
    "UCS2": ("006800E9002020AC0040", "00430061006600E9"),
    "HEX": ("6805201B6500", "43616605"),
    "8859-1": ("h\xe9 ?@", "Caf\xe9"),
}
NUMBERS = {
    "GSM": "+883123",
    "IRA": "+883123",
    "UCS2": "002B003800380033003100320033",
    "HEX": "2B383833313233",
    "8859-1": "+883123",
}


@pytest.mark.parametrize("charset", SHOWN)
def test_text_name_and_number(charset: str) -> None:
    text, name = SHOWN[charset]
    bench = with_text_mode()
    bench.modem.deliver("Café", "hé €@")
    bench.modem.deliver("+883123", "hé €@")
    bench.ask(f'AT+CSCS="{charset}"')
    assert bench.ask("AT+CMGR=0") == (
        f'\r\n+CMGR: "REC UNREAD","{name}",,"26/03/01,12:00:00+00"\r\n{text}\r\n\r\nOK\r\n'
    )
    assert bench.ask("AT+CMGR=1") == (
        f'\r\n+CMGR: "REC UNREAD","{NUMBERS[charset]}",,"26/03/01,12:00:00+00"\r\n'
        f"{text}\r\n\r\nOK\r\n"
    )


@pytest.mark.parametrize("charset", NUMBERS)
def test_service_centre(charset: str) -> None:
    bench = with_text_mode()
    bench.ask(f'AT+CSCS="{charset}"')
    assert lines(bench.ask(f'AT+CSCA="{NUMBERS[charset]}"')) == ["OK"]
    assert lines(bench.ask("AT+CSCA?")) == [f'+CSCA: "{NUMBERS[charset]}",145', "OK"]
    bench.ask("AT+CSDH=1")
    typed(bench, f'AT+CMGW="{NUMBERS[charset]}"', "")
    assert f'167,"{NUMBERS[charset]}",145,0' in bench.ask("AT+CMGR=0")


@pytest.mark.parametrize("charset", SHOWN)
def test_what_is_no_text_stays_hex(charset: str) -> None:
    """27.005 3.1, <data>: UCS-2 and octets, whatever the set."""
    bench = with_text_mode()
    for content in ("Привет", b"\x01\xfe"):
        (part,) = compose_deliver("1", content, timestamp=EPOCH)
        bench.modem.deliver_pdu(part.pdu)
    bench.ask(f'AT+CSCS="{charset}"')
    assert lines(bench.ask("AT+CMGR=0"))[1] == "041F04400438043204350442"
    assert lines(bench.ask("AT+CMGR=1"))[1] == "01FE"


@pytest.mark.parametrize("charset", ["UCS2", "HEX"])
def test_keywords_are_as_they_are(charset: str) -> None:
    bench = with_text_mode()
    bench.ask(f'AT+CSCS="{charset}"')
    assert lines(bench.ask('AT+CPMS="ME";+CMGL="ALL"')) == ["+CPMS: 0,23,0,23,0,23", "OK"]


def test_national_letters_in_ucs2() -> None:
    """A text with a national table (23.038 A) has more letters than the default alphabet."""
    text = "şğı" * 40
    (part,) = compose_deliver("1", text, timestamp=EPOCH)
    bench = with_text_mode()
    bench.modem.deliver_pdu(part.pdu)
    bench.ask('AT+CSCS="UCS2"')
    assert lines(bench.ask("AT+CMGR=0"))[1] == text.encode("utf-16-be").hex().upper()


UNREADABLE = {
    "GSM, eighth bit": ("\xfc", "GSM"),
    "IRA, eighth bit": ("\xfc", "IRA"),
    "HEX, eighth bit": ("80", "HEX"),
    "HEX, odd": ("412", "HEX"),
    "HEX, blanks": ("41 42", "HEX"),
    "UCS2, half a character": ("004100", "UCS2"),
    "UCS2, half a pair": ("D83D", "UCS2"),
    "UCS2, no hex": ("+491", "UCS2"),
}


@pytest.mark.parametrize(("shown", "charset"), UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(shown: str, charset: str) -> None:
    with pytest.raises(Unreadable):
        read(shown, charset)


# ---- there and back

_IRA = sorted({c for c in ALPHABET if " " <= c <= "~"} | set("[]{}\\^~|"))
_LATIN = [c for c in ALPHABET if ord(c) < 256 and c not in "\r\n\x1b"] + list("[]{}\\^~|")
# In the GSM set 1A ends the input and 1B gives it up, so that Ξ and what needs an escape can't be
# typed.
_GSM = [c for c in ALPHABET if c not in "\r\n\x1bΞ"]
_ALL = [c for c in ALPHABET if c not in "\r\n\x1b"] + list(EXTENSION)


def septets(text: str) -> bytes:
    """The codes of a text in the default alphabet, one an octet."""
    octets = b""
    for character in text:
        code = EXTENSION.get(character)
        octets += bytes((0x1B, code)) if code else bytes((ALPHABET.index(character),))
    return octets


def on_the_line(text: str, charset: str) -> bytes:
    """A text as the standard writes it in that set."""
    if charset == "UCS2":
        return b"".join(b"%04X" % ord(character) for character in text)
    if charset == "HEX":
        return septets(text).hex().upper().encode()
    return septets(text) if charset == "GSM" else text.encode("latin-1")


def written(text: str, charset: str) -> str:
    """A number as it stands in a command."""
    return on_the_line(text, charset).decode("latin-1")


def of(characters: list[str]) -> st.SearchStrategy[str]:
    """Texts of one message."""
    return st.text(st.sampled_from(characters), max_size=80)


TEXTS = st.one_of(
    st.tuples(st.just("GSM"), of(_GSM)),
    st.tuples(st.just("IRA"), of(_IRA)),
    st.tuples(st.just("8859-1"), of(_LATIN)),
    st.tuples(st.just("HEX"), of(_ALL)),
    st.tuples(st.just("UCS2"), of(_ALL)),
)


@given(TEXTS)
def test_text_arrives_at_another_modem_as_it_was_typed(charset_and_text: tuple[str, str]) -> None:
    charset, text = charset_and_text
    bench = with_text_mode()
    other = Second(bench)
    bench.ask(f'AT+CSCS="{charset}"')
    other.ask(f'AT+CMGF=1;+CNMI=2,2;+CSCS="{charset}"')
    shown = on_the_line(text, charset)
    number = written(other.number, charset)
    assert typed(bench, f'AT+CMGS="{number}"', shown) == ["+CMGS: 1", "OK"]
    sender = written(f"+{bench.modem.who.msisdn}", charset)
    header, arrived, end = other.said().removeprefix("\r\n").split("\r\n", 2)
    assert header == f'+CMT: "{sender}",,"26/03/01,12:00:00+00"'
    assert arrived.encode("latin-1") == shown
    assert end == ""
    assert [sms.text for sms in bench.submissions] == [text]


@given(st.text(max_size=35), st.sampled_from(list(SHOWN)))
def test_ucs2_arrives_whatever_the_set(text: str, charset: str) -> None:
    """With <dcs> 8 the text is typed in hex, and shown so."""
    bench = with_text_mode()
    other = Second(bench)
    bench.ask(f'AT+CSMP=17,167,0,8;+CSCS="{charset}"')
    other.ask("AT+CMGF=1;+CNMI=2,2")
    typed_hex = text.encode("utf-16-be").hex().upper()
    number = written(other.number, charset)
    assert typed(bench, f'AT+CMGS="{number}"', typed_hex) == ["+CMGS: 1", "OK"]
    assert other.said().split("\r\n")[2] == typed_hex
    assert [sms.text for sms in bench.submissions] == [text]
