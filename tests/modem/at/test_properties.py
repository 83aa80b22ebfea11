"""What holds for any bytes, however they are cut, and for URCs wherever they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at import Command, Engine, Event, Final, FinalKind, Noise, Prompt, Response, Urc
from tests.modem.at.transcripts import drain

COMMANDS = (
    None,
    Command("AT"),
    Command("ATI", bare=True),
    Command("AT+CREG?", ("+CREG",)),
    Command("AT+CMGR=1", ("+CMGR",)),
    Command("AT+CMGL=4", ("+CMGL",)),
    Command("AT+CMGS=23", ("+CMGS",), payload=b"001100"),
)

PDU = "07913366003051F5040B913366304381F900005180719120348004D4F29C0E"

# What means something to the engine, so that random streams come upon its states.
TOKENS = (
    *(b"\r", b"\n", b"\r\n", b"\r\r\n", b"\r\n> ", b">", b" ", b"\x00", b"\xff", b"\x1a", b"\x1b"),
    *(b"OK", b"ERROR", b"0", b"2", b"4", b"NO CARRIER", b"RING", b"RDY", b"DST: 0", b":"),
    *(b"+CME ERROR: 10", b"+CMS ERROR: x", b"CONNECT 115200", b"AT", b"ATI", b"AT+CREG?"),
    *(b"+CREG: 1", b"+CREG: 0,1", b'+CREG: 2,1,"0502","0404736D"', b'+CMTI: "SM",1'),
    *(b"+CMT: ,23", b"+CDS: 23", b"+CBM: 31", b"+CMGR: 1,,23", b"+CMGL: 0,0,,23", b"+CMGS: 1"),
    *(PDU.encode(), PDU.encode()[:-1], b"001100", b"001100\x1a", b"+CMT: ,23 " + PDU.encode()),
    *(b"x" * 4095, b'"', b",", b"(", b"^RSSI:10", b'*PSUTTZ: 1","', b"text"),
)

STREAMS = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=3)), max_size=40).map(b"".join),
)


def events_of(command: Command | None, chunks: Sequence[bytes]) -> list[Event]:
    """The events of these reads; the payload is sent when all is read."""
    engine = Engine()
    if command is not None:
        engine.send(command)
    for chunk in chunks:
        engine.feed(chunk)
    return drain(engine)


@given(st.sampled_from(COMMANDS), STREAMS)
def test_any_bytes_give_bounded_events(command: Command | None, data: bytes) -> None:
    events = events_of(command, [data])

    assert len(events) <= 2 * len(data)
    assert sum(isinstance(event, Response) for event in events) <= 1
    assert sum(isinstance(event, Prompt) for event in events) <= 1


@given(st.sampled_from(COMMANDS), STREAMS, st.data())
def test_any_cut_gives_the_same_events(
    command: Command | None, data: bytes, draw: st.DataObject
) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=12)))
    chunks = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    assert events_of(command, chunks) == events_of(command, [data])


@given(st.sampled_from(COMMANDS), STREAMS)
def test_byte_by_byte_gives_the_same_events(command: Command | None, data: bytes) -> None:
    chunks = [bytes((value,)) for value in data]

    assert events_of(command, chunks) == events_of(command, [data])


@given(st.sampled_from(COMMANDS[1:]), STREAMS, STREAMS)
def test_cancel_at_any_time(command: Command, before: bytes, after: bytes) -> None:
    """After it nothing answers the command any more, and the engine takes the next one."""
    engine = Engine()
    engine.send(command)
    engine.feed(before)
    drain(engine)
    engine.cancel()
    engine.feed(after)
    assert engine.pending is None
    assert not any(isinstance(event, (Response, Prompt)) for event in drain(engine))

    engine.feed(b"\r\n")
    drain(engine)
    probe = Command("AT")
    engine.send(probe)
    engine.feed(b"\r\nOK\r\n")

    assert drain(engine)[-1] == Response(probe, (), Final(FinalKind.OK))


@dataclass(frozen=True, slots=True)
class Session:
    """A command and its whole answer."""

    command: Command
    lines: tuple[str, ...]


SESSIONS = {
    "at": Session(Command("AT"), ()),
    "csq": Session(Command("AT+CSQ", ("+CSQ",)), ("+CSQ: 11,99",)),
    "ati": Session(
        Command("ATI", bare=True),
        ("Manufacturer: SIMCOM", "Model: X", "+GCAP: +CGSM", "862636055891897"),
    ),
    "creg": Session(Command("AT+CREG?", ("+CREG",)), ("+CREG: 0,1",)),
    "creg-2": Session(Command("AT+CREG?", ("+CREG",)), ('+CREG: 2,5,"0502","0404736D",7',)),
    "cmgr": Session(Command("AT+CMGR=1", ("+CMGR",)), ("+CMGR: 1,,23", PDU)),
    "cmgl": Session(
        Command("AT+CMGL=4", ("+CMGL",)),
        ("+CMGL: 0,0,,23", PDU, "+CMGL: 1,1,,20", "00" + "AB" * 20, "+CMGL: 9,1,,23", PDU[:-3]),
    ),
}

URCS = (
    Urc("+CMTI", '"SM",1'),
    Urc("+CMTI", '"ME",22'),
    Urc("^RSSI", "10"),
    Urc("*PSUTTZ", '18/11/04,22:38:07","-32",0'),
    Urc("DST", "0"),
    Urc("RING"),
    Urc("RDY"),
    Urc("+CREG", "1"),
    Urc("+CREG", '1,"CE00","00005449",7'),
    Urc("+CPIN", "READY"),
    Urc("+CMT", ",17", ("00" + "CD" * 17,)),
    Urc("+CDS", "18", ("00" + "EF" * 18,)),
)


def lines_of(urc: Urc) -> list[str]:
    colon = ":" if urc.prefix[0] in "+^*" or urc.text else ""
    return [f"{urc.prefix}{colon} {urc.text}".strip(), *urc.data]


@pytest.mark.parametrize("session", SESSIONS.values(), ids=SESSIONS.keys())
@given(draw=st.data())
def test_urcs_at_any_line_boundary(session: Session, draw: st.DataObject) -> None:
    """All are reported, in order, and the answer is what it is without them."""
    said: list[str] = []
    inserted: list[Urc] = []
    for line in (*session.lines, "OK"):
        for urc in draw.draw(st.lists(st.sampled_from(URCS), max_size=3)):
            said += lines_of(urc)
            inserted.append(urc)
        said.append(line)
    end = draw.draw(st.sampled_from(["\r\n", "\r", "\n", "\r\r\n"]))

    events = events_of(session.command, ["".join(f"{line}{end}" for line in said).encode()])

    assert events[:-1] == inserted
    assert events[-1] == Response(session.command, session.lines, Final(FinalKind.OK))


@given(st.lists(st.sampled_from(URCS)), st.lists(st.binary(max_size=8), max_size=30))
def test_no_line_is_lost_between_commands(urcs: list[Urc], junk: list[bytes]) -> None:
    """With nothing pending every line that isn't blank is in one event."""
    lines = [line for urc in urcs for line in lines_of(urc)]
    heard = events_of(None, ["".join(f"\r\n{line}\r\n" for line in lines).encode()])
    assert heard == urcs

    words = [b"w" + bytes(value for value in word if value not in b"\r\n") for word in junk]
    noises = events_of(None, [b"".join(word + b"\r" for word in words)])

    assert [noise.data for noise in noises if isinstance(noise, Noise)] == [
        word.rstrip(b"\x00\xff\x1a\x1b \t") for word in words
    ]
