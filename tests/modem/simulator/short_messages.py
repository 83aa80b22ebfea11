"""What the tests of short messages share: a modem by the standard, and known PDUs."""

from __future__ import annotations

from dataclasses import replace

from modem.profiles import GENERIC, Profile
from modem.simulator import SimulatedModem, identity
from modem.sms import compose_deliver, decode_pdu
from tests.modem.simulator.bench import EPOCH, Bench, lines

_MEMORIES = ("ME", "MT", "SM", "SR", "BM")

# 27.005 and nothing else, with small memories, and one for reports.
STANDARD: Profile = replace(
    GENERIC,
    simulator=replace(
        GENERIC.simulator,
        memories=(_MEMORIES, ("ME", "MT", "SM"), ("ME", "SM")),
        sizes={"ME": 23, "SM": 40, "SR": 3, "BM": 5},
        default_memory="ME",
        cnmi=(0, 0, 0, 0, 0),
        cnmi_test="(0-3),(0-3),(0-3),(0-2),(0,1)",
    ),
)

# dreamfabric.com/sms: "How are you?" from +31641600986
HOW_ARE_YOU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
# dreamfabric.com/sms: "hellohello" from 27838890001, whose type of address is C8
HELLOHELLO = "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37"
# By hand, from 3GPP TS 23.040 9.2.2.3: MR 40, +33661234567, 25/11/22 15:00 and 15:01, delivered
REPORT = "07913386094000F006280B913366214365F7521122510000405211225110004000"
REPORT_LINE = '6,40,"+33661234567",145,"25/11/22,15:00:00+04","25/11/22,15:01:00+04",0'

AT_EPOCH = '"26/03/01,12:00:00+00"'  # <scts> of what a bench sends at its start
CTRL_Z = b"\x1a"


def standard_modem(**settings: object) -> Bench:
    """A modem by the standard; `settings` are fields of its simulator part."""
    part = replace(STANDARD.simulator, **settings)  # type: ignore[arg-type]
    return Bench(replace(STANDARD, simulator=part))


def with_text_mode(**settings: object) -> Bench:
    """The same in text mode."""
    bench = standard_modem(**settings)
    assert lines(bench.ask("AT+CMGF=1")) == ["OK"]
    return bench


def typed(bench: Bench, command: str, payload: bytes | str) -> list[str]:
    """A command that prompts, and what is typed at the prompt; the answer's lines."""
    prompt = bench.ask(command)
    assert prompt == "\r\n> ", prompt
    data = payload.encode("latin-1") if isinstance(payload, str) else payload
    return lines(bench.send(data + CTRL_Z) + bench.wait(0.3))


class Second:
    """Another modem in the network of a bench."""

    def __init__(self, bench: Bench, index: int = 1, profile: Profile = STANDARD) -> None:
        self.modem = SimulatedModem(bench.network, profile, who=identity(0, index), start_apn="em")
        self.number = f"+{self.modem.who.msisdn}"
        self.ask("ATE0")

    def send(self, data: bytes) -> str:
        """Bytes to the modem; what it says at once."""
        self.modem.feed(data)
        return self.said()

    def ask(self, line: str) -> str:
        """A command line; what the modem says at once."""
        return self.send(line.encode("latin-1") + b"\r")

    def said(self) -> str:
        """What the modem has said unasked."""
        return self.modem.take_output().decode("latin-1")


def texts(answer: str) -> list[str | None]:
    """The texts of a +CMGL answer in PDU mode."""
    return [decode_pdu(line).text for line in lines(answer) if not line.startswith(("+", "OK"))]


def class_pdu(message_class: int | None) -> str:
    """A DELIVER of that class."""
    (part,) = compose_deliver("123", "hi", timestamp=EPOCH, message_class=message_class)
    return part.pdu


def waiting_pdu(dcs: int) -> str:
    """A DELIVER with that data coding scheme, by hand: "hi" from 123."""
    return f"0004038121F300{dcs:02X}6230102100000002E834"
