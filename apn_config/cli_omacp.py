"""`command make --omacp`: an OMA CP message that sets an APN, as SMS.

`make_omacp` is for programs, too. No secret stands on the command line, and none is printed but in
what it is to be sent in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.model import AuthType, Security

if TYPE_CHECKING:
    from apn_config.dialects.omacp.encode import AccessPoint, Part
    from modem import sms

_SIGNED = {
    "userpin": Security.USERPIN,
    "netwpin": Security.NETWPIN,
    "usernetwpin": Security.USERNETWPIN,
    "none": Security.UNSIGNED,
}
_WITH_PIN = (Security.USERPIN, Security.USERNETWPIN)
_WITH_IMSI = (Security.NETWPIN, Security.USERNETWPIN)
_MAX_TITLE = 64


@dataclass(frozen=True, slots=True)
class Made:
    """A message: the whole push, and the parts that SMS carry."""

    push: bytes = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)


def make_omacp(
    point: AccessPoint,
    security: Security,
    *,
    pin: str = "",
    imsi: str = "",
    reference: int | None = None,
) -> Made:
    """The message that sets an access point, signed.

    `reference` (0 to 255) joins its parts; without one it comes of the octets, so that two messages
    to one device seldom have the same. Raises ValueError where the SEC takes a PIN or an IMSI that
    isn't given, or one that is none.
    """
    from zlib import crc32

    from apn_config.dialects.omacp.encode import (
        document_of,
        encode_push,
        encode_wbxml,
        parts_of,
    )
    from apn_config.dialects.omacp.security import key_for

    key = key_for(security, pin, imsi)
    if key is None and security is not Security.UNSIGNED:
        raise ValueError(f"{security.value} takes a PIN or an IMSI that isn't there")
    push = encode_push(encode_wbxml(document_of(point)), security, key or b"")
    number = crc32(push) & 0xFF if reference is None else reference
    return Made(push, parts_of(push, number))


@click.command("make", short_help="Make an OMA CP message that sets an APN.")
@click.option("--omacp", is_flag=True, required=True, help="OMA Client Provisioning.")
@click.option("--apn", required=True, help="The APN.")
@click.option("--user", default="", help="User of the APN.")
@click.option(
    "--pass-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the APN's password.",
)
@click.option(
    "--auth",
    type=click.Choice(["none", "pap", "chap"]),
    help="How they are given. Default: pap with a user or a password, else none. pap or chap"
    " without either says that there are none, which clears them.",
)
@click.option("--name", "title", default="", help="What a phone calls it. Default: the APN.")
@click.option(
    "--napid",
    help="Identifier in the document. Default: a new one, since a device takes a document once.",
)
@click.option("--internet", is_flag=True, help="Flag it as the access point for the internet.")
@click.option(
    "--sec",
    type=click.Choice(list(_SIGNED)),
    default="userpin",
    show_default=True,
    help="What the message is signed with.",
)
@click.option(
    "--pin-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the PIN of userpin and usernetwpin.",
)
@click.option("--imsi", default="", help="IMSI of the device's card, for netwpin and usernetwpin.")
@click.option(
    "--reference",
    type=click.IntRange(0, 255),
    metavar="N",
    help="What the parts have in common. Default: of the message.",
)
@click.option("--to", metavar="NUMBER", help="Print SMS-SUBMITs to this number, for AT+CMGS.")
@click.option("--deliver", metavar="SENDER", help="Print SMS-DELIVERs from SENDER, for tests.")
@click.option("--to-hex", is_flag=True, help="Print the whole push in hex.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line for each part.")
@click.option("--rest", is_flag=True, help="Print what the REST API may take; with --unverified.")
@click.option(
    "--unverified", is_flag=True, help="Know that nobody has tried that form at the platform."
)
def command_make(**given: Any) -> None:
    """Make the OMA CP message that sets an APN, signed, as SMS.

    How emnify's REST API takes octets is not documented, and nobody has tried it: its form is
    printed with --unverified only.

    \b
    Examples:
      modem-helper command make --omacp --apn em --pin-file pin --to +882300000000001
      modem-helper command make --omacp --apn em --sec netwpin --imsi 901430000000001 --json
    """
    options = _Making(**{name: given[name] for name in _Making.__slots__})
    rest = given["rest"] or given["unverified"]
    if rest and not given["unverified"]:
        raise click.UsageError(
            "how the REST API takes octets is not documented; --unverified prints a guess"
        )
    to, deliver, as_json = given["to"], given["deliver"], given["as_json"]
    forms = [to is not None and not as_json, deliver is not None, given["to_hex"], as_json, rest]
    if sum(map(bool, forms)) != 1:
        raise click.UsageError(
            "wanted one of --to NUMBER, --deliver SENDER, --to-hex, --json, --rest --unverified"
        )
    made = options.made()
    if given["to_hex"]:
        click.echo(made.push.hex().upper())
    elif rest:
        click.echo("unverified: nobody has tried this form at the platform", err=True)
        _print_json(_rest_values(made.parts))
    elif as_json:
        _print_json(_part_values(made.parts, to))
    elif deliver is not None:
        _print_delivers(made.parts, deliver)
    else:
        _print_submits(made.parts, to)


@dataclass(frozen=True, slots=True)
class _Making:
    """The options of `command make` that say what is made."""

    apn: str
    user: str
    pass_file: Path | None
    auth: str | None
    title: str
    napid: str | None
    internet: bool
    sec: str
    pin_file: Path | None
    imsi: str
    reference: int | None

    def made(self) -> Made:
        """The message. Raises UsageError, BadParameter, ConfigError."""
        security = _SIGNED[self.sec]
        if security in _WITH_PIN and self.pin_file is None:
            raise click.UsageError(f"--sec {self.sec} takes --pin-file")
        if security in _WITH_IMSI and not self.imsi:
            raise click.UsageError(f"--sec {self.sec} takes --imsi")
        pin = _secret(self.pin_file, "--pin-file") if security in _WITH_PIN else ""
        point = self._point()
        try:
            return make_omacp(point, security, pin=pin, imsi=self.imsi, reference=self.reference)
        except ValueError:
            raise click.BadParameter("--imsi: wanted 6 to 15 digits") from None

    def _point(self) -> AccessPoint:
        from apn_config.apn_syntax import apn_offence, credential_offence
        from apn_config.dialects.omacp.encode import AccessPoint

        password = _secret(self.pass_file, "--pass-file")
        if apn_offence(self.apn) is not None:
            raise click.BadParameter(f"--apn: {self.apn!r} is no APN")
        for option, value in (("--user", self.user), ("--pass-file", password)):
            if credential_offence(value) is not None:
                raise click.BadParameter(
                    f"{option}: wanted at most 64 characters of ASCII, without quotes, \\ and ;"
                )
        napid = _new_napid() if self.napid is None else self.napid
        for option, value in (("--name", self.title), ("--napid", napid)):
            if not value.isprintable() or len(value) > _MAX_TITLE:
                raise click.BadParameter(
                    f"{option}: wanted at most {_MAX_TITLE} printable characters"
                )
        auth = self.auth or ("pap" if self.user or password else "none")
        if auth == "none" and (self.user or password):
            raise click.UsageError("--auth none has neither user nor password")
        return AccessPoint(
            self.apn, self.user, password, AuthType(auth), self.title, napid, self.internet
        )


def _new_napid() -> str:
    """Seven characters by chance: the same settings make another document each time."""
    import secrets
    from base64 import b32encode

    return f"N{b32encode(secrets.token_bytes(5)).decode()[:7]}"


def _secret(path: Path | None, option: str) -> str:
    from apn_config.config_reader import read_secret

    return "" if path is None else read_secret(path, key=option)


def _print_json(rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        click.echo(json.dumps(row))


def _rest_values(parts: Sequence[Part]) -> Iterator[dict[str, Any]]:
    """The bodies of the calls, a guess: octets as hex, the header as the API has it for texts."""
    from apn_config.dialects.omacp.encode import EIGHT_BIT_DCS

    for part in parts:
        yield {
            "payload": part.data.hex().upper(),
            "udh": part.header.hex().upper(),
            "dcs": EIGHT_BIT_DCS,
        }


def _part_values(parts: Sequence[Part], to: str | None) -> Iterator[dict[str, Any]]:
    from apn_config.dialects.omacp.encode import EIGHT_BIT_DCS

    for number, part in enumerate(parts, 1):
        submit = None if to is None else _submit(part, to)
        yield {
            "part": number,
            "parts": len(parts),
            "udh": part.header.hex().upper(),
            "data": part.data.hex().upper(),
            "dcs": EIGHT_BIT_DCS,
            "pdu": None if submit is None else submit.pdu,
            "tpdu_length": None if submit is None else submit.tpdu_length,
        }


def _print_submits(parts: Sequence[Part], to: str) -> None:
    for number, part in enumerate(parts, 1):
        submit = _submit(part, to)
        click.echo(f"part {number} of {len(parts)}: AT+CMGS={submit.tpdu_length}\n{submit.pdu}")


def _print_delivers(parts: Sequence[Part], sender: str) -> None:
    from datetime import UTC, datetime

    from apn_config.dialects.omacp.encode import deliver_of
    from modem import sms

    now = datetime.now(tz=UTC)
    for part in parts:
        try:
            click.echo(deliver_of(part, sender, now).pdu)
        except sms.ComposeError as error:
            raise click.BadParameter(f"--deliver: {error}") from None


def _submit(part: Part, to: str) -> sms.Submit:
    from apn_config.dialects.omacp.encode import submit_of
    from modem import sms

    # An address may have *, # and letters, too (3GPP TS 23.040 9.1.2.3); no device is reached so.
    if re.fullmatch(r"\+?[0-9]+", to) is None:
        raise click.BadParameter("--to: wanted digits, after a + where it is international")
    try:
        return submit_of(part, to)
    except sms.ComposeError as error:
        raise click.BadParameter(f"--to: {error}") from None
