"""The command `metrics`: the daemon's numbers for Prometheus."""

from __future__ import annotations

import time
from pathlib import Path

import click

from apn_config.cli import daemon, daemon_command, show_json
from apn_config.control import ControlError, Json
from apn_config.spans import parse_span

HOW_TO_INSTALL = "prometheus_client is missing; install it: pip install 'modem-helper[metrics]'"


def _span(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    seconds = None if value is None else parse_span(value)
    if value is not None and not seconds:
        raise click.BadParameter("wanted a span such as 60s or 5m")
    return seconds


def _address(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise click.BadParameter("wanted HOST:PORT, such as 127.0.0.1:9101")
    return host.removeprefix("[").removesuffix("]"), int(port)


@click.command()
@click.option(
    "--textfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write them there at once and whole, for node_exporter's textfile collector.",
)
@click.option("--every", callback=_span, metavar="SPAN", help="Go on writing --textfile: 60s, 5m.")
@click.option(
    "--listen", callback=_address, metavar="HOST:PORT", help="Answer at http://HOST:PORT."
)
@daemon_command
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def metrics(
    socket: Path,
    textfile: Path | None,
    every: float | None,
    listen: tuple[str, int] | None,
    as_json: bool,
) -> None:
    """Print the running daemon's metrics in Prometheus' text format.

    They are asked of the daemon each time; each time the modem is asked for its signal. Where no
    daemon runs, modem_helper_up is 0, and without --textfile or --listen the exit code is 8.

    \b
    Examples:
      modem-helper metrics
      modem-helper metrics --textfile /var/lib/prometheus/node-exporter/modem-helper.prom
      modem-helper metrics --listen 127.0.0.1:9101
    """
    if every is not None and textfile is None:
        raise click.UsageError("--every goes with --textfile")
    if sum((as_json, textfile is not None, listen is not None)) > 1:
        raise click.UsageError("one of --json, --textfile and --listen")
    if as_json:
        show_json(_numbers(socket))
        return
    try:
        from apn_config import metrics as prometheus
    except ImportError:
        raise click.ClickException(HOW_TO_INSTALL) from None

    if textfile is None and listen is None:
        numbers = _numbers(socket)
        click.echo(prometheus.text_of(prometheus.registry_of(lambda: numbers)), nl=False)
        return
    registry = prometheus.registry_of(lambda: _numbers_or_none(socket))
    if listen is not None:
        _server, thread = prometheus.listen(*listen, registry)
        click.echo(f"Listening at {listen[0]} port {listen[1]}; Ctrl-C ends it.", err=True)
        thread.join()
    elif textfile is not None:
        prometheus.write_textfile(textfile, registry)
        while every is not None:
            time.sleep(every)
            prometheus.write_textfile(textfile, registry)


def _numbers(socket: Path) -> Json:
    client = daemon(socket)
    try:
        found: Json = client.call("metrics")
    finally:
        client.close()
    return found


def _numbers_or_none(socket: Path) -> Json | None:
    """None while there is no daemon, which is a metric, too."""
    try:
        return _numbers(socket)
    except (ControlError, OSError):
        return None
