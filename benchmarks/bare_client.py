"""The least that a Python program can do for a PING: two commands, no library, no store, no checks.

    python -S -E bare_client.py PORT TPDU_LENGTH PDU

It reads what +CMTI announces and answers with the PDU given. The yardstick of `benchmarks.latency`:
what is above it is the program's, what is below is the interpreter's, the kernel's and the modem's.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until killed."""
    port, length, pdu = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    received = bytearray()

    def ask(text: bytes, end: bytes = b"OK\r\n") -> None:
        os.write(line, text)
        while end not in received:
            received.extend(os.read(line, 4096))
        del received[: received.index(end) + len(end)]

    for setting in (b"ATE0\r", b'AT+CPMS="ME","ME","ME"\r', b"AT+CMGF=0\r", b"AT+CNMI=2,1\r"):
        ask(setting)
    while True:
        while b"+CMTI" not in received or not received.endswith(b"\r\n"):
            received.extend(os.read(line, 4096))
        index = bytes(received).rsplit(b",", 1)[1].strip()
        received.clear()
        ask(b"AT+CMGR=" + index + b"\r")
        ask(b"AT+CMGS=" + length + b"\r", b"> ")
        ask(pdu + b"\x1a")
        ask(b"AT+CMGD=" + index + b"\r")


if __name__ == "__main__":
    main()
