"""Where a line that somebody types goes: to the daemon that has the modem, or to the port."""

from __future__ import annotations

from collections.abc import Callable

from apn_config.cli import Target
from apn_config.control import ControlClient
from modem import AtChannel, Connect, OnLink, OnUrc


def connect_to(target: Target, minds: Callable[[str], str | None] = lambda _line: None) -> Connect:
    """What opens a channel to the modem that is meant.

    `minds` tells what isn't sent on a port of one's own without force; a daemon minds for itself.
    """

    async def connect(on_urc: OnUrc, on_link: OnLink) -> AtChannel:
        if not target.elsewhere and _daemon_listens(target):
            from apn_config.daemon_channel import DaemonChannel

            daemon = DaemonChannel(target.config.control.socket, on_urc=on_urc, on_link=on_link)
            await daemon.open()
            return daemon
        from modem import LocalChannel

        modem = target.config.modem
        port = target.config.require_port()
        local = LocalChannel(port, baud=modem.baud, on_urc=on_urc, on_link=on_link, minds=minds)
        await local.open()
        return local

    return connect


def _daemon_listens(target: Target) -> bool:
    client = ControlClient.connect(target.config.control.socket)
    if client is not None:
        client.close()
    return client is not None
