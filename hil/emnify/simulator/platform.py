"""The platform: an organisation whose SMS are routed, and what an operator does to its devices."""

from __future__ import annotations

from hil.emnify.simulator.changes import DeviceChanged
from hil.emnify.simulator.errors import ErrorKind, Refused
from hil.emnify.simulator.organisation import Organisation, PlatformSettings
from hil.emnify.simulator.originated import Originated
from hil.emnify.simulator.records import Device, DeviceStatus, Sim, SimStatus
from hil.emnify.simulator.terminated import Terminated
from hil.station import Station
from modem.simulator import Network


class Platform(Organisation):
    """The operator's side of one network.

    What becomes of an SMS to a device is `terminated`'s, of one from a device `originated`'s.
    """

    def __init__(self, network: Network, settings: PlatformSettings | None = None) -> None:
        super().__init__(network, settings)
        self.terminated = Terminated(self)
        self.originated = Originated(self, self.terminated)
        network.smsc.router = self.originated
        self.watch(self.terminated.changed)

    def add_station(self, station: Station) -> Device:
        """A simulated modem becomes a device with its SIM."""
        sim = self.add_sim(station)
        device = self.add_device(f"Device {station.number}", next(iter(self.policies.values())))
        self.assign(device, sim)
        self.terminated.follow(station.modem.state.subscriber)
        return device

    def assign(self, device: Device, sim: Sim | None) -> None:
        """Put a SIM into a device, or take the one out that is there."""
        if sim is not None and sim.device is not device:
            self.must_be_free(sim)
        if device.sim is not None and device.sim is not sim:
            self._take_out(device, device.sim)
        device.sim = sim
        if sim is not None:
            sim.device = device
        self.changed(device)

    def must_be_free(self, sim: Sim) -> None:
        """Raises Refused for a SIM that a device has."""
        if sim.device is not None:
            raise Refused(ErrorKind.NOT_ALLOWED, f"Sim with Id '{sim.id}' is assigned already.")

    def _take_out(self, device: Device, sim: Sim) -> None:
        if sim.subscriber is not None:
            sim.subscriber.bar(True)  # so nothing is at the modem's host any more
        self.terminated.fail_all(device, "the SIM was taken out")
        sim.device = None

    def set_status(self, device: Device, status: DeviceStatus) -> None:
        """Enable, disable or delete a device; the network keeps its card out from then on."""
        if status is DeviceStatus.DELETED and device.sim is not None:
            raise Refused(ErrorKind.NOT_ALLOWED, "The device has a SIM; release that first.")
        device.status = status
        self.changed(device)

    def set_sim_status(self, sim: Sim, status: SimStatus) -> None:
        """Activate or suspend a card."""
        sim.status = status
        if sim.device is not None:
            self.changed(sim.device)

    def changed(self, device: Device) -> None:
        """Something of a device was set: the network hears of it, and all who watch."""
        device.updated = self.now()
        if device.subscriber is not None:
            device.subscriber.bar(device.blocked)
        self.tell(DeviceChanged(device))

    def reset(self, device: Device, *, location: bool, context: bool) -> None:
        """Have the network forget where a device is, or end its data session."""
        subscriber = device.subscriber
        if subscriber is None:
            return
        if location:
            subscriber.be_detached()
        elif context:
            subscriber.lose_bearers()
