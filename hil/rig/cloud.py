"""The platform as the bench uses it: SMS to the device by REST, receipts and answers from it.

Answers and receipts come by webhook where the bench has one, else they are asked for.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from hil.bench import Bench, BenchPlatform
from hil.emnify.client import Client
from hil.emnify.errors import ApiError, EmnifyError, RequestError
from hil.emnify.events import Event, MoSms, Part, Receipt
from hil.emnify.joining import Joiner
from hil.emnify.models import Device, Sms, SmsRequest, SmsStatus
from hil.emnify.texts import requests_for, sender_type
from hil.emnify.watching import news
from hil.emnify.webhook import Receiver, listening
from hil.rig.budget import Budget
from hil.rig.loop import Loop
from hil.rig.waiting import NotInTime, until
from modem.sms.udh import decode_header

logger = logging.getLogger(__name__)

_OCTETS_DCS = 4
# A tag has eight characters at most: a #, four hex digits and up to three more for the number.
_PREFIX_OCTETS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """An SMS from the device, whole, and when it was here, on the monotonic clock."""

    text: str
    source: str
    dest: str
    dcs: int
    at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an SMS to the device, and when that was known here."""

    status: SmsStatus
    at: float


@dataclass(frozen=True, slots=True)
class Sent:
    """An SMS that the platform took: the ids of its parts, when the calls began and ended.

    `reference` is what the parts have in common.
    """

    ids: tuple[int, ...]
    began: float
    accepted: float
    reference: int | None = None


class Cloud:
    """The bench's device at the platform, while the run lasts."""

    def __init__(self, loop: Loop, bench: Bench, budget: Budget) -> None:
        assert bench.platform is not None
        self._platform: BenchPlatform = bench.platform
        self._bench = bench
        self._loop = loop
        self._budget = budget
        self._references = itertools.count(int(time.time()))
        # A late answer to another run's command, which had a number too, is not taken for ours.
        self._prefix = f"#{secrets.token_hex(_PREFIX_OCTETS)}"
        self._tags = itertools.count(1)
        self._joiner = Joiner()
        self._known: dict[int, SmsStatus] = {}
        self.answers: list[Answer] = []
        self.outcomes: dict[int, Outcome] = {}
        self.unanswered = 0  # waits in a row in which nothing came at all

    def open(self) -> None:
        """Log in, and begin to hear what comes. Raises EmnifyError."""
        client = Client(self._platform.token(), self._platform.api)
        self._client = self._loop.enter(client)
        # What is listed already is another run's.
        self._known.update((each.id, each.status) for each in self._loop.run(self._list()))
        webhook = self._bench.webhook
        if webhook is None:
            self._loop.start(self._poll())
            return
        receiver = Receiver(self._take, secret=webhook.secret())
        self._loop.enter(listening(receiver, webhook.host, webhook.port, webhook.path))

    @property
    def sender(self) -> str:
        """Who commands come from."""
        return self._platform.sender

    @property
    def short_number(self) -> str:
        """Where the device's SMS go."""
        return self._platform.short_number

    def device(self) -> Device:
        """What the platform knows of the device. Raises EmnifyError."""
        return self._loop.run(self._client.device(self._platform.device))

    def new_tag(self) -> str:
        """A tag that no other command has, of this run or of another."""
        return f"{self._prefix}{next(self._tags)}"

    def is_ours(self, answer: Answer) -> bool:
        """Is it about a command of this run? The device may send what is nobody's business."""
        return answer.text.startswith(self._prefix)

    # --- to the device ------------------------------------------------------------------------

    def send(self, text: str, *, sender: str | None = None) -> Sent:
        """A text to the device, in parts where it is long. Raises EmnifyError, BudgetSpent."""
        source = self._platform.sender if sender is None else sender
        reference = next(self._references) % 256
        sent = self._send(requests_for(text, sender=source, reference=reference))
        return replace(sent, reference=reference)

    def send_octets(self, octets: bytes) -> Sent:
        """Octets to the device, 140 at most, as hex with an 8-bit coding scheme."""
        source = self._platform.sender
        request = SmsRequest(octets.hex().upper(), source, sender_type(source), dcs=_OCTETS_DCS)
        return self._send([request], unverified=True)

    def _send(self, requests: Iterable[SmsRequest], *, unverified: bool = False) -> Sent:
        asked = tuple(requests)
        self._budget.send(len(asked))

        ids: list[int] = []

        async def send() -> None:
            for each in asked:
                device = self._platform.device
                ids.append(await self._client.send_sms(device, each, unverified=unverified))

        began = time.monotonic()
        try:
            self._loop.run(send())
        except (ApiError, RequestError):
            self._budget.refused(len(asked) - len(ids))
            raise
        return Sent(tuple(ids), began, time.monotonic())

    def delivered(self, sent: Sent) -> float:
        """Wait for the receipts of all parts; when the last was here. Raises NotInTime."""
        outcomes = until(
            lambda: self._outcomes(sent),
            "the receipt of an SMS",
            self._bench.patience_s,
            also=lambda: self._listed(sent),
        )
        for outcome in outcomes:
            assert outcome.status is SmsStatus.DELIVERED, f"the SMS is {outcome.status.text}"
        return max(outcome.at for outcome in outcomes)

    def one_delivered(self, several: Sequence[Sent]) -> None:
        """Wait until one of these is; the network gives no order. Raises NotInTime."""
        until(
            lambda: any(self._outcomes(sent) for sent in several),
            "the receipt of one of several SMS",
            self._bench.patience_s,
        )

    def _outcomes(self, sent: Sent) -> list[Outcome] | None:
        """Those of all parts."""
        known = [self.outcomes[each] for each in sent.ids if each in self.outcomes]
        return known if len(known) == len(sent.ids) else None

    def _listed(self, sent: Sent) -> str:
        """What the platform's list says of an SMS whose receipt never came."""
        try:
            listed = {each.id: each.status.text for each in self._loop.run(self._list())}
        except EmnifyError as error:
            return str(error)
        return f"the platform lists it as {[listed.get(each) for each in sent.ids]}"

    # --- from the device ----------------------------------------------------------------------

    def awaited(
        self,
        fits: Callable[[Answer], bool],
        what: str,
        since: int,
        *,
        limit_s: float | None = None,
        also: Callable[[], str] = lambda: "",
    ) -> Answer:
        """Wait for an answer among those from the `since`th on. Raises NotInTime."""

        def found() -> Answer | None:
            return next((each for each in self.answers[since:] if fits(each)), None)

        def seen() -> str:
            ours = [each.text for each in self.answers[since:] if self.is_ours(each)]
            others = len(self.answers[since:]) - len(ours)
            return f"answers since then: {ours}, and {others} other SMS\n{also()}"

        try:
            answer = until(found, what, limit_s or self._bench.patience_s, also=seen)
        except NotInTime:
            self.unanswered = 0 if self.answers[since:] else self.unanswered + 1
            raise
        self.unanswered = 0
        return answer

    async def _list(self) -> tuple[Sms, ...]:
        return await self._client.sms_list(self._platform.device)

    async def _poll(self) -> None:
        """Ask again and again; what is new becomes the events that a webhook would tell."""
        while True:
            await asyncio.sleep(self._platform.poll_s)
            try:
                listed = await self._list()
            except EmnifyError as error:
                logger.warning("%s; asking again", error)
                continue
            for found in news(self._known, listed):
                if found.direction == "MO":
                    self._take_part(_as_event(found, self._platform.device))
                elif found.status.final:
                    self.outcomes[found.id] = Outcome(found.status, time.monotonic())

    def _take_part(self, part: MoSms) -> None:
        """Of a long message the platform lists the parts."""
        whole = self._joiner.whole(part)
        if whole is None:
            self._joiner.hold(part, time.monotonic())
        else:
            self._joiner.forget(whole)
            self._take(whole)

    def _take(self, event: Event) -> None:
        """What the webhook tells, of this bench's device."""
        if str(event.device_id) != str(self._platform.device):
            return
        if isinstance(event, Receipt):
            if event.status.final and isinstance(event.id, int):  # ours have numbers
                self.outcomes[event.id] = Outcome(event.status, time.monotonic())
            return
        now = time.monotonic()
        self.answers.append(Answer(event.text, event.source, event.dest, event.dcs, now))


def _as_event(found: Sms, device: int) -> MoSms:
    """An item of the platform's list as the webhook would have told it."""
    event = MoSms(
        id=found.id,
        ids=(found.id,),
        device_id=device,
        device_name="",
        source=found.source_address,
        dest=found.dest_address,
        text=found.payload,
        dcs=found.dcs,
        submitted=found.submit_date,
    )
    part = _part_of(found.udh)
    return event if part is None else replace(event, part=part)


def _part_of(udh: str) -> Part | None:
    """Which part of a long message a header says this is."""
    try:
        octets = bytes.fromhex(udh)
        concat = decode_header(octets, 1, len(octets)).concat if octets else None
    except ValueError:  # PduError is one
        return None
    if concat is None:
        return None
    return Part(concat.seq, concat.total, str(concat.ref))
