"""The receiver of the platform's webhook: SMS from devices by POST, receipts by PATCH, one URL.

    receiver = Receiver(take, secret="...")
    async with listening(receiver, "127.0.0.1", 8089) as url:
        ...

An event is answered with 204 once `take` has taken it, else with 500, and its repeat is taken
again. A part of a long message is answered when it is held in memory: waiting for the others with
an open answer would stop them, if the platform sends one at a time.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import inspect
import json
import logging
import time
import warnings
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import jwt
from aiohttp import web

from hil.emnify.errors import RequestError
from hil.emnify.events import Event, EventError, MoSms, parse_event
from hil.emnify.joining import Joiner
from hil.emnify.listening import listening_at

Take = Callable[[Event], Awaitable[None] | None]

MAX_BODY_BYTES = 64 * 1024
# Repeats come within a day (a related platform gives up after 24 h).
MAX_REMEMBERED = 100_000
# Which algorithm the platform signs with is unknown; the key is a shared secret, so it is one of
# these. A list from the token's own header would let "none" in.
ALGORITHMS = ("HS256", "HS384", "HS512")
_LEEWAY_S = 60
# How long a body may take that fits into a packet or two.
_BODY_S = 10.0
_CHECK_EVERY_S = 30.0
_LOG = logging.getLogger(__name__)


class Receiver:
    """Takes events in the order of their arrival, one at a time, each once.

    Without a `secret` everybody is believed.
    """

    def __init__(
        self, take: Take, *, secret: str | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if secret is not None and not secret:
            raise RequestError("the webhook's secret is empty")
        self._take = take
        self._keys = () if secret is None else _keys(secret)
        self._clock = clock
        self._joiner = Joiner()
        self._seen: OrderedDict[tuple[object, ...], None] = OrderedDict()
        # Two deliveries of the same event at once: the second waits here, and is then a repeat.
        self._one_at_a_time = asyncio.Lock()

    def application(self, path: str = "/") -> web.Application:
        """The application that serves the one URL."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        for method in ("POST", "PATCH"):
            application.router.add_route(method, path, self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.Response:
        if self._keys and not any(_valid(request, key) for key in self._keys):
            _LOG.warning("refused a %s from %s: no valid JWT", request.method, request.remote)
            headers = {"WWW-Authenticate": "Bearer"}
            raise web.HTTPUnauthorized(text="no JWT signed with the secret", headers=headers)
        try:
            async with asyncio.timeout(_BODY_S):
                body = await request.read()
            event = parse_event(request.method, json.loads(body))
        except TimeoutError as error:
            raise web.HTTPRequestTimeout(text="the body didn't come to its end") from error
        except (ValueError, RecursionError) as error:
            why = str(error) if isinstance(error, EventError) else "the body is no JSON"
            _LOG.warning("refused a %s from %s: %s", request.method, request.remote, why)
            raise web.HTTPBadRequest(text=why) from error
        try:
            await self.receive(event)
        except Exception as error:
            _LOG.error("an event was not taken (%r); a repeat will be taken again", error)
            raise web.HTTPInternalServerError(text="the event was not taken") from error
        return web.Response(status=204)

    async def receive(self, event: Event) -> None:
        """Give an event to `take`, unless it is a repeat, or a part that has to wait."""
        async with self._one_at_a_time:
            if event.key in self._seen:
                _LOG.debug("a repeat of %s", event.key)
                return
            if isinstance(event, MoSms):
                await self._receive_sms(event)
            else:
                await self._give(event)
            self._seen[event.key] = None
            if len(self._seen) > MAX_REMEMBERED:
                self._seen.popitem(last=False)

    async def _receive_sms(self, sms: MoSms) -> None:
        for former in self._joiner.in_the_way(sms):
            await self._give(former)
            self._joiner.forget(former)
        whole = self._joiner.whole(sms)
        if whole is None:
            self._joiner.hold(sms, self._clock())
        else:
            await self._give(whole)
            self._joiner.forget(whole)

    async def _give(self, event: Event) -> None:
        taken = self._take(event)
        if inspect.isawaitable(taken):
            await taken

    async def give_out_incomplete(self, *, all_of_them: bool = False) -> None:
        """Give out messages whose parts didn't all come within ten minutes, with `missing`."""
        async with self._one_at_a_time:
            for sms in self._joiner.overdue(self._clock(), all_of_them=all_of_them):
                try:
                    await self._give(sms)
                except Exception as error:  # noqa: BLE001 -- the taker's faults are many
                    _LOG.error("incomplete messages were not taken (%r)", error)
                    return
                self._joiner.forget(sms)

    async def watch_incomplete(self) -> None:
        """Give them out in time, until cancelled."""
        while True:
            await asyncio.sleep(_CHECK_EVERY_S)
            await self.give_out_incomplete()


@asynccontextmanager
async def listening(
    receiver: Receiver, host: str, port: int, path: str = "/"
) -> AsyncIterator[str]:
    """Serve a receiver; its URL. At the end what is incomplete is given out. Raises ListenError."""
    async with listening_at(receiver.application(path), host, port) as base:
        watch = asyncio.create_task(receiver.watch_incomplete())
        try:
            yield f"{base}{path}"
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
    await receiver.give_out_incomplete(all_of_them=True)


def _keys(secret: str) -> tuple[bytes, ...]:
    """The secret as it is and, where it is base64, what that says: which of them is unknown."""
    raw = secret.encode()
    try:
        _sign(raw)
    except jwt.InvalidKeyError as error:
        raise RequestError(f"no JWT can be signed with the webhook's secret: {error}") from error
    try:
        decoded = base64.b64decode(raw, validate=True)
        _sign(decoded)
    except (binascii.Error, jwt.InvalidKeyError):
        return (raw,)
    return (raw, decoded) if decoded else (raw,)


def _sign(key: bytes) -> None:
    with _any_length():
        jwt.encode({}, key, algorithm=ALGORITHMS[0])


@contextmanager
def _any_length() -> Iterator[None]:
    """The operator chose the secret in the portal, which asks for no length."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The HMAC key")
        yield


def _valid(request: web.Request, key: bytes) -> bool:
    """Is there a JWT signed with the key, and not expired? Its claims are unknown."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return False
    with _any_length():
        try:
            jwt.decode(
                token.strip(),
                key,
                algorithms=list(ALGORITHMS),
                leeway=_LEEWAY_S,
                options={
                    "verify_aud": False,
                    "verify_iat": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except (jwt.PyJWTError, UnicodeEncodeError):
            # The second: octets that are no UTF-8, which the server keeps as surrogates.
            return False
    return True
