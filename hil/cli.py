"""Commands of the bench. They parse and call; the work is done in the modules beside this one."""

from __future__ import annotations

import re
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.shell_completion import CompletionItem

from hil.cli_address import host_and_port, listen_address
from hil.emnify.simulator.policy import SHORT_DIGITS
from modem.errors import MisuseError
from modem.profiles import Profile, profile_from, profile_named, profile_names

if TYPE_CHECKING:
    from hil.simulate import Options, Simulation
    from hil.station import Station
    from modem.simulator import FaultPlan

_EXAMPLE = '{"modem": 0, "from": "12345", "text": "APN em"}'


def _apn(value: str) -> str:
    """A name that can stand in an AT string."""
    if not re.fullmatch(r"[!#-~]{1,100}", value):
        raise click.BadParameter(f"wanted an APN, for example em, got {value!r}")
    return value


def _profile(value: str) -> Profile:
    """A family by its name, or one of the user's own in a file."""
    try:
        if not value.endswith(".toml"):
            return profile_named(value)
        return profile_from(Path(value).read_text("utf-8"))
    except OSError as error:
        raise click.BadParameter(f"{value}: {error.strerror}") from error
    except (MisuseError, UnicodeDecodeError) as error:
        raise click.BadParameter(str(error)) from error


def _profiles(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Families and files, for the shell's completion."""
    names = [CompletionItem(name) for name in profile_names() if name.startswith(incomplete)]
    return names or [CompletionItem(incomplete, type="file")]


def _pin(value: str) -> str:
    if not re.fullmatch(r"[0-9]{4,8}", value):
        raise click.BadParameter("wanted 4 to 8 digits")
    return value


def _scale(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if not isfinite(value):
        raise click.BadParameter("wanted a number")
    return value


@click.command()
@click.option(
    "--link",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A symbolic link to the modem's port, the same at each start. Further modems "
    "count its trailing number up (modem0, modem1, ...).",
)
@click.option(
    "--modems", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many modems."
)
@click.option(
    "--tcp",
    type=host_and_port,
    metavar="HOST:PORT",
    help="Offer the modems on TCP, too: the first at PORT, the next at PORT+1, ...",
)
@click.option(
    "--apn",
    "apns",
    type=_apn,
    metavar="NAME",
    multiple=True,
    default=("em",),
    show_default=True,
    help="An APN that the network accepts; may be given several times.",
)
@click.option(
    "--substitute-apn",
    type=_apn,
    metavar="NAME",
    help="The network grants this APN instead of one that it doesn't know.",
)
@click.option(
    "--start-apn",
    type=_apn,
    metavar="NAME",
    default="internet",
    show_default=True,
    help="The APN that the modems start with.",
)
@click.option(
    "--lte-only",
    is_flag=True,
    help="No 2G or 3G: an APN that the network doesn't know means no registration and no SMS.",
)
@click.option(
    "--profile",
    default="sim7600",
    show_default=True,
    type=_profile,
    shell_complete=_profiles,
    metavar="NAME|FILE.toml",
    help=f"The kind of modem: {', '.join(profile_names())}, or a description of one's own.",
)
@click.option("--pin", type=_pin, metavar="NNNN", help="The cards ask for this PIN.")
@click.option(
    "--baud",
    type=click.IntRange(300, 4_000_000),
    help="Pace the bytes as a serial line of that speed does.",
)
@click.option(
    "--time-scale",
    type=click.FloatRange(0.01, 10_000),
    default=1.0,
    show_default=True,
    callback=_scale,
    help="Make the network, and a modem's start, so many times faster.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Other numbers (IMEI, ICCID, ...) for another seed, the same for the same.",
)
@click.option(
    "--inbox",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Deliver what is written to FILE, one JSON object a line. A FILE that isn't "
    "there becomes a FIFO; one that is there is followed from its end.",
)
@click.option(
    "--outbox",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Append a JSON line to FILE for each SMS that a modem sent.",
)
@click.option(
    "--faults",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="Have go wrong what FILE says, in TOML: docs/simulator.md.",
)
@click.option(
    "--control",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Listen at this socket for `modem-helper sim-control`.",
)
@click.option(
    "--trace",
    type=click.File("a", encoding="utf-8"),
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="Show all bytes with their times, on standard output (with --json: standard error) or in "
    "FILE. PINs and passwords too.",
)
@click.option(
    "--listen",
    type=listen_address,
    metavar="[HOST:]PORT",
    help="Simulate the emnify platform there, too: REST API, webhooks, web portal. The modems are "
    "its devices. Needs the extra `bench`.",
)
@click.option(
    "--short-digits",
    type=click.IntRange(1, 15),
    default=SHORT_DIGITS,
    show_default=True,
    help="An SMS to so many digits goes to the webhook, to more it is to another SIM.",
)
@click.option("--unverified", is_flag=True, help="The platform takes binary SMS, as hex.")
@click.option(
    "--automations",
    type=click.File("r", encoding="utf-8"),
    metavar="FILE",
    help="What the platform does when a catch hook is called, in TOML: docs/platform.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line when all is ready.")
def simulate(
    *,
    apns: tuple[str, ...],
    substitute_apn: str | None,
    time_scale: float,
    faults: TextIO | None,
    trace: TextIO | None,
    automations: TextIO | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Start simulated modems, until Ctrl-C.

    Each is a port that any program can open, with a cellular network behind it. A new modem is
    registered by 3G, can send and receive SMS, and has no data: its APN is unknown to the network.

    \b
    Example:
      modem-helper simulate --link /tmp/modem0 --inbox /tmp/in --outbox /tmp/out
      echo '{"modem": 0, "from": "12345", "text": "APN em"}' > /tmp/in
    """
    from hil.simulate import Options
    from modem.simulator import NetworkSettings

    options = Options(
        network=NetworkSettings(apns=apns, substitute_apn=substitute_apn, time_scale=time_scale),
        faults=_plan(faults),
        trace=_trace(trace, as_json=as_json),
        automations=_automations(automations),
        **given,  # what has the name and the type of a field of Options
    )
    if options.listen is None:
        _refuse_for_nobody(automations, options)
    if options.tcp is not None and options.tcp[1] + options.modems - 1 > 65535:
        problem = f"no room for {options.modems} ports above {options.tcp[1]}"
        raise click.BadParameter(problem, param_hint="--tcp")
    _run(options, as_json=as_json)


def _trace(out: TextIO | None, *, as_json: bool) -> TextIO | None:
    """Where the trace goes: standard output has no room for it beside the one line of --json."""
    if as_json and out is not None and out.name == "<stdout>":
        return sys.stderr
    return out


def _plan(file: TextIO | None) -> FaultPlan | None:
    from modem.simulator import FaultFileError, parse_plan

    if file is None:
        return None
    try:
        return parse_plan(file.read(), file.name)
    except (FaultFileError, UnicodeDecodeError) as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error


def _refuse_for_nobody(automations: TextIO | None, options: Options) -> None:
    given = {
        "--automations": automations is not None,
        "--unverified": options.unverified,
        "--short-digits": options.short_digits != SHORT_DIGITS,
    }
    for option in [name for name, present in given.items() if present]:
        raise click.UsageError(f"{option} is for the platform: give --listen, too")


def _automations(file: TextIO | None) -> str:
    """The text of a file of automations that is right."""
    if file is None:
        return ""
    from hil.emnify.simulator.automation import AutomationError, parse_automations

    try:
        source = file.read()
        parse_automations(source)
    except (AutomationError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file.name}: {error}", param_hint="--automations") from error
    return source


def _run(options: Options, *, as_json: bool) -> None:
    import asyncio
    import json

    from hil.simulate import SimulateError
    from hil.simulate import simulate as run

    def ready(simulation: Simulation) -> None:
        shown = _shown(simulation, options.inbox)
        click.echo(json.dumps(simulation.ready()) if as_json else shown)
        if simulation.platform is not None and not simulation.platform.on_loopback:
            warning = (
                "warning: the portal has no log-in and shows what goes over the modems' ports, "
                "and this address isn't loopback"
            )
            click.echo(warning, err=True)

    try:
        asyncio.run(run(options, ready=ready, complain=lambda text: click.echo(text, err=True)))
    except SimulateError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(error.exit_code) from error


def _shown(simulation: Simulation, inbox: Path | None) -> str:
    """The modems for a human, and what to type next."""
    first = simulation.stations[0]
    lines = [_line(station) for station in simulation.stations]
    lines += ["", "In another shell:", f"  modem-helper info --port {_port(first)}"]
    if inbox is not None:
        lines.append(f"  echo '{_EXAMPLE}' >> {inbox}")
    if simulation.platform is not None:
        lines += ["", *_platform(simulation)]
    lines += ["", "Ctrl-C ends it."]
    return "\n".join(lines)


def _platform(simulation: Simulation) -> list[str]:
    """The simulated platform: where it is, and how to use it."""
    assert simulation.platform is not None
    running = simulation.platform
    return [
        f"portal  {running.portal}",
        f"API     {running.api}  (description: {running.api}/api/openapi.json)",
        "",
        "To use the API:",
        f"  export EMNIFY_API={running.api} EMNIFY_APPLICATION_TOKEN={running.application_token}",
        "  modem-helper emnify devices",
    ]


def _line(station: Station) -> str:
    who = station.modem.who
    tcp = f"  tcp://{station.tcp.address}" if station.tcp else ""
    return f"modem {station.number}  {_port(station)}{tcp}  IMEI {who.imei}  ICCID {who.iccid}"


def _port(station: Station) -> str:
    return str(station.pty.link or station.pty.port)


@click.command()
@click.option("--once", is_flag=True, help="End after the story, with exit code 0 if it went well.")
def demo(once: bool) -> None:
    """Play the whole story on a simulated modem.

    A device without data gets its APN by SMS, connects, and answers to a short number; then an APN
    that doesn't exist, and its roll-back. Without --once you may type further SMS.

    \b
    Example:
      modem-helper demo --once
    """
    import asyncio

    from hil.demo import Demo

    async def play() -> bool:
        return await Demo(click.echo).play(once=once)

    if not asyncio.run(play()):
        raise SystemExit(1)
