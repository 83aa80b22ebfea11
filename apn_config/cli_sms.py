"""The commands about messages: send, list, read, delete, watch."""

from __future__ import annotations

import time
from pathlib import Path

import click

from apn_config.cli import Target, ask, modem_command, show_json
from apn_config.control import ControlClient, ControlError, Json

# How soon a daemon that ended, or began anew for a new configuration, is looked for again.
AGAIN_S = 0.5


@click.group()
def sms() -> None:
    """Send, list, read, delete or watch SMS."""


@sms.command("send")
@click.option("--to", "recipient", required=True, help="Number to send to.")
@click.option("--text", required=True, help="The text; a long one goes in several parts.")
@modem_command
def sms_send(target: Target, recipient: str, text: str, as_json: bool) -> None:
    """Send an SMS.

    \b
    Example:
      modem-helper sms send --to 1234 --text "hello"
    """

    def say(event: Json) -> None:
        if event["of"] > 1 and not as_json:
            click.echo(f"Part {event['part']} of {event['of']} is sent.", err=True)

    sent = ask(target, "sms.send", {"to": recipient, "text": text}, say)
    if as_json:
        show_json(sent)
    else:
        references = ", ".join(map(str, sent["references"]))
        click.echo(f"Sent in {sent['parts']} part(s), message reference {references}.")


@sms.command("list")
@modem_command
def sms_list(target: Target, as_json: bool) -> None:
    """List the SMS in the modem, and those that the daemon has taken from it.

    \b
    Example:
      modem-helper sms list --json
    """
    from apn_config.display import sms_lines

    listed = ask(target, "sms.list")
    if as_json:
        show_json(listed)
    else:
        click.echo("\n".join(sms_lines(listed)))


def _place(words: tuple[str, ...]) -> Json:
    """ME 3, as the list shows it."""
    if len(words) != 2 or not words[1].isdecimal() or not words[1].isascii():
        raise click.UsageError("name a place as the list shows it, such as: ME 3")
    return {"memory": words[0], "index": int(words[1])}


@sms.command("read")
@click.argument("which", nargs=-1, required=True, metavar="ID | MEMORY INDEX")
@modem_command
def sms_read(target: Target, which: tuple[str, ...], as_json: bool) -> None:
    """Show one SMS: that the daemon has taken, by its ID, or one in the modem, by its place.

    One that was taken is shown with what became of it and with its answers. PIN words and passwords
    are not shown.

    \b
    Examples:
      modem-helper sms read 12
      modem-helper sms read ME 3
    """
    from apn_config.display import message_lines

    if len(which) == 1 and which[0].isdecimal() and which[0].isascii():
        found = ask(target, "sms.read", {"id": int(which[0])})
    else:
        found = ask(target, "sms.read", _place(which))
    if as_json:
        show_json(found)
    else:
        click.echo("\n".join(message_lines(found)))


@sms.command("delete")
@click.argument("place", nargs=2, metavar="MEMORY INDEX")
@click.option("--discard", is_flag=True, help="Also one that nobody has taken; not by the daemon.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@modem_command
def sms_delete(
    target: Target, place: tuple[str, ...], discard: bool, yes: bool, as_json: bool
) -> None:
    """Delete an SMS in the modem's storage.

    One that isn't in the store yet is refused (exit code 4): no message is lost.

    \b
    Example:
      modem-helper sms delete ME 3
    """
    args = _place(place)
    if not yes:
        click.confirm(
            f"Delete the message in {args['memory']} {args['index']}?", abort=True, err=True
        )
    deleted = ask(target, "sms.delete", {**args, "discard": discard})
    if as_json:
        show_json(deleted)
    else:
        click.echo(f"{deleted['memory']} {deleted['index']} is empty.")


@sms.command("watch")
@modem_command
def sms_watch(target: Target, as_json: bool) -> None:
    """Print each SMS as it comes, until Ctrl-C.

    Without a daemon the port is opened; then what comes is shown and stays in the modem.

    \b
    Examples:
      modem-helper sms watch
      modem-helper sms watch --json | jq .text
    """
    watcher = _Watcher(as_json)
    socket = target.config.control.socket
    if target.elsewhere or not watcher.follow_once(socket):
        watcher.say("Watching; Ctrl-C ends it. No daemon runs: what comes stays in the modem.")
        ask(target, "watch", {}, watcher.hear)
    while True:
        time.sleep(AGAIN_S)
        watcher.follow_once(socket)


class _Watcher:
    """Prints messages, through one daemon after the other; none twice."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._newest: int | None = None

    def say(self, text: str) -> None:
        """To whoever sits there, not into the output."""
        click.echo(text, err=True)

    def follow_once(self, socket: Path) -> bool:
        """Watch until the daemon ends or begins anew. False where none listens."""
        client = ControlClient.connect(socket)
        if client is None:
            return False
        try:
            if self._newest is None:
                known = client.call("sms.list", {"taken": True, "count": 1})["inbox"]
                self._newest = known[-1]["id"] if known else 0
                self.say("Watching the daemon's SMS; Ctrl-C ends it.")
            client.call("watch", {"after": self._newest}, self.hear)
        except ControlError as error:
            self.say(f"{error}; looking again ...")
        finally:
            client.close()
        return True

    def hear(self, event: Json) -> None:
        """An event of the daemon's or of our own modem's."""
        message = event.get("sms")
        if message is None:
            return
        if "id" in message:
            self._newest = max(self._newest or 0, message["id"])
        if self._as_json:
            show_json(message)
        else:
            from apn_config.display import incoming_line

            click.echo(incoming_line(message))
