"""Where a simulated modem can be reached: a pty, a TCP port, an in-memory link.

    network = Network(settings, clock=loop.time, epoch=system_epoch())
    wire = Wire(SimulatedModem(network))
    with Clockwork(network):
        port = PtyEndpoint(wire, OpenWatcher(), link=Path("/tmp/modem0"))
        port.plug_in()

asyncio and the operating system are here, and nowhere else in the simulator.
"""

from modem.inotify import OpenWatcher
from modem.port_links import LinkError
from modem.simulator.endpoints.clockwork import Clockwork, system_epoch
from modem.simulator.endpoints.memory import MemoryEndpoint
from modem.simulator.endpoints.pty import PtyEndpoint
from modem.simulator.endpoints.tcp import TcpEndpoint
from modem.simulator.endpoints.wire import Direction, Wire

__all__ = [
    "Clockwork",
    "Direction",
    "LinkError",
    "MemoryEndpoint",
    "OpenWatcher",
    "PtyEndpoint",
    "TcpEndpoint",
    "Wire",
    "system_epoch",
]
