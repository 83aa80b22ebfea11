"""Probes from one network namespace to servers in another; prints what each one said as JSON.

Run in a namespace of its own (unshare -n). Of its two interfaces `good` leads to the servers, and
so does the default route; `dead` is up, but its gateway isn't there. Exits with 77 where no such
interfaces can be made.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import IO

from apn_config.config_apn import ProbeConfig
from apn_config.probe import ProbeResult, probe

_SERVER, _SERVER6 = "10.77.9.9", "fd77:9::9"
_TCP_PORT, _DNS_PORT = 8080, 5353
_TARGETS = {
    "tcp": ("tcp", f"{_SERVER}:{_TCP_PORT}"),
    "tcp6": ("tcp", f"[{_SERVER6}]:{_TCP_PORT}"),
    "dns": ("dns", f"a.example@{_SERVER}:{_DNS_PORT}"),
    "http": ("http", f"http://{_SERVER}:{_TCP_PORT}/"),
    "ping": ("ping", _SERVER),
    "ping6": ("ping", _SERVER6),
    "name": ("tcp", f"a.example:{_TCP_PORT}@{_SERVER}:{_DNS_PORT}"),
}
_HERE = """\
link set lo up
address add 10.77.1.1/24 dev good
address add 10.77.2.1/24 dev dead
address add fd77:1::1/64 dev good nodad
address add fd77:2::1/64 dev dead nodad
link set good up
link set dead up
route add default via 10.77.1.2 dev good metric 100
route add default via 10.77.2.3 dev dead metric 200
route add default via fd77:1::2 dev good metric 100
route add default via fd77:2::3 dev dead metric 200
"""
_THERE = f"""\
link set lo up
address add {_SERVER}/32 dev lo
address add {_SERVER6}/128 dev lo nodad
address add 10.77.1.2/24 dev good-peer
address add 10.77.2.2/24 dev dead-peer
address add fd77:1::2/64 dev good-peer nodad
address add fd77:2::2/64 dev dead-peer nodad
link set good-peer up
link set dead-peer up
"""


def _ip(lines: str) -> None:
    for line in lines.splitlines():
        subprocess.run(["ip", *line.split()], check=True, capture_output=True)


async def _serve() -> None:
    """In the other namespace: TCP, HTTP and DNS; the kernel answers pings."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1):
            writer.write(b"HTTP/1.1 204 \r\n\r\n")
        writer.close()

    class Dns(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            record = b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 60, 4) + socket.inet_aton(_SERVER)
            header = data[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
            self.transport.sendto(header + data[12:] + record, addr)  # type: ignore[attr-defined]

    for address in (_SERVER, _SERVER6):
        await asyncio.start_server(answer, address, _TCP_PORT)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Dns, local_addr=(_SERVER, _DNS_PORT))
    _say("serving")
    await loop.run_in_executor(None, sys.stdin.read)


def _there() -> None:
    _say("ready")
    sys.stdin.readline()
    _ip(_THERE)
    asyncio.run(_serve())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _said(pipe: IO[str]) -> None:
    if not pipe.readline():
        raise SystemExit("the other namespace has gone")


def _allow_ping() -> None:
    """To every group; the setting is the namespace's own."""
    Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")


async def _ask_all() -> dict[str, ProbeResult]:
    async def ask(name: str, interface: str) -> ProbeResult:
        kind, target = _TARGETS[name]
        timeout_s = 10.0 if interface == "good" else 0.7
        return await probe(ProbeConfig(kind, target, interface, timeout_s, 1), "/dev/ttyUSB2")

    found = {"ping forbidden": await ask("ping", "good")}
    _allow_ping()
    pairs = [(name, interface) for name in _TARGETS for interface in ("good", "dead")]
    results = await asyncio.gather(*(ask(name, interface) for name, interface in pairs))
    for (name, interface), result in zip(pairs, results, strict=True):
        found[f"{name} {interface}"] = result
    _, writer = await asyncio.open_connection(_SERVER, _TCP_PORT)
    writer.close()
    return {**found, "unbound": ProbeResult(True)}


def _here() -> None:
    try:
        for name in ("good", "dead"):
            _ip(f"link add {name} type veth peer name {name}-peer")
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stderr.decode())
        raise SystemExit(77) from None
    command = ["unshare", "-n", sys.executable, "-m", "tests.apn_config.probe_namespaces", "there"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        _said(other.stdout)
        _ip(f"link set good-peer netns {other.pid}\nlink set dead-peer netns {other.pid}")
        _ip(_HERE)
        other.stdin.write("go\n")
        other.stdin.flush()
        _said(other.stdout)
        found = asyncio.run(_ask_all())
    _say(json.dumps({name: (result.ok, result.why) for name, result in found.items()}))


if __name__ == "__main__":
    _there() if sys.argv[1:] else _here()
