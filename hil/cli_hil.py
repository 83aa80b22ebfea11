"""`modem-helper hil`: a bench's file, what is usable on it, and a run of the suite."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hil.bench import Bench
    from hil.checks import Examined, Finding
    from hil.report.values import Run

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red", "skipped": None}

_json_option = click.option("--json", "as_json", is_flag=True, help="Print one line of JSON.")


class _Missing(click.ClickException):
    """Something that isn't installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} isn't installed: pip install 'modem-helper[hil]'")


@click.group(epilog="Without a modem: modem-helper hil run --bench simulated")
def hil() -> None:
    """Test the whole chain: modem, SIM, network, platform and daemon.

    A bench is described by one TOML file. The suite runs on it, and leaves a report.
    """


# --- init -----------------------------------------------------------------------------------------


@hil.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default="bench.toml",
    show_default=True,
    help="The file to write, which must not be there yet.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: take what is given, and defaults.")
@click.option("--port", help="Serial device, or tcp://HOST:PORT.")
@click.option("--pin-file", metavar="FILE", help="The SIM's PIN.")
@click.option("--apn", help="The APN that gives the SIM a data connection.")
@click.option("--token-file", metavar="FILE", help="emnify's application token.")
@click.option("--api", metavar="URL", envvar="EMNIFY_API", help="Address of the API.")
@click.option("--device", type=click.IntRange(min=1), metavar="ID", help="The SIM's device.")
@click.option("--sender", help="From whom commands come.")
@click.option("--short-number", metavar="DIGITS", help="Where answers go.")
@click.option("--url", help="Under which the platform reaches this machine; none to poll.")
@click.option("--listen", metavar="HOST:PORT", help="Where what is sent to --url arrives.")
@click.option(
    "--power",
    metavar="'KIND KEY=VALUE ...'",
    help="The power switch, such as 'uhubctl location=1-1 port=2'.",
)
def init(output: Path, yes: bool, **given: Any) -> None:
    """Write a bench's file by asking and looking.

    It looks for the modem's port, and asks the platform for its devices. A token that is typed is
    written to a file of its own, of mode 0600.

    \b
    Example:
      modem-helper hil init
      modem-helper hil init --yes --port /dev/ttyUSB2 --token-file token --device 1234567
    """
    from hil.cli_hil_init import Questions

    shown = click.format_filename(output)
    if output.exists():
        raise click.ClickException(
            f"{shown} is there already, and is not overwritten; --output names another file"
        )
    if not output.absolute().parent.is_dir():
        raise click.ClickException(f"there is no directory {output.parent}; make it first")
    questions = Questions(output.absolute(), given, ask=not yes)
    answers = questions.answers()
    questions.write(answers)
    click.echo(f"Wrote {shown} for the modem on {answers.port}.")
    if answers.platform is None:
        click.echo("It has no section [platform], so no SMS are tested.")
    click.echo(f"Next: modem-helper hil check --bench {shown}")


# --- check ----------------------------------------------------------------------------------------


@hil.command()
@click.option(
    "--bench",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The bench's file.",
)
@_json_option
def check(path: Path, as_json: bool) -> None:
    """Tell what is usable on a bench, and what to do about the rest.

    It ends with the exit code of the first thing that keeps a run from beginning. Nothing is
    switched and no SMS is sent.

    \b
    Example:
      modem-helper hil check --bench bench.toml
    """
    from hil.bench import load
    from hil.checks import examine

    bench = load(path)
    examined = asyncio.run(examine(bench, _quiet if as_json else _show))
    failure = examined.first_failure()
    if as_json:
        click.echo(json.dumps(_as_json(bench, examined)))
    elif failure is None:
        click.echo(f"Next: modem-helper hil run --bench {click.format_filename(path)}")
    if failure is not None:
        raise SystemExit(failure.exit_code)


def _quiet(_finding: Finding) -> None:
    """For scripts all findings come at the end."""


def _show(finding: Finding) -> None:
    from apn_config.display import safe

    word = finding.verdict.value
    verdict = click.style(f"{word:<8}", fg=_COLOURS[word])
    click.echo(f"{verdict} {finding.check.value:<9} {safe(finding.found)}")
    if finding.advice:
        click.echo(f"{'':18} {safe(finding.advice)}")


def _as_json(bench: Bench, examined: Examined) -> dict[str, Any]:
    modem = examined.modem
    return {
        "bench": bench.name,
        "findings": [
            {
                "check": finding.check.value,
                "verdict": finding.verdict.value,
                "found": finding.found,
                "advice": finding.advice or None,
                "exit_code": finding.exit_code,
            }
            for finding in examined.findings
        ],
        "modem": None
        if modem is None
        else {
            "manufacturer": modem.identity.manufacturer,
            "model": modem.identity.model,
            "revision": modem.identity.revision,
            "profile": modem.profile,
            "operator": modem.operator,
            "rat": modem.rat,
            "rssi_dbm": modem.rssi_dbm,
            "apn": None if modem.apn is None else modem.apn.apn,
        },
    }


# --- run ------------------------------------------------------------------------------------------


@hil.command()
@click.option(
    "--bench",
    required=True,
    metavar="FILE|simulated[:PROFILE]|lab",
    help="The bench's file, or a simulated modem with a simulated platform; `lab` is the place of "
    "a labgrid lab that LG_ENV names.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    default="hil-reports",
    show_default=True,
    help="Where each run makes a directory for its report.",
)
@click.option("--soak", metavar="SPAN", help="Test endurance, too, for a span such as 1h.")
@click.option("-k", "tests", metavar="EXPR", help="Only tests whose names match, as in pytest.")
@_json_option
def run(bench: str, report: Path, soak: str | None, tests: str | None, as_json: bool) -> None:
    """Run the suite on a bench.

    Each SMS of a real bench costs; [budget] limits a run. Ctrl-C ends the run when the modem's APN
    is back.

    \b
    Example:
      modem-helper hil run --bench simulated
      modem-helper hil run --bench bench.toml -k "not storage"
    """
    from hil.suite_process import pytest_is_installed, run_suite

    if not pytest_is_installed():
        raise _Missing("pytest")
    _check_bench(bench)
    ended = run_suite(bench, report, soak=soak, tests=tests, to_stderr=as_json)
    if as_json:
        click.echo(json.dumps(_summary(ended.run(), ended.directory, ended.exit_code)))
    if ended.exit_code:
        raise SystemExit(ended.exit_code)


def _check_bench(bench: str) -> None:
    """Raises ConfigError: a mistake in the file is told before anything begins."""
    from hil.simulated_bench import LAB, SIMULATED, profile_of

    if bench.partition(":")[0] == SIMULATED:
        profile_of(bench)
    elif bench != LAB:
        from hil.bench import load

        load(Path(bench))


def _summary(run: Run | None, directory: Path | None, exit_code: int) -> dict[str, Any]:
    from hil.report.values import Outcome

    counts = {} if run is None else run.counts()
    return {
        "outcome": "passed" if run is not None and run.passed and not exit_code else "failed",
        "passed": counts.get(Outcome.PASSED, 0),
        "failed": counts.get(Outcome.FAILED, 0) + counts.get(Outcome.ERROR, 0),
        "skipped": counts.get(Outcome.SKIPPED, 0),
        "report": None if directory is None else str(directory),
        "stopped": None if run is None else run.stopped,
    }
