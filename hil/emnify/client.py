"""The REST client: devices, SMS, service policies, webhooks.

    async with Client(token) as client:
        async for device in client.devices({"tags": "pump"}):
            ids = await client.send_text(device.id, "APN em", sender="12345")

The methods raise the errors of `hil.emnify.errors`. Ids are the platform's numbers.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit

from hil.emnify.errors import (
    ApiError,
    EmnifyError,
    MaybeSent,
    NoAnswer,
    PartlySent,
    RequestError,
    UnexpectedAnswer,
)
from hil.emnify.models import (
    DEFAULT_BASE,
    DISABLED,
    ENABLED,
    REST_API,
    SIM_ACTIVATED,
    SIM_SUSPENDED,
    Callback,
    Connectivity,
    Device,
    Secret,
    ServiceProfile,
    Sms,
    SmsRequest,
    SmsStatus,
)
from hil.emnify.reading import Json, inner, number
from hil.emnify.session import Answer, Session
from hil.emnify.texts import requests_for
from modem.sms import Encoding, decode_dcs

_DEVICES = "/api/v1/endpoint"
_POLICIES = "/api/v1/service_profile"
_CALLBACKS = "/api/v1/api_callback"
_SECRETS = "/api/v1/api_secret"
# Pages of 1000 were seen; half of that keeps an answer under a megabyte.
PER_PAGE = 500
_MAX_PAGES = 1000
_SERVER_ERROR = 500


class Client:
    """The platform, for one application token."""

    def __init__(
        self,
        token: str,
        base: str = DEFAULT_BASE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._session = Session(token, base, clock=clock, sleep=sleep, jitter=jitter)
        # Two long texts to one device one after the other mustn't be joined with each other.
        self._reference = int(jitter() * 256) % 256

    async def __aenter__(self) -> Self:
        await self._session.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.__aexit__()

    # Devices

    async def devices(
        self,
        filters: Mapping[str, str] | None = None,
        sort: str | None = None,
        per_page: int = PER_PAGE,
    ) -> AsyncIterator[Device]:
        """All devices, page by page; `filters` such as {"status": "0", "tags": "pump"}.

        A device that moves to the next page meanwhile is given once.
        """
        params = {"per_page": str(per_page)}
        if filters:
            params["q"] = ",".join(_criterion(*item) for item in filters.items())
        if sort:
            params["sort"] = sort
        seen: set[int] = set()
        page, more = 1, True
        while more:
            answer = await self._session.call("GET", _DEVICES, params={**params, "page": str(page)})
            items = _objects(answer, "devices")
            found = [Device.from_json(item) for item in items]
            fresh = [device for device in found if device.id not in seen]
            seen.update(device.id for device in fresh)
            for device in fresh:
                yield device
            # Nothing new on a page: somebody ignores the number of the page.
            more = bool(fresh) and _more_pages(answer, page, len(items), per_page)
            page += 1
            if page > _MAX_PAGES:
                raise UnexpectedAnswer(f"more than {_MAX_PAGES} pages of devices")

    async def device(self, device_id: int) -> Device:
        """One device."""
        return Device.from_json(await self._object(f"{_DEVICES}/{device_id}"))

    async def set_enabled(self, device_id: int, enabled: bool, *, sim: bool = False) -> None:
        """Enable or disable a device; with `sim` activate or suspend its SIM, too.

        A disabled device's SIM is still billed (documented).
        """
        sim_id = (await self.device(device_id)).sim_id if sim else None
        if sim and sim_id is None:
            raise RequestError(f"device {device_id} has no SIM")
        body = {"status": {"id": ENABLED if enabled else DISABLED}}
        await self._session.call("PATCH", f"{_DEVICES}/{device_id}", body=body)
        if sim:
            body = {"status": {"id": SIM_ACTIVATED if enabled else SIM_SUSPENDED}}
            await self._session.call("PATCH", f"/api/v1/sim/{sim_id}", body=body)

    async def connectivity(self, device_id: int) -> Connectivity:
        """Is it attached, online? What says ATTACHED may be a day or two old (documented)."""
        return Connectivity.from_json(await self._object(f"{_DEVICES}/{device_id}/connectivity"))

    async def reset_connectivity(
        self, device_id: int, *, location: bool = True, pdp_context: bool = True
    ) -> None:
        """Have the network forget where a device is, its data session, or both."""
        body = {
            key: None
            for key, wanted in (("location", location), ("pdp_context", pdp_context))
            if wanted
        }
        path = f"{_DEVICES}/{device_id}/connectivity"
        await self._session.call("PATCH", path, body=body)

    # SMS

    async def send_sms(
        self, device_id: int, request: SmsRequest, *, unverified: bool = False
    ) -> int:
        """Send one SMS; its id.

        How octets (8-bit `dcs`) are to be written is unknown, so they are refused unless they are
        said to be `unverified`. Raises MaybeSent where it isn't known whether it was taken.
        """
        binary = request.dcs is not None and decode_dcs(request.dcs).encoding is Encoding.EIGHT_BIT
        if binary and not unverified:
            raise RequestError(
                "how the platform takes binary payloads is not documented;"
                " give unverified (--unverified) to send the hex all the same"
            )
        path = f"{_DEVICES}/{device_id}/sms"
        try:
            answer = await self._session.call("POST", path, body=request.body(), repeatable=False)
        except NoAnswer as error:
            if error.sent:
                raise MaybeSent(device_id, error) from error
            raise
        except ApiError as error:
            if error.status >= _SERVER_ERROR:
                raise MaybeSent(device_id, error) from error
            raise
        found = _location_id(answer)
        if found is None:
            # The answer's body is empty (observed): nothing else has the id.
            raise MaybeSent(device_id, UnexpectedAnswer("it was accepted, without an id"))
        return found

    async def send_text(
        self, device_id: int, text: str, *, sender: str = "", expiry: datetime | None = None
    ) -> tuple[int, ...]:
        """Send a text, in parts where it is long; the ids of all parts. Raises PartlySent."""
        self._reference = (self._reference + 1) % 256
        requests = requests_for(text, sender=sender, expiry=expiry, reference=self._reference)
        ids: list[int] = []
        for request in requests:
            try:
                ids.append(await self.send_sms(device_id, request))
            except EmnifyError as error:
                if not ids:
                    raise
                raise PartlySent(device_id, ids, len(requests), error) from error
        return tuple(ids)

    async def sms_list(self, device_id: int) -> tuple[Sms, ...]:
        """What was sent to a device and what it sent, as the platform lists it."""
        answer = await self._session.call("GET", f"{_DEVICES}/{device_id}/sms")
        return tuple(Sms.from_json(item) for item in _objects(answer, "SMS"))

    async def sms(self, device_id: int, sms_id: int) -> Sms:
        """One SMS."""
        return Sms.from_json(await self._object(f"{_DEVICES}/{device_id}/sms/{sms_id}"))

    async def cancel_sms(self, device_id: int, sms_id: int) -> None:
        """Cancel an SMS that is buffered and not yet delivered. Raises ApiError."""
        path = f"{_DEVICES}/{device_id}/sms/{sms_id}"
        try:
            await self._session.call("DELETE", path)
        except ApiError as error:
            # The answer to a first try may have been lost: then it is cancelled already.
            if error.status not in (404, 409, 422):
                raise
            if (await self.sms(device_id, sms_id)).status is not SmsStatus.CANCELED:
                raise

    # Service policies and webhooks

    async def service_profiles(self) -> tuple[ServiceProfile, ...]:
        """All service policies."""
        answer = await self._session.call("GET", _POLICIES)
        return tuple(ServiceProfile.from_json(item) for item in _objects(answer, "policies"))

    async def service_profile(self, profile_id: int) -> ServiceProfile:
        """One service policy."""
        return ServiceProfile.from_json(await self._object(f"{_POLICIES}/{profile_id}"))

    async def patch_service_profile(self, profile_id: int, changes: Mapping[str, Any]) -> None:
        """Change fields of a service policy."""
        await self._session.call("PATCH", f"{_POLICIES}/{profile_id}", body=dict(changes))

    async def set_service(self, profile_id: int, service_id: int, *, on: bool) -> None:
        """Let the devices of a policy use a service (SMS_MT, SMS_MO), or don't."""
        path = f"{_POLICIES}/{profile_id}/service/{service_id}"
        await self._session.call("PUT" if on else "DELETE", path)

    async def callbacks(self) -> tuple[Callback, ...]:
        """The URLs that webhooks may use."""
        answer = await self._session.call("GET", _CALLBACKS)
        return tuple(Callback.from_json(item) for item in _objects(answer, "callbacks"))

    async def create_callback(self, url: str) -> int:
        """A URL for webhooks; its id."""
        answer = await self._session.call("POST", _CALLBACKS, body={"url": url}, repeatable=False)
        found = _location_id(answer)
        if found is not None:
            return found
        return _newest([item.id for item in await self.callbacks() if item.url == url])

    async def delete_callback(self, callback_id: int) -> None:
        """Delete a URL."""
        await self._session.call("DELETE", f"{_CALLBACKS}/{callback_id}")

    async def secrets(self) -> tuple[Secret, ...]:
        """The keys of webhooks, without what they are."""
        answer = await self._session.call("GET", _SECRETS)
        return tuple(Secret.from_json(item) for item in _objects(answer, "secrets"))

    async def create_secret(self, secret: str) -> int:
        """A key for webhooks; its id. That the field is `secret` is inferred."""
        body = {"secret": secret}
        answer = await self._session.call("POST", _SECRETS, body=body, repeatable=False)
        found = _location_id(answer)
        return _newest([s.id for s in await self.secrets()]) if found is None else found

    async def delete_secret(self, secret_id: int) -> None:
        """Delete a key."""
        await self._session.call("DELETE", f"{_SECRETS}/{secret_id}")

    async def set_webhook(self, profile_id: int, url: str, secret: str | None = None) -> None:
        """Have a policy's SMS and receipts go to a URL, signed with a secret if there is one.

        The objects that the policy had before are deleted where no other policy has them.
        """
        before = await self.service_profile(profile_id)
        callback_id = await self.create_callback(url)
        secret_id = None
        try:
            if secret is not None:
                secret_id = await self.create_secret(secret)
            await self.patch_service_profile(
                profile_id, _webhook_changes(before, callback_id, secret_id)
            )
        except EmnifyError:
            await self._tidy(callback_id, secret_id)
            raise
        await self._tidy_unused(before)

    async def clear_webhook(self, profile_id: int) -> None:
        """Leave a policy's SMS to the portal and the API."""
        before = await self.service_profile(profile_id)
        changes = {"api_callback": {"id": None}, "api_secret": {"id": None}}
        await self.patch_service_profile(profile_id, changes)
        await self._tidy_unused(before)

    async def _tidy_unused(self, before: ServiceProfile) -> None:
        """Delete what a policy had, unless a policy (this one included) has it now."""
        if before.callback_id is None and before.secret_id is None:
            return
        # The items of the list may lack the callback: each policy is read.
        policies = [await self.service_profile(p.id) for p in await self.service_profiles()]
        callbacks = {policy.callback_id for policy in policies}
        secrets = {policy.secret_id for policy in policies}
        await self._tidy(
            None if before.callback_id in callbacks else before.callback_id,
            None if before.secret_id in secrets else before.secret_id,
        )

    async def _tidy(self, callback_id: int | None, secret_id: int | None) -> None:
        """Delete objects; that one is in use or gone already is no error."""
        for found, delete in ((callback_id, self.delete_callback), (secret_id, self.delete_secret)):
            if found is not None:
                try:
                    await delete(found)
                except ApiError as error:
                    if error.status not in (404, 409, 422):
                        raise

    async def _object(self, path: str) -> Json:
        found = (await self._session.call("GET", path)).json(path)
        if not isinstance(found, dict):
            raise UnexpectedAnswer(f"GET {path}: the platform's answer is no object")
        return found


def _webhook_changes(
    before: ServiceProfile, callback_id: int, secret_id: int | None
) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "api_callback": {"id": callback_id},
        "api_secret": {"id": secret_id},
    }
    if before.interface_id not in (None, REST_API):
        # With SMPP chosen nothing would come to the webhook.
        changes["esme_interface_type"] = {"id": REST_API}
    return changes


def _criterion(field: str, value: str) -> str:
    # Whether a comma can be written in a value is unknown.
    if not field or "," in field + value or ":" in field:
        raise RequestError(f"filter {field}:{value}: wanted FIELD:VALUE without a comma")
    return f"{field}:{value}"


def _more_pages(answer: Answer, page: int, items: int, per_page: int) -> bool:
    """By the headers, else by a page that isn't full."""
    total = number(answer.headers.get("X-Total-Pages"))
    if total is not None:
        return (number(answer.headers.get("X-Current-Page")) or page) < total
    return items >= per_page


def _objects(answer: Answer, what: str) -> list[Json]:
    found = answer.json(what)
    if not isinstance(found, list):
        raise UnexpectedAnswer(f"{what}: the platform's answer is no list")
    return [inner(item) for item in found]


def _location_id(answer: Answer) -> int | None:
    """The last part of the path in `Location`."""
    try:
        path = urlsplit(answer.headers.get("Location", "")).path
    except ValueError:
        return None
    return number(path.rstrip("/").rpartition("/")[2])


def _newest(ids: list[int]) -> int:
    """The id of what was just created, where no header told it: ids ascend."""
    if not ids:
        raise UnexpectedAnswer("what was created isn't in the platform's list")
    return max(ids)
