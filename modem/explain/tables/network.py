"""Networks, registration, signal, saving of power (3GPP TS 27.007 5.9, 7, 8, 10)."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import (
    QUESTION,
    REGISTRATION,
    SETTING,
    T27007,
    TECHNOLOGY,
    Values,
    command,
)

FORMATS: Values = (("0", "long name"), ("1", "short name"), ("2", "number"))
# 3GPP TS 24.008 10.5.5.32, for LTE and LTE-M; the shorter ones aren't for NB-IoT.
EDRX: Values = (
    ('"0000"', "5.12 s"),
    ('"0001"', "10.24 s"),
    ('"0010"', "20.48 s"),
    ('"0011"', "40.96 s"),
    ('"0100"', "61.44 s"),
    ('"0101"', "81.92 s"),
    ('"0110"', "102.4 s"),
    ('"0111"', "122.88 s"),
    ('"1000"', "143.36 s"),
    ('"1001"', "163.84 s"),
    ('"1010"', "5 min 28 s"),
    ('"1011"', "10 min 55 s"),
    ('"1100"', "21 min 51 s"),
    ('"1101"', "43 min 41 s"),
    ('"1110"', "87 min 23 s"),
    ('"1111"', "174 min 46 s"),
)
_REPORTING: Values = (
    ("0", "changes aren't told"),
    ("1", "changes are told"),
    ("2", "changes are told, with place and technology"),
    ("3", "and with the cause of a refusal"),
)
_EPS_REPORTING: Values = (
    *_REPORTING,
    ("4", "with place, technology and the times of power saving"),
    ("5", "all of it"),
)


def _registration(
    name: str, summary: str, clause: str, reporting: Values = _REPORTING
) -> CommandHelp:
    return command(
        name,
        summary,
        f"{T27007} {clause}",
        SETTING,
        Parameter("n", values=reporting),
        answer=(
            Parameter("n", values=reporting),
            Parameter("stat", values=REGISTRATION),
            Parameter("area", "of location, routing or tracking, hexadecimal"),
            Parameter("ci", "the cell, hexadecimal"),
            Parameter("AcT", "technology", TECHNOLOGY),
        ),
    )


TABLE: tuple[CommandHelp, ...] = (
    _registration("+CREG", "Registration for calls, and SMS over them", "7.2"),
    _registration("+CGREG", "Registration for packets, 2G and 3G", "10.1.20"),
    _registration("+CEREG", "Registration for packets, LTE", "10.1.22", _EPS_REPORTING),
    _registration("+C5GREG", "Registration for packets, 5G", "10.1.47"),
    command(
        "+COPS",
        "Networks: which, how chosen; =? searches for minutes",
        f"{T27007} 7.3",
        ('=<mode>,<format>,"<oper>",<AcT>', "?", "=?"),
        Parameter(
            "mode",
            values=(
                ("0", "automatic"),
                ("1", "by hand: <oper>"),
                ("2", "leave the network"),
                ("3", "set nothing but <format>"),
                ("4", "by hand, and automatic if that fails"),
            ),
        ),
        Parameter("format", "how <oper> is written", FORMATS),
        Parameter("oper", "the network, as <format> says"),
        Parameter("AcT", "technology", TECHNOLOGY),
    ),
    command(
        "+CPOL",
        "Preferred networks on the card",
        f"{T27007} 7.19",
        ('=<index>,<format>,"<oper>"', "?", "=?"),
        Parameter("index"),
        Parameter("format", values=FORMATS),
        Parameter("oper", "the network, as <format> says; none deletes the entry"),
    ),
    command(
        "+CPLS",
        "Whose list of preferred networks +CPOL has",
        f"{T27007} 7.20",
        ("=<list>", "?", "=?"),
        Parameter("list", values=(("0", "the user's"), ("1", "the operator's"), ("2", "home"))),
    ),
    command("+COPN", "Numbers and names of all networks it knows", f"{T27007} 7.21", QUESTION),
    command(
        "+CSQ",
        "Signal strength and bit errors",
        f"{T27007} 8.5",
        QUESTION,
        answer=(
            Parameter("rssi", "0 is -113 dBm or less, 31 is -51 dBm or more", (("99", "unknown"),)),
            Parameter("ber", "0 to 7, the higher the worse", (("99", "unknown"),)),
        ),
    ),
    command(
        "+CESQ",
        "Signal by technology",
        f"{T27007} 8.69",
        QUESTION,
        answer=(
            Parameter("rxlev", "GSM: strength", (("99", "unknown"),)),
            Parameter("ber", "GSM: bit errors", (("99", "unknown"),)),
            Parameter("rscp", "UMTS: strength of the code", (("255", "unknown"),)),
            Parameter("ecno", "UMTS: quality", (("255", "unknown"),)),
            Parameter("rsrq", "LTE: quality", (("255", "unknown"),)),
            Parameter("rsrp", "LTE: strength", (("255", "unknown"),)),
        ),
    ),
    command(
        "+WS46",
        "Technologies it may use",
        f"{T27007} 5.9",
        SETTING,
        Parameter(
            "n",
            values=(
                ("12", "GSM"),
                ("22", "UMTS"),
                ("25", "all it has"),
                ("28", "LTE"),
                ("29", "GSM and UMTS"),
                ("30", "GSM and LTE"),
                ("31", "UMTS and LTE"),
            ),
        ),
    ),
    command(
        "+CEMODE",
        "What LTE is used for",
        f"{T27007} 10.1.28",
        ("=<mode>", "?", "=?"),
        Parameter(
            "mode",
            values=(
                ("0", "packets only, data first (PS mode 2)"),
                ("1", "packets and calls, voice first (CS/PS mode 1)"),
                ("2", "packets and calls, data first (CS/PS mode 2)"),
                ("3", "packets only, voice first (PS mode 1)"),
            ),
        ),
    ),
    command(
        "+CSCON",
        "Whether a signalling connection stands",
        f"{T27007} 10.1.30",
        SETTING,
        Parameter(
            "n",
            values=(
                ("0", "changes aren't told"),
                ("1", "changes are told"),
                ("2", "and with the state"),
                ("3", "and with the technology"),
            ),
        ),
        answer=(
            Parameter("n", "whether changes are told"),
            Parameter("mode", values=(("0", "idle"), ("1", "connected"))),
        ),
    ),
    command(
        "+CPSMS",
        "Power saving: asleep and out of reach for long",
        f"{T27007} 7.38",
        ('=<mode>,,,"<periodic TAU>","<active time>"', "?", "=?"),
        Parameter("mode", values=(("0", "off"), ("1", "on"), ("2", "off, values forgotten"))),
        Parameter("periodic RAU", "2G and 3G"),
        Parameter("ready timer", "2G and 3G"),
        Parameter("periodic TAU", "how long it sleeps (T3412), eight bits"),
        Parameter("active time", "how long it listens before (T3324), eight bits"),
    ),
    command(
        "+CEDRXS",
        "Power saving: how seldom it listens (eDRX)",
        f"{T27007} 7.40",
        ('=<mode>,<AcT-type>,"<value>"', "?", "=?"),
        Parameter(
            "mode",
            values=(
                ("0", "off"),
                ("1", "on"),
                ("2", "on, and told by +CEDRXP"),
                ("3", "off, values forgotten"),
            ),
        ),
        Parameter(
            "AcT-type",
            values=(("2", "GSM"), ("3", "UMTS"), ("4", "LTE and LTE-M"), ("5", "NB-IoT")),
        ),
        Parameter("value", "cycle", EDRX),
        answer=(
            Parameter(
                "AcT-type",
                values=(("2", "GSM"), ("3", "UMTS"), ("4", "LTE and LTE-M"), ("5", "NB-IoT")),
            ),
            Parameter("value", "cycle", EDRX),
        ),
    ),
    command(
        "+CEDRXRDP",
        "eDRX as the network granted it",
        f"{T27007} 7.41",
        QUESTION,
        answer=(
            Parameter(
                "AcT-type",
                values=(("0", "no eDRX in use"), ("4", "LTE and LTE-M"), ("5", "NB-IoT")),
            ),
            Parameter("requested", "cycle that was asked for", EDRX),
            Parameter("granted", "cycle that the network gave", EDRX),
        ),
    ),
)
