"""The network's SMS centre: takes submissions, hands them on, and reports. No AT commands here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from modem.at.results import CMS_NAMES
from modem.simulator.answers import Refusal
from modem.simulator.userdata import user_data_of, with_user_data
from modem.sms import (
    ComposeError,
    PduError,
    Submit,
    SubmitReport,
    build_deliver,
    build_status_report,
    build_submit_report,
    decode_pdu,
    parse_number,
)

if TYPE_CHECKING:
    from modem.simulator.cellular import Network, Subscriber

REPORT_S = 1.0  # from a submission, or its arrival at another modem, to the report on it
# How long a modem waits for the network's word on a submission: TR1M (3GPP TS 24.011 10).
SUBMISSION_PATIENCE_S = 40.0
_NETWORK_TIMEOUT = 332  # +CMS ERROR (3GPP TS 27.005 3.2.5)
_DELIVERED = 0x00  # TP-ST, 3GPP TS 23.040 9.2.3.15
_EXPIRED = 0x46
_ANY = ""  # a number in rules: whatever number it is


Value = TypeVar("Value")


class SubmissionRefused(Exception):
    """The octets are no SMS-SUBMIT."""


class NetworkRefusal(Refusal):
    """The network doesn't take a submission: +CMS ERROR with any number, a cause or a TP-FCS.

    The modem hears of it after `after_s`, one of the network's spans.
    """

    def __init__(self, code: int, *, after_s: float = 0.0) -> None:
        self.code = code
        self.after_s = after_s
        super().__init__(f"+CMS ERROR: {code}")

    @classmethod
    def silence(cls) -> NetworkRefusal:
        """It says nothing at all, until the modem gives up (27.005 3.2.5, "network timeout")."""
        return cls(_NETWORK_TIMEOUT, after_s=SUBMISSION_PATIENCE_S)

    def text(self, cmee: int) -> str:
        """The number or the name of the error (3GPP TS 27.005 3.2.5)."""
        return (
            f"+CMS ERROR: {CMS_NAMES.get(self.code, 'unknown error') if cmee == 2 else self.code}"
        )


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


class Course(Enum):
    """What becomes of a submission behind the SMS centre."""

    ON = "on to its number, a modem of this network or outside"
    KEPT = "the operator takes it: it has arrived"
    LOST = "acknowledged, and dropped"


class Router(Protocol):
    """The operator's rules for what modems send; without one every submission goes on."""

    def route(self, sender: Subscriber, submission: Submission) -> Course:
        """What becomes of it; raises NetworkRefusal for what isn't taken."""
        ...

    def handed_on(self, submission: Submission, receiver: Subscriber, pdu: str) -> None:
        """A submission is about to be offered to another modem of this network, as that PDU."""
        ...


@dataclass(slots=True)
class _Rule(Generic[Value]):
    """What is done to submissions, while it lasts: `left` is how many more, None without end."""

    value: Value
    left: int | None


class _Rules(Generic[Value]):
    """Rules by number. One for the number goes before one for all."""

    def __init__(self) -> None:
        self._rules: dict[str, _Rule[Value]] = {}

    def set(self, value: Value, to: str | None, count: int | None) -> None:
        if count is not None and count < 1:
            raise ValueError(f"count: wanted 1 or more, got {count}")
        self._rules[_ANY if to is None else _digits(to)] = _Rule(value, count)

    def take(self, to: str) -> Value | None:
        """What applies to a submission to that number; it counts."""
        for key in (_digits(to), _ANY):
            rule = self._rules.get(key)
            if rule is None:
                continue
            if rule.left is not None:
                rule.left -= 1
                if not rule.left:
                    del self._rules[key]
            return rule.value
        return None

    def clear(self) -> None:
        self._rules.clear()


@dataclass(frozen=True, slots=True)
class _Underway:
    """A message from one modem to another that hasn't arrived yet."""

    pdu: str
    receiver: Subscriber
    sender: Subscriber
    submission: Submission
    report: bool


class ServiceCentre:
    """The SMS centre of a network. What a test wants of it can be changed at any time.

    A submission to the number of a modem of this network arrives there, with the sender's number
    and the user data as it is, and is reported on once that modem has taken it. Any other number
    is outside: such a message counts as delivered when `report_s` have passed.
    """

    def __init__(self, network: Network) -> None:
        self.report_s = REPORT_S
        self.router: Router | None = None
        self._network = network
        self._subscribers: dict[str, Subscriber] = {}
        self._refusals = _Rules[int]()
        self._outcomes = _Rules[tuple[int, ...]]()
        self._underway: list[_Underway] = []
        self._last: dict[str, str] = {}  # by number, what the modem took last

    # ---- what a test wants

    def refuse(self, code: int, *, to: str | None = None, count: int | None = None) -> None:
        """Refuse submissions with +CMS ERROR: `code`: the next `count` of them, or all from now on.

        `to` is a number, else it is about any. 1 to 127 are causes of the network (27 destination
        out of service, 38 network out of order), 128 to 255 a TP-FCS, 500 and more the modem's.
        """
        if not 1 <= code <= 0xFFFF:
            raise ValueError(f"code: wanted 1 to 65535, got {code}")
        self._refusals.set(code, to, count)

    def report(self, *statuses: int, to: str | None = None, count: int | None = None) -> None:
        """Have submissions reported on with these TP-ST, one after the other, `report_s` apart.

        0x00 is delivered, 0x20 to 0x3F says that the SMS centre still tries, 0x40 to 0x7F that it
        failed. Without any, no report comes, however much it was asked for.
        """
        if not all(0 <= status <= 0xFF for status in statuses):
            raise ValueError("statuses: wanted 0 to 255")
        self._outcomes.set(statuses, to, count)

    def relent(self) -> None:
        """Refuse nothing any more, and report the truth."""
        self._refusals.clear()
        self._outcomes.clear()

    def redeliver(self, number: str) -> str:
        """Deliver once more what the modem of that number took last, SCTS and all; its PDU.

        Raises LookupError where no such modem is, or nothing was taken.
        """
        subscriber = self._subscribers[_digits(number)]
        pdu = self._last[_digits(number)]
        subscriber.deliver(pdu)
        return pdu

    # ---- what the network's parts do

    def enrol(self, number: str, subscriber: Subscriber) -> None:
        """From now on messages to that number (digits, with `+` or without) go to that modem."""
        digits = _digits(number)
        self._subscribers[digits] = subscriber
        subscriber.number = digits
        subscriber.when_taken = lambda pdu: self._taken(subscriber, pdu)

    def submit(self, sender: Subscriber, submission: Submission) -> Submission:
        """Take a submission, and hand it on; as it was taken. Raises NetworkRefusal."""
        code = self._refusals.take(submission.to)
        if code is not None:
            raise NetworkRefusal(code)
        taken = replace(submission, time=self._network.wall())
        course = self.router.route(sender, taken) if self.router else Course.ON
        message = _submit(taken.pdu)
        wanted = message.status_report_request and course is not Course.LOST
        outcome = self._outcomes.take(taken.to)
        if outcome is not None and wanted:
            self._report_all(sender, taken, outcome)
        receiver = self._subscribers.get(_digits(taken.to)) if course is Course.ON else None
        truth = wanted and outcome is None
        if receiver is not None:
            self._hand_on(
                _Underway(self._arriving(sender, message), receiver, sender, taken, truth)
            )
        elif truth:
            self._report_all(sender, taken, (_DELIVERED,))
        return taken

    def acknowledgement(self, submission: Submission) -> SubmitReport:
        """The SUBMIT-REPORT in the RP-ACK (3GPP TS 23.040 9.2.2.2a)."""
        return build_submit_report(submission.time)

    def _arriving(self, sender: Subscriber, message: Submit) -> str:
        """The DELIVER of a SUBMIT: all that stands behind its TP-VP is handed on as it is."""
        network = self._network
        deliver = build_deliver(
            parse_number(f"+{sender.number}"),
            network.wall(),
            dcs=message.dcs.value,
            pid=message.pid,
            status_report_indication=message.status_report_request,
            reply_path=message.reply_path,
            smsc=parse_number(network.settings.smsc, "smsc"),
        )
        pdu = with_user_data(deliver, user_data_of(message), headed=message.udhi)
        return pdu.hex().upper()

    def _hand_on(self, underway: _Underway) -> None:
        self._underway.append(underway)
        validity = _submit(underway.submission.pdu).validity
        span_s = validity.seconds
        if validity.until is not None:
            span_s = int((validity.until - self._network.wall()).total_seconds())
        if span_s is not None:
            self._network.after(span_s, lambda: self._expire(underway))
        if self.router is not None:
            self.router.handed_on(underway.submission, underway.receiver, underway.pdu)
        underway.receiver.deliver(underway.pdu)

    def _expire(self, underway: _Underway) -> None:
        if underway in self._underway and underway.receiver.withdraw(underway.pdu):
            self._underway.remove(underway)
            if underway.report:
                self._report(underway.sender, underway.submission, _EXPIRED)

    def _taken(self, receiver: Subscriber, pdu: str) -> None:
        """A modem has taken a message."""
        self._last[receiver.number] = pdu
        for underway in self._underway:
            if underway.receiver is receiver and underway.pdu == pdu:
                self._underway.remove(underway)
                if underway.report:
                    self._report_all(underway.sender, underway.submission, (_DELIVERED,))
                return

    def _report_all(
        self, sender: Subscriber, submission: Submission, statuses: Iterable[int]
    ) -> None:
        for number, status in enumerate(statuses, 1):
            report = partial(self._report, sender, submission, status)
            self._network.after(number * self.report_s, report)

    def _report(self, sender: Subscriber, submission: Submission, status: int) -> None:
        network = self._network
        try:
            report = build_status_report(
                _submit(submission.pdu).address,
                submission.time,
                network.wall(),
                reference=submission.reference,
                status=status,
                smsc=parse_number(network.settings.smsc, "smsc"),
            )
        except ComposeError:  # a recipient that no report can name; an SMS centre drops it likewise
            return
        sender.deliver(report.pdu)


def read_submission(pdu: str, reference: int, time: datetime) -> Submission:
    """What the host wants sent; raises SubmissionRefused."""
    message = _submit(pdu)
    return Submission(message.number, message.text, pdu, reference, time)


def _submit(pdu: str) -> Submit:
    try:
        message = decode_pdu(pdu, from_device=True)
    except PduError as error:
        raise SubmissionRefused(str(error)) from error
    if not isinstance(message, Submit):
        raise SubmissionRefused("wanted an SMS-SUBMIT")
    return message


def _digits(number: str) -> str:
    """A number as it is compared: `+` and type of number don't count."""
    return number.removeprefix("+")
