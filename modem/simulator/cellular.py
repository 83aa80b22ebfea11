"""One modem in the simulated network: its registration, its bearers, what is held for it.

The network behaves as an LTE network does towards a roaming IoT card: the attach carries the
default bearer, so a wrong APN in the attach context costs the registration, and with it SMS, unless
2G or 3G is there to fall back to. No AT commands here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from modem.simulator.agenda import Appointment
from modem.simulator.plmn import (
    ADDRESSES,
    Act,
    Bearer,
    Cause,
    Cell,
    ContextRefused,
    Listener,
    Login,
    Network,
    NetworkSettings,
    Operator,
    PdpContext,
    Standing,
    Taking,
    Welcome,
)

__all__ = [
    "ADDRESSES",
    "Act",
    "Bearer",
    "Cause",
    "Cell",
    "ContextRefused",
    "Listener",
    "Login",
    "Network",
    "NetworkSettings",
    "Operator",
    "PdpContext",
    "Standing",
    "Subscriber",
    "Taking",
    "Welcome",
]


class Subscriber:
    """One modem's standing in the network, its bearers, and the messages that wait for it."""

    def __init__(
        self, network: Network, listener: Listener, *, attach_cid: int, capable: tuple[Act, ...]
    ) -> None:
        """`capable` is what the modem's radio can do, the best first."""
        self.network = network
        self.standing = Standing.OFF
        self.operator: Operator | None = None  # the one that was tried last
        self.act = capable[0]
        self.cell = network.settings.cell
        self.bearers: dict[int, Bearer] = {}
        self.waiting: deque[str] = deque()
        self.number = ""  # by which the SMS centre knows it
        self.when_taken: Callable[[str], None] = lambda _pdu: None  # told of each message
        self.refusals = 0
        self.barred = False
        self.capable = capable
        self.allowed: frozenset[Act] = frozenset(Act)  # what of it the host allows (+WS46, +COPS)
        self.chosen: str | None = None  # the PLMN that the host has chosen by hand
        self.chosen_act: Act | None = None
        self.else_any = False  # where the chosen one fails, any other (+COPS=4)
        self._listener = listener
        self._attach_cid = attach_cid
        self._heard: frozenset[Act] = frozenset(Act)
        self._wanted = False
        self._packet = True  # on 2G and 3G packet service can be given up alone
        self._timer: Appointment | None = None
        self._back_off_until_s: float | None = None
        self._offering = False
        self._pending = False
        self._redelivery: Appointment | None = None
        self._when_settled: list[Callable[[], None]] = []

    @property
    def registered(self) -> bool:
        """Does the network serve this modem, with SMS at least?"""
        return self.standing is Standing.REGISTERED

    @property
    def attached(self) -> bool:
        """Does it have packet service (+CGATT)?"""
        return self.registered and self._packet

    @property
    def covered(self) -> bool:
        """Is there a signal?"""
        return bool(self._heard)

    @property
    def handing_over(self) -> str | None:
        """The message that the modem's host has yet to acknowledge."""
        return self.waiting[0] if self._pending and self.waiting else None

    @property
    def welcome(self) -> Welcome:
        """What the network in use is to the card."""
        return self.operator.welcome if self.operator else Welcome.ROAMING

    # ---- registration

    def start(self, *, at_once: bool = False) -> None:
        """Register, the best first. A back-off that runs is waited for (24.301 5.5.1.2.6)."""
        self._wanted = self._packet = True
        self._cancel_timer()
        now_s = self.network.agenda.now_s
        if self._back_off_until_s is not None and now_s < self._back_off_until_s:
            self._timer = self.network.agenda.after(self._back_off_until_s - now_s, self.start)
            self._settle(Standing.DENIED)
        elif at_once:
            self._attempt()
        else:
            self._search()

    def stop(self) -> None:
        """Detach: no registration, no bearer, no SMS. A back-off goes on."""
        self._wanted = False
        self._cancel_timer()
        was_attached = self.attached
        self._settle(Standing.OFF)
        if was_attached:
            self._listener.packet_event("ME DETACH")

    def detach(self) -> None:
        """Give up packet service (+CGATT=0). LTE has nothing else, so it costs SMS there."""
        if self.act is Act.EUTRAN or not self.registered:
            self.stop()
            return
        if self._packet:
            self._packet = False
            self.bearers = {}
            self._listener.standing_changed()
            self._listener.packet_event("ME DETACH")

    def attach(self) -> None:
        """Get packet service (+CGATT=1)."""
        if not self.registered:
            self.start()
        elif not self._packet:
            self._packet = True
            self._listener.standing_changed()

    def be_detached(self) -> None:
        """The network throws the modem out and wants it back (3GPP TS 24.301 5.5.2.3)."""
        if not self.registered:
            return
        self._cancel_timer()
        self._change(Standing.OFF)
        self._listener.packet_event("NW DETACH")
        self.start()

    def bar(self, barred: bool) -> None:
        """The operator keeps the card out, or lets it in again (3GPP TS 24.301 5.5.1.2.5)."""
        if barred == self.barred:
            return
        self.barred = barred
        if barred:
            self.be_detached()
        elif self._wanted and not self.registered:
            self.start()

    def lose_bearers(self) -> None:
        """The network ends what contexts there are; on LTE the attach goes with the last one."""
        if self.act is Act.EUTRAN:
            self.be_detached()
            return
        for cid in list(self.bearers):
            del self.bearers[cid]
            self._listener.packet_event(f"NW PDN DEACT {cid}")

    def forget_refusals(self) -> None:
        """The radio was switched off: it may try again at once (3GPP TS 24.301 5.3.7b)."""
        self.refusals = 0
        self._back_off_until_s = None

    def hear(self, acts: Iterable[Act]) -> None:
        """Say which technologies can be heard where the modem is: none is no coverage.

        A modem goes over to what it likes best of them, as it does when its cell is lost.
        """
        heard = frozenset(acts)
        if heard == self._heard:
            return
        gained = heard - self._heard
        self._heard = heard
        if not self._wanted or self._stays(gained):
            return
        if heard:
            self.start()
            return
        self._cancel_timer()
        lost = list(self.bearers)
        self._change(Standing.SEARCHING)
        for cid in lost:  # locally: no network hears of it
            self._listener.packet_event(f"ME PDN DEACT {cid}")

    def _stays(self, gained: frozenset[Act]) -> bool:
        """Is the technology in use still there, and none that has come a better one?"""
        usable = self._usable(self.operator)
        if not self.registered or self.act not in usable:
            return False
        return not gained.intersection(usable[: usable.index(self.act)])

    def set_coverage(self, covered: bool) -> None:
        """Have the signal go away, or come back."""
        self.hear(Act if covered else ())

    def move(self, cell: Cell) -> None:
        """Reselect a cell (3GPP TS 36.304 5.2.4); a new area is told like any other."""
        self.cell = cell
        self._listener.standing_changed()

    def when_settled(self, action: Callable[[], None]) -> None:
        """Have `action` called once the registration under way has come to an end."""
        self._when_settled.append(action)

    def audible(self, operator: Operator) -> list[Act]:
        """With what that operator can be heard here."""
        return [act for act in self.capable if act in self._heard and act in operator.acts]

    def _usable(self, operator: Operator | None) -> list[Act]:
        """What modem, host, place and operator have in common, the best first."""
        wanted = self.allowed if self.chosen_act is None else self.allowed & {self.chosen_act}
        return [act for act in self.audible(operator) if act in wanted] if operator else []

    def _search(self) -> None:
        self._change(Standing.SEARCHING)
        if self._heard:
            self._timer = self.network.after(self.network.settings.registration_s, self._attempt)

    def _attempt(self) -> None:
        self._back_off_until_s = None
        self.operator = operator = self.network.operator(self.chosen)
        acts = self._usable(operator)
        forbidden = self.barred or (operator and operator.welcome is Welcome.FORBIDDEN)
        if not operator or not acts or forbidden:
            self._not_found(Standing.DENIED if operator and acts else Standing.OFF)
            return
        self.act = acts[0]
        if self.act is not Act.EUTRAN:
            self._settle(Standing.REGISTERED)
            return
        try:
            bearer = self.network.grant(self._listener.attach_context())
        except ContextRefused:
            self._refused(acts[1:])
            return
        self.refusals = 0
        self._settle(Standing.REGISTERED, {self._attach_cid: bearer})
        self._listener.packet_event(f"ME PDN ACT {self._attach_cid}")

    def _not_found(self, standing: Standing) -> None:
        """No network, or one that this card may not use: nothing changes that by itself."""
        if self.chosen is not None and self.else_any:
            self.chosen = self.chosen_act = None
            self._search()
        elif self.chosen is None and standing is Standing.OFF:
            self._change(Standing.SEARCHING)
        else:
            self._settle(standing)

    def _refused(self, others: list[Act]) -> None:
        """The attach was rejected: fall back to 3G or 2G where they are, else try again later."""
        if others:
            self.act = others[0]
            self._settle(Standing.REGISTERED)
            return
        settings = self.network.settings
        self.refusals += 1
        if self.refusals < settings.attach_tries:
            self._timer = self.network.after(settings.attach_retry_s, self._search)
        else:
            self.refusals = 0
            self._timer = self.network.after(settings.back_off_s, self._search)
            self._back_off_until_s = self._timer.due_s
        self._settle(Standing.DENIED)

    def _settle(self, standing: Standing, bearers: dict[int, Bearer] | None = None) -> None:
        self._change(standing, bearers)
        settled, self._when_settled = self._when_settled, []
        for action in settled:
            action()
        self.offer()

    def _change(self, standing: Standing, bearers: dict[int, Bearer] | None = None) -> None:
        self.standing = standing
        self.bearers = bearers or {}
        if standing is not Standing.REGISTERED:
            self._pending = False
            if self._redelivery is not None:
                self._redelivery.cancel()
        self._listener.standing_changed()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ---- bearers

    def activate(self, cid: int, context: PdpContext) -> Bearer:
        """Activate a context beside those there are; raises ContextRefused."""
        bearer = self.network.grant(context)
        self.bearers[cid] = bearer
        self._listener.packet_event(f"ME PDN ACT {cid}")
        return bearer

    def deactivate(self, cid: int) -> None:
        """Give a bearer back."""
        if self.bearers.pop(cid, None) is not None:
            self._listener.packet_event(f"ME PDN DEACT {cid}")

    # ---- messages to the modem

    def deliver(self, pdu: str) -> None:
        """Take a message for the modem, and hand it over as soon as it can be reached."""
        self.waiting.append(pdu)
        self.offer()

    def withdraw(self, pdu: str) -> bool:
        """Give up a message that waits; False when the modem has it already, or is at it."""
        first = 1 if self._pending else 0
        if pdu not in list(self.waiting)[first:]:
            return False
        self.waiting.reverse()  # the latest of equal ones
        self.waiting.remove(pdu)
        self.waiting.reverse()
        return True

    def offer(self) -> None:
        """Hand over what waits, in order, until the modem takes no more."""
        if self._offering:
            return
        self._offering = True
        try:
            while self.waiting and self.registered and not self._pending:
                taking = self._listener.take(self.waiting[0])
                if taking is Taking.FULL:
                    return
                if taking is Taking.PENDING:
                    self._pending = True
                else:
                    self.when_taken(self.waiting.popleft())
        finally:
            self._offering = False

    def acknowledge(self, accepted: bool) -> None:
        """The host's word on the message that was handed over last; a refused one comes again."""
        if not self._pending:
            return
        if accepted:
            self._pending = False
            self.when_taken(self.waiting.popleft())
            self.offer()
        else:
            span_s = self.network.settings.redelivery_s
            self._redelivery = self.network.after(span_s, self._offer_again)

    def _offer_again(self) -> None:
        self._pending = False
        self.offer()
