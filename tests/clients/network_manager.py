"""NetworkManager on a bus of its own, with files and a network of its own; that takes root.

Where the kernel has no PPP, a stand-in takes pppd's place: the modem's data goes nowhere then, but
NetworkManager's device comes up.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tests.clients.bus import Bus, need_private_root, private_root
from tests.clients.programs import Daemon, daemon, program, venv_python

_PPPD = Path(__file__).parent / "with_pppd.py"

# sysfs is mounted read-only: that is how NetworkManager knows that there is no udev to wait for.
_PREPARE = """\
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib/NetworkManager
mkdir -p "$HOME/etc/system-connections" /run/NetworkManager
chmod -R go= "$HOME/etc"
printf '%s\\n' '[main]' dns=none rc-manager=unmanaged plugins=keyfile 'no-auto-default=*' \\
  '[logging]' level=DEBUG > "$HOME/etc/NetworkManager.conf"
mount --bind "$HOME/etc" /etc/NetworkManager
printf '#!/bin/sh\\nexec %s %s "$@"\\n' "$PYTHON" "$STAND_IN" > "$HOME/pppd"
chmod 755 "$HOME/pppd"
mount --bind "$HOME/pppd" "$PPPD"
mount -t sysfs -o ro sysfs /sys
"""


def start_network_manager(stack: ExitStack, home: Path, bus: Bus) -> Daemon:
    """Start it; its connections stay in `home`, also for another start."""
    unshare = need_private_root()
    command = [program("NetworkManager", "network-manager"), "--no-daemon"]
    values = {
        "HOME": str(home),
        "PYTHON": venv_python("jeepney", "jeepney"),
        "STAND_IN": str(_PPPD),
        "PPPD": program("pppd", "ppp"),
    }
    home.mkdir(exist_ok=True)
    isolated = private_root(unshare, _PREPARE, command, values)
    isolated.insert(1, "--net")
    running = stack.enter_context(daemon(isolated, home, lambda: "", more=bus.environment))
    name = "org.freedesktop.NetworkManager"
    bus.wait_for(name)
    bus.wait_for_object(name, "/org/freedesktop/NetworkManager/Settings", f"{name}.Settings")
    return running
