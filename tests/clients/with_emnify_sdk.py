"""A user's program with emnify-sdk: the application token as argument, what happens on stdout."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from typing import Any

_PATIENCE_S = 20.0


def say(name: str, value: object) -> None:
    """One line of the report."""
    sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.flush()


def attempt(name: str, work: Callable[[], object]) -> None:
    """What a call gives, or what it raises."""
    try:
        say(name, work())
    except Exception as error:  # noqa: BLE001 -- what it is, is the result
        say(name, f"{type(error).__name__} {error}")


def main(token: str) -> None:
    """Log in, list, send, list SMS, disable and enable; and what the SDK has besides."""
    emnify: Any = importlib.import_module("emnify")  # not where types are checked
    client = emnify.EMnify(app_token=token)
    devices = client.devices
    listed = list(devices.get_devices_list())
    say("devices", [device.name for device in listed])
    first = listed[0]
    enabled = devices.get_device_filter_model(status=0)
    by_name = list(devices.get_devices_list(filter_model=enabled))
    say("enabled devices", len(by_name))
    sms = devices.sms_create_model(
        payload="APN em", source_address="12345", source_address_type={"id": 161}
    )
    say("sent", devices.send_sms(device=first, sms=sms))
    say("sms", _delivered(devices, first.id))
    say("disabled", devices.change_status(device=first.id, disable=True))
    say("status", devices.retrieve_device(first.id).status.description)
    say("connectivity", devices.get_device_connectivity_status(first.id).status.description)
    say("enabled", devices.change_status(device=first.id, enable=True))
    say("status", devices.retrieve_device(first.id).status.description)
    for name, work in _more(client, first.id).items():
        attempt(name, work)


def _delivered(devices: Any, device_id: int) -> object:
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        (sms,) = devices.get_device_sms_list(device=device_id)
        if sms.status["description"] == "DELIVERED" or time.monotonic() > deadline_s:
            return sms.payload, sms.source_address, sms.status["description"], sms.endpoint
        time.sleep(0.02)


def _more(client: Any, device_id: int) -> dict[str, Callable[[], object]]:
    devices = client.devices
    update = devices.device_update_model
    return {
        "reset of data": lambda: devices.reset_connectivity_data(device_id),
        "reset of network": lambda: devices.reset_connectivity_network(device_id),
        "update": lambda: devices.update_device(device_id=device_id, device=update(name="Pump 7")),
        "SIMs": lambda: len(list(client.sim.get_sim_list())),
        "release of a SIM": lambda: devices.release_sim(device_id=device_id),
        "assignment of a SIM": lambda: devices.assign_sim(device_id=device_id, sim_id=800001),
        "deletion": lambda: devices.delete_device(device_id),
        "a wrong id": lambda: devices.retrieve_device(5),
        "events": lambda: list(devices.get_device_events_list(device=700002)),
        "operators": lambda: list(client.operator.get_operators()),
        "blacklist": lambda: list(devices.get_device_operator_blacklist(700002)),
        "a wrong token": lambda: list(_wrong().devices.get_devices_list()),
    }


def _wrong() -> Any:
    return importlib.import_module("emnify").EMnify(app_token="wrong")


main(*sys.argv[1:])
