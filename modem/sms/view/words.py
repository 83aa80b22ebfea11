"""What single values mean, in the words of an engineer's debugging session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.sms import timestamp, validity
from modem.sms.address import NumberingPlan, TypeOfNumber
from modem.sms.dcs import Encoding
from modem.sms.layout import counted
from modem.sms.status import StatusGroup, decode_status

if TYPE_CHECKING:
    from modem.sms.dcs import Dcs
    from modem.sms.message import Message
    from modem.sms.status import Status
    from modem.sms.validity import Validity

ENCODING_WORDS = {
    Encoding.GSM7: "GSM 7-bit",
    Encoding.EIGHT_BIT: "8-bit data",
    Encoding.UCS2: "UCS-2",
    Encoding.COMPRESSED: "compressed",
}
# 3GPP TS 23.038 4: where a device puts a message of that class.
_CLASSES = ("shown at once, not stored", "for the device", "for the SIM", "for a terminal")
_KINDS_OF_NUMBER = {
    TypeOfNumber.NETWORK: "network specific",
    TypeOfNumber.ALPHANUMERIC: "alphanumeric: GSM 7-bit",
    TypeOfNumber.RESERVED: "reserved type",
}
_PLANS = {
    NumberingPlan.UNKNOWN: "unknown plan",
    NumberingPlan.ISDN: "ISDN/telephone (E.164)",
    NumberingPlan.DATA: "data (X.121)",
    NumberingPlan.TELEX: "telex",
    NumberingPlan.SC_SPECIFIC_5: "SC specific plan 5",
    NumberingPlan.SC_SPECIFIC_6: "SC specific plan 6",
    NumberingPlan.NATIONAL: "national plan",
    NumberingPlan.PRIVATE: "private plan",
    NumberingPlan.ERMES: "ERMES",
    NumberingPlan.RESERVED: "reserved plan",
}
_STATUS_GROUPS = {
    StatusGroup.COMPLETED: "completed",
    StatusGroup.STILL_TRYING: "temporary error, still trying",
    StatusGroup.PERMANENT: "permanent error, not tried again",
    StatusGroup.GIVEN_UP: "temporary error, not tried again",
}
# 9.2.3.15: what a device is to read a reserved status as.
_RESERVED_STATUS = 0x63


def escaped(text: str) -> str:
    """A text that can't move a terminal's cursor: what isn't printable is written as an escape."""
    return "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def bits(value: int, mask: int) -> str:
    """The bits of an octet that a mask picks, each in its place: `.... .1..`."""
    shown = "".join(str(value >> bit & 1) if mask >> bit & 1 else "." for bit in range(7, -1, -1))
    return f"{shown[:4]} {shown[4:]}"


def type_words(message: Message) -> str:
    """The type of a TPDU, as the standard writes it."""
    return "SMS-" + message.name.upper().replace("_", "-")


def toa_words(toa: int) -> str:
    """A type-of-address octet."""
    kind = TypeOfNumber(toa >> 4 & 7)
    if toa & 15 in NumberingPlan.__members__.values():
        plan = _PLANS[NumberingPlan(toa & 15)]
    else:
        plan = f"reserved plan {toa & 15}"
    return f"{_KINDS_OF_NUMBER.get(kind, kind.name.lower())}, {plan}"


def time_words(octets: bytes) -> str:
    """Seven octets of time, or what keeps them from being one."""
    moment = timestamp.decode_timestamp(octets)
    if moment is None:
        return f"no date: {timestamp.defect(octets)}"
    return f"{moment:%Y-%m-%d %H:%M:%S} {moment.isoformat()[-6:]}"


def span_words(seconds: int) -> str:
    """A span: `2 days`, `12 hours 30 minutes`. Weeks as TP-VP counts them: from five on."""
    if seconds >= 5 * validity.WEEK_S and not seconds % validity.WEEK_S:
        return counted(seconds // validity.WEEK_S, "week")
    words = []
    for size, unit in ((validity.DAY_S, "day"), (validity.HOUR_S, "hour"), (60, "minute")):
        count, seconds = divmod(seconds, size)
        if count:
            words.append(counted(count, unit))
    if seconds or not words:
        words.append(counted(seconds, "second"))
    return " ".join(words)


def validity_words(period: Validity) -> str:
    """TP-VP, in whichever format."""
    if period.format is validity.ValidityFormat.ABSOLUTE:
        return f"{'until ' if period.until else ''}{time_words(period.octets)}"
    if period.seconds is not None:
        words = span_words(period.seconds)
    elif period.format is validity.ValidityFormat.ENHANCED:
        words = validity.enhanced_defect(period.octets) or "no period: as the SMSC likes"
    else:
        words = "as the SMSC likes"
    return words + (", single shot: tried once" if period.single_shot else "")


def dcs_words(dcs: Dcs) -> str:
    """TP-DCS: the alphabet and all that it says besides."""
    words = [ENCODING_WORDS[dcs.encoding]]
    if dcs.compressed:
        words[0] = f"compressed {ENCODING_WORDS[dcs.alphabet]}"
    if dcs.message_class is not None:
        words.append(f"class {dcs.message_class} ({_CLASSES[dcs.message_class]})")
    if dcs.automatic_deletion:
        words.append("to be deleted when read")
    if dcs.waiting:
        state = "waiting" if dcs.waiting.active else "no longer waiting"
        keep = "store" if dcs.waiting.store else "discard"
        words.append(f"{dcs.waiting.kind.value} {state}, {keep} this message")
    if dcs.reserved:
        words.append("reserved value")
    return ", ".join(words)


def status_words(status: Status) -> str:
    """TP-ST: its group and its meaning."""
    if status.group is StatusGroup.RESERVED:
        return f"reserved, to be read as: {status_words(decode_status(_RESERVED_STATUS))}"
    return f"{_STATUS_GROUPS[status.group]}: {status.meaning}"
