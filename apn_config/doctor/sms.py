"""SMS: can they come and go?"""

from __future__ import annotations

from apn_config.doctor import faults_service as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Mend, Topic, Verdict
from modem import Reception, Registration

_TIGHT = 0.8
_RLOS = 11


async def look(exam: Examination) -> None:
    """How messages come in, and whether they could go. Raises ModemError, ControlError."""
    exam.progress("looking at SMS")
    survey = exam.questions
    before = len(exam.findings.told)
    registration = await survey.registration()
    _tell_bearer(exam, registration)
    centre = await survey.service_centre()
    if centre == "":
        exam.findings.fault(faults.NO_SERVICE_CENTRE, "+CSCA is empty")
    reception = await survey.reception()
    _tell_storage(exam, reception)
    _tell_indications(exam, reception)
    _tell_settings(exam, reception)
    if not any(each.verdict is not Verdict.INFO for each in exam.findings.told[before:]):
        use = reception.use
        held = f", {use.used} of {use.total} in {use.name}" if use else ""
        exam.findings.ok(Topic.SMS, f"service centre {centre or 'unknown'}{held}")


def _tell_bearer(exam: Examination, registration: Registration) -> None:
    states = (registration.cs, registration.ps, registration.eps)
    other = any(state is not None and state.stat == _RLOS for state in states)
    if other or (registration.registered and not registration.sms_ready):
        exam.findings.fault(faults.SMS_IMPOSSIBLE, "registered, and not for SMS")
    elif registration.sms_unproven:
        found = "registered for packets only"
        if exam.rat == "nbiot":
            # Most NB-IoT networks have none, some do.
            exam.findings.fault(
                faults.SMS_IMPOSSIBLE, f"{found}, by NB-IoT", verdict=Verdict.WARNING
            )
            return
        to = exam.config.reply.to or "NUMBER"
        exam.findings.fault(faults.SMS_UNPROVEN, found, to=to)


def _tell_storage(exam: Examination, reception: Reception) -> None:
    use = reception.use
    if not reception.stores:
        found = "+CPMS=? offers none" if reception.offers else "+CPMS=? is refused"
        exam.findings.fault(faults.NO_STORAGE, found)
        return
    if use is not None and use.total:
        found = f"{use.used} of {use.total} in {use.name}"
        if use.used >= use.total:
            exam.findings.fault(faults.STORAGE_FULL, found)
        elif use.used > _TIGHT * use.total:
            exam.findings.fault(faults.STORAGE_TIGHT, found)
    names = [each.name for each in reception.uses[:3]]
    if len(names) == 3 and names[2] != names[0] and reception.home == names[2]:
        exam.findings.fault(
            faults.MEMORIES_APART,
            f"they go to {names[2]}, and {names[0]} is read",
            mend=Mend((f'AT+CPMS="{names[2]}","{names[1]}","{names[2]}"',)),
            home=names[2],
            write=names[1],
        )


def _tell_indications(exam: Examination, reception: Reception) -> None:
    if reception.announces is False:
        exam.findings.fault(faults.NOT_ANNOUNCED, "+CNMI=? offers nothing that would serve")
    elif reception.announces is None:
        exam.findings.fault(faults.NOT_ANNOUNCED, "+CNMI=? is refused")
    elif reception.cnmi is not None and reception.cnmi.mt == 0 and reception.best_cnmi is not None:
        best = reception.best_cnmi.values
        exam.findings.fault(
            faults.NO_ANNOUNCEMENT_SET,
            f"+CNMI is {reception.cnmi.values}",
            verdict=_changed_verdict(exam),
            mend=Mend((f"AT+CNMI={best}",)),
            cnmi=best,
        )


def _tell_settings(exam: Examination, reception: Reception) -> None:
    if reception.text_mode:
        exam.findings.fault(
            faults.TEXT_MODE,
            "+CMGF is 1",
            verdict=_changed_verdict(exam),
            mend=Mend(("AT+CMGF=0",)),
        )


def _changed_verdict(exam: Examination) -> Verdict:
    """Without the daemon nobody has set it yet; beside it somebody took it away."""
    return Verdict.INFO if exam.status is None else Verdict.WARNING
