"""The operations of `simulate --control`: what a script may do to simulated modems.

The socket and its lines are those of the daemon's control socket (`apn_config.control`); what the
operations do is the simulated modem's own, as a test in Python has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from hil.inbox import Letter, LetterError, letter_of
from modem.simulator import FaultFileError, SimulatedModem
from modem.simulator.endpoints import LinkError
from modem.simulator.faultfile import plan_of
from modem.sms import ComposeError

if TYPE_CHECKING:
    from hil.station import Station

T = TypeVar("T")


def deliver_letter(letter: Letter, modem: SimulatedModem) -> tuple[str, ...]:
    """Deliver a message that a script wrote; its PDUs. Raises LetterError."""
    if letter.pdu is not None:
        try:
            modem.deliver_pdu(letter.pdu)
        except ValueError as error:
            raise LetterError('"pdu": wanted SMSC and TPDU in hex') from error
        return (letter.pdu.upper(),)
    try:
        return modem.deliver(letter.sender, letter.text or "")
    except ComposeError as error:
        raise LetterError(f"wanted a message that fits into SMS: {error}") from error


class StationControl:
    """What the socket offers for the stations of a simulation."""

    def __init__(self, stations: Sequence[Station]) -> None:
        self._stations = stations

    def operations(self) -> Mapping[str, Operation]:
        """By name. Each takes `modem`, 0 where it is absent."""
        return {
            "deliver": _asynchronous(self._deliver),
            "coverage": _asynchronous(self._coverage),
            "reboot": _asynchronous(self._reboot),
            "unplug": _asynchronous(self._unplug),
            "plug": _asynchronous(self._plug),
            "refuse": _asynchronous(self._refuse),
            "faults": _asynchronous(self._faults),
            "state": _asynchronous(self._state),
        }

    # deliver {modem, from, text | pdu} -> {pdus}
    def _deliver(self, args: Json) -> Json:
        try:
            letter = letter_of(args, len(self._stations))
            return {"pdus": list(deliver_letter(letter, self._stations[letter.modem].modem))}
        except LetterError as error:
            raise BadRequest(str(error)) from error

    # coverage {modem, on} -> state
    def _coverage(self, args: Json) -> Json:
        station = self._station(args, "on")
        station.modem.set_coverage(_value(args, "on", bool, "true or false"))
        return station.report()

    # reboot {modem} -> state
    def _reboot(self, args: Json) -> Json:
        station = self._station(args)
        station.modem.restart()
        return station.report()

    # unplug {modem} -> state
    def _unplug(self, args: Json) -> Json:
        station = self._station(args)
        station.modem.unplug()
        return station.report()

    # plug {modem, renamed = false} -> state
    def _plug(self, args: Json) -> Json:
        station = self._station(args, "renamed")
        renamed = _value({"renamed": False, **args}, "renamed", bool, "true or false")
        try:
            station.modem.plug(renamed=renamed)
        except (LinkError, OSError) as error:
            raise ControlError(str(error)) from error
        return station.report()

    # refuse {code = null, to = any, count = all}: how the network answers what is sent from now on;
    # null takes it all back. About all modems: they have one network
    def _refuse(self, args: Json) -> Json:
        _refuse_unknown(args, ("code", "to", "count"))
        centre = self._stations[0].modem.network.smsc
        if args.get("code") is None:
            centre.relent()
            return {"code": None}
        code = _value(args, "code", int, "a number such as 38")
        to = None if args.get("to") is None else _value(args, "to", str, "a string")
        count = None if args.get("count") is None else _value(args, "count", int, "a number")
        try:
            centre.refuse(code, to=to, count=count)
        except ValueError as error:
            raise BadRequest(str(error)) from error
        return {"code": code}

    # faults {modem, plan = null} -> {faults}; the plan is an object as the file is a table
    def _faults(self, args: Json) -> Json:
        station = self._station(args, "plan")
        plan = args.get("plan")
        if plan is not None:
            if not isinstance(plan, dict):
                raise BadRequest(f'"plan": wanted an object, got {plan!r}')
            try:
                station.modem.set_faults(plan_of(plan, "plan"))
            except FaultFileError as error:
                raise BadRequest(str(error)) from error
        return {"faults": station.modem.report()["faults"]}

    # state {modem = all} -> {modems}
    def _state(self, args: Json) -> Json:
        _refuse_unknown(args, ("modem",))
        chosen = self._stations if args.get("modem") is None else [self._station(args)]
        return {"modems": [station.report() for station in chosen]}

    def _station(self, args: Json, *keys: str) -> Station:
        _refuse_unknown(args, ("modem", *keys))
        number = _value({"modem": 0, **args}, "modem", int, "a number")
        if not 0 <= number < len(self._stations):
            last = len(self._stations) - 1
            raise BadRequest(f'"modem": wanted a number from 0 to {last}, got {number}')
        return self._stations[number]


def _asynchronous(work: Callable[[Json], Json]) -> Operation:
    async def operation(args: Json, _emit: Emit) -> Any:
        return work(args)

    return operation


def _refuse_unknown(args: Json, known: Sequence[str]) -> None:
    unknown = sorted(set(args) - set(known))
    if unknown:
        raise BadRequest(f"no key {unknown[0][:40]!r}; there are {', '.join(known)}")


def _value(args: Json, key: str, kind: type[T], words: str) -> T:
    value = args.get(key)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise BadRequest(f'"{key}": wanted {words}, got {value!r}')
    return value
