"""Which fault is to be mended first, and what the text of a report may hold."""

from __future__ import annotations

import pytest

from apn_config.doctor import faults_modem as modem
from apn_config.doctor import faults_service as service
from apn_config.doctor import words
from apn_config.doctor.faults_host import UNDERVOLTAGE
from apn_config.doctor.findings import (
    NEEDS,
    Fault,
    Finding,
    Findings,
    Topic,
    Verdict,
    exit_code_of,
    root_of,
)


def found(*faults: Fault, verdict: Verdict | None = None) -> list[Finding]:
    return [Finding(each.topic, verdict or each.verdict, "so it is", each) for each in faults]


@pytest.mark.parametrize(
    ("faults", "root"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([service.WEAK_SIGNAL], None, id="a warning alone"),
        pytest.param([service.DENIED], "denied", id="a failure alone"),
        pytest.param([service.DENIED, service.APN_OTHER], "apn-other", id="what brings it about"),
        pytest.param([service.DENIED, service.WEAK_SIGNAL], "denied", id="what doesn't"),
        pytest.param(
            [service.STORAGE_FULL, modem.RADIO_OFF], "radio-off", id="what is needed first"
        ),
        pytest.param([modem.NO_ANSWER, UNDERVOLTAGE], "undervoltage", id="a cause elsewhere"),
        pytest.param(
            [service.NO_SIGNAL, service.TECHNOLOGY_LOCKED, modem.RADIO_OFF],
            "radio-off",
            id="the first topic wins",
        ),
    ],
)
def test_the_root(faults: list[Fault], root: str | None) -> None:
    for order in (faults, faults[::-1]):
        first = root_of(found(*order))
        assert (first and first.id) == root


def test_what_is_only_worth_knowing_is_no_cause() -> None:
    listed = found(service.DENIED) + found(service.APN_OTHER, verdict=Verdict.INFO)
    root = root_of(listed)
    assert root is not None
    assert root.id == "denied"


def test_faults_that_blame_each_other_have_a_root_all_the_same() -> None:
    one = Fault("one", Topic.SMS, Verdict.FAILED, "", "", "", blames=("other",))
    other = Fault("other", Topic.SMS, Verdict.FAILED, "", "", "", blames=("one",))
    assert root_of(found(one, other)) is not None


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([service.WEAK_SIGNAL], 0, id="a warning"),
        pytest.param([modem.SIM_PIN, modem.ECHO], 9, id="the failure's own"),
        pytest.param([modem.NO_ANSWER, modem.MODEM_MANAGER], 8, id="of what a warning causes"),
    ],
)
def test_the_exit_code(faults: list[Fault], code: int) -> None:
    assert exit_code_of(found(*faults)) == code


def test_what_needs_a_topic_that_failed_is_skipped_and_says_so() -> None:
    told: list[Finding] = []
    findings = Findings(told.append)
    findings.fault(modem.SIM_MISSING, "none")
    assert findings.may_look(Topic.MODEM)
    assert not findings.may_look(Topic.SMS)
    assert (told[-1].topic, told[-1].verdict) == (Topic.SMS, Verdict.SKIPPED)
    assert told[-1].found == "needs the SIM"


def test_a_topic_needs_earlier_ones_only() -> None:
    order = list(Topic)
    for topic, needed in NEEDS.items():
        assert all(order.index(each) < order.index(topic) for each in needed)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IMEI 001017005766699", "IMEI ...6699"),
        ('+CSCA: "+883990000001",145', '+CSCA: "...0001",145'),
        ("+CCID: 8988399007902325614F", "+CCID: ...614F"),
        ('+CRSM: 144,0,"98899300970932524165"', '+CRSM: 144,0,"...4165"'),
        ('"002B003400390031"', '"...0031"'),
        ("2026-06-01 12:00", "2026-06-01 12:00"),
        ("10.65.0.2", "10.65.0.2"),
        ("kernel 6.18.44-fc-v669", "kernel 6.18.44-fc-v669"),
        ('+CPMS: "ME",0,23', '+CPMS: "ME",0,23'),
        ("model X490170123456789", "model X...6789"),
        ("IMEI:490170123456789.x", "IMEI:...6789.x"),
    ],
)
def test_numbers_in_a_report(text: str, shown: str) -> None:
    assert words.masked(text) == shown


def test_what_a_modem_says_cannot_steer_a_terminal() -> None:
    finding = Finding(Topic.MODEM, Verdict.WARNING, "evil\x1b[2J\r", modem.FAMILY_UNKNOWN, "\x07")
    text = words.headline(finding) + "".join(words.details(finding))
    assert text.isprintable()
    assert "\\x1b" in text
