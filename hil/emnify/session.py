"""Calls of the API: log-in, pace, repeats, errors. What is called is the client's.

No token is logged or printed, and none follows a redirect elsewhere.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import jwt

from hil.emnify.errors import ApiError, NoAnswer, RequestError, UnexpectedAnswer
from hil.emnify.models import DEFAULT_BASE
from hil.emnify.pace import Backoff, Failure, Pace
from hil.emnify.reading import inner, number, text

_LOG = logging.getLogger(__name__)
# A gateway gives up after 30 s at most; the total bounds an answer that trickles in.
_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=45)
_UNAUTHORIZED, _TOO_MANY = 401, 429
# A page of a thousand devices has about one.
_MAX_ANSWER_BYTES = 32 << 20
_GATEWAY = (502, 503, 504)
_LOG_IN = "/api/v1/authenticate"
# So long before its end a token is renewed, and a tenth of its life where that is less.
_RENEW_BEFORE_S = 60.0
# After a refused log-in none is tried for so long: after three the platform is closed for five
# minutes (documented), and the calls that run beside each other would be those three.
_LOCKED_S = 300.0
_LOG_IN_REFUSED = (401, 403, 429)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that isn't an error."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self, what: str) -> Any:
        """The body. Raises UnexpectedAnswer."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer(f"{what}: the platform's answer is no JSON") from error


@dataclass(frozen=True, slots=True)
class _Missed:
    """A try that brought no answer to use."""

    failure: Failure
    error: ApiError | NoAnswer
    retry_after_s: float | None = None


class Session:
    """Calls with an application token. `base` may end in /api, as the official SDK writes it."""

    def __init__(
        self,
        token: str,
        base: str = DEFAULT_BASE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        if not token.strip():
            raise RequestError("the application token is empty")
        self._application_token = token.strip()
        self._base = _checked_base(base)
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._pace, self._backoff = Pace(), Backoff()
        self._http: aiohttp.ClientSession | None = None
        self._bearer: str | None = None
        self._renew_at_s = float("inf")
        self._logging_in = asyncio.Lock()
        self._refused: ApiError | None = None
        self._refused_until_s = 0.0

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            timeout=_TIMEOUT,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", "User-Agent": "modem-helper"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        repeatable: bool = True,
    ) -> Answer:
        """Call with a valid token; after a 401 log in again and repeat, once.

        What isn't `repeatable` is tried again only where it surely wasn't taken.
        Raises ApiError, NoAnswer.
        """
        bearer = await self._log_in(None)
        try:
            return await self._try(method, path, params, body, bearer, repeatable=repeatable)
        except ApiError as error:
            if error.status != _UNAUTHORIZED:
                raise
        bearer = await self._log_in(bearer)
        return await self._try(method, path, params, body, bearer, repeatable=repeatable)

    async def _log_in(self, rejected: str | None) -> str:
        """A token; a new one if there is none, if it ends soon, or if it was rejected."""
        async with self._logging_in:
            if self._refused is not None and self._clock() < self._refused_until_s:
                raise self._refused
            bearer = self._bearer
            if bearer is None or bearer == rejected or self._clock() >= self._renew_at_s:
                try:
                    bearer = await self._new_bearer()
                except ApiError as error:
                    if error.status in _LOG_IN_REFUSED:
                        self._refused = error
                        self._refused_until_s = self._clock() + _LOCKED_S
                    raise
                self._bearer = bearer
            return bearer

    async def _new_bearer(self) -> str:
        body = {"application_token": self._application_token}
        began_s = self._clock()
        answer = await self._try("POST", _LOG_IN, None, body, None, repeatable=True)
        bearer = text(inner(answer.json("log-in")).get("auth_token"))
        if not bearer or not bearer.isascii() or not bearer.isprintable():
            raise UnexpectedAnswer("log-in: no auth_token in the platform's answer")
        self._renew_at_s = began_s + _useful_life_s(bearer)
        return bearer

    async def _try(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
        bearer: str | None,
        *,
        repeatable: bool,
    ) -> Answer:
        tried = 0
        while True:
            await self._wait_turn(method, path)
            found = await self._once(method, path, params, body, bearer)
            if isinstance(found, Answer):
                return found
            tried += 1
            wait_s = self._backoff.wait_s(
                found.failure,
                tried,
                repeatable=repeatable,
                jitter=self._jitter(),
                retry_after_s=found.retry_after_s,
            )
            if wait_s is None or (found.failure is Failure.REFUSED and path == _LOG_IN):
                raise found.error
            _LOG.info("%s; another try in %.1f s", found.error, wait_s)
            if found.failure is Failure.REFUSED:
                self._pace.hold(self._clock() + wait_s)
            else:
                await self._sleep(wait_s)

    async def _wait_turn(self, method: str, path: str) -> None:
        now_s = self._clock()
        at_s = self._pace.reserve(method, path, now_s)
        if at_s > now_s:
            await self._sleep(at_s - now_s)

    async def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: object,
        bearer: str | None,
    ) -> Answer | _Missed:
        """One request. Raises ApiError for an answer after which another try is of no use."""
        if self._http is None:
            raise RequestError("the client is used outside of `async with`")
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        what = f"{method} {path}"
        try:
            async with self._http.request(
                method,
                self._base + path,
                params=params,
                json=body,
                headers=headers,
                allow_redirects=False,
            ) as response:
                content = await _bounded(what, response)
        except (aiohttp.ClientError, TimeoutError, UnicodeError) as error:
            return _missed(what, error)
        _LOG.debug("%s: %d, %d octets", what, response.status, len(content))
        if response.status < 300:
            return Answer(response.status, response.headers, content)
        refusal = ApiError(what, response.status, _json_or_none(content))
        if response.status != _TOO_MANY and response.status not in _GATEWAY:
            raise refusal
        failure = Failure.REFUSED if response.status == _TOO_MANY else Failure.GATEWAY
        # Whether the platform gives Retry-After is unknown; of its two forms, seconds are read.
        return _Missed(failure, refusal, number(response.headers.get("Retry-After")))


async def _bounded(what: str, response: aiohttp.ClientResponse) -> bytes:
    """The body, unpacked; raises UnexpectedAnswer for one that never ends."""
    content = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        content += chunk
        if len(content) > _MAX_ANSWER_BYTES:
            raise UnexpectedAnswer(f"{what}: an answer of more than {_MAX_ANSWER_BYTES >> 20} MiB")
    return bytes(content)


def _missed(what: str, error: aiohttp.ClientError | TimeoutError | UnicodeError) -> _Missed:
    """What became of a request without an answer: was it sent at all?"""
    if isinstance(error, aiohttp.ClientSSLError):
        # A certificate isn't better at the next try.
        raise NoAnswer(what, str(error)) from error
    if isinstance(error, (aiohttp.InvalidURL, UnicodeError)):
        raise RequestError(f"{what}: the API's address can't be used") from error
    unconnected = isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
    why = str(error) or type(error).__name__
    missed = NoAnswer(what, why, sent=not unconnected)
    missed.__cause__ = error
    return _Missed(Failure.NOT_CONNECTED if unconnected else Failure.LOST, missed)


def _json_or_none(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _checked_base(base: str) -> str:
    """The base without /api and slashes at its end."""
    try:
        parts = urlsplit(base)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname)
        valid = valid and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        # Not repeated: somebody may have written a password into it.
        raise RequestError(f"that is no address of an API, for example {DEFAULT_BASE}")
    return base.rstrip("/").removesuffix("/api").rstrip("/")


def _useful_life_s(bearer: str) -> float:
    """Seconds until a token is to be renewed; endless where it doesn't tell: then a 401 does.

    The life is taken from the token alone (`exp` less `iat`): this machine's clock may be wrong.
    Recorded ones live four hours or a week. It isn't verified: the key is the platform's.
    """
    try:
        claims = jwt.decode(bearer, options={"verify_signature": False})
    except jwt.PyJWTError:
        return float("inf")
    ends_s, began_s = number(claims.get("exp")), number(claims.get("iat"))
    if ends_s is None:
        return float("inf")
    life_s = float(ends_s - (int(time.time()) if began_s is None else began_s))
    return max(0.0, life_s - min(_RENEW_BEFORE_S, life_s / 10))
