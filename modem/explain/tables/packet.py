"""Contexts, attach and data (3GPP TS 27.007 10.1)."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import (
    AUTH,
    CID,
    CONTEXT_TYPES,
    QUESTION,
    T27007,
    command,
)

SMS_SERVICES = (
    ("0", "packets"),
    ("1", "circuit-switched"),
    ("2", "packets, else circuit-switched"),
    ("3", "circuit-switched, else packets"),
)

TABLE: tuple[CommandHelp, ...] = (
    command(
        "+CGDCONT",
        "Contexts: type, APN and more",
        f"{T27007} 10.1.1",
        ('=<cid>,"<type>","<apn>"', "=<cid>", "?", "=?"),
        CID,
        Parameter("type", values=CONTEXT_TYPES),
        Parameter("apn", "the name; empty is the network's or the subscription's default"),
        Parameter("address", "as a rule left out: the network gives it"),
        Parameter("d_comp", "compression of data", (("0", "off"),)),
        Parameter("h_comp", "compression of headers", (("0", "off"),)),
    ),
    command(
        "+CGDSCONT",
        "Secondary contexts, with another quality of service",
        f"{T27007} 10.1.2",
        ("=<cid>,<p_cid>", "?", "=?"),
        CID,
        Parameter("p_cid", "the primary context"),
    ),
    command(
        "+CGTFT",
        "Which packets belong to which bearer",
        f"{T27007} 10.1.3",
        ("=<cid>,...", "?", "=?"),
        CID,
    ),
    command(
        "+CGATT",
        "Attach to packet service",
        f"{T27007} 10.1.9",
        ("=<state>", "?", "=?"),
        Parameter("state", values=(("0", "detached"), ("1", "attached"))),
    ),
    command(
        "+CGACT",
        "Contexts that are active",
        f"{T27007} 10.1.10",
        ("=<state>,<cid>", "?", "=?"),
        Parameter("state", values=(("0", "deactivate"), ("1", "activate"))),
        CID,
        answer=(CID, Parameter("state", values=(("0", "not active"), ("1", "active")))),
    ),
    command("+CGCMOD", "Modify a context", f"{T27007} 10.1.11", ("=<cid>", "=?"), CID),
    command(
        "+CGDATA",
        "Data on this line",
        f"{T27007} 10.1.12",
        ('="PPP",<cid>', "=?"),
        Parameter("L2P", values=(('"PPP"', "PPP"),)),
        CID,
    ),
    command(
        "+CGPADDR",
        "Addresses of the contexts",
        f"{T27007} 10.1.14",
        ("", "=<cid>", "=?"),
        CID,
    ),
    command(
        "+CGCLASS",
        "Packets and calls at a time",
        f"{T27007} 10.1.17",
        ('="<class>"', "?", "=?"),
        Parameter(
            "class",
            values=(
                ('"A"', "both at once"),
                ('"B"', "one at a time"),
                ('"C"', "packets only"),
                ('"CG"', "packets only"),
                ('"CC"', "calls only"),
            ),
        ),
    ),
    command(
        "+CGEREP",
        "What becomes of contexts, unasked (+CGEV)",
        f"{T27007} 10.1.19",
        ("=<mode>,<bfr>", "?", "=?"),
        Parameter(
            "mode",
            values=(
                ("0", "not told"),
                ("1", "told, dropped while the line carries data"),
                ("2", "told, kept while the line carries data"),
            ),
        ),
        Parameter("bfr", values=(("0", "what was kept is dropped"), ("1", "it is sent"))),
    ),
    command(
        "+CGSMS",
        "By which service SMS are sent",
        f"{T27007} 10.1.21",
        ("=<service>", "?", "=?"),
        Parameter("service", values=SMS_SERVICES),
    ),
    command(
        "+CGCONTRDP",
        "Active contexts as the network granted them: APN, address, DNS",
        f"{T27007} 10.1.23",
        ("", "=<cid>", "=?"),
        CID,
    ),
    command(
        "+CGSCONTRDP",
        "Secondary contexts as the network granted them",
        f"{T27007} 10.1.24",
        ("", "=<cid>", "=?"),
        CID,
    ),
    command(
        "+CGTFTRDP",
        "Packet filters as the network granted them",
        f"{T27007} 10.1.25",
        ("", "=<cid>", "=?"),
        CID,
    ),
    command(
        "+CGEQOSRDP",
        "Quality of service as the network granted it",
        f"{T27007} 10.1.27",
        ("", "=<cid>", "=?"),
        CID,
    ),
    command(
        "+CGDEL", "Undefine a context that isn't active", f"{T27007} 10.1.29", ("=<cid>",), CID
    ),
    command(
        "+CGAUTH",
        "User and password of a context",
        f"{T27007} 10.1.31",
        ('=<cid>,<auth_prot>,"<userid>","<password>"', "?", "=?"),
        CID,
        Parameter("auth_prot", values=AUTH[:3]),
        Parameter("userid", "some families have the password first"),
        Parameter("password"),
    ),
    command("+CGQREQ", "Quality of service that is asked for, 2G", f"{T27007} 10.1.4", ("?", "=?")),
    command("+CGQMIN", "Quality of service that will do, 2G", f"{T27007} 10.1.5", ("?", "=?")),
    command(
        "+CGEQREQ", "Quality of service that is asked for, 3G", f"{T27007} 10.1.6", ("?", "=?")
    ),
    command("+CGEQMIN", "Quality of service that will do, 3G", f"{T27007} 10.1.7", ("?", "=?")),
    command("+CGEQNEG", "Quality of service that was given, 3G", f"{T27007} 10.1.8", QUESTION),
    command(
        "+CGAUTO",
        "Answer to a context that the network asks for",
        f"{T27007} 10.1.15",
        ("=<n>", "?", "=?"),
        Parameter("n", values=(("0", "by hand, for packets"), ("1", "by itself, for packets"))),
    ),
)
