"""SMS to devices (MT): from an operator's submission to the device, or to nothing.

The network holds what a modem can't take (`Subscriber.waiting`); here it is known what became of
each message, and by when it has to have arrived.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hil.emnify.simulator.changes import Change, DeviceChanged, PoliciesChanged
from hil.emnify.simulator.errors import ErrorKind, Invalid, Refused
from hil.emnify.simulator.organisation import Organisation
from hil.emnify.simulator.policy import SMS_MT
from hil.emnify.simulator.records import Device, Direction, Part, Sms, SmsStatus, Via
from hil.emnify.simulator.wire_form import Outgoing, deliver_pdu, sender_of
from modem.simulator import Subscriber
from modem.sms import decode_pdu

_MT_OFF = "SMS MT is off in the service profile"

# Every recorded SMS expires a day after its submission; the longest validity is not documented.
VALIDITY = timedelta(hours=24)
MAX_VALIDITY = timedelta(days=7)
# From a submission to the first try; the network's span.
ATTEMPT_S = 0.1
# How often a message is looked at whose receiver's host is to acknowledge it.
LOOK_S = 5.0
# The schedule is not published; an attach or a free slot is a try of its own.
RETRIES_S = (60.0, 300.0, 900.0, 3600.0)


class Terminated:
    """The messages to devices of one organisation."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    def send(
        self, device: Device, wanted: Outgoing, via: Via, expires: datetime | None = None
    ) -> Sms:
        """Take a message for a device; raises Refused."""
        now = self._organisation.now()
        if expires is None:
            expires = now + VALIDITY
        elif not now < expires <= now + MAX_VALIDITY:
            raise Invalid("expiry_date", "wanted one within the next seven days")
        dcs, pdu = self._composed(device, wanted, now)
        device.usage.count(SMS_MT, now)
        sender = sender_of(wanted)
        sms = self._new(device, wanted.payload, sender.value, sender.toa, via, pdu, now, expires)
        sms.dcs, sms.udh = dcs, wanted.udh.lower()
        device.keep(sms)
        self._set(sms, SmsStatus.PENDING)
        attempt = self._organisation.network.after(ATTEMPT_S, lambda: self._attempt(sms))
        sms.timers.append(attempt)
        return sms

    def _composed(self, device: Device, wanted: Outgoing, now: datetime) -> tuple[int, str]:
        settings = self._organisation.network.settings
        unverified = self._organisation.settings.unverified
        dcs, pdu = deliver_pdu(wanted, now, settings.smsc, unverified=unverified)
        if device.sim is None:
            raise Refused(ErrorKind.NOT_ALLOWED, "The device has no SIM.")
        policy = device.policy
        if not policy.may_receive:
            # Status and code are not documented.
            message = "SMS MT is not allowed by the device's service profile."
            raise Refused(ErrorKind.NOT_ALLOWED, message)
        if device.usage.exhausted(policy, SMS_MT, now):
            limit = policy.limits[SMS_MT]
            raise Refused(ErrorKind.LIMIT, f"Traffic limit of {limit} MT-SMS per month exceeded")
        return dcs, pdu

    def _new(
        self,
        device: Device,
        payload: str,
        source: str,
        source_type: int,
        via: Via,
        pdu: str,
        now: datetime,
        expires: datetime,
    ) -> Sms:
        key = self._organisation.new_sms_id()
        concat = decode_pdu(pdu).concat if pdu else None
        part = Part(concat.seq, concat.total, str(concat.ref)) if concat else Part(1, 1, str(key))
        sms = Sms(
            key, device, Direction.MT, payload, source, source_type, None, now, expires, part, via
        )
        sms.pdu = pdu
        expiry = self._organisation.network.agenda.after(
            (expires - now).total_seconds(), lambda: self._look(sms)
        )
        sms.timers.append(expiry)
        return sms

    # ---- from other devices

    def arriving(self, device: Device, sent: Sms, pdu: str) -> None:
        """A message of another device is about to be offered to this one."""
        now = self._organisation.now()
        sms = self._new(
            device, sent.payload, sent.source, sent.source_type, Via.P2P, pdu, now, sent.expires
        )
        sms.dcs, sms.status, sms.last_attempt = sent.dcs, SmsStatus.IN_PROGRESS, now
        device.usage.count(SMS_MT, now)
        device.keep(sms)
        # Whether it is taken at once shows when the network has offered it.
        sms.timers.append(self._organisation.network.agenda.after(0.0, lambda: self._look(sms)))
        self._organisation.tell_sms(sms)

    def refuse_arriving(self, device: Device, sent: Sms, note: str) -> None:
        """The same for one that isn't let through: it is kept as failed."""
        now = self._organisation.now()
        sms = self._new(
            device, sent.payload, sent.source, sent.source_type, Via.P2P, "", now, sent.expires
        )
        sms.part = sent.part
        device.keep(sms)
        self._end(sms, SmsStatus.FAILED, note)

    # ---- to the device

    def follow(self, subscriber: Subscriber) -> None:
        """Hear of each message that a modem takes."""
        told: Callable[[str], None] = subscriber.when_taken

        def taken(pdu: str) -> None:
            told(pdu)
            self._taken(subscriber, pdu)

        subscriber.when_taken = taken

    def _attempt(self, sms: Sms) -> None:
        sms.last_attempt = self._organisation.now()
        subscriber = sms.device.subscriber
        assert subscriber is not None, "what waits has failed when a SIM is taken out"
        self._set(sms, SmsStatus.IN_PROGRESS)
        subscriber.deliver(sms.pdu)
        self._look(sms)

    def _look(self, sms: Sms) -> None:
        """What has become of a message that the network was given, as far as nobody tells it.

        One that is at the modem's host may still be taken, so it is looked at again.
        """
        if sms.status.final:
            return
        if self._at_it(sms):
            self._show(sms, SmsStatus.IN_PROGRESS)
            self._look_again(sms)
        elif self._organisation.now() >= sms.expires:
            self._give_up(sms, SmsStatus.EXPIRED)
        elif not sms.device.policy.may_receive:
            self._give_up(sms, SmsStatus.FAILED, _MT_OFF)
        elif sms.retry is None:
            self._buffer(sms)
        else:
            self._show(sms, SmsStatus.BUFFERED)

    def _look_again(self, sms: Sms) -> None:
        def look() -> None:
            sms.look_due = False
            self._look(sms)

        if not sms.look_due:
            sms.look_due = True
            sms.timers.append(self._organisation.network.after(LOOK_S, look))

    def _at_it(self, sms: Sms) -> bool:
        """Is the modem's host to acknowledge it (+CNMA)?"""
        subscriber = sms.device.subscriber
        if subscriber is None or subscriber.handing_over != sms.pdu:
            return False
        return self._first(sms.device, sms.pdu) is sms  # of equal ones the first is handed over

    def _first(self, device: Device, pdu: str) -> Sms | None:
        """The message that waits longest as that PDU."""
        return next(
            (
                sms
                for sms in device.open_messages()
                if sms.direction is Direction.MT and sms.pdu == pdu
            ),
            None,
        )

    def _buffer(self, sms: Sms) -> None:
        span_s = RETRIES_S[min(sms.retries, len(RETRIES_S) - 1)]
        scale = self._organisation.network.settings.time_scale
        sms.retry = self._organisation.now() + timedelta(seconds=span_s / scale)
        sms.timers.append(self._organisation.network.after(span_s, lambda: self._retry(sms)))
        self._set(sms, SmsStatus.BUFFERED)

    def _retry(self, sms: Sms) -> None:
        subscriber = sms.device.subscriber
        assert subscriber is not None, "what waits has failed when a SIM is taken out"
        sms.retries += 1
        sms.last_attempt, sms.retry = self._organisation.now(), None
        subscriber.offer()
        self._look(sms)

    def _taken(self, subscriber: Subscriber, pdu: str) -> None:
        device = self._organisation.device_of(subscriber)
        if device is None:
            return
        sms = self._first(device, pdu)
        if sms is not None:
            sms.last_attempt = self._organisation.now()
            self._end(sms, SmsStatus.DELIVERED)

    # ---- ends

    def changed(self, change: Change) -> None:
        """A policy or a device was set: who may not receive any more gets nothing that waits."""
        if isinstance(change, PoliciesChanged):
            for device in self._organisation.all_devices():
                self._fail_unwanted(device)
        elif isinstance(change, DeviceChanged):
            self._fail_unwanted(change.device)

    def _fail_unwanted(self, device: Device) -> None:
        if not device.policy.may_receive:
            for sms in device.open_messages():
                self._look(sms)

    def cancel(self, sms: Sms) -> None:
        """Take a message back that waits; raises Refused for one that doesn't."""
        waits = sms.direction is Direction.MT and not sms.status.final
        if not waits or self._at_it(sms):
            words = sms.status.words
            raise Refused(ErrorKind.NOT_ALLOWED, f"The SMS is {words}; it can't be cancelled.")
        self._give_up(sms, SmsStatus.CANCELED)

    def fail_all(self, device: Device, note: str) -> None:
        """Nothing of what waits can arrive any more; what is at the modem's host may."""
        for sms in device.open_messages():
            if not self._at_it(sms):
                self._give_up(sms, SmsStatus.FAILED, note)

    def _give_up(self, sms: Sms, status: SmsStatus, note: str | None = None) -> None:
        """The network doesn't have it any more."""
        if sms.device.subscriber is not None:
            sms.device.subscriber.withdraw(sms.pdu)
        self._end(sms, status, note)

    def _end(self, sms: Sms, status: SmsStatus, note: str | None = None) -> None:
        sms.withdraw_timers()
        sms.final, sms.retry, sms.note = self._organisation.now(), None, note
        self._set(sms, status)

    def _show(self, sms: Sms, status: SmsStatus) -> None:
        """The same, where it isn't so already."""
        if sms.status is not status:
            self._set(sms, status)

    def _set(self, sms: Sms, status: SmsStatus) -> None:
        sms.status = status
        self._organisation.tell_sms(sms)
