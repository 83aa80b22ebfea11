"""SMS (3GPP TS 27.005 3 and 4)."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import MEMORIES, SETTING, T27005, Values, command

STATES: Values = (
    ("0", "received, unread"),
    ("1", "received, read"),
    ("2", "stored, unsent"),
    ("3", "stored, sent"),
    ("4", "all"),
)
TEXT_STATES: Values = (
    ('"REC UNREAD"', "received, unread"),
    ('"REC READ"', "received, read"),
    ('"STO UNSENT"', "stored, unsent"),
    ('"STO SENT"', "stored, sent"),
    ('"ALL"', "all"),
)
_INDEX = Parameter("index", "its place in the memory that is selected")
_SERVICE_SUPPORT: Values = (("0", "not possible"), ("1", "possible"))

TABLE: tuple[CommandHelp, ...] = (
    command(
        "+CSMS",
        "Message service, with acknowledgement or without",
        f"{T27005} 3.2.1",
        ("=<service>", "?", "=?"),
        Parameter(
            "service",
            values=(
                ("0", "as in GSM phase 2"),
                ("1", "phase 2+: what is delivered directly is acknowledged by +CNMA"),
            ),
        ),
        answer=(
            Parameter(
                "service",
                values=(("0", "as in GSM phase 2"), ("1", "phase 2+, with +CNMA")),
            ),
            Parameter("mt", "receiving", _SERVICE_SUPPORT),
            Parameter("mo", "sending", _SERVICE_SUPPORT),
            Parameter("bm", "cell broadcasts", _SERVICE_SUPPORT),
        ),
    ),
    command(
        "+CPMS",
        "Memories for messages, and how full they are",
        f"{T27005} 3.2.2",
        ('="<mem1>","<mem2>","<mem3>"', "?", "=?"),
        Parameter("mem1", "to read and delete", MEMORIES),
        Parameter("mem2", "to write and send from", MEMORIES),
        Parameter("mem3", "where messages come in", MEMORIES),
    ),
    command(
        "+CMGF",
        "Messages as PDUs or as text",
        f"{T27005} 3.2.3",
        ("=<mode>", "?", "=?"),
        Parameter("mode", values=(("0", "PDU mode"), ("1", "text mode"))),
    ),
    command(
        "+CSCA",
        "Number of the SMS centre",
        f"{T27005} 3.3.1",
        ('="<sca>",<tosca>', "?", "=?"),
        Parameter("sca", "the number, with +"),
        Parameter("tosca", values=(("129", "unknown type"), ("145", "international"))),
    ),
    command(
        "+CSMP",
        "What a message in text mode has besides its text",
        f"{T27005} 3.3.2",
        ("=<fo>,<vp>,<pid>,<dcs>", "?", "=?"),
        Parameter(
            "fo",
            "first octet",
            (
                ("1", "no validity period"),
                ("17", "with a validity period"),
                ("49", "with a validity period, and a status report is asked for"),
            ),
        ),
        Parameter(
            "vp",
            "validity",
            (("143", "12 hours"), ("167", "a day"), ("173", "a week"), ("255", "the longest")),
        ),
        Parameter("pid", "protocol", (("0", "an ordinary message"),)),
        Parameter("dcs", "alphabet", (("0", "GSM 7-bit"), ("4", "8-bit data"), ("8", "UCS-2"))),
    ),
    command(
        "+CSDH",
        "Details in text mode",
        f"{T27005} 3.3.3",
        ("=<show>", "?", "=?"),
        Parameter("show", values=(("0", "left out"), ("1", "shown"))),
    ),
    command(
        "+CSCB",
        "Cell broadcasts that are taken",
        f"{T27005} 3.3.4",
        ('=<mode>,"<mids>","<dcss>"', "?", "=?"),
        Parameter("mode", values=(("0", "these are taken"), ("1", "these are not taken"))),
        Parameter("mids", "numbers of messages"),
        Parameter("dcss", "alphabets"),
    ),
    command(
        "+CSAS",
        "Save +CSCA, +CSMP and +CSCB",
        f"{T27005} 3.3.5",
        ("", "=<profile>", "=?"),
        Parameter("profile"),
    ),
    command(
        "+CRES",
        "Take what +CSAS saved",
        f"{T27005} 3.3.6",
        ("", "=<profile>", "=?"),
        Parameter("profile"),
    ),
    command(
        "+CNMI",
        "How new messages are announced",
        f"{T27005} 3.4.1",
        ("=<mode>,<mt>,<bm>,<ds>,<bfr>", "?", "=?"),
        Parameter(
            "mode",
            "when it is told",
            (
                ("0", "kept in the modem"),
                ("1", "at once, dropped while the line carries data"),
                ("2", "at once, kept while the line carries data"),
                ("3", "at once, within the data"),
            ),
        ),
        Parameter(
            "mt",
            "messages",
            (
                ("0", "not told"),
                ("1", "stored, then told by +CMTI"),
                ("2", "handed over by +CMT, not stored"),
                ("3", "class 3 handed over, others stored and told"),
            ),
        ),
        Parameter(
            "bm",
            "cell broadcasts",
            (
                ("0", "not told"),
                ("1", "stored, then told by +CBMI"),
                ("2", "handed over by +CBM"),
                ("3", "class 3 handed over, others stored"),
            ),
        ),
        Parameter(
            "ds",
            "status reports",
            (
                ("0", "not told"),
                ("1", "handed over by +CDS"),
                ("2", "stored, then told by +CDSI"),
            ),
        ),
        Parameter(
            "bfr",
            "what was kept, on this command",
            (("0", "is sent"), ("1", "is dropped")),
        ),
    ),
    command(
        "+CMGL",
        "List the messages of the memory that is selected",
        f"{T27005} 3.4.2, 4.1",
        ("=<stat>", "=?"),
        Parameter("stat", "in PDU mode a number, in text mode a word", (*STATES, *TEXT_STATES)),
    ),
    command(
        "+CMGR",
        "Read a message; an unread one counts as read then",
        f"{T27005} 3.4.3, 4.2",
        ("=<index>", "=?"),
        _INDEX,
    ),
    command(
        "+CNMA",
        "Acknowledge a message that came by +CMT or +CDS",
        f"{T27005} 3.4.4, 4.6",
        ("", "=<n>", "=?"),
        Parameter(
            "n",
            values=(("0", "as in text mode"), ("1", "it was taken"), ("2", "it was not taken")),
        ),
    ),
    command(
        "+CMGS",
        "Send a message; its PDU or text follows at the > prompt",
        f"{T27005} 3.5.1, 4.3",
        ("=<length>", '="<da>"'),
        Parameter("length", "PDU mode: octets without those of the SMS centre"),
        Parameter("da", "text mode: the number"),
    ),
    command(
        "+CMSS",
        "Send a stored message",
        f"{T27005} 3.5.2, 4.7",
        ('=<index>,"<da>"', "=?"),
        _INDEX,
        Parameter("da", "another number than the stored one"),
    ),
    command(
        "+CMGW",
        "Store a message; its PDU or text follows at the > prompt",
        f"{T27005} 3.5.3, 4.4",
        ("=<length>,<stat>", '="<da>"', "=?"),
        Parameter("length", "PDU mode: octets without those of the SMS centre"),
        Parameter("stat", values=STATES[:4]),
    ),
    command(
        "+CMGD",
        "Delete messages",
        f"{T27005} 3.5.4",
        ("=<index>,<delflag>", "=?"),
        _INDEX,
        Parameter(
            "delflag",
            values=(
                ("0", "that one"),
                ("1", "all that were received and read"),
                ("2", "those, and all that were sent"),
                ("3", "those, and all that are unsent"),
                ("4", "all, read or not"),
            ),
        ),
    ),
    command(
        "+CMGC",
        "Send a command to the SMS centre",
        f"{T27005} 3.5.5, 4.5",
        ("=<length>", "=?"),
        Parameter("length", "PDU mode: octets without those of the SMS centre"),
    ),
    command(
        "+CMMS",
        "Keep the link to the SMS centre for more messages",
        f"{T27005} 3.5.6",
        SETTING,
        Parameter(
            "n",
            values=(("0", "no"), ("1", "for a few seconds after each"), ("2", "until told not to")),
        ),
    ),
)
