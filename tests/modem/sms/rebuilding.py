"""A message made again from what a decoded one answers: the inverse of decoding.

For the property tests and the fuzz target; neither pytest nor hypothesis is imported here.
"""

from __future__ import annotations

from typing import TypedDict

from modem.sms import (
    AnyMessage,
    Command,
    Deliver,
    DeliverReport,
    InformationElement,
    StatusReport,
    Submit,
    SubmitReport,
    Validity,
    ValidityFormat,
    build_command,
    build_deliver,
    build_deliver_report,
    build_status_report,
    build_submit,
    build_submit_report,
)
from modem.sms.timestamp import OCTETS as TIME_OCTETS


class _Optional(TypedDict):
    """The fields that TP-PI announces."""

    pid: int | None
    dcs: int | None
    payload: bytes | None
    elements: tuple[InformationElement, ...]


def rebuilt(message: AnyMessage) -> AnyMessage:
    """A message built from the values that another one's properties give, not from its octets.

    Only a time that is no date, and what an enhanced validity says, have no other value than their
    octets. ComposeError for what can't be written: lenient decoding reads more than that.
    """
    if isinstance(message, Deliver):
        return _deliver(message)
    if isinstance(message, Submit):
        return _submit(message)
    if isinstance(message, StatusReport):
        return _status_report(message)
    if isinstance(message, Command):
        return _command(message)
    if isinstance(message, DeliverReport):
        return build_deliver_report(
            failure=message.failure, smsc=message.smsc, **_optional(message)
        )
    return build_submit_report(
        message.timestamp or message.scts,
        failure=message.failure,
        smsc=message.smsc,
        **_optional(message),
    )


def _deliver(message: Deliver) -> Deliver:
    return build_deliver(
        message.address,
        message.timestamp or message.scts,
        payload=message.payload,
        elements=message.udh,
        dcs=message.dcs.value,
        pid=message.pid,
        more_messages=message.more_messages,
        loop_prevention=message.loop_prevention,
        status_report_indication=message.status_report_indication,
        reply_path=message.reply_path,
        smsc=message.smsc,
    )


def _submit(message: Submit) -> Submit:
    return build_submit(
        message.address,
        reference=message.reference,
        validity=_meant(message.validity),
        payload=message.payload,
        elements=message.udh,
        dcs=message.dcs.value,
        pid=message.pid,
        reject_duplicates=message.reject_duplicates,
        status_report_request=message.status_report_request,
        reply_path=message.reply_path,
        smsc=message.smsc,
    )


def _status_report(message: StatusReport) -> StatusReport:
    at = message.scts_at
    return build_status_report(
        message.address,
        message.timestamp or message.octets[at : at + TIME_OCTETS],
        message.discharge or message.octets[at + TIME_OCTETS : at + 2 * TIME_OCTETS],
        reference=message.reference,
        status=message.status,
        more_messages=message.more_messages,
        loop_prevention=message.loop_prevention,
        of_command=message.of_command,
        parameters=message.parameters is not None,
        smsc=message.smsc,
        **_optional(message),
    )


def _command(message: Command) -> Command:
    return build_command(
        message.address,
        reference=message.reference,
        command_type=message.command_type,
        message_number=message.message_number,
        pid=message.pid,
        data=message.payload,
        elements=message.udh,
        status_report_request=message.status_report_request,
        smsc=message.smsc,
    )


def _optional(message: StatusReport | DeliverReport | SubmitReport) -> _Optional:
    return {
        "pid": message.pid if message.pid_at else None,
        "dcs": message.dcs.value if message.dcs_at else None,
        "payload": message.payload if message.udl_at else None,
        "elements": message.udh,
    }


# How many octets behind the indicator of an enhanced TP-VP mean something, by its lowest bits
# (3GPP TS 23.040 9.2.3.12.3).
_ENHANCED_OCTETS = (0, 1, 1, 3, 0, 0, 0, 0)


def _meant(validity: Validity) -> Validity:
    """A validity with the octets that its values make, zeros where nothing is defined."""
    if validity.format is ValidityFormat.RELATIVE and validity.seconds is not None:
        return Validity.relative(validity.seconds)
    if validity.format is ValidityFormat.ABSOLUTE and validity.until is not None:
        return Validity.absolute(validity.until)
    if validity.format is not ValidityFormat.ENHANCED:
        return validity
    # The same span can be said in more than one form: the form, too, is taken from the octets.
    octets = validity.octets
    start = 2 if octets[0] & 0x80 else 1
    value = octets[start : start + _ENHANCED_OCTETS[octets[0] & 7]]
    octets = bytes((octets[0] & 0xC7,)).ljust(start, b"\0") + value
    return Validity(validity.format, octets.ljust(len(validity.octets), b"\0"))
