"""What a data probe asks: the configured target, taken apart. Pure.

    tcp    HOST:PORT               dns    NAME@SERVER
    ping   HOST                    http   http[s]://HOST[:PORT][/PATH]

HOST is an address; or a name, and then `@SERVER` stands behind the target, the DNS server that is
asked for it. SERVER is an address, with `:PORT` where it isn't 53. An IPv6 address with a port is
in brackets. The machine's own resolver is never asked: it could answer over another interface.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

Address: TypeAlias = "IPv4Address | IPv6Address"

_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_MAX_NAME = 253
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[^]]*\]|[^/:?#]*)(:(?P<port>[^/?#]*))?(?P<path>.*)"
)
_PATH = re.compile(r"[!-~]{0,1000}")
_PORTS = {"http": 80, "https": 443}
_DNS_PORT = 53
_SERVER = "behind @ the address of a DNS server"
_WANTED = {
    "tcp": 'an address and a port ("192.0.2.1:443"), or a name, a port and a DNS server '
    '("example.com:443@192.0.2.53")',
    "dns": 'a name and a DNS server ("example.com@192.0.2.53")',
    "http": 'a URL with an address ("http://192.0.2.1/"), or with a name and a DNS server '
    '("http://example.com/@192.0.2.53")',
    "ping": 'an address ("192.0.2.1"), or a name and a DNS server ("example.com@192.0.2.53")',
}


class ProbeKind(Enum):
    """How it is seen that data passes."""

    TCP = "tcp"
    DNS = "dns"
    HTTP = "http"
    PING = "ping"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port."""

    address: Address
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask, and of whom to learn its address where `host` is a name.

    `path` is that of a URL; `tls` holds for https.
    """

    kind: ProbeKind
    host: Address | str
    port: int = 0
    server: Endpoint | None = None
    path: str = "/"
    tls: bool = False


def parse_target(kind: str, target: str) -> Target:
    """The target of a probe; ValueError, with what was wanted, for one that is none."""
    body, at, behind = target.rpartition("@")
    try:
        server = _endpoint(behind, _DNS_PORT) if at else None
        parsed = _parsed(ProbeKind(kind), body if at else target, server)
        if (parsed.server is None) == isinstance(parsed.host, str):
            raise ValueError("a name wants a DNS server, an address none")
    except ValueError:
        raise ValueError(_WANTED[kind]) from None
    return parsed


def _parsed(kind: ProbeKind, text: str, server: Endpoint | None) -> Target:
    if kind is ProbeKind.DNS:
        return Target(kind, _name(text), server=server)
    if kind is ProbeKind.PING:
        return Target(kind, _host(text), server=server)
    if kind is ProbeKind.TCP:
        host, _, number = text.rpartition(":")
        return Target(kind, _host(host), _port(number), server)
    match = _URL.fullmatch(text)
    if match is None or not _PATH.fullmatch(match["path"]):
        raise ValueError
    scheme, path = match["scheme"], match["path"].partition("#")[0]
    port = _PORTS[scheme] if match["port"] is None else _port(match["port"])
    full_path = path if path.startswith("/") else f"/{path}"
    return Target(kind, _host(match["host"]), port, server, full_path, scheme == "https")


def _host(text: str) -> Address | str:
    try:
        return ip_address(_without_brackets(text))
    except ValueError:
        return _name(text)


def _endpoint(text: str, default_port: int) -> Endpoint:
    """An address, or an address and a port: "192.0.2.53", "192.0.2.53:53", "[2001:db8::53]:53"."""
    try:
        return Endpoint(ip_address(_without_brackets(text)), default_port)
    except ValueError:
        host, _, port = text.rpartition(":")
        return Endpoint(ip_address(_without_brackets(host)), _port(port))


def _without_brackets(text: str) -> str:
    return text[1:-1] if text.startswith("[") and text.endswith("]") and ":" in text else text


def _name(text: str) -> str:
    labels = text.removesuffix(".").split(".")
    if len(text) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError
    if labels[-1].isdecimal():
        raise ValueError  # meant as an address
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise ValueError
    return int(text)
