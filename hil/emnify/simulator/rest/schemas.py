"""JSON Schemas of what the API takes and gives; the OpenAPI description is made of them too."""

from __future__ import annotations

from typing import Any

from hil.emnify.simulator.policy import FLAGS

_MAX_ID = 2**53 - 1
TEXT: dict[str, Any] = {"type": "string"}
ID: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": _MAX_ID}


def obj(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """An object with these keys; others are let pass, and not looked at."""
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    return schema


def array(items: dict[str, Any]) -> dict[str, Any]:
    """A list of them."""
    return {"type": "array", "items": items}


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def text(most: int, least: int = 0) -> dict[str, Any]:
    """A string of bounded length, without control characters."""
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": r"^[^\x00-\x1f]*$"}


REFERENCE = obj(("id",), id=ID)
# "clear with {"id": null}"
CHOICE = nullable(obj(("id",), id=nullable(ID)))
NAMED = obj(("id",), id=ID, name=TEXT)
DESCRIBED = obj(("id",), id=ID, description=TEXT)
ANY_LIST = array({"type": "object"})

AUTHENTICATE = obj(("application_token",), application_token={"type": "string", "maxLength": 4096})
AUTHENTICATED = obj(("auth_token",), auth_token=TEXT)
APPLICATION_TOKEN = obj(
    description=text(200), expiry_date=nullable(text(40)), ip=nullable(text(64))
)

SEND_SMS = obj(
    ("payload",),
    # In characters of any alphabet; what fits is for the platform to say.
    payload={"type": "string", "minLength": 1, "maxLength": 1000},
    # Old examples have a number.
    source_address={
        "type": ["string", "integer"],
        "maxLength": 40,
        "minimum": 0,
        "maximum": 10**17,
    },
    source_address_type=nullable(REFERENCE),
    expiry_date=nullable(text(40)),
    udh=nullable({"type": "string", "maxLength": 280}),
    dcs=nullable({"type": "integer", "minimum": 0, "maximum": 255}),
    dest_address=nullable(text(40)),
)
SMS = obj(
    ("id", "status", "payload"),
    id=ID,
    payload=TEXT,
    status=obj(("id",), id=ID, description=TEXT),
    endpoint_id=TEXT,
)

ENDPOINT_STATUS = obj(("id",), id={"enum": [0, 1]})
PATCH_ENDPOINT = obj(
    name=text(100, 1),
    tags=nullable(text(500)),
    status=ENDPOINT_STATUS,
    service_profile=REFERENCE,
    sim=CHOICE,
    imei_lock={"type": "boolean"},
)
CREATE_ENDPOINT = obj(
    ("name", "service_profile"),
    **PATCH_ENDPOINT["properties"],
)
ENDPOINT = obj(
    ("id", "name", "status"),
    id=ID,
    name=TEXT,
    status=DESCRIBED,
    service_profile=NAMED,
    tariff_profile=NAMED,
    sim=nullable(obj(("id",), id=ID, iccid=TEXT)),
)
PATCH_CONNECTIVITY = obj(location={"type": "null"}, pdp_context={"type": "null"})
CONNECTIVITY = obj(("status", "services"), status=obj(description=TEXT), services=ANY_LIST)
PATCH_SIM = obj(status=obj(("id",), id={"enum": [0, 1, 2]}))

_PROFILE_FIELDS: dict[str, Any] = {
    "name": text(100, 1),
    "description": nullable(text(500)),
    **{name: {"type": "boolean"} for name in FLAGS},
    "api_callback": CHOICE,
    "api_secret": CHOICE,
    # SMPP is not simulated.
    "esme_interface_type": obj(("id",), id={"enum": [1]}),
}
PATCH_PROFILE = obj(**_PROFILE_FIELDS)
CREATE_PROFILE = obj(("name",), **_PROFILE_FIELDS)
PROFILE = obj(("id", "name"), id=ID, name=TEXT, service=ANY_LIST)

CREATE_CALLBACK = obj(("url",), url=text(2000, 1), purpose=nullable(text(200)))
CREATE_SECRET = obj(
    ("secret",),
    secret={"type": "string", "minLength": 1, "maxLength": 1000},
    purpose=nullable(text(200)),
)
CALLBACK = obj(("id", "url"), id=ID, url=TEXT)
SECRET = obj(("id",), id=ID)
ERROR = obj(("message",), error_code=ID, error_token=TEXT, message=TEXT, errors=ANY_LIST)
