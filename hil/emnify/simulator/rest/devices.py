"""Calls about devices ("endpoints") and their SIMs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hil.emnify.simulator.errors import ErrorKind, Refused
from hil.emnify.simulator.records import Connectivity, Device, DeviceStatus, Sim, SimStatus
from hil.emnify.simulator.rest import schemas
from hil.emnify.simulator.rest.calls import Api, Call, Reply, Route, api_date, created

# "X-Count-Per-Page" of recorded lists.
_PER_PAGE = 1000
_TARIFF = {"id": 500001, "name": "Simulated tariff"}
_ADDRESS_SPACE = {"id": 1}
_ONE = "/api/v1/endpoint/{endpoint_id}"


# ---- lists


# What one may filter by (`q=field:value`), and sort by but for `sim_status` and `iccid`.
_FIELDS: dict[str, Callable[[Device], object]] = {
    "id": lambda device: device.id,
    "status": lambda device: int(device.status),
    "last_updated": lambda device: api_date(device.updated),
    "created": lambda device: api_date(device.created),
    "name": lambda device: device.name,
    "tags": lambda device: device.tags,
    "ip_address": lambda device: device.ip_address or "",
    "imei": lambda device: device.sim.who.imei if device.sim else "",
    "sim_status": lambda device: int(device.sim.status) if device.sim else "",
    "iccid": lambda device: device.sim.who.iccid if device.sim else "",
}
_PARTIAL = ("name", "tags", "created", "last_updated")


def _matches(device: Device, criteria: Iterable[tuple[str, str]]) -> bool:
    for name, wanted in criteria:
        found = str(_FIELDS[name](device)).casefold()
        if not (wanted.casefold() in found if name in _PARTIAL else wanted.casefold() == found):
            return False
    return True


def _criteria(query: str) -> list[tuple[str, str]]:
    pairs = [item.partition(":") for item in query.split(",") if item]
    for name, colon, _ in pairs:
        if not colon or name not in _FIELDS:
            raise Refused(ErrorKind.INVALID_QUERY, f"Invalid query criteria '{name}'.")
    return [(name, wanted) for name, _, wanted in pairs]


def _sorted(devices: list[Device], sort: str) -> list[Device]:
    for item in reversed([item for item in sort.split(",") if item]):
        name = item.removeprefix("-")
        if name not in _FIELDS:
            raise Refused(ErrorKind.INVALID_SORT, f"Invalid sort criteria '{name}'.")
        devices.sort(key=_FIELDS[name], reverse=item.startswith("-"))  # type: ignore[arg-type]
    return devices


def _number(call: Call, name: str, default: int, most: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        raise Refused(ErrorKind.INVALID_QUERY, f"{name}: wanted 1 to {most}.")
    return int(text)


def listed(api: Api, call: Call) -> Reply:
    """GET: an array, its paging in headers."""
    return _page(call, api.platform.all_devices(), lambda device: shape(api, device))


def _page(call: Call, all_of: Iterable[Device], shaped: Callable[[Device], Any]) -> Reply:
    criteria = _criteria(call.query.get("q", ""))
    found = [device for device in all_of if _matches(device, criteria)]
    found = _sorted(found, call.query.get("sort", "id"))
    page = _number(call, "page", 1, 10**9)
    per_page = _number(call, "per_page", _PER_PAGE, _PER_PAGE)
    shown = found[(page - 1) * per_page : page * per_page]
    headers = {
        "X-Count-Per-Page": str(per_page),
        "X-Current-Page": str(page),
        "X-Total-Pages": str(max(1, -(-len(found) // per_page))),
        "X-Total-Count": str(len(found)),
        "X-Sort": call.query.get("sort", "id"),
    }
    return Reply(200, [shaped(device) for device in shown], headers)


# ---- one device


def one(api: Api, call: Call) -> Reply:
    """GET: a device."""
    return Reply(200, {**shape(api, api.platform.device(call.ids[0])), "runtime_data": {}})


def create(api: Api, call: Call) -> Reply:
    """POST: a device; enabled only with a SIM."""
    body = call.body
    policy = api.platform.policy(body["service_profile"]["id"])
    chosen = (body.get("sim") or {}).get("id")
    sim = None if chosen is None else api.platform.sim(chosen)
    if sim is not None:
        api.platform.must_be_free(sim)
    device = api.platform.add_device(body["name"], policy, tags=body.get("tags") or "")
    if sim is None:
        device.status = DeviceStatus.DISABLED
    else:
        api.platform.assign(device, sim)
        _set_status(api, device, body)
    return created(call, "/api/v1/endpoint", device.id)


def patch(api: Api, call: Call) -> Reply:
    """PATCH: what is named; all of it is checked before any of it is set."""
    device, body = api.platform.device(call.ids[0]), call.body
    policy = device.policy
    if "service_profile" in body:
        policy = api.platform.policy(body["service_profile"]["id"])
    if "sim" in body:
        chosen = (body["sim"] or {}).get("id")
        api.platform.assign(device, None if chosen is None else api.platform.sim(chosen))
    device.policy = policy
    device.name = body.get("name", device.name)
    device.tags = body.get("tags", device.tags) or ""
    device.imei_lock = body.get("imei_lock", device.imei_lock)
    _set_status(api, device, body)
    api.platform.changed(device)
    return Reply(204)


def _set_status(api: Api, device: Device, body: dict[str, Any]) -> None:
    if "status" in body:
        api.platform.set_status(device, DeviceStatus(body["status"]["id"]))


def delete(api: Api, call: Call) -> Reply:
    """DELETE: not while it has a SIM."""
    api.platform.set_status(api.platform.device(call.ids[0]), DeviceStatus.DELETED)
    return Reply(204)


def connectivity(api: Api, call: Call) -> Reply:
    """GET: the state in the network, and where it is. The inner keys are not documented."""
    device = api.platform.device(call.ids[0])
    subscriber, state = device.subscriber, device.connectivity
    body: dict[str, Any] = {"status": {"description": state.value}, "services": []}
    if subscriber and state in (Connectivity.ATTACHED, Connectivity.ONLINE):
        operator = subscriber.operator
        body["location"] = {
            "imsi": device.sim.who.imsi if device.sim else "",
            "operator": {"name": operator.long if operator else None},
        }
    if subscriber and state is Connectivity.ONLINE:
        bearer = next(iter(subscriber.bearers.values()))
        body["pdp_context"] = {
            "apn": bearer.apn,
            "ue_ip_address": str(bearer.address),
            "rat_type": {"description": subscriber.act.name},
        }
    return Reply(200, body)


def reset(api: Api, call: Call) -> Reply:
    """PATCH: `location` or `pdp_context` null ends what it names."""
    device = api.platform.device(call.ids[0])
    api.platform.reset(device, location="location" in call.body, context="pdp_context" in call.body)
    return Reply(204)


def statuses(_api: Api, _call: Call) -> Reply:
    """GET: what a device may be."""
    return Reply(200, [{"id": int(status), "description": status.words} for status in DeviceStatus])


def shape(api: Api, device: Device) -> dict[str, Any]:
    """A device, with the keys that were recorded."""
    return {
        "id": device.id,
        "name": device.name,
        "tags": device.tags,
        "created": api_date(device.created),
        "last_updated": api_date(device.updated),
        "organisation": {
            "id": api.platform.settings.organisation_id,
            "name": api.platform.settings.organisation,
        },
        "status": {"id": int(device.status), "description": device.status.words},
        "service_profile": {"id": device.policy.id, "name": device.policy.name},
        "tariff_profile": _TARIFF,
        "sim": sim_part(device.sim) if device.sim else None,
        "imei": device.sim.who.imei if device.sim else None,
        "imei_lock": device.imei_lock,
        "ip_address": device.ip_address,
        "ip_address_space": _ADDRESS_SPACE,
    }


# ---- SIMs


def sim_part(sim: Sim) -> dict[str, Any]:
    """A SIM, as it stands in a device."""
    return {
        "id": sim.id,
        "iccid": sim.who.iccid[:-1],
        "iccid_with_luhn": sim.who.iccid,
        "imsi": sim.who.imsi,
        "msisdn": sim.who.msisdn,
        "status": {"id": int(sim.status), "description": sim.status.words},
    }


def _sim(sim: Sim) -> dict[str, Any]:
    device = sim.device
    return {
        **sim_part(sim),
        "endpoint": {"id": device.id, "name": device.name} if device else None,
    }


def sims(api: Api, _call: Call) -> Reply:
    """GET: all SIMs, on one page."""
    total = len(api.platform.sims)
    headers = {
        "X-Count-Per-Page": str(_PER_PAGE),
        "X-Current-Page": "1",
        "X-Total-Pages": "1",
        "X-Total-Count": str(total),
    }
    return Reply(200, [_sim(sim) for sim in api.platform.sims.values()], headers)


def one_sim(api: Api, call: Call) -> Reply:
    """GET: a SIM."""
    return Reply(200, _sim(api.platform.sim(call.ids[0])))


def patch_sim(api: Api, call: Call) -> Reply:
    """PATCH: activate or suspend it."""
    sim = api.platform.sim(call.ids[0])
    if "status" in call.body:
        api.platform.set_sim_status(sim, SimStatus(call.body["status"]["id"]))
    return Reply(204)


_LIST = schemas.array(schemas.ENDPOINT)
_QUERY = ("page", "per_page", "q", "sort")
ROUTES = (
    Route(
        "GET",
        "/api/v1/endpoint/status",
        "What a device may be",
        statuses,
        reply=schemas.array(schemas.DESCRIBED),
    ),
    Route("GET", "/api/v1/endpoint", "List devices", listed, reply=_LIST, query=_QUERY),
    Route("POST", "/api/v1/endpoint", "Create a device", create, 201, schemas.CREATE_ENDPOINT),
    Route("GET", _ONE, "Details of a device", one, reply=schemas.ENDPOINT),
    Route("PATCH", _ONE, "Change a device", patch, 204, schemas.PATCH_ENDPOINT),
    Route("DELETE", _ONE, "Delete a device", delete, 204),
    Route(
        "GET",
        _ONE + "/connectivity",
        "State in the network",
        connectivity,
        reply=schemas.CONNECTIVITY,
    ),
    Route(
        "PATCH",
        _ONE + "/connectivity",
        "Reset connectivity",
        reset,
        204,
        schemas.PATCH_CONNECTIVITY,
    ),
    Route("GET", "/api/v1/sim", "List SIMs", sims, reply=schemas.ANY_LIST),
    Route("GET", "/api/v1/sim/{sim_id}", "Details of a SIM", one_sim, reply={"type": "object"}),
    Route("PATCH", "/api/v1/sim/{sim_id}", "Change a SIM", patch_sim, 204, schemas.PATCH_SIM),
)
