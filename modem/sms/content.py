"""What is sent: the units of a text or of octets, in the alphabet that suits it, cut into parts.

3GPP TS 23.038 6 (alphabets), 23.040 9.2.3.24 (what the header leaves). No TPDU is known here.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from modem.sms import gsm7, ucs2
from modem.sms.dcs import Encoding
from modem.sms.errors import ComposeError
from modem.sms.layout import MAX_OCTETS, octet_septets
from modem.sms.udh import (
    Iei,
    InformationElement,
    Ports,
    encode_elements,
    ports_element,
    shift_element,
)

Alphabet = Literal["auto", "gsm7", "ucs2", "8bit", "translit"]

MAX_PARTS = 255
MAX_REFERENCE = 0xFFFF
PART_SEPTETS = 160
_TEXT_ALPHABETS = frozenset(("auto", "gsm7", "ucs2", "translit"))
_GSM7 = Encoding.GSM7
_UDHL_OCTETS = 1
_CONCAT_8_OCTETS, _CONCAT_16_OCTETS = 5, 6


class Plan(NamedTuple):
    """How a content is spread over parts.

    `units` are septets (one an octet) or octets, uncut, and `text` the text that they are; `cuts`
    is where each part's share of them ends, `capacity` how many fit into a part. `elements` are the
    octets of each part's header, besides the element that numbers the parts.
    """

    encoding: Encoding
    units: bytes
    text: str | None
    elements: bytes
    cuts: list[int]
    capacity: int
    locking: int = 0
    single: int = 0

    def characters(self, piece: bytes) -> int:
        """How many characters of the text a piece of the units stands for."""
        if self.encoding is _GSM7:
            return len(piece) - piece.count(gsm7.ESCAPE)
        if len(self.units) == 2 * len(self.text or ""):
            return len(piece) // 2
        return len(piece.decode("utf-16-be"))


def plan(
    content: str | bytes, alphabet: Alphabet, reference: int = 0, ports: Ports | None = None
) -> Plan:
    """The parts that carry a content; ComposeError for what can't be sent.

    A text goes in GSM 7-bit if the default alphabet has all of its characters, whatever it takes.
    Another goes as UCS-2, and with national tables only where they take fewer parts: each phone
    reads UCS-2, and some know the default table only.
    """
    if not 0 <= reference <= MAX_REFERENCE:
        raise ComposeError("reference", f"wanted 0 to {MAX_REFERENCE}, got {reference}")
    if isinstance(content, str):
        planned = _plan_text(content, alphabet, reference, ports)
    elif alphabet not in ("auto", "8bit"):
        raise ComposeError("alphabet", f"octets go as 8bit, not as {alphabet}")
    else:
        octets = bytes(memoryview(content))
        planned = _spread(Encoding.EIGHT_BIT, octets, None, reference, ports)
    if len(planned.cuts) > MAX_PARTS:
        wrong = f"{len(planned.cuts)} parts, the most there may be is {MAX_PARTS}"
        raise ComposeError("content", wrong)
    return planned


def _plan_text(text: str, alphabet: Alphabet, reference: int, ports: Ports | None) -> Plan:
    if alphabet not in _TEXT_ALPHABETS:
        if alphabet == "8bit":
            raise ComposeError("content", "8bit takes octets, not a text")
        raise ComposeError("alphabet", "wanted auto, gsm7, ucs2, translit or 8bit")
    if alphabet == "translit":
        from modem.sms.translit import transliterate

        text = transliterate(text)
    if alphabet != "ucs2":
        septets = gsm7.find_septets(text)
        if septets is not None:
            return _spread(_GSM7, septets, text, reference, ports)
    if alphabet == "gsm7":
        at = gsm7.first_unwritable(text)
        raise ComposeError("content", f"character {at + 1} isn't in the GSM 7-bit alphabet")
    try:
        planned = _spread(Encoding.UCS2, ucs2.encode_ucs2(text), text, reference, ports)
    except UnicodeEncodeError as error:
        wrong = f"character {error.start + 1} is half a surrogate pair"
        raise ComposeError("content", wrong) from None
    if alphabet == "auto" and len(planned.cuts) > 1:
        return _with_tables(planned, text, reference, ports)
    return planned


def _with_tables(best: Plan, text: str, reference: int, ports: Ports | None) -> Plan:
    """The plan with national tables that takes fewer parts than that one, if there is one."""
    if len(text) > MAX_PARTS * PART_SEPTETS:  # no table makes that short enough
        return best
    from modem.sms import national  # few texts come here

    for locking, single, septets in national.candidates(text):
        other = _spread(_GSM7, septets, text, reference, ports, locking, single)
        if len(other.cuts) < len(best.cuts):
            best = other
    return best


def _spread(
    encoding: Encoding,
    units: bytes,
    text: str | None,
    reference: int,
    ports: Ports | None,
    locking: int = 0,
    single: int = 0,
) -> Plan:
    elements = b""
    if ports is not None or locking or single:
        elements = _elements(ports, locking, single)
    octets = len(elements)
    capacity = _capacity(encoding, octets + _UDHL_OCTETS if octets else 0)
    cuts = [len(units)]
    if len(units) > capacity:
        octets += _CONCAT_8_OCTETS if reference <= 0xFF else _CONCAT_16_OCTETS
        capacity = _capacity(encoding, octets + _UDHL_OCTETS)
        cuts = _cuts(encoding, units, capacity)
    return Plan(encoding, units, text, elements, cuts, capacity, locking, single)


def _capacity(encoding: Encoding, header_octets: int) -> int:
    """How many units fit behind a header."""
    if encoding is _GSM7:
        return PART_SEPTETS - octet_septets(header_octets)
    if encoding is Encoding.UCS2:
        return MAX_OCTETS - header_octets & ~1
    return MAX_OCTETS - header_octets


def _cuts(encoding: Encoding, units: bytes, capacity: int) -> list[int]:
    """Where each piece of at most `capacity` units ends, so that no character is cut in two."""
    cuts = []
    end = 0
    while (end := end + capacity) < len(units):
        if encoding is _GSM7:
            end -= units[end - 1] == gsm7.ESCAPE
        elif encoding is Encoding.UCS2 and 0xD8 <= units[end - 2] <= 0xDB:
            end -= 2  # the first half of a surrogate pair
        cuts.append(end)
    cuts.append(len(units))
    return cuts


def _elements(ports: Ports | None, locking: int, single: int) -> bytes:
    elements = [] if ports is None else [_checked_ports(ports)]
    for iei, number in ((Iei.SINGLE_SHIFT, single), (Iei.LOCKING_SHIFT, locking)):
        if number:
            elements.append(shift_element(iei, number))
    return encode_elements(tuple(elements))


def _checked_ports(ports: Ports) -> InformationElement:
    if ports.bits not in (8, 16):
        raise ComposeError("ports", f"ports have 8 or 16 bits, not {ports.bits}")
    for port in (ports.dst, ports.src):
        if not 0 <= port < 1 << ports.bits:
            raise ComposeError("ports", f"{port} is no port of {ports.bits} bits")
    return ports_element(ports)


def encode_user_data(encoding: Encoding, header: bytes, payload: bytes) -> bytes:
    """TP-UDL and TP-UD: a header as octets, filled up to a septet, and septets or octets."""
    if encoding is not _GSM7:
        return bytes((len(header) + len(payload),)) + header + payload
    if not header:
        return bytes((len(payload),)) + gsm7.pack(payload)
    septets = bytes(octet_septets(len(header))) + payload
    return bytes((len(septets),)) + header + gsm7.pack(septets)[len(header) :]
