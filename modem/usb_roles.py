"""Which interface of a USB modem is what: a table of ids. Pure.

By the port types of ModemManager 9a2d586 (src/plugins/*/77-mm-*.rules); what isn't here is asked.
The same id may be given to several products, so a role says where to ask first, where not to ask of
one's own accord, and what to say of a mute port; a port that is named is asked whatever it is.
"""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What a port is for."""

    AT = "AT commands"
    AT2 = "AT commands, too"
    PPP = "dialling (ppp)"
    DIAG = "diagnostics"
    GNSS = "GNSS positions"
    AUDIO = "audio"
    OTHER = "no AT commands"


# Makers of modules and what their USB ids begin with (the kernel's option.c and qcserial.c).
MAKERS = {
    "05c6": "Qualcomm",
    "1199": "Sierra Wireless",
    "12d1": "Huawei",
    "1508": "Fibocom",
    "1546": "u-blox",
    "1782": "Spreadtrum",
    "19d2": "ZTE",
    "1bc7": "Telit",
    "1e0e": "SIMCom",
    "1e2d": "Cinterion",
    "2c7c": "Quectel",
    "2cb7": "Fibocom",
    "8087": "Intel",
}
# Their ids are shared with what is no modem: hubs, Bluetooth, receivers of GNSS.
_ALSO_OTHERS = frozenset({"05c6", "1546", "1782", "8087"})
# USB-to-serial converters, at whose other end a modem may be.
CONVERTERS = {
    "0403": "FTDI",
    "067b": "Prolific",
    "10c4": "Silicon Labs",
    "1a86": "WCH",
}

_LAYOUTS: tuple[tuple[tuple[str, ...], dict[int, Role]], ...] = (
    (("05c6:908b",), {0: Role.OTHER, 1: Role.AT, 2: Role.AT2, 3: Role.OTHER}),
    (
        (
            "1199:68c0",
            "1199:9071",
            "1199:9079",
            "1199:9091",
        ),
        {0: Role.DIAG, 2: Role.GNSS, 3: Role.AT},
    ),
    (("1199:c001",), {0: Role.AT, 2: Role.PPP, 4: Role.GNSS}),
    (
        ("1782:4d10",),
        {
            0: Role.AT,
            1: Role.OTHER,
            2: Role.OTHER,
            3: Role.OTHER,
            4: Role.OTHER,
            5: Role.AT2,
            6: Role.AT2,
        },
    ),
    (
        ("1782:4d11",),
        {
            2: Role.AT,
            3: Role.OTHER,
            4: Role.OTHER,
            5: Role.OTHER,
            6: Role.OTHER,
            7: Role.AT2,
            8: Role.AT2,
        },
    ),
    (
        (
            "1bc7:1031",
            "1bc7:1033",
            "1bc7:1101",
            "1bc7:110a",
        ),
        {0: Role.DIAG, 1: Role.AT, 2: Role.AT2},
    ),
    (("1bc7:1201",), {0: Role.DIAG, 3: Role.GNSS, 4: Role.AT, 5: Role.AT2, 6: Role.OTHER}),
    (("1bc7:1204",), {0: Role.DIAG, 4: Role.GNSS, 5: Role.AT, 6: Role.AT2, 7: Role.OTHER}),
    (
        (
            "1bc7:7010",
            "1bc7:7011",
        ),
        {2: Role.OTHER, 3: Role.AT2, 4: Role.AT},
    ),
    (
        (
            "1bc7:7020",
            "1bc7:7021",
        ),
        {2: Role.AT2, 4: Role.OTHER, 6: Role.AT},
    ),
    (("1e0e:9001",), {0: Role.DIAG, 1: Role.GNSS, 2: Role.AT, 3: Role.AT2, 4: Role.AUDIO}),
    (("1e0e:9011",), {2: Role.OTHER, 4: Role.AT, 5: Role.PPP}),
    (("1e0e:9205",), {0: Role.DIAG, 1: Role.GNSS, 2: Role.AT, 3: Role.PPP}),
    (
        ("1e0e:9206",),
        {0: Role.DIAG, 1: Role.GNSS, 2: Role.AT, 3: Role.OTHER, 4: Role.OTHER, 5: Role.PPP},
    ),
    (
        (
            "1e2d:005b",
            "1e2d:005d",
        ),
        {0: Role.AT, 2: Role.AT2, 4: Role.GNSS, 6: Role.OTHER, 8: Role.DIAG},
    ),
    (("1e2d:0061",), {0: Role.PPP, 2: Role.AT, 4: Role.GNSS, 6: Role.OTHER, 8: Role.OTHER}),
    (
        (
            "1e2d:0069",
            "1e2d:006f",
        ),
        {0: Role.AT, 2: Role.AT2, 4: Role.GNSS, 6: Role.DIAG},
    ),
    (
        (
            "2c7c:0121",
            "2c7c:0125",
            "2c7c:0191",
            "2c7c:0195",
            "2c7c:0296",
        ),
        {0: Role.DIAG, 1: Role.GNSS, 2: Role.AT, 3: Role.AT2},
    ),
    (("2cb7:0007",), {2: Role.AT, 4: Role.OTHER, 6: Role.AT2}),
    (("8087:095a",), {0: Role.AT, 2: Role.OTHER, 4: Role.AT2}),
)
_ROLES = {ids: roles for group, roles in _LAYOUTS for ids in group}


def role_of(vendor: str, product: str, interface: str) -> Role | None:
    """What that interface is, all in the kernel's hex digits; None where nobody has written it."""
    try:
        number = int(interface, 16)
    except ValueError:
        return None
    return _ROLES.get(f"{vendor}:{product}", {}).get(number)


def may_be_modem(vendor: str, product: str) -> bool:
    """Do the ids speak for a modem?"""
    return f"{vendor}:{product}" in _ROLES or (vendor in MAKERS and vendor not in _ALSO_OTHERS)
