"""What a call of the API is made of, whatever carries it. No HTTP library here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from hil.emnify.simulator.errors import Invalid
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.tokens import Tokens

Schema: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """What calls work on."""

    platform: Platform
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the ids of its path in their order, its query, its body, who asks, and where."""

    ids: tuple[int, ...]
    query: Mapping[str, str]
    body: Any
    peer: str
    base: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Without `body` it is empty, as a 201 and a 204 are."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Api, Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One path and method. `body` is the JSON Schema of what it takes, `reply` of what it gives."""

    method: str
    path: str
    summary: str
    handler: Handler
    status: int = 200
    body: Schema | None = None
    reply: Schema | None = None
    query: tuple[str, ...] = ()
    public: bool = False


def created(call: Call, path: str, key: int) -> Reply:
    """201 with an empty body; the new id is in `Location` only (recorded calls)."""
    headers = {"Location": f"{call.base}{path}/{key}", "Content-Type": "text/html; charset=UTF-8"}
    return Reply(201, headers=headers)


def api_date(time: datetime | None) -> str | None:
    """As recorded: milliseconds, and an offset without a colon."""
    return None if time is None else time.strftime("%Y-%m-%dT%H:%M:%S.") + _zone(time)


def _zone(time: datetime) -> str:
    return f"{time.microsecond // 1000:03}+0000"


def read_date(field_name: str, text: str) -> datetime:
    """An ISO 8601 date; one without a zone is taken as UTC."""
    try:
        time = datetime.fromisoformat(text)
        return (time.replace(tzinfo=UTC) if time.tzinfo is None else time).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(field_name, "wanted an ISO 8601 date") from error
