"""The state of a simulated modem: settings, card, memories, contexts, radio."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from modem.profiles import Profile
from modem.simulator.answers import Cme, CmeRefusal
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
from modem.simulator.identity import Identity
from modem.simulator.reception import Cnmi, Reception
from modem.simulator.smsc import Submission
from modem.simulator.storage import Memories

AREA_CODE = "1A2B"
CELL_ID = "01C3D4E5"
_CARD_IS_READY = "+CPIN: READY"

# The commands that tell the registration, and of which access technologies
# (3GPP TS 27.007 7.2, 10.1.20, 10.1.22)
REGISTRATION: dict[str, tuple[Act, ...]] = {
    "+CREG": (Act.UTRAN, Act.EUTRAN),
    "+CGREG": (Act.UTRAN, Act.EUTRAN),
    "+CEREG": (Act.EUTRAN,),
}


@dataclass(frozen=True, slots=True)
class Auth:
    """A context's authentication: 0 none, 1 PAP, 2 CHAP, 3 either; the login stays with 0, too."""

    kind: int = 0
    login: Login = field(default_factory=Login)


@dataclass(slots=True)
class Settings:
    """What a host sets on its line, and what a restart puts back to what was saved (AT&W)."""

    memories: list[str]
    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    cmee: int = 0
    csms: int = 0
    cnmi: Cnmi = field(default_factory=Cnmi)
    cops_format: int = 0
    registration: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REGISTRATION, 0))
    accepted: dict[str, str] = field(default_factory=dict)  # settings without effect here


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
        self.card = card
        self.say = say
        self.reset = reset
        self.submitted = submitted
        self.memories = Memories(part.sizes, part.aliases)
        self.factory = Settings(memories=[part.default_memory] * 3)
        self.saved = deepcopy(self.factory)
        self.settings = deepcopy(self.factory)
        self.contexts: dict[int, PdpContext] = {
            cid: PdpContext("IPV4V6", apn) for cid, apn in part.own_contexts.items()
        }
        self.contexts[profile.driver.attach_cid] = PdpContext(apn=start_apn)
        self.auth: dict[int, Auth] = {}
        self.kept: dict[str, str] = {}  # vendor settings that live in the flash
        self.functionality = 1  # +CFUN
        self.reference = 0  # TP-MR of the last submission
        self.reception = Reception(self)
        self._said: dict[str, str] = {}
        self._unlocked_lines: tuple[str, ...] = (_CARD_IS_READY,)
        self.subscriber = Subscriber(
            network, self, attach_cid=profile.driver.attach_cid, lte_only=lte_only
        )

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
        if self.subscriber.standing is not Standing.REGISTERED:
            self.reception.forget()
        for command, mode in self.settings.registration.items():
            now = self.registration(command, located=mode == 2)
            if mode and self._said.get(command) != now:
                self.say(f"{command}: {now}")
            self._said[command] = now

    def take(self, pdu: str) -> Taking:
        """A message has come."""
        return self.reception.take(pdu)

    # ---- what services ask

    def registration(self, command: str, *, located: bool) -> str:
        """The state as that command tells it: <stat>[,<area>,<cell>,<AcT>]."""
        standing, act = self.subscriber.standing, self.subscriber.act
        if standing is Standing.REGISTERED and act not in REGISTRATION[command]:
            standing = Standing.OFF
        if located and standing is Standing.REGISTERED:
            return f'{standing.value},"{AREA_CODE}","{CELL_ID}",{act.value}'
        return str(standing.value)

    def tell_from_now(self, command: str, mode: int) -> None:
        """Set how that command's URC is given; only what changes from now on is told."""
        self.settings.registration[command] = mode
        self._said[command] = self.registration(command, located=mode == 2)

    @property
    def lock(self) -> Lock | None:
        """The card's state; None without a card."""
        return self.card.lock if self.card else None

    def need_card(self) -> Card:
        """The card, if it can be used; raises CmeRefusal 10 to 13."""
        if self.card is None:
            raise CmeRefusal(Cme.SIM_NOT_INSERTED)
        codes = {
            Lock.PIN: Cme.SIM_PIN_REQUIRED,
            Lock.PUK: Cme.SIM_PUK_REQUIRED,
            Lock.BLOCKED: Cme.SIM_FAILURE,
        }
        if self.card.lock in codes:
            raise CmeRefusal(codes[self.card.lock])
        return self.card

    # ---- radio and power

    def boot_lines(self) -> tuple[str, ...]:
        """What the modem says when it has started; what needs the card waits until it is open."""
        lines = self.profile.simulator.boot_urcs
        if self.lock is Lock.READY or _CARD_IS_READY not in lines:
            return lines
        place = lines.index(_CARD_IS_READY)
        self._unlocked_lines = lines[place:]
        asked = () if self.lock in (None, Lock.BLOCKED) else (f"+CPIN: {self.lock.value}",)
        return (*lines[:place], *asked)

    def unlocked(self) -> None:
        """The card took the PIN or the PUK."""
        lines, self._unlocked_lines = self._unlocked_lines, (_CARD_IS_READY,)
        for line in lines:
            self.say(line)
        self.connect()

    def connect(self, *, at_once: bool = False) -> None:
        """Register, if the radio is on and the card can be used."""
        if self.functionality == 1 and self.card is not None and self.lock is Lock.READY:
            if self.card.smsc is None:
                self.card.smsc = self.network.settings.smsc
            self.subscriber.start(at_once=at_once)

    def radio_off(self) -> None:
        """Leave the network; refusals so far are forgotten."""
        self.subscriber.stop()
        self.subscriber.forget_refusals()

    def power_off(self) -> None:
        """Forget what a restart forgets: all but memories, contexts and what was saved."""
        self.radio_off()
        self.settings = deepcopy(self.saved)
        self.reception = Reception(self)
        self.functionality = 1
        if self.card is not None:
            self.card.power_up()
