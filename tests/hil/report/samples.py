"""Runs as a bench gives them, for tests and pictures: one that passed, and the same bench later,
with new firmware, slower, with failures and a modem that left in mid-run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hil.report.values import (
    Leg,
    Mark,
    MessageTrace,
    Outcome,
    Run,
    TestResult,
    TranscriptLine,
    Way,
)

STARTED = datetime(2026, 11, 27, 18, 2, 11, tzinfo=UTC)
MISSING = {
    "power": 'the bench has no power; it needs [power] kind, such as "uhubctl", "gpio", "http"',
    "cable": 'the bench has no cable; it needs [cable] kind = "usb" and device, such as "1-1.4"',
}


def said(*lines: tuple[float, str, str]) -> tuple[TranscriptLine, ...]:
    """Lines of a transcript."""
    return tuple(TranscriptLine(at_s, Way(way), text) for at_s, way, text in lines)


def round_trip(label: str, scale: float = 1.0, begin_s: float = 0.0) -> MessageTrace:
    """A command's way to the device and its answer's way back; 3.1 s of it at scale 1."""
    marks = (
        (0.0, Leg.REST, 'POST sms, "#7K STATUS"'),
        (0.142, Leg.REST, "201, id 48213"),
        (0.150, Leg.PLATFORM, "taken, from 12345"),
        (0.910, Leg.PLATFORM, "sent to the network"),
        (1.684, Leg.MODEM, '+CMTI: "ME",0'),
        (1.731, Leg.DAEMON, "read, stored, deleted in the modem"),
        (1.748, Leg.DAEMON, "STATUS done"),
        (1.752, Leg.OUTBOX, '"#7K OK apn=em reg=roaming rat=lte" due'),
        (1.760, Leg.MODEM, "AT+CMGS=33"),
        (2.530, Leg.OUTBOX, "+CMGS: 41, sent"),
        (2.871, Leg.PLATFORM, "from the device, to 1234"),
        (3.102, Leg.WEBHOOK, "POST, answered 200"),
    )
    placed = (Mark(begin_s + at_s * scale, leg, what) for at_s, leg, what in marks)
    return MessageTrace(label, tuple(placed))


def buffered() -> MessageTrace:
    """A message that waits 201 s at the platform, since the modem has no coverage."""
    return MessageTrace(
        "APN em while the modem has no coverage",
        (
            Mark(0.0, Leg.REST, 'POST sms, "#9 APN em"'),
            Mark(0.061, Leg.REST, "201, id 48230"),
            Mark(0.066, Leg.PLATFORM, "buffered: absent subscriber"),
            Mark(201.3, Leg.MODEM, '+CMTI: "ME",0'),
            Mark(201.36, Leg.DAEMON, "read, stored, deleted in the modem"),
            Mark(204.9, Leg.DAEMON, "APN em verified"),
            Mark(204.91, Leg.OUTBOX, '"#9 OK apn=em" due'),
            Mark(206.0, Leg.OUTBOX, "+CMGS: 52, sent"),
            Mark(206.4, Leg.WEBHOOK, "POST, answered 200"),
        ),
    )


def instant() -> MessageTrace:
    """On the simulated bench all is over after 46 ms, two marks at one time."""
    return MessageTrace(
        "STATUS on the simulated bench",
        (
            Mark(0.500, Leg.REST, "POST sms"),
            Mark(0.504, Leg.PLATFORM, "taken"),
            Mark(0.504, Leg.REST, "201"),
            Mark(0.506, Leg.MODEM, '+CMTI: "ME",0'),
            Mark(0.519, Leg.DAEMON, "stored"),
            Mark(0.522, Leg.OUTBOX, "due"),
            Mark(0.538, Leg.OUTBOX, "sent"),
            Mark(0.546, Leg.WEBHOOK, "POST, answered 200"),
        ),
    )


def burst(count: int = 20) -> tuple[MessageTrace, ...]:
    """Messages that were sent 0.4 s after each other, and queue up in the modem."""
    return tuple(
        round_trip(f"PING {number} of {count}", 1 + number * 0.09, (number - 1) * 0.4)
        for number in range(1, count + 1)
    )


TALK = said(
    (0.000, "--", "POST /api/v1/endpoint/*****/sms"),
    (0.142, "--", "201"),
    (1.684, "<-", '+CMTI: "ME",0'),
    (1.689, "->", "AT+CMGR=0"),
    (1.703, "<-", "+CMGR: 0,,31"),
    (1.703, "<-", "0791447758100650040A8121436587F900006211812081210508A3F45B4E5D4154"),
    (1.703, "<-", "OK"),
    (1.731, "->", "AT+CMGD=0"),
    (1.742, "<-", "OK"),
    (1.760, "->", "AT+CMGS=33"),
    (1.781, "<-", "> "),
    (1.782, "->", "0001000481214300001723ED12E4AF02617A3C0DD2C9E9F2B81B<^Z>"),
    (2.530, "<-", "+CMGS: 41"),
    (2.530, "<-", "OK"),
)


def passed_test(
    name: str, title: str, duration_s: float, measures: dict[str, float] | None = None
) -> TestResult:
    """One that has no messages."""
    return TestResult(name, title, Outcome.PASSED, duration_s, measures=measures or {})


def skipped(name: str, title: str, reason: str) -> TestResult:
    """A skip."""
    return TestResult(name, title, Outcome.SKIPPED, 0.0, reason)


def former_tests() -> tuple[TestResult, ...]:
    """All well."""
    status = passed_test(
        "test_daemon.py::test_status",
        "STATUS is answered by SMS",
        3.3,
        {"mt_s": 1.68, "mo_s": 1.35},
    )
    return (
        passed_test("test_modem.py::test_identity", "The modem says who it is", 0.4),
        passed_test("test_modem.py::test_sim", "The SIM is ready and has an ICCID", 0.2),
        passed_test(
            "test_modem.py::test_registration",
            "Registered, and how long it takes after CFUN",
            9.1,
            {"registration_s": 8.7},
        ),
        passed_test(
            "test_modem.py::test_signal", "Signal strength is in range", 0.3, {"rssi_dbm": -71.0}
        ),
        *(
            replace(
                passed_test(
                    f"test_messages.py::test_mt[{size}]",
                    f"An SMS of {size} characters arrives whole",
                    duration_s,
                    {"mt_s": mt_s},
                ),
                messages=(round_trip(f"{size} characters", mt_s / 1.7),),
                transcript=TALK,
            )
            for size, duration_s, mt_s in ((160, 2.2, 1.7), (161, 3.4, 2.9), (459, 4.9, 4.1))
        ),
        passed_test(
            "test_messages.py::test_unicode", "Unicode arrives as it was sent", 2.4, {"mt_s": 1.9}
        ),
        replace(status, messages=(round_trip("STATUS"),), transcript=TALK),
        passed_test(
            "test_daemon.py::test_apn", "The APN changes, and back", 14.8, {"change_s": 6.2}
        ),
        replace(
            passed_test(
                "test_daemon.py::test_burst",
                "A burst of 20 is answered",
                19.4,
                {"mt_s": 2.8},
            ),
            messages=burst(),
        ),
        replace(
            passed_test(
                "test_daemon.py::test_coverage", "What waits at the platform is done later", 209.0
            ),
            messages=(buffered(),),
        ),
        skipped("test_faults.py::test_power_cut", "Power cut in a change", MISSING["power"]),
        skipped("test_faults.py::test_cable", "A cable pulled and put back", MISSING["cable"]),
        passed_test("test_end.py::test_apn_is_back", "The APN that was there is there again", 0.8),
    )


FAILURE = """\
    def test_unicode(cloud, daemon, budget):
        sent = cloud.send("grüße \\U0001f600", budget)
>       assert daemon.inbox(sent).text == "grüße \\U0001f600"
E       AssertionError: assert 'gr??e ??' == 'grüße \\U0001f600'

hil/test_messages.py:88: AssertionError"""


def former() -> Run:
    """The run that passed."""
    return Run(
        bench="pi-sim7600",
        simulated=False,
        modem={
            "manufacturer": "SIMCOM INCORPORATED",
            "model": "SIMCOM_SIM7600E-H",
            "revision": "LE20B03SIM7600M22",
            "profile": "sim7600",
        },
        network={"operator": "Telekom.de", "rat": "lte"},
        program="0.1.0",
        python="3.11.2",
        host="pi-bench",
        started=STARTED,
        duration_s=271.4,
        sms_budget=150,
        sms_sent=34,
        sms_received=29,
        missing=MISSING,
        whole=True,
        stopped=None,
        tests=former_tests(),
    )


def later() -> Run:
    """The next day: other firmware, two legs slower, a failure, and the end in mid-run."""
    why = "the modem left and did not come back within 180 s"
    tests = {test.id.partition("::")[2]: test for test in former_tests()}
    slow = tests["test_mt[160]"]
    tests["test_mt[160]"] = replace(
        slow,
        duration_s=6.9,
        measures={"mt_s": 6.4},
        messages=(round_trip("160 characters", 3.76),),
    )
    tests["test_registration"] = replace(
        tests["test_registration"], duration_s=24.6, measures={"registration_s": 24.1}
    )
    tests["test_signal"] = replace(tests["test_signal"], measures={"rssi_dbm": -93.0})
    tests["test_unicode"] = replace(
        tests["test_unicode"],
        outcome=Outcome.FAILED,
        reason="AssertionError: 'gr??e ??' is not what was sent",
        detail=FAILURE,
        messages=(round_trip("grüße \U0001f600", 1.1),),
        transcript=TALK,
    )
    tests["test_burst"] = replace(
        tests["test_burst"],
        outcome=Outcome.ERROR,
        reason=f"the bench broke: {why}",
        detail=f"BenchBroke: {why}",
        messages=burst(7),
        measures={},
    )
    for name in ("test_coverage", "test_power_cut", "test_cable", "test_apn_is_back"):
        tests[name] = skipped(tests[name].id, tests[name].title, f"the bench broke: {why}")
    return replace(
        former(),
        modem={**former().modem, "revision": "LE20B04SIM7600M22"},
        started=STARTED + timedelta(hours=17),
        duration_s=312.0,
        sms_sent=17,
        sms_received=12,
        whole=True,
        stopped=why,
        tests=(*tests.values(), passed_test("test_daemon.py::test_ping", "PING is answered", 2.9)),
    )


def simulated() -> Run:
    """A run on the simulated bench, where all is in milliseconds."""
    test = replace(
        passed_test("test_daemon.py::test_status", "STATUS is answered", 0.6, {"mt_s": 0.006}),
        messages=(instant(),),
    )
    return replace(
        former(),
        bench="simulated-ec25",
        simulated=True,
        modem={"manufacturer": "Quectel", "model": "EC25", "profile": "ec25"},
        network={"operator": "simulated", "rat": "lte"},
        tests=(test,),
        missing={},
        duration_s=71.0,
    )
