"""Calls about the SMS of a device."""

from __future__ import annotations

from typing import Any

from hil.emnify.simulator.policy import INTERFACES, REST_INTERFACE
from hil.emnify.simulator.records import Direction, Sms, Via
from hil.emnify.simulator.rest import schemas
from hil.emnify.simulator.rest.calls import Api, Call, Reply, Route, api_date, created, read_date
from hil.emnify.simulator.wire_form import ADDRESS_TYPES, Outgoing

# The id of MO is not documented; MT is 1.
_TYPES = {Direction.MT: 1, Direction.MO: 2}
_PATH = "/api/v1/endpoint/{endpoint_id}/sms"


def send(api: Api, call: Call) -> Reply:
    """POST: the message is taken; what becomes of it is seen in the list, or by a receipt."""
    device = api.platform.device(call.ids[0])
    body: dict[str, Any] = call.body
    kind = body.get("source_address_type")
    wanted = Outgoing(
        payload=body["payload"],
        source=str(body.get("source_address", "")),
        source_type=None if kind is None else kind["id"],
        udh=body.get("udh") or "",
        dcs=body.get("dcs"),
    )
    expiry = body.get("expiry_date")
    expires = None if expiry is None else read_date("expiry_date", expiry)
    sms = api.platform.terminated.send(device, wanted, Via.REST, expires)
    return created(call, f"/api/v1/endpoint/{device.id}/sms", sms.id)


def listed(api: Api, call: Call) -> Reply:
    """GET: sent and received, the newest first."""
    device = api.platform.device(call.ids[0])
    messages = sorted(device.messages.values(), key=lambda sms: -sms.id)
    return Reply(200, [shape(api, sms) for sms in messages])


def one(api: Api, call: Call) -> Reply:
    """GET: one of them."""
    device = api.platform.device(call.ids[0])
    return Reply(200, shape(api, api.platform.sms(device, call.ids[1])))


def cancel(api: Api, call: Call) -> Reply:
    """DELETE: 200 with an empty body, for one that waits."""
    device = api.platform.device(call.ids[0])
    api.platform.terminated.cancel(api.platform.sms(device, call.ids[1]))
    return Reply(200)


def shape(api: Api, sms: Sms) -> dict[str, Any]:
    """An SMS with the scalar types that were recorded: small numbers as strings.

    MO items were not recorded: they have `dest_address` besides.
    """
    who = sms.device.sim.who if sms.device.sim else None
    outgoing = sms.direction is Direction.MT
    return {
        "id": sms.id,
        "submit_date": api_date(sms.submitted),
        "delivery_date": api_date(sms.final) if sms.status.words == "DELIVERED" else None,
        "expiry_date": api_date(sms.expires),
        "final_date": api_date(sms.final),
        "retry_date": api_date(sms.retry),
        "last_delivery_attempt": api_date(sms.last_attempt),
        "retry_count": str(sms.retries),
        "gsm_map_error": None,
        "dcs": str(sms.dcs),
        "pid": str(sms.pid),
        "source_address": sms.source,
        "endpoint_id": str(sms.device.id),
        "sim_id": str(sms.device.sim.id) if sms.device.sim else None,
        "iccid": who.iccid[:-1] if who else "",
        "msisdn": who.msisdn if who else "",
        "imsi": who.imsi if who else "",
        "msc": None,
        "udh": sms.udh,
        "payload": sms.payload,
        "status": {"description": sms.status.words, "id": int(sms.status)},
        "sms_type": {"description": sms.direction.value, "id": _TYPES[sms.direction]},
        "source_address_type": {
            "description": ADDRESS_TYPES[sms.source_type],
            "id": sms.source_type,
        },
        "esme_interface_type": {
            "description": INTERFACES[REST_INTERFACE],
            "id": REST_INTERFACE,
        },
        "dlr_status_id": str(int(sms.status)) if sms.status.final else "0",
        "organisation_id": str(api.platform.settings.organisation_id),
        "registered_delivery": "1" if outgoing else "0",
        "p2p_ext": 0,
        "called_party_prefix": None,
        "smpp_bind_id": None,
        "smpp_dlr_bind_id": None,
        **({} if outgoing else {"dest_address": sms.dest}),
    }


ROUTES = (
    Route("GET", _PATH, "List sent and received SMS", listed, reply=schemas.array(schemas.SMS)),
    Route("POST", _PATH, "Send an SMS to the device", send, 201, body=schemas.SEND_SMS),
    Route("GET", _PATH + "/{sms_id}", "Details of an SMS", one, reply=schemas.SMS),
    Route("DELETE", _PATH + "/{sms_id}", "Cancel a buffered SMS", cancel),
)
