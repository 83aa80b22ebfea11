"""The commands of this package: `pdu decode` and `pdu encode`. They parse, call and print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import click

from modem import sms
from modem.sms.view import as_json, counted, draw, escaped, language_words

# The longest PDU has 176 octets (an SMSC of 12, a SUBMIT of 164), a line at most twice that; what
# is longer by far is no PDU, and needn't be held.
MAX_LINE = 4096
_SHOWN = 64
_WIDTHS = (80, 120)
_UNITS = {sms.Encoding.GSM7: "septet", sms.Encoding.UCS2: "character"}
# What the codec calls its arguments, and the options that give them.
_OPTIONS = {
    "to": "--to",
    "alphabet": "--alphabet",
    "ports": "--ports",
    "validity_s": "--validity",
}


@click.group()
def pdu() -> None:
    """Decode and encode the PDUs of SMS, without a modem."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How PDUs are to be read."""

    from_device: bool
    has_smsc: bool
    strict: bool

    def decode(self, text: str) -> sms.AnyMessage:
        """The message, or PduError."""
        if len(text) > MAX_LINE:
            raise sms.PduError("pdu", MAX_LINE // 2, f"longer than {MAX_LINE} hex digits")
        return sms.decode_pdu(
            text, from_device=self.from_device, has_smsc=self.has_smsc, strict=self.strict
        )


@pdu.command(short_help="Show what is in PDUs, octet by octet.")
@click.argument("hex_pdus", metavar="[HEX]...", nargs=-1)
@click.option(
    "--from-device",
    is_flag=True,
    help="The device sent it: SUBMIT, COMMAND or DELIVER-REPORT. Without it: DELIVER,"
    " STATUS-REPORT, SUBMIT-REPORT, or a SUBMIT as modems list those they hold.",
)
@click.option(
    "--no-smsc", is_flag=True, help="The SMSC octets are not there: it begins with the TPDU."
)
@click.option("--strict", is_flag=True, help="Refuse what breaks the standard, instead of warning.")
@click.option("--json", "as_lines", is_flag=True, help="Write one JSON object a line for each PDU.")
def decode(
    hex_pdus: tuple[str, ...], from_device: bool, no_smsc: bool, strict: bool, as_lines: bool
) -> None:
    """Show what is in PDUs, octet by octet; without arguments, those on the lines of stdin.

    HEX is what AT+CMGR, AT+CMGL, +CMT and +CDS show, or what was typed after AT+CMGS.

    \b
    Examples:
      modem-helper pdu decode 00010004812143000009CF2528087582CA6D
      modem-helper pdu decode --json < pdus.txt
      modem-helper pdu decode --from-device --no-smsc 0000

    Ends with 1 if any of them could not be read.
    """
    reading = _Reading(from_device, not no_smsc, strict)
    show = _decode_as_json if as_lines else _decode_for_people
    if not hex_pdus and sys.stdin.isatty():
        click.echo("Reading PDUs, one a line; Ctrl-D ends it.", err=True)
    failed = False
    for text in hex_pdus or _lines(sys.stdin.buffer):
        failed |= not show(text, reading)
    if failed:
        sys.exit(1)


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines that have something on them, each as soon as it is there.

    Of one that is too long only the beginning, still too long, is handed on. What is no text
    becomes no PDU either.
    """
    limit = MAX_LINE + len(b"\r\n")
    while line := stream.readline(limit):
        text = line.decode("ascii", "replace")
        if len(line) < limit or line.endswith(b"\n"):
            text = text.strip()
        while line and not line.endswith(b"\n"):
            line = stream.readline(limit)
        if text:
            yield text


def _decode_as_json(text: str, reading: _Reading) -> bool:
    """Print one line; False if the PDU can't be read."""
    try:
        answer: dict[str, object] = dict(as_json(reading.decode(text)))
    except sms.PduError as error:
        what = {"field": error.field, "octet": error.octet, "message": error.message}
        answer = {"error": what, "pdu": text}
    click.echo(json.dumps(answer))
    return "error" not in answer


def _decode_for_people(text: str, reading: _Reading) -> bool:
    """Draw the fields; False if the PDU can't be read."""
    try:
        message = reading.decode(text)
    except sms.PduError as error:
        click.echo(f"{_shortened(text)}\n  error: {error}\n", err=True)
        return False
    import shutil  # loads the compression libraries

    least, most = _WIDTHS
    columns = shutil.get_terminal_size((most, 0)).columns
    click.echo("\n".join(draw(message, min(max(columns, least), most))))
    click.echo()
    return True


def _shortened(text: str) -> str:
    safe = escaped(text[:_SHOWN])
    return safe if len(text) <= _SHOWN else f"{safe}..."


def _ports(_ctx: click.Context, _param: click.Parameter, value: str | None) -> sms.Ports | None:
    """The ports of DST:SRC; whether they are any, the codec says."""
    if value is None:
        return None
    dst, _, src = value.partition(":")
    try:
        return sms.Ports(int(dst), int(src))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not DST:SRC, such as 2948:9200") from None


def _octets(_ctx: click.Context, _param: click.Parameter, value: str | None) -> bytes | None:
    try:
        return None if value is None else bytes.fromhex(value)
    except ValueError:
        raise click.BadParameter("wanted hex digits, two an octet, such as 01FF") from None


class _Refused(click.ClickException):
    """Options that make no SMS, in one line."""

    exit_code = 2


@pdu.command(short_help="Make the PDUs that carry a text or octets.")
@click.option(
    "--to", required=True, metavar="NUMBER", help="The recipient: digits, + if international."
)
@click.option("--text", help="What to send.")
@click.option(
    "--data", callback=_octets, metavar="HEX", help="Octets to send instead, as hex digits."
)
@click.option(
    "--alphabet",
    type=click.Choice(["auto", "gsm7", "ucs2", "translit"]),
    default="auto",
    show_default=True,
    help="auto takes GSM 7-bit if it has all characters, else what takes the fewest parts;"
    " gsm7 and ucs2 force one, translit replaces what GSM 7-bit"
    " lacks by what can be read as well.",
)
@click.option(
    "--reference",
    type=click.IntRange(0, 0xFFFF),
    default=0,
    metavar="N",
    help="What the parts of a long message have in common; 16 bits above 255. Default: 0.",
)
@click.option(
    "--class",
    "message_class",
    type=click.IntRange(0, 3),
    metavar="0-3",
    help="0: shown at once, 1: for the device, 2: for the SIM, 3: for a terminal.",
)
@click.option("--status-report", is_flag=True, help="Ask for a status report.")
@click.option(
    "--validity",
    "validity_s",
    type=click.IntRange(1),
    metavar="SECONDS",
    help="How long the SMSC keeps trying: 5 minutes to 63 weeks, rounded up to what can be said.",
)
@click.option("--ports", callback=_ports, metavar="DST:SRC", help="16-bit application ports.")
@click.option(
    "--json", "as_lines", is_flag=True, help="Write one JSON object a line for each part."
)
def encode(
    to: str,
    text: str | None,
    data: bytes | None,
    alphabet: sms.Alphabet,
    reference: int,
    message_class: int | None,
    status_report: bool,
    validity_s: int | None,
    ports: sms.Ports | None,
    as_lines: bool,
) -> None:
    """Make the PDUs that carry a text, or octets, to a number.

    \b
    Examples:
      modem-helper pdu encode --to 1234 --text "OK APN em"
      modem-helper pdu encode --to +4917012345678 --text "Grüße" --validity 3600 --json
      modem-helper pdu encode --to 1234 --data 01FF --ports 2948:9200

    For each part, the number that AT+CMGS wants and the PDU to type after its prompt; at the end,
    how much more would fit into the last part.
    """
    content = text if data is None else data
    if content is None or (text is not None and data is not None):
        raise _Refused("give either --text or --data")
    try:
        parts = sms.compose(
            to,
            content,
            alphabet=alphabet,
            reference=reference,
            status_report=status_report,
            validity_s=validity_s,
            message_class=message_class,
            ports=ports,
        )
        count = sms.count(content, alphabet=alphabet, reference=reference, ports=ports)
    except sms.ComposeError as error:
        raise _refusal(error, content, alphabet) from None
    if as_lines:
        for part in parts:
            click.echo(json.dumps(_part_values(part, count)))
        return
    for part in parts:
        click.echo(f"part {part.seq} of {part.total}: AT+CMGS={part.tpdu_length}\n{part.pdu}")
    sent = "".join(part.text or "" for part in parts)
    if text is not None and sent != text:
        click.echo(f'sent as "{escaped(sent)}"')
    click.echo(_count_words(count))


def _refusal(error: sms.ComposeError, content: str | bytes, alphabet: sms.Alphabet) -> _Refused:
    """The error in terms of the options, with what to do."""
    option = "--text" if isinstance(content, str) else "--data"
    advice = ""
    if error.field == "content" and alphabet == "gsm7":
        advice = " (--alphabet auto sends it in another alphabet, translit replaces it)"
    elif error.field == "alphabet":
        advice = " (leave it out)"
    return _Refused(f"{_OPTIONS.get(error.field, option)}: {error.message}{advice}")


def _part_values(part: sms.Part, count: sms.Count) -> dict[str, str | int | None]:
    return {
        "pdu": part.pdu,
        "tpdu_length": part.tpdu_length,
        "seq": part.seq,
        "total": part.total,
        "text": part.text,
        "data": None if part.data is None else part.data.hex().upper(),
        "encoding": count.encoding.value,
        "units": count.units,
        "left": count.left,
        "locking": count.locking,
        "single": count.single,
    }


def _count_words(count: sms.Count) -> str:
    """Such as `2 parts, gsm7: 193 septets, 113 left`."""
    tables = [
        f"{language_words(number)} {kind} shift table"
        for kind, number in (("locking", count.locking), ("single", count.single))
        if number
    ]
    alphabet = ", ".join([count.encoding.value, *tables])
    units = counted(count.units, _UNITS.get(count.encoding, "octet"))
    return f"{counted(count.parts, 'part')}, {alphabet}: {units}, {count.left} left"
