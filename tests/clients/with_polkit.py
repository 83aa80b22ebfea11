"""A stand-in for polkit on a private bus: whoever asks is allowed, but for the actions named to it.

ModemManager asks it before each call of its own; its real daemon isn't there in a test.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

jeepney: Any = importlib.import_module("jeepney")  # not where types are checked
jeepney_io: Any = importlib.import_module("jeepney.io.blocking")

NAME = "org.freedesktop.PolicyKit1"


def answer(message: Any) -> Any:
    """The reply to a call: allowed or not, or an empty property."""
    member = message.header.fields.get(jeepney.HeaderFields.member)
    if member == "CheckAuthorization":
        allowed = message.body[1] not in sys.argv[1:]
        return jeepney.new_method_return(message, "(bba{ss})", ((allowed, False, {}),))
    if member == "GetAll":
        return jeepney.new_method_return(message, "a{sv}", ({},))
    return jeepney.new_method_return(message)


def main() -> None:
    """Own the name, and answer until the bus goes away."""
    address = os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
    with jeepney_io.open_dbus_connection(bus=address) as connection:
        request = jeepney.DBusAddress(
            "/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus"
        )
        connection.send_and_get_reply(
            jeepney.new_method_call(request, "RequestName", "su", (NAME, 0))
        )
        while True:
            message = connection.receive()
            if message.header.message_type is jeepney.MessageType.method_call:
                connection.send(answer(message))


main()
