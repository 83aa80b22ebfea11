"""The command `completion`: what a shell needs to complete the others."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM = "modem-helper"
SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_MODEM_HELPER_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script by which SHELL completes commands, options, ports and files.

    A Debian package brings the scripts with it.

    \b
    Examples:
      modem-helper completion bash > ~/.local/share/bash-completion/completions/modem-helper
      modem-helper completion zsh > ~/.zfunc/_modem-helper
      modem-helper completion fish > ~/.config/fish/completions/modem-helper.fish
    """
    click.echo(script(shell), nl=False)


def script(shell: str) -> str:
    """The script for that shell, which asks the program itself for what may follow."""
    kind = get_completion_class(shell)
    assert kind is not None
    complete = kind(click.Group(PROGRAM), {}, PROGRAM, _VARIABLE)
    return (complete.source_template % complete.source_vars()).rstrip() + "\n"
