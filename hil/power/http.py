"""A relay or plug that is switched by calling two URLs: Shelly, Tasmota, and what else has GET."""

from __future__ import annotations

import asyncio
import base64
import http.client
import threading
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from modem.power import OFF_S, PowerFailed, off_and_on

# A relay in the same house; one that thinks longer than that is not there.
TIMEOUT_S = 10.0


class HttpSwitch:
    """Calls `off`, waits, and calls `on`; each has to answer with 2xx.

    A user and a password in a URL go out as basic authentication, the query as it is. Neither is
    in an error: those name the host only.
    """

    toggles = False

    def __init__(self, off: str, on: str, off_s: float = OFF_S) -> None:
        self._urls = {False: _checked("off", off), True: _checked("on", on)}
        self._off_s = off_s
        # A cancelled call goes on in its thread: `on` must not overtake `off`.
        self._one_at_a_time = threading.Lock()

    async def cycle(self) -> None:
        """Off and on again."""
        await off_and_on(self._switch, self._off_s)

    async def _switch(self, on: bool) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._call, self._urls[on])

    def _call(self, url: SplitResult) -> None:
        try:
            with self._one_at_a_time, _opener().open(_request(url), timeout=TIMEOUT_S):
                pass
        except HTTPError as error:
            error.close()
            hint = "; are user and password right?" if error.code in (401, 403) else ""
            raise PowerFailed(f"{_host(url)} answered {error.code}{hint}") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            # From None: what urllib says of a bad URL quotes it.
            cause = error.reason if isinstance(error, URLError) else error
            reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else None
            reason = reason or ("no answer" if isinstance(cause, TimeoutError) else "no HTTP")
            raise PowerFailed(f"{_host(url)} can't be called: {reason}") from None


class _StayHere(HTTPRedirectHandler):
    """Follows nothing: a relay that sends elsewhere wasn't switched."""

    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> OpenerDirector:
    """No proxy: a relay is in the bench's own network."""
    return build_opener(ProxyHandler({}), _StayHere())


def _request(url: SplitResult) -> Request:
    request = Request(url._replace(netloc=_host(url), fragment="").geturl())  # noqa: S310 -- checked
    if url.username is not None:
        login = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        request.add_header("Authorization", f"Basic {base64.b64encode(login).decode()}")
    return request


def _host(url: SplitResult) -> str:
    """Host and port, without user and password."""
    return url.netloc.rpartition("@")[2]


def _checked(what: str, text: object) -> SplitResult:
    try:
        url = urlsplit(text) if isinstance(text, str) else urlsplit("")
        right = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
        right = right and isinstance(text, str) and text.isascii() and text.isprintable()
    except ValueError:
        right = False
    if not right or " " in str(text):
        raise PowerFailed(f'{what}: wanted an address such as "http://relay/relay/0?turn={what}"')
    return url
