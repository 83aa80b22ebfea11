"""The engine, one rule at a time. Sessions of real modems are in test_transcripts.py."""

from __future__ import annotations

import pytest

from modem.at import (
    Command,
    Echo,
    Engine,
    Event,
    Final,
    FinalKind,
    Noise,
    Prompt,
    Response,
    Urc,
)
from modem.at.engine import ANSWER_LIMIT_LINES, DATA_WAIT_LINES
from modem.errors import MisuseError
from tests.modem.at.transcripts import drain

AT = Command("AT")
ATI = Command("ATI", bare=True)
CGSN = Command("AT+CGSN", bare=True)
CSQ = Command("AT+CSQ", ("+CSQ",))
CMGL = Command("AT+CMGL=4", ("+CMGL",))
CMGR = Command("AT+CMGR=1", ("+CMGR",))
CMGS = Command("AT+CMGS=23", ("+CMGS",), payload=b"0011000B91")
CGAUTH = Command("AT+CGAUTH?", ("+CGAUTH",), secret=True)

OK = Final(FinalKind.OK)

# From transcripts huawei-e1752-rssi-boot (TPDU of 23 octets) and cmgr-on-one-line (147)
PDU_23 = "07913366003051F5040B913366304381F900005180719120348004D4F29C0E"
PDU_10 = "07913366003051F5" + "0405A121F30000000000"


def wire(*lines: str) -> bytes:
    return "".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1")


def events_of(command: Command | None, data: bytes) -> list[Event]:
    """What an engine reports of these bytes while the command is pending."""
    engine = Engine()
    if command is not None:
        engine.send(command)
    engine.feed(data)
    return drain(engine)


def at_prompt(command: Command = CMGS) -> Engine:
    """An engine whose modem waits for the payload."""
    engine = Engine()
    engine.send(command)
    engine.feed(b"\r\n> ")
    assert drain(engine) == [Prompt(command)]
    return engine


class TestTheCallersSide:
    def test_a_command_is_pending_until_its_final_result(self) -> None:
        engine = Engine()
        assert engine.pending is None

        assert engine.send(CSQ) == b"AT+CSQ\r"
        assert engine.pending is CSQ

        engine.feed(wire("+CSQ: 11,99"))
        assert engine.pending is CSQ
        assert engine.next_event() is None

        engine.feed(wire("OK"))
        assert engine.pending is None
        assert engine.next_event() == Response(CSQ, ("+CSQ: 11,99",), OK)
        assert engine.next_event() is None

    def test_one_command_at_a_time(self) -> None:
        engine = Engine()
        engine.send(Command("AT+CPIN=1234", secret=True))

        with pytest.raises(MisuseError) as refused:
            engine.send(AT)

        assert "1234" not in str(refused.value)

    @pytest.mark.parametrize("text", ["", "  ", "AT\r", "AT\n", "AT\x1a", "ATé", "AT\x00"])
    def test_a_command_line_that_would_not_arrive_as_one(self, text: str) -> None:
        engine = Engine()

        with pytest.raises(MisuseError):
            engine.send(Command(text))

        assert engine.pending is None

    @pytest.mark.parametrize("payload", [b"00\x1a11", b"\x1b"])
    def test_a_payload_that_would_end_early(self, payload: bytes) -> None:
        with pytest.raises(MisuseError):
            Engine().send(Command("AT+CMGS=1", payload=payload))

    def test_payload_only_after_the_prompt_and_once(self) -> None:
        engine = Engine()
        with pytest.raises(MisuseError):
            engine.payload()
        engine.send(CMGS)
        with pytest.raises(MisuseError):
            engine.payload()
        engine.feed(b"\r\n> ")

        assert engine.payload() == b"0011000B91\x1a"
        with pytest.raises(MisuseError):
            engine.payload()

    def test_payload_of_a_command_without_one(self) -> None:
        engine = Engine()
        engine.send(AT)

        with pytest.raises(MisuseError):
            engine.payload()

    def test_what_a_traceback_shows_of_secrets(self) -> None:
        command = Command("AT+CPIN=1234", secret=True, payload=b"5678")
        shown = repr(Response(command, ("9999",), OK))

        assert "AT+CPIN=***" in shown
        assert not any(secret in shown for secret in ("1234", "5678", "9999"))
        assert "5678" not in repr(Command("AT+CMGS=2", payload=b"5678"))
        assert "11,99" in repr(Response(CSQ, ("+CSQ: 11,99",), OK))


class TestLines:
    @pytest.mark.parametrize(
        "data",
        [
            b"\r\n+CSQ: 1,2\r\n\r\nOK\r\n",
            b"+CSQ: 1,2\rOK\r",
            b"+CSQ: 1,2\nOK\n",
            b"\r\r\n+CSQ: 1,2\r\r\n\n\n\rOK\r\r\n",
            b"\n\r+CSQ: 1,2\n\rOK\n\r",
            b"  +CSQ: 1,2 \r\n\t OK \r\n",
            b"\x00\xff\x00\r\n\xff+CSQ: 1,2\r\n\x00OK\x00\r\n",
            b"\x1b\r\n+CSQ: 1,2\r\n\x1aOK\r\n",
        ],
    )
    def test_line_ends_and_padding(self, data: bytes) -> None:
        assert events_of(CSQ, data) == [Response(CSQ, ("+CSQ: 1,2",), OK)]

    def test_a_line_is_none_before_its_end(self) -> None:
        assert events_of(AT, b"\r\nOK") == []

    def test_bytes_beyond_ascii_are_kept_one_for_one(self) -> None:
        cops = Command("AT+COPS?", ("+COPS",))
        [event] = events_of(cops, b'+COPS: 0,0,"caf\xc3\xa9 \xff"\r\nOK\r\n')

        assert isinstance(event, Response)
        assert event.lines[0].encode("latin-1") == b'+COPS: 0,0,"caf\xc3\xa9 \xff"'


class TestEcho:
    @pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\r\r\n", b"\n"])
    def test_with_any_line_end(self, end: bytes) -> None:
        assert events_of(AT, b"AT" + end + b"\r\nOK\r\n") == [Echo(AT), Response(AT, (), OK)]

    def test_behind_noise_and_a_urc(self) -> None:
        data = b'\x00\xff\r\n+CMTI: "SM",1\r\nAT\r\r\nOK\r\n'

        assert events_of(AT, data) == [Urc("+CMTI", '"SM",1'), Echo(AT), Response(AT, (), OK)]

    def test_of_a_bare_command_is_no_line_of_its_answer(self) -> None:
        assert events_of(ATI, b"ATI\r\r\nQuectel\r\n\r\nOK\r\n") == [
            Echo(ATI),
            Response(ATI, ("Quectel",), OK),
        ]

    @pytest.mark.parametrize("end", [b"\x1a\r\n", b"\r\n", b"\r"])
    def test_of_the_payload(self, end: bytes) -> None:
        engine = at_prompt()
        engine.feed(engine.payload().rstrip(b"\x1a") + end + wire("+CMGS: 7", "OK"))

        assert drain(engine) == [Echo(CMGS), Response(CMGS, ("+CMGS: 7",), OK)]

    def test_of_a_command_that_was_given_up(self) -> None:
        engine = Engine()
        engine.send(CSQ)
        engine.cancel()
        engine.send(ATI)
        engine.feed(b"AT+CSQ\r\r\nATI\r\r\nQuectel\r\n\r\nOK\r\n")

        assert drain(engine) == [Echo(CSQ), Echo(ATI), Response(ATI, ("Quectel",), OK)]


class TestPrompt:
    @pytest.mark.parametrize("prompt", [b"\r\n> ", b">\r\n\r", b">\r\n", b">", b"\r\n>", b"\x00 >"])
    def test_forms(self, prompt: bytes) -> None:
        engine = Engine()
        engine.send(CMGS)
        engine.feed(prompt)
        assert drain(engine) == [Prompt(CMGS)]
        engine.payload()
        engine.feed(wire("+CMGS: 12", "OK"))

        assert drain(engine) == [Response(CMGS, ("+CMGS: 12",), OK)]

    def test_not_inside_a_line(self) -> None:
        engine = Engine()
        engine.send(CMGS)
        engine.feed(b"\r\n+QIND: a>\r\nx > y\r\n")

        assert drain(engine) == [Urc("+QIND", "a>"), Noise(b"x > y", "unknown line")]

    def test_not_of_a_command_without_a_payload(self) -> None:
        assert events_of(AT, b"\r\n> \r\nOK\r\n") == [
            Noise(b">", "unknown line"),
            Response(AT, (), OK),
        ]

    def test_a_second_one_is_none(self) -> None:
        engine = at_prompt()
        engine.payload()
        engine.feed(b"\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n")

        assert drain(engine) == [
            Noise(b">", "surplus prompt"),
            Response(CMGS, ("+CMGS: 1",), OK),
        ]

    def test_many_are_as_many_events(self) -> None:
        engine = Engine()
        engine.send(CMGS)
        engine.feed(b">" * 5000)

        assert drain(engine) == [Prompt(CMGS)] + [Noise(b">", "surplus prompt")] * 4999

    def test_one_that_stood_there_before_is_not_the_next_commands(self) -> None:
        engine = Engine()
        engine.send(CMGS)
        engine.cancel()
        engine.feed(b"\r\n> ")
        engine.send(CMGS)

        assert drain(engine) == [Noise(b">", "surplus prompt")]
        with pytest.raises(MisuseError):
            engine.payload()

    def test_one_that_stands_before_an_echo(self) -> None:
        assert events_of(AT, b"> AT\r\r\nOK\r\n") == [
            Noise(b">", "surplus prompt"),
            Echo(AT),
            Response(AT, (), OK),
        ]

    def test_an_unfinished_urc_survives_the_next_command(self) -> None:
        engine = Engine()
        engine.feed(b"\r\n+CMTI: ")
        engine.send(CMGS)
        engine.feed(b'"SM",3\r\n')

        assert drain(engine) == [Urc("+CMTI", '"SM",3')]


class TestUrcs:
    @pytest.mark.parametrize(
        ("line", "urc"),
        [
            ('+CMTI: "SM",1', Urc("+CMTI", '"SM",1')),
            ("^RSSI:10", Urc("^RSSI", "10")),
            ("*PSUTTZ: 1", Urc("*PSUTTZ", "1")),
            ("#QSS: 1", Urc("#QSS", "1")),
            ("$QCSIMSTAT: 1", Urc("$QCSIMSTAT", "1")),
            ("%NOTIFYEV: 1", Urc("%NOTIFYEV", "1")),
            ("+SMS FULL", Urc("+SMS FULL")),
            ("+PBREADY", Urc("+PBREADY")),
            ("+pbready", Urc("+PBREADY")),
            ("RING", Urc("RING")),
            ("RDY", Urc("RDY")),
            ("DST: 0", Urc("DST", "0")),
            ("SMS READY", Urc("SMS Ready")),
            ("Call Ready", Urc("Call Ready")),
            ("NORMAL POWER DOWN", Urc("NORMAL POWER DOWN")),
            ("POWERED DOWN", Urc("POWERED DOWN")),
            ("APP RDY", Urc("APP RDY")),
            ("VOICE CALL: END", Urc("VOICE CALL", "END")),
        ],
    )
    @pytest.mark.parametrize("command", [None, AT, CSQ], ids=["idle", "AT", "AT+CSQ"])
    def test_known_and_unknown(self, line: str, urc: Urc, command: Command | None) -> None:
        assert events_of(command, wire(line)) == [urc]

    @pytest.mark.parametrize("line", ["hello", "+4917012345", "*100#", "+", ": x", "RDYX", "^"])
    def test_what_is_none(self, line: str) -> None:
        assert events_of(AT, wire(line)) == [Noise(line.encode(), "unknown line")]

    def test_the_pending_commands_own_prefix_is_its_answer_in_any_case(self) -> None:
        command = Command("at+csq", ("+CSQ",))

        assert events_of(command, wire("+csq: 1,2", "OK")) == [
            Response(command, ("+csq: 1,2",), OK)
        ]

    def test_the_same_prefix_is_a_urc_when_the_command_has_no_such_answer(self) -> None:
        command = Command("AT+CPIN=1234")

        assert events_of(command, wire("+CPIN: READY", "OK")) == [
            Urc("+CPIN", "READY"),
            Response(command, (), OK),
        ]

    def test_a_bare_answer_keeps_marked_lines_that_are_no_known_urc(self) -> None:
        lines = ("Manufacturer: SIMCOM", "Model: X", "Revision: Y", "+GCAP: +CGSM", "11.049")
        data = wire(*lines[:2], '+CMTI: "SM",1', *lines[2:], "RDY", "OK")

        assert events_of(ATI, data) == [
            Urc("+CMTI", '"SM",1'),
            Urc("RDY"),
            Response(ATI, lines, OK),
        ]


class TestData:
    @pytest.mark.parametrize(
        ("header", "pdu"),
        [
            ("+CMT: ,23", PDU_23),
            ('+CMT: "",23', PDU_23),
            ("+CMT: 23", PDU_23),
            ("+CDS: 23", PDU_23),
            ("+CBM: 31", PDU_23),
            ("+CMT: ,23", PDU_23[:-3]),
            ("+CMT: ,99", PDU_23),
            ('+CMT: "+49170",,"26/11/22,10:00:00+04"', "Some text"),
        ],
    )
    @pytest.mark.parametrize("command", [None, AT, CSQ], ids=["idle", "AT", "AT+CSQ"])
    def test_a_urc_with_a_line_behind_it(
        self, header: str, pdu: str, command: Command | None
    ) -> None:
        prefix, _, text = header.partition(": ")

        assert events_of(command, wire(header) + wire(pdu)) == [Urc(prefix, text, (pdu,))]

    def test_header_and_pdu_on_one_line(self) -> None:
        assert events_of(None, wire(f"+CMT: ,23 {PDU_23}")) == [Urc("+CMT", ",23", (PDU_23,))]

    def test_a_status_report_in_text_mode_is_one_line(self) -> None:
        text = '6,21,"123",129,"22/12/01,07:33:58+04","22/12/01,07:33:59+04",0'

        assert events_of(None, wire(f"+CDS: {text}")) == [Urc("+CDS", text)]

    def test_urcs_between_header_and_pdu(self) -> None:
        assert events_of(CSQ, wire("+CMT: ,23", "RING", "+CSQ: 1,2", PDU_23, "OK")) == [
            Urc("RING"),
            Urc("+CMT", ",23", (PDU_23,)),
            Response(CSQ, ("+CSQ: 1,2",), OK),
        ]

    def test_two_headers_then_two_pdus(self) -> None:
        assert events_of(None, wire("+CMT: ,10", "+CDS: 23", PDU_23, PDU_10)) == [
            Urc("+CDS", "23", (PDU_23,)),
            Urc("+CMT", ",10", (PDU_10,)),
        ]

    @pytest.mark.parametrize("urc_first", [True, False], ids=["urc-header-first", "answer-first"])
    @pytest.mark.parametrize("urc_pdu_first", [True, False], ids=["urc-pdu-first", "answers-first"])
    def test_the_length_tells_whose_pdu_it_is(self, urc_first: bool, urc_pdu_first: bool) -> None:
        headers = ["+CMT: ,10", "+CMGR: 1,,23"][:: 1 if urc_first else -1]
        pdus = [PDU_10, PDU_23][:: 1 if urc_pdu_first else -1]

        assert events_of(CMGR, wire(*headers, *pdus, "OK")) == [
            Urc("+CMT", ",10", (PDU_10,)),
            Response(CMGR, ("+CMGR: 1,,23", PDU_23), OK),
        ]

    @pytest.mark.parametrize("cut", [PDU_23[:-1], PDU_23[:-2]], ids=["odd", "short"])
    def test_where_no_length_fits_the_last_header_has_it(self, cut: str) -> None:
        assert events_of(CMGR, wire("+CMGR: 1,,23", "+CMT: ,10", PDU_10, cut, "OK")) == [
            Urc("+CMT", ",10", (PDU_10,)),
            Response(CMGR, ("+CMGR: 1,,23", cut), OK),
        ]
        assert events_of(CMGR, wire("+CMGR: 1,,23", "+CMT: ,23", cut, PDU_23, "OK")) == [
            Urc("+CMT", ",23", (cut,)),
            Response(CMGR, ("+CMGR: 1,,23", PDU_23), OK),
        ]

    def test_an_imei_is_no_pdu(self) -> None:
        assert events_of(CGSN, wire("+CMT: ,23", "862636055891897", "OK") + wire(PDU_23)) == [
            Response(CGSN, ("862636055891897",), OK),
            Urc("+CMT", ",23", (PDU_23,)),
        ]

    @pytest.mark.parametrize("pdu", [PDU_23, PDU_23[:-1], PDU_23[:20], "no hex"])
    def test_a_line_behind_an_answers_header_is_the_answers(self, pdu: str) -> None:
        lines = ("+CMGL: 0,0,,23", pdu, "+CMGL: 3,1,,23", PDU_23)
        data = wire(lines[0], "^RSSI:11", "%UNKNOWN: 1", *lines[1:], "OK")

        assert events_of(CMGL, data) == [
            Urc("^RSSI", "11"),
            Urc("%UNKNOWN", "1"),
            Response(CMGL, lines, OK),
        ]

    def test_a_header_without_its_line_waits_no_longer_than_its_command(self) -> None:
        engine = Engine()
        engine.send(CMGR)
        engine.feed(wire("+CMGR: 1,,23", "OK", "+CMT: ,99", PDU_23))

        assert drain(engine)[-1] == Urc("+CMT", ",99", (PDU_23,))

    def test_a_header_has_one_line(self) -> None:
        assert events_of(CMGR, wire("+CMGR: 1,,23", PDU_23, "+CMT: ,99", PDU_23, "OK")) == [
            Urc("+CMT", ",99", (PDU_23,)),
            Response(CMGR, ("+CMGR: 1,,23", PDU_23), OK),
        ]

    def test_an_answer_on_one_line_waits_for_none(self) -> None:
        line = f"+CMGR: 1,,23 {PDU_23}"

        assert events_of(CMGR, wire(line, "%UNKNOWN: 1", "OK")) == [
            Urc("%UNKNOWN", "1"),
            Response(CMGR, (line,), OK),
        ]

    def test_the_answer_to_a_test_command_is_no_header(self) -> None:
        assert events_of(CMGL, wire("+CMGL: (0-4)", "hello", "OK")) == [
            Noise(b"hello", "unknown line"),
            Response(CMGL, ("+CMGL: (0-4)",), OK),
        ]

    def test_a_body_in_text_mode_may_look_like_an_unknown_urc(self) -> None:
        lines = ('+CMGR: "REC READ","+4917","","20/12/16,19:03:40+04"', "*hello*")

        assert events_of(CMGR, wire(lines[0], "RING", lines[1], "OK")) == [
            Urc("RING"),
            Response(CMGR, lines, OK),
        ]

    def test_a_cell_broadcast_has_no_smsc(self) -> None:
        assert events_of(CGSN, wire("+CBM: 31", PDU_23, "OK")) == [
            Urc("+CBM", "31", (PDU_23,)),
            Response(CGSN, (), OK),
        ]

    def test_what_is_no_hex_is_no_pdu(self) -> None:
        assert events_of(None, wire("+CMT: ,23", "hello", PDU_23)) == [
            Noise(b"hello", "unknown line"),
            Urc("+CMT", ",23", (PDU_23,)),
        ]

    def test_an_empty_slot_has_no_pdu(self) -> None:
        assert events_of(CMGR, wire("+CMGR: 0,,0", "OK")) == [
            Response(CMGR, ("+CMGR: 0,,0",), OK),
        ]

    def test_a_pdu_that_nobody_announced_is_noise(self) -> None:
        assert events_of(CMGR, wire(PDU_23)) == [Noise(PDU_23.encode(), "unknown line")]

    def test_a_header_whose_pdu_never_comes_is_reported_all_the_same(self) -> None:
        engine = Engine()
        engine.feed(wire("+CMT: ,23", *["RING"] * DATA_WAIT_LINES))
        assert Urc("+CMT", ",23") not in drain(engine)

        engine.feed(wire("RDY"))

        assert drain(engine) == [Urc("+CMT", ",23"), Urc("RDY")]


class TestFinalResults:
    @pytest.mark.parametrize(
        ("digit", "kind"),
        [
            ("0", FinalKind.OK),
            ("1", FinalKind.CONNECT),
            ("3", FinalKind.NO_CARRIER),
            ("4", FinalKind.ERROR),
            ("6", FinalKind.NO_DIALTONE),
            ("7", FinalKind.BUSY),
            ("8", FinalKind.NO_ANSWER),
        ],
    )
    @pytest.mark.parametrize("command", [AT, CSQ, ATI], ids=["AT", "AT+CSQ", "ATI"])
    def test_numeric(self, digit: str, kind: FinalKind, command: Command) -> None:
        assert events_of(command, f"{command.text}\r{digit}\r".encode()) == [
            Echo(command),
            Response(command, (), Final(kind)),
        ]

    def test_a_numeric_answer_with_lines_and_ring(self) -> None:
        assert events_of(CSQ, b"+CSQ: 1,2\r\n2\r0\r") == [
            Urc("RING"),
            Response(CSQ, ("+CSQ: 1,2",), OK),
        ]

    def test_a_digit_is_a_bare_answer_of_a_modem_that_speaks_in_words(self) -> None:
        engine = Engine()
        engine.send(AT)
        engine.feed(wire("OK"))
        engine.send(ATI)
        engine.feed(wire("0", "2", "OK"))

        assert drain(engine) == [Response(AT, (), OK), Response(ATI, ("0", "2"), OK)]

    def test_errors_say_nothing_of_the_mode(self) -> None:
        engine = Engine()
        engine.send(AT)
        engine.feed(b"\r\n+CME ERROR: 10\r\n")
        engine.send(ATI)
        engine.feed(b"Quectel\r\n0\r")

        assert drain(engine) == [
            Response(AT, (), Final(FinalKind.CME, 10, "SIM not inserted")),
            Response(ATI, ("Quectel",), OK),
        ]

    @pytest.mark.parametrize("line", ["OK", "ERROR", "+CME ERROR: 3", "NO CARRIER", "0", "4"])
    def test_with_nothing_pending(self, line: str) -> None:
        assert events_of(None, wire(line)) == [Noise(line.encode(), "surplus result")]

    def test_a_surplus_one_behind_an_answer_is_not_the_next_commands(self) -> None:
        engine = Engine()
        engine.send(AT)
        engine.feed(wire("OK", "OK", "ERROR"))
        engine.send(CSQ)
        engine.feed(wire("+CSQ: 1,2", "OK"))

        assert drain(engine) == [
            Response(AT, (), OK),
            Noise(b"OK", "surplus result"),
            Noise(b"ERROR", "surplus result"),
            Response(CSQ, ("+CSQ: 1,2",), OK),
        ]

    def test_a_caller_who_hangs_up_ends_no_command(self) -> None:
        """RING, then NO CARRIER: a voice call from anybody must not make a submission fail."""
        data = wire("RING", "NO CARRIER", "+CSQ: 1,2", "NO CARRIER")

        assert events_of(CSQ, data) == [
            Urc("RING"),
            Urc("NO CARRIER"),
            Response(CSQ, ("+CSQ: 1,2",), Final(FinalKind.NO_CARRIER)),
        ]

    @pytest.mark.parametrize("text", ["ATA", "ATD112;"])
    def test_a_call_of_ours_ends_with_no_carrier(self, text: str) -> None:
        command = Command(text)

        assert events_of(command, wire("RING", "NO CARRIER")) == [
            Urc("RING"),
            Response(command, (), Final(FinalKind.NO_CARRIER)),
        ]


class TestCancel:
    def test_with_nothing_pending(self) -> None:
        engine = Engine()

        assert engine.cancel() == b""
        assert drain(engine) == []

    def test_what_came_of_the_answer_is_noise(self) -> None:
        engine = Engine()
        engine.send(CMGL)
        engine.feed(wire("+CMGL: 0,0,,23", PDU_23))

        assert engine.cancel() == b""
        assert engine.pending is None
        assert drain(engine) == [
            Noise(f"+CMGL: 0,0,,23\n{PDU_23}".encode(), "the answer was given up")
        ]

    def test_at_the_prompt_it_takes_esc(self) -> None:
        assert at_prompt().cancel() == b"\x1b"

    def test_late_lines_are_not_the_next_commands(self) -> None:
        engine = Engine()
        engine.send(CSQ)
        engine.cancel()
        engine.feed(wire("+CSQ: 1,2", "OK"))
        engine.send(AT)
        engine.feed(wire("+CSQ: 3,4", "OK"))

        assert drain(engine) == [
            Urc("+CSQ", "1,2"),
            Noise(b"OK", "surplus result"),
            Urc("+CSQ", "3,4"),
            Response(AT, (), OK),
        ]

    def test_a_secret_answer_stays_one(self) -> None:
        engine = Engine()
        engine.send(CGAUTH)
        engine.feed(wire('+CGAUTH: 1,1,"user","hidden"', "hidden"))
        engine.cancel()
        engine.feed(wire('+CGAUTH: 2,1,"user","hidden"'))
        engine.send(AT)
        engine.feed(wire('+CGAUTH: 3,1,"user","hidden"', "OK"))

        *noises, response = drain(engine)

        assert response == Response(AT, (), OK)
        assert [(type(event), getattr(event, "data", None)) for event in noises] == [
            (Noise, b"")
        ] * 4

    def test_a_cpin_urc_is_heard_though_a_pin_command_was_given_up(self) -> None:
        engine = Engine()
        engine.send(Command("AT+CPIN=1234", ("+CPIN",), secret=True))
        engine.cancel()
        engine.feed(wire("+CPIN: READY"))

        assert drain(engine) == [Urc("+CPIN", "READY")]


class TestBounds:
    @pytest.mark.parametrize("length", [4095, 4096])
    def test_a_line_within_the_limit(self, length: int) -> None:
        assert events_of(ATI, b"x" * length + b"\r\nOK\r\n") == [
            Response(ATI, ("x" * length,), OK),
        ]

    @pytest.mark.parametrize("length", [4097, 8192, 8193, 100_000])
    def test_a_line_beyond_it_is_noise_and_the_next_one_is_not(self, length: int) -> None:
        *noises, response = events_of(ATI, b"x" * length + b"\r\nOK\r\n")

        assert response == Response(ATI, (), OK)
        assert all(isinstance(n, Noise) and n.why == "line too long" for n in noises)
        assert b"".join(n.data for n in noises if isinstance(n, Noise)) == b"x" * length

    def test_an_unfinished_line_holds_no_more_than_the_limit(self) -> None:
        engine = Engine()
        for _ in range(1000):
            engine.feed(b"x" * 1000)
            drain(engine)

        assert len(engine._buffer._data) <= 4096

    def test_what_follows_an_overlong_line_in_it_is_no_prompt(self) -> None:
        engine = Engine()
        engine.send(CMGS)
        engine.feed(b"x" * 4096 + b">>>")
        engine.feed(b">\r\n> ")

        assert drain(engine) == [
            Noise(b"x" * 4096, "line too long"),
            Noise(b">>>>", "line too long"),
            Prompt(CMGS),
        ]

    def test_an_answer_of_too_many_lines(self) -> None:
        *noises, response = events_of(ATI, b"x\n" * (ANSWER_LIMIT_LINES + 3) + b"OK\n")

        assert noises == [Noise(b"x", "answer too long")] * 3
        assert response == Response(ATI, ("x",) * ANSWER_LIMIT_LINES, OK)

    def test_an_answer_of_too_many_bytes(self) -> None:
        line = b"x" * 4096
        *noises, response = events_of(ATI, (line + b"\n") * 130 + b"OK\n")

        assert noises == [Noise(line, "answer too long")] * 2
        assert isinstance(response, Response)
        assert len(response.lines) == 128

    def test_each_answer_has_the_whole_limit(self) -> None:
        engine = Engine()
        for _ in range(3):
            engine.send(ATI)
            engine.feed((b"x" * 4000 + b"\n") * 100 + b"OK\n")
            [event] = drain(engine)

            assert isinstance(event, Response)
            assert len(event.lines) == 100

    def test_the_rest_of_an_overlong_line_is_no_stray_prompt(self) -> None:
        engine = Engine()
        engine.feed(b"x" * 4096 + b"> y")
        drain(engine)
        engine.send(AT)
        engine.feed(b"z\r\n")

        assert drain(engine) == [Noise(b"> yz", "line too long")]

    def test_doubtful_lines_without_end(self) -> None:
        creg = Command("AT+CREG?", ("+CREG",))
        line = '+CREG: 2,1,"0502","0404736D"'
        *urcs, response = events_of(creg, f"{line}\n".encode() * 30_000 + b"OK\n")

        assert len(urcs) == 29_999
        assert response == Response(creg, (line,), OK)

    def test_headers_without_data_do_not_pile_up(self) -> None:
        engine = Engine()
        engine.feed(b"+CMT: ,23\n" * 1000)

        assert len(drain(engine)) == 1000 - DATA_WAIT_LINES - 1


class TestSeveralCommandsOnALine:
    """V.250 5.2.1: `AT+CSQ;+CREG?` is answered by the answers in order, then one final result."""

    LINES = ("+CSQ: 21,99", '+CREG: 2,1,"8BE3","00002BAF",7', "+CGATT: 1")

    @pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 2), (1, 0, 2), (2, 1)])
    def test_a_registration_that_might_be_a_urc_is_in_the_answer(
        self, order: tuple[int, ...]
    ) -> None:
        lines = tuple(self.LINES[each] for each in order)
        names = tuple(line.partition(":")[0] for line in lines)
        command = Command("AT" + ";".join(names), names)

        assert events_of(command, wire(*lines, "OK")) == [Response(command, lines, OK)]

    def test_of_two_the_last_one_is_the_answer_and_the_other_a_urc(self) -> None:
        command = Command("AT+CSQ;+CREG?", ("+CSQ", "+CREG"))
        signal, one, two = "+CSQ: 21,99", "+CREG: 2,0,00,0", "+CREG: 2,1,00,0"

        assert events_of(command, wire(signal, one, two, "OK")) == [
            Urc("+CREG", "2,0,00,0"),
            Response(command, (signal, two), OK),
        ]
