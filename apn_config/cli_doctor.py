"""The command `doctor`: what is wrong with modem, card, network and machine, and what to do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apn_config.cli import modem_options, show_json
from apn_config.config import DEFAULT_PATH, ConfigError, readable, with_overrides

if TYPE_CHECKING:
    from apn_config.doctor import Examined, Finding, Order, Topic
    from apn_config.doctor.repair import Repair
    from modem.transcript import Way


@click.command()
@modem_options
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0, 3600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the network.",
)
@click.option("--fix", is_flag=True, help="Mend what is safe to mend, and look again.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a report for a ticket, too; numbers and secrets are masked.",
)
def doctor(
    config_path: Path | None,
    port: str | None,
    baud: int | None,
    socket: Path | None,
    as_json: bool,
    wait_s: float,
    fix: bool,
    report_path: Path | None,
) -> None:
    """Find out what is wrong, and tell what to do.

    It looks at this machine, the configuration, the daemon, the port, the modem, its SIM, network,
    SMS and APN. Where the daemon runs it is asked in place of the port. Nothing is changed without
    --fix, and no PIN is ever tried. It ends with 0 where nothing has failed, else with the exit
    code of what is to be mended first.

    \b
    Example:
      modem-helper doctor
      modem-helper doctor --port /dev/ttyUSB2 --fix
      modem-helper doctor --report doctor.txt
    """
    from apn_config.doctor import exit_code_of

    order = _order(config_path, port, baud, socket, wait_s)
    screen = _Screen(quiet=as_json)
    traffic = _Traffic()
    try:
        examined, repairs = asyncio.run(_work(order, screen, traffic, fix=fix))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    code = exit_code_of(examined.findings)
    if as_json:
        show_json(_as_json(examined, repairs, code))
    else:
        screen.close(examined, repairs)
    if report_path is not None:
        _write_report(report_path, examined, traffic)
        if not as_json:
            click.echo(f"Wrote {click.format_filename(report_path)}.")
    if code:
        raise SystemExit(code)


def _order(
    config_path: Path | None, port: str | None, baud: int | None, socket: Path | None, wait_s: float
) -> Order:
    """What is to be looked at. A faulty configuration is a finding, not the end."""
    from apn_config.cli import read_config
    from apn_config.doctor import Order, Patience

    path, patience = config_path or DEFAULT_PATH, Patience(registration_s=wait_s)
    try:
        target = read_config(config_path, port, baud, socket)
    except ConfigError as error:
        config = with_overrides(readable(path), port=port, baud=baud, socket=socket)
        return Order(
            config, path, port, elsewhere=port is not None, config_error=error, patience=patience
        )
    return Order(target.config, path, port, target.elsewhere, patience=patience)


async def _work(
    order: Order, screen: _Screen, traffic: _Traffic, *, fix: bool
) -> tuple[Examined, tuple[Repair, ...]]:
    from apn_config.doctor import examine
    from apn_config.doctor.repair import repair

    _end_in_order()
    examined = await examine(order, tell=screen.show, progress=screen.progress, tap=traffic.tap)
    if not fix:
        return examined, ()
    return await repair(order, examined, tell=screen.say, progress=screen.progress, tap=traffic.tap)


def _end_in_order() -> None:
    """Whoever ends it, as a lost session of ssh does, ends it as Ctrl-C does: what was set for the
    questions is put back.
    """
    work, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert work is not None
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, work.cancel)


class _Traffic:
    """What passes on the port, for the report."""

    def __init__(self) -> None:
        from modem import Tap
        from modem.transcript import Chunk

        self._steps: list[Chunk] = []
        self._began_s = time.monotonic()
        self.tap = Tap()
        self.tap.listen(self._keep)

    def _keep(self, way: Way, data: bytes) -> None:
        from modem.transcript import Chunk

        self._steps.append(Chunk(time.monotonic() - self._began_s, way, data))

    def masked(self) -> str:
        """As a transcript, without numbers, texts and secrets."""
        from modem.transcript import Masker, Transcript, write

        masker = Masker()
        steps = [shown for step in self._steps for shown in masker.feed(step)]
        return write(Transcript((), (*steps, *masker.flush())))


class _Screen:
    """Findings as they come, below their topics; on a terminal also what is being done."""

    def __init__(self, *, quiet: bool) -> None:
        from apn_config.doctor.words import ASCII_MARKS, MARKS

        self._quiet = quiet
        self._topic: Topic | None = None
        self._doing = not quiet and sys.stderr.isatty()
        utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        self._marks = MARKS if utf8 else ASCII_MARKS
        self._colour = False if os.environ.get("NO_COLOR") else None

    def progress(self, doing: str) -> None:
        """What takes time."""
        if self._doing:
            sys.stderr.write(f"\r\x1b[K{doing[:78]} ...")
            sys.stderr.flush()

    def say(self, text: str) -> None:
        """A line of its own."""
        from apn_config.display import safe

        self._clear()
        if not self._quiet:
            click.echo(f"  {safe(text)}", color=self._colour)

    def show(self, finding: Finding) -> None:
        """A finding."""
        from apn_config.doctor.words import COLOURS, details, headline

        if self._quiet:
            return
        self._clear()
        if finding.topic is not self._topic:
            click.echo(click.style(finding.topic.value, bold=True), color=self._colour)
            self._topic = finding.topic
        mark = click.style(self._marks[finding.verdict], fg=COLOURS[finding.verdict])
        click.echo(f"  {mark} {headline(finding)}", color=self._colour)
        for line in details(finding):
            click.echo(f"      {line}")

    def close(self, examined: Examined, repairs: tuple[Repair, ...]) -> None:
        """What was mended, and what to do first."""
        from apn_config.doctor import root_of
        from apn_config.doctor.words import summary

        self._clear()
        for each in repairs:
            outcome = "mended" if each.mended else "still there"
            click.echo(f"  {each.finding.id}: {outcome}")
        click.echo()
        click.echo("\n".join(summary(examined.findings, root_of(examined.findings))))

    def _clear(self) -> None:
        if self._doing:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _as_json(examined: Examined, repairs: tuple[Repair, ...], code: int) -> dict[str, Any]:
    from apn_config.doctor import root_of
    from apn_config.doctor.findings import end_of

    root, who = root_of(examined.findings), examined.identity
    return {
        "port": examined.port,
        "asked_daemon": examined.asked_daemon,
        "modem": None
        if who is None
        else {
            "manufacturer": who.manufacturer,
            "model": who.model,
            "revision": who.revision,
            "imei": end_of(who.imei),
            "iccid": end_of(who.iccid),
            "imsi": end_of(who.imsi),
        },
        "findings": [
            {
                "topic": each.topic.value,
                "id": each.id,
                "verdict": each.verdict.value,
                "found": each.found,
                "why": each.why or None,
                "advice": each.advice or None,
                "fixable": each.mend is not None,
                "exit_code": each.exit_code,
            }
            for each in examined.findings
        ],
        "first": None if root is None else root.id,
        "repairs": [
            {"id": each.finding.id, "sent": list(each.sent), "mended": each.mended}
            for each in repairs
        ],
        "exit_code": code,
    }


def _write_report(path: Path, examined: Examined, traffic: _Traffic) -> None:
    from apn_config.doctor import root_of
    from apn_config.doctor.words import report

    now = datetime.now(tz=UTC)
    head = [f"modem-helper doctor, {now:%Y-%m-%d %H:%M} UTC", f"port: {examined.port}"]
    text = report(examined.findings, root_of(examined.findings), head, traffic.masked())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        shown = click.format_filename(path)
        raise click.ClickException(f"{shown} can't be written: {error.strerror}") from None
