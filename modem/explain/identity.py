"""The modem, its card and its clock: ATI, +CGSN, +CIMI, the ICCID, +CPIN, +CCLK."""

from __future__ import annotations

import re

from modem.explain.answer import Answer, asked, at
from modem.explain.network import imsi_words
from modem.explain.table import meaning
from modem.explain.words import joined, number, shown

_IMEI = re.compile(r"(?<!\d)\d{14,16}(?!\d)", re.ASCII)
_IMSI = re.compile(r"(?<!\d)\d{6,15}(?!\d)", re.ASCII)
_ICCID = re.compile(r"(?<![0-9A-Fa-f])89\d{15,18}[0-9A-Fa-f]?(?![0-9A-Fa-f])", re.ASCII)

_PIN_ADVICE = {
    "SIM PIN": 'AT+CPIN="<pin>" enters it; AT+CPINR tells how many tries are left',
    "SIM PUK": 'AT+CPIN="<puk>","<new pin>" unblocks it; ten wrong ones end the card',
    "PH-NET PIN": "only its operator can unlock it",
}


def ati(answer: Answer) -> tuple[str, ...]:
    """Which family it is, where a profile is known for it."""
    lines = [line.strip() for line in answer.lines if line.strip()][:16]
    named = dict(line.split(":", 1) for line in lines if ":" in line)
    maker = named.get("Manufacturer", lines[0] if lines else "").strip()
    model = named.get("Model", lines[1] if len(lines) > 1 else "").strip()
    if not maker or not model:
        return ()
    from modem.errors import MisuseError
    from modem.profiles import match_profile
    from modem.profiles.generic import GENERIC

    try:
        profile = match_profile(maker, model)
    except MisuseError:  # a name that fits two families equally well
        return ()
    return () if profile.name == GENERIC.name else (f"{profile.title}: profile {profile.name}",)


def cgsn(answer: Answer) -> tuple[str, ...]:
    """The IMEI's parts (3GPP TS 23.003 6.2)."""
    match = next(filter(None, map(_IMEI.search, answer.lines)), None)
    if match is None or not asked(answer):
        return ()
    digits = match.group()
    tail = f"serial number {digits[8:14]}"
    if len(digits) == 16:
        return (joined((f"IMEI with software version: TAC {digits[:8]}", tail, digits[14:])),)
    return (joined((f"IMEI: TAC {digits[:8]}", tail, check_words(digits, 15))),)


def cimi(answer: Answer) -> tuple[str, ...]:
    """The IMSI's network."""
    match = next(filter(None, map(_IMSI.search, answer.lines)), None)
    return (imsi_words(match.group()),) if match is not None else ()


# Country codes of two digits; 1 and 7 have one, all others three (ITU-T E.164).
_TWO_DIGITS = frozenset(
    map(
        str,
        (
            20,
            27,
            *range(30, 35),
            36,
            39,
            40,
            41,
            *range(43, 50),
            *range(51, 59),
            *range(60, 67),
            81,
            82,
            84,
            86,
            *range(90, 96),
            98,
        ),
    )
)
# Who issues cards under a code for no country, as cards of theirs show.
_ISSUERS = {"88303": "emnify"}


def iccid(answer: Answer) -> tuple[str, ...]:
    """The card's number and its parts (ITU-T E.118)."""
    match = next(filter(None, map(_ICCID.search, answer.lines)), None)
    if match is None or not asked(answer):
        return ()
    digits = match.group().rstrip("Ff")
    code = digits[2:]
    length = 1 if code[0] in "17" else 2 if code[:2] in _TWO_DIGITS else 3
    issuer = next((name for start, name in _ISSUERS.items() if code.startswith(start)), "")
    kind = "international" if code.startswith("88") else f"country code {code[:length]}"
    check = check_words(digits, 0) if digits.isdigit() else ""
    return (joined((f"ICCID: {kind}", issuer and f"issued by {issuer}", check)),)


def check_words(digits: str, length: int) -> str:
    """Whether the last digit is the check digit of the others (Luhn); `length` 0 for any."""
    if length and len(digits) != length:
        return "without a check digit"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return "check digit right" if total % 10 == 0 else "check digit wrong"


def cpin(answer: Answer) -> tuple[str, ...]:
    """What the card waits for, and what to do."""
    return pin_words(next(answer.bodies(), "")) if asked(answer) else ()


def pin_words(text: str) -> tuple[str, ...]:
    """A state of +CPIN in words; nothing for a state that isn't known."""
    state = text.strip().strip('"').strip().upper()
    words = meaning("+CPIN", "code", state)
    if not words:
        return _CARD_EVENTS.get(state, ())
    advice = _PIN_ADVICE.get(state)
    return (f"{words}: {advice}" if advice else words,)


# What SIMCom and Quectel say in the same way unasked.
_CARD_EVENTS = {
    "NOT INSERTED": ("there is no card",),
    "NOT READY": ("the card is not ready: removed, or still starting",),
    "SIM REMOVED": ("the card was removed",),
}

_CLOCK = re.compile(
    r'"?(\d{2,4})/(\d\d)/(\d\d)\s*,\s*(\d\d):(\d\d):(\d\d)\s*([+-]\d{1,3})?', re.ASCII
)
# Where the clock of a modem begins that the network gave no time.
_NEVER_SET = ("70", "80", "00", "04", "1970", "1980")


def cclk(answer: Answer) -> tuple[str, ...]:
    """The modem's clock."""
    return clock_words(next(answer.bodies(), "")) if asked(answer) else ()


def clock_words(text: str) -> tuple[str, ...]:
    """`yy/MM/dd,hh:mm:ss±zz` as a date with its zone, zz in quarters of an hour."""
    match = _CLOCK.search(text)
    if match is None:
        return ()
    year, month, day, hour, minute, second, quarters = match.groups()
    if year in _NEVER_SET:
        return ("the clock was never set: the network gave no time yet",)
    full = year if len(year) == 4 else f"20{year}"
    zone = zone_words(quarters) if quarters else ""
    return (f"{full}-{month}-{day} {hour}:{minute}:{second}{f' {zone}' if zone else ''}",)


def zone_words(quarters: str) -> str:
    """A zone in quarters of an hour as `UTC+02:00`."""
    count = number(quarters.strip().strip('"').removeprefix("+"))
    if count is None or abs(count) > 96:
        return ""
    hours, rest = divmod(abs(count), 4)
    return f"UTC{'-' if count < 0 else '+'}{hours:02}:{rest * 15:02}"


def clck(answer: Answer) -> tuple[str, ...]:
    """Whether a lock is closed; nothing of the command, which may hold a password."""
    status = next(answer.bodies(), "").partition(",")[0]
    words = meaning("+CLCK", "status", status)
    return (words,) if words and asked(answer) else ()


def cpinr(answer: Answer) -> tuple[str, ...]:
    """How many tries are left."""
    lines = []
    for body in answer.bodies():
        name, _, rest = body.partition(",")
        tries = number(rest.partition(",")[0])
        if tries is not None:
            lines.append(f"{shown(name.strip().strip(chr(34)))}: {tries} tries left")
    return tuple(lines)


def cnum(answer: Answer) -> tuple[str, ...]:
    """The card's own numbers."""
    fields = answer.fields
    own = at(fields, 1)
    return (f"own number: {shown(own)}",) if own else ()
