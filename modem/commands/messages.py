"""SMS by AT: services, storage, indications, listing, sending (3GPP TS 27.005 3 and 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modem.at.command import Command
from modem.at.events import Response
from modem.at.parameters import parse_ranges, parse_string_lists, quote, split
from modem.commands.answer import body, first_body, integer, nonsense

# Quectel EC2x manual 9.8: up to 120 s; the network's own limit is TS 24.011's TC1* and TR1M.
SEND_TIMEOUT_S = 120.0
# Storage on the card, or a write to flash.
STORAGE_TIMEOUT_S = 10.0
# 255 messages (EC25's ME) of 400 characters each are 100 kB: 9 s at 115200 baud; the 50 of a card,
# 20 kB, take 21 s at 9600.
LIST_TIMEOUT_S = 60.0

_MEMORY = re.compile(r"[A-Z]{2}")
_HEX = re.compile(r"[0-9A-Fa-f]+")
_MAX_INDEX = 65535


@dataclass(frozen=True, slots=True)
class Memories:
    """The memories of +CPMS=?: to read and delete, to write and send, to receive into."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    receive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """One of the three memories of +CPMS?."""

    name: str
    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Cnmi:
    """How new messages are announced (27.005 3.4.1)."""

    mode: int
    mt: int
    bm: int
    ds: int
    bfr: int | None

    @property
    def values(self) -> str:
        """The parameters as the command takes them; a modem with four has no <bfr>."""
        head = f"{self.mode},{self.mt},{self.bm},{self.ds}"
        return head if self.bfr is None else f"{head},{self.bfr}"


@dataclass(frozen=True, slots=True)
class ListedPdu:
    """A row of +CMGL or the answer of +CMGR. `octets` is the length the modem states."""

    index: int
    stat: int
    pdu: str = field(repr=False)
    octets: int | None

    @property
    def fits(self) -> bool:
        """Whether the PDU is as long as is stated: the octets without the SMSC's (27.005 3.1)."""
        return self.octets in (None, len(self.pdu) // 2 - 1 - int(self.pdu[:2], 16))


def csms_test() -> Command:
    """AT+CSMS=?"""
    return Command("AT+CSMS=?", ("+CSMS",))


def parse_csms_test(response: Response) -> frozenset[int]:
    """The services that are offered: 1 is phase 2+, with acknowledgement."""
    return (parse_ranges(first_body(response, "+CSMS")) or [frozenset[int]()])[0]


def csms_read() -> Command:
    """AT+CSMS?"""
    return Command("AT+CSMS?", ("+CSMS",))


def parse_csms(response: Response) -> int:
    """The service in use."""
    value = integer(first_body(response, "+CSMS").split(",")[0])
    if value is None:
        raise nonsense(response, "+CSMS: <service>,...")
    return value


def csms_write(service: int) -> Command:
    """AT+CSMS=<service>"""
    return Command(f"AT+CSMS={service}", ("+CSMS",), timeout_s=STORAGE_TIMEOUT_S)


def cpms_test() -> Command:
    """AT+CPMS=?"""
    return Command("AT+CPMS=?", ("+CPMS",), timeout_s=STORAGE_TIMEOUT_S)


def parse_cpms_test(response: Response) -> Memories:
    """The three lists; empty ones mean a device that sends only (Nokia S60)."""
    lists = [
        tuple(name for name in names if _MEMORY.fullmatch(name))
        for names in parse_string_lists(first_body(response, "+CPMS"))
    ]
    read, write, receive = (*lists, (), (), ())[:3]
    return Memories(read, write, receive)


def cpms_read() -> Command:
    """AT+CPMS?"""
    return Command("AT+CPMS?", ("+CPMS",), timeout_s=STORAGE_TIMEOUT_S)


def parse_cpms(response: Response) -> tuple[MemoryUse, ...]:
    """The memories in use, three by the standard; those without a name are left out."""
    fields = split(first_body(response, "+CPMS"))
    uses: list[MemoryUse] = []
    for name, used, total in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        if name:
            uses.append(MemoryUse(name, integer(used) or 0, integer(total) or 0))
    return tuple(uses)


def cpms_write(read: str, write: str | None = None, receive: str | None = None) -> Command:
    """AT+CPMS="<mem1>"[,"<mem2>"[,"<mem3>"]]"""
    names = ",".join(quote(name) for name in (read, write, receive) if name)
    return Command(f"AT+CPMS={names}", ("+CPMS",), timeout_s=STORAGE_TIMEOUT_S)


def cmgf_pdu() -> Command:
    """AT+CMGF=0: PDU mode."""
    return Command("AT+CMGF=0")


def cnmi_test() -> Command:
    """AT+CNMI=?"""
    return Command("AT+CNMI=?", ("+CNMI",))


def parse_cnmi_test(response: Response) -> tuple[frozenset[int], ...]:
    """What each parameter may be; some modems have no <bfr>."""
    return tuple(parse_ranges(first_body(response, "+CNMI")))


def cnmi_read() -> Command:
    """AT+CNMI?"""
    return Command("AT+CNMI?", ("+CNMI",))


def parse_cnmi(response: Response) -> Cnmi:
    """The indications in force."""
    values = [integer(item) for item in first_body(response, "+CNMI").split(",")]
    mode, mt, bm, ds, bfr = (*values, None, None, None, None, None)[:5]
    if mode is None or mt is None:
        raise nonsense(response, "+CNMI: <mode>,<mt>,<bm>,<ds>,<bfr>")
    return Cnmi(mode, mt, bm or 0, ds or 0, bfr)


def cnmi_write(cnmi: Cnmi) -> Command:
    """AT+CNMI=<mode>,<mt>,<bm>,<ds>[,<bfr>]"""
    return Command(f"AT+CNMI={cnmi.values}", timeout_s=STORAGE_TIMEOUT_S)


def csca_read() -> Command:
    """AT+CSCA?"""
    return Command("AT+CSCA?", ("+CSCA",), timeout_s=STORAGE_TIMEOUT_S)


def parse_csca(response: Response) -> str | None:
    """The service centre's number; None while it is empty, as it is for seconds after a start.

    A modem whose character set is UCS2 gives the digits so; they are decoded.
    """
    fields = split(first_body(response, "+CSCA"))
    number = (fields[0] or "").strip() if fields else ""
    if len(number) >= 8 and len(number) % 4 == 0 and number.startswith("00"):
        try:
            number = bytes.fromhex(number).decode("utf-16-be")
        except ValueError:
            return None
    return number if re.fullmatch(r"\+?[0-9]{1,20}", number) else None


def cmgl() -> Command:
    """AT+CMGL=4: all messages of the memory that is selected."""
    return Command("AT+CMGL=4", ("+CMGL",), bare=True, timeout_s=LIST_TIMEOUT_S, private=True)


def parse_cmgl(response: Response) -> tuple[ListedPdu, ...]:
    """The rows that have a PDU. ProtocolError, which shows no text, where they are in text mode.

    Three or four fields (Pantech has no <alpha>), the PDU on the next line or on the same one.
    """
    rows: list[ListedPdu] = []
    for number, line in enumerate(response.lines):
        text = body(line, "+CMGL")
        if text is None:
            continue
        header, pdu = _header_and_pdu(response, number, text)
        index, stat, *_ = (*map(integer, header), None, None)
        if index is None or stat is None:
            raise nonsense(response, "<index>,<stat>,[<alpha>],<length> in PDU mode", show=False)
        if pdu and index <= _MAX_INDEX:
            rows.append(ListedPdu(index, stat, pdu, integer(header[-1])))
    return tuple(rows)


def cmgr(index: int) -> Command:
    """AT+CMGR=<index>"""
    return Command(
        f"AT+CMGR={index}", ("+CMGR",), bare=True, timeout_s=STORAGE_TIMEOUT_S, private=True
    )


def parse_cmgr(response: Response, index: int) -> ListedPdu | None:
    """The message; None for an empty slot, which many modems answer with a bare OK.

    ProtocolError, which shows no text, where the answer is in text mode.
    """
    for number, line in enumerate(response.lines):
        text = body(line, "+CMGR")
        if text is None:
            continue
        header, pdu = _header_and_pdu(response, number, text)
        stat = integer(header[0]) if header else None
        if stat is None:
            raise nonsense(response, "<stat>,[<alpha>],<length> in PDU mode", show=False)
        return ListedPdu(index, stat, pdu, integer(header[-1])) if pdu else None
    return None


def cmgd(index: int) -> Command:
    """AT+CMGD=<index>"""
    return Command(f"AT+CMGD={index}", timeout_s=STORAGE_TIMEOUT_S)


def cmgs(pdu: str, tpdu_length: int) -> Command:
    """AT+CMGS=<length>, and the PDU at the prompt."""
    return Command(
        f"AT+CMGS={tpdu_length}",
        ("+CMGS",),
        payload=pdu.encode("ascii"),
        timeout_s=SEND_TIMEOUT_S,
    )


def parse_cmgs(response: Response) -> int:
    """The message reference that the modem gave."""
    reference = integer(first_body(response, "+CMGS").split(",")[0])
    if reference is None:
        raise nonsense(response, "+CMGS: <mr>")
    return reference


def cnma() -> Command:
    """AT+CNMA=1: RP-ACK without a PDU of its own (27.005 3.4.4)."""
    return Command("AT+CNMA=1")


def _header_and_pdu(response: Response, number: int, text: str) -> tuple[list[str | None], str]:
    """The fields of a header and the PDU that belongs to it, empty where there is none.

    On one line the PDU stands behind the length and a blank (Option and Huawei sticks).
    """
    head, blank, tail = text.rpartition(" ")
    if blank and len(tail) > 4 and _HEX.fullmatch(tail):
        return split(head), tail.upper()
    following = response.lines[number + 1 : number + 2]
    pdu = following[0].strip() if following else ""
    return split(text), pdu.upper() if _HEX.fullmatch(pdu) else ""
