"""Calls about service profiles, the services in them, and webhooks."""

from __future__ import annotations

from typing import Any

from hil.emnify.simulator.errors import ErrorKind, Refused, unknown
from hil.emnify.simulator.policy import (
    FLAGS,
    INTERFACES,
    SERVICES,
    SWITCHABLE,
    TRAFFIC_LIMITS,
    Callback,
    Policy,
    Secret,
)
from hil.emnify.simulator.rest import schemas
from hil.emnify.simulator.rest.calls import Api, Call, Reply, Route, api_date, created

_ONE = "/api/v1/service_profile/{profile_id}"
_SERVICE = _ONE + "/service/{service_id}"


# ---- profiles


def listed(api: Api, _call: Call) -> Reply:
    """GET: all of them."""
    return Reply(200, [shape(api, policy) for policy in api.platform.policies.values()])


def one(api: Api, call: Call) -> Reply:
    """GET: one."""
    return Reply(200, shape(api, api.platform.policy(call.ids[0])))


def create(api: Api, call: Call) -> Reply:
    """POST: one with the documented defaults, and what the body says otherwise."""
    _check_webhook(api, call.body)
    policy = api.platform.add_policy(call.body["name"])
    _set(api, policy, call.body)
    return created(call, "/api/v1/service_profile", policy.id)


def patch(api: Api, call: Call) -> Reply:
    """PATCH: what is named."""
    policy = api.platform.policy(call.ids[0])
    _check_webhook(api, call.body)
    _set(api, policy, call.body)
    return Reply(204)


def delete(api: Api, call: Call) -> Reply:
    """DELETE: not while a device has it."""
    api.platform.delete_policy(api.platform.policy(call.ids[0]))
    return Reply(204)


def _chosen(body: dict[str, Any], key: str, present: int | None) -> int | None:
    """The id that a body chooses; {"id": null} clears, an absent key leaves it."""
    if key not in body:
        return present
    found: int | None = (body[key] or {}).get("id")
    return found


def _check_webhook(api: Api, body: dict[str, Any]) -> None:
    callback = _chosen(body, "api_callback", None)
    secret = _chosen(body, "api_secret", None)
    if callback is not None and callback not in api.platform.callbacks:
        raise unknown("Api Callback", callback)
    if secret is not None and secret not in api.platform.secrets:
        raise unknown("Api Secret", secret)


def _set(api: Api, policy: Policy, body: dict[str, Any]) -> None:
    policy.name = body.get("name", policy.name)
    policy.description = body.get("description", policy.description) or ""
    policy.flags.update({name: body[name] for name in FLAGS if name in body})
    callback = _chosen(body, "api_callback", policy.callback)
    api.platform.choose_webhook(policy, callback, _chosen(body, "api_secret", policy.secret))


def shape(api: Api, policy: Policy) -> dict[str, Any]:
    """A service profile."""
    callback = None if policy.callback is None else api.platform.callbacks[policy.callback]
    secret = None if policy.secret is None else api.platform.secrets[policy.secret]
    return {
        "id": policy.id,
        "name": policy.name,
        "description": policy.description,
        **policy.flags,
        "esme_interface_type": {
            "id": policy.interface,
            "description": INTERFACES[policy.interface],
        },
        "api_callback": callback_shape(api, callback) if callback else None,
        "api_secret": secret_shape(api, secret) if secret else None,
        "moc_callback": None,
        "used_count": sum(device.policy is policy for device in api.platform.all_devices()),
        "service": [
            {
                "id": service,
                "description": SERVICES[service],
                "traffic_limit": _limit(policy, service),
            }
            for service in sorted(policy.services)
        ],
    }


def _limit(policy: Policy, service: int) -> dict[str, Any] | None:
    value = policy.limits.get(service)
    key = next((key for key, limit in TRAFFIC_LIMITS.items() if limit == value), None)
    return None if key is None else {"id": key, "value": value}


# ---- services and limits


def services(_api: Api, _call: Call) -> Reply:
    """GET: the services there are."""
    return Reply(200, [{"id": key, "description": name} for key, name in SERVICES.items()])


def _service(api: Api, call: Call) -> tuple[Policy, int]:
    policy, service = api.platform.policy(call.ids[0]), call.ids[1]
    if service not in SERVICES:
        raise unknown("Service", service)
    if service not in SWITCHABLE:
        message = f"The simulated platform doesn't switch {SERVICES[service]}."
        raise Refused(ErrorKind.NOT_ALLOWED, message)
    return policy, service


def add_service(api: Api, call: Call) -> Reply:
    """PUT: the devices may use it."""
    policy, service = _service(api, call)
    policy.services.add(service)
    api.platform.policies_changed()
    return Reply(204)


def remove_service(api: Api, call: Call) -> Reply:
    """DELETE: they may not."""
    policy, service = _service(api, call)
    policy.services.discard(service)
    api.platform.policies_changed()
    return Reply(204)


def limits(_api: Api, call: Call) -> Reply:
    """GET: the monthly limits that can be chosen."""
    if call.ids[0] not in SWITCHABLE:
        return Reply(200, [])
    return Reply(200, [{"id": key, "value": value} for key, value in TRAFFIC_LIMITS.items()])


def _limited(api: Api, call: Call) -> tuple[Policy, int, int]:
    policy, service = _service(api, call)
    if call.ids[2] not in TRAFFIC_LIMITS:
        raise unknown("Traffic Limit", call.ids[2])
    return policy, service, TRAFFIC_LIMITS[call.ids[2]]


def set_limit(api: Api, call: Call) -> Reply:
    """PUT: no more than that a month."""
    policy, service, value = _limited(api, call)
    policy.limits[service] = value
    api.platform.policies_changed()
    return Reply(204)


def remove_limit(api: Api, call: Call) -> Reply:
    """DELETE: as many as there are."""
    policy, service, value = _limited(api, call)
    if policy.limits.get(service) != value:
        raise unknown("Traffic Limit", call.ids[2])
    del policy.limits[service]
    api.platform.policies_changed()
    return Reply(204)


def interfaces(_api: Api, _call: Call) -> Reply:
    """GET: by what an application's SMS come and go."""
    return Reply(200, [{"id": key, "description": name} for key, name in INTERFACES.items()])


# ---- webhooks


def callbacks(api: Api, _call: Call) -> Reply:
    """GET: the URLs there are."""
    return Reply(200, [callback_shape(api, each) for each in api.platform.callbacks.values()])


def one_callback(api: Api, call: Call) -> Reply:
    """GET: one."""
    found = api.platform.callbacks.get(call.ids[0])
    if found is None:
        raise unknown("Api Callback", call.ids[0])
    return Reply(200, callback_shape(api, found))


def create_callback(api: Api, call: Call) -> Reply:
    """POST: one more."""
    made = api.platform.add_callback(call.body["url"], call.body.get("purpose") or "")
    return created(call, "/api/v1/api_callback", made.id)


def delete_callback(api: Api, call: Call) -> Reply:
    """DELETE: not while a profile uses it."""
    api.platform.remove_callback(call.ids[0])
    return Reply(204)


def secrets(api: Api, _call: Call) -> Reply:
    """GET: the keys there are, without the keys."""
    return Reply(200, [secret_shape(api, each) for each in api.platform.secrets.values()])


def one_secret(api: Api, call: Call) -> Reply:
    """GET: one, without the key."""
    found = api.platform.secrets.get(call.ids[0])
    if found is None:
        raise unknown("Api Secret", call.ids[0])
    return Reply(200, secret_shape(api, found))


def create_secret(api: Api, call: Call) -> Reply:
    """POST: one more."""
    made = api.platform.add_secret(call.body["secret"], call.body.get("purpose") or "")
    return created(call, "/api/v1/api_secret", made.id)


def delete_secret(api: Api, call: Call) -> Reply:
    """DELETE: not while a profile uses it."""
    api.platform.remove_secret(call.ids[0])
    return Reply(204)


def callback_shape(api: Api, callback: Callback) -> dict[str, Any]:
    """A URL as an object."""
    return {
        "id": callback.id,
        "url": callback.url,
        "purpose": callback.purpose,
        "organisation_id": api.platform.settings.organisation_id,
        "created": api_date(callback.created),
    }


def secret_shape(api: Api, secret: Secret) -> dict[str, Any]:
    """A key as an object, without the key."""
    return {
        "id": secret.id,
        "purpose": secret.purpose,
        "organisation_id": api.platform.settings.organisation_id,
    }


_LIMIT = _SERVICE + "/traffic_limit/{limit_id}"
_DESCRIBED = schemas.array(schemas.DESCRIBED)
ROUTES = (
    Route(
        "GET",
        "/api/v1/service_profile",
        "List service profiles",
        listed,
        reply=schemas.array(schemas.PROFILE),
    ),
    Route(
        "POST",
        "/api/v1/service_profile",
        "Create a service profile",
        create,
        201,
        schemas.CREATE_PROFILE,
    ),
    Route("GET", _ONE, "Details of a service profile", one, reply=schemas.PROFILE),
    Route("PATCH", _ONE, "Change a service profile", patch, 204, schemas.PATCH_PROFILE),
    Route("DELETE", _ONE, "Delete a service profile", delete, 204),
    Route("PUT", _SERVICE, "Let devices use a service", add_service, 204),
    Route("DELETE", _SERVICE, "Don't let them", remove_service, 204),
    Route("PUT", _LIMIT, "Limit a service to so many messages a month", set_limit, 204),
    Route("DELETE", _LIMIT, "Take the limit away", remove_limit, 204),
    Route("GET", "/api/v1/service", "List services", services, reply=_DESCRIBED),
    Route(
        "GET",
        "/api/v1/service/{service_id}/traffic_limit",
        "Limits that can be chosen",
        limits,
        reply=schemas.ANY_LIST,
    ),
    Route(
        "GET", "/api/v1/esme_interface_type", "List SMS interfaces", interfaces, reply=_DESCRIBED
    ),
    Route(
        "GET",
        "/api/v1/api_callback",
        "List callback URLs",
        callbacks,
        reply=schemas.array(schemas.CALLBACK),
    ),
    Route(
        "POST",
        "/api/v1/api_callback",
        "Create a callback URL",
        create_callback,
        201,
        schemas.CREATE_CALLBACK,
    ),
    Route(
        "GET",
        "/api/v1/api_callback/{callback_id}",
        "A callback URL",
        one_callback,
        reply=schemas.CALLBACK,
    ),
    Route(
        "DELETE",
        "/api/v1/api_callback/{callback_id}",
        "Delete a callback URL",
        delete_callback,
        204,
    ),
    Route(
        "GET",
        "/api/v1/api_secret",
        "List callback secrets",
        secrets,
        reply=schemas.array(schemas.SECRET),
    ),
    Route(
        "POST",
        "/api/v1/api_secret",
        "Create a callback secret",
        create_secret,
        201,
        schemas.CREATE_SECRET,
    ),
    Route(
        "GET",
        "/api/v1/api_secret/{secret_id}",
        "A callback secret",
        one_secret,
        reply=schemas.SECRET,
    ),
    Route(
        "DELETE", "/api/v1/api_secret/{secret_id}", "Delete a callback secret", delete_secret, 204
    ),
)
