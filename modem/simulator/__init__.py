"""A simulated modem and the cellular network behind it.

    network = Network(NetworkSettings(apns=("em",)), clock=time.monotonic)
    modem = SimulatedModem(network)
    modem.feed(b"AT+CSQ\\r")
    modem.take_output()

The core is bytes in, bytes out, on a clock that is handed in. `modem.simulator.endpoints` puts it
on a pty, a TCP port or an in-memory link.
"""

from modem.simulator.cellular import Act, Login, Network, NetworkSettings, Standing
from modem.simulator.core import SimulatedModem, UrcPlace
from modem.simulator.identity import Identity, identity
from modem.simulator.smsc import Submission

__all__ = [
    "Act",
    "Identity",
    "Login",
    "Network",
    "NetworkSettings",
    "SimulatedModem",
    "Standing",
    "Submission",
    "UrcPlace",
    "identity",
]
