"""Commands of makers. The clause names the maker and where what is said here can be found.

What `modem.profiles` and the simulator know is here, and what takes the daemon's ground
(`modem.explain.ground`). Values without evidence are left out.
"""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import AUTH, CID, ON_OFF, QUESTION, SETTING, Values, command

_EC2X = "Quectel, EC2x AT commands manual"
_EG91 = "Quectel, EG800Q/EG91xQ AT manual 1.1"
_SIM7600 = "SIMCom, SIM7500/SIM7600 AT manual"
_SIM800 = "SIMCom, SIM800 AT manual"
_TINYGSM = "SIMCom, as TinyGSM has it"
_UBLOX = "u-blox, SARA-R4 AT manual and ubxlib"
_TELIT = "Telit, ModemManager's telit plugin"
_HUAWEI = "Huawei, ModemManager's huawei plugin"
_SIERRA = "Sierra Wireless, ModemManager's sierra plugin"
_CINTERION = "Cinterion, ModemManager's cinterion plugin"
_FIBOCOM = "Fibocom, ModemManager's fibocom plugin"

_QCFG_KEYS: Values = (
    ('"roamservice"', "data while roaming: 1 off, 2 on, 255 automatic"),
    ('"nwscanmode"', "technologies: 0 automatic, 1 GSM only, 3 LTE only"),
    ('"nwscanseq"', "order in which technologies are looked for"),
    ('"servicedomain"', "0 calls only, 1 packets only, 2 both"),
    ('"iotopmode"', "0 LTE-M, 1 NB-IoT, 2 both (BG95, BG96)"),
    ('"band"', "bands it may use"),
    ('"ims"', "IMS, which SMS over LTE may need: 0 as the network's profile, 1 on, 2 off"),
    ('"usbnet"', "network interface on USB: 0 QMI, 1 ECM, 2 MBIM, 3 RNDIS"),
    ('"usbcfg"', "USB ids and ports"),
    ('"urc/cache"', "1 keeps what is said unasked until 0 is set"),
    ('"risignaltype"', "where the ring line tells"),
    ('"urc/ri/smsincoming"', "the ring line when an SMS comes"),
)
_MODES: Values = (
    ("2", "automatic"),
    ("13", "GSM only"),
    ("14", "UMTS only"),
    ("38", "LTE only"),
    ("48", "any but LTE"),
    ("51", "GSM and LTE only"),
)


def _restart(name: str, clause: str) -> CommandHelp:
    return command(name, "Restart the modem", clause, ("",))


def _off(name: str, clause: str, *forms: str) -> CommandHelp:
    return command(name, "Switch the modem off", clause, forms or ("",))


QUECTEL: tuple[CommandHelp, ...] = (
    command(
        "+QICSGP",
        "A context with APN, user and password in one; what is left out is blank afterwards",
        _EC2X,
        ('=<cid>,<type>,"<apn>","<user>","<password>",<auth>', "=<cid>", "=?"),
        CID,
        Parameter("type", values=(("1", "IPv4"), ("2", "IPv6"), ("3", "IPv4 and IPv6"))),
        Parameter("apn"),
        Parameter("user"),
        Parameter("password"),
        Parameter("auth", values=AUTH),
    ),
    command(
        "+QCFG",
        "Settings of the module, kept",
        f"{_EC2X}; AT+QCFG=? of EC25 and BG96",
        ('="<key>"', '="<key>",<value>', "=?"),
        Parameter("key", values=_QCFG_KEYS),
        Parameter("value", "of that setting"),
    ),
    command(
        "+QURCCFG",
        "On which port it speaks unasked",
        f"{_EG91} 2.24",
        ('="urcport"', '="urcport","<port>"', "=?"),
        Parameter("key", values=(('"urcport"', "the port"),)),
        Parameter(
            "port",
            values=(
                ('"usbat"', "the AT port of USB, as a rule ttyUSB2"),
                ('"usbmodem"', "the modem port of USB, as a rule ttyUSB3"),
                ('"uart1"', "the serial port"),
            ),
        ),
    ),
    command(
        "+QINDCFG",
        "What it says unasked, by kind",
        _EC2X,
        ('="<key>"', '="<key>",<on>,<save>', "=?"),
        Parameter(
            "key",
            values=(
                ('"all"', "all kinds"),
                ('"smsincoming"', "+CMTI, +CMT, +CDS"),
                ('"smsfull"', '+QIND: "smsfull"'),
                ('"csq"', "changes of the signal"),
                ('"act"', "changes of the technology"),
            ),
        ),
        Parameter("on", values=ON_OFF),
        Parameter("save", values=(("0", "for now"), ("1", "kept"))),
    ),
    command("+QNWINFO", "Network, technology, band and channel", _EC2X, QUESTION),
    command("+QCSQ", "Signal by technology, in dBm", _EC2X, QUESTION),
    command(
        "+QENG",
        "The cell in use and its neighbours",
        _EC2X,
        ('="servingcell"', '="neighbourcell"', "=?"),
        Parameter(
            "cell",
            values=(('"servingcell"', "the one in use"), ('"neighbourcell"', "those around it")),
        ),
    ),
    command("+QCCID", "The card's number, the ICCID", _EC2X, QUESTION),
    command(
        "+QINISTAT",
        "How far the card is ready",
        _EC2X,
        QUESTION,
        answer=(
            Parameter(
                "state",
                "a sum",
                (
                    ("0", "nothing is ready"),
                    ("1", "the PIN is ready"),
                    ("3", "SMS are ready, too"),
                    ("7", "PIN, SMS and phone book are ready"),
                ),
            ),
        ),
    ),
    command(
        "+QSIMSTAT",
        "Is a card there, and is that told",
        _EC2X,
        ("=<enable>", "?", "=?"),
        Parameter("enable", values=ON_OFF),
        answer=(
            Parameter("enable", values=ON_OFF),
            Parameter(
                "inserted", values=(("0", "no card"), ("1", "a card is there"), ("2", "unknown"))
            ),
        ),
    ),
    command(
        "+QMBNCFG",
        "Profiles of operators, which rewrite contexts and decide on SMS over LTE",
        _EC2X,
        ('="List"', '="AutoSel",<on>', '="Select","<name>"', '="Deactivate"'),
        Parameter(
            "action",
            values=(
                ('"List"', "show them"),
                ('"Select"', "take one"),
                ('"Deactivate"', "take none"),
                ('"AutoSel"', "by the card, or not"),
            ),
        ),
    ),
    _off("+QPOWD", f"{_EG91} 12.6", "", "=<n>"),
)

SIMCOM: tuple[CommandHelp, ...] = (
    command("+CPSI", "Network, cell, band and signal", _SIM7600, ("?", "=<period>", "=?")),
    command(
        "+CNMP",
        "Technologies it may use",
        _SIM7600,
        ("=<mode>", "?", "=?"),
        Parameter("mode", values=_MODES),
    ),
    command(
        "+CMNB",
        "LTE-M or NB-IoT",
        "SIMCom, SIM7000 AT manual",
        ("=<mode>", "?", "=?"),
        Parameter("mode", values=(("1", "LTE-M"), ("2", "NB-IoT"), ("3", "both"))),
    ),
    command("+CNSMOD", "Technology in use", _SIM7600, ("=<n>", "?", "=?")),
    command("+CICCID", "The card's number, the ICCID", _SIM7600, QUESTION),
    command("+CGNAPN", "The APN that the network gave", _TINYGSM, QUESTION),
    command(
        "+CSTT",
        "APN of the module's own IP stack; the attach has that of +CGDCONT",
        _SIM800,
        ('="<apn>","<user>","<password>"', "?", "=?"),
        Parameter("apn"),
        Parameter("user"),
        Parameter("password"),
    ),
    command(
        "+CNCFG",
        "APN, user and password of the module's own IP stack",
        "SIMCom, SIM7080 as TinyGSM has it",
        ('=<index>,<type>,"<apn>","<user>","<password>",<auth>', "?", "=?"),
        Parameter("index"),
        Parameter("type", values=(("0", "IPv4 and IPv6"), ("1", "IPv4"))),
        Parameter("apn"),
        Parameter("user"),
        Parameter("password"),
        Parameter("auth", values=AUTH),
    ),
    command(
        "+CNACT",
        "The context of the module's own IP stack",
        "SIMCom, SIM7080 as TinyGSM has it",
        ("=<index>,<action>", "?", "=?"),
        Parameter("index"),
        Parameter("action", values=(("0", "deactivate"), ("1", "activate"))),
    ),
    command(
        "+CUSBPIDSWITCH",
        "USB ids and with them the ports; restarts",
        _SIM7600,
        ("=<pid>,1,1", "?"),
        Parameter(
            "pid",
            values=(("9001", "QMI"), ("9011", "RNDIS"), ("9018", "ECM")),
        ),
    ),
    command("+GSV", "Maker, model and firmware", _SIM800, ("",)),
    _restart("+CRESET", f"{_SIM7600}; TinyGSM"),
    _restart("+CREBOOT", _TINYGSM),
    _off("+CPOF", f"{_SIM7600}; TinyGSM"),
    _off("+CPOWD", _SIM800, "=1"),
    command(
        "+CSCLK",
        "Sleep of the serial port",
        _SIM800,
        SETTING,
        Parameter("n", values=(("0", "off"), ("1", "by the DTR line"), ("2", "by itself"))),
    ),
    command("+CMGRD", "Read a message and delete it", "SIMCom, A76XX AT manual", ("=<index>",)),
    command("+CMGDA", "Delete all messages of a kind", _SIM800, ("=<type>",)),
)

OTHERS: tuple[CommandHelp, ...] = (
    command(
        "+UAUTHREQ",
        "User and password of a context; can't be read back",
        f"{_UBLOX} 13.15",
        ('=<cid>,<auth>,"<user>","<password>"', "=?"),
        CID,
        Parameter("auth", values=AUTH),
        Parameter("user", "some families have the password first"),
        Parameter("password"),
    ),
    command("+UMNOPROF", "Profile of an operator; rewrites contexts", _UBLOX, ("=<mno>", "?")),
    _off("+CPWROFF", _UBLOX),
    command(
        "#PDPAUTH",
        "User and password of a context",
        _TELIT,
        ('=<cid>,<auth>,"<user>","<password>"', "=?"),
        CID,
        Parameter("auth", values=AUTH[:3]),
        Parameter("user"),
        Parameter("password"),
    ),
    _restart("#REBOOT", _TELIT),
    _off("#SHDN", _TELIT),
    command(
        "#QSS",
        "State of the card, and whether it is told",
        _TELIT,
        ("=<mode>", "?", "=?"),
        Parameter("mode", values=(("0", "not told"), ("1", "told"), ("2", "told in detail"))),
        answer=(
            Parameter("mode", values=(("0", "not told"), ("1", "told"), ("2", "told in detail"))),
            Parameter(
                "status",
                values=(
                    ("0", "no card"),
                    ("1", "a card is there"),
                    ("2", "unlocked"),
                    ("3", "unlocked and ready for SMS"),
                ),
            ),
        ),
    ),
    command("#PORTCFG", "Which port is which", _TELIT, ("=<n>", "?", "=?")),
    command("#USBCFG", "USB ids and with them the ports", _TELIT, ("=<n>", "?", "=?")),
    command("#RFSTS", "Network, cell and signal", "Telit, an LE910's answer", QUESTION),
    command(
        "^AUTHDATA",
        "User and password of a context, shown in clear",
        "Huawei, HiSilicon's AT source",
        ('=<cid>,<auth>,"","<password>","<user>"', "?", "=?"),
        CID,
        Parameter("auth", values=AUTH[:3]),
    ),
    command(
        "^CURC",
        "What it says unasked (^RSSI, ^BOOT ...)",
        _HUAWEI,
        SETTING,
        Parameter("n", values=(("0", "nothing of it"), ("1", "all of it"))),
    ),
    command("^HCSQ", "Signal by technology", f"{_HUAWEI}'s tests", ("?", "=?")),
    command(
        "^SYSINFO",
        "Service, roaming, technology and card",
        _HUAWEI,
        QUESTION,
        answer=(
            Parameter(
                "service",
                values=(
                    ("0", "no service"),
                    ("1", "restricted service"),
                    ("2", "service"),
                    ("3", "restricted to a region"),
                    ("4", "asleep"),
                ),
            ),
            Parameter(
                "domain",
                values=(
                    ("0", "none"),
                    ("1", "calls only"),
                    ("2", "packets only"),
                    ("3", "calls and packets"),
                    ("4", "registering"),
                ),
            ),
            Parameter("roaming", values=(("0", "home"), ("1", "roaming"))),
            Parameter("mode", values=(("0", "none"), ("3", "GSM"), ("5", "UMTS"), ("9", "LTE"))),
            Parameter(
                "card",
                values=(("0", "not usable"), ("1", "usable"), ("255", "no card")),
            ),
        ),
    ),
    command("^ICCID", "The card's number, the ICCID", _HUAWEI, ("?",)),
    command("^GETPORTMODE", "Which port is which", _HUAWEI, QUESTION),
    command(
        "^PORTSEL",
        "On which port it speaks unasked",
        _HUAWEI,
        ("=<n>", "=?"),
        Parameter("n", values=(("0", "the PCUI port"), ("1", "the modem port"))),
    ),
    _restart("^RESET", _HUAWEI),
    _off("^SMSO", _CINTERION),
    command("^SCFG", "Settings of the module, kept", _CINTERION, ('="<key>"', "?", "=?")),
    _restart("!RESET", _SIERRA),
    command(
        "$QCPDPP",
        "User and password of a context, on Qualcomm's chips",
        "Qualcomm, an MC7455's transcript",
        ('=<cid>,<auth>,"<password>","<user>"', "?"),
        CID,
        Parameter("auth", values=AUTH[:3]),
    ),
    command(
        "+MGAUTH",
        "User and password of a context",
        _FIBOCOM,
        ('=<cid>,<auth>,"<user>","<password>"', "?"),
        CID,
        Parameter("auth", values=AUTH),
    ),
    command("+GTUSBMODE", "USB ids and with them the ports", _FIBOCOM, ("=<n>", "?")),
    command(
        "+ICCID", "The card's number, the ICCID", "several makers, no standard", ("", "?", "=?")
    ),
)

TABLE: tuple[CommandHelp, ...] = (*QUECTEL, *SIMCOM, *OTHERS)
