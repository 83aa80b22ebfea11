"""The AT line: echo, result codes, chains, prompts, and where unsolicited result codes come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modem.profiles import EC25, GENERIC, PROFILES, SIM7600, Profile, Technology
from modem.simulator import UrcPlace
from modem.simulator.core import MAX_OUTPUT
from modem.simulator.line import MAX_BACKLOG, MAX_LINE, MAX_PAYLOAD
from modem.sms import compose
from tests.modem.simulator.bench import Bench, lines

# What is sent to a modem with its echo on -> every byte that comes back.
DIALOGUES = {
    "at": (b"AT\r", b"AT\r\r\nOK\r\n"),
    "lower case": (b"at\r", b"at\r\r\nOK\r\n"),
    "a line feed behind it": (b"AT\r\n", b"AT\r\r\nOK\r\n"),
    "echo off within the line": (b"ATE0\r", b"ATE0\r\r\nOK\r\n"),
    "again": (b"ATE0;+CMEE?\rA/", b"ATE0;+CMEE?\r" + b"\r\n+CMEE: 0\r\n\r\nOK\r\n" * 2),
    "numeric": (b"ATE0V0\rAT+CSCS?\r", b'ATE0V0\r0\r+CSCS: "IRA"\r\n0\r'),
    "numeric error": (b"ATE0V0\rAT+NONE\r", b"ATE0V0\r0\r4\r"),
    "quiet": (b"ATE0Q1\rAT+CMEE?\r", b"ATE0Q1\r\r\n+CMEE: 0\r\n"),
    "two commands in a chain": (
        b"AT+CMEE=1;+CMEE?\r",
        b"AT+CMEE=1;+CMEE?\r\r\n+CMEE: 1\r\n\r\nOK\r\n",
    ),
    "a chain ends at its first error": (
        b"AT+CMEE=1;+NONE;+CMEE?\r",
        b"AT+CMEE=1;+NONE;+CMEE?\r\r\n+CME ERROR: 100\r\n",
    ),
    "error without CMEE": (b"AT+NONE\r", b"AT+NONE\r\r\nERROR\r\n"),
    "error in words": (
        b"AT+CMEE=2;+NONE\r",
        b"AT+CMEE=2;+NONE\r\r\n+CME ERROR: unknown\r\n",
    ),
    "unknown basic command": (b"AT+CMEE=1;B0\r", b"AT+CMEE=1;B0\r\r\nERROR\r\n"),
    "no command line": (b"hello\r", b"hello\r"),
    "rubbish before AT": (b"\x00\xfe\xffAT\r", b"\x00\xfe\xffAT\r\r\nOK\r\n"),
    # gammu's first bytes; a simulator that stayed silent worked with it
    "escape outside of a prompt": (b"\x1b\r", b"\x1b\r"),
    "corrected while typing": (b"AT+CMEF\x08E?\r", b"AT+CMEF\x08E?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"),
    "dialling": (b"ATD*99#\r", b"ATD*99#\r\r\nCONNECT 150000000\r\n"),
    "registers": (b"ATS0=2S0?\r", b"ATS0=2S0?\r\r\n002\r\n\r\nOK\r\n"),
    "bad value of a basic command": (b"ATE7\r", b"ATE7\r\r\nERROR\r\n"),
    "prompt cancelled": (
        b"AT+CMGS=20\r0011\x1bAT\r",
        b"AT+CMGS=20\r\r\n> 0011\x1b\r\nOK\r\nAT\r\r\nOK\r\n",
    ),
}


@pytest.mark.parametrize(("sent", "answer"), DIALOGUES.values(), ids=DIALOGUES)
@pytest.mark.parametrize("piecewise", [False, True], ids=["whole", "byte by byte"])
def test_dialogue(sent: bytes, answer: bytes, piecewise: bool) -> None:
    bench = Bench(echo=True)
    for piece in [bytes([byte]) for byte in sent] if piecewise else [sent]:
        bench.modem.feed(piece)
    assert bench.modem.take_output() == answer


def test_settings_are_saved_and_restored() -> None:
    bench = Bench()
    bench.ask("AT+CMEE=2;&W")
    bench.ask("AT+CMEE=0;E1")
    assert bench.ask("ATZ") == "ATZ\r\r\nOK\r\n"
    assert bench.ask("AT+CMEE?") == "\r\n+CMEE: 2\r\n\r\nOK\r\n"
    bench.ask("AT&F")
    assert bench.ask("AT+CMEE?") == "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n"


def test_line_that_is_too_long() -> None:
    bench = Bench()
    assert bench.ask("AT+CSCS=" + "x" * MAX_LINE) == "\r\nERROR\r\n"
    assert bench.ask("AT") == "\r\nOK\r\n"


def test_what_is_typed_ahead_is_answered_in_order() -> None:
    bench = Bench()
    bench.ask("AT+CFUN=4")
    bench.ask("AT+CFUN=1")
    assert bench.ask("AT+CGATT=1") == ""
    assert bench.ask("AT+CMEE?\rAT+CGATT?") == ""
    assert bench.wait(10) == "\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n"


def test_typing_ahead_is_bounded() -> None:
    bench = Bench()
    bench.ask("AT+CFUN=4")
    bench.ask("AT+CFUN=1")
    bench.ask("AT+CGATT=1")
    bench.send(b"AT\r" * MAX_BACKLOG)
    assert bench.wait(10).count("OK") == 1 + MAX_BACKLOG // len("AT\r")


def test_output_is_bounded() -> None:
    bench = Bench()
    for _ in range(30):
        bench.modem.feed(b"AT+CLAC\r" * 100)
    assert len(bench.modem.take_output()) <= MAX_OUTPUT


# ---- unsolicited result codes


def test_urc_comes_at_once_when_the_line_is_idle() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.modem.deliver("123", "x")
    assert bench.said() == '\r\n+CMTI: "ME",0\r\n'


def test_urc_waits_for_a_line_that_is_being_typed() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.send(b"AT+C")
    bench.modem.deliver("123", "x")
    assert bench.said() == ""
    assert bench.send(b"MEE?\r") == '\r\n+CMEE: 0\r\n\r\nOK\r\n\r\n+CMTI: "ME",0\r\n'


def test_urc_waits_no_longer_than_a_second_for_a_line() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.send(b"AT+C")
    bench.modem.deliver("123", "x")
    assert bench.wait(0.9) == ""
    assert bench.wait(0.2) == '\r\n+CMTI: "ME",0\r\n'


def test_urc_waits_for_the_end_of_a_prompt() -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    (part,) = compose("1234", "hello")
    assert bench.ask(f"AT+CMGS={part.tpdu_length}") == "\r\n> "
    bench.modem.deliver("123", "x")
    assert bench.said() == ""
    bench.send(part.pdu.encode() + b"\x1a")
    assert bench.wait(1) == '\r\n+CMGS: 1\r\n\r\nOK\r\n\r\n+CMTI: "ME",0\r\n'


PLACES = {
    "before the answer": (
        UrcPlace.BEFORE_ANSWER,
        '\r\n+CMTI: "ME",0\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n',
    ),
    "before the final result": (
        UrcPlace.BEFORE_FINAL,
        '\r\n+CMEE: 0\r\n\r\n+CMTI: "ME",0\r\n\r\nOK\r\n',
    ),
}


@pytest.mark.parametrize(("place", "answer"), PLACES.values(), ids=PLACES)
def test_urc_inside_an_answer_when_a_test_wants_it(place: UrcPlace, answer: str) -> None:
    bench = Bench()
    bench.ask("AT+CNMI=2,1")
    bench.modem.urc_place = place
    bench.modem.deliver("123", "x")
    assert bench.said() == ""
    assert bench.ask("AT+CMEE?") == answer
    bench.modem.deliver("123", "y")
    assert bench.said() == '\r\n+CMTI: "ME",1\r\n'


# ---- restart


@pytest.mark.parametrize("profile", PROFILES, ids=[profile.name for profile in PROFILES])
def test_restart(profile: Profile) -> None:
    bench = Bench(profile)
    part = bench.modem.profile.simulator
    bench.ask('AT+CMEE=1;+CNMI=2,1;+CREG=1;+CGDCONT=1,"IP","other"')
    bench.modem.deliver("123", "kept")
    bench.said()
    bench.modem.restart()
    assert bench.ask("AT") == ""
    assert bench.wait(part.boot_s - 0.1) == ""
    assert bench.ask("AT") == ""
    at_once = [each.line for each in part.boot_urcs if each.after_s == part.boot_s]
    assert bench.wait(0.15) == "".join(f"\r\n{line}\r\n" for line in at_once)
    cnmi = ",".join(map(str, part.cnmi))
    assert lines(bench.ask("ATE0;+CMEE?;+CNMI?;+CREG?")) == [
        "ATE0;+CMEE?;+CNMI?;+CREG?\r",
        f"+CMEE: {part.cmee}",
        f"+CNMI: {cnmi}",
        f"+CREG: 0,{0 if part.sim_busy_s > part.boot_s else 2}",
        "OK",
    ]
    later = [each.line for each in part.boot_urcs if each.after_s > part.boot_s]
    assert lines(bench.wait(12)) == later
    # The attach brings the context up on LTE; on 2G and 3G somebody has to activate it.
    address = "10.65." if Technology.EUTRAN in part.technologies else "0.0.0.0"
    assert f'"other","{address}' in bench.ask("AT+CGDCONT?")
    assert "+CMGL: 0,0," in bench.ask("AT+CMGL=4")


RESTARTS = {
    "CRESET": (SIM7600, "AT+CRESET"),
    "CFUN of an EC25": (EC25, "AT+CFUN=1,1"),
    "CFUN of a SIM7600": (SIM7600, "AT+CFUN=1,1"),
}


@pytest.mark.parametrize(("profile", "command"), RESTARTS.values(), ids=RESTARTS)
def test_restart_by_command(profile: Profile, command: str) -> None:
    bench = Bench(profile)
    assert bench.ask(command) == "\r\nOK\r\n"
    assert bench.wait(1) == ""
    assert bench.ask("AT") == ""
    assert bench.wait(40).startswith("\r\nRDY\r\n")


def test_reset_command_of_another_family_is_unknown() -> None:
    assert Bench(EC25).ask("AT+CMEE=1;+CRESET") == "\r\n+CME ERROR: 100\r\n"
    assert Bench(GENERIC).ask("AT+CMEE=1;+CRESET") == "\r\n+CME ERROR: 100\r\n"


def test_command_that_runs_is_swallowed_by_a_restart() -> None:
    bench = Bench()
    (part,) = compose("1234", "hello")
    bench.ask(f"AT+CMGS={part.tpdu_length}")
    bench.send(part.pdu.encode() + b"\x1a")
    bench.modem.restart()
    assert bench.wait(5) == ""
    assert bench.wait(30).startswith("\r\nRDY\r\n")
    assert bench.submissions == []


# ---- anything at all

WORDS = [
    b"AT", b"at+", b"+CMGS=", b"+CMGL=", b"+CMGD=", b"+CNMI=", b"+CPMS=", b"+CPIN=", b"+CFUN=",
    b"+CGDCONT=", b"+CGACT=", b"+CGAUTH=", b"+QICSGP=", b"+CRSM=", b"+COPS=", b"+CGATT=", b"+CNMA=",
    b"+CSCA=", b"1", b"0", b"4", b"255", b"99999999999", b",", b'"', b'"ME"', b'"IP"', b"=?", b"?",
    b";", b"\r", b"\r", b"\n", b"\x1a", b"\x1b", b"\x08", b"A/", b"D", b"S0", b"&F", b"E0", b"\xff",
    b"0001000481214300", b" ",
]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=8)), max_size=60),
    st.sampled_from(PROFILES),
    st.booleans(),
)
def test_no_bytes_upset_it(words: list[bytes], profile: Profile, lte_only: bool) -> None:
    has_lte = Technology.EUTRAN in profile.simulator.technologies
    bench = Bench(profile, lte_only=lte_only and has_lte)
    for word in words:
        bench.modem.feed(word)
        bench.wait(1)
    assert len(bench.modem.line._line) <= MAX_LINE
    assert len(bench.modem.line._payload) <= MAX_PAYLOAD
    bench.wait(200)  # whatever runs comes to an end
    bench.send(b"\x1b\r")
    bench.send(b"ATZ\rATE0Q0V1\r")
    bench.wait(200)
    bench.said()
    assert bench.ask("AT") == "\r\nOK\r\n"
