"""Values to and from the text that columns hold. Reading is strict: what this program can't have
written raises StoreCorrupt, without quoting it, since it may hold a password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TypeAlias, TypeVar

from apn_config.model import Apn, AuthType, Credentials, Form, PdpType
from apn_config.store.errors import StoreCorrupt, StoreMisuse

E = TypeVar("E", bound=Enum)
Detail: TypeAlias = Mapping[str, str | int | None]


def dump_apn(apn: Apn) -> str:
    """An APN with its credentials, as JSON; credentials that nobody knows are null."""
    credentials = apn.credentials
    return _dump(
        {
            "name": apn.name,
            "type": apn.type.value,
            "credentials": credentials
            and {
                "auth": credentials.auth.value,
                "user": credentials.user,
                "password": credentials.password,
                **({"swapped": True} if credentials.swapped else {}),
            },
        }
    )


def load_apn(text: str) -> Apn:
    """The inverse of `dump_apn`."""
    fields = _load_object(text, "an APN", {"name", "type", "credentials"})
    credentials = fields["credentials"]
    if not isinstance(fields["name"], str):
        raise _corrupt("an APN")
    return Apn(
        fields["name"],
        load_enum(PdpType, fields["type"]),
        None if credentials is None else _load_credentials(credentials),
    )


def dump_form(form: Form) -> str:
    """How an answer is to be worded, as JSON."""
    return _dump(
        {
            "dialect": form.dialect,
            "tag": form.tag,
            "echo": list(form.echo),
            "counter": form.counter,
            "key": form.key,
            "iccid": form.iccid,
        }
    )


def load_form(text: str) -> Form:
    """The inverse of `dump_form`."""
    fields = _load_object(text, "an answer's form", set(_FORM))
    dialect, echo, counter = fields["dialect"], fields["echo"], fields["counter"]
    if not isinstance(echo, list) or not all(isinstance(each, str) for each in echo):
        raise _corrupt("an answer's form")
    if not (isinstance(dialect, str) and isinstance(counter, int | None)):
        raise _corrupt("an answer's form")
    tag, key, iccid = (_text_or_none(fields[name]) for name in ("tag", "key", "iccid"))
    return Form(dialect, tag, tuple(echo), counter, key, iccid)


def _text_or_none(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise _corrupt("an answer's form")
    return value


_FORM = ("dialect", "tag", "echo", "counter", "key", "iccid")


def dump_detail(detail: Detail) -> str:
    """A flat object of texts and whole numbers, as JSON."""
    return _dump(detail)


def load_detail(text: str) -> dict[str, str | int | None]:
    """The inverse of `dump_detail`."""
    detail: dict[str, str | int | None] = {}
    for name, value in _load_object(text, "a journal entry").items():
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            raise _corrupt("a journal entry")
        detail[name] = value
    return detail


def dump_time(time: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond: the order of the texts is the order of the times."""
    if time.tzinfo is None:
        raise StoreMisuse("a time without a zone can't be stored")
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def load_time(text: str) -> datetime:
    """The inverse of `dump_time`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise _corrupt("a time") from None
    if time.tzinfo is None:
        raise _corrupt("a time")
    return time


def load_enum(kind: type[E], value: object) -> E:
    """The member of that value."""
    try:
        return kind(value)
    except ValueError:
        raise _corrupt(f"a {kind.__name__}") from None


def _load_credentials(value: object) -> Credentials:
    if not isinstance(value, dict) or value.keys() - {"swapped"} != {"auth", "user", "password"}:
        raise _corrupt("credentials")
    user, password, swapped = value["user"], value["password"], value.get("swapped", False)
    if not (isinstance(user, str) and isinstance(password, str) and isinstance(swapped, bool)):
        raise _corrupt("credentials")
    return Credentials(load_enum(AuthType, value["auth"]), user, password, swapped)


def _dump(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _load_object(text: str, what: str, names: set[str] | None = None) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _corrupt(what) from None
    if not isinstance(value, dict) or (names is not None and value.keys() != names):
        raise _corrupt(what)
    return value


def _corrupt(what: str) -> StoreCorrupt:
    return StoreCorrupt(None, f"{what} in it makes no sense")
