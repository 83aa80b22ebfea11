"""The network's SMS centre: takes submissions, and reports on them. No AT commands here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from modem.simulator.cellular import Network, Subscriber
from modem.sms import (
    ComposeError,
    PduError,
    Submit,
    build_status_report,
    decode_pdu,
    parse_number,
)

REPORT_S = 1.0  # from a submission to the report that it arrived


class SubmissionRefused(Exception):
    """The octets are no SMS-SUBMIT."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A mobile originated SMS as the SMS centre got it; a long message is one of these a part.

    `pdu` has the SMSC octets first, as the host gave it; `reference` is the TP-MR that the modem
    put in and told the host. `text` is None for data.
    """

    to: str
    text: str | None
    pdu: str
    reference: int
    time: datetime


def read_submission(pdu: str, reference: int, time: datetime) -> Submission:
    """What the host wants sent; raises SubmissionRefused."""
    message = _submit(pdu)
    return Submission(message.number, message.text, pdu, reference, time)


def accept(network: Network, subscriber: Subscriber, submission: Submission) -> Submission:
    """Take a submission, and have the report delivered that it asks for."""
    taken = replace(submission, time=network.wall())
    if _submit(taken.pdu).status_report_request:
        network.after(REPORT_S, lambda: _report(network, subscriber, taken))
    return taken


def _submit(pdu: str) -> Submit:
    try:
        message = decode_pdu(pdu, from_device=True)
    except PduError as error:
        raise SubmissionRefused(str(error)) from error
    if not isinstance(message, Submit):
        raise SubmissionRefused("wanted an SMS-SUBMIT")
    return message


def _report(network: Network, subscriber: Subscriber, submission: Submission) -> None:
    try:
        report = build_status_report(
            _submit(submission.pdu).address,
            submission.time,
            network.wall(),
            reference=submission.reference,
            smsc=parse_number(network.settings.smsc, "smsc"),
        )
    except ComposeError:  # a recipient that no report can name; an SMS centre drops it likewise
        return
    subscriber.deliver(report.pdu)
