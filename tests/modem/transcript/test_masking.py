"""Masking: what is nobody's business never survives, what helps stays, and nothing moves."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem import sms
from modem.sms import gsm7
from modem.sms.semioctets import from_digits
from modem.transcript.masking import Masker
from modem.transcript.masking.stream import MAX_LINE
from modem.transcript.values import Chunk, Note, Step, Way
from tests.modem.transcript.sessions import SESSIONS, Session

HOST, MODEM = Way.TO_MODEM, Way.FROM_MODEM
Said = tuple[Way, bytes]


def masked(said: Iterable[Said]) -> list[Said]:
    """What became of each chunk."""
    masker = Masker()
    steps: list[Step] = []
    for way, data in said:
        steps += masker.feed(Chunk(0.0, way, data))
    steps += masker.flush()
    return [(step.way, step.data) for step in steps if isinstance(step, Chunk)]


def host(line: str) -> Said:
    return HOST, f"{line}\r".encode("latin-1")


def modem(*lines: str) -> Said:
    return MODEM, "".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1")


def text_of(said: Iterable[Said]) -> str:
    return b"".join(data for _, data in said).decode("latin-1")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param([host('AT+CPIN="1234"')], 'AT+CPIN="****"\r', id="PIN"),
        pytest.param([host("at+cpin=1234,5678")], "at+cpin=****,****\r", id="PUK, lower case"),
        pytest.param([host('AT+CLCK="SC",1,"1234"')], 'AT+CLCK="SC",1,"****"\r', id="lock"),
        pytest.param([host('AT+CPWD="SC","1234","5678"')], 'AT+CPWD="SC","****","****"\r', id="pw"),
        pytest.param([host("ATE0;+CPIN=1234")], "ATE0;+CPIN=****\r", id="chained"),
        pytest.param(
            [host('AT+CGAUTH=1,1,"bob","hunter22"')], 'AT+CGAUTH=1,1,"***","********"\r', id="auth"
        ),
        pytest.param(
            [modem('+CGAUTH: 1,1,"bob","hunter22"')],
            '\r\n+CGAUTH: 1,1,"***","********"\r\n',
            id="auth, read",
        ),
        pytest.param(
            [host('AT+CGAUTH=1,1,"user","123"'), modem('+CGAUTH: 1,2,"ppp","gsm"')],
            'AT+CGAUTH=1,1,"****","***"\r\r\n+CGAUTH: 1,2,"***","***"\r\n',
            id="credentials that are values or short numbers, too",
        ),
        pytest.param(
            [host("AT+CSTT=em,ppp,12"), modem('+CLCK: ("SC","AO"),(0-2)')],
            'AT+CSTT=em,***,**\r\r\n+CLCK: ("SC","AO"),(0-2)\r\n',
            id="credentials without quotes, and what a modem offers",
        ),
        pytest.param(
            [host("AT+CFUN=1+CPIN=1234"), host("AT+COPS?AT+CPIN=1234")],
            "AT+CFUN=***********\rAT+COPS?************\r",
            id="a PIN behind a line that wasn't ended",
        ),
        pytest.param(
            [modem("+CNUM: ,+49-170-123-456-7,145"), host("AT+FOO=170-123-456-7")],
            "\r\n+CNUM: ,+01-002-003-004-5,145\r\nAT+FOO=002-003-004-5\r",
            id="a number in groups",
        ),
        pytest.param(
            [host("ATI"), modem("ICCID: 8988 3030 0000 1234 567", "Built: 2019-03-12 10:22")],
            "ATI\r\r\nICCID: 0001 0002 0003 0004 005\r\n\r\nBuilt: 2019-03-12 10:22\r\n",
            id="an ICCID in groups, and a time",
        ),
        pytest.param(
            [host("ATI"), modem('+CUSD: 0,"PIN', 'hunter 1234",15', "OK")],
            'ATI\r\r\n+CUSD: 0,"xxx\r\n\r\nxxxxxxxxxxxxxxx\r\n\r\nOK\r\n',
            id="a text of more lines, while another answer is waited for",
        ),
        pytest.param(
            [
                host('AT+CMGS="1234"'), (MODEM, b"\r\n> "), (HOST, b"OK\x1a"),
                modem("+CMGS: 4", "OK"), host("AT+CGMR"), modem("1.0", "OK"),
            ],
            'AT+CMGS="0001"\r\r\n> xx\x1a\r\n+CMGS: 4\r\n\r\nOK\r\n'
            "AT+CGMR\r\r\n1.0\r\n\r\nOK\r\n",
            id="a text that is a final result",
        ),
        pytest.param(
            [
                host('AT+CMGS="1234"'), (MODEM, b"\r\n> "), (HOST, b"RING\x1a"),
                modem("RING", "+CMGS: 4", "OK", "RING"),
            ],
            'AT+CMGS="0001"\r\r\n> xxxx\x1a\r\nxxxx\r\n\r\n+CMGS: 4\r\n\r\nOK\r\n\r\nRING\r\n',
            id="an echo comes once",
        ),
        pytest.param(
            [host("AT+XVENDOR=1234,word,7")], "AT+XVENDOR=0001,xxxx,7\r", id="unknown command"
        ),
        pytest.param([modem("^XURC: 1,word")], "\r\nxxxxxxxxxxxxx\r\n", id="unknown URC"),
        pytest.param(
            [host("AT^XURC?"), modem("^XURC: 1,word", "OK")],
            "AT^XURC?\r\r\n^XURC: 1,xxxx\r\n\r\nOK\r\n",
            id="a name that the host said",
        ),
        pytest.param(
            [host("AT+CSQ"), modem("+CSQ: 21,99")], "AT+CSQ\r\r\n+CSQ: 21,99\r\n", id="signal"
        ),
        pytest.param([modem("012345678901234")], "\r\n000000000000001\r\n", id="IMSI"),
        pytest.param(
            [modem("+ICCID: 89490200001234567890")],
            "\r\n+ICCID: 00000000000000000001\r\n",
            id="ICCID",
        ),
        pytest.param(
            [modem('+CEREG: 2,5,"1A2B","01234567",7')],
            '\r\n+CEREG: 2,5,"1A2B","01234567",7\r\n',
            id="a cell stays",
        ),
        pytest.param(
            [host("ATI"), modem("Manufacturer: X", "IMEI: 866429040000000", "OK")],
            "ATI\r\r\nManufacturer: X\r\n\r\nIMEI: 000000000000001\r\n\r\nOK\r\n",
            id="ATI",
        ),
        pytest.param(
            [host("ATI"), modem("Revision: EC25EFAR06A", "MEID: A0000049ABCDEF", "OK")],
            "ATI\r\r\nRevision: EC25EFAR06A\r\n\r\nMEID: 00780078007800\r\n\r\nOK\r\n",
            id="an identity in hex digits",
        ),
        pytest.param([modem("Manufacturer: X")], "\r\nxxxxxxxxxxxxxxx\r\n", id="unasked words"),
        pytest.param([host("ATD+491701234567;")], "ATD+000000000001;\r", id="dialled"),
        pytest.param([host("ATD*99#")], "ATD*99#\r", id="a service code stays"),
        pytest.param(
            [modem('+CUSD: 0,"Your balance is 5",15')],
            '\r\n+CUSD: 0,"xxxxxxxxxxxxxxxxx",15\r\n',
            id="USSD",
        ),
        pytest.param(
            [modem('+CNUM: "Bob","+491701234567",145', '+CLIP: "+491701234567",145')],
            '\r\n+CNUM: "xxx","+000000000001",145\r\n\r\n+CLIP: "+000000000001",145\r\n',
            id="one number, one mask",
        ),
        pytest.param(
            [modem('+CMT: "+491701234567",,"22/12/01,07:33:58+04"', "OK", "+CSQ: meet", "at six")],
            '\r\n+CMT: "+000000000001",,"22/12/01,07:33:58+04"\r\n\r\nOK\r\n'
            "\r\n+CSQ: xxxx\r\n\r\nxxxxxx\r\n",
            id="a text in text mode, whatever it looks like",
        ),
        pytest.param([(MODEM, b"\xff\x00\x00\x80~\r\n")], "\xff\x00\x00.x\r\n", id="line noise"),
        pytest.param(
            [host('AT+CMGS="1234"'), (MODEM, b"\r\n> "), (HOST, b"AT+CSQ\x1a")],
            'AT+CMGS="0001"\r\r\n> xxxxxx\x1a',
            id="a payload that looks like a command",
        ),
        pytest.param(
            [modem('+CSCA: "2B3439313731",145', '+CSCA: "002B003400390031",145')],
            '\r\n+CSCA: "2B3030303031",145\r\n\r\n+CSCA: "002B003000300032",145\r\n',
            id="numbers in a modem set to HEX and UCS2",
        ),
        pytest.param([modem("+CME ERROR: SIM busy")], "\r\n+CME ERROR: SIM busy\r\n", id="error"),
        pytest.param([modem("+CME ERROR: Bob")], "\r\n+CME ERROR:xxxx\r\n", id="unknown error"),
    ],
)  # fmt: skip
def test_lines(said: Sequence[Said], wanted: str) -> None:
    assert text_of(masked(said)) == wanted


def test_an_echo_gets_what_its_original_got() -> None:
    line = 'AT+CPIN="1234"'
    (_, said), (_, heard) = masked([host(line), (MODEM, line.encode() + b"\r\r\nOK\r\n")])
    assert heard == said + b"\r\nOK\r\n"


def test_two_numbers_are_told_apart() -> None:
    _, heard = masked([modem('+CLIP: "111111111",129', '+CLIP: "222222222",129')])[0]
    assert heard.count(b"000000001") == heard.count(b"000000002") == 1


def test_a_pdu_stays_one() -> None:
    (part,) = sms.compose("+491701234567", "Meet me at six", status_report=True)
    said = [
        host(f"AT+CMGS={part.tpdu_length}"),
        (MODEM, b"\r\n> "),
        (HOST, part.pdu.encode() + b"\x1a"),
        modem("+CMGS: 13", "OK"),
    ]
    after = masked(said)
    pdu = after[2][1][:-1].decode()
    before, now = sms.decode_pdu(part.pdu, from_device=True), sms.decode_pdu(pdu, from_device=True)
    assert isinstance(now, sms.Submit)
    assert (now.number, now.text) == ("+000000000001", "x" * 14)
    assert (now.first_octet, now.dcs, now.udl) == (before.first_octet, before.dcs, before.udl)
    assert after[0] == said[0]


def test_the_numbering_of_parts_stays() -> None:
    parts = sms.compose("+491701234567", "many words " * 40, reference=77)
    said: list[Said] = []
    for index, part in enumerate(parts):
        said.append(modem(f"+CMGL: {index},3,,{part.tpdu_length}", part.pdu))
    for part, (_, data) in zip(parts, masked(said), strict=True):
        now = sms.decode_pdu(data.split(b"\r\n")[3].decode(), from_device=True)
        before = sms.decode_pdu(part.pdu, from_device=True)
        assert now.concat == before.concat
        assert now.text is not None
        assert before.text is not None
        assert now.text == "x" * len(before.text)


def test_a_prompt_is_shown_at_once_and_a_line_when_it_is_whole() -> None:
    masker = Masker()
    masker.feed(Chunk(0.0, HOST, b"AT+CMGS=20\r"))
    assert masker.feed(Chunk(1.0, MODEM, b"\r\n> ")) == [Chunk(1.0, MODEM, b"\r\n> ")]
    assert masker.feed(Chunk(2.0, HOST, b"0011")) == []
    assert masker.feed(Note(2.5, "called 491701234567")) == []
    after = masker.feed(Chunk(3.0, HOST, b"\x1a"))
    assert [step.at_s for step in after] == [2.0, 2.5, 3.0]
    assert after[1] == Note(2.5, "called 000000000001")


def test_what_is_never_ended_is_blotted_and_lets_the_others_pass() -> None:
    masker = Masker(hold_s=10)
    assert masker.feed(Chunk(0.0, MODEM, b"+CLIP: 4917012")) == []
    assert masker.feed(Chunk(1.0, HOST, b"AT\r")) == []
    shown = masker.feed(Chunk(20.0, MODEM, b"34567\r\nOK\r\n"))
    assert [step.data for step in shown if isinstance(step, Chunk)] == [
        b"x" * 14,
        b"AT\r",
        b"xxxxx\r\nOK\r\n",
    ]


def test_a_line_without_end_is_not_held() -> None:
    ((_, shown),) = masked([(MODEM, b"+CSQ: 1" * MAX_LINE)])
    assert set(shown) == {ord("x")}


def test_an_endless_line_takes_no_memory_with_it() -> None:
    masker = Masker()
    masker.feed(Chunk(0.0, MODEM, b"half a line"))
    held = 0
    for _ in range(10_000):
        held += 10 - sum(
            len(step.data)
            for step in masker.feed(Chunk(0.0, HOST, b"AT+CREG?\r\n"))
            if isinstance(step, Chunk)
        )
        assert held < 70_000


@pytest.mark.parametrize(
    "step", [Chunk(0.0, MODEM, b"x"), Note(0.0, "a note")], ids=["bytes", "notes"]
)
def test_what_waits_for_half_a_line_is_counted_and_not_for_ever(step: Step) -> None:
    """Each step that waits costs the same, however many there are."""
    masker = Masker()
    masker.feed(Chunk(0.0, HOST, b"A"))
    began_s = time.process_time()
    shown = [out for _ in range(70_000) for out in masker.feed(step)]
    assert len(shown) > 65_000
    assert time.process_time() - began_s < 10  # it was minutes


def test_the_speed_in_a_note_of_ours_stays() -> None:
    (note,) = Masker().feed(Note(0.0, "the program sets 115200 baud for 491701234567"))
    assert note == Note(0.0, "the program sets 115200 baud for 000000000001")


# Cuts


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
@settings(max_examples=25)
@given(data=st.data())
def test_cuts_change_nothing(session: Session, data: st.DataObject) -> None:
    steps = [step for step in session.steps if isinstance(step, Chunk)]
    whole = masked([(step.way, step.data) for step in steps])
    cut: list[Said] = []
    for step in steps:
        places = data.draw(st.sets(st.integers(0, len(step.data)), max_size=6))
        bounds = [0, *sorted(places), len(step.data)]
        cut += [(step.way, step.data[a:b]) for a, b in pairwise(bounds)]
    after = masked(cut)
    assert [(way, len(part)) for way, part in after] == [(way, len(part)) for way, part in cut]
    for way in Way:
        assert text_of(item for item in after if item[0] is way) == text_of(
            item for item in whole if item[0] is way
        )


# Secrets: no digit of them is one that masks have, so that none is there by chance

DIGITS = st.text("3456789", min_size=15, max_size=19)
PINS = st.text("3456789", min_size=4, max_size=8)
WORDS = st.text("abcdefghijklmnopqrstuvwABCDEF GHIK", min_size=5, max_size=30).filter(
    lambda text: text.strip() == text and sms.gsm7_length(text) == len(text)
)


def forms(secret: str) -> list[str]:
    """How a secret could be on the wire: as it is, as hex, UCS-2, packed septets, semi-octets."""
    found = [secret, secret.encode().hex(), secret.encode("utf-16-be").hex()]
    if len(secret) >= 8:
        # Seven of eight characters, in each of the places that a septet may begin at.
        packed = {
            gsm7.pack(bytes(shift) + gsm7.encode_septets(secret[:8]))[shift + 1 : shift + 6].hex()
            for shift in range(7)
        }
        found += packed
    if secret.isdecimal():
        found.append(from_digits(secret[: len(secret) // 2 * 2]).hex())
    return found


def assert_gone(secret: str, said: Sequence[Said]) -> None:
    before, after = text_of(said).casefold(), text_of(masked(said)).casefold()
    assert len(after) == len(before)
    assert any(form.casefold() in before for form in forms(secret))
    for form in forms(secret):
        assert form.casefold() not in after


@pytest.mark.parametrize(
    "line",
    [
        "+CNUM: \"me\",\"+{}\",145", "+CSCA: \"{}\",129", "{}", "+CIMI: {}", "+CCID: {}F",
        "^ICCID: {}", "+QCCID: {}", "+CGSN: \"{}\"", "IMEI: {}", "+CRSM: 144,0,\"{}\"",
        "+CPBR: 1,\"{}\",129,\"name\"", "+CSQ: {}", "+CREG: 0,1,\"{}\"", "+UNKNOWN: {}", "*{}#",
        "+CMGL: 1,\"REC READ\",\"+{}\",,", "#RFSTS: \"001 01\",1,\"{}\"", "SN:{}", "x{}x", "RDY {}",
        "OK {}", "CONNECT {}", "+CME ERROR: {}", "> {}",
    ],
)  # fmt: skip
@given(secret=DIGITS, asked=st.sampled_from(["ATI", "AT+CNUM", "AT+UNKNOWN?", "AT+CGMR", "AT"]))
def test_no_number_survives(line: str, secret: str, asked: str) -> None:
    assert_gone(secret, [host(asked), modem(line.format(secret), "OK")])


@pytest.mark.parametrize(
    "line",
    [
        "AT+CPIN=\"{}\"", "AT+CPIN={}", "at + cpin = {}", "AT+CLCK=\"SC\",1,{}", "AT+XPIN={}",
        "AT+CPWD=\"SC\",\"{}\",\"0000\"", "ATZ;+CPIN={};+CSQ", "AT^CPIN=\"{}\"", "AT{}", "{}",
        "AT+CPIN=\"{}", "AT+QICSGP=1,1,\"em\",\"u\",\"{}\",1", "AT#PASSW=\"{}\"",
    ],
)  # fmt: skip
@given(secret=PINS)
def test_no_pin_survives(line: str, secret: str) -> None:
    said = line.format(secret)
    assert_gone(secret, [host(said), (MODEM, said.encode() + b"\r\r\nOK\r\n")])


@pytest.mark.parametrize("way", ["typed", "listed", "direct", "noise", "user", "command"])
@given(secret=WORDS)
def test_no_text_survives(way: str, secret: str) -> None:
    ucs2 = secret.encode("utf-16-be").hex().upper()
    said = {
        "typed": [
            host('AT+CMGS="1234"'),
            (MODEM, b"\r\n> "),
            (HOST, secret.encode() + b"\x1a"),
            (MODEM, secret.encode() + b"\r\n+CMGS: 1\r\n\r\nOK\r\n"),
        ],
        "listed": [host("AT+CMGL"), modem('+CMGL: 1,"REC READ","1",,', secret, ucs2, "OK")],
        "direct": [host("ATI"), modem('+CMT: "1",,', secret, "OK", secret)],
        "noise": [modem(secret, f"log: {secret}", f"\x07{secret}")],
        "user": [host(f'AT+CGAUTH=1,2,"{secret}","p"'), modem(f'+CGAUTH: 1,2,"{secret}","p"')],
        "command": [host(f'AT+XFTP="{secret}"'), host(f"AT+CUSD=1,{secret}")],
    }[way]
    assert_gone(secret, said)


@given(
    secret=WORDS.filter(lambda text: len(text) >= 8),
    alphabet=st.sampled_from(["gsm7", "ucs2", "8bit"]),
    known=st.booleans(),
)
def test_no_pdu_keeps_its_text(secret: str, alphabet: str, known: bool) -> None:
    content: str | bytes = secret.encode() if alphabet == "8bit" else secret
    how = "auto" if alphabet == "8bit" else alphabet
    for part in sms.compose("+4917033334444", content, alphabet=how):  # type: ignore[arg-type]
        header = f"+CMGL: 1,3,,{part.tpdu_length}" if known else "+CSQ: 1,2"
        said = [modem(header, part.pdu)]
        assert_gone(secret, said)
        assert "17033334444"[::-1] not in text_of(masked(said))


@given(st.lists(st.tuples(st.sampled_from(Way), st.binary(max_size=60)), max_size=12))
def test_any_bytes_keep_their_places(said: list[Said]) -> None:
    after = masked(said)
    assert [(way, len(data)) for way, data in after] == [(way, len(data)) for way, data in said]
    ends = b"\r\n\x1a\x1b"
    for (_, before), (_, now) in zip(said, after, strict=True):
        assert [byte in ends for byte in before] == [byte in ends for byte in now]
