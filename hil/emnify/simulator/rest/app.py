"""The API over HTTP: who may call, what a body must be, and how a refusal looks."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator

from hil.emnify.simulator.bodies import fault, parse_json, read_bounded
from hil.emnify.simulator.errors import ErrorKind, Refused
from hil.emnify.simulator.request_limits import RequestLimits
from hil.emnify.simulator.rest import access, devices, profiles, sms
from hil.emnify.simulator.rest.calls import Api, Call, Reply, Route
from hil.emnify.simulator.rest.openapi import description

logger = logging.getLogger(__name__)

ROUTES: tuple[Route, ...] = (*access.ROUTES, *devices.ROUTES, *sms.ROUTES, *profiles.ROUTES)
OPENAPI_PATH = "/api/openapi.json"
MAX_BODY_BYTES = 64 << 10
_MAX_FAULTS = 10
_PREFIX = "/api/"

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_api(app: web.Application, api: Api, *, request_limits: bool) -> None:
    """Add the API's paths to an application, with the documented request limits or without."""
    limits = RequestLimits() if request_limits else None
    for route in ROUTES:
        handler = _handler(api, route, limits)
        app.router.add_route(route.method, _pattern(route.path), handler)
    document = description(ROUTES)

    async def openapi(_request: web.Request) -> web.Response:
        return web.json_response(document)

    app.router.add_get(OPENAPI_PATH, openapi)
    app.middlewares.append(_errors)


def _pattern(path: str) -> str:
    """Ids are numbers of a size that JSON can hold."""
    return path.replace("_id}", "_id:[0-9]{1,15}}")


def _handler(api: Api, route: Route, limits: RequestLimits | None) -> _Handler:
    validator = Draft202012Validator(route.body) if route.body is not None else None

    async def handle(request: web.Request) -> web.Response:
        peer = request.remote or ""
        if limits is not None:
            now_s = asyncio.get_running_loop().time()
            _be_patient(limits.take(peer, request.method, request.path, now_s))
        if not route.public:
            api.tokens.check(request.headers.get("Authorization"), api.platform.now())
        body = await _body(request, validator) if validator is not None else None
        ids = tuple(int(value) for value in request.match_info.values())
        call = Call(ids, request.query, body, peer, f"{request.scheme}://{request.host}")
        return response(route.handler(api, call))

    return handle


def _be_patient(wait_s: float) -> None:
    if wait_s > 0:
        message = "Too many requests."
        raise Refused(ErrorKind.TOO_MANY_REQUESTS, message, wait_s=math.ceil(wait_s))


async def _body(request: web.Request, validator: Draft202012Validator) -> Any:
    value = parse_json(await read_bounded(request, MAX_BODY_BYTES))
    faults = [fault(error) for error in islice(validator.iter_errors(value), _MAX_FAULTS)]
    if faults:
        raise Refused(ErrorKind.INVALID_INPUT, faults[0].message, tuple(faults))
    return value


def response(reply: Reply) -> web.Response:
    """An answer over HTTP."""
    headers = dict(reply.headers)
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    return web.json_response(reply.body, status=reply.status, headers=headers)


def refusal(refused: Refused) -> web.Response:
    """A refusal over HTTP."""
    headers = {"Retry-After": str(refused.wait_s)} if refused.wait_s else {}
    if refused.error in (ErrorKind.INVALID_TOKEN, ErrorKind.TOKEN_EXPIRED):
        # What the gateway says has no error code (recorded calls).
        headers["x-amzn-ErrorType"] = "AccessDeniedException"
        return web.json_response({"message": refused.message}, status=401, headers=headers)
    return web.json_response(refused.as_json(), status=refused.status, headers=headers)


@web.middleware
async def _errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Every refusal as JSON; what nobody expected is a 500, and in the log."""
    if not request.path.startswith(_PREFIX):
        return await handler(request)
    try:
        return await handler(request)
    except Refused as refused:
        return refusal(refused)
    except web.HTTPMethodNotAllowed as error:
        answer = refusal(Refused(ErrorKind.METHOD_NOT_ALLOWED, "The method is not allowed here."))
        answer.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return answer
    except web.HTTPNotFound:
        return refusal(Refused(ErrorKind.NOT_FOUND, "Not found."))
    except web.HTTPException:
        raise
    except ConnectionError:
        raise
    except Exception:
        logger.exception("%s %s", request.method, request.path)
        return web.json_response({"message": "Internal error"}, status=500)
