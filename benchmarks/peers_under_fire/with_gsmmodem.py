"""A user's program with python-gsmmodem-new: "callback" or "list", the port, a file for the texts.

callback: +CMTI has the library call back; what came before is processed at the start.
list: the storage is looked through every second, and what is on the disk is deleted.
"""

import importlib
import os
import sys
import time
from pathlib import Path
from typing import Any

gsmmodem: Any = importlib.import_module("gsmmodem.modem")  # not where types are checked


def main(how: str, port: str, path: str) -> None:
    """Receive for ever; end when the library's reading thread has ended."""
    log = Path(path).open("ab")  # noqa: SIM115 -- as long as the process

    def write(message: Any) -> None:
        log.write(message.text.encode() + b"\n")
        log.flush()
        os.fsync(log.fileno())

    if how == "callback":
        modem = gsmmodem.GsmModem(port, 115200, smsReceivedCallbackFunc=write)
        modem.connect()
        modem.processStoredSms()
        modem.rxThread.join()
        sys.exit("the reading thread has ended")
    # Without a callback the library deletes what +CMTI announces, so nothing is to be announced.
    modem = gsmmodem.GsmModem(port, 115200, AT_CNMI="2,0")
    modem.connect()
    while modem.rxThread.is_alive():
        for message in modem.listStoredSms():
            if isinstance(message, gsmmodem.ReceivedSms):
                write(message)
                modem.deleteStoredSms(message.index)
        time.sleep(1)
    sys.exit("the reading thread has ended")


main(*sys.argv[1:])
