"""What may be shown: names of commands and values that hold nothing of a person's. Tables only."""

from __future__ import annotations

import re

from modem.at.results import CME_NAMES, CMS_NAMES


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Commands whose parameters and answers are about the network, the modem and its settings.
OPEN = _table(
    """
    +CSQ +CESQ +CREG +CGREG +CEREG +C5GREG +COPS +CPOL +CPLS +CGATT +CGACT +CGDCONT +CGCONTRDP
    +CGPADDR +CGEREP +CGEV +CGSMS +CFUN +CMEE +CMGF +CNMI +CPMS +CSMS +CSMP +CSDH +CSCS +CMGD
    +CMTI +CDSI +CBMI +CSCB +CSAS +CRES +CMMS +CNMA +CGMI +CGMM +CGMR +GMI +GMM +GMR +GCAP
    +CLAC +CBC +CCLK +CTZU +CTZR +CTZV +CTZE +CTZDST +CIEV +CIND +CMER +CRC +CR +IPR +ICF +IFC
    +CPAS +CSTA +CVHU +CEDRXS +CPSMS +CSCON +CEMODE +CSSN +CLIR +CMUT +CRSL +CRING +CHUP +CEER
    +CPSI +CNMP +CMNB +CNBP +CRESET +CPOF +CNSMOD +CBAND +CNETSTART +CSCLK +CLTS +QNWINFO +QCSQ
    +QENG +QIND +QUSIM +QINISTAT +QSIMSTAT +QSIMDET +QURCCFG +QINDCFG +QPOWD +QSPN +QNWPREFCFG
    +QRSRP +QRSRQ +QSINR +QTEMP +QNETDEVSTATUS +QSCLK +QGMR +QIACT +QNWCFG +PBREADY +SIMREADY
    +UPSV +URAT +UBANDMASK +UMNOPROF +ULSTFILE +UCGED +CGPIAF +CGCLASS +CGDSCONT +CGEQREQ
    ^SYSINFO ^SYSINFOEX ^SYSCFG ^SYSCFGEX ^HCSQ ^RSSI ^MODE ^SRVST ^SIMST ^CURC ^BOOT
    ^SMMEMFULL ^DSFLOWRPT ^SETPORT ^GETPORTMODE ^FHVER ^VERSION ^SYSSTART ^SHUTDOWN ^SMONI
    ^SXRAT ^CARDMODE #QSS #RFSTS #FWSWITCH #CEDRXS #WS46 #BND #REBOOT #SIMDET #MONI #SERVINFO
    *ATREADY *PSUTTZ $QCRMCALL $QCPWRDN !GSTATUS !RESET +WS46 +CGDATA +FCLASS +DS +ES +MS
    """
)

# What else is known: the name stays, what is behind it is masked.
NAMED = _table(
    """
    +CPIN +CPIN2 +CLCK +CPWD +CPINR +CIMI +CGSN +GSN +CCID +ICCID +QCCID +CNUM +CSCA +CPBR
    +CPBF +CPBW +CPBS +CLIP +CLCC +CCWA +COLP +CNAP +CUSD +CSSU +CSSI +CMT +CDS +CBM +CMGR
    +CMGL +CMGS +CMSS +CMGW +CMGC +CRSM +CSIM +CCHO +CGLA +CGAUTH +QICSGP +EGMR +SPIC +QPINC
    +CSPN ^ICCID ^CPIN ^CARDLOCK ^AUTHDATA ^SGAUTH ^NDISDUP ^NDISSTAT ^DHCP *PSNWID #CCID #CIMI
    #CGSN #CCLK #PDPAUTH $QCPDPP +CPN +QGPSLOC +CGPSINFO +QIURC +QSIMVOL +QAPNAME +CSTT +SAPBR
    +CNCFG +CNACT +UAUTHREQ +UPSD +CCFC
    """
)

# Commands whose answer is lines without a prefix.
BARE = frozenset({"I", "+CGMI", "+CGMM", "+CGMR", "+GMI", "+GMM", "+GMR", "+CLAC", "&V", "+QGMR"})

# How many digits in one run pass with a command; elsewhere up to five: a PLMN has six in America,
# the identity of a cell eight as hex digits, and a speed six.
LONGEST = {
    **dict.fromkeys(("+COPS", "+CPOL", "+QNWINFO", "+IPR", "+CIEV"), 6),
    **dict.fromkeys(("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CPSI", "+QENG"), 8),
}
LONGEST_ELSEWHERE = 5

# Values that stay, quoted or not.
_VALUES = _table(
    """
    SM ME MT SR BM TA ON DC FD LD MC RC EN EM AP ALL READY NOT IP IPV6 IPV4V6 PPP GSM UCS2 IRA
    HEX 8859-1 PCCP437 SC PS PF PN PU PP PC AO OI OX AI IR AB AG AC P2 NONE PAP CHAP
    """
) | {
    "REC UNREAD",
    "REC READ",
    "STO UNSENT",
    "STO SENT",
    "SIM PIN",
    "SIM PUK",
    "SIM PIN2",
    "SIM PUK2",
    "PH-SIM PIN",
    "PH-NET PIN",
    "PH-NET PUK",
    "NOT INSERTED",
    "NOT READY",
    "SMS DONE",
    "PB DONE",
}
_TIME = re.compile(r"\d\d(?:\d\d)?/\d\d/\d\d(?:,\d\d:\d\d:\d\d(?:[+-]\d{1,2})?)?")
_ERROR_NAMES = frozenset(name.casefold() for name in (*CME_NAMES.values(), *CMS_NAMES.values()))


def is_value(text: str) -> bool:
    """Is it a value of the standard's, or a time?"""
    return text.upper() in _VALUES or _TIME.fullmatch(text) is not None


def is_error_name(text: str) -> bool:
    """Is it what an error's number means, or the number?"""
    return text.casefold() in _ERROR_NAMES or re.fullmatch(r"\d{1,5}", text) is not None
