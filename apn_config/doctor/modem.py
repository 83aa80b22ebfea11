"""The modem itself: who it is, whether its radio is on, and what its clock says."""

from __future__ import annotations

from datetime import timedelta

from apn_config.doctor import faults_host
from apn_config.doctor import faults_modem as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Mend, Topic, Verdict, end_of

_FULL = 1
_RADIO_OFF = (0, 4)
# Before this program was written.
_EARLIEST_YEAR = 2025
# Some modems give UTC beside their zone, or local time without it: hours tell nothing.
_FAR = timedelta(days=1)


async def look(exam: Examination) -> None:
    """Identify it. Raises ModemError, ControlError."""
    survey = exam.questions
    exam.progress("asking the modem who it is")
    who = exam.identity = await survey.identity()
    profile = survey.profile
    name = f"{who.manufacturer} {who.model} ({who.revision}), IMEI {end_of(who.imei)}"
    exam.findings.ok(Topic.MODEM, f"{name}, profile {profile.name}")
    if not profile.cgmi and not profile.cgmm:
        exam.findings.fault(faults.FAMILY_UNKNOWN, f"{who.manufacturer} {who.model}")
    if exam.error_reports == 0:
        exam.findings.fault(faults.PLAIN_ERRORS, "+CMEE is 0", mend=Mend(("AT+CMEE=1",)))
    await _radio(exam)


async def _radio(exam: Examination) -> None:
    functionality = await exam.questions.functionality()
    if functionality in _RADIO_OFF:
        on = exam.questions.profile.driver.radio_on
        exam.findings.fault(faults.RADIO_OFF, f"+CFUN is {functionality}", mend=Mend((on,)))
    elif functionality not in (None, _FULL):
        exam.findings.info(Topic.MODEM, f"+CFUN is {functionality}, a mode of its maker's own")


async def compare_clocks(exam: Examination) -> None:
    """Is the machine's clock far from the modem's? To be asked where the network may have set it.

    A modem whose clock nobody set says 1980 or 2004, which tells nothing.
    """
    told, now = await exam.questions.clock(), exam.place.now()
    if told is None or told.year < _EARLIEST_YEAR or abs(told - now) < _FAR:
        return
    found = f"it says {now:%Y-%m-%d %H:%M} UTC, the modem's {told:%Y-%m-%d %H:%M} UTC"
    # A clock that a time server set is more to be believed than a modem's.
    verdict = Verdict.INFO if exam.place.clock_synced() else Verdict.WARNING
    exam.findings.fault(faults_host.CLOCK_WRONG, found, verdict=verdict)
