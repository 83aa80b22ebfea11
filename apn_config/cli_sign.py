"""The commands `command sign` and `command verify-answer`: the sender's side of signed commands.

They need neither a modem nor a daemon, and change nothing but the counter's file.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apn_config.cli import show_json
from apn_config.cli_key_place import (
    CONFIG,
    DIRECTORY,
    complete_name,
    place_of,
    told_of_permission,
)
from apn_config.dialects.signed import (
    MAX_COUNTER,
    normalised,
    sign,
    signature_of,
    verify_answer,
)
from apn_config.dialects.words import Pair, words_of

if TYPE_CHECKING:
    from apn_config.model import Signature

# As a card has it: 18 to 20 characters, of which the last may be the filler (ITU-T E.118).
_ICCID = re.compile(r"[0-9]{4}[0-9A-F]{14,16}")
_MAX_TEXT_OCTETS = 16384


def _iccid(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    bare = re.sub(r"[ -]", "", value).upper()
    if not _ICCID.fullmatch(bare):
        raise click.BadParameter("wanted the card's number: 18 to 20 digits")
    return bare


_KEY_FILE = click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the key, as `keys create` makes it.",
)
_KEY = click.option("--key", "name", shell_complete=complete_name, help="A key of the directory.")
_ICCID_OPTION = click.option(
    "--iccid",
    required=True,
    callback=_iccid,
    help="Number of the card in the device, with or without its check digit.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed text, and how it goes out as SMS. `septets` is None where it needs UCS-2."""

    text: str
    counter: int
    septets: int | None
    parts: int


def signed_text(key: bytes, iccid: str, counter: int, text: str) -> Signed:
    """Sign a command. Raises CannotSign."""
    from modem import sms

    signed = sign(key, iccid, counter, text)
    count = sms.count(signed)
    septets = count.units if count.encoding is sms.Encoding.GSM7 else None
    return Signed(signed, counter, septets, count.parts)


def checked_answer(key: bytes, iccid: str, text: str) -> Signature | None:
    """What a signed answer says, and to the command of which counter; None where it's forged."""
    found = signature_of(text)
    return found if found is not None and verify_answer(key, iccid, found) else None


@click.command("sign")
@click.argument("text")
@_KEY_FILE
@_KEY
@_ICCID_OPTION
@click.option(
    "--counter",
    type=click.IntRange(1, MAX_COUNTER),
    help="The counter, higher than any before; the file isn't looked at.",
)
@click.option(
    "--counter-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the last counter, which is counted up. Default: KEY-FILE.counter.",
)
@DIRECTORY
@CONFIG
@_JSON
def command_sign(
    text: str,
    key_file: Path | None,
    name: str | None,
    iccid: str,
    counter: int | None,
    counter_file: Path | None,
    directory: Path | None,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Sign TEXT, a command, and print the SMS to send; - reads it from stdin.

    The counter's file is counted up before anything is printed, so none is ever used twice.

    \b
    Examples:
      modem-helper command sign --key-file ops.key --iccid 8988399000000000001 "#17 APN em"
      modem-helper command sign --key ops --iccid 8988399000000000001 --counter 7 STATUS
    """
    if counter is not None and counter_file is not None:
        raise click.UsageError("one of --counter and --counter-file")
    path = _key_path(key_file, name, config_path, directory)
    key, text = _key_of(path), _text_of(text)
    # What can't be signed must not use a counter up.
    signed_text(key, iccid, counter or MAX_COUNTER, text)
    if counter is None:
        from apn_config.counter_file import next_counter

        counter = next_counter(counter_file or path.with_name(f"{path.name}.counter"))
    signed = signed_text(key, iccid, counter, text)
    for warning in _warnings(text, signed):
        click.echo(f"warning: {warning}", err=True)
    if as_json:
        show_json(
            {
                "text": signed.text,
                "counter": signed.counter,
                "septets": signed.septets,
                "parts": signed.parts,
            }
        )
    else:
        click.echo(signed.text)


@click.command("verify-answer")
@click.argument("text")
@_KEY_FILE
@_KEY
@_ICCID_OPTION
@DIRECTORY
@CONFIG
@_JSON
def command_verify_answer(
    text: str,
    key_file: Path | None,
    name: str | None,
    iccid: str,
    directory: Path | None,
    config_path: Path | None,
    as_json: bool,
) -> None:
    """Tell whether TEXT is a device's signed answer; - reads it from stdin.

    Exit code 0 and what it says where it is, 1 where it isn't.

    \b
    Example:
      modem-helper command verify-answer --key-file ops.key --iccid 8988399000000000001 - < answer
    """
    key = _key_of(_key_path(key_file, name, config_path, directory))
    found = checked_answer(key, iccid, _text_of(text))
    if as_json:
        show_json(
            {
                "valid": found is not None,
                "counter": None if found is None else found.counter,
                "text": None if found is None else found.text,
            }
        )
    elif found is None:
        click.echo("Not signed by that key for that card.")
    else:
        from apn_config.display import safe

        click.echo(f"Signed, to the command with counter {found.counter}: {safe(found.text)}")
    sys.exit(0 if found is not None else 1)


def _key_path(
    key_file: Path | None, name: str | None, config_path: Path | None, directory: Path | None
) -> Path:
    if (key_file is None) == (name is None):
        raise click.UsageError("one of --key-file and --key")
    if key_file is not None:
        return key_file
    from apn_config.keys import CURRENT, absent, key_names

    place = place_of(config_path, None, directory).directory
    assert name is not None
    with told_of_permission():
        if name not in key_names(place):
            raise absent(name)
    return place / f"{name}{CURRENT}"


def _key_of(path: Path) -> bytes:
    from apn_config.keys import read_key

    with told_of_permission():
        return read_key(path)


def _text_of(text: str) -> str:
    """The text itself, or what stands on stdin: a password must not be in a list of processes."""
    if text != "-":
        return text
    octets = sys.stdin.buffer.read(_MAX_TEXT_OCTETS)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise click.BadParameter("stdin is no text in UTF-8", param_hint="TEXT") from None


def _warnings(text: str, signed: Signed) -> list[str]:
    """What makes that it costs more or does something else than whoever wrote it thinks."""
    found = []
    if signed.parts > 1:
        why = "" if signed.septets is not None else ", since a character is not in GSM 7-bit"
        found.append(f"it takes {signed.parts} SMS{why}")
    if _values(text) != _values(normalised(text)):
        found.append("what stands in quotes is changed: blanks side by side become one")
    return found


def _values(text: str) -> list[str]:
    """What the words say, quoted ones whole."""
    words = words_of(text)
    return [word.value.text if isinstance(word, Pair) else word.text for word in words]
