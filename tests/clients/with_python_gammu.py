"""A user's program with python-gammu: its configuration as argument, what happens on stdout."""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

gammu: Any = importlib.import_module("gammu")  # not where the types are checked

TO = "+491701234567"
_PATIENCE_S = 20


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(config: str) -> None:
    """Wait for one message, read and delete it, then send one."""
    machine = gammu.StateMachine()
    machine.ReadConfig(Filename=config)
    machine.Init()
    came: list[Any] = []
    machine.SetIncomingCallback(lambda _machine, kind, data: came.append((kind, data)))
    machine.SetIncomingSMS()
    say(f"LISTENING IMEI {machine.GetIMEI()}")
    deadline_s = time.monotonic() + _PATIENCE_S
    while not came and time.monotonic() < deadline_s:
        machine.ReadDevice()
    if not came:
        sys.exit("nothing came")
    _, data = came[0]
    (message,) = machine.GetSMS(Folder=0, Location=data["Location"])
    # It returns leftover memory behind the text of a message with extension characters.
    say(f"GOT {message['Number']} {message['Text'].partition(chr(0))[0]!r}")
    machine.DeleteSMS(Folder=0, Location=data["Location"])
    reference = machine.SendSMS(
        {"Text": "Hello of python-gammu", "SMSC": {"Location": 1}, "Number": TO}
    )
    say(f"SENT {reference}")
    machine.Terminate()


main(sys.argv[1])
