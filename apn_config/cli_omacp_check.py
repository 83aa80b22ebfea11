"""`command check --omacp`: what an OMA CP message would do.

`check_omacp` is for programs, too. No secret stands on the command line, and none is printed.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.model import Command, Device, Mac, Malformed, NotForUs, Security

if TYPE_CHECKING:
    from apn_config.config import Config
    from apn_config.dialects.omacp.reading import Reading

# More than the longest message takes as PDUs in hex: 255 parts.
_MAX_FILE_OCTETS = 1 << 18
# Where this command knows more than silences.py: its options, and that it is OMA CP.
_WHY = {
    "no-proof": "its SEC and MAC can't be read, so nothing proves whom it is from",
    "no-pin": "there is no PIN to verify its MAC with: --pin-file, or [dialects.omacp] pin_file",
    "no-imsi": "there is no IMSI to verify its MAC with: --imsi",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a message is: `source` how it was given, `mac` right, wrong, none or unknown.

    `why` it gets silence, None where the device would carry it out or answer.
    """

    source: str
    reading: Reading
    mac: str
    why: str | None = None
    typed: str | None = field(default=None, repr=False)

    @property
    def security(self) -> Security | None:
        """Its SEC."""
        return None if self.reading.push is None else self.reading.push.security


def check_omacp(
    content: bytes,
    *,
    pin: str = "",
    imsi: str = "",
    accept: frozenset[Security] | None = None,
) -> Checked:
    """Read what `source_of` understands, and verify it. Raises NoSource.

    `accept` are the SEC that the configuration takes; None is its default. A document that stands
    alone is looked at as if its message had been accepted.
    """
    from apn_config.dialects.omacp.reading import read, read_push
    from apn_config.dialects.omacp.source import source_of
    from apn_config.dialects.omacp.wsp import Push

    source = source_of(content)
    if source.message is None:
        push = Push(source.media, Security.UNSIGNED, None, source.document, 0)
        return Checked(source.what, read_push(push), "none")
    reading = read(source.message)
    if isinstance(reading.parsed, NotForUs):
        return Checked(source.what, reading, "none", "it is no provisioning message")
    proof = reading.parsed.proof if isinstance(reading.parsed.proof, Mac) else None
    why = _fault(proof, pin, imsi, accept)
    typed = None
    if proof is not None and proof.security is Security.USERPINMAC and pin:
        from apn_config.dialects.omacp.security import typed_digits

        typed = typed_digits(pin, proof.body)
    return Checked(source.what, reading, _mac_word(proof, pin, imsi), why, typed)


def _fault(
    proof: Mac | None, pin: str, imsi: str, accept: frozenset[Security] | None
) -> str | None:
    """Why the message isn't let in: as the daemon finds it."""
    from apn_config.config import OmacpConfig
    from apn_config.proofs import Secrets, mac_fault
    from apn_config.silences import why

    taken = OmacpConfig().accept if accept is None else accept
    fault = mac_fault(Secrets(omacp_pin=pin or None, omacp_accept=taken), proof, Device(imsi=imsi))
    return None if fault is None else _WHY.get(fault, why(fault))


def _mac_word(proof: Mac | None, pin: str, imsi: str) -> str:
    from apn_config.dialects.omacp.security import key_for, verify

    if proof is None or not proof.mac:
        return "none"
    if key_for(proof.security, pin, imsi) is None:
        return "unknown"
    return "right" if verify(proof, pin, imsi) else "wrong"


def check_command(
    given: str, config: Config | None, pin_file: Path | None, imsi: str, *, as_json: bool
) -> None:
    """`command check --omacp`: print what it is and what would be done.

    `config` None is the default one, with the dialect enabled.
    """
    from apn_config.config import OmacpConfig, defaults, read_secret
    from apn_config.dialects.omacp.source import NoSource

    understood = defaults() if config is None else config
    settings = OmacpConfig() if config is None else config.dialects.omacp
    path = settings.pin_file if pin_file is None else pin_file
    try:
        checked = check_omacp(
            _content(given),
            pin="" if path is None else read_secret(path, key="--pin-file"),
            imsi=imsi,
            accept=settings.accept,
        )
    except NoSource as error:
        raise click.BadParameter(f"--omacp: {error}") from None
    enabled = config is None or "omacp" in config.dialects.enabled
    verdict = _verdict(checked, understood, enabled=enabled)
    if as_json:
        click.echo(json.dumps(verdict))
        return
    from apn_config.display import table

    document = verdict["omacp"].pop("document")
    if document is not None:
        click.echo(f"{document}\n")
    rows = {**verdict.pop("omacp"), **verdict}
    for line in table((name, value) for name, value in rows.items() if value is not None):
        click.echo(line)


def _verdict(checked: Checked, understood: Config, *, enabled: bool) -> dict[str, Any]:
    """As `command check` has it for a text, and what is particular to such a message.

    What an understood document asks for is told whatever becomes of it.
    """
    from apn_config.cli_command import VERDICT_KEYS, request_values
    from apn_config.dialects.omacp.xml import print_xml

    reading = checked.reading
    verdict: dict[str, Any] = dict.fromkeys(VERDICT_KEYS)
    why = checked.why if enabled else "omacp is not in [dialects] enabled"
    parsed = reading.parsed
    if isinstance(parsed, Command) and parsed.request is not None:
        verdict |= {"verdict": "execute", "verb": parsed.verb.value, "cid": understood.apn.cid}
        verdict |= {"apn": parsed.request.name, **request_values(parsed.request)}
    elif isinstance(parsed, Malformed):
        verdict |= {"verdict": "answer", "why": parsed.reason, "to": understood.reply.to}
        verdict["text"] = _answer(parsed)
    if why is not None:
        verdict |= {"verdict": "silence", "why": why, "to": None, "text": None}
    push = reading.push
    verdict["omacp"] = {
        "source": checked.source,
        "media": None if push is None else push.media.value,
        "sec": None if checked.security is None else checked.security.value,
        "mac": checked.mac,
        "typed": checked.typed,
        "fault": reading.what,
        "document": None if reading.document is None else print_xml(reading.document),
    }
    return verdict


def _answer(parsed: Malformed) -> str:
    """What is answered to a message that is let in and can't be carried out: the plain words."""
    from apn_config.model import Outcome, Result
    from apn_config.replies import words

    return words(Outcome(Result.ERR, reason=parsed.reason, word=parsed.verb, at=parsed.at))


def _content(given: str) -> bytes:
    """The octets of FILE (- is standard input), or of hex digits."""
    path = Path(given)
    if given == "-":
        content = sys.stdin.buffer.read(_MAX_FILE_OCTETS + 1)
    elif _is_file(path):
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_FILE_OCTETS + 1)
        except OSError as error:
            raise click.BadParameter(f"--omacp: {path}: {error.strerror}") from None
    else:
        try:
            content = bytes.fromhex(given)
        except ValueError:
            raise click.BadParameter(
                "--omacp: wanted a file that is there, or hex digits"
            ) from None
    if not content or len(content) > _MAX_FILE_OCTETS:
        raise click.BadParameter(f"--omacp: wanted 1 to {_MAX_FILE_OCTETS} octets")
    return content


def _is_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):  # hex digits, more than a name may have
        return False
