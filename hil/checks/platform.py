"""The platform of a bench: token, device, card, policy, and the way of the webhook."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from apn_config.config_reader import ConfigError
from hil.bench import DEFAULT_API, Bench, BenchPlatform, BenchWebhook, Capability
from hil.checks.findings import Check, Findings
from hil.emnify.errors import ApiError, EmnifyError, NoAnswer, RequestError
from hil.emnify.models import REST_API, Device, ServiceProfile
from modem import Identity

if TYPE_CHECKING:
    from hil.emnify.client import Client

_CHECKS = (Check.PLATFORM, Check.DEVICE, Check.CARD, Check.POLICY, Check.WEBHOOK, Check.RECEIVER)
_UNKNOWN, _NO_ENTRY = 404, (401, 403)
_USAGE, _FORBIDDEN, _NO_ANSWER, _CONFIGURATION = 2, 6, 8, 78
_LIBRARIES = {"aiohttp", "jwt"}


async def examine_platform(
    bench: Bench, findings: Findings, card: Identity | None, *, receiver: bool
) -> None:
    """Ask the API about all that the bench needs; `card` is that of its modem, where known."""
    platform, missing = bench.platform, bench.missing(Capability.PLATFORM)
    if platform is None or missing is not None:
        findings.skipped(Check.PLATFORM, missing or "the bench has none")
        return
    try:
        from hil.emnify.client import Client
    except ModuleNotFoundError as error:
        if error.name not in _LIBRARIES:
            raise
        advice = "pip install 'modem-helper[hil]'"
        findings.failed(Check.PLATFORM, f"{error.name} isn't installed", advice)
        findings.skip_rest(_CHECKS, "needs the platform")
        return
    try:
        async with Client(platform.token(), platform.api) as client:
            if await _ask(client, bench, platform, findings, card) and receiver:
                await _tell_receiver(bench.webhook, findings)
    except (EmnifyError, ConfigError) as error:
        _tell_refused(error, platform, findings)
    findings.skip_rest(_CHECKS, "needs the platform")


def _tell_refused(
    error: EmnifyError | ConfigError, platform: BenchPlatform, findings: Findings
) -> None:
    advice, code = "", 1
    if isinstance(error, ApiError) and error.status in _NO_ENTRY:
        advice, code = f"the token is in {platform.token_file}", _FORBIDDEN
    elif isinstance(error, NoAnswer):
        advice, code = f"can this machine reach {platform.api}?", _NO_ANSWER
    elif isinstance(error, (ConfigError, RequestError)):
        advice, code = "mend [platform]", _CONFIGURATION
    findings.failed(Check.PLATFORM, str(error), advice, code)


async def _ask(
    client: Client,
    bench: Bench,
    platform: BenchPlatform,
    findings: Findings,
    card: Identity | None,
) -> bool:
    """Tell of the device, its card and its policy. False if there is no such device."""
    try:
        device = await client.device(platform.device)
    except ApiError as error:
        if error.status != _UNKNOWN:
            raise
        findings.ok(Check.PLATFORM, platform.api)
        findings.failed(
            Check.DEVICE,
            f"there is no device {platform.device}",
            f"`{_command(platform, 'devices')}` lists them; put the id into [platform] device",
            _CONFIGURATION,
        )
        findings.skip_rest(_CHECKS, "needs the device")
        return False
    findings.ok(Check.PLATFORM, platform.api)
    _tell_device(device, platform, findings)
    _tell_card(device, card, platform, findings)
    if device.policy_id is None:
        findings.warning(Check.POLICY, "the platform doesn't tell the device's policy")
    else:
        policy = await client.service_profile(device.policy_id)
        _tell_policy(policy, bench, platform, findings)
        _tell_webhook(policy, await _url_of(client, policy), bench, findings)
    return True


def _command(platform: BenchPlatform, words: str) -> str:
    """A command of ours about the bench's account, as it can be typed."""
    api = "" if platform.api == DEFAULT_API else f" --api {shlex.quote(platform.api)}"
    token = f" --token-file {shlex.quote(str(platform.token_file))}"
    return f"modem-helper emnify {words}{api}{token}"


def _tell_device(device: Device, platform: BenchPlatform, findings: Findings) -> None:
    name = f"{device.id} {device.name}"
    enable = f"enable it: {_command(platform, f'device enable {device.id} --sim')}"
    if device.sim_id is None:
        findings.failed(Check.DEVICE, f"{name} has no SIM", "give it the modem's, in the portal")
    elif not device.enabled:
        findings.failed(Check.DEVICE, f"{name} is {device.status or 'not enabled'}", enable)
    elif device.sim_status and device.sim_status.lower() != "activated":
        findings.failed(Check.DEVICE, f"the SIM of {name} is {device.sim_status}", enable)
    else:
        findings.ok(Check.DEVICE, f"{name}, {device.status}")


def _tell_card(
    device: Device, card: Identity | None, platform: BenchPlatform, findings: Findings
) -> None:
    """Is it the card in the modem? By ICCID: an applet may change the IMSI at any time."""
    if card is None:
        findings.skipped(Check.CARD, "needs the modem")
    elif device.sim_id is None:
        findings.skipped(Check.CARD, "needs the device's SIM")
    elif not card.iccid or not device.iccid:
        findings.warning(Check.CARD, "can't tell whether the device's SIM is the modem's")
    elif _same_iccid(card.iccid, device.iccid):
        findings.ok(Check.CARD, "the device's SIM is in the modem")
    else:
        findings.failed(
            Check.CARD,
            f"the modem has the SIM ...{card.iccid[-4:]}, device {device.id} has "
            f"...{device.iccid[-4:]}",
            f"put the other device's id into [platform] device (`{_command(platform, 'devices')}` "
            "lists them with their SIMs), or the other SIM into the modem",
            _CONFIGURATION,
        )


def _same_iccid(one: str, other: str) -> bool:
    """Some give it without its check digit."""
    shorter, longer = sorted((one, other), key=len)
    return len(longer) - len(shorter) <= 1 and longer.startswith(shorter)


def _tell_policy(
    policy: ServiceProfile, bench: Bench, platform: BenchPlatform, findings: Findings
) -> None:
    name = f"{policy.id} {policy.name}"
    off = [word for word, on in (("mt", policy.sms_mt), ("mo", policy.sms_mo)) if on is False]
    if off:
        words = f"policy set {policy.id} {' '.join(f'--{word} on' for word in off)}"
        closed = " and ".join(f"no SMS {word.upper()}" for word in off)
        findings.failed(Check.POLICY, f"{name} lets {closed} pass", _command(platform, words))
    elif policy.interface_id not in (None, REST_API) and bench.webhook is not None:
        findings.failed(
            Check.POLICY,
            f"{name} gives what devices send to {policy.interface or 'another interface'}",
            _command(platform, f"webhook set {policy.id} {bench.webhook.url}"),
        )
    elif policy.sms_mt is None:
        findings.warning(Check.POLICY, f"{name}: the platform doesn't tell whether SMS may pass")
    else:
        findings.ok(Check.POLICY, f"{name}, SMS both ways")


async def _url_of(client: Client, policy: ServiceProfile) -> str:
    """Where the policy's SMS go; it may name its callback by the id only."""
    if policy.callback_id is None or policy.callback_url:
        return policy.callback_url
    return next((c.url for c in await client.callbacks() if c.id == policy.callback_id), "?")


def _tell_webhook(policy: ServiceProfile, url: str, bench: Bench, findings: Findings) -> None:
    webhook, platform = bench.webhook, bench.platform
    assert platform is not None
    if webhook is None:
        polled = f"none: what the device sends is asked for every {platform.poll_s:g} s"
        if url:
            findings.warning(Check.WEBHOOK, f"{polled}; policy {policy.id} sends it to {url}, too")
        else:
            findings.ok(Check.WEBHOOK, polled)
        return
    secret = ""
    if webhook.secret_file is not None:
        secret = f" --secret-file {shlex.quote(str(webhook.secret_file))}"
    words = f"webhook set {policy.id} {shlex.quote(webhook.url)}{secret}"
    if url != webhook.url:
        findings.failed(
            Check.WEBHOOK,
            f"policy {policy.id} sends SMS to {url or 'no webhook'}, and the bench expects them at "
            f"{webhook.url}",
            _command(platform, words),
        )
    elif webhook.secret_file is not None and policy.secret_id is None:
        findings.failed(
            Check.WEBHOOK,
            f"policy {policy.id} doesn't sign what it sends, and the bench wants it signed",
            _command(platform, words),
        )
    elif webhook.secret_file is None:
        advice = "give [webhook] secret_file"
        findings.warning(Check.WEBHOOK, f"{url}; whoever reaches it is believed", advice)
    else:
        findings.ok(Check.WEBHOOK, url)


async def _tell_receiver(webhook: BenchWebhook | None, findings: Findings) -> None:
    """Can we listen, and do calls of the public address come to us?"""
    from hil.emnify.listening import ListenError
    from hil.emnify.reachable import why_unreachable

    if webhook is None:
        findings.skipped(Check.RECEIVER, "the bench has no webhook")
        return
    try:
        webhook.secret()
        why = await why_unreachable(webhook.url, webhook.host, webhook.port, webhook.path)
    except ConfigError as error:
        findings.failed(Check.RECEIVER, str(error), "mend [webhook]", _CONFIGURATION)
    except ListenError as error:
        advice = "end what listens there, or give another [webhook] listen"
        code = _CONFIGURATION if error.exit_code == _USAGE else error.exit_code
        findings.failed(Check.RECEIVER, f"can't listen: {error}", advice, code)
    else:
        if why is None:
            findings.ok(Check.RECEIVER, f"{webhook.url} leads to {webhook.host}:{webhook.port}")
            return
        findings.failed(
            Check.RECEIVER,
            why,
            f"look at the proxy, tunnel or firewall between it and {webhook.host}:{webhook.port} "
            "(a router may not let a host call its own public address: take a tunnel then), or "
            "leave [webhook] out: SMS are then polled for",
        )
