"""What odd hosts and odd deliveries once got past the simulated modem."""

from __future__ import annotations

import asyncio
import io

import pytest

from hil.trace import Trace, TraceFile
from modem.simulator import Action, Direction, Fault, Network, SimulatedModem
from modem.simulator.endpoints import Clockwork
from modem.simulator.faults import FaultError

PDU = "07918893090000100405812143F500006211220223440002E834"


def _modem() -> SimulatedModem:
    return SimulatedModem(Network(clock=lambda: 0.0), start_apn="em")


def _say(modem: SimulatedModem, line: bytes) -> bytes:
    modem.feed(line)
    return modem.take_output()


def test_a_letter_whose_capital_is_two_does_not_move_the_command() -> None:
    assert b"SIMCOM" in _say(_modem(), b"\xdfATI\r")


@pytest.mark.parametrize(("setting", "said"), [(b"V0", b"3\r"), (b"Q1", b"")])
def test_no_carrier_is_a_result_code(setting: bytes, said: bytes) -> None:
    modem = _modem()
    _say(modem, b"ATE0\r")
    _say(modem, b"AT" + setting + b"\r")
    _say(modem, b"ATD*99#\r")
    modem.set_coverage(False)
    assert modem.take_output() == said


def test_blanks_in_a_delivered_pdu_do_not_reach_the_line() -> None:
    modem = _modem()
    modem.deliver_pdu(" ".join(PDU[at : at + 2] for at in range(0, len(PDU), 2)) + "\n")
    assert f"\r\n{PDU}\r\n".encode() in _say(modem, b"AT+CMGL=4\r")


@pytest.mark.parametrize("pdu", ["", "00" * 256, "0"], ids=["empty", "long", "half"])
def test_what_is_no_pdu_is_not_delivered(pdu: str) -> None:
    with pytest.raises(ValueError, match=r"octets|hexadecimal"):
        _modem().deliver_pdu(pdu)


@pytest.mark.parametrize("pattern", ["a{1,99999999999}", "(" * 5000, "["])
def test_a_pattern_beyond_the_limits_is_refused(pattern: str) -> None:
    with pytest.raises(FaultError, match="pattern"):
        Fault(Action.REFUSE, pattern=pattern)


def test_time_goes_on_when_one_action_fails() -> None:
    def fail() -> None:
        raise RuntimeError

    async def story() -> list[str]:
        happened: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, _context: happened.append("failed"))
        network = Network(clock=loop.time)
        done = asyncio.Event()
        network.agenda.after(0.0, fail)
        network.agenda.after(0.01, done.set)
        with Clockwork(network):
            await asyncio.wait_for(done.wait(), 5)
        return happened

    assert asyncio.run(story()) == ["failed"]


def test_a_trace_that_cannot_be_written_ends_once(capsys: pytest.CaptureFixture[str]) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    async def story() -> None:
        trace = Trace(TraceFile(Full(), 0), 0.0)
        for _ in range(2):
            trace.traffic(Direction.TO_MODEM, b"AT\r")

    asyncio.run(story())
    assert capsys.readouterr().err.count("ends here") == 1
