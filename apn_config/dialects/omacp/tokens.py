"""The tokens of a provisioning document (PROV 1.0 with those of 1.1), both code pages. Pure data.

WAP-183-ProvCont 8 and OMA-WAP-TS-ProvCont-V1_1 7, as libwbxml (src/wbxml_tables.c) and Kannel
(gw/ota_compiler.c) have them. Where the implementations differ, the standard's spelling is taken:
TETRA-SDS (libwbxml: TRETRA-SDS), CDMA2000-1X-... with a one, DELIVERY-ERR-SDU, AUTOBAUDING. No
token stands for a PDP type: such a message can't ask for IPv6.
"""

from __future__ import annotations

from typing import NamedTuple


class AttributeStart(NamedTuple):
    """What a token begins: an attribute, with the beginning of its value."""

    name: str
    prefix: str = ""


Page = dict[int, str]

PUBLIC_ID = "-//WAPFORUM//DTD PROV 1.0//EN"
PUBLIC_ID_TOKEN = 0x0B
ROOT, CHARACTERISTIC, PARM = "wap-provisioningdoc", "characteristic", "parm"

# Global tokens (WBXML 1.3, 7.1). Those of tags have two flags more.
SWITCH_PAGE, END, ENTITY, STR_I, LITERAL = range(5)
EXT_I, PI, EXT_T, STR_T, EXT, OPAQUE = 0x40, 0x43, 0x80, 0x83, 0xC0, 0xC3
HAS_ATTRIBUTES, HAS_CONTENT = 0x80, 0x40
FIRST_TOKEN = 5
"""The lowest number, without those flags, that isn't a global token's."""


def _page(first: int, names: str) -> Page:
    """Names with consecutive numbers; a dash keeps one free."""
    return {first + i: name for i, name in enumerate(names.split()) if name != "-"}


_TAGS = {0x06: CHARACTERISTIC, 0x07: PARM}
TAGS: dict[int, Page] = {0: {0x05: ROOT, **_TAGS}, 1: _TAGS}

_NAMES_0 = _page(
    0x07,
    """
    NAME NAP-ADDRESS NAP-ADDRTYPE CALLTYPE VALIDUNTIL AUTHTYPE AUTHNAME AUTHSECRET LINGER BEARER
    NAPID COUNTRY NETWORK INTERNET PROXY-ID PROXY-PROVIDER-ID DOMAIN PROVURL PXAUTH-TYPE PXAUTH-ID
    PXAUTH-PW STARTPAGE BASAUTH-ID BASAUTH-PW PUSHENABLED PXADDR PXADDRTYPE TO-NAPID PORTNBR SERVICE
    LINKSPEED DNLINKSPEED LOCAL-ADDR LOCAL-ADDRTYPE CONTEXT-ALLOW TRUST MASTER SID SOC WSP-VERSION
    PHYSICAL-PROXY-ID CLIENT-ID DELIVERY-ERR-SDU DELIVERY-ORDER TRAFFIC-CLASS MAX-SDU-SIZE
    MAX-BITRATE-UPLINK MAX-BITRATE-DNLINK RESIDUAL-BER SDU-ERROR-RATIO TRAFFIC-HANDL-PRIO
    TRANSFER-DELAY GUARANTEED-BITRATE-UPLINK GUARANTEED-BITRATE-DNLINK PXADDR-FQDN PROXY-PW
    PPGAUTH-TYPE - - - - - - - PULLENABLED DNS-ADDR MAX-NUM-RETRY FIRST-RETRY-TIMEOUT
    REREG-THRESHOLD T-BIT - AUTH-ENTITY SPI
    """,
)
_NAMES_1 = {
    0x07: "NAME", 0x14: "INTERNET", 0x1C: "STARTPAGE", 0x22: "TO-NAPID", 0x23: "PORTNBR",
    0x24: "SERVICE",
    **_page(
        0x2E,
        """
        AACCEPT AAUTHDATA AAUTHLEVEL AAUTHNAME AAUTHSECRET AAUTHTYPE ADDR ADDRTYPE APPID APROTOCOL
        PROVIDER-ID TO-PROXY URI RULE
        """,
    ),
}  # fmt: skip
_TYPES_0 = _page(
    0x51,
    """
    PXLOGICAL PXPHYSICAL PORT VALIDITY NAPDEF BOOTSTRAP VENDORCONFIG CLIENTIDENTITY PXAUTHINFO
    NAPAUTHINFO ACCESS
    """,
)
_TYPES_1 = {
    0x53: "PORT", 0x55: "APPLICATION", 0x56: "APPADDR", 0x57: "APPAUTH", 0x58: "CLIENTIDENTITY",
    0x59: "RESOURCE",
}  # fmt: skip


def _starts(names: Page, types: Page) -> dict[int, AttributeStart]:
    bare = {0x05: "name", 0x06: "value", 0x50: "type"}
    return (
        {token: AttributeStart(name) for token, name in bare.items()}
        | {token: AttributeStart("name", value) for token, value in names.items()}
        | {token: AttributeStart("type", value) for token, value in types.items()}
    )


_VERSIONS = {0x45: AttributeStart("version"), 0x46: AttributeStart("version", "1.0")}
ATTRIBUTE_STARTS: dict[int, dict[int, AttributeStart]] = {
    0: _starts(_NAMES_0, _TYPES_0) | _VERSIONS,
    1: _starts(_NAMES_1, _TYPES_1),
}

_VALUES_0 = (
    _page(0x85, "IPV4 IPV6 E164 ALPHA APN SCODE TETRA-ITSI MAN")
    | _page(
        0x90,
        "ANALOG-MODEM V.120 V.110 X.31 BIT-TRANSPARENT DIRECT-ASYNCHRONOUS-DATA-SERVICE",
    )
    | _page(0x9A, "PAP CHAP HTTP-BASIC HTTP-DIGEST WTLS-SS MD5")
    # 3G-GSM and WLAN are Kannel's alone.
    | _page(
        0xA2,
        """
        GSM-USSD GSM-SMS ANSI-136-GUTS IS-95-CDMA-SMS IS-95-CDMA-CSD IS-95-CDMA-PACKET ANSI-136-CSD
        ANSI-136-GPRS GSM-CSD GSM-GPRS AMPS-CDPD PDC-CSD PDC-PACKET IDEN-SMS IDEN-CSD IDEN-PACKET
        FLEX/REFLEX PHS-SMS PHS-CSD TETRA-SDS TETRA-PACKET ANSI-136-GHOST MOBITEX-MPAK
        CDMA2000-1X-SIMPLE-IP CDMA2000-1X-MOBILE-IP 3G-GSM WLAN
        """,
    )
    | {0xC5: "AUTOBAUDING"}
    | _page(0xCA, "CL-WSP CO-WSP CL-SEC-WSP CO-SEC-WSP CL-SEC-WTA CO-SEC-WTA")
    | _page(0xD0, "OTA-HTTP-TO OTA-HTTP-TLS-TO OTA-HTTP-PO OTA-HTTP-TLS-PO")
    | _page(0xE0, "AAA HA")
)
_VALUES_1 = {
    0x86: "IPV6", 0x87: "E164", 0x88: "ALPHA", 0x8D: "APPSRV", 0x8E: "OBEX",
    0x90: ",", 0x91: "HTTP-", 0x92: "BASIC", 0x93: "DIGEST",
}  # fmt: skip
ATTRIBUTE_VALUES: dict[int, Page] = {0: _VALUES_0, 1: _VALUES_1}

# MIBenum (IANA) to how Python calls it, and the octets that a string ends with.
CHARSETS = {3: ("ascii", 1), 4: ("latin-1", 1), 106: ("utf-8", 1), 1000: ("utf-16-be", 2)}
