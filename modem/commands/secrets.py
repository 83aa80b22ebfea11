"""Which AT commands carry credentials, and how their answers are shown without them."""

from __future__ import annotations

import re

# PINs and passwords as parameters, or in the answer in clear (A76xx's +CGAUTH?, +QICSGP=1,
# HiSilicon's ^AUTHDATA?, SIM7080's +CNCFG?).
_SECRET = re.compile(
    r"\+(?:CPIN|CPWD|CLCK|CGAUTH|QICSGP|UAUTHREQ|UPSD|CSTT|SAPBR|CNCFG|MGAUTH|QCGDEFCONT"
    r"|CPIN2|NETACT|XGAUTH|CNACT|QPPPDROP|ZGPCOAUTH|CFGDFTPDN|CSIM)\s*[=?]"
    r"|\^(?:SGAUTH|AUTHDATA|NDISDUP|CPIN)\s*[=?]"
    r"|\$QCPDPP\s*[=?]|#(?:PDPAUTH|USERID|PASSW)\s*[=?]|\*EIAAUW\s*[=?]|!SCPROF"
    r"|D\s*\*\*0[45]",  # a PIN is changed by dialling (3GPP TS 22.030 6.6.2)
    re.IGNORECASE,
)
# Alone on its line: what values a command takes, and whether the card waits for a PIN.
_TELLS_NO_SECRET = re.compile(
    r"AT\s*(?:[+^$#*!]\w+\s*=\s*\?|[+^]CPIN2?\s*\?)\s*", re.IGNORECASE | re.ASCII
)
_QUOTED = re.compile(r'"[^"]*"')
_VALUES = re.compile(r"^([^:]*:)(.*)$")


def is_secret(line: str) -> bool:
    """May this command line hold a PIN or a password, or its answer?"""
    line = line.replace(" ", "")  # a modem forgets blanks, within a name, too (V.250 5.2.1)
    return _SECRET.search(line) is not None and _TELLS_NO_SECRET.fullmatch(line) is None


def redacted(line: str) -> str:
    """A line of a secret command's answer without any of its words.

    What stays is a context's number and then single digits: how, and whether.
    """
    line = _QUOTED.sub('"***"', line)
    match = _VALUES.match(line)
    if match is None:
        return "***" if line.strip() else line
    first, *others = match[2].split(",")
    fields = [_kept(first, most=3), *(_kept(field, most=1) for field in others)]
    return match[1] + ",".join(fields)


def _kept(field: str, *, most: int) -> str:
    text = field.strip()
    plain = not text or text == '"***"' or (text.isascii() and text.isdigit() and len(text) <= most)
    return field if plain else "***"
