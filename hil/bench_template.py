"""The file that `modem-helper hil init` writes: every key with its meaning and default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from apn_config.config_recovery import PowerConfig
from hil.bench import (
    DEFAULT_API,
    DEFAULT_PATIENCE_S,
    DEFAULT_POLL_S,
    DEFAULT_SMS,
    UNKNOWN_APN,
    Capability,
    UsbId,
)


@dataclass(frozen=True, slots=True)
class PlatformAnswers:
    """The section [platform]."""

    device: int
    token_file: str
    api: str = DEFAULT_API
    sender: str = "12345"
    short_number: str = "1234"


@dataclass(frozen=True, slots=True)
class WebhookAnswers:
    """The section [webhook]."""

    listen: str
    url: str
    secret_file: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of a bench. `usb` and `socket` are what its port is on USB, where it is."""

    name: str
    port: str
    pin_file: str | None = None
    expected: str = "em"
    platform: PlatformAnswers | None = None
    webhook: WebhookAnswers | None = None
    power: PowerConfig | None = None
    usb: UsbId | None = None
    socket: str | None = None


_HEAD = """\
# A bench for `modem-helper hil run`. A key that is commented out shows its default, or an example.
# `modem-helper hil check` tells what is usable of it.

[bench]
# The name in reports; runs of the same name are compared.
name = {name}
# What the bench hasn't, although the keys below would give it: words of
# {words}.
# lacks = ["power"]
# How long a registration or an SMS may take.
# patience_s = {patience_s:g}

[modem]
# The AT port, or tcp://host:port. Names under /dev/serial/by-id stay the same.
port = {port}
# Instead of port: what it is on USB, where there is one such modem (lsusb shows the ids).
# usb = {usb}
# interface = {interface}
# The speed matters on a real serial line only; USB ignores it.
# baud = 115200
# A file of mode 0600 with the SIM's PIN, where the SIM wants one.
{pin_file}

[apn]
# The APN that gives this SIM a data connection, another one that does, and one that nobody knows.
expected = {expected}
# other = "internet.example"
# unknown = "{unknown}"
# The context that carries it.
# cid = 1

[budget]
# So many SMS a run may cost, each way counted.
# sms = {sms}

"""
_PLATFORM = """\
[platform]
# The device whose SIM is in the modem (`modem-helper emnify devices` lists them).
device = {device}
# A file of mode 0600 with an application token.
token_file = {token_file}
{api}
# From whom commands come, and the short number that answers go to: 7 digits at most.
sender = {sender}
short_number = {short_number}
# How often it is asked for answers where there is no webhook.
# poll_s = {poll_s:g}
# Does it take 8-bit SMS, as hex? How is not documented.
# binary = false

"""
_NO_PLATFORM = """\
# Without the platform there is no SMS: the modem, its network and its data connection are tested.
# [platform]
# device = 1234567
# token_file = "emnify-token"
# sender = "12345"
# short_number = "1234"

"""
_WEBHOOK = """\
[webhook]
# Where SMS and receipts are received, the address that leads there, and the file of the key that
# the platform signs with.
listen = {listen}
url = {url}
secret_file = {secret_file}

"""
_NO_WEBHOOK = """\
# With a webhook answers come at once; without, the platform is asked for them.
# [webhook]
# listen = "127.0.0.1:8089"
# url = "https://bench.example/sms"
# secret_file = "webhook-secret"

"""
_NO_POWER = """\
# How the modem's power is switched: "usb", "uhubctl", "gpio", "http" or "command"; docs/hil.md.
# [power]
# kind = "uhubctl"
# location = "1-1"
# port = 2

"""
_CABLE = """\
# Its cable is pulled by the kernel's flag of the USB device, for root: the name is that under
# /sys/bus/usb/devices.
# [cable]
# kind = "usb"
# device = {device}
"""


def render(answers: Answers) -> str:
    """The file's text. All values have to be printable; whether they are right, `parse` tells."""
    usb = answers.usb or UsbId("1e0e", "9001", "02")
    head = _HEAD.format(
        name=quoted(answers.name),
        words=", ".join(capability.value for capability in Capability),
        patience_s=DEFAULT_PATIENCE_S,
        port=quoted(answers.port),
        usb=quoted(f"{usb.vendor}:{usb.product}"),
        interface=int(usb.interface, 16),
        pin_file=_key("pin_file", answers.pin_file, "/etc/modem-helper/sim-pin"),
        expected=quoted(answers.expected),
        unknown=UNKNOWN_APN,
        sms=DEFAULT_SMS,
    )
    return "".join(
        (
            head,
            _platform(answers.platform),
            _webhook(answers.webhook),
            _NO_POWER if answers.power is None else _switch("power", answers.power),
            _CABLE.format(device=quoted(answers.socket or "1-1.4")),
        )
    )


def _platform(answers: PlatformAnswers | None) -> str:
    if answers is None:
        return _NO_PLATFORM
    return _PLATFORM.format(
        device=answers.device,
        token_file=quoted(answers.token_file),
        api=_key("api", None if answers.api == DEFAULT_API else answers.api, DEFAULT_API),
        sender=quoted(answers.sender),
        short_number=quoted(answers.short_number),
        poll_s=DEFAULT_POLL_S,
    )


def _webhook(answers: WebhookAnswers | None) -> str:
    if answers is None:
        return _NO_WEBHOOK
    return _WEBHOOK.format(
        listen=quoted(answers.listen),
        url=quoted(answers.url),
        secret_file=quoted(answers.secret_file),
    )


def _switch(section: str, config: PowerConfig) -> str:
    values: Mapping[str, str | int | float] = {"kind": config.kind, **config.parameters}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join((f"[{section}]", *lines, "\n"))


def _key(name: str, value: str | None, example: str) -> str:
    return f"# {name} = {quoted(example)}" if value is None else f"{name} = {quoted(value)}"


def quoted(text: object) -> str:
    """A text as TOML's basic string."""
    # JSON's escapes are TOML's, but for the one character that JSON leaves as it is.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
