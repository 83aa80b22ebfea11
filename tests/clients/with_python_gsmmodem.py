"""A user's program with python-gsmmodem-new: port and mode as arguments, what happens on stdout."""

from __future__ import annotations

import importlib
import sys
import threading
from typing import Any

gsmmodem: Any = importlib.import_module("gsmmodem.modem")  # not where types are checked

TO = "+491701234567"
_PATIENCE_S = 20
_REPORT_S = 2  # the network's takes 10 ms


def main(port: str, mode: str) -> None:
    """Connect, send one message when one has come, and wait for its report."""
    received = threading.Event()

    def say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def take(message: Any) -> None:
        say(f"GOT {message.number} {message.text!r}")
        received.set()

    modem = gsmmodem.GsmModem(port, 115200, smsReceivedCallbackFunc=take, requestDelivery=True)
    modem.smsTextMode = mode == "text"
    modem.connect()
    say(f"CONNECTED IMEI {modem.imei}")
    if not received.wait(_PATIENCE_S):
        sys.exit("nothing came")
    try:
        sent = modem.sendSms(
            TO, "Hello of gsmmodem", waitForDeliveryReport=True, deliveryTimeout=_REPORT_S
        )
        say(f"REPORT status={sent.report.deliveryStatus} to={sent.report.number!r}")
    except gsmmodem.TimeoutException:
        say("NO REPORT")
    modem.close()


main(*sys.argv[1:])
