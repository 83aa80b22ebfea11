"""The commands of this package: `pdu decode` and `pdu encode`. They parse, call and print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import click

from modem import sms
from modem.sms.view import as_json, escaped, fields

_OCTETS_A_LINE = 12


@click.group()
def pdu() -> None:
    """Decode and encode the PDUs of SMS, without a modem."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """How PDUs are to be read."""

    from_device: bool
    has_smsc: bool
    strict: bool

    def decode(self, text: str) -> sms.Deliver | sms.Submit | sms.StatusReport:
        """The message, or PduError."""
        return sms.decode_pdu(
            text, from_device=self.from_device, has_smsc=self.has_smsc, strict=self.strict
        )


@pdu.command()
@click.argument("hex_pdus", metavar="[HEX]...", nargs=-1)
@click.option("--from-device", is_flag=True, help="The device sent it (only SUBMIT is read then).")
@click.option(
    "--no-smsc", is_flag=True, help="The SMSC octets are not there: it begins with the TPDU."
)
@click.option("--strict", is_flag=True, help="Refuse what breaks the standard, instead of warning.")
@click.option("--json", "as_lines", is_flag=True, help="Write one JSON object a line for each PDU.")
def decode(
    hex_pdus: tuple[str, ...], from_device: bool, no_smsc: bool, strict: bool, as_lines: bool
) -> None:
    """Show what is in PDUs, octet by octet; without arguments, those on the lines of stdin.

    \b
    Examples:
      modem-helper pdu decode 00010004812143000009CF2528087582CA6D
      modem-helper pdu decode --json < pdus.txt

    Ends with 1 if any of them could not be read.
    """
    reading = _Reading(from_device, not no_smsc, strict)
    show = _decode_as_json if as_lines else _decode_for_people
    failed = False
    for text in hex_pdus or _lines(sys.stdin.buffer):
        failed |= not show(text, reading)
    if failed:
        sys.exit(1)


def _lines(stream: Iterable[bytes]) -> Iterable[str]:
    """The lines that have something on them; what is no text on them becomes no PDU either."""
    lines = (line.decode("ascii", "replace").strip() for line in stream)
    return (line for line in lines if line)


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
    octets = bytes.fromhex(text)
    click.echo(f"{len(octets)} octets, tpdu_length {message.tpdu_length}")
    for field in fields(octets, message):
        rows = [
            field.octets[start : start + _OCTETS_A_LINE].hex(" ").upper()
            for start in range(0, len(field.octets), _OCTETS_A_LINE)
        ]
        width = _OCTETS_A_LINE * 3 - 1
        click.echo(
            f"{field.offset:5}  {field.name:<11}  {rows[0]:<{width}}  {field.meaning}".rstrip()
        )
        for row in rows[1:]:
            click.echo(f"{'':20}{row}")
    for warning in message.warnings:
        click.echo(f"warning: {warning}")
    click.echo()
    return True


def _shortened(text: str) -> str:
    safe = escaped(text[:64])
    return safe if len(text) <= 64 else f"{safe}..."


@pdu.command()
@click.option(
    "--to", required=True, metavar="NUMBER", help="The recipient: digits, + if international."
)
@click.option("--text", required=True, help="What to send.")
@click.option(
    "--json", "as_lines", is_flag=True, help="Write one JSON object a line for each part."
)
def encode(to: str, text: str, as_lines: bool) -> None:
    """Make the PDUs that carry a text to a number, in as few parts as possible.

    \b
    Example:
      modem-helper pdu encode --to 1234 --text "OK APN em"

    For each part, the number that AT+CMGS wants and the PDU to type after its prompt.
    """
    try:
        parts = sms.compose(to, text)
    except sms.ComposeError as error:
        raise click.UsageError(str(error)) from None
    for part in parts:
        if as_lines:
            values = {
                "pdu": part.pdu,
                "tpdu_length": part.tpdu_length,
                "seq": part.seq,
                "total": part.total,
                "text": part.text,
            }
            click.echo(json.dumps(values))
        else:
            click.echo(f"part {part.seq} of {part.total}: AT+CMGS={part.tpdu_length}\n{part.pdu}")
