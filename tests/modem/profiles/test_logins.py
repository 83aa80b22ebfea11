"""How the driver sets a context's login on families that have a command of their own for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from modem.at import Command, Response
from modem.at.results import Final, FinalKind
from modem.contexts import Contexts
from modem.errors import CommandRefused
from modem.profiles import AuthOrder, profile_named
from modem.values import ContextAuth, ContextSettings

LOGIN = ContextAuth(1, "me", "secret")
SWAPPED = replace(LOGIN, swapped=True)
NONE = ContextAuth(0)

# SARA-R4/N4 AT manual R09 13.15.2: AT+UAUTHREQ=<cid>,<auth_type>,<username>,<password>; both words
# stand even where the type is 0 (ubxlib 0237d5d, u_cell_net.c l.1590).
# oFono drivers/he910modem/gprs-context.c: AT#PDPAUTH=<cid>,<type>,"user","pw", and =<cid>,0.
WRITTEN = {
    "u-blox": ("sara-r4", LOGIN, 'AT+UAUTHREQ=1,1,"me","secret"'),
    "u-blox, none": ("sara-r4", NONE, 'AT+UAUTHREQ=1,0,"",""'),
    "Telit": ("telit-910", LOGIN, 'AT#PDPAUTH=1,1,"me","secret"'),
    "Telit, none": ("telit-910", NONE, "AT#PDPAUTH=1,0"),
    "A76xx": ("a7670", LOGIN, 'AT+CGAUTH=1,1,"secret","me"'),
    "SIM7080": ("sim7080", LOGIN, 'AT+CNCFG=0,1,"em","me","secret",1'),
    "HiSilicon": ("me909s", LOGIN, 'AT^AUTHDATA=1,1,"","secret","me"'),
    "u-blox, the other way": ("sara-r4", SWAPPED, 'AT+UAUTHREQ=1,1,"secret","me"'),
    "A76xx, the other way": ("a7670", SWAPPED, 'AT+CGAUTH=1,1,"me","secret"'),
    "BG96": ("bg96", LOGIN, 'AT+QICSGP=1,1,"em","me","secret",1'),
}


class Modem:
    """Says OK to everything that isn't refused, and shows no context but SIM7080's own login."""

    def __init__(self, refused: str = "AT+NOTHING") -> None:
        self.sent: list[Command] = []
        self._refused = refused

    async def execute(self, command: Command) -> Response:
        self.sent.append(command)
        if command.text.startswith(self._refused):
            raise CommandRefused(command.shown, "ERROR")
        lines = ('+CNCFG: 0,1,"former","me","secret",1',) if command.text == "AT+CNCFG?" else ()
        return Response(command, lines, Final(FinalKind.OK, text="OK"))


@pytest.mark.parametrize(("name", "auth", "text"), WRITTEN.values(), ids=WRITTEN)
def test_written(name: str, auth: ContextAuth, text: str) -> None:
    modem = Modem()
    settings = ContextSettings(1, "IP", "em", auth)
    asyncio.run(Contexts(modem.execute).write(settings, profile_named(name).driver))
    sent = [command for command in modem.sent if "CFUN" not in command.text]
    assert sent[-1].text == text
    assert sent[-1].secret


def test_both_kinds_of_address_for_a_sim7080s_own_stack() -> None:
    """What a roll-back from a login has to write, where the former APN had none."""
    modem = Modem()
    settings = ContextSettings(1, "IPV4V6", "em", NONE)
    asyncio.run(Contexts(modem.execute).write(settings, profile_named("sim7080").driver))
    assert modem.sent[-1].text == 'AT+CNCFG=0,0,"em","","",0'


def test_a_sara_r4_is_written_with_its_radio_off() -> None:
    modem = Modem()
    settings = ContextSettings(1, "IP", "em", LOGIN)
    asyncio.run(Contexts(modem.execute).write(settings, profile_named("sara-r4").driver))
    texts = [command.text.split("=")[0] for command in modem.sent]
    assert texts == ["AT+CFUN", "AT+CGDCONT", "AT+UAUTHREQ", "AT+CFUN"]
    assert [modem.sent[0].text, modem.sent[-1].text] == ["AT+CFUN=4", "AT+CFUN=1"]


def test_its_radio_is_on_again_when_the_write_fails() -> None:
    modem = Modem(refused="AT+UAUTHREQ")
    settings = ContextSettings(1, "IP", "em", LOGIN)
    with pytest.raises(CommandRefused):
        asyncio.run(Contexts(modem.execute).write(settings, profile_named("sara-r4").driver))
    assert modem.sent[-1].text == "AT+CFUN=1"


@pytest.mark.parametrize("name", ["sara-r4", "telit-910"])
def test_what_cannot_be_read_is_not_asked_for(name: str) -> None:
    modem = Modem()
    read = asyncio.run(Contexts(modem.execute).read(1, profile_named(name).driver))
    assert read.auth is None
    assert {command.text for command in modem.sent} == {"AT+CGDCONT?"}


@pytest.mark.parametrize("name", ["sara-r4", "telit-910"])
def test_what_is_to_stay_is_not_written(name: str) -> None:
    modem = Modem()
    settings = ContextSettings(1, "IP", "em", None)
    asyncio.run(Contexts(modem.execute).write(settings, profile_named(name).driver))
    assert [command.text for command in modem.sent] == ['AT+CGDCONT=1,"IP","em"']


def test_the_order_is_the_family_s() -> None:
    from modem.commands import context

    first = context.uauthreq_write(1, LOGIN, AuthOrder.PASSWORD_FIRST)
    assert first.text == 'AT+UAUTHREQ=1,1,"secret","me"'
