"""The portal's pages and what they are made of, and who may use the portal at all.

There is no log-in: it is for this machine's user. So that no page of somebody else's can use it
through a browser, calls with another Host or Origin are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import NoReturn
from urllib.parse import urlsplit

from aiohttp import web

from hil.emnify.simulator.errors import ErrorKind, Refused

_PAGES = ("", "devices/{id}", "policies", "policies/{id}", "deliveries", "automations")
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_pages(app: web.Application) -> None:
    """Add the pages to an application, and the guard of all that is the portal's."""
    for page in _PAGES:
        app.router.add_get("/portal/" + page.replace("{id}", "{id:[0-9]{1,15}}"), _index)
    app.router.add_get("/portal/static/{file:[a-z_]+\\.[a-z]+}", _static)
    for path in ("/", "/portal"):
        app.router.add_get(path, _to_portal)
    app.middlewares.append(_guard)


async def _to_portal(_request: web.Request) -> NoReturn:
    raise web.HTTPFound("/portal/")


async def _index(_request: web.Request) -> web.Response:
    return _file("index.html")


async def _static(request: web.Request) -> web.Response:
    return _file(request.match_info["file"])


def _file(name: str) -> web.Response:
    suffix = name[name.rindex(".") :]
    file = files("hil.emnify.simulator.portal").joinpath("static", name)
    if suffix not in _TYPES or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=_TYPES[suffix], charset="utf-8")


# ---- who may


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site's page sends, and answer refusals as JSON."""
    if not request.path.startswith(("/portal", "/hooks")):
        return await handler(request)
    try:
        _must_be_ours(request)
        response = await handler(request)
    except Refused as refused:
        response = web.json_response({"message": refused.message}, status=refused.status)
        if refused.wait_s:
            response.headers["Retry-After"] = str(refused.wait_s)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = web.json_response({"message": error.reason}, status=error.status)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _must_be_ours(request: web.Request) -> None:
    """A name that was made to point here (DNS rebinding), or another site: neither may.

    Hooks are for programs, which have no Origin, and may know this machine by a name.
    """
    if request.path.startswith("/hooks/") and "Origin" not in request.headers:
        return
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except ValueError as error:
        raise Refused(ErrorKind.FORBIDDEN, "Wrong Host.") from error
    if host != "localhost" and not _is_address(host):
        message = "Use an address, such as 127.0.0.1, or localhost."
        raise Refused(ErrorKind.FORBIDDEN, message)
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise Refused(ErrorKind.FORBIDDEN, "Calls from other sites are refused.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
