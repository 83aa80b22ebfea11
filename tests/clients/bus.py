"""A D-Bus of its own for one test, in place of the system's, and daemons that think they own it.

`private_root` gives a daemon that keeps files in fixed places a view of the file system in which
those places are its own: a mount namespace, which takes root.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.programs import daemon, program, run
from tests.clients.station import until

_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Bus:
    """A running message bus; `environment` leads a program to it."""

    def __init__(self, home: Path, socket: Path) -> None:
        self.environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}"}
        self._home = home
        self._send = program("dbus-send", "dbus")

    def call(self, name: str, path: str, method: str, *arguments: str) -> str:
        """Call a method; what dbus-send prints of its answer. A refusal fails the test."""
        command = [self._send, "--system", "--print-reply", f"--dest={name}", path, method]
        finished = run([*command, *arguments], self._home, more=self.environment)
        assert finished.code == 0, finished.output
        return finished.output

    def wait_for(self, name: str) -> None:
        """Wait until a service is there."""
        path, method = "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"
        until(
            lambda: "true" in self.call("org.freedesktop.DBus", path, method, f"string:{name}"),
            f"{name} on the bus",
        )

    def wait_for_object(self, name: str, path: str, interface: str) -> None:
        """Wait until a service has an object with an interface: its name may be there before."""
        command = [self._send, "--system", "--print-reply", f"--dest={name}", path]
        command += ["org.freedesktop.DBus.Introspectable.Introspect"]
        until(
            lambda: f'"{interface}"' in run(command, self._home, more=self.environment).output,
            f"{interface} at {path}",
        )


@contextmanager
def private_bus(home: Path) -> Iterator[Bus]:
    """A message bus while the block lasts; its files are in `home`."""
    dbus = program("dbus-daemon", "dbus")
    home.mkdir()
    socket = home / "bus"
    config = home / "bus.conf"
    config.write_text(_CONFIG.format(socket=socket))
    command = [dbus, f"--config-file={config}", "--nofork", "--nopidfile"]
    with daemon(command, home, lambda: "") as running:
        running.until(socket.exists, "the bus is there")
        yield Bus(home, socket)


def need_private_root() -> str:
    """The path of unshare; skips the test where no mount namespace can be made."""
    unshare = program("unshare", "util-linux")
    if os.geteuid() != 0:
        pytest.skip("a mount namespace takes root: run this test as root")
    tried = subprocess.run([unshare, "-m", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"no mount namespace here: {tried.stderr.decode().strip()}")
    return unshare


def private_root(
    unshare: str, prepare: str, command: Sequence[str], values: Mapping[str, str]
) -> list[str]:
    """The command, run behind the shell commands of `prepare`, in mounts of its own.

    `values` are variables for `prepare`.
    """
    assignments = [f"{name}={value}" for name, value in values.items()]
    script = f'set -e\n{prepare}\nexec "$@"'
    return [unshare, "-m", "env", *assignments, "sh", "-c", script, "sh", *command]
