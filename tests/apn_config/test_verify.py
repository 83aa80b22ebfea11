"""Does the device serve with the APN: the levels, the reasons, and what the modem is asked for."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from apn_config.appliers.at import AtApplier
from apn_config.transaction import Level, Reason
from apn_config.verify import Observation, judge, observe
from modem import CommandRefused, DomainState, LiveContext, Modem, ModemSilent, Registration

HOME, ROAMING, SEARCHING, DENIED = (DomainState(stat) for stat in (1, 5, 2, 3))
NOWHERE = Registration(SEARCHING, SEARCHING, SEARCHING)
REFUSED = Registration(DENIED, DENIED, DENIED)
ROAMS = Registration(ROAMING, ROAMING, ROAMING)
LTE_ONLY = Registration(SEARCHING, SEARCHING, ROAMING)
SMS_ONLY = Registration(DomainState(6), SEARCHING, SEARCHING)
DATA_ONLY = Registration(DomainState(8), None, HOME)
CLOSED = LiveContext(active=False)
OPEN = LiveContext(active=True, address="10.65.3.4", apn="em")
NO_ADDRESS = LiveContext(active=True, apn="em")
NO_NAME = LiveContext(active=True, address="10.65.3.4")

JUDGED: dict[str, tuple[Registration, bool, LiveContext, Reason | None]] = {
    "all-there": (ROAMS, True, OPEN, None),
    "over-lte-alone": (LTE_ONLY, True, OPEN, None),
    "ipv6": (ROAMS, True, LiveContext(True, "2001:db8::1", "em"), None),
    "the-modem-cannot-tell-which": (ROAMS, True, NO_NAME, None),
    "name-in-other-case": (ROAMS, True, LiveContext(True, "10.0.0.1", "EM"), None),
    "not-registered": (NOWHERE, False, CLOSED, Reason.NOT_REGISTERED),
    "nothing-known": (Registration(), False, CLOSED, Reason.NOT_REGISTERED),
    "not-registered-comes-first": (NOWHERE, True, OPEN, Reason.NOT_REGISTERED),
    "not-attached": (ROAMS, False, CLOSED, Reason.NOT_ATTACHED),
    "registered-for-sms-only": (SMS_ONLY, False, CLOSED, Reason.NOT_ATTACHED),
    "not-attached-comes-before-context": (ROAMS, False, OPEN, Reason.NOT_ATTACHED),
    "no-context": (ROAMS, True, CLOSED, Reason.NO_CONTEXT),
    "no-address": (ROAMS, True, NO_ADDRESS, Reason.NO_ADDRESS),
    "no-address-comes-before-name": (
        ROAMS,
        True,
        LiveContext(True, None, "default"),
        Reason.NO_ADDRESS,
    ),
    "another-apn": (ROAMS, True, LiveContext(True, "10.0.0.1", "default"), Reason.APN_MISMATCH),
    "longer-name": (ROAMS, True, LiveContext(True, "10.0.0.1", "em2"), Reason.APN_MISMATCH),
}


@pytest.mark.parametrize(
    ("registration", "attached", "context", "missing"), JUDGED.values(), ids=JUDGED
)
def test_judge(
    registration: Registration, attached: bool, context: LiveContext, missing: Reason | None
) -> None:
    for refused in (False, True):
        assert judge(Observation(registration, attached, context, refused), "em") is missing


LEVELS: dict[str, tuple[Registration, LiveContext, Level]] = {
    "address": (ROAMS, OPEN, Level.ADDRESS),
    "address-over-lte": (LTE_ONLY, OPEN, Level.ADDRESS),
    "address-without-sms": (DATA_ONLY, OPEN, Level.ADDRESS),
    "attached": (ROAMS, CLOSED, Level.ATTACHED),
    "context-without-address": (ROAMS, NO_ADDRESS, Level.CONTEXT),
    "sms-only": (SMS_ONLY, CLOSED, Level.ATTACHED),
    "lte-without-a-word-on-sms": (LTE_ONLY, CLOSED, Level.ATTACHED),
    "data-without-sms": (DATA_ONLY, CLOSED, Level.NONE),
    "nothing": (NOWHERE, CLOSED, Level.NONE),
    "context-that-outlives-the-registration": (NOWHERE, OPEN, Level.NONE),
}


@pytest.mark.parametrize(("registration", "context", "level"), LEVELS.values(), ids=LEVELS)
def test_levels(registration: Registration, context: LiveContext, level: Level) -> None:
    assert Observation(registration, True, context).level is level


def test_a_device_that_is_not_attached_is_registered_at_best() -> None:
    assert Observation(ROAMS, False, CLOSED).level is Level.REGISTERED


FAR_ENOUGH: dict[str, tuple[bool, LiveContext, Level, Reason | None]] = {
    "registered": (False, CLOSED, Level.REGISTERED, None),
    "not-attached": (False, CLOSED, Level.ATTACHED, Reason.NOT_ATTACHED),
    "attached": (True, CLOSED, Level.ATTACHED, None),
    "no-context": (True, CLOSED, Level.CONTEXT, Reason.NO_CONTEXT),
    "context": (True, NO_ADDRESS, Level.CONTEXT, None),
    "no-address": (True, NO_ADDRESS, Level.ADDRESS, Reason.NO_ADDRESS),
    "address": (True, OPEN, Level.ADDRESS, None),
    "data-is-the-probes": (True, OPEN, Level.DATA, None),
}


@pytest.mark.parametrize(
    ("attached", "context", "wanted", "missing"), FAR_ENOUGH.values(), ids=FAR_ENOUGH
)
def test_no_more_is_missing_than_is_wanted(
    attached: bool, context: LiveContext, wanted: Level, missing: Reason | None
) -> None:
    assert judge(Observation(ROAMS, attached, context), "em", wanted) is missing


def test_another_apn_is_no_service_at_any_level() -> None:
    live = LiveContext(active=True, address="10.0.0.1", apn="internet")
    seen = Observation(ROAMS, True, live)
    assert judge(seen, "em", Level.REGISTERED) is Reason.APN_MISMATCH


class FakeModem:
    """What `observe` asks for; `activation` is what becomes of it."""

    def __init__(
        self,
        registration: Registration,
        *,
        attached: bool = True,
        context: LiveContext = CLOSED,
        activation: LiveContext | Exception = OPEN,
    ) -> None:
        self._registration = registration
        self._attached = attached
        self._context = context
        self._activation = activation
        self.activated: list[int] = []

    async def registration(self) -> Registration:
        return self._registration

    async def attached(self) -> bool:
        return self._attached

    async def live_context(self, cid: int) -> LiveContext:
        assert cid == 3
        return self._context

    async def activate(self, cid: int) -> None:
        self.activated.append(cid)
        if isinstance(self._activation, Exception):
            raise self._activation
        self._context = self._activation


def look(modem: FakeModem, *, activate: bool = True) -> Observation:
    return asyncio.run(observe(AtApplier(), cast(Modem, modem), 3, activate=activate))


def test_an_active_context_is_left_alone() -> None:
    modem = FakeModem(ROAMS, context=OPEN)
    assert look(modem) == Observation(ROAMS, True, OPEN)
    assert modem.activated == []


def test_the_network_is_asked_for_a_context_that_is_not_active() -> None:
    modem = FakeModem(ROAMS)
    assert look(modem) == Observation(ROAMS, True, OPEN)
    assert modem.activated == [3]


NOT_ASKED = {
    "not-wanted": (FakeModem(ROAMS), False, Observation(ROAMS, True, CLOSED)),
    "not-attached": (
        FakeModem(ROAMS, attached=False),
        True,
        Observation(ROAMS, False, CLOSED),
    ),
    "not-registered": (FakeModem(NOWHERE), True, Observation(NOWHERE, True, CLOSED)),
}


@pytest.mark.parametrize(("modem", "activate", "seen"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_the_network_is_not_asked(modem: FakeModem, activate: bool, seen: Observation) -> None:
    assert look(modem, activate=activate) == seen
    assert modem.activated == []


def test_a_refused_context_is_a_refusal() -> None:
    no = CommandRefused("AT+CGACT=1,3", "CME", 133, "requested service option not subscribed")
    seen = look(FakeModem(ROAMS, activation=no))
    assert seen == Observation(ROAMS, True, CLOSED, refused=True)
    assert judge(seen, "em") is Reason.NO_CONTEXT


def test_a_refused_registration_is_a_refusal() -> None:
    assert look(FakeModem(REFUSED, attached=False)).refused


def test_a_registration_that_is_refused_in_one_domain_only_is_none() -> None:
    assert not look(FakeModem(Registration(DENIED, None, ROAMING), context=OPEN)).refused


def test_a_mute_modem_is_no_refusal() -> None:
    with pytest.raises(ModemSilent):
        look(FakeModem(ROAMS, activation=ModemSilent("AT+CGACT=1,3", 150.0)))
