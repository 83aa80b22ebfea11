"""The command line: global options and one table of commands, each loaded when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives, and the line that `--help` shows without loading it."""

    module: str
    attribute: str
    summary: str


# By the section in which `--help` shows them.
SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "To begin": {
        "demo": Entry("hil.cli", "demo", "Play the whole story on a simulated modem."),
        "doctor": Entry("apn_config.cli_doctor", "doctor", "Find modems, and what is wrong."),
        "config": Entry("apn_config.cli_config", "config", "Check or write a configuration file."),
    },
    "Everyday": {
        "run": Entry("apn_config.cli", "run", "Run the daemon: receive SMS, apply, answer."),
        "status": Entry("apn_config.cli_status", "status", "Show how the running daemon stands."),
        "info": Entry("apn_config.cli", "info", "Show the modem, its card, network and signal."),
        "apn": Entry("apn_config.cli_apn", "apn", "Show or set the APN, verified or rolled back."),
        "sms": Entry("apn_config.cli_sms", "sms", "Send, list, read, delete or watch SMS."),
        "network": Entry("apn_config.cli_network", "network", "Show, look for or choose networks."),
        "keys": Entry("apn_config.cli_keys", "keys", "Make or show the keys of signed commands."),
        "journal": Entry("apn_config.cli_journal", "journal", "Show what happened."),
        "metrics": Entry("apn_config.cli_metrics", "metrics", "Print metrics for Prometheus."),
    },
    "Debugging": {
        "console": Entry("apn_config.cli_console", "console", "Type AT commands, explained."),
        "at": Entry("apn_config.cli_at", "at", "Send AT commands and print their answers."),
        "record": Entry(
            "apn_config.cli_record", "record", "Record what passes to and from a modem."
        ),
        "transcript": Entry("modem.cli_transcript", "transcript", "Show or replay a recording."),
        "pdu": Entry("modem.cli", "pdu", "Decode and encode SMS PDUs."),
        "command": Entry("apn_config.cli_command", "command", "Tell what an SMS would do."),
        "access": Entry("apn_config.cli_access", "access", "Tell who may do what, and why."),
        "profiles": Entry("modem.cli_profiles", "profiles", "Show the modem families known."),
    },
    "Bench": {
        "simulate": Entry("hil.cli", "simulate", "Start simulated modems on ptys or TCP ports."),
        "sim-control": Entry("hil.cli_control", "sim_control", "Do something to simulated modems."),
        "emnify": Entry("hil.emnify.cli", "emnify", "Use the platform: devices, SMS, webhooks."),
        "hil": Entry("hil.cli_hil", "hil", "Test the whole chain, real or simulated."),
    },
    "Shell": {
        "completion": Entry(
            "apn_config.cli_completion", "completion", "Print a shell's completion."
        ),
    },
}
COMMANDS: Mapping[str, Entry] = {
    name: entry for section in SECTIONS.values() for name, entry in section.items()
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they run, so that `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: what a newcomer tries first stands first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their summaries, without importing any."""
        width = max(map(len, COMMANDS))
        for title, section in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name.ljust(width), entry.summary) for name, entry in section.items()]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands with their summaries, without importing any, and the options."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=entry.summary)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"modem-helper {version('modem-helper')}")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `modem-helper demo`. Every command has an example in its own --help.",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version,
    help="Show the version and exit.",
)  # fmt: skip
def app() -> None:
    """Change a cellular device's APN by SMS, safely, and answer by SMS.

    An IoT device with a wrong APN has no data connection; SMS is the only way to reach it.
    modem-helper runs next to the modem, takes commands by SMS, applies them so that a bad APN can't
    strand the device, and answers to a short number.
    """


def main() -> None:
    """Run the command line. An error that carries `exit_code` is one line, and ends with it."""
    try:
        sys.exit(app.main(standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output is gone (`| head`): end quietly, as other tools do.
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        code = 1 if isinstance(error, OSError) else getattr(error, "exit_code", None)
        if not isinstance(code, int):
            raise
        # The error may quote a modem: its bytes must not reach the terminal as they are.
        text = "".join(c if c.isprintable() else "?" for c in str(error))
        click.echo(f"modem-helper: {text}", err=True)
        sys.exit(code)


if __name__ == "__main__":
    main()
