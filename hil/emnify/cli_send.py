"""`modem-helper emnify sms send`: one text to one device or many, and what came of it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

import click

from apn_config.display import columns
from apn_config.spans import parse_span
from hil.emnify.bulk import Limits, Outcome, Result, Stopping, send_to_all
from hil.emnify.cli_access import FILTER_OPTION, Access, api_command
from hil.emnify.models import SmsRequest

if TYPE_CHECKING:
    from hil.emnify.client import Client

_INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class _Targets:
    """Which devices: named ones, or those of a filter."""

    devices: tuple[int, ...]
    filters: dict[str, str]

    async def ids(self, client: Client) -> tuple[int, ...]:
        if self.devices:
            return tuple(dict.fromkeys(self.devices))
        return tuple([device.id async for device in client.devices(self.filters)])


@dataclass(frozen=True, slots=True)
class _Content:
    """A text in parts, or octets."""

    text: str | None
    octets: SmsRequest | None
    sender: str
    expiry: datetime | None

    async def send(self, client: Client, device_id: int) -> tuple[int, ...]:
        if self.octets is not None:
            return (await client.send_sms(device_id, self.octets, unverified=True),)
        return await client.send_text(
            device_id, self.text or "", sender=self.sender, expiry=self.expiry
        )


def _validity(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> timedelta | None:
    seconds = None if value is None else parse_span(value)
    if value is not None and not seconds:
        raise click.BadParameter(f"wanted a span such as 90s, 10m, 2h or 1d, got {value!r}")
    return None if seconds is None else timedelta(seconds=seconds)


def _share(_context: click.Context, _option: click.Parameter, value: str) -> float:
    try:
        share = float(value.removesuffix("%")) / 100
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise click.BadParameter(f"wanted 0% to 100%, got {value!r}")
    return share


@click.command()
@click.option(
    "--device", "named", multiple=True, type=click.IntRange(min=1), metavar="ID",
    help="To this device; may be given several times.",
)  # fmt: skip
@FILTER_OPTION
@click.option(
    "--devices", "file", type=click.File(encoding="utf-8"), metavar="FILE",
    help="To the devices whose ids stand in FILE, one a line.",
)  # fmt: skip
@click.option("--text", metavar="TEXT", help="The text; a long one goes in parts.")
@click.option("--hex", "octets", metavar="HEX", help="Octets instead; wants --unverified.")
@click.option(
    "--from", "sender", default="", metavar="SENDER",
    help="Number or name that the device sees; it can answer to one of at most 7 digits.",
)  # fmt: skip
@click.option(
    "--validity", callback=_validity, metavar="SPAN",
    help="Give up after 10m, 2h, ... The platform's default is 24 hours.",
)  # fmt: skip
@click.option(
    "--max-failures", callback=_share, default="20%", show_default=True, metavar="SHARE",
    help="Stop when more than that failed, of ten devices at least.",
)  # fmt: skip
@click.option("--unverified", is_flag=True, help="Send what nobody has seen the platform take.")
@click.option("--yes", is_flag=True, help="Don't ask before sending to more than one device.")
@api_command
def send(
    access: Access,
    named: tuple[int, ...],
    filters: dict[str, str],
    file: TextIO | None,
    text: str | None,
    octets: str | None,
    sender: str,
    validity: timedelta | None,
    max_failures: float,
    unverified: bool,
    yes: bool,
) -> None:
    """Send an SMS to one device or many.

    \b
    Example:
      modem-helper emnify sms send --device 700001 --from 12345 --text "APN em"
      modem-helper emnify sms send --filter tags:pump --from 12345 --text "APN em" --yes
    """
    if (bool(named) + bool(filters) + (file is not None)) != 1:
        raise click.UsageError("wanted one of --device, --filter and --devices")
    content = _content(text, octets, sender, validity, unverified)
    targets = _Targets(named if file is None else _ids_in(file), filters)

    async def work(client: Client) -> tuple[Result, ...]:
        ids = await targets.ids(client)
        if not ids:
            raise click.ClickException("there is no such device")
        if len(ids) > 1 and not yes:
            _confirm(len(ids))
        with _stopped_by_signals(stopping):
            return await _send_with_progress(client, content, ids, Limits(max_failures), stopping)

    stopping = Stopping()
    results = access.run(work)
    if len(results) == 1 and results[0].error is not None:
        raise results[0].error
    access.show(_results_json(results), _result_lines(results))
    click.get_current_context().exit(_INTERRUPTED if stopping.asked else _exit_code(results))


@contextmanager
def _stopped_by_signals(stopping: Stopping) -> Iterator[None]:
    """Ctrl-C and SIGTERM, while the context lasts: no further SMS, and what went out is told."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not stopping.asked:
            words = "Waiting for what is under way; once more ends it, sent or not."
            click.echo(f"\n{words}", err=True)
        stopping.ask()

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _confirm(count: int) -> None:
    try:
        agreed = click.confirm(f"Send to {count} devices?", err=True)
    except click.Abort as error:
        if sys.stdin.isatty():  # Ctrl-C
            raise
        raise click.UsageError("nobody is there to ask: --yes sends without asking") from error
    if not agreed:
        raise click.Abort


def _content(
    text: str | None, octets: str | None, sender: str, validity: timedelta | None, unverified: bool
) -> _Content:
    """What is sent; what can't be is refused before anybody is asked."""
    from hil.emnify.texts import answers_go_astray, octets_request, requests_for

    if (text is None) == (octets is None):
        raise click.UsageError("wanted either --text or --hex")
    if octets is not None and not unverified:
        raise click.UsageError(
            "how the platform takes octets is not documented; --unverified sends the hex as payload"
        )
    expiry = None if validity is None else datetime.now(UTC) + validity
    request = None
    if octets is None:
        requests_for(text or "", sender=sender)
    else:
        try:
            request = octets_request(bytes.fromhex(octets), sender=sender, expiry=expiry)
        except ValueError as error:
            raise click.BadParameter("--hex: wanted pairs of hex digits") from error
    if answers_go_astray(sender):
        click.echo(
            f"warning: what a device answers to {sender} goes to a subscriber (P2P), not to the"
            " webhook: that takes a sender of at most 7 digits",
            err=True,
        )
    return _Content(text, request, sender, expiry)


def _ids_in(file: TextIO) -> tuple[int, ...]:
    """Ids, one a line; empty lines and what follows a # don't count."""
    found = []
    try:
        for number, line in enumerate(file, 1):
            word = line.partition("#")[0].strip()
            if not word:
                continue
            if not (word.isascii() and word.isdigit()):
                raise click.BadParameter(
                    f"--devices: {file.name}:{number}: wanted the id of a device, got {word!r}"
                )
            found.append(int(word))
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"--devices: {file.name} is no text") from error
    if not found:
        raise click.BadParameter(f"--devices: {file.name} names no device")
    return tuple(found)


async def _send_with_progress(
    client: Client,
    content: _Content,
    ids: Sequence[int],
    limits: Limits,
    stopping: Stopping,
) -> tuple[Result, ...]:
    async def send(device_id: int) -> tuple[int, ...]:
        return await content.send(client, device_id)

    if len(ids) == 1:
        return await send_to_all(ids, send, stopping=stopping)
    with click.progressbar(length=len(ids), label="Sending", file=sys.stderr, show_pos=True) as bar:
        return await send_to_all(
            ids,
            send,
            limits=limits,
            progress=lambda _result: bar.update(1),
            stopping=stopping,
        )


def _results_json(results: Sequence[Result]) -> dict[str, Any]:
    outcomes = [result.outcome for result in results]
    return {
        "sent": outcomes.count(Outcome.SENT),
        "failed": len(outcomes) - outcomes.count(Outcome.SENT) - outcomes.count(Outcome.NOT_TRIED),
        "not_tried": outcomes.count(Outcome.NOT_TRIED),
        "devices": [
            {
                "device": result.device,
                "outcome": result.outcome.value,
                "ids": list(result.ids),
                "error": None if result.error is None else str(result.error),
            }
            for result in results
        ],
    }


def _result_lines(results: Sequence[Result]) -> list[str]:
    if len(results) == 1:
        ids = ", ".join(map(str, results[0].ids))
        return [f"Sent to device {results[0].device}: {ids}"]
    rows = [
        (result.device, result.outcome.value, ", ".join(map(str, result.ids)), result.error)
        for result in results
    ]
    sent = sum(result.outcome is Outcome.SENT for result in results)
    untried = sum(result.outcome is Outcome.NOT_TRIED for result in results)
    stopped = f" It was stopped: {untried} not tried." if untried else ""
    summary = f"Sent to {sent} of {len(results)} devices.{stopped}"
    return [*columns(("device", "result", "SMS", "why"), rows), "", summary]


def _exit_code(results: Sequence[Result]) -> int:
    """0 where all went; the errors' own code where they have one in common."""
    codes = {result.error.exit_code for result in results if result.error is not None}
    if codes:
        return codes.pop() if len(codes) == 1 else 1
    return 0
