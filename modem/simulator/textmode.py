"""Messages as text mode shows them (3GPP TS 27.005 3.1, 3.4, 4). What is typed is `typedtext`'s."""

from __future__ import annotations

from dataclasses import dataclass

from modem.simulator import charset
from modem.simulator.storage import Status
from modem.sms import (
    Address,
    AnyMessage,
    Command,
    Deliver,
    Encoding,
    PduError,
    StatusReport,
    Submit,
    ValidityFormat,
    decode_pdu,
)

STAT_WORDS = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT")  # by Status
_NEGATIVE_ZONE = 0x08  # 3GPP TS 23.040 9.2.3.11


@dataclass(frozen=True, slots=True)
class Style:
    """How a modem shows messages at the moment.

    `detailed` is +CSDH, `empty_alpha` stands for <alpha> where there is no name, and with
    `header_in_text` user data that has a header is shown whole, in hex, as 27.005 3.1 says of
    <data> (Telit does so). Without it the header is left out, and the rest is text: a SIM7670G
    shows the part of a long message so, with its characters counted in <length>.
    """

    charset: str
    detailed: bool
    empty_alpha: str
    header_in_text: bool

    def text(self, text: str) -> str:
        """A string parameter."""
        return f'"{charset.show(text, self.charset)}"'

    def number(self, address: Address | None) -> str:
        """A number or a name; absent where there is none."""
        return self.text(address.number) if address else ""


def listed(pdu: str, status: Status, style: Style) -> tuple[list[str], str | None]:
    """What +CMGL shows behind <index>,<stat>, and <data>."""
    message = _decoded(pdu, status)
    if isinstance(message, Deliver | Submit):
        times = time_string(message.scts) if isinstance(message, Deliver) else ""
        fields = [style.number(message.address), style.empty_alpha, times]
        if style.detailed:
            fields += [str(message.address.toa), str(_length(message, style))]
        return fields, _data(message, style)
    if isinstance(message, Command):
        return [str(message.first_octet), str(message.command_type)], None
    return _others(message, pdu, style)


def shown(pdu: str, status: Status, style: Style) -> tuple[list[str], str | None]:
    """What +CMGR shows behind <stat>, and <data>; +CMT and +CDS show the same."""
    message = _decoded(pdu, status)
    if isinstance(message, Deliver):
        fields = [style.number(message.address), style.empty_alpha, time_string(message.scts)]
        return fields + _details(message, "", style), _data(message, style)
    if isinstance(message, Submit):
        fields = [style.number(message.address), style.empty_alpha]
        return fields + _details(message, _validity(message), style), _data(message, style)
    if isinstance(message, Command):
        return _command(message, style)
    return _others(message, pdu, style)


def _decoded(pdu: str, status: Status) -> AnyMessage | None:
    try:
        return decode_pdu(pdu, from_device=status >= Status.STO_UNSENT)
    except PduError:
        return None


def _others(message: AnyMessage | None, pdu: str, style: Style) -> tuple[list[str], str | None]:
    """A status report; and what can't be decoded, which is shown as it came."""
    if not isinstance(message, StatusReport):
        return ['""', style.empty_alpha, '""'], pdu
    at = message.scts_at
    address = message.address
    return [
        str(message.first_octet),
        str(message.reference),
        style.number(address),
        str(address.toa),
        time_string(message.octets[at : at + 7]),
        time_string(message.octets[at + 7 : at + 14]),
        str(message.status),
    ], None


def _details(message: Deliver | Submit, validity: str, style: Style) -> list[str]:
    """[,<tooa/toda>,<fo>,<pid>,<dcs>,[<vp>],<sca>,<tosca>,<length>]; a DELIVER has no <vp>."""
    if not style.detailed:
        return []
    fields = [message.address.toa, message.first_octet, message.pid, message.dcs.value]
    centre = message.smsc
    return [
        *map(str, fields),
        *([validity] if isinstance(message, Submit) else []),
        style.number(centre),
        str(centre.toa) if centre else "",
        str(_length(message, style)),
    ]


def _command(message: Command, style: Style) -> tuple[list[str], str | None]:
    """<fo>,<ct>[,<pid>,[<mn>],[<da>],[<toda>],<length><CR><LF><cdata>]."""
    fields = [str(message.first_octet), str(message.command_type)]
    if not style.detailed:
        return fields, None
    fields += [str(message.pid), str(message.message_number), style.number(message.address)]
    fields += [str(message.address.toa), str(len(message.ud))]
    return fields, message.ud.hex().upper()


def _in_hex(message: Deliver | Submit, style: Style) -> bool:
    return message.encoding is not Encoding.GSM7 or (message.udhi and style.header_in_text)


def _data(message: Deliver | Submit, style: Style) -> str:
    if _in_hex(message, style):
        octets = message.ud if style.header_in_text else message.payload
        return octets.hex().upper()
    return charset.show(message.text or "", style.charset)


def _length(message: Deliver | Submit, style: Style) -> int:
    """<length>: the characters of the text, or the octets of data."""
    text = message.text
    return len(message.payload) if text is None else len(text)


def _validity(message: Submit) -> str:
    validity = message.validity
    return validity_string(validity.format, validity.octets)


def validity_string(form: ValidityFormat, octets: bytes) -> str:
    """<vp>: a number, a time, seven octets in hex, or nothing."""
    if form is ValidityFormat.RELATIVE:
        return str(octets[0])
    if form is ValidityFormat.ABSOLUTE:
        return time_string(octets)
    return f'"{octets.hex().upper()}"' if octets else ""


def time_string(octets: bytes) -> str:
    """Seven octets as "yy/MM/dd,hh:mm:ss+zz", whatever date they are or aren't."""
    year, month, day, hour, minute, second = (f"{o & 15:X}{o >> 4:X}" for o in octets[:6])
    zone = octets[6]
    sign = "-" if zone & _NEGATIVE_ZONE else "+"
    quarters = f"{zone & 7}{zone >> 4:X}"
    return f'"{year}/{month}/{day},{hour}:{minute}:{second}{sign}{quarters}"'
