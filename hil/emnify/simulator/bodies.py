"""Bodies of requests: bounded, JSON, and what a schema finds wrong with them."""

from __future__ import annotations

import json
import math
from typing import Any

from aiohttp import web
from jsonschema import ValidationError

from hil.emnify.simulator.errors import ErrorKind, Fault, Refused


async def read_bounded(request: web.Request, most: int) -> bytes:
    """The body; raises Refused for one that is too large, without reading it to its end.

    For one that breaks off, too: nobody reads that answer.
    """
    data = bytearray()
    try:
        async for chunk in request.content.iter_chunked(1 << 14):
            data += chunk
            if len(data) > most:
                raise Refused(ErrorKind.TOO_LARGE, f"The body is larger than {most} bytes.")
    except ConnectionError as error:
        raise Refused(ErrorKind.BAD_REQUEST, "The body broke off.") from error
    return bytes(data)


def parse_json(data: bytes) -> Any:
    """What is in a body; raises Refused for what no JSON is, or can't be written as UTF-8."""
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_float=_number)
        # A lone surrogate ("\ud800") can't be sent, shown or stored.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refused(ErrorKind.BAD_REQUEST, "The body is no JSON.") from error
    return value


def _number(text: str) -> int | float:
    """1.0 is an integer for JSON Schema, so it has to be one for who reads the value."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large")
    return int(value) if value.is_integer() else value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def fault(error: ValidationError) -> Fault:
    """What is wrong with a body, by its field."""
    path = ".".join(str(part) for part in error.absolute_path) or "body"
    if error.validator == "required":
        needed: list[str] = error.schema["required"]  # type: ignore[index]
        missing = next(name for name in needed if name not in error.instance)  # type: ignore[operator]
        field = missing if path == "body" else f"{path}.{missing}"
        return Fault(ErrorKind.REQUIRED, f"{field}: is required")
    return Fault(ErrorKind.INVALID_FORMAT, f"{path}: {_wanted(error)}")


def _wanted(error: ValidationError) -> str:
    """In words; the value itself isn't repeated, it may be long or hostile."""
    rule, wanted = error.validator, error.validator_value
    words = {
        "type": f"wanted {wanted}",
        "enum": f"wanted one of {wanted}",
        "maxLength": f"longer than {wanted} characters",
        "minLength": f"shorter than {wanted} characters",
        "maximum": f"above {wanted}",
        "minimum": f"below {wanted}",
        "pattern": "has characters that can't be taken",
    }
    return words.get(str(rule), "is not what was wanted")
