"""What stands on a bench, read from its TOML file: values, and what each is good for.

    [bench]
    name = "pi-sim7600"
    [modem]
    port = "/dev/serial/by-id/usb-SimTech-if02-port0"

Nothing here opens a port or asks the network. What tests do with the bench is in `hil.rig`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from apn_config.apn_syntax import MAX_APN, apn_offence
from apn_config.config_reader import ConfigError, Table, parse_toml, read_octets, read_secret
from apn_config.config_recovery import PowerConfig, parse_switch
from hil.power import SWITCH_KINDS
from modem.power import PowerSwitch

DEFAULT_API = "https://cdn.emnify.net"
# What a whole run costs is about two thirds of it (docs/hil.md); each SMS is billed.
DEFAULT_SMS = 200
# A modem at the edge of coverage takes two minutes for a registration; an SMS rarely half of one.
DEFAULT_PATIENCE_S = 180.0
# Far below every limit of the platform that is documented.
DEFAULT_POLL_S = 2.0
# A name that no network has: `.invalid` is nobody's (RFC 2606), and one label more than emnify's.
UNKNOWN_APN = "nosuch.invalid"

_SHORT_NUMBER = re.compile(r"[0-9]{1,8}")
_SURELY_SHORT = 7
_USB_ID = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})", re.ASCII)
_SENDER = re.compile(r"[+]?[0-9]{1,15}|[A-Za-z][A-Za-z0-9 ]{0,10}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
# What a receiver and whatever lies before it understand alike.
_PLAIN_PATH = re.compile(r"[^/?#]+(/[A-Za-z0-9/._~-]*)?", re.ASCII)
_PIN_DIGITS = range(4, 9)
_MAX_CID = 15
_HOUR_S = 3600


class Capability(Enum):
    """What a test may ask of a bench; the values are the words of `lacks` and of skips."""

    SMS = "sms"
    DATA = "data"
    PLATFORM = "platform"
    OTHER_APN = "other-apn"
    BINARY = "binary"
    POWER = "power"
    CABLE = "cable"


GIVEN_BY: Mapping[Capability, str] = {
    Capability.SMS: "[platform] with device, token_file, sender and short_number",
    Capability.DATA: "[apn] expected, the APN that gives this SIM a data connection",
    Capability.PLATFORM: "[platform] device and token_file",
    Capability.OTHER_APN: "[apn] other, a second APN that works here",
    Capability.BINARY: "[platform] binary = true, where the platform takes 8-bit SMS as hex",
    Capability.POWER: '[power] kind, such as "uhubctl", "gpio", "http" or "command"',
    Capability.CABLE: '[cable] kind = "usb" and device, such as "1-1.4"',
}
"""What in the bench's file gives it."""


_ON_PLATFORM = (Capability.SMS, Capability.BINARY)


@dataclass(frozen=True, slots=True)
class UsbId:
    """A port of a USB modem: hex digits of vendor and product, and the interface's number."""

    vendor: str
    product: str
    interface: str


@dataclass(frozen=True, slots=True)
class BenchModem:
    """The modem's port: a name, or what it is on USB. One of both is there."""

    port: str | None
    usb: UsbId | None
    baud: int
    pin_file: Path | None


@dataclass(frozen=True, slots=True)
class BenchApn:
    """APNs: one that gives service here, another one that does, and one that nobody knows."""

    expected: str | None
    other: str | None
    unknown: str
    cid: int


@dataclass(frozen=True, slots=True)
class BenchPlatform:
    """The device at emnify, and how it is spoken to.

    Commands come from `sender`; answers go to `short_number` and are fetched every `poll_s`
    where there is no webhook.
    """

    device: int
    token_file: Path
    api: str
    sender: str
    short_number: str
    poll_s: float
    binary: bool

    def token(self) -> str:
        """The application token. Raises ConfigError."""
        return read_secret(self.token_file, key="platform.token_file")


@dataclass(frozen=True, slots=True)
class BenchWebhook:
    """Where the receiver listens, and the address under which the platform reaches it."""

    host: str
    port: int
    url: str
    secret_file: Path | None

    @property
    def path(self) -> str:
        """The path that the receiver serves: that of the address."""
        return urlsplit(self.url).path or "/"

    def secret(self) -> str | None:
        """What its JWTs are signed with. Raises ConfigError."""
        if self.secret_file is None:
            return None
        return read_secret(self.secret_file, key="webhook.secret_file")


@dataclass(frozen=True, slots=True)
class Bench:
    """A bench. `lacks` is what it says not to have; `notes` are for whoever starts a run.

    A lab hands over its own switches; a file describes them.
    """

    path: Path
    name: str
    modem: BenchModem
    apn: BenchApn
    platform: BenchPlatform | None
    webhook: BenchWebhook | None
    power: PowerConfig | PowerSwitch | None
    cable: PowerConfig | PowerSwitch | None
    sms_budget: int
    patience_s: float
    lacks: frozenset[Capability] = frozenset()
    notes: tuple[str, ...] = field(default=())

    @property
    def change_s(self) -> float:
        """How long an answer to a change may take: verification, roll-back, answer, two SMS."""
        return 4 * self.patience_s

    def has(self, capability: Capability) -> bool:
        """Can a test have it here?"""
        return self.missing(capability) is None

    def missing(self, capability: Capability) -> str | None:
        """Why it isn't there and what would give it; None where it is."""
        if capability in self.lacks:
            return f"the bench lacks {capability.value}: [bench] lacks names it"
        if capability in _ON_PLATFORM and Capability.PLATFORM in self.lacks:
            return self.missing(Capability.PLATFORM)
        if not self._given(capability):
            return f"the bench has no {capability.value}; it needs {GIVEN_BY[capability]}"
        return None

    def _given(self, capability: Capability) -> bool:
        platform = self.platform
        return {
            Capability.SMS: platform is not None,
            Capability.PLATFORM: platform is not None,
            Capability.DATA: self.apn.expected is not None,
            Capability.OTHER_APN: self.apn.other is not None,
            Capability.BINARY: platform is not None and platform.binary,
            Capability.POWER: self.power is not None,
            Capability.CABLE: self.cable is not None,
        }[capability]

    def pin(self) -> str | None:
        """The SIM's PIN. Raises ConfigError."""
        if self.modem.pin_file is None:
            return None
        return read_secret(self.modem.pin_file, key="modem.pin_file", digits=_PIN_DIGITS)


_KEYS = {
    "bench": ("name", "lacks", "patience_s"),
    "modem": ("port", "usb", "interface", "baud", "pin_file"),
    "apn": ("expected", "other", "unknown", "cid"),
    "platform": (
        "device",
        "token_file",
        "api",
        "sender",
        "short_number",
        "poll_s",
        "binary",
    ),
    "webhook": ("listen", "url", "secret_file"),
    "power": (),
    "cable": (),
    "budget": ("sms",),
}
_SECTION_OF = {key: section for section, keys in _KEYS.items() for key in keys}


def load(path: Path) -> Bench:
    """Read a bench's file. Raises ConfigError, which names file, key and what was wanted."""
    path = path.absolute()
    try:
        octets = read_octets(path)
    except ConfigError as error:
        advice = "; `modem-helper hil init` writes one"
        missing = "there is no such file" in error.problem
        problem = "there is no such file" + advice if missing else error.problem
        raise ConfigError(path, None, problem) from None
    return parse(octets, path)


def parse(octets: bytes, path: Path) -> Bench:
    """As `load`, of what stands in the file."""
    root = Table(path, "", parse_toml(octets, path), tuple(_KEYS), _SECTION_OF)
    about = root.section("bench", _KEYS["bench"], _SECTION_OF)
    notes: list[str] = []
    return Bench(
        path=path,
        name=_name(about, path),
        modem=_modem(root.section("modem", _KEYS["modem"], _SECTION_OF), notes),
        apn=_apn(root.section("apn", _KEYS["apn"], _SECTION_OF)),
        platform=_platform(root, notes),
        webhook=_webhook(root, notes),
        power=_switch(root, "power"),
        cable=_switch(root, "cable"),
        sms_budget=root.section("budget", _KEYS["budget"], _SECTION_OF).integer(
            "sms", DEFAULT_SMS, 0, 100_000
        ),
        patience_s=about.positive("patience_s", DEFAULT_PATIENCE_S, _HOUR_S),
        lacks=_lacks(about),
        notes=tuple(notes),
    )


def _name(table: Table, path: Path) -> str:
    name = table.text("name", re.sub(r"[^A-Za-z0-9._-]", "-", path.stem) or "bench")
    if not _NAME.fullmatch(name):
        raise table.error("name", "letters, digits, dots and hyphens, 40 at most")
    return name


def _lacks(table: Table) -> frozenset[Capability]:
    words = [capability.value for capability in Capability]
    found = set()
    for word in table.texts("lacks"):
        if word not in words:
            raise table.error("lacks", f"words of {', '.join(words)}", word)
        found.add(Capability(word))
    return frozenset(found)


def _modem(table: Table, notes: list[str]) -> BenchModem:
    port, usb = table.port("port"), table.text("usb", None)
    if port is not None and usb is not None:
        raise table.error("usb", "either port or usb", usb)
    if port is None and usb is None:
        raise table.error("port", 'a port such as "/dev/ttyUSB2", or usb = "1e0e:9001"')
    return BenchModem(
        port=port,
        usb=None if usb is None else _usb(table, usb),
        baud=table.integer("baud", 115200, 300, 4_000_000),
        pin_file=table.secret_file("pin_file", notes),
    )


def _usb(table: Table, usb: str) -> UsbId:
    match = _USB_ID.fullmatch(usb.lower())
    if match is None:
        raise table.error("usb", 'vendor and product as lsusb shows them, such as "1e0e:9001"')
    # SIM7600 and EC25 have their AT port there.
    return UsbId(match[1], match[2], f"{table.integer('interface', 2, 0, 255):02x}")


def _apn(table: Table) -> BenchApn:
    def named(key: str, default: str | None) -> str | None:
        name = table.text(key, default)
        if name is not None and apn_offence(name) is not None:
            wanted = f"an APN: letters, digits and hyphens, dots between, {MAX_APN} at most"
            raise table.error(key, wanted)
        return name

    expected, other = named("expected", None), named("other", None)
    if other is not None and expected is not None and other.lower() == expected.lower():
        raise table.error("other", "another APN than `expected`")
    unknown = named("unknown", UNKNOWN_APN) or UNKNOWN_APN
    return BenchApn(expected, other, unknown, table.integer("cid", 1, 1, _MAX_CID))


def _platform(root: Table, notes: list[str]) -> BenchPlatform | None:
    if not root.has("platform"):
        return None
    table = root.section("platform", _KEYS["platform"], _SECTION_OF)
    token_file = table.secret_file("token_file", notes)
    if token_file is None:
        raise table.error("token_file", "the path of a file with the application token")
    short_number = table.text("short_number", None)
    if short_number is None or not _SHORT_NUMBER.fullmatch(short_number):
        # A longer one would be another SIM's number: the bench sends to none.
        raise table.error("short_number", "1 to 8 digits, in quotes")
    if len(short_number) > _SURELY_SHORT:
        notes.append(
            f"platform.short_number: 8 digits; emnify's newer documents allow {_SURELY_SHORT}, and "
            "a longer number may be another SIM's"
        )
    sender = table.text("sender", None)
    if sender is None or not _SENDER.fullmatch(sender):
        raise table.error("sender", "a number or a name of 11 characters at most, in quotes")
    if not table.has("device"):
        raise table.error(
            "device", "the id of the device (`modem-helper emnify devices` lists them)"
        )
    return BenchPlatform(
        device=table.integer("device", 0, 1, 10**12),
        token_file=token_file,
        api=_url(table, "api", DEFAULT_API),
        sender=sender,
        short_number=short_number,
        poll_s=table.positive("poll_s", DEFAULT_POLL_S, _HOUR_S),
        binary=table.flag("binary", default=False),
    )


def _webhook(root: Table, notes: list[str]) -> BenchWebhook | None:
    if not root.has("webhook"):
        return None
    table = root.section("webhook", _KEYS["webhook"], _SECTION_OF)
    if not root.has("platform"):
        raise table.error("listen", "a section [platform] beside [webhook]")
    host, port = _listen(table)
    if not table.has("url"):
        raise table.error("url", "the address under which the platform reaches it")
    url = _url(table, "url", "")
    if _PLAIN_PATH.fullmatch(url.partition("://")[2]) is None:
        raise table.error("url", "a path of letters, digits and / . _ ~ - alone, without a query")
    return BenchWebhook(host, port, url, table.secret_file("secret_file", notes))


def _listen(table: Table) -> tuple[str, int]:
    text = table.text("listen", None) or ""
    host, _, number = text.rpartition(":")
    host = host.strip("[]")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        host = ""
    if not host or not re.fullmatch("[0-9]{1,5}", number, re.ASCII) or int(number) > 65535:
        raise table.error("listen", 'an address and a port, such as "127.0.0.1:8089"')
    return host, int(number)


def _url(table: Table, key: str, default: str) -> str:
    text = table.text(key, default)
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname)
        right = right and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        right = False
    if not right:
        raise table.error(key, "an address that begins with https:// or http://")
    return text


def _switch(root: Table, section: str) -> PowerConfig | None:
    kinds = dict(SWITCH_KINDS)
    if section == "cable":
        del kinds["gpio"]  # a key pulls no cable: it would leave the modem off
    return parse_switch(root, section, kinds) if root.has(section) else None
