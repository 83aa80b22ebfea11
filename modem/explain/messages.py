"""SMS: PDUs and text-mode messages in a line each, memories, the SMS centre.

In text mode a message's body is a line like any other, so one that says "+CMGL: ..." can't be told
from the modem's; PDU mode has no such trouble.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modem.at.parameters import split
from modem.at.urcs import is_hex, pdu_octets, split_one_line
from modem.explain.answer import Answer, asked, at
from modem.explain.table import meaning
from modem.explain.words import MAX_TEXT, joined, number, quoted, shown, table

if TYPE_CHECKING:
    from modem.sms import AnyMessage

# A PDU has 176 octets at most (3GPP TS 27.005 3.1); twice that is nonsense.
_MAX_PDU = 704


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it is told: who, when, what, and what is odd about it."""

    who: str = ""
    when: str = ""
    part: str = ""
    text: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """All of it in a line."""
        odd = f"; warning: {'; '.join(self.warnings)}" if self.warnings else ""
        return joined((self.who, self.when, self.part, self.text)) + odd


def pdu(text: str, octets: int | None = None, *, from_device: bool = False) -> Shown:
    """A PDU; what can't be decoded says why. `octets` is what the header states."""
    from modem import sms

    text = text.strip()
    if len(text) > _MAX_PDU:
        return Shown(warnings=("too long for a PDU",))
    try:
        message = sms.decode_pdu(text, from_device=from_device)
    except sms.PduError as error:
        return Shown(warnings=(f"no PDU: {shown(str(error))}",))
    warnings = tuple(shown(each) for each in message.warnings)
    if octets is not None and octets != message.tpdu_length:
        warnings += (f"{octets} octets are stated, {message.tpdu_length} are there",)
    return _of_message(message, warnings)


def _of_message(message: AnyMessage, warnings: tuple[str, ...]) -> Shown:
    from modem import sms
    from modem.sms.view.words import status_words

    concat = message.header.concat
    part = f"part {concat.seq} of {concat.total}" if concat else ""
    text = _content(message)
    if isinstance(message, sms.Deliver):
        return Shown(f"from {_number(message)}", _time(message.timestamp), part, text, warnings)
    if isinstance(message, sms.Submit):
        return Shown(f"to {_number(message)}", "", part, text, warnings)
    if isinstance(message, sms.StatusReport):
        who = f"report on message {message.reference} to {_number(message)}"
        return Shown(who, _time(message.discharge), "", status_words(message.outcome), warnings)
    return Shown(message.name.replace("_", " "), "", part, text, warnings)


def _number(message: AnyMessage) -> str:
    from modem.sms.tpdu import Addressed

    return shown(message.number) or "nobody" if isinstance(message, Addressed) else ""


def _content(message: AnyMessage) -> str:
    if message.text is not None:
        return quoted(message.text)
    return f"data {message.data.hex().upper()[:MAX_TEXT]}" if message.data else "no text"


def _time(moment: object) -> str:
    return str(moment) if moment is not None else "no date"


@dataclass(frozen=True, slots=True)
class _Row:
    """A header of +CMGR or +CMGL and the lines below it."""

    fields: tuple[str | None, ...]
    octets: int | None
    below: tuple[str, ...]


def _rows(answer: Answer) -> Iterator[_Row]:
    head: str | None = None
    below: list[str] = []
    wanted = f"{answer.name.casefold()}:"
    for line in (*answer.lines, wanted):
        if line.casefold().startswith(wanted):
            if head is not None:
                yield _row(answer.name, head, below)
            head, below = line[len(wanted) :].strip(), []
        else:
            below.append(line)


def _row(name: str, head: str, below: list[str]) -> _Row:
    one_line = split_one_line(head)
    if one_line is not None:
        head, below = one_line[0], [one_line[1]]
    return _Row(tuple(split(head)), pdu_octets(name, head), tuple(below))


def _message(row: _Row, stat: str, text_from: int) -> tuple[str, Shown]:
    """State and message of a row, in PDU or in text mode; `text_from` is the number's place."""
    first = next((line for line in row.below if line.strip()), "")
    if number(stat) is not None:
        from_device = stat in ("2", "3")
        message = pdu(first, row.octets, from_device=from_device) if first else Shown()
        return meaning("+CMGL", "stat", stat), message
    return meaning("+CMGL", "stat", stat) or shown(stat.lower()), _text_mode(row, text_from)


def _text_mode(row: _Row, place: int) -> Shown:
    """Number, time and text. A number in hex digits of UCS-2 means that the text is so, too."""
    who = at(row.fields, place)
    if number(who) is not None and number(at(row.fields, place + 1)) is not None:
        return _text_report(row.fields[place:])
    plain = ucs2(who)
    below = [ucs2(line) or line if plain else line for line in row.below]
    when = next((field for field in row.fields[place + 1 :] if field and "/" in field), "")
    text = quoted("\n".join(below).strip("\n")) if below else ""
    return Shown(shown(plain or who), shown(when), "", text)


def _text_report(fields: Sequence[str | None]) -> Shown:
    """A status report in text mode: <fo>,<mr>,<ra>,<tora>,<scts>,<dt>,<st> (27.005 3.4.3)."""
    from modem.sms.status import decode_status
    from modem.sms.view.words import status_words

    outcome = number(at(fields, 6))
    known = outcome is not None and 0 <= outcome <= 255
    words = status_words(decode_status(outcome)) if known and outcome is not None else ""
    who = f"report on message {shown(at(fields, 1))} to {shown(at(fields, 2)) or 'nobody'}"
    return Shown(who, shown(at(fields, 5)), "", words)


def ucs2(text: str) -> str:
    """Hex digits of UCS-2 decoded; "" for what isn't that."""
    if len(text) < 4 or len(text) % 4 or not is_hex(text) or not text.startswith("00"):
        return ""
    from modem.sms.ucs2 import decode_ucs2

    return decode_ucs2(bytes.fromhex(text))[0]


def cmgr(answer: Answer) -> tuple[str, ...]:
    """+CMGR: one message."""
    if not asked(answer):
        return ()
    row = next(_rows(answer), None)
    if row is None:
        return ("no message in that place",) if not any(answer.lines) else ()
    state, message = _message(row, at(row.fields, 0), 1)
    return (": ".join(part for part in (state, message.line) if part),)


def cmgl(answer: Answer) -> tuple[str, ...]:
    """+CMGL: the messages as a table."""
    if not asked(answer):
        return ()
    rows = []
    for row in _rows(answer):
        state, message = _message(row, at(row.fields, 1), 2)
        index, who = shown(at(row.fields, 0)), message.who.removeprefix("from ")
        odd = "; ".join(message.warnings)
        rows.append((index, state, who, message.when, _short(message.part), message.text, odd))
    if not rows:
        return () if any(answer.lines) else ("no messages in this memory",)
    return table(("index", "state", "number", "time", "part", "text", "warning"), rows)


def _short(part: str) -> str:
    return part.removeprefix("part ").replace(" of ", "/")


def cpms(answer: Answer) -> tuple[str, ...]:
    """+CPMS?: names and use; +CPMS=...: use alone, the names are those of the command."""
    if not asked(answer):
        return ()
    fields = list(answer.fields)
    if fields and number(fields[0]) is not None:
        names = [*split(answer.request.text), None, None, None]
        pairs = list(zip(fields[0::2], fields[1::2], strict=False))
        triples = [(names[min(place, 2)] or "", *pair) for place, pair in enumerate(pairs[:3])]
    else:
        triples = [
            (name or "", used, total)
            for name, used, total in zip(fields[0::3], fields[1::3], fields[2::3], strict=False)
        ][:3]
    return tuple(
        _memory_words(f"mem{place}", *triple)
        for place, triple in enumerate(triples, start=1)
        if any(triple)
    )


def _memory_words(place: str, name: str, used: str | None, total: str | None) -> str:
    what = meaning("+CPMS", place, f'"{name}"')
    purpose = {"mem1": "read and delete", "mem2": "write and send", "mem3": "receive"}[place]
    many, room = number(used), number(total)
    count = "" if many is None or room is None else f"{many} of {room}"
    full = " FULL" if count and room and many == room else ""
    return joined((f"{purpose}: {shown(name)}{f' ({what})' if what else ''}", f"{count}{full}"))


def csca(answer: Answer) -> tuple[str, ...]:
    """+CSCA: "<number>",<type>."""
    fields = answer.fields
    if not fields:
        return ()
    text = at(fields, 0)
    plain = ucs2(text) or text
    if not plain:
        return ("SMS centre: none; without one nothing can be sent",)
    kind = meaning("+CSCA", "tosca", at(fields, 1))
    return (f"SMS centre: {joined((shown(plain), kind))}",)


def cmgs(answer: Answer) -> tuple[str, ...]:
    """+CMGS: <reference>."""
    reference = number(at(answer.fields, 0))
    return () if reference is None else (f"sent, message reference {reference}",)


def received(prefix: str, text: str, data: Sequence[str]) -> tuple[str, ...]:
    """+CMT, +CDS or +CBM with what follows it."""
    first = next((line for line in data if line.strip()), "")
    octets = pdu_octets(prefix, text)
    if prefix == "+CBM":
        return ("a cell broadcast",)
    if octets is not None and first:
        return (f"a message was handed over: {pdu(first, octets).line}",)
    if prefix == "+CMT" and data:
        row = _Row(tuple(split(text)), None, tuple(data))
        return (f"a message was handed over: {_text_mode(row, 0).line}",)
    return ("a status report was handed over" if prefix == "+CDS" else "a message was handed over",)
