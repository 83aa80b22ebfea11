"""The values that the rest of this package speaks of. Nothing here does anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


class AuthType(Enum):
    """How a context's user and password are given to the network."""

    NONE = "none"
    PAP = "pap"
    CHAP = "chap"
    EITHER = "pap-or-chap"  # some modems have it; it is restored, never asked for


class PdpType(Enum):
    """The type of a PDP context (3GPP TS 27.007 10.1.1)."""

    IP = "ip"
    IPV6 = "ipv6"
    IPV4V6 = "ipv4v6"


@dataclass(frozen=True, slots=True)
class Credentials:
    """User, password and how they are given. The password is in no repr.

    `swapped`: the modem takes the two in the other order than its family's profile says, which is
    known once it worked so (the sources for u-blox SARA-R4 disagree).
    """

    auth: AuthType = AuthType.NONE
    user: str = ""
    password: str = field(default="", repr=False)
    swapped: bool = False


NO_CREDENTIALS = Credentials()


@dataclass(frozen=True, slots=True)
class Apn:
    """What a context is set to. `credentials` is None where nobody can tell what they are."""

    name: str
    type: PdpType = PdpType.IP
    credentials: Credentials | None = NO_CREDENTIALS


@dataclass(frozen=True, slots=True)
class ApnRequest:
    """What a command asks of a context. None is "as it is", the empty string is "cleared".

    With `trial_s` it goes back by itself after so many seconds, unless it is kept.
    """

    name: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    auth: AuthType | None = None
    type: PdpType | None = None
    cid: int | None = None
    trial_s: float | None = None


class Verb(Enum):
    """What a command does; the values are the plain dialect's words, as the journal shows them.

    A changing verb touches the device. A repeatable one may be run again after a crash without
    harm; one that isn't is started at most once.
    """

    APN_READ = "APN"
    APN_SET = "APN SET"
    APN_ROLLBACK = "APN ROLLBACK"
    APN_KEEP = "APN KEEP"
    APN_HISTORY = "APN HISTORY"
    STATUS = "STATUS"
    SIGNAL = "SIGNAL"
    PING = "PING"
    HELP = "HELP"
    NETWORK = "NETWORK"
    NETWORK_SCAN = "NETWORK SCAN"
    NETWORK_SELECT = "NETWORK SELECT"
    SMSC = "SMSC"
    SMSC_SET = "SMSC SET"
    REBOOT_MODEM = "REBOOT MODEM"
    REBOOT_HOST = "REBOOT HOST"
    SYNC = "SYNC"
    """Tells a device that lost its counters the next one, with the code that it asked for."""
    OWN = "OWN"
    """One of the configuration's own; its name is the first of the command's words."""

    @property
    def changing(self) -> bool:
        """Does it change the device?"""
        return self in _CHANGING

    @property
    def repeatable(self) -> bool:
        """May it be run twice?"""
        return self not in _ONCE


_ONCE = frozenset({Verb.REBOOT_MODEM, Verb.REBOOT_HOST, Verb.SMSC_SET, Verb.OWN})
_CHANGING = _ONCE | {Verb.APN_SET, Verb.APN_ROLLBACK, Verb.APN_KEEP, Verb.NETWORK_SELECT}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a message says it is from: digits, + where international, or a name; may be empty."""

    address: str
    alphanumeric: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What an SMS says: a text or octets, and the port it was addressed to, where it names one
    (3GPP TS 23.040 9.2.3.24.4). Neither is in a repr: both may hold secrets.
    """

    text: str | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """What a modem says of itself and of its card; empty where it isn't known."""

    imei: str = ""
    iccid: str = ""
    imsi: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class PinWord:
    """The word that the plain dialect's commands are given with."""

    word: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetupCode:
    """The code of the first contact, in the place of a PIN word."""

    word: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Password:
    """A dialect's own password, with a login name where it has one."""

    word: str = field(repr=False)
    login: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signed command ends with (docs/signed-commands.md): `mac` signs `text`, which is
    normalised, and `counter`.
    """

    text: str = field(repr=False)
    counter: int
    mac: str


class Security(Enum):
    """What the MAC of an OMA CP message is made with (OMA-WAP-TS-ProvBoot 6): its SEC."""

    NETWPIN = "netwpin"
    USERPIN = "userpin"
    USERNETWPIN = "usernetwpin"
    USERPINMAC = "userpinmac"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Mac:
    """The proof of an OMA CP message: `mac` (20 octets, or none) is over `body`."""

    security: Security
    mac: bytes = field(repr=False)
    body: bytes = field(repr=False)


Proof: TypeAlias = PinWord | SetupCode | Password | Signature | Mac


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is to be worded: in which dialect, with what of the question repeated.

    `echo` is the dialect's own. `counter` and `key` (its fingerprint) are those of a signed
    command, whose answer may be signed, too, for the card `iccid` that it was for. It outlives the
    message, so no secret is in it.
    """

    dialect: str = "plain"
    tag: str | None = None
    echo: tuple[str, ...] = ()
    counter: int | None = None
    key: str | None = None
    iccid: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A message that a dialect has understood.

    `proof` is what it says to prove that it may; `device` the device it names, where the dialect
    has that. `words` are the arguments of verbs other than APN. `echo`: see `Form`.
    """

    verb: Verb
    tag: str | None = None
    request: ApnRequest | None = None
    proof: Proof | None = field(default=None, repr=False)
    dialect: str = "plain"
    words: tuple[str, ...] = field(default=(), repr=False)
    echo: tuple[str, ...] = ()
    device: str | None = None

    @property
    def secret(self) -> bool:
        """Does it hold a PIN word or a password, or an argument that may be one?"""
        bare = self.proof is None or isinstance(self.proof, Signature)
        own = self.verb is Verb.OWN and len(self.words) > 1
        return own or not bare or bool(self.request and self.request.password)

    @property
    def form(self) -> Form:
        """How its answer is to be worded."""
        counter = self.proof.counter if isinstance(self.proof, Signature) else None
        return Form(self.dialect, self.tag, self.echo, counter)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that is meant for us and can't be carried out.

    `verb` is the first word of the verb where it was understood ("APN"), `at` the position of the
    offence, as the dialect counts it.
    """

    reason: str
    tag: str | None = None
    verb: str | None = None
    at: int | None = None
    proof: Proof | None = field(default=None, repr=False)
    dialect: str = "plain"
    echo: tuple[str, ...] = ()
    device: str | None = None

    @property
    def form(self) -> Form:
        """How its answer is to be worded."""
        counter = self.proof.counter if isinstance(self.proof, Signature) else None
        return Form(self.dialect, self.tag, self.echo, counter)


@dataclass(frozen=True, slots=True)
class NotForUs:
    """A message that no dialect claims; `why` is for the log."""

    why: str


Parsed: TypeAlias = Command | Malformed | NotForUs


class Result(Enum):
    """How a command ended; the values are the first words of the plain dialect's answers."""

    OK = "OK"
    ERR = "ERR"
    ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command, before a dialect puts it into words.

    `name` is the APN it was about, `kept` the one in force after a ROLLBACK. `pairs` are what is
    told beside, the more important first: reg, rat, rssi, rsrp, rsrq, apn, ip, op ... `apn` is what
    was read. `word` is the verb's first word where that was at fault, `at` the place in the text.
    `text` is what a program or the help says. No password may be put into words.
    """

    result: Result
    verb: Verb | None = None
    name: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    reason: str | None = None
    kept: str | None = None
    word: str | None = None
    at: int | None = None
    apn: Apn | None = None
    text: str | None = None
