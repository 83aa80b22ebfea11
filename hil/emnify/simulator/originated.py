"""SMS from devices (MO): what the policies let through, and where it goes.

To a short number it goes to the portal and the webhook (A2P), to a longer one to the device that
owns it or out of the network (P2P). How a device is refused is documented for limits alone: a
monthly limit is a time-out, a P2P cap is acknowledged and dropped. For a service that is off the
documents say nothing; the causes of 3GPP TS 24.011 (table E-2) that say it are used.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hil.emnify.simulator.organisation import Organisation
from hil.emnify.simulator.policy import P2P_MO_CAP, P2P_MT_CAP, SMS_MO, SMS_MT
from hil.emnify.simulator.records import Device, Direction, Part, Sim, Sms, SmsStatus
from hil.emnify.simulator.terminated import VALIDITY, Terminated
from hil.emnify.simulator.wire_form import INTERNATIONAL
from modem.simulator import Course, NetworkRefusal, Submission, Subscriber
from modem.sms import Submit, decode_pdu
from modem.sms.udh import encode_header

# RP-Cause, told by the modem as +CMS ERROR.
_NOT_SUBSCRIBED = 50  # requested facility not subscribed
_REJECTED = 21  # short message transfer rejected


class Originated:
    """The rules of one organisation for what its devices send."""

    def __init__(self, organisation: Organisation, terminated: Terminated) -> None:
        self._organisation = organisation
        self._terminated = terminated
        self._underway: Sms | None = None  # what is about to be handed on to another device

    def route(self, sender: Subscriber, submission: Submission) -> Course:
        """Where a submission goes; raises NetworkRefusal."""
        self._underway = None
        device = self._organisation.device_of(sender)
        if device is None:  # a card that belongs to nobody
            raise NetworkRefusal(_NOT_SUBSCRIBED)
        now = self._organisation.now()
        if not device.policy.may_send:
            raise NetworkRefusal(_NOT_SUBSCRIBED)
        if device.usage.exhausted(device.policy, SMS_MO, now):
            raise NetworkRefusal.silence()
        if self._organisation.is_short(submission.to):
            self._end(self._kept(device, submission), SmsStatus.DELIVERED)
            return Course.KEPT
        return self._to_subscriber(device, submission)

    def _to_subscriber(self, device: Device, submission: Submission) -> Course:
        """P2P."""
        policy = device.policy
        sim = self._sim(submission.to)
        if not (policy.p2p_inside if sim else policy.p2p_outside):
            raise NetworkRefusal(_REJECTED)
        now = self._organisation.now()
        sms = self._kept(device, submission)
        if not device.usage.may_send_p2p(now):
            note = f"SMS MO P2P limit reached: {P2P_MO_CAP} in 24 hours"
            self._end(sms, SmsStatus.FAILED, note)
            return Course.LOST
        self._end(sms, SmsStatus.DELIVERED)
        if sim is None:
            return Course.ON
        if sim.device is None:  # a card that no device has: nobody gets it
            return Course.LOST
        reason = self._unwanted(sim.device)
        if reason is not None:
            self._terminated.refuse_arriving(sim.device, sms, reason)
            return Course.LOST
        self._underway = sms
        return Course.ON

    def _unwanted(self, owner: Device) -> str | None:
        """Why a message of another device doesn't get through."""
        if not owner.policy.may_receive:
            return "SMS MT is off in the service profile"
        if not owner.policy.p2p_inside:
            return "P2P SMS between devices is off in the service profile"
        now = self._organisation.now()
        if owner.usage.exhausted(owner.policy, SMS_MT, now):
            return f"the limit of {owner.policy.limits[SMS_MT]} MT-SMS a month"
        if not owner.usage.may_receive_p2p(now):
            return f"more than {P2P_MT_CAP} P2P SMS in a minute"
        return None

    def handed_on(self, submission: Submission, receiver: Subscriber, pdu: str) -> None:
        """The network takes a message to another device."""
        sms, self._underway = self._underway, None
        owner = self._organisation.device_of(receiver)
        if sms is not None and owner is not None:
            self._terminated.arriving(owner, sms, pdu)

    def _sim(self, number: str) -> Sim | None:
        """The organisation's card with that number."""
        digits = number.removeprefix("+")
        sims = self._organisation.sims.values()
        return next((sim for sim in sims if sim.who.msisdn == digits), None)

    def _kept(self, device: Device, submission: Submission) -> Sms:
        """The record of what a device sent. It counts, whatever becomes of it."""
        assert device.sim is not None
        now = self._organisation.now()
        device.usage.count(SMS_MO, now)
        key = self._organisation.new_sms_id()
        message = decode_pdu(submission.pdu, from_device=True)
        assert isinstance(message, Submit)
        concat = message.concat
        part = Part(concat.seq, concat.total, str(concat.ref)) if concat else Part(1, 1, str(key))
        text = submission.text
        if text is None:  # how the platform writes octets is not documented
            text = (message.data or b"").hex()
        sms = Sms(
            key,
            device,
            Direction.MO,
            text,
            device.sim.who.msisdn,
            INTERNATIONAL,
            submission.to.removeprefix("+"),
            now,
            _expiry(message, now),
            part,
            dcs=message.dcs.value,
            pid=message.pid,
            udh=encode_header(message.header.elements).hex(),
            pdu=submission.pdu,
        )
        device.keep(sms)
        return sms

    def _end(self, sms: Sms, status: SmsStatus, note: str | None = None) -> None:
        sms.status, sms.note = status, note
        sms.final = sms.last_attempt = self._organisation.now()
        self._organisation.tell_sms(sms)


def _expiry(message: Submit, now: datetime) -> datetime:
    """The end of what the device asks for (TP-VP), a day at most."""
    asked = message.validity
    if asked.seconds is not None:
        return min(now + VALIDITY, now + timedelta(seconds=asked.seconds))
    return now + VALIDITY if asked.until is None else min(now + VALIDITY, max(now, asked.until))
