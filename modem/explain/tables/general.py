"""Identity, errors, power, clock and calls (3GPP TS 27.007 5, 6, 7, 8, 9)."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import QUESTION, SETTING, T27007, command, switch

_CHARSETS = (
    ('"GSM"', "the alphabet of SMS"),
    ('"IRA"', "ASCII"),
    ('"UCS2"', "UTF-16 as hexadecimal digits"),
    ('"HEX"', "the alphabet of SMS as hexadecimal digits"),
    ('"8859-1"', "Latin-1"),
)

TABLE: tuple[CommandHelp, ...] = (
    command("+CGMI", "The maker", f"{T27007} 5.1", QUESTION),
    command("+CGMM", "The model", f"{T27007} 5.2", QUESTION),
    command("+CGMR", "The firmware", f"{T27007} 5.3", QUESTION),
    command(
        "+CGSN",
        "The IMEI",
        f"{T27007} 5.4",
        ("", "=<snt>", "=?"),
        Parameter(
            "snt",
            "which number",
            (
                ("0", "serial number"),
                ("1", "IMEI"),
                ("2", "IMEI with software version"),
                ("3", "software version"),
            ),
        ),
    ),
    command(
        "+CSCS",
        "Alphabet of names, numbers and texts on the line",
        f"{T27007} 5.5",
        ("=<chset>", "?", "=?"),
        Parameter("chset", values=_CHARSETS),
    ),
    command(
        "+CMUX",
        "Multiplexer: several channels on one line",
        f"{T27007} 5.7",
        ("=<mode>,<subset>,<speed>,<size>", "?", "=?"),
        Parameter("mode", values=(("0", "basic"), ("1", "advanced"))),
    ),
    command(
        "+CFUN",
        "How much of the modem works; resets it",
        f"{T27007} 8.2",
        ("=<fun>,<rst>", "?", "=?"),
        Parameter(
            "fun",
            values=(
                ("0", "minimum: radio off, often the card, too"),
                ("1", "full: radio and card on"),
                ("4", "radio off, as on an aeroplane"),
                ("15", "restart (u-blox, Fibocom)"),
                ("16", "restart (u-blox SARA-R5, Huawei)"),
            ),
        ),
        Parameter("rst", values=(("0", "without a restart"), ("1", "restart first"))),
    ),
    command(
        "+CPAS",
        "What the modem is doing",
        f"{T27007} 8.1",
        QUESTION,
        answer=(
            Parameter(
                "pas",
                values=(
                    ("0", "ready"),
                    ("1", "unavailable"),
                    ("2", "unknown: it may not answer commands"),
                    ("3", "ringing"),
                    ("4", "a call or a connection"),
                    ("5", "asleep: it may not answer commands"),
                ),
            ),
        ),
    ),
    command(
        "+CBC",
        "Battery and its charge",
        f"{T27007} 8.4",
        QUESTION,
        answer=(
            Parameter(
                "bcs",
                values=(
                    ("0", "powered by the battery"),
                    ("1", "a battery, and another supply"),
                    ("2", "no battery"),
                    ("3", "power fault"),
                ),
            ),
            Parameter("bcl", "charge in percent"),
        ),
    ),
    command(
        "+CMEE",
        "How errors are told",
        f"{T27007} 9.1",
        SETTING,
        Parameter(
            "n",
            values=(
                ("0", "ERROR alone"),
                ("1", "+CME ERROR with a number"),
                ("2", "+CME ERROR in words"),
            ),
        ),
    ),
    command("+CLAC", "All commands that the modem has", f"{T27007} 8.37", QUESTION),
    command(
        "+CIND",
        "The indicators: battery, signal, service, message ...",
        f"{T27007} 8.9",
        ("?", "=?"),
    ),
    command(
        "+CMER",
        "Changes of the indicators, unasked",
        f"{T27007} 8.10",
        ("=<mode>,<keyp>,<disp>,<ind>", "?", "=?"),
        Parameter(
            "mode",
            values=(
                ("0", "kept in the modem"),
                ("1", "dropped while the line carries data"),
                ("2", "kept while the line carries data"),
                ("3", "sent within the data"),
            ),
        ),
        Parameter("keyp", "keys", (("0", "none are told"),)),
        Parameter("disp", "display", (("0", "nothing is told"),)),
        Parameter("ind", "+CIEV", (("0", "none"), ("1", "those of the network"), ("2", "all"))),
    ),
    command(
        "+CCLK",
        "The modem's clock",
        f"{T27007} 8.15",
        ('="<yy/MM/dd,hh:mm:ss+zz>"', "?", "=?"),
        Parameter("time", "zz: quarters of an hour from UTC"),
    ),
    switch("+CTZU", "Clock set by the network", f"{T27007} 8.40", "no", "from the network's time"),
    command(
        "+CTZR",
        "Changes of the time zone, unasked",
        f"{T27007} 8.41",
        SETTING,
        Parameter(
            "n",
            values=(
                ("0", "none"),
                ("1", "+CTZV with the zone"),
                ("2", "+CTZE with zone and local time"),
                ("3", "+CTZEU with zone and UTC"),
            ),
        ),
    ),
    switch("+CMUT", "Microphone", f"{T27007} 8.24", "on", "muted"),
    command(
        "+CLVL",
        "Loudspeaker volume",
        f"{T27007} 8.23",
        ("=<level>", "?", "=?"),
        Parameter("level"),
    ),
    command(
        "+CALA",
        "Alarm of the modem's clock",
        f"{T27007} 8.16",
        ("=<time>", "?", "=?"),
        Parameter("time"),
    ),
    command("+CHUP", "Hang up", f"{T27007} 6.5", QUESTION),
    command("+CEER", "Why the last call or context ended", f"{T27007} 6.10", QUESTION),
    switch("+CRC", "Form of RING", f"{T27007} 6.11", "RING", "+CRING with the kind of call"),
    switch("+CR", "Kind of connection before CONNECT", f"{T27007} 6.9", "not told", "told by +CR"),
    command(
        "+CVHU",
        "What hangs up a voice call",
        f"{T27007} 6.20",
        SETTING,
        Parameter(
            "n",
            values=(
                ("0", "ATH, or a drop of DTR"),
                ("1", "neither: AT+CHUP only"),
                ("2", "ATH as it is, DTR by &D"),
            ),
        ),
    ),
    command(
        "+CSTA",
        "Type of the numbers that are dialled",
        f"{T27007} 6.1",
        ("=<type>", "?", "=?"),
        Parameter("type", values=(("129", "unknown"), ("145", "international, with +"))),
    ),
    command("+CNUM", "The card's own numbers", f"{T27007} 7.1", QUESTION),
    switch("+CLIP", "Caller's number, unasked", f"{T27007} 7.6", "not told", "told by +CLIP"),
    command(
        "+CLIR",
        "Own number to who is called",
        f"{T27007} 7.7",
        SETTING,
        Parameter(
            "n",
            values=(("0", "as the subscription has it"), ("1", "hidden"), ("2", "shown")),
        ),
    ),
    switch("+COLP", "Number that answered", f"{T27007} 7.8", "not told", "told by +COLP"),
    command(
        "+CCFC",
        "Call forwarding",
        f"{T27007} 7.11",
        ("=<reason>,<mode>,<number>", "=?"),
        Parameter(
            "reason",
            values=(
                ("0", "always"),
                ("1", "when busy"),
                ("2", "when nobody answers"),
                ("3", "when not reachable"),
                ("4", "all of them"),
                ("5", "all that have a condition"),
            ),
        ),
        Parameter(
            "mode",
            values=(
                ("0", "off"),
                ("1", "on"),
                ("2", "ask"),
                ("3", "register"),
                ("4", "erase"),
            ),
        ),
    ),
    command(
        "+CCWA",
        "Call waiting",
        f"{T27007} 7.12",
        ("=<n>,<mode>", "?", "=?"),
        Parameter("n", values=(("0", "not told"), ("1", "told by +CCWA"))),
        Parameter("mode", values=(("0", "off"), ("1", "on"), ("2", "ask"))),
    ),
    command(
        "+CHLD",
        "Calls that are held or joined",
        f"{T27007} 7.13",
        ("=<n>", "=?"),
        Parameter(
            "n",
            values=(
                ("0", "end those that are held"),
                ("1", "end the active one, take the other"),
                ("2", "hold the active one, take the other"),
                ("3", "join them"),
            ),
        ),
    ),
    command(
        "+CUSD",
        "A request to the network, such as *100#",
        f"{T27007} 7.15",
        ('=<n>,"<str>",<dcs>', "?", "=?"),
        Parameter(
            "n",
            values=(
                ("0", "what the network says isn't told"),
                ("1", "it is told by +CUSD"),
                ("2", "end the session"),
            ),
        ),
        Parameter("str", "the request"),
        Parameter("dcs", "its alphabet", (("15", "the alphabet of SMS"),)),
    ),
    command(
        "+CSSN",
        "Supplementary services, unasked",
        f"{T27007} 7.17",
        ("=<n>,<m>", "?", "=?"),
        Parameter("n", "+CSSI", (("0", "not told"), ("1", "told"))),
        Parameter("m", "+CSSU", (("0", "not told"), ("1", "told"))),
    ),
    command("+CLCC", "The calls there are", f"{T27007} 7.18", QUESTION),
)
