"""The state of a simulated modem: settings, card, memories, contexts, radio."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial

from modem.errors import MisuseError
from modem.profiles import Profile, Said, SimulatorPart
from modem.simulator import charset
from modem.simulator.agenda import Appointment
from modem.simulator.answers import Online
from modem.simulator.background import Background
from modem.simulator.card import Card, Lock
from modem.simulator.cellular import (
    Act,
    Login,
    Network,
    PdpContext,
    Standing,
    Subscriber,
    Taking,
)
from modem.simulator.clock import Clock
from modem.simulator.identity import Identity
from modem.simulator.indicators import Indicators
from modem.simulator.plmn import ACTS_BY_PREFERENCE
from modem.simulator.reception import Cnmi, Reception
from modem.simulator.slot import Slot
from modem.simulator.smsc import Submission
from modem.simulator.storage import Memories
from modem.simulator.template import filled
from modem.simulator.textmode import Style
from modem.simulator.typedtext import Parameters

# The commands that tell the registration, and of which access technologies
# (3GPP TS 27.007 7.2, 10.1.20, 10.1.22)
REGISTRATION: dict[str, tuple[Act, ...]] = {
    "+CREG": (Act.GSM, Act.UTRAN, Act.EUTRAN),
    "+CGREG": (Act.GSM, Act.UTRAN, Act.EUTRAN),
    "+CEREG": (Act.EUTRAN,),
}


@dataclass(frozen=True, slots=True)
class Auth:
    """A context's authentication: 0 none, 1 PAP, 2 CHAP, 3 either; the login stays with 0, too."""

    kind: int = 0
    login: Login = field(default_factory=Login)


@dataclass(frozen=True, slots=True)
class SavedParameters:
    """What +CSAS saves: +CSCA, +CSMP and +CSCB (3GPP TS 27.005 3.3.5)."""

    smsc: str | None
    parameters: Parameters
    cscb: tuple[int, str, str]


@dataclass(slots=True)
class Settings:
    """What a host sets on its line, and what a restart puts back to what was saved (AT&W)."""

    memories: list[str]
    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    cmee: int = 0
    csms: int = 0
    cmgf: int = 0
    csdh: int = 0
    parameters: Parameters = field(default_factory=Parameters)  # +CSMP
    cscb: tuple[int, str, str] = (0, "", "")
    cmms: int = 0
    cmms_since_s: float = 0.0  # when the link was used last
    cnmi: Cnmi = field(default_factory=Cnmi)
    cops_format: int = 0
    registration: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REGISTRATION, 0))
    charset: str = charset.IRA  # +CSCS
    phonebook: str = "SM"  # +CPBS
    options: dict[str, tuple[int, ...]] = field(default_factory=dict)  # services.table.option
    accepted: dict[str, str] = field(default_factory=dict)  # settings without effect here


def _capable(profile: Profile, *, lte_only: bool) -> tuple[Act, ...]:
    """What the family's radio can do, the best first; MisuseError if LTE alone leaves none."""
    known = {technology.name for technology in profile.simulator.technologies}
    capable = tuple(act for act in ACTS_BY_PREFERENCE if act.name in known)
    if not lte_only:
        return capable
    if Act.EUTRAN not in capable:
        raise MisuseError(f"{profile.title} has no LTE, so LTE alone leaves it no network")
    return (Act.EUTRAN,)


def _factory_settings(part: SimulatorPart) -> Settings:
    return Settings(
        memories=[part.default_memory] * 3,
        echo=part.echo,
        cmee=part.cmee,
        cmgf=min(part.message_formats),
        cnmi=Cnmi(*part.cnmi),
        charset=part.default_charset,
    )


def _first_contexts(profile: Profile, start_apn: str) -> dict[int, PdpContext]:
    contexts = {
        cid: PdpContext("IPV4V6", apn) for cid, apn in profile.simulator.own_contexts.items()
    }
    contexts[profile.driver.attach_cid] = PdpContext(apn=start_apn)
    return contexts


class State:
    """One modem.

    `say` puts out an unsolicited result code, `reset` restarts the modem, `submitted` is told of
    each SMS that the network took.
    """

    def __init__(
        self,
        network: Network,
        profile: Profile,
        who: Identity,
        card: Card | None,
        *,
        lte_only: bool,
        start_apn: str,
        say: Callable[..., None],
        reset: Callable[[], None],
        submitted: Callable[[Submission], None],
    ) -> None:
        part = profile.simulator
        self.network = network
        self.profile = profile
        self.who = who
        self.slot = Slot(self, card)
        self.say = say
        self.reset = reset
        self.submitted = submitted
        self.memories = Memories(part.sizes, part.aliases)
        self.factory = _factory_settings(part)
        self.saved = deepcopy(self.factory)
        self.settings = deepcopy(self.factory)
        self._first_contexts = _first_contexts(profile, start_apn)
        self.contexts = dict(self._first_contexts)
        self.context_fields: dict[int, tuple[int, ...]] = {}  # behind the address in +CGDCONT
        self.auth: dict[int, Auth] = {}
        self.kept: dict[str, str] = {}  # vendor settings that live in the flash
        self.functionality = 1  # +CFUN
        self.reference = 0  # TP-MR of the last submission
        self.saved_parameters: dict[int, SavedParameters] = {}  # +CSAS
        self.deregistered = False  # by +COPS=2
        self.in_dialogue = False  # of +CUSD
        self._call: Online | None = None
        self.call_cid = 0  # its context
        self.lose_carrier: Callable[[], None] = self.end_call  # the line's way of saying so
        self.switch_off: Callable[[], None] = reset  # as `reset`, but it stays off
        self.reception = Reception(self)
        self._said: dict[str, str] = {}
        self._speaking: list[Appointment] = []  # what is yet to be said of a start
        self.subscriber = self._subscribe(card, _capable(profile, lte_only=lte_only))
        self.signal = who.rssi  # <rssi> of +CSQ, where there is a signal
        self.clock = Clock(self)
        self.indicators = Indicators(self)
        self._was_registered = False
        self.background = Background(self)

    def _subscribe(self, card: Card | None, capable: tuple[Act, ...]) -> Subscriber:
        cid = self.profile.driver.attach_cid
        subscriber = Subscriber(self.network, self, attach_cid=cid, capable=capable)
        if card is not None:
            self.network.smsc.enrol(card.msisdn, subscriber)
        return subscriber

    # ---- what the network asks (cellular.Listener)

    def context(self, cid: int) -> PdpContext:
        """A context as defined, with its login where it is to be authenticated."""
        defined = self.contexts.get(cid, PdpContext())
        auth = self.auth.get(cid, Auth())
        login = auth.login if auth.kind else Login()
        return PdpContext(defined.pdp_type, defined.apn, login)

    def attach_context(self) -> PdpContext:
        """The context that the LTE attach carries."""
        return self.context(self.profile.driver.attach_cid)

    def standing_changed(self) -> None:
        """Say so, where the host asked for it."""
        registered = self.subscriber.registered
        if not registered:
            self.reception.forget()
        for command, mode in self.settings.registration.items():
            now = self.registration(command, located=mode == 2)
            if mode and self._said.get(command) != now:
                self.say(f"{command}: {now}")
            self._said[command] = now
        self.indicators.tell()
        if registered and not self._was_registered:
            self.clock.network_time()
        self._was_registered = registered
        self.check_carrier()

    def packet_event(self, event: str) -> None:
        """Say it where the host asked for it (+CGEREP); else it is lost."""
        if self.settings.options.get("+CGEREP", (0, 0))[0]:
            self.say(f"+CGEV: {event}")

    def take(self, pdu: str) -> Taking:
        """A message has come."""
        return self.reception.take(pdu)

    # ---- what services ask

    def style(self) -> Style:
        """How text mode shows messages now."""
        part, settings = self.profile.simulator, self.settings
        return Style(settings.charset, settings.csdh == 1, part.empty_alpha, part.header_in_text)

    def registration(self, command: str, *, located: bool) -> str:
        """The state as that command tells it: <stat>[,<area>,<cell>,<AcT>]."""
        subscriber = self.subscriber
        act = subscriber.act
        if not subscriber.registered:
            return str(subscriber.standing.value)
        if act not in REGISTRATION[command] or (command == "+CGREG" and not subscriber.attached):
            return str(Standing.OFF.value)
        stat = subscriber.welcome.value
        if not located:
            return str(stat)
        cell = subscriber.cell
        values = {
            "stat": stat,
            "area": cell.area_digits,
            "cell": cell.number_digits(act),
            "act": act.value,
        }
        return filled(self.profile.simulator.located, values)

    def tell_from_now(self, command: str, mode: int) -> None:
        """Set how that command's URC is given; only what changes from now on is told."""
        self.settings.registration[command] = mode
        self._said[command] = self.registration(command, located=mode == 2)

    @property
    def card(self) -> Card | None:
        """The card in the slot."""
        return self.slot.card

    @property
    def lock(self) -> Lock | None:
        """The card's state; None without a card."""
        return self.card.lock if self.card else None

    def need_card(self) -> Card:
        """The card, if it can be used; raises CmeRefusal 10 to 14."""
        return self.slot.usable()

    @property
    def call(self) -> Online | None:
        """The data connection that stands, in data mode or escaped."""
        return self._call

    @call.setter
    def call(self, call: Online | None) -> None:
        self._call = call
        self.indicators.tell()

    def end_call(self) -> None:
        """End the data connection, if one stands (ATH); `hang_up` of the modem says NO CARRIER."""
        call, self.call = self.call, None
        if call is not None:
            call.over()

    def check_carrier(self) -> None:
        """End the data connection whose context is gone."""
        if self.call is not None and self.call_cid not in self.subscriber.bearers:
            self.lose_carrier()

    @property
    def rssi(self) -> int:
        """The signal as +CSQ tells it; 99 where there is none."""
        return self.signal if self.functionality == 1 and self.subscriber.covered else 99

    def set_signal(self, rssi: int) -> None:
        """Another strength, 0 to 31 (27.007 8.5)."""
        if rssi not in range(32):
            raise ValueError(f"a signal is 0 to 31, not {rssi}")
        self.signal = rssi
        self.indicators.tell()

    # ---- radio and power

    def boot_lines(self) -> tuple[Said, ...]:
        """What the modem says after power on; what needs the card waits until it is open."""
        return self.slot.boot_lines()

    def announce(self, said: Iterable[Said], *, since_s: float = 0.0) -> None:
        """Say lines, each at its time, of which `since_s` have passed; a power-off ends it."""
        self._speaking = [each for each in self._speaking if each.action is not None]
        for each in said:
            if each.after_s <= since_s:
                self.say(each.line)
            else:
                action = partial(self.say, each.line)
                self._speaking.append(self.network.after(each.after_s - since_s, action))

    def refresh_card(self, *, imsi: str | None = None) -> None:
        """The card starts again, by a REFRESH of its own (UICC reset, ETSI TS 102 223 6.4.7).

        So a card with several IMSIs changes them: for the network the modem becomes another one.
        What is said is what a modem says when its card goes and comes. CmeRefusal without a card.
        """
        self.slot.refresh(imsi)

    def connect(self, *, at_once: bool = False) -> None:
        """Register, if the radio is on and the card can be used."""
        if self.functionality == 1 and self.card is not None and self.lock is Lock.READY:
            if self.card.smsc is None:
                self.card.smsc = self.network.settings.smsc
            self.deregistered = False
            self.subscriber.start(at_once=at_once)

    def set_functionality(self, functionality: int) -> None:
        """What +CFUN sets: 0 minimum, 1 full, anything else without radio."""
        was, self.functionality = self.functionality, functionality
        if functionality != 1:
            self.radio_off()
        if self.profile.simulator.card_off_in_minimum and (was == 0) is not (functionality == 0):
            self.slot.switch(on=functionality != 0)
        if functionality == 1 and was != 1:
            self.connect()
        self.indicators.tell()

    def radio_off(self) -> None:
        """Leave the network; refusals so far are forgotten."""
        self.subscriber.stop()
        self.subscriber.forget_refusals()

    def power_off(self) -> None:
        """Forget what a restart forgets: all but memories, contexts and what was saved."""
        self.end_call()
        self.radio_off()
        for appointment in self._speaking:
            appointment.cancel()
        self._speaking.clear()
        self.background.stop()
        self.settings = deepcopy(self.saved)
        self.reception = Reception(self)
        self.functionality = 1
        self.deregistered = self.in_dialogue = False
        if not self.profile.simulator.keeps_contexts:
            self.contexts = dict(self._first_contexts)
            self.context_fields.clear()
            self.auth.clear()
        self.slot.power_up()
