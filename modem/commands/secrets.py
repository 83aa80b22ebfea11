"""Which AT commands carry credentials, and how their answers are shown without them."""

from __future__ import annotations

import re

# PINs and passwords as parameters, or in the answer in clear (A76xx's +CGAUTH?, +QICSGP=1,
# HiSilicon's ^AUTHDATA?, SIM7080's +CNCFG?).
_SECRET = re.compile(
    r"\+(?:CPIN|CPWD|CLCK|CGAUTH|QICSGP|UAUTHREQ|UPSD|CSTT|SAPBR|CNCFG|MGAUTH|QCGDEFCONT"
    r"|CPIN2|NETACT|XGAUTH|CNACT|QPPPDROP|ZGPCOAUTH|CFGDFTPDN|CSIM)\s*[=?]"
    r"|\^(?:SGAUTH|AUTHDATA|NDISDUP|CPIN)\s*[=?]"
    r"|\$QCPDPP\s*[=?]|#(?:PDPAUTH|USERID|PASSW)\s*[=?]|\*EIAAUW\s*[=?]|!SCPROF",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"]*"')
_VALUES = re.compile(r"^([^:]*:)(.*)$")


def is_secret(line: str) -> bool:
    """May this command line hold a PIN or a password, or its answer?"""
    return _SECRET.search(line) is not None


def redacted(line: str) -> str:
    """A line of a secret command's answer without any of its words; numbers up to 3 digits stay."""
    line = _QUOTED.sub('"***"', line)
    match = _VALUES.match(line)
    if match is None:
        return "***" if line.strip() else line
    fields = [_kept(field) for field in match[2].split(",")]
    return match[1] + ",".join(fields)


def _kept(field: str) -> str:
    text = field.strip()
    plain = not text or text == '"***"' or (text.isascii() and text.isdigit() and len(text) <= 3)
    return field if plain else "***"
