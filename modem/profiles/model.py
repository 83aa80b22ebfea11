"""What differs between modem families, as frozen data: a driver's part and a simulator's part.

A profile is matched by what the modem says of itself (+CGMI, +CGMM), never by its USB id alone. A
field that differs from the generic value names its source in `sources`, under the field's path
("driver.auth"); what nobody has evidence for keeps the generic value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class AuthCommand(Enum):
    """The command that sets a context's user and password."""

    CGAUTH = "+CGAUTH"  # 3GPP TS 27.007 10.1.31
    QICSGP = "+QICSGP"  # Quectel: one line holds APN, user, password and type
    UAUTHREQ = "+UAUTHREQ"  # u-blox: no read form
    PDPAUTH = "#PDPAUTH"  # Telit: as +CGAUTH; no read form is known
    CNCFG = "+CNCFG"  # SIM7080: one line holds APN, user, password and type; index 0
    AUTHDATA = "^AUTHDATA"  # HiSilicon (Huawei)


class AuthOrder(Enum):
    """Which of the two words comes first behind the authentication type."""

    USER_FIRST = "user,password"
    PASSWORD_FIRST = "password,user"  # noqa: S105 -- an order, not a password

    @property
    def other(self) -> AuthOrder:
        """The other one."""
        return (
            AuthOrder.USER_FIRST if self is AuthOrder.PASSWORD_FIRST else AuthOrder.PASSWORD_FIRST
        )


class Reattach(Enum):
    """How the network is made to hear of another APN."""

    RADIO = "radio"  # radio off and on
    COPS = "cops"  # deregistered, and registered again (+COPS=2, +COPS=0)
    CGATT = "cgatt"  # detached for packets, and attached again: SMS by GSM never stops


class SourceLevel(Enum):
    """How much a source weighs."""

    MANUAL = "manual"
    TRANSCRIPT = "transcript"
    CODE = "code"
    FORUM = "forum"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was found."""

    text: str
    level: SourceLevel


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that is asked for first and written only where it differs, to spare the flash.

    `query` is answered by a line that holds `wanted` when nothing is to do; `command` sets it.
    """

    query: str
    wanted: str
    command: str


@dataclass(frozen=True, slots=True)
class DriverPart:
    """What the host has to know of a family. The defaults are the standard's.

    `also_cids` are contexts that the family wants to hold the same APN, or it doesn't register.
    `radio_off_to_write`: a login is refused while its context is active. `own_stack`: a context
    that the attach didn't bring up is activated by the module's own +CNACT.
    """

    boot_urcs: tuple[str, ...] = (
        "RDY",
        "*ATREADY",
        "^SYSSTART",
        "APP RDY",
        "NORMAL POWER DOWN",
        "POWERED DOWN",
    )
    storage_full_urcs: tuple[str, ...] = ("+SMS FULL", "^SMMEMFULL", '+QIND: "smsfull"')
    auth: AuthCommand = AuthCommand.CGAUTH
    auth_order: AuthOrder = AuthOrder.USER_FIRST
    auth_order_disputed: bool = False  # the sources differ: a refused login is tried the other way
    attach_cid: int = 1
    also_cids: tuple[int, ...] = ()
    radio_off_to_write: bool = False
    reattach: Reattach = Reattach.RADIO
    own_stack: bool = False
    radio_off: str = "AT+CFUN=4"
    radio_on: str = "AT+CFUN=1"
    reset: str | None = None
    roaming: Setting | None = None
    any_technology: Setting | None = None  # the radio may use whatever it has


class Technology(Enum):
    """An access technology that a radio has; LTE-M and NB-IoT are kinds of E-UTRAN."""

    GSM = "gsm"
    UTRAN = "utran"
    EUTRAN = "eutran"


class Effect(Enum):
    """What a command of a family does to the modem, apart from its answer."""

    RESTART = "restart"
    POWER_OFF = "power-off"  # it stays off until somebody switches it on


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a modem says unasked, and when: seconds from what it belongs to."""

    after_s: float
    line: str


# What stands in braces in the lines of an answer and of what is said unasked. {apn} is the name
# that the network gave the attach context and {ip} its address, empty and 0.0.0.0 without one;
# {value} is the setting of the command itself, {plmn} the network as "00101".
TEMPLATE_NAMES = frozenset(
    (
        "imei",
        "imsi",
        "iccid",
        "msisdn",
        "manufacturer",
        "model",
        "revision",
        "apn",
        "ip",
        "rssi",
        "plmn",
        "area",
        "cell",
        "value",
    )
)
# And in `OwnCommand.shows`, and as the parameters in `OwnCommand.context`.
CONTEXT_NAMES = frozenset(("cid", "type", "apn", "user", "password", "auth"))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one form of a command: its lines, and what happens then.

    `then` is said unasked, in seconds after the final result.
    """

    lines: tuple[str, ...] = ()
    then: tuple[Said, ...] = ()
    effect: Effect | None = None
    final: str = "OK"


@dataclass(frozen=True, slots=True)
class Kept:
    """A setting that lives in the flash, or until the next restart where it is `volatile`.

    `default` holds the values that a read shows; a write replaces as many of them as it has, from
    the first on, and what it says beyond them is an instruction ("take effect at once"), not a
    value. `allowed` is what the test form shows, "(1,2,255),(0,1)"; empty: any value is taken.
    """

    default: tuple[str, ...]
    allowed: str = ""
    volatile: bool = False


@dataclass(frozen=True, slots=True)
class OwnCommand:
    """A command that no standard has: what each of its forms answers.

    A form that isn't there is refused, but for the test form (3GPP TS 27.007 4.3). What may stand
    behind the `=`, one of:

    * `setting`: a value, which `?` reads (as `shown` has it for that value);
    * `set`: these texts and no other, each with its answer; a `setting` is set as well;
    * `keys`: `<key>` reads and `<key>,<value>...` writes one of several settings;
    * `context`: parameters by name. cid, type (a place in `types`), apn, user, password and auth
      write that context, or the one of the attach where no cid is among them; "-" is passed over,
      and what is left out is blank afterwards. `shows` is the context as `=<cid>` shows it and
      `lists` as `?` does, without them there is no such form; `only_inactive`: refused while the
      context is active or undefined.
    """

    run: Answer | None = None
    read: Answer | None = None
    test: Answer | None = None
    set: Mapping[str, Answer] = field(default_factory=dict)
    setting: Kept | None = None
    shown: Mapping[str, Answer] = field(default_factory=dict)
    keys: Mapping[str, Kept] = field(default_factory=dict)
    context: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    shows: str = ""
    lists: str = ""
    only_inactive: bool = False


CHARSETS = ("GSM", "IRA", "UCS2", "HEX", "8859-1")  # what a simulated modem can write


@dataclass(frozen=True, slots=True)
class SimulatorPart:
    """How a simulated modem of the family presents itself; the defaults are the standard's.

    Times are in seconds from power on. `boot_s` is when it begins to listen: what is typed before
    is lost. `boot_urcs` may come before that (a boot loader) or after it.
    """

    manufacturer: str = "modem-helper"
    model: str = "SIMULATED"
    revision: str = "1.0"
    ati: tuple[str, ...] = ()
    cgmr: tuple[str, ...] = ()  # lines of +CGMR where they are more than the revision
    gcap: str = "+CGSM"
    technologies: tuple[Technology, ...] = (Technology.GSM, Technology.UTRAN, Technology.EUTRAN)
    boot_s: float = 1.0
    boot_urcs: tuple[Said, ...] = (
        Said(1.0, "RDY"),
        Said(1.0, "+CPIN: READY"),
        Said(1.0, "SMS DONE"),
    )
    sim_busy_s: float = 0.0  # from power on; +CME ERROR: 14 until then
    echo: bool = True
    cmee: int = 0
    cnmi: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    prompt: bytes = b"\r\n> "
    unknown_command: str | None = None  # the final result; None: +CME ERROR: 100, by +CMEE
    lacks: tuple[str, ...] = ()  # commands of the standards that it doesn't have
    commands: Mapping[str, OwnCommand] = field(default_factory=dict)
    functionalities: tuple[int, ...] = (0, 1, 4)  # <fun> of +CFUN
    restarts: tuple[int, ...] = ()  # those of them that restart the modem
    # What follows <n> or the prefix in +CREG and its like while the location is told (27.007 7.2)
    located: str = '{stat},"{area}","{cell}",{act}'
    memories: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = (
        ("SM", "ME"),
        ("SM", "ME"),
        ("SM", "ME"),
    )
    sizes: Mapping[str, int] = field(default_factory=lambda: {"SM": 40, "ME": 100})
    aliases: Mapping[str, str] = field(default_factory=dict)
    default_memory: str = "ME"
    cnmi_test: str = "(0-2),(0-3),(0,2),(0-2),(0,1)"
    message_formats: tuple[int, ...] = (0, 1)  # +CMGF: PDU, text
    charsets: tuple[str, ...] = CHARSETS  # +CSCS
    default_charset: str = "IRA"
    empty_alpha: str = ""  # <alpha> of a sender who isn't in the phone book
    header_in_text: bool = False  # text mode shows a part's user data header, and all in hex
    storage_full: str | None = None  # said once when a message finds no room; {memory}
    own_contexts: Mapping[int, str] = field(default_factory=dict)  # APNs by cid, the module's own
    card_off_in_minimum: bool = False  # +CFUN=0 takes the power from the card, too
    keeps_contexts: bool = True  # contexts and logins over a restart
    auth_read_back: bool = True
    # Oddities, each by its name
    locked_memories: tuple[str, ...] = ()  # listed and selected, but reading them ends in 321
    report_announced_in: str | None = None  # +CDSI names this memory, and the index 0
    cpms_set_names: bool = False  # +CPMS= answers as +CPMS? does
    cmgr_on_one_line: bool = False  # header and PDU with a blank between
    empty_slot_is_ok: bool = False  # +CMGR of an empty slot ends in OK alone
    lower_cased: tuple[str, ...] = ()  # "at+cmgl=?" is answered "+cmgl: (0-4)" for these
    stored_twice: bool = False  # each message under two indices
    urcs_within_answers: bool = False  # they don't wait for the line to be free
    background_urcs: tuple[Said, ...] = ()  # each again and again, every so many seconds,
    background_off: str = ""  # unless this setting has this value: "^CURC=0"


@dataclass(frozen=True, slots=True)
class Profile:
    """A modem family: how it is recognised, and both its parts.

    `cgmi` are the manufacturer's names, compared whole and without case; `cgmm` are regular
    expressions for the model. Both empty is the generic profile, which fits whatever nothing else
    does. `sources` has the path of each field that differs from the generic one, and of each
    command: "driver.reset", "simulator.commands.+QCFG".
    """

    name: str
    title: str
    cgmi: tuple[str, ...] = ()
    cgmm: tuple[str, ...] = ()
    driver: DriverPart = DriverPart()
    simulator: SimulatorPart = SimulatorPart()
    sources: Mapping[str, Source] = field(default_factory=dict)
