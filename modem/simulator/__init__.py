"""A simulated modem and the cellular network behind it.

    network = Network(NetworkSettings(apns=("em",)), clock=time.monotonic)
    modem = SimulatedModem(network)
    modem.feed(b"AT+CSQ\\r")
    modem.take_output()

The core is bytes in, bytes out, on a clock that is handed in. `modem.simulator.endpoints` puts it
on a pty, a TCP port or an in-memory link.
"""

from modem.simulator.cellular import (
    Act,
    Cell,
    Login,
    Network,
    NetworkSettings,
    Operator,
    Standing,
    Subscriber,
    Welcome,
)
from modem.simulator.core import SimulatedModem
from modem.simulator.faultfile import FaultFileError, parse_plan
from modem.simulator.faults import Action, Direction, Fault, FaultError, FaultPlan
from modem.simulator.identity import Identity, identity
from modem.simulator.line import UrcPlace
from modem.simulator.smsc import Course, NetworkRefusal, Router, Submission

__all__ = [
    "Act",
    "Action",
    "Cell",
    "Course",
    "Direction",
    "Fault",
    "FaultError",
    "FaultFileError",
    "FaultPlan",
    "Identity",
    "Login",
    "Network",
    "NetworkRefusal",
    "NetworkSettings",
    "Operator",
    "Router",
    "SimulatedModem",
    "Standing",
    "Submission",
    "Subscriber",
    "UrcPlace",
    "Welcome",
    "identity",
    "parse_plan",
]
