"""The data probe: against servers of our own, on `lo` and between network namespaces."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from apn_config import probe as probing
from apn_config.config_apn import ProbeConfig
from apn_config.probe import ProbeResult, probe

ROOT = Path(__file__).parents[2]
OK = ProbeResult(True)


def _probe(
    kind: str,
    target: str,
    *,
    interface: str | None = "lo",
    tries: int = 1,
    silent: bool = False,
) -> ProbeConfig:
    """Whose answer comes has long; only silence is waited out."""
    return ProbeConfig(kind, target, interface, timeout_s=0.3 if silent else 10.0, tries=tries)


async def _ask(config: ProbeConfig) -> ProbeResult:
    return await probe(config, "/dev/ttyUSB2")


@asynccontextmanager
async def _server(
    answer: bytes | None, heard: list[bytes] | None = None, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A TCP server that answers once it heard an empty line; with None the kernel takes the
    connections, and nobody ever answers.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    if answer is None:
        with listening:
            yield port
        return

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            if heard is not None:
                heard.append(request)
            writer.write(answer)
            await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, sock=listening, ssl=context)
    try:
        yield port
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def _datagrams(reply: Callable[[bytes], list[bytes]]) -> AsyncIterator[int]:
    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            for datagram in reply(data):
                self.transport.sendto(datagram, addr)  # type: ignore[attr-defined]

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def _dns(question: bytes, address: str = "127.0.0.1") -> bytes:
    """The right answer to a question of type A."""
    record = b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 60, 4) + socket.inet_aton(address)
    return question[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0) + question[12:] + record


def _free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        port: int = any_socket.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "PAUSE_S", 0.001)


def _run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


# --- tcp ----------------------------------------------------------------------------------------


def test_tcp_passes_when_somebody_listens() -> None:
    async def story() -> None:
        async with _server(None) as port:
            assert await _ask(_probe("tcp", f"127.0.0.1:{port}")) == OK

    _run(story)


def test_tcp_fails_when_nobody_does() -> None:
    async def story() -> None:
        port = _free_port()
        result = await _ask(_probe("tcp", f"127.0.0.1:{port}", tries=2))
        why = f"tcp 127.0.0.1:{port} through lo: Connection refused"
        assert result == ProbeResult(False, why)

    _run(story)


def test_tcp_fails_when_nothing_comes_back() -> None:
    """A full backlog drops what asks to connect, as a bad route does."""

    async def story() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
            port = silent.getsockname()[1]
            waiting = [socket.socket() for _ in range(3)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            result = await _ask(_probe("tcp", f"127.0.0.1:{port}", silent=True))
            for one in waiting:
                one.close()
        assert result.why.endswith("through lo: no answer within 0.3 s")

    _run(story)


def test_a_later_try_may_pass() -> None:
    async def story() -> None:
        questions: list[bytes] = []

        def from_the_third_on(question: bytes) -> list[bytes]:
            questions.append(question)
            return [_dns(question)] if len(questions) > 2 else []

        async with _datagrams(from_the_third_on) as port:
            config = _probe("dns", f"a.example@127.0.0.1:{port}", tries=9, silent=True)
            assert await _ask(config) == OK
        assert len(questions) >= 3
        assert len({question[:2] for question in questions}) > 1

    _run(story)


def test_no_more_tries_are_made_than_configured() -> None:
    async def story() -> None:
        questions: list[bytes] = []

        def never(question: bytes) -> list[bytes]:
            questions.append(question)
            return []

        async with _datagrams(never) as port:
            result = await _ask(_probe("dns", f"a@127.0.0.1:{port}", tries=2, silent=True))
        assert not result.ok
        assert len(questions) == 2

    _run(story)


# --- dns ----------------------------------------------------------------------------------------


def _forged(question: bytes) -> list[bytes]:
    number = struct.pack("!H", struct.unpack("!H", question[:2])[0] ^ 1)
    return [b"", number + _dns(question)[2:], question, _dns(question)]


def _no_such_name(question: bytes) -> list[bytes]:
    return [question[:2] + struct.pack("!5H", 0x8183, 1, 0, 0, 0) + question[12:]]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(lambda question: [_dns(question)], "", id="an address"),
        pytest.param(_forged, "", id="behind forged answers"),
        pytest.param(lambda _: [], "no answer within 0.3 s", id="silence"),
        pytest.param(lambda question: _forged(question)[:3], "no answer", id="forged ones alone"),
        pytest.param(_no_such_name, "the DNS server answered with error 3", id="no such name"),
    ],
)
def test_dns(reply: Callable[[bytes], list[bytes]], why: str) -> None:
    async def story() -> None:
        async with _datagrams(reply) as port:
            target = f"a.example@127.0.0.1:{port}"
            result = await _ask(_probe("dns", target, silent="no answer" in why))
        assert result.ok == (not why)
        assert why in result.why

    _run(story)


def test_a_name_is_asked_of_its_own_server() -> None:
    async def story() -> None:
        async with _server(None) as port, _datagrams(lambda asked: [_dns(asked)]) as dns:
            target = f"no.such.name.example:{port}@127.0.0.1:{dns}"
            assert await _ask(_probe("tcp", target)) == OK

    _run(story)


def test_the_machines_resolver_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    async def story() -> None:
        answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        async with _server(answer) as port, _datagrams(lambda asked: [_dns(asked)]) as dns:
            monkeypatch.setattr(socket, "getaddrinfo", never)
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never)
            for target in (f"http://127.0.0.1:{port}/", f"http://a:{port}/@127.0.0.1:{dns}"):
                assert await _ask(_probe("http", target)) == OK

    _run(story)


# --- http ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", "", id="204"),
        pytest.param(b"HTTP/1.0 301 \r\n\r\n", "", id="301 of HTTP/1.0"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", "the answer is HTTP 404", id="404"),
        pytest.param(b"HTTP/1.1 511 Log in\r\n\r\n", "the answer is HTTP 511", id="511"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", "the answer is no HTTP", id="no HTTP"),
        pytest.param(b"ICY 200 OK\r\n", "the answer is no HTTP", id="another protocol"),
        pytest.param(b"HTTP/1.1 2x4\r\n", "the answer is no HTTP", id="no number"),
        pytest.param(b"HTTP/1.1\r\n", "the answer is no HTTP", id="no status"),
        pytest.param(b"", "the answer is no HTTP", id="nothing"),
        pytest.param(b"HTTP/1.1 200 " + bytes(9000), "is no HTTP", id="a line without end"),
        pytest.param(None, "no answer within 0.3 s", id="silence"),
    ],
)
def test_http(answer: bytes | None, why: str) -> None:
    async def story() -> None:
        async with _server(answer) as port:
            target = f"http://127.0.0.1:{port}/generate_204"
            result = await _ask(_probe("http", target, silent="no answer" in why))
        assert result.ok == (not why)
        assert why in result.why

    _run(story)


def test_http_asks_for_the_head() -> None:
    async def story() -> None:
        heard: list[bytes] = []
        async with (
            _server(b"HTTP/1.1 204 \r\n\r\n", heard) as port,
            _datagrams(lambda asked: [_dns(asked)]) as dns,
        ):
            target = f"http://a.example:{port}/x?y@127.0.0.1:{dns}"
            assert await _ask(_probe("http", target)) == OK
        assert heard == [
            f"HEAD /x?y HTTP/1.1\r\nHost: a.example:{port}\r\nUser-Agent: modem-helper\r\n"
            "Connection: close\r\n\r\n".encode()
        ]

    _run(story)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for a.example that nobody else has signed."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=a.example"),
            *("-addext", "subjectAltName=DNS:a.example", "-keyout", path, "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.mark.parametrize(
    ("name", "trusted", "why"),
    [
        pytest.param("a.example", True, "", id="signed by one who is trusted"),
        pytest.param("a.example", False, "self-signed certificate", id="by nobody"),
        pytest.param("b.example", True, "Hostname mismatch", id="for another name"),
    ],
)
def test_https(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, why: str
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)

    async def story() -> None:
        answer = b"HTTP/1.1 200 OK\r\n\r\n"
        async with (
            _server(answer, context=server_side) as port,
            _datagrams(lambda asked: [_dns(asked)]) as dns,
        ):
            target = f"https://{name}:{port}/@127.0.0.1:{dns}"
            result = await _ask(_probe("http", target))
        assert result.ok == (not why)
        assert why in result.why

    _run(story)


def test_https_that_never_shakes_hands() -> None:
    async def story() -> None:
        async with _server(None) as port:
            result = await _ask(_probe("http", f"https://127.0.0.1:{port}/", tries=2, silent=True))
        assert result.why.endswith("no answer within 0.3 s")

    _run(story)


# --- ping ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replies", "ok"),
    [
        pytest.param(lambda asked: [b"\0\0" + asked[2:]], True, id="its own octets"),
        pytest.param(lambda asked: [b"\0\0" + asked[2:-1] + b"?"], False, id="others"),
        pytest.param(lambda asked: [b"\3\1" + asked[2:]], False, id="host unreachable"),
        pytest.param(lambda asked: [b"", asked, b"\0\0" + asked[2:]], True, id="behind others"),
    ],
)
def test_ping_takes_only_what_it_sent(
    monkeypatch: pytest.MonkeyPatch, replies: Callable[[bytes], list[bytes]], ok: bool
) -> None:
    """Over UDP, as the ping socket of the kernel isn't everybody's; it is in the namespaces."""
    ports: list[int] = []

    class ToServer(socket.socket):
        def connect(self, address: object) -> None:
            super().connect(("127.0.0.1", ports[0]))

    def bound(*_: object) -> socket.socket:
        made = ToServer(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        return made

    async def story() -> None:
        async with _datagrams(replies) as port:
            ports.append(port)
            assert (await _ask(_probe("ping", "192.0.2.1", silent=not ok))).ok == ok

    monkeypatch.setattr(probing, "_bound", bound)
    _run(story)


# --- the interface ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["tcp", "dns", "http"])
def test_an_interface_that_is_not_there(kind: str) -> None:
    target = {"tcp": "127.0.0.1:9", "dns": "a@127.0.0.1:9", "http": "http://127.0.0.1:9/"}[kind]
    result = asyncio.run(_ask(_probe(kind, target, interface="nosuch0")))
    assert result.why.endswith("through nosuch0: the interface can't be used: No such device")


def test_an_interface_that_nobody_can_tell() -> None:
    result = asyncio.run(_ask(_probe("tcp", "127.0.0.1:9", interface=None)))
    assert not result.ok
    assert "apn.probe.interface" in result.why


def test_the_modems_own_interface_is_taken(tmp_path: Path) -> None:
    usb = tmp_path / "devices/1-1"
    tty = usb / "1-1:1.2/ttyUSB2"
    tty.mkdir(parents=True)
    (usb / "1-1:1.5/net/lo").mkdir(parents=True)
    (usb / "idVendor").touch()
    (tmp_path / "class/tty/ttyUSB2").mkdir(parents=True)
    (tmp_path / "class/tty/ttyUSB2/device").symlink_to(tty)

    async def story() -> None:
        async with _server(None) as port:
            config = _probe("tcp", f"127.0.0.1:{port}", interface=None)
            assert await probe(config, "/dev/ttyUSB2", sysfs=tmp_path) == OK

    _run(story)


@pytest.mark.parametrize(
    ("forbidden", "kind", "target", "why"),
    [
        pytest.param(
            "setsockopt", "tcp", "127.0.0.1:9", "needs the capability CAP_NET_RAW", id="tcp"
        ),
        pytest.param("__init__", "ping", "127.0.0.1", "set net.ipv4.ping_group_range", id="ping"),
    ],
)
def test_what_the_kernel_forbids_is_tried_once(
    monkeypatch: pytest.MonkeyPatch, forbidden: str, kind: str, target: str, why: str
) -> None:
    tried = []

    def forbid(*arguments: object, **_: object) -> None:
        tried.append(arguments)
        raise PermissionError(1, "Operation not permitted")

    its_socket = type("Socket", (socket.socket,), {forbidden: forbid})
    module = SimpleNamespace(**(vars(socket) | {"socket": its_socket}))
    monkeypatch.setattr(probing, "socket", module)
    result = asyncio.run(_ask(_probe(kind, target, tries=3)))
    assert why in result.why
    assert len(tried) == 1


# --- network namespaces -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def between_namespaces() -> dict[str, list[object]]:
    """What each probe says where `good` leads to the servers and `dead` nowhere."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs root, unshare and ip")
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-m", "tests.apn_config.probe_namespaces"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip(f"no network namespaces here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[object]] = json.loads(done.stdout)
    return found


KINDS = ("tcp", "tcp6", "dns", "http", "ping", "ping6")


@pytest.mark.parametrize("kind", KINDS)
def test_passes_through_the_interface_that_leads_there(
    between_namespaces: dict[str, list[object]], kind: str
) -> None:
    assert between_namespaces[f"{kind} good"] == [True, ""]


@pytest.mark.parametrize("kind", KINDS)
def test_fails_through_another_although_the_machine_has_a_way(
    between_namespaces: dict[str, list[object]], kind: str
) -> None:
    assert between_namespaces["unbound"] == [True, ""]
    ok, why = between_namespaces[f"{kind} dead"]
    assert ok is False
    reasons = "no answer|No route|Network is unreachable"
    assert re.search(f"through dead: ({reasons})", str(why)), why


def test_a_name_is_not_resolved_through_another(
    between_namespaces: dict[str, list[object]],
) -> None:
    assert between_namespaces["name good"] == [True, ""]
    assert not between_namespaces["name dead"][0]


def test_a_kernel_that_allows_no_ping(between_namespaces: dict[str, list[object]]) -> None:
    ok, why = between_namespaces["ping forbidden"]
    assert ok is False
    assert "net.ipv4.ping_group_range" in str(why)
