"""What the portal's pages are given: records of the platform as JSON."""

from __future__ import annotations

from typing import Any

from hil.emnify.simulator.automation import Automation, Run
from hil.emnify.simulator.deliveries import Delivery
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.policy import SMS_MO, SMS_MT, Policy
from hil.emnify.simulator.records import Device, Direction, Sms

Json = dict[str, Any]


def device_row(device: Device) -> Json:
    """A row of the list."""
    who = device.sim.who if device.sim else None
    subscriber = device.subscriber
    served = subscriber if subscriber and subscriber.registered else None
    station = device.sim.station if device.sim else None
    return {
        "id": device.id,
        "name": device.name,
        "status": device.status.words,
        "connectivity": device.connectivity.value,
        "iccid": who.iccid if who else None,
        "imsi": who.imsi if who else None,
        "msisdn": who.msisdn if who else None,
        "imei": who.imei if who else None,
        "ip_address": device.ip_address,
        "operator": served.operator.long if served and served.operator else None,
        "rat": served.act.name if served else None,
        "policy": {"id": device.policy.id, "name": device.policy.name},
        "modem": station.number if station else None,
    }


def modem_state(device: Device) -> Json | None:
    """The simulated modem in a device."""
    station = device.sim.station if device.sim else None
    return station.report() if station else None


def message(sms: Sms) -> Json:
    """A bubble of the conversation."""
    return {
        "id": sms.id,
        "device": sms.device.id,
        "direction": sms.direction.value,
        "payload": sms.payload,
        "source_address": sms.source,
        "dest_address": sms.dest if sms.direction is Direction.MO else None,
        "status": sms.status.words,
        "status_id": int(sms.status),
        "submit_date": sms.submitted.isoformat(),
        "final_date": sms.final.isoformat() if sms.final else None,
        "retry_date": sms.retry.isoformat() if sms.retry else None,
        "retry_count": sms.retries,
        "dcs": sms.dcs,
        "part": {
            "number": sms.part.number,
            "total": sms.part.total,
            "identifier": sms.part.identifier,
        },
        "via": sms.via.value if sms.via else None,
        "note": sms.note,
    }


def policy_card(platform: Platform, policy: Policy) -> Json:
    """A policy with what can be switched in it."""
    webhook = platform.webhook_of(policy)
    callback = webhook[0] if webhook else None
    return {
        "id": policy.id,
        "name": policy.name,
        "mo": SMS_MO in policy.services,
        "mt": SMS_MT in policy.services,
        "p2p_int": policy.p2p_inside,
        "p2p_ext": policy.p2p_outside,
        "mo_limit": policy.limits.get(SMS_MO),
        "mt_limit": policy.limits.get(SMS_MT),
        "interface": "webhook" if callback else "portal",
        "callback": {"id": callback.id, "url": callback.url} if callback else None,
        "has_secret": policy.secret is not None,
        "devices": sum(device.policy is policy for device in platform.all_devices()),
    }


def delivery_row(delivery: Delivery) -> Json:
    """A row of the delivery log."""
    device = delivery.sms.device
    return {
        "number": delivery.number,
        "method": delivery.method,
        "url": delivery.url,
        "kind": "MO" if delivery.method == "POST" else "receipt",
        "sms_id": delivery.sms.id,
        "device": {"id": device.id, "name": device.name},
        "state": delivery.state.value,
        "attempts": [
            {
                "time": attempt.time.isoformat(),
                "status": attempt.status,
                "error": attempt.error,
                "ms": attempt.took_ms,
            }
            for attempt in delivery.attempts
        ],
        "tries": delivery.tries,
        "note": delivery.note,
        "next_try": delivery.next_try.isoformat() if delivery.next_try else None,
        "time": delivery.made.isoformat(),
        "body": delivery.body,
    }


def automation_card(automation: Automation, base: str) -> Json:
    """An automation with the URL of its hook."""
    return {
        "name": automation.name,
        "hook": f"{base}/hooks/{automation.name}",
        "steps": [{"action": step.action, **step.fields} for step in automation.steps],
    }


def run_row(run: Run) -> Json:
    """One run, step by step."""
    return {
        "number": run.number,
        "automation": run.automation,
        "time": run.time.isoformat(),
        "state": run.state,
        "input": run.input,
        "steps": [
            {"action": step.action, "state": step.state.value, "detail": step.detail}
            for step in run.steps
        ],
    }
