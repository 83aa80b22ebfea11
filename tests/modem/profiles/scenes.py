"""Which transcript is of which family, and what was the case in it.

Every file of tests/transcripts is in one of the two tables.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from modem.profiles import Profile, profile_from, profile_named, profile_names
from modem.simulator import UrcPlace
from modem.sms import compose
from tests.modem.profiles.replay import Act, Scene
from tests.modem.simulator.bench import Bench

OWN = Path(__file__).parent / "own"

# Transcripts of modems that no profile claims.
UNCLAIMED: dict[str, str] = {
    "cmgr-321-empty-slots": "several modems in one file",
    "gammu-cdsi-text-mode-report": "a modem of an unknown model, with a CR alone at line ends",
    "nokia-no-sms-reading": "a telephone that can't receive",
    "pantech-cmgl-no-alpha": "a CDMA modem, its PDUs made unreadable by the source",
    "qualcomm-sim-busy-after-pin": "a ZTE stick, of which nothing else is known",
    "quectel-sim-failure-then-busy": "Quectel's M series has no profile",
    "siemens-tc-memories": "the Siemens TC series has no profile",
    "sim7028-bootloader-noise": "the SIM7028 has no profile",
    "sim900-mms-push": "the SIM900 has no profile",
}

_NUMBER = "+1234567890"
_E1752 = "07913366003051F5040B913366304381F900005180719120348004D4F29C0E"
_PLAIN_PDU = (
    "07914306073011F00405812261F700003130916191314095C274D96D2FBBD3E437280CB2BEC961F3DB5D76818EF2"
    "F0381D9E83E06F39A8CC2E9FD372F77BEE0249CBE37A594E0E83E2F532085E2F93CB73D0B93CA7A7DFEEB01C447F"
    "93DF7310BD3E07CDCB727B7A9C7ECF41E432C8FC96B7C32079189E26874179D0F8DD7E93C3A0B21B246AA641D637"
    "396C7EBBCB22D0FD7E77B5D376B3AB3C07"
)
_EG25_PDU = "0011000A9121436587090008011C00480065006C006C006F002C005100750065006300740065006C0021"


def profile_of(scene: Scene) -> Profile:
    """The family's, or the one in a file beside these tests."""
    if scene.profile in profile_names():
        return profile_named(scene.profile)
    return profile_from((OWN / f"{scene.profile}.toml").read_text("utf-8"))


def submission(octets: int) -> bytes:
    """What a host says behind the prompt: a SUBMIT that asks for a report, so many octets long."""
    for length in range(160):
        (part,) = compose(_NUMBER, "x" * length, status_report=True)
        if part.tpdu_length == octets:
            return part.pdu.encode() + b"\x1a"
    raise AssertionError(f"no SUBMIT has {octets} octets")


# ---- acts


def together(*acts: Act) -> Act:
    def act(bench: Bench) -> None:
        for each in acts:
            each(bench)

    return act


def asked(*commands: str) -> Act:
    def act(bench: Bench) -> None:
        for command in commands:
            bench.ask(command)

    return act


def passed(span_s: float) -> Act:
    """Time passes, and what the modem says in it is yet to be heard."""

    def act(bench: Bench) -> None:
        bench.now_s += span_s
        bench.modem.advance()

    return act


def restarted(bench: Bench) -> None:
    bench.modem.restart()


def said(*lines: str, place: UrcPlace = UrcPlace.IDLE) -> Act:
    def act(bench: Bench) -> None:
        bench.modem.urc_place = place
        for line in lines:
            bench.modem.state.say(line)

    return act


def said_later(span_s: float, line: str) -> Act:
    def act(bench: Bench) -> None:
        bench.network.after(span_s, lambda: bench.modem.state.say(line))

    return act


def delivered(*texts: str) -> Act:
    def act(bench: Bench) -> None:
        for text in texts:
            bench.modem.deliver(_NUMBER, text)

    return act


def delivered_pdu(pdu: str) -> Act:
    return lambda bench: bench.modem.deliver_pdu(pdu)


def nearly_full(memory: str) -> Act:
    """Two more messages find room."""

    def act(bench: Bench) -> None:
        size = bench.modem.state.memories[memory].size
        delivered(*["x"] * (size - 2))(bench)

    return act


def afternoon(bench: Bench) -> None:
    """The network's clock, as the message of the SIM800 has it."""
    bench.network._epoch = datetime(2020, 12, 16, 18, 3, 40, tzinfo=UTC)


SCENES: dict[str, Scene] = {
    "a7600-atready-boot": Scene("a7670", events={0: restarted}),
    "a7670-no-sim": Scene("a7670", has_card=False),
    "a7670-sms-full": Scene(
        "a7670",
        echo=False,
        before=together(asked("AT+CNMI=2,1"), nearly_full("SM")),
        events={0: delivered("one", "two", "three", "four")},
    ),
    "bg96-boot": Scene("bg96", events={0: together(restarted, passed(1.0))}),
    "ec2x-pin-start": Scene(
        "ec25",
        pin="1234",
        before=together(restarted, passed(40.0), asked("ATE0", "AT+CMEE=1")),
        settle_s=3.0,
    ),
    "ec2x-split-reads": Scene("ec25", echo=False),
    "eg25-boot-urcs-as-answer": Scene("ec25", events={0: restarted}),
    "eg25-send-text-and-pdu": Scene("ec25", said={9: _EG25_PDU.encode() + b"\x1a"}),
    "huawei-e1752-rssi-boot": Scene(
        "huawei",
        echo=False,
        before=delivered_pdu(_E1752),
        events={
            1: said("^RSSI:10", "^BOOT:35323129,0,0,0,26", place=UrcPlace.BEFORE_ANSWER),
            3: said("^RSSI:11", place=UrcPlace.BEFORE_FINAL),
        },
    ),
    "huawei-gcap-sim-busy": Scene("huawei"),
    "sim7000-answers-slip-by-one": Scene("sim7000", before=asked("AT+CFUN=4")),
    "sim7080-psuttz": Scene(
        "sim7080",
        echo=False,
        events={
            1: together(
                said('*PSUTTZ: 18/11/04,22:38:07","-32",0', "DST: 0", place=UrcPlace.BEFORE_ANSWER),
                said_later(19.0, "NORMAL POWER DOWN"),
            )
        },
    ),
    "sim7600-status-report-sr-locked": Scene(
        "sim7600",
        echo=False,
        before=together(asked("AT+CNMI=2,1,0,2"), delivered("1", "2", "3", "4")),
        said={2: submission(23)},
        settle_s=1.0,
    ),
    "sim7670-prompt-without-space": Scene("sim7670", said={2: submission(26)}),
    "sim800-urcs-before-cmgr": Scene(
        "sim800",
        echo=False,
        before=together(
            afternoon, delivered("Arrêter"), asked("AT+CMGF=1", 'AT+CSCS="UCS2"', "AT+CMGR=0")
        ),
        events={
            1: said(
                "+CTZV: +4,0",
                '*PSUTTZ: 2020,12,16,18,3,45,"+4",0',
                "DST: 0",
                '+CIEV: 10,"20801","Orange F","Orange F", 0, 0',
                place=UrcPlace.BEFORE_ANSWER,
            )
        },
    ),
    "cmgr-on-one-line": Scene(
        "one-line",
        echo=False,
        before=together(delivered_pdu(_PLAIN_PDU), asked("AT+CMGR=0")),
    ),
    "tl-mr6400-lower-case": Scene("tl-mr6400"),
}
