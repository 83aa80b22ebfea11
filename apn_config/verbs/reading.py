"""The verbs that read: APN, APN HISTORY, STATUS, SIGNAL, NETWORK.

The keys of an answer stand in the order in which an operator needs them: what one SMS doesn't hold
is dropped from the right.
"""

from __future__ import annotations

import logging
from functools import cache

from apn_config.appliers import ApplierError
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.network_words import network_pairs, registration_word
from apn_config.networks import number_of
from apn_config.verbs.place import Place
from apn_config.verify import Observation, observe
from modem import CommandRefused, Modem, Registration, Signal

logger = logging.getLogger(__name__)

# What an answer tells of the past, newest first; what doesn't fit is left out.
HISTORY_ROWS = 10

Pairs = tuple[tuple[str, str], ...]


async def read_apn(place: Place, modem: Modem, _command: Command) -> Outcome:
    """What the context is set to, and the service that it has."""
    cid = place.plan.apn.cid
    apn = (await place.applier.read(modem, cid)).apn
    seen = await observe(place.applier, modem, cid, activate=False)
    pairs = _address(seen)
    pairs += network_pairs(seen.registration, await modem.signal())
    return Outcome(Result.OK, Verb.APN_READ, apn.name, tuple(pairs), apn=apn)


async def history(place: Place, _modem: Modem, _command: Command) -> Outcome:
    """The last changes, newest first, each by the name that was wanted and its outcome."""
    rows = await place.db.run(lambda store: store.changes.history(HISTORY_ROWS))
    pairs = tuple((row.intent.wanted.name or "-", row.state.value) for row in reversed(rows))
    return Outcome(Result.OK, Verb.APN_HISTORY, pairs=pairs)


async def status(place: Place, modem: Modem, _command: Command) -> Outcome:
    """All that an operator asks, from the registration to the version."""
    registration, service = await _service(place, modem)
    signal = await modem.signal()
    pairs = network_pairs(registration, signal)
    pairs += _quality(signal)
    pairs += service
    pairs += await _operator(modem)
    pairs += _traffic(place, modem)
    pairs.append(("up", shown_uptime(place.clock.now().boottime_s)))
    pairs += await _last_change(place)
    pairs += _version()
    return Outcome(Result.OK, Verb.STATUS, pairs=tuple(pairs))


async def signal(_place: Place, modem: Modem, _command: Command) -> Outcome:
    """How well the modem hears its network."""
    heard = await modem.signal()
    registration = await modem.registration()
    pairs = [] if heard.rssi_dbm is None else [("rssi", str(heard.rssi_dbm))]
    pairs += [] if heard.rsrp_dbm is None else [("rsrp", str(heard.rsrp_dbm))]
    pairs += _quality(heard)
    pairs += [] if registration.rat is None else [("rat", registration.rat)]
    pairs += await _operator(modem)
    return Outcome(Result.OK, Verb.SIGNAL, pairs=tuple(pairs))


async def network(_place: Place, modem: Modem, _command: Command) -> Outcome:
    """The network in use."""
    pairs = await where(modem, await modem.registration())
    return Outcome(Result.OK, Verb.NETWORK, pairs=pairs)


async def where(modem: Modem, registration: Registration) -> Pairs:
    """Operator, its number, registration and technology."""
    pairs = await _operator(modem)
    plmn = await number_of(modem)
    pairs += [] if plmn is None else [("plmn", plmn)]
    pairs.append(("reg", registration_word(registration)))
    pairs += [] if registration.rat is None else [("rat", registration.rat)]
    return tuple(pairs)


# --- parts ----------------------------------------------------------------------------------------


async def _service(place: Place, modem: Modem) -> tuple[Registration, list[tuple[str, str]]]:
    """The registration, APN and address; without the latter where the modem or the system refuses
    to tell them, which is when somebody asks for the status.
    """
    cid = place.plan.apn.cid
    try:
        apn = (await place.applier.read(modem, cid)).apn
        seen = await observe(place.applier, modem, cid, activate=False)
    except (CommandRefused, ApplierError) as error:
        logger.info("STATUS: %s", error)
        return await modem.registration(), []
    return seen.registration, [("apn", apn.name), *_address(seen)]


def _address(seen: Observation) -> list[tuple[str, str]]:
    return [("ip", seen.context.address)] if seen.context.address else []


def _quality(signal: Signal) -> list[tuple[str, str]]:
    return [] if signal.rsrq_db is None else [("rsrq", f"{signal.rsrq_db:g}")]


async def _operator(modem: Modem) -> list[tuple[str, str]]:
    operator = await modem.operator()
    return [("op", operator)] if operator else []


def _traffic(place: Place, modem: Modem) -> list[tuple[str, str]]:
    from apn_config.verbs.traffic import shown_octets, traffic_of

    probe = place.plan.apn.probe
    found = traffic_of(modem.port, None if probe is None else probe.interface)
    if found is None:
        return []
    return [("rx", shown_octets(found.received)), ("tx", shown_octets(found.sent))]


async def _last_change(place: Place) -> list[tuple[str, str]]:
    rows = await place.db.run(lambda store: store.changes.history(1))
    return [("last", f"{row.intent.wanted.name or '-'}:{row.state.value}") for row in rows]


def shown_uptime(seconds: float) -> str:
    """A span in its two largest units: 3d4h, 4h12m, 12m5s."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    if day:
        return f"{day}d{hour}h"
    if hour:
        return f"{hour}h{minute}m"
    return f"{minute}m{second}s"


@cache
def _version() -> Pairs:
    """This program's, where it was installed and not only put there."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return (("ver", version("modem-helper")),)
    except PackageNotFoundError:
        return ()
