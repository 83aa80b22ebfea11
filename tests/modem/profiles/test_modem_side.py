"""Transcripts from the modem's side: does the simulated modem answer as the real one did?

Where it doesn't, the moment is in DIFFERENCES, with its reason and with what is said instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from modem.profiles import profile_names
from tests.modem.at.transcripts import read_all
from tests.modem.profiles.replay import replay
from tests.modem.profiles.scenes import OWN, SCENES, UNCLAIMED, profile_of

TRANSCRIPTS = {transcript.name: transcript for transcript in read_all()}


@dataclass(frozen=True, slots=True)
class Difference:
    """What the simulated modem says instead in one moment of a transcript, and why."""

    reason: str
    ours: tuple[str, ...]


_NO_ADDRESS = '"0.0.0.0",0,0,0,0\r\n'
_UNSOLICITED = ("+CTZV: +4,0", '*PSUTTZ: 2020,12,16,18,3,45,"+4",0', "DST: 0")

# By transcript and moment: the host's lines are counted from 1.
DIFFERENCES: dict[tuple[str, int], Difference] = {
    ("a7670-no-sim", 4): Difference(
        "without a card this modem calls itself unregistered, not without service",
        ("AT+COPS?", "+COPS: 0", "OK"),
    ),
    ("a7670-no-sim", 5): Difference(
        "the scan comes to an end; one that never does is a fault to be planned",
        (
            "AT+COPS=?",
            '+COPS: (1,"Simulated Network","Simulated","00101",7),'
            '(1,"Simulated Network","Simulated","00101",2),'
            '(1,"Simulated Network","Simulated","00101",0),'
            '(3,"Forbidden Network","Forbidden","00102",0),,(0-4),(0-2)',
            "OK",
        ),
    ),
    ("ec2x-pin-start", 4): Difference(
        "another firmware: the EG25-G has SMS DONE before PB DONE",
        ("OK", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"),
    ),
    ("ec2x-split-reads", 1): Difference(
        "other contexts, and an IPv4 address for IPV4V6",
        (
            "\r\n",
            '+CGDCONT: 1,"IP","em","10.65.0.2",0,0,0,0\r\n',
            f'+CGDCONT: 2,"IPV4V6","ims",{_NO_ADDRESS}',
            f'+CGDCONT: 3,"IPV4V6","sos",{_NO_ADDRESS}',
            "\r\n",
            "OK\r\n",
        ),
    ),
    ("eg25-boot-urcs-as-answer", 2): Difference(
        "a command is answered as soon as RDY was said, and not swallowed",
        ("AT", "OK", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE"),
    ),
    ("eg25-boot-urcs-as-answer", 4): Difference(
        "roaming, not at home; and nothing comes within an answer that is there at once",
        ("AT+CREG?", "+CREG: 0,5", "OK", "+QIND: PB DONE"),
    ),
    ("eg25-send-text-and-pdu", 9): Difference(
        "the network takes what the other card's network refused; the echo is left out there",
        (
            "0011000A9121436587090008011C"
            "00480065006C006C006F002C005100750065006300740065006C0021\x1a",
            "+CMGS: <reference>",
            "OK",
        ),
    ),
    ("huawei-e1752-rssi-boot", 2): Difference(
        "27.007 8.4: 0 by battery; the stick says that it has none", ("+CBC: 0,100", "OK")
    ),
    ("huawei-gcap-sim-busy", 1): Difference(
        "+GCAP needs no card; a busy card refuses what needs it",
        ("AT+GCAP\r", "\r\n", "+GCAP: +CGSM,+DS,+ES\r\n", "\r\n", "OK\r\n"),
    ),
    ("sim7000-answers-slip-by-one", 3): Difference(
        "answers that come late are a fault to be planned",
        ('AT+CGDCONT=1,"IP","m2m.example"', "OK"),
    ),
    ("sim7000-answers-slip-by-one", 4): Difference(
        "answers that come late are a fault to be planned",
        ('AT+CGDCONT=13,"IP","m2m.example"', "OK"),
    ),
    ("sim7000-answers-slip-by-one", 5): Difference(
        "there are none that came late", ("AT+CEREG?", "+CEREG: 0,0", "OK")
    ),
    ("sim7600-status-report-sr-locked", 4): Difference(
        "a memory has a size and says what is in it, even where it can't be read",
        ("+CPMS: 1,10,3,23,3,23", "OK"),
    ),
    ("sim7670-prompt-without-space", 2): Difference(
        "the echo of the message is left out in the source",
        (
            "0021000A91214365870900000F783C1E8FC7E3F1783C1E8FC7E301\x1a\r\n",
            "+CMGS: <reference>\r\n",
            "\r\n",
            "OK\r\n",
        ),
    ),
    ("sim800-urcs-before-cmgr", 1): Difference(
        "line ends as V.250 has them, not a driver's test; the network's time is UTC",
        (
            *[part for line in _UNSOLICITED for part in ("\r\n", f"{line}\r\n")],
            "\r\n",
            '+CIEV: 10,"20801","Orange F","Orange F", 0, 0\r\n',
            "\r\n",
            '+CMGR: "REC READ","002B0031003200330034003500360037003800390030","",'
            '"20/12/16,18:03:40+00"\r\n',
            "00410072007200EA007400650072\r\n",
            "\r\n",
            "OK\r\n",
        ),
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_answers_as_the_transcript_does(name: str) -> None:
    scene = SCENES[name]
    for moment in replay(TRANSCRIPTS[name], scene, profile_of(scene)):
        difference = DIFFERENCES.get((name, moment.number))
        where = f"{name}, moment {moment.number}: {moment.host!r}"
        if difference is None:
            assert moment.ours == moment.theirs, where
        else:
            assert moment.ours != moment.theirs, f"{where} is no difference any more"
            assert moment.ours == difference.ours, where


def test_every_transcript_is_played_or_has_its_reason() -> None:
    assert {*SCENES, *UNCLAIMED} == set(TRANSCRIPTS)
    assert not set(SCENES) & set(UNCLAIMED)
    assert {name for name, _ in DIFFERENCES} <= set(SCENES)
    assert all(difference.reason for difference in DIFFERENCES.values())


def test_every_difference_is_of_a_moment_there_is() -> None:
    played = {
        (name, moment.number)
        for name, scene in SCENES.items()
        for moment in replay(TRANSCRIPTS[name], scene, profile_of(scene))
    }
    assert set(DIFFERENCES) <= played


def test_profiles_of_ones_own_are_files() -> None:
    own = {path.stem for path in OWN.glob("*.toml")}
    assert own == {scene.profile for scene in SCENES.values()} - set(profile_names())
