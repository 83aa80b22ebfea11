"""One simulated modem of a simulation: where it can be reached, and who follows its traffic."""

from __future__ import annotations

from dataclasses import dataclass, field

from hil.trace import Trace
from modem.simulator import Direction, SimulatedModem
from modem.simulator.endpoints import PtyEndpoint, TcpEndpoint, Wire


@dataclass(frozen=True, slots=True)
class Station:
    """One simulated modem and where it can be reached."""

    number: int
    modem: SimulatedModem
    wire: Wire
    pty: PtyEndpoint
    tcp: TcpEndpoint | None
    traces: list[Trace] = field(default_factory=list)

    def watch(self, trace: Trace) -> None:
        """Have its traffic and its faults traced."""
        if not self.traces:
            self.wire.on_traffic = self._traffic
            self.modem.on_fault = self._fault
        self.traces.append(trace)

    def _traffic(self, way: Direction, data: bytes) -> None:
        for trace in self.traces:
            trace.traffic(way, data)

    def _fault(self, name: str) -> None:
        for trace in self.traces:
            trace.note(f"fault {name}")

    def described(self) -> dict[str, object]:
        """Its entry in the ready line."""
        who = self.modem.who
        return {
            "modem": self.number,
            "port": self.pty.port,
            "link": str(self.pty.link) if self.pty.link else None,
            "tcp": self.tcp.address if self.tcp else None,
            "imei": who.imei,
            "imsi": who.imsi,
            "iccid": who.iccid,
            "msisdn": who.msisdn,
        }

    def report(self) -> dict[str, object]:
        """Its state, for the control socket."""
        return {**self.described(), **self.modem.report()}
