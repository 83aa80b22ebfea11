"""Fixtures with simulated modems, for any project: `pytest -p modem.simulator.pytest`.

What they give is `modem.simulator.endpoints.thread`'s. Nothing else of the simulator needs pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modem.errors import MisuseError
from modem.profiles import SIM7600, Profile, profile_named
from modem.simulator.cellular import NetworkSettings
from modem.simulator.endpoints.thread import PortedModem, SimulatorThread
from modem.simulator.faultfile import FaultFileError, parse_plan
from modem.simulator.faults import FaultPlan


def pytest_addoption(parser: pytest.Parser) -> None:
    """The kind of modem, and what goes wrong with it."""
    group = parser.getgroup("simulated modems")
    group.addoption(
        "--simulated-profile",
        default=SIM7600.name,
        metavar="NAME",
        help="the kind of modem that simulated_modem is (modem-helper profiles)",
    )
    group.addoption(
        "--simulated-faults",
        metavar="FILE",
        help="a fault plan in TOML for simulated_modem (docs/simulator.md)",
    )


@pytest.fixture(scope="session")
def simulated_profile(pytestconfig: pytest.Config) -> Profile:
    """The profile that --simulated-profile names."""
    try:
        return profile_named(str(pytestconfig.getoption("--simulated-profile")))
    except MisuseError as error:
        raise pytest.UsageError(f"--simulated-profile: {error}") from error


@pytest.fixture(scope="session")
def simulated_faults(pytestconfig: pytest.Config) -> FaultPlan:
    """The plan of --simulated-faults; without it, nothing goes wrong."""
    file = pytestconfig.getoption("--simulated-faults")
    if file is None:
        return FaultPlan()
    try:
        return parse_plan(Path(file).read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError, FaultFileError) as error:
        raise pytest.UsageError(f"--simulated-faults: {error}") from error


@pytest.fixture
def simulated_network_settings() -> NetworkSettings:
    """What the network accepts and how long it takes; override it for another network."""
    return NetworkSettings()


@pytest.fixture
def simulated_network(simulated_network_settings: NetworkSettings) -> Iterator[SimulatorThread]:
    """A network without modems, in a thread of its own; `add_modem` gives it one."""
    with SimulatorThread(simulated_network_settings) as simulator:
        yield simulator


@pytest.fixture
def simulated_modem(
    simulated_network: SimulatorThread, simulated_profile: Profile, simulated_faults: FaultPlan
) -> PortedModem:
    """A modem of that network on a pty: registered, and with the network's APN."""
    return simulated_network.add_modem(simulated_profile, faults=simulated_faults)


@pytest.fixture
def modem_port(simulated_modem: PortedModem) -> str:
    """What a program opens to find that modem, such as "/dev/pts/3"."""
    return simulated_modem.port
