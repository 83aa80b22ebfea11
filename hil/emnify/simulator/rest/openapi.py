"""The API's description in OpenAPI 3.1, made of the table of its routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from hil.emnify.simulator.rest import schemas
from hil.emnify.simulator.rest.calls import Route

# What any call may answer, besides its own.
_REFUSALS = {
    400: "The body is no JSON",
    401: "No valid token",
    404: "Not found",
    409: "Not allowed",
    413: "The body is too large",
    422: "A field is wrong",
    429: "Too many requests",
}
_ID = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}


def description(routes: Iterable[Route]) -> Mapping[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The simulated emnify platform",
            "version": version("modem-helper"),
            "description": "What of the real API the simulated one does.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": {"Error": schemas.ERROR},
        },
        "security": [{"token": []}],
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}",
        "summary": route.summary,
        "parameters": [*_path_parameters(route.path), *_query_parameters(route.query)],
        "responses": {str(route.status): _reply(route), **_refusals()},
    }
    if route.body is not None:
        content = {"application/json": {"schema": route.body}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.public:
        operation["security"] = []
    return operation


def _reply(route: Route) -> dict[str, Any]:
    reply: dict[str, Any] = {"description": "Done"}
    if route.reply is not None:
        reply["content"] = {"application/json": {"schema": route.reply}}
    if route.status == 201 and route.reply is None:
        reply["headers"] = {
            "Location": {"description": "The new one", "schema": {"type": "string"}}
        }
    return reply


def _refusals() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        str(status): {
            "description": words,
            "content": {"application/json": {"schema": schema}},
        }
        for status, words in _REFUSALS.items()
    }


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _ID}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query_parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": 1000}
    return [
        {
            "name": name,
            "in": "query",
            "schema": number if "page" in name else {"type": "string"},
        }
        for name in names
    ]
