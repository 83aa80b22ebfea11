"""The portal's JSON over HTTP: what its pages ask for and change, and what keeps them live.

Bodies have to be JSON; who may call is `pages`'s.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from jsonschema import Draft202012Validator

from hil.emnify.simulator.automation import MAX_SOURCE, AutomationError, Automations
from hil.emnify.simulator.bodies import fault, parse_json, read_bounded
from hil.emnify.simulator.deliveries import Deliveries
from hil.emnify.simulator.errors import ErrorKind, Invalid, Refused
from hil.emnify.simulator.platform import Platform
from hil.emnify.simulator.policy import SMS_MO, SMS_MT, TRAFFIC_LIMITS
from hil.emnify.simulator.portal import shapes
from hil.emnify.simulator.portal.live import Live, Traffic
from hil.emnify.simulator.portal.pages import HEADERS, Handler, add_pages
from hil.emnify.simulator.records import Device, DeviceStatus, Via
from hil.emnify.simulator.rest.schemas import obj, text
from hil.emnify.simulator.submission import submit_text
from modem.simulator.endpoints import LinkError
from modem.sms import ComposeError, count

MAX_BODY_BYTES = 256 << 10
_BOOL = {"type": "boolean"}
_LIMIT = {"enum": [None, *TRAFFIC_LIMITS.values()]}
_MESSAGE = obj(
    ("payload",),
    payload={"type": "string", "minLength": 1, "maxLength": 2000},
    source_address=text(40),
)
_DEVICE = obj(enabled=_BOOL, name=text(100, 1), policy={"type": "integer"})
_TEXT = obj(("text",), text={"type": "string", "maxLength": 10_000})
_NAME = obj(("name",), name=text(100, 1))
_POLICY = obj(
    name=text(100, 1),
    mo=_BOOL,
    mt=_BOOL,
    p2p_int=_BOOL,
    p2p_ext=_BOOL,
    mo_limit=_LIMIT,
    mt_limit=_LIMIT,
)
_WEBHOOK = obj(("url",), url=text(2000, 1), secret={"type": ["string", "null"], "maxLength": 1000})
_SOURCE = obj(("source",), source={"type": "string", "maxLength": MAX_SOURCE})
_ACTION = obj(("action",), action={"enum": ["coverage", "reboot", "unplug", "plug"]}, on=_BOOL)


@dataclass(frozen=True, slots=True)
class Portal:
    """What the pages show and change."""

    platform: Platform
    deliveries: Deliveries
    automations: Automations
    live: Live
    traffic: dict[int, Traffic]  # by device id

    # ---- devices

    async def devices(self, _request: web.Request) -> web.Response:
        """The list."""
        settings = self.platform.settings
        rows = [shapes.device_row(device) for device in self.platform.all_devices()]
        organisation = {"id": settings.organisation_id, "name": settings.organisation}
        return _json(devices=rows, organisation=organisation, short_digits=settings.short_digits)

    async def device(self, request: web.Request) -> web.Response:
        """One, with its modem."""
        device = self._device(request)
        return _json(**shapes.device_row(device), modem_state=shapes.modem_state(device))

    async def set_device(self, request: web.Request) -> web.Response:
        """Enable, disable, name, or give another policy."""
        device, body = self._device(request), await _body(request, _DEVICE)
        if "policy" in body:
            device.policy = self.platform.policy(body["policy"])
        device.name = body.get("name", device.name)
        if "enabled" in body:
            status = DeviceStatus.ENABLED if body["enabled"] else DeviceStatus.DISABLED
            self.platform.set_status(device, status)
        self.platform.changed(device)
        return web.Response(status=204)

    async def reset_device(self, request: web.Request) -> web.Response:
        """Have the network forget where it is."""
        self.platform.reset(self._device(request), location=True, context=True)
        return web.Response(status=204)

    async def drive_modem(self, request: web.Request) -> web.Response:
        """Coverage, reboot, cable."""
        device, body = self._device(request), await _body(request, _ACTION)
        station = device.sim.station if device.sim else None
        if station is None:
            raise Refused(ErrorKind.NOT_ALLOWED, "There is no simulated modem in the device.")
        modem, action = station.modem, body["action"]
        try:
            if action == "coverage":
                modem.set_coverage(bool(body.get("on", True)))
            elif action == "reboot":
                modem.restart()
            elif action == "unplug":
                modem.unplug()
            else:
                modem.plug()
        except (LinkError, OSError) as error:
            raise Refused(ErrorKind.NOT_ALLOWED, str(error)) from error
        return web.json_response(shapes.modem_state(device))

    # ---- SMS

    async def messages(self, request: web.Request) -> web.Response:
        """The conversation, the oldest first."""
        device = self._device(request)
        return _json(messages=[shapes.message(sms) for sms in device.messages.values()])

    async def send(self, request: web.Request) -> web.Response:
        """An SMS to the device, in parts where it is long."""
        device, body = self._device(request), await _body(request, _MESSAGE)
        sender = body.get("source_address", "")
        sent = submit_text(self.platform, device, body["payload"], sender, Via.PORTAL)
        return web.json_response({"ids": [sms.id for sms in sent]}, status=201)

    async def cancel(self, request: web.Request) -> web.Response:
        """Take one back that waits."""
        sms = self.platform.sms(self._device(request), int(request.match_info["sms"]))
        self.platform.terminated.cancel(sms)
        return web.Response(status=204)

    async def count(self, request: web.Request) -> web.Response:
        """Characters and parts of a text."""
        body = await _body(request, _TEXT)
        try:
            counted = count(body["text"])
        except ComposeError as error:
            raise Invalid("text", str(error)) from error
        return _json(
            encoding=counted.encoding.value,
            parts=counted.parts,
            units=counted.units,
            left=counted.left,
        )

    # ---- policies

    async def policies(self, _request: web.Request) -> web.Response:
        """All of them."""
        cards = [
            shapes.policy_card(self.platform, policy) for policy in self.platform.policies.values()
        ]
        return _json(policies=cards, limits=list(TRAFFIC_LIMITS.values()))

    async def create_policy(self, request: web.Request) -> web.Response:
        """One more."""
        policy = self.platform.add_policy((await _body(request, _NAME))["name"])
        return web.json_response(shapes.policy_card(self.platform, policy), status=201)

    async def set_policy(self, request: web.Request) -> web.Response:
        """What is named."""
        policy = self.platform.policy(int(request.match_info["id"]))
        body = await _body(request, _POLICY)
        policy.name = body.get("name", policy.name)
        for key, service in (("mo", SMS_MO), ("mt", SMS_MT)):
            if key in body:
                (policy.services.add if body[key] else policy.services.discard)(service)
            if f"{key}_limit" in body:
                policy.limits.pop(service, None)
                if body[f"{key}_limit"] is not None:
                    policy.limits[service] = body[f"{key}_limit"]
        for key in ("p2p_int", "p2p_ext"):
            if key in body:
                policy.flags[f"sms_{key}"] = body[key]
        self.platform.policies_changed()
        return web.Response(status=204)

    async def set_webhook(self, request: web.Request) -> web.Response:
        """A URL, and maybe a key, instead of those that were there."""
        policy = self.platform.policy(int(request.match_info["id"]))
        body = await _body(request, _WEBHOOK)
        callback = self.platform.add_callback(body["url"], "SMS")
        secret = self.platform.add_secret(body["secret"], "SMS") if body.get("secret") else None
        former = (policy.callback, policy.secret)
        self.platform.choose_webhook(policy, callback.id, secret.id if secret else None)
        self._drop_unused(*former)
        return web.Response(status=204)

    async def remove_webhook(self, request: web.Request) -> web.Response:
        """The portal only, from now on."""
        policy = self.platform.policy(int(request.match_info["id"]))
        former = (policy.callback, policy.secret)
        self.platform.choose_webhook(policy, None, None)
        self._drop_unused(*former)
        return web.Response(status=204)

    def _drop_unused(self, callback: int | None, secret: int | None) -> None:
        policies = self.platform.policies.values()
        if callback is not None and all(policy.callback != callback for policy in policies):
            self.platform.remove_callback(callback)
        if secret is not None and all(policy.secret != secret for policy in policies):
            self.platform.remove_secret(secret)

    # ---- deliveries and automations

    async def delivery_log(self, _request: web.Request) -> web.Response:
        """The newest first."""
        rows = [shapes.delivery_row(each) for each in reversed(self.deliveries.log)]
        return _json(deliveries=rows)

    async def all_automations(self, request: web.Request) -> web.Response:
        """What is defined, and what has run."""
        base = f"{request.scheme}://{request.host}"
        automations = self.automations
        return _json(
            automations=[shapes.automation_card(each, base) for each in automations.automations],
            source=automations.source,
            runs=[shapes.run_row(run) for run in reversed(automations.runs)],
        )

    async def define_automations(self, request: web.Request) -> web.Response:
        """Other ones from now on."""
        body = await _body(request, _SOURCE)
        try:
            self.automations.define(body["source"])
        except AutomationError as error:
            raise Refused(ErrorKind.INVALID_INPUT, str(error)) from error
        return web.Response(status=204)

    async def hook(self, request: web.Request) -> web.Response:
        """A catch hook: any JSON."""
        automation = self.automations.named(request.match_info["name"])
        if automation is None:
            raise Refused(ErrorKind.NOT_FOUND, "There is no automation of that name.")
        given = parse_json(await read_bounded(request, MAX_BODY_BYTES))
        return web.json_response(shapes.run_row(self.automations.run(automation, given)))

    # ---- live

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What changes, as it does."""
        return await _stream(request, self.live.channel.listen())

    async def device_traffic(self, request: web.Request) -> web.StreamResponse:
        """A modem's AT traffic."""
        traffic = self.traffic.get(self._device(request).id)
        if traffic is None:
            raise Refused(ErrorKind.NOT_FOUND, "There is no simulated modem in the device.")
        return await _stream(request, traffic.channel.listen(traffic.so_far()))

    def _device(self, request: web.Request) -> Device:
        return self.platform.device(int(request.match_info["id"]))

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        """Method, path and handler of each."""
        one, policy = "/portal/api/devices/{id}", "/portal/api/policies/{id}"
        return (
            ("GET", "/portal/api/devices", self.devices),
            ("GET", one, self.device),
            ("PATCH", one, self.set_device),
            ("POST", one + "/reset", self.reset_device),
            ("POST", one + "/modem", self.drive_modem),
            ("GET", one + "/messages", self.messages),
            ("POST", one + "/messages", self.send),
            ("DELETE", one + "/messages/{sms}", self.cancel),
            ("GET", one + "/traffic", self.device_traffic),
            ("POST", "/portal/api/count", self.count),
            ("GET", "/portal/api/policies", self.policies),
            ("POST", "/portal/api/policies", self.create_policy),
            ("PATCH", policy, self.set_policy),
            ("PUT", policy + "/webhook", self.set_webhook),
            ("DELETE", policy + "/webhook", self.remove_webhook),
            ("GET", "/portal/api/deliveries", self.delivery_log),
            ("GET", "/portal/api/automations", self.all_automations),
            ("PUT", "/portal/api/automations", self.define_automations),
            ("GET", "/portal/api/events", self.events),
            ("POST", "/hooks/{name}", self.hook),
            ("PATCH", "/hooks/{name}", self.hook),
        )


def add_portal(app: web.Application, portal: Portal) -> None:
    """Add the portal's paths to an application."""
    for method, path, handler in portal.routes():
        app.router.add_route(
            method,
            path.replace("{id}", "{id:[0-9]{1,15}}").replace("{sms}", "{sms:[0-9]{1,15}}"),
            handler,
        )
    add_pages(app)


# ---- answers


def _json(**body: Any) -> web.Response:
    return web.json_response(body)


async def _body(request: web.Request, schema: dict[str, Any]) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refused(ErrorKind.BAD_REQUEST, "The body has to be application/json.")
    value = parse_json(await read_bounded(request, MAX_BODY_BYTES))
    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is not None:
        raise Refused(ErrorKind.INVALID_INPUT, fault(error).message)
    found: dict[str, Any] = value
    return found


async def _stream(
    request: web.Request, listening: AbstractContextManager[AsyncIterator[str]]
) -> web.StreamResponse:
    """Server-sent events, until the browser is gone."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **HEADERS})
    await response.prepare(request)
    with listening as events:
        try:
            await response.write(b": begins\n\n")
            async for event in events:
                await response.write(event.encode())
        except ConnectionError:  # it is gone
            pass
    return response
