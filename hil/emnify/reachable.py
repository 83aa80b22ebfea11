"""Does what is sent to a public address come to where we listen? Asked by calling ourselves."""

from __future__ import annotations

import secrets
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from hil.emnify.listening import listening_at

# The platform itself waits no longer for its webhook than some seconds.
_TIMEOUT_S = 15.0


async def why_unreachable(url: str, host: str, port: int, path: str) -> str | None:
    """Listen, call the URL, which should ask for `path`; what is wrong, or None.

    Raises ListenError.
    """
    nonce = secrets.token_hex(16)

    async def answer(request: web.Request) -> web.Response:
        if request.path == unquote(path):
            return web.Response(text=nonce)
        raise web.HTTPNotFound(text=f"{nonce} {request.path}")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with listening_at(application, host, port):
        try:
            status, body = await _call(url, len(nonce) + 200)
        except TimeoutError:
            return f"{url} gave no answer within {_TIMEOUT_S:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"{url} can't be called: {error or type(error).__name__}"
    if body == nonce:
        return None
    if body.startswith(nonce):
        return f"what is sent to {url} arrives here as {body.partition(' ')[2]}"
    return f"{url} leads elsewhere: something else answered there ({status})"


async def _call(url: str, most: int) -> tuple[int, str]:
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        return response.status, (await response.content.read(most)).decode("utf-8", "replace")
