"""Completion: what is offered, and when the modem is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document

from modem.console.commands import SlashCommands
from modem.console.offers import Offers, asked_for
from modem.console.session import Session
from modem.errors import ModemSilent
from tests.modem.console.channels import ScriptedChannel, ok, refused
from tests.virtual_time import run

TAB = CompleteEvent(completion_requested=True)
TYPING = CompleteEvent(text_inserted=True)
CNMI = ok("+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)")


class Desk:
    """Completion at a session with a scripted channel."""

    def __init__(self, channel: ScriptedChannel) -> None:
        async def never(_question: str) -> bool:
            return False

        self.channel = channel
        self.session = Session(lambda _lines: None, never, lambda: datetime.now(UTC))
        commands = SlashCommands(self.session, lambda: None)
        self.offers = Offers(self.session, lambda: commands.table)

    async def complete(self, text: str, event: CompleteEvent = TAB) -> list[Completion]:
        """What is offered behind the text."""
        found = self.offers.get_completions_async(Document(text), event)
        return [completion async for completion in found]


def at_desk(channel: ScriptedChannel, *texts: str, event: CompleteEvent = TAB) -> list[list[str]]:
    """What is offered for one text after the other."""

    async def scenario() -> list[list[str]]:
        desk = Desk(channel)
        await desk.session.open(channel.connect)
        return [[each.text for each in await desk.complete(text, event)] for text in texts]

    return run(scenario())


def test_names_have_their_line_of_help() -> None:
    async def scenario() -> list[Completion]:
        desk = Desk(ScriptedChannel())
        await desk.session.open(desk.channel.connect)
        return await desk.complete("AT+CS", TYPING)

    found = {each.text: each.display_meta_text for each in run(scenario())}
    name = next(text for text in found if "CSQ" in text)
    assert "signal" in found[name].lower()


def test_values_are_asked_for_once_and_offered() -> None:
    channel = ScriptedChannel({"AT+CNMI=?": CNMI})
    first, again, second = at_desk(channel, "AT+CNMI=", "at+cnmi=", "AT+CNMI=2,")
    assert [sent.line for sent in channel.sent] == ["AT+CNMI=?"]
    assert {"0", "1", "2"} <= set(first)
    assert first == again
    assert {"0", "1", "2", "3"} <= set(second)


def test_a_refused_test_form_isnt_asked_again() -> None:
    channel = ScriptedChannel({"AT+CNMI=?": refused("ERROR")})
    at_desk(channel, "AT+CNMI=", "AT+CNMI=")
    assert len(channel.sent) == 1


def test_typing_alone_asks_the_modem_nothing() -> None:
    channel = ScriptedChannel({"AT+CNMI=?": CNMI})
    at_desk(channel, "AT+CNMI=", event=TYPING)
    assert channel.sent == []


def test_nothing_is_asked_while_a_command_runs() -> None:
    channel = ScriptedChannel({"AT+COPS=?": None})

    async def scenario() -> None:
        desk = Desk(channel)
        await desk.session.open(channel.connect)
        async with desk.session.turn("AT+COPS=?"):
            await desk.complete("AT+CNMI=")

    run(scenario())
    assert channel.sent == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AT+CNMI=", "+CNMI"),
        ("at+cnmi=2,", "+CNMI"),
        ("AT+CSQ;+CNMI=", "+CNMI"),
        ("AT+COPS=", None),  # a search of minutes
        ("AT+CPIN=", None),
        ("AT+CNMI?", None),
        ("AT+CNMI=?", None),
        ("AT+NOSUCHTHING=", None),
        ("ATI", None),
        ("", None),
    ],
)
def test_which_test_forms_are_asked(text: str, name: str | None) -> None:
    assert asked_for(text) == name


@pytest.mark.parametrize(
    ("text", "offered"),
    [("/", "/help"), ("/se", "/send"), ("/RE", "/record")],
)
def test_slash_commands(text: str, offered: str) -> None:
    ((*found,),) = at_desk(ScriptedChannel(), text)
    assert offered in found
    assert all(name.startswith(text.lower()) for name in found)


def test_a_modem_that_is_mute_isnt_asked_again() -> None:
    channel = ScriptedChannel({"AT+CNMI=?": ModemSilent("AT+CNMI=?", 5)})
    first, again = at_desk(channel, "AT+CNMI=", "AT+CNMI=")
    assert len(channel.sent) == 1
    assert first == again
    assert "2" in first
