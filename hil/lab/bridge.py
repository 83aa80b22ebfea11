"""A plain TCP port on this machine for a telnet port elsewhere.

labgrid's exporter has ser2net speak telnet with RFC 2217, and our programs speak plain TCP. The
exporter sets speed and modem lines, so nothing of RFC 2217 is needed, only telnet's own escapes.
"""

from __future__ import annotations

import logging
import select
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self, cast

logger = logging.getLogger(__name__)

# An exporter is a machine in the lab's network; what doesn't answer by then is off.
CONNECT_TIMEOUT_S = 5.0
# Whoever takes nothing for so long is gone; both ends then see a lost link.
_SEND_TIMEOUT_S = 10.0
# As `modem.transport` has it: an exporter whose power was cut is noticed after a minute.
_KEEPALIVE = (
    (socket.TCP_KEEPIDLE, 30),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 3),
)
_READ_BYTES = 4096

# RFC 854: commands; 856 and 858: the options that make the line eight bits wide, both ways.
_SE, _SB, _WILL, _WONT, _DO, _DONT, _IAC = 240, 250, 251, 252, 253, 254, 255
_TAKEN_OPTIONS = frozenset({0, 3})  # BINARY, SUPPRESS-GO-AHEAD

Address = tuple[str, int]


class Telnet:
    """The near end of a telnet connection, sans-IO: it takes eight bits and refuses the rest."""

    def __init__(self) -> None:
        self._command = bytearray()  # of which the end has not come yet
        self._answered: set[tuple[int, int]] = set()

    @staticmethod
    def build(data: bytes) -> bytes:
        """What is sent for this data."""
        return data.replace(b"\xff", b"\xff\xff")

    def feed(self, received: bytes) -> tuple[bytes, bytes]:
        """The data in what came, and the answers to the far end's offers."""
        data, answers = bytearray(), bytearray()
        for octet in received:
            if not self._command and octet != _IAC:
                data.append(octet)
                continue
            self._command.append(octet)
            if self._command == b"\xff\xff":
                data.append(_IAC)
                self._command.clear()
            elif self._is_whole():
                answers += self._answer()
                self._command.clear()
        return bytes(data), bytes(answers)

    def _is_whole(self) -> bool:
        command = self._command
        if len(command) < 2:
            return False
        if command[1] == _SB:
            # What it says is for nobody here, so only its last octet has to be kept.
            if len(command) > 3:
                del command[2:-2]
            return len(command) == 4 and command[2:] == bytes((_IAC, _SE))
        return len(command) == (3 if command[1] in (_WILL, _WONT, _DO, _DONT) else 2)

    def _answer(self) -> bytes:
        if len(self._command) != 3:
            return b""
        verb, option = self._command[1], self._command[2]
        # To each offer once: two ends that answer answers never end (RFC 1143).
        if verb not in (_WILL, _DO) or (verb, option) in self._answered:
            return b""
        self._answered.add((verb, option))
        taken = option in _TAKEN_OPTIONS
        if verb == _DO:
            return bytes((_IAC, _WILL if taken else _WONT, option))
        return bytes((_IAC, _DO if taken else _DONT, option))


class Bridge:
    """A listener on loopback; each connection to it is one to the telnet port.

    `find` says where that is at the time: an exporter gives it another number when the modem comes
    back on USB. Whichever end closes, both are closed, so that a modem that left is a lost link.
    """

    def __init__(self, find: Callable[[], Address]) -> None:
        self._server = _Server(find)
        self.port = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    def __init__(self, find: Callable[[], Address]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self._find = find
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._over = False

    def connect(self) -> socket.socket:
        """A connection to the telnet port. Raises OSError."""
        with self._lock:  # labgrid, which is asked where, is nothing for two threads
            address = self._find()
        far = socket.create_connection(address, CONNECT_TIMEOUT_S)
        far.settimeout(_SEND_TIMEOUT_S)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            far.setsockopt(socket.IPPROTO_TCP, option, value)
        return far

    def carry(self, near: socket.socket, far: socket.socket) -> None:
        """Pass on what comes, until one end closes."""
        telnet = Telnet()
        with self._lock:
            if self._over:
                return
            self._open.add(near)
        try:
            while True:
                readable, _, _ = select.select((near, far), (), ())
                if near in readable:
                    if not (data := near.recv(_READ_BYTES)):
                        return
                    far.sendall(telnet.build(data))
                if far in readable:
                    if not (received := far.recv(_READ_BYTES)):
                        return
                    data, answers = telnet.feed(received)
                    near.sendall(data)
                    far.sendall(answers)
        finally:
            with self._lock:
                self._open.discard(near)

    def end_connections(self) -> None:
        """Have all of `carry` return."""
        with self._lock:
            self._over = True
            for near in self._open:
                with suppress(OSError):  # it went by itself
                    near.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket

    def handle(self) -> None:
        server = cast("_Server", self.server)
        self.request.settimeout(_SEND_TIMEOUT_S)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with server.connect() as far:
                server.carry(self.request, far)
        except OSError as error:
            logger.warning("the connection to the exporter's port ended: %s", error)
