"""PDP contexts: +CGDCONT, +CGACT, +CGPADDR, +CGCONTRDP, +CGAUTH (27.007 10.1), and +QICSGP."""

from __future__ import annotations

import ipaddress
import re

from modem.at.command import Command
from modem.at.events import Response
from modem.at.parameters import quote, split
from modem.commands.answer import bodies, first_body, integer, nonsense
from modem.errors import MisuseError
from modem.profiles.model import AuthOrder
from modem.values import NO_AUTH, ContextAuth, ContextSettings, PdpContext

# TS 24.008 11.2.2: T3380, 30 s, expires five times before an activation is given up; five seconds
# more for the modem.
ACTIVATION_TIMEOUT_S = 155.0
# Written to flash by several families.
WRITE_TIMEOUT_S = 10.0

_TYPE = re.compile(r"[A-Za-z0-9-]{1,16}")
_MAX_CID = 255
# What the network adds to the name that was asked for (TS 23.003 9.1.2).
_OPERATOR_IDENTIFIER = re.compile(r"\.mnc[0-9]{2,3}\.mcc[0-9]{3}\.gprs$", re.IGNORECASE)
_CGCONTRDP = re.compile(r'\s*([0-9]{1,3})\s*,[^,]*,\s*(?:"([^"]*)"|([^",\s]*))(.*)', re.DOTALL)

QICSGP_TYPES: dict[str, int] = {"IP": 1, "IPV6": 2, "IPV4V6": 3}


def cgdcont_read() -> Command:
    """AT+CGDCONT?"""
    return Command("AT+CGDCONT?", ("+CGDCONT",))


def parse_cgdcont(response: Response) -> tuple[PdpContext, ...]:
    """The contexts that are defined, in the modem's order; none is a legitimate answer."""
    found: list[PdpContext] = []
    for text in bodies(response, "+CGDCONT"):
        fields = [*split(text), None, None, None, None]
        cid = integer(fields[0])
        if cid is None:
            raise nonsense(response, '+CGDCONT: <cid>,"<type>","<apn>",...')
        found.append(
            PdpContext(cid, fields[1] or "", fields[2] or "", parse_address(fields[3] or ""))
        )
    return tuple(found)


def cgdcont_write(settings: ContextSettings) -> Command:
    """AT+CGDCONT=<cid>,"<type>","<apn>"; without a type, AT+CGDCONT=<cid>, which undefines it.

    MisuseError for what can't stand there.
    """
    if not settings.type:
        return Command(f"AT+CGDCONT={_cid(settings.cid)}", timeout_s=WRITE_TIMEOUT_S)
    if not _TYPE.fullmatch(settings.type):
        raise MisuseError(f"no type of context: {settings.type!r}")
    return Command(
        f"AT+CGDCONT={_cid(settings.cid)},{quote(settings.type)},{quote(settings.apn)}",
        timeout_s=WRITE_TIMEOUT_S,
    )


def cgact_read() -> Command:
    """AT+CGACT?"""
    return Command("AT+CGACT?", ("+CGACT",))


def parse_cgact(response: Response) -> frozenset[int]:
    """The cids that are active."""
    active: set[int] = set()
    for text in bodies(response, "+CGACT"):
        cid, _, state = text.partition(",")
        number = integer(cid)
        if number is None or integer(state) is None:
            raise nonsense(response, "+CGACT: <cid>,<state>")
        if integer(state) == 1:
            active.add(number)
    return frozenset(active)


def cgact(active: bool, cid: int) -> Command:
    """AT+CGACT=<state>,<cid>"""
    return Command(f"AT+CGACT={int(active)},{_cid(cid)}", timeout_s=ACTIVATION_TIMEOUT_S)


def cgpaddr(cid: int) -> Command:
    """AT+CGPADDR=<cid>"""
    return Command(f"AT+CGPADDR={_cid(cid)}", ("+CGPADDR",))


def parse_cgpaddr(response: Response, cid: int) -> str | None:
    """The context's address; of two the first that is one."""
    for text in bodies(response, "+CGPADDR"):
        number, *addresses = [*split(text), None]
        if integer(number) == cid:
            return next(filter(None, (parse_address(item or "") for item in addresses)), None)
    return None


def cgcontrdp(cid: int) -> Command:
    """AT+CGCONTRDP=<cid>"""
    return Command(f"AT+CGCONTRDP={_cid(cid)}", ("+CGCONTRDP",))


def parse_cgcontrdp(response: Response, cid: int) -> tuple[str | None, str | None]:
    """APN and address that the network gave; None and None without an active context.

    The name comes without the operator's identifier. The fields behind it are divided by commas
    or blanks, quoted or not: an RG650E mixes all of it within a line, an RG501Q quotes nothing.
    """
    apn: str | None = None
    for text in bodies(response, "+CGCONTRDP"):
        match = _CGCONTRDP.match(text)
        if match is None or integer(match[1]) != cid:
            continue
        name = match[2] if match[2] is not None else match[3]
        apn = apn or _OPERATOR_IDENTIFIER.sub("", name) or None
        # The first field is the local address; what follows are gateway and name servers.
        first = re.split(r"[,\s]+", match[4].strip(", \t"), maxsplit=1)[0]
        address = None if _is_empty_field(match[4]) else parse_address(first.strip('"'))
        if address:
            return apn, address
    return apn, None


def _is_empty_field(rest: str) -> bool:
    fields = rest.split(",", 2)
    return len(fields) > 1 and not fields[0].strip() and not fields[1].strip(' "')


def same_apn(one: str, other: str) -> bool:
    """Are two names the same to the network? Case and the operator's identifier don't count."""
    return _plain_apn(one) == _plain_apn(other)


def _plain_apn(name: str) -> str:
    return _OPERATOR_IDENTIFIER.sub("", name).casefold()


def parse_address(text: str) -> str | None:
    """An address in any of the forms of 27.007 10.1.23; None for "0.0.0.0", "::" and what is none.

    IPv6 also comes as 16 decimal numbers, and a mask may follow either, as more numbers or
    behind a slash.
    """
    text = text.strip().strip('"').split("/", 1)[0].strip()
    numbers = text.split(".")
    packed: bytes | None = None
    if len(numbers) in (4, 8, 16, 32) and all(
        (value := integer(item)) is not None and value <= 255 for item in numbers
    ):
        octets = bytes(int(item) for item in numbers)
        packed = octets[:4] if len(octets) <= 8 else octets[:16]
    try:
        address = ipaddress.ip_address(packed if packed is not None else text)
    except ValueError:
        return None
    return None if address.is_unspecified else str(address)


def cgauth_read() -> Command:
    """AT+CGAUTH?"""
    return Command("AT+CGAUTH?", ("+CGAUTH",), secret=True)


def parse_cgauth(response: Response, cid: int, order: AuthOrder) -> ContextAuth:
    """How the context is authenticated. A context that the answer leaves out has no credentials.

    One word alone is the user, in both orders: Sierra and Cinterion give no password back.
    """
    for text in bodies(response, "+CGAUTH"):
        number, kind, first, second = (*split(text), None, None, None, None)[:4]
        if integer(number) != cid:
            continue
        auth = integer(kind)
        if auth is None:
            raise nonsense(response, "+CGAUTH: <cid>,<type>,...")
        if second is None:
            return ContextAuth(auth, first or "", "" if auth == 0 else None)
        return _in_order(auth, first or "", second, order)
    return NO_AUTH


def cgauth_write(cid: int, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT+CGAUTH=<cid>,<type>[,two words in that order]; without words where the type is none."""
    return _login("+CGAUTH", cid, auth, order)


def pdpauth_write(cid: int, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT#PDPAUTH=<cid>,<type>[,two words in that order] (oFono drivers/he910modem)."""
    return _login("#PDPAUTH", cid, auth, order)


def uauthreq_write(cid: int, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT+UAUTHREQ=<cid>,<type>,two words in that order, empty where the type is none.

    A SARA-R5 wants them even then (ubxlib 0237d5d, cell/src/u_cell_net.c l.1590).
    """
    return _login("+UAUTHREQ", cid, auth, order, always_words=True)


def authdata_write(cid: int, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT^AUTHDATA=<cid>,<type>,"",two words in that order; the empty field is for a network.

    HiSilicon's AT source: AT^AUTHDATA=<cid>[,<type>[,<plmn>[,<password>,<user>]]].
    """
    text = f"AT^AUTHDATA={_cid(cid)},{_auth_type(auth)}"
    if auth.type:
        text = f'{text},"",{_words(auth, order)}'
    return Command(text, timeout_s=WRITE_TIMEOUT_S, secret=True)


def authdata_read() -> Command:
    """AT^AUTHDATA?: the answer holds the password in clear."""
    return Command("AT^AUTHDATA?", ("^AUTHDATA",), secret=True)


def parse_authdata(response: Response, cid: int, order: AuthOrder) -> ContextAuth:
    """`^AUTHDATA: <cid>,<type>,"<password>","<user>",<network>`, a line a context."""
    for text in bodies(response, "^AUTHDATA"):
        number, kind, first, second = (*split(text), None, None, None, None)[:4]
        if integer(number) != cid:
            continue
        auth = integer(kind)
        if auth is None:
            raise nonsense(response, "^AUTHDATA: <cid>,<type>,...")
        return _in_order(auth, first or "", second or "", order)
    return NO_AUTH


def cncfg_read() -> Command:
    """AT+CNCFG?: the answer holds the password in clear."""
    return Command("AT+CNCFG?", ("+CNCFG",), secret=True)


def parse_cncfg(response: Response, order: AuthOrder) -> ContextAuth:
    """`+CNCFG: 0,<type>,"<apn>","<user>","<password>",<auth>`, a line an index; that of 0."""
    for text in bodies(response, "+CNCFG"):
        fields = [*split(text), None, None, None, None, None, None]
        auth = integer(fields[5])
        if integer(fields[0]) == 0 and auth is not None:
            return _in_order(auth, fields[3] or "", fields[4] or "", order)
    return NO_AUTH


# TinyGSM src/TinyGsmClientSIM7080.h l.302 has 1 for IP; 0 is what a module has from the factory
# (`+CNCFG: 0,0,"","","",0`), both kinds of address.
_CNCFG_TYPES = {"IP": 1, "IPV4V6": 0}


def cncfg_write(settings: ContextSettings, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT+CNCFG=0 with all its fields (TinyGSM src/TinyGsmClientSIM7080.h l.302)."""
    kind = _CNCFG_TYPES.get(settings.type.upper())
    if kind is None:
        raise MisuseError(f"+CNCFG has no known type of context for {settings.type!r}")
    words = _words(auth, order) if auth.type else '"",""'
    return Command(
        f"AT+CNCFG=0,{kind},{quote(settings.apn)},{words},{_auth_type(auth)}",
        timeout_s=WRITE_TIMEOUT_S,
        secret=True,
    )


def cnact() -> Command:
    """AT+CNACT=0,1: the module's own context, index 0."""
    return Command("AT+CNACT=0,1", timeout_s=ACTIVATION_TIMEOUT_S)


def cnact_read() -> Command:
    """AT+CNACT?"""
    return Command("AT+CNACT?", ("+CNACT",))


def parse_cnact(response: Response) -> str | None:
    """The address of the module's own context 0; None where it isn't active."""
    for text in bodies(response, "+CNACT"):
        index, state, address = (*split(text), None, None, None)[:3]
        if (integer(index), integer(state)) == (0, 1):
            return parse_address(address or "")
    return None


def _in_order(auth: int, first: str, second: str, order: AuthOrder) -> ContextAuth:
    if order is AuthOrder.USER_FIRST:
        return ContextAuth(auth, first, second)
    return ContextAuth(auth, second, first)


def _words(auth: ContextAuth, order: AuthOrder) -> str:
    """User and password, quoted, in that order."""
    words = [quote(auth.user), quote(_password(auth))]
    if order is AuthOrder.PASSWORD_FIRST:
        words.reverse()
    return ",".join(words)


def _login(
    name: str, cid: int, auth: ContextAuth, order: AuthOrder, *, always_words: bool = False
) -> Command:
    text = f"AT{name}={_cid(cid)},{_auth_type(auth)}"
    if auth.type or always_words:
        words = _words(auth, order) if auth.type else '"",""'
        text = f"{text},{words}"
    return Command(text, timeout_s=WRITE_TIMEOUT_S, secret=True)


def qicsgp_read(cid: int) -> Command:
    """AT+QICSGP=<cid>: the answer holds the password in clear."""
    return Command(f"AT+QICSGP={_cid(cid)}", ("+QICSGP",), secret=True)


def parse_qicsgp(response: Response, order: AuthOrder) -> ContextAuth:
    """`+QICSGP: <type>,"<apn>","<user>","<password>",<auth>`; the first field is no cid."""
    fields = split(first_body(response, "+QICSGP"))
    auth = integer(fields[4]) if len(fields) >= 5 else None
    if auth is None:
        raise nonsense(response, "<type>,<apn>,<user>,<password>,<auth>")
    return _in_order(auth, fields[2] or "", fields[3] or "", order)


def qicsgp_write(settings: ContextSettings, auth: ContextAuth, order: AuthOrder) -> Command:
    """AT+QICSGP with all its fields, since it blanks what is left out (EC20, EC200U-CN)."""
    kind = QICSGP_TYPES.get(settings.type.upper())
    if kind is None:
        raise MisuseError(f"+QICSGP has no type of context for {settings.type!r}")
    words = _words(auth, order) if auth.type else '"",""'
    return Command(
        f"AT+QICSGP={_cid(settings.cid)},{kind},{quote(settings.apn)},{words},{_auth_type(auth)}",
        timeout_s=WRITE_TIMEOUT_S,
        secret=True,
    )


def _cid(cid: int) -> int:
    if not 0 <= cid <= _MAX_CID:
        raise MisuseError(f"no context has the number {cid}")
    return cid


def _auth_type(auth: ContextAuth) -> int:
    if not 0 <= auth.type <= 3:
        raise MisuseError(f"no type of authentication has the number {auth.type}")
    return auth.type


def _password(auth: ContextAuth) -> str:
    if auth.password is None:
        raise MisuseError("the context's password is not known, so it can't be written")
    return auth.password
