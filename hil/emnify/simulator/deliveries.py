"""What the platform tells an operator's webhook: MO SMS by POST, receipts by PATCH.

Each is tried until it is accepted by any 2XX. Time-out, repetition and their end are not
documented; the sister platform repeats for 24 hours and then gives up.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import aiohttp

from hil.emnify.simulator.changes import Change, SmsChanged
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.policy import Secret
from hil.emnify.simulator.records import Direction, Sms, SmsStatus, Via
from hil.emnify.simulator.tokens import callback_jwt

logger = logging.getLogger(__name__)

TIMEOUT_S = 10.0
FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 60.0
KEPT_FOR = timedelta(hours=24)
AT_ONCE = 16  # calls to one URL
LOGGED = 1000
LOGGED_ATTEMPTS = 20
_MAX_ERROR = 200  # characters
# CANCELED is not documented for a receipt, so none is sent.
_REPORTED = (SmsStatus.DELIVERED, SmsStatus.FAILED, SmsStatus.EXPIRED)


class DeliveryState(Enum):
    """What became of a call."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the status that came back, or what went wrong instead."""

    time: datetime
    status: int | None
    error: str | None
    took_ms: int


@dataclass(slots=True)
class Delivery:
    """One call of a webhook."""

    number: int
    method: str
    url: str
    sms: Sms
    body: dict[str, Any]
    made: datetime
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=LOGGED_ATTEMPTS))
    next_try: datetime | None = None
    note: str | None = None


class Deliveries:
    """The way out. `on_change` hears of each new call and each try of one."""

    def __init__(self, platform: Platform) -> None:
        self.log: deque[Delivery] = deque(maxlen=LOGGED)
        self.on_change: Callable[[Delivery], None] | None = None
        self._platform = platform
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._session: aiohttp.ClientSession | None = None
        platform.watch(self._watch)

    async def close(self) -> None:
        """Give up what waits."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # ---- what is told

    def _watch(self, change: Change) -> None:
        if not isinstance(change, SmsChanged):
            return
        sms = change.sms
        if sms.direction is Direction.MO:
            if sms.status is SmsStatus.DELIVERED and self._platform.is_short(sms.dest or ""):
                self._tell("POST", sms, mo_body(sms, self._organisation()))
        elif sms.status in _REPORTED and sms.via is not Via.P2P:
            self._tell("PATCH", sms, receipt_body(sms, self._organisation()))

    def _organisation(self) -> int:
        return self._platform.settings.organisation_id

    def _tell(self, method: str, sms: Sms, body: dict[str, Any]) -> None:
        webhook = self._platform.webhook_of(sms.device.policy)
        if webhook is None:
            return
        now = self._platform.now()
        delivery = Delivery(next(self._numbers), method, webhook[0].url, sms, body, now)
        self.log.append(delivery)
        self._changed(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- tries

    async def _deliver(self, delivery: Delivery) -> None:
        scale = self._platform.network.settings.time_scale
        while delivery.state is DeliveryState.WAITING:
            # The webhook of the moment: one that was mistyped is set right meanwhile, or removed.
            webhook = self._platform.webhook_of(delivery.sms.device.policy)
            if webhook is None:
                self._end(delivery, DeliveryState.GIVEN_UP, "the policy has no webhook any more")
                return
            delivery.url = webhook[0].url
            async with self._turns.setdefault(delivery.url, asyncio.Semaphore(AT_ONCE)):
                # While it waited for its turn the webhook may have become another one.
                if webhook != self._platform.webhook_of(delivery.sms.device.policy):
                    continue
                await self._try(delivery, webhook[1])
            if delivery.state is DeliveryState.WAITING:
                wait_s = retry_s(delivery.tries) / scale
                delivery.next_try = self._platform.now() + timedelta(seconds=wait_s)
                self._changed(delivery)
                await asyncio.sleep(wait_s)

    def _end(self, delivery: Delivery, state: DeliveryState, note: str | None = None) -> None:
        delivery.state, delivery.next_try, delivery.note = state, None, note
        self._changed(delivery)

    async def _try(self, delivery: Delivery, secret: Secret | None) -> None:
        now, loop = self._platform.now(), asyncio.get_running_loop()
        began_s = loop.time()
        try:
            status, problem = await self._call(delivery, secret, now)
        except Exception as error:  # whatever it is, the message isn't lost by it
            logger.exception("webhook call %d", delivery.number)
            status, problem = None, type(error).__name__
        took_ms = round((loop.time() - began_s) * 1000)
        delivery.tries += 1
        delivery.attempts.append(Attempt(now, status, problem, took_ms))
        if status is not None and 200 <= status < 300:
            self._end(delivery, DeliveryState.ACCEPTED)
        elif now - delivery.made >= KEPT_FOR / self._platform.network.settings.time_scale:
            logger.warning("webhook call %d is given up", delivery.number)
            self._end(delivery, DeliveryState.GIVEN_UP, "not accepted for a day")

    async def _call(
        self, delivery: Delivery, secret: Secret | None, now: datetime
    ) -> tuple[int | None, str | None]:
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            token = callback_jwt(secret.secret, self._organisation(), now)
            headers["Authorization"] = f"Bearer {token}"
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        try:
            async with self._session.request(
                delivery.method,
                delivery.url,
                data=json.dumps(delivery.body).encode(),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                return answer.status, None
        except TimeoutError:
            return None, f"no answer within {TIMEOUT_S:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, str(error)[:_MAX_ERROR] or type(error).__name__

    def _changed(self, delivery: Delivery) -> None:
        if self.on_change is not None:
            self.on_change(delivery)


def retry_s(tries: int) -> float:
    """How long to wait after so many tries."""
    return float(min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(tries - 1, 10)))


def webhook_date(time: datetime) -> str:
    """As seen in calls: a space, no zone."""
    return time.strftime("%Y-%m-%d %H:%M:%S")


def mo_body(sms: Sms, organisation_id: int) -> dict[str, Any]:
    """A POST's body, as seen (docs, mosms.png)."""
    return {
        "id": sms.id,
        "endpoint": {"id": sms.device.id, "name": sms.device.name},
        "organisation": {"id": organisation_id},
        "source_address": sms.source,
        "dest_address": sms.dest,
        "payload": sms.payload,
        "dcs": sms.dcs,
        "pid": sms.pid,
        "multi_part_info": {
            "partno": sms.part.number,
            "total": sms.part.total,
            "identifier": sms.part.identifier,
        },
        "submit_date": webhook_date(sms.submitted),
    }


def receipt_body(sms: Sms, organisation_id: int) -> dict[str, Any]:
    """A PATCH's body, as seen (docs, delivery-notification.png): the text's key is `status`."""
    return {
        "id": sms.id,
        "status": {"status": sms.status.words, "id": int(sms.status)},
        "endpoint": {"id": sms.device.id, "name": sms.device.name},
        "organisation": {"id": organisation_id},
        "submit_date": webhook_date(sms.submitted),
        "final_date": webhook_date(sms.final) if sms.final else None,
    }
