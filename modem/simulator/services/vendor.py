"""Commands that a profile describes (`modem.profiles.model.OwnCommand`): data in, handlers out.

No family is named here: what one of them needs and this can't say is a field more of the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from modem.at.parameters import parse_ranges, parse_string_lists, split
from modem.profiles import Answer, Effect, Kept, OwnCommand, Profile, Said
from modem.simulator.answers import Cme, CmeRefusal, PlainRefusal, Reply, number
from modem.simulator.cellular import Login, PdpContext
from modem.simulator.services.general import RESTART_S
from modem.simulator.services.table import Entry, Handler, Table
from modem.simulator.state import Auth, State
from modem.simulator.template import filled, values_of

_CIDS = range(1, 17)
_AUTH_KINDS = range(4)
_MAX_APN = 100  # 3GPP TS 23.003 9.1
_MAX_LOGIN = 127  # Quectel's limit; the standard has none
_LAST_WORD_S = 0.05  # between the last thing that is said and the end of power


def vendor_table(profile: Profile) -> Table:
    """The commands of that family that no standard has."""
    commands = profile.simulator.commands
    return {name: _entry(name, command) for name, command in commands.items()}


def _entry(name: str, command: OwnCommand) -> Entry:
    return Entry(
        run=_gives(command.run),
        set=_set_form(name, command),
        read=_read_form(name, command),
        test=_test_form(name, command),
    )


# ---- answers


def _gives(answer: Answer | None) -> Handler | None:
    """A handler that always gives that answer."""
    if answer is None:
        return None
    return lambda state, _text: _give(state, answer)


def _give(state: State, answer: Answer, value: str = "") -> Reply:
    values = {**values_of(state), "value": value}
    then = [(said.after_s, filled(said.line, values)) for said in answer.then]
    state.announce(Said(after_s, line) for after_s, line in then)
    if answer.effect is not None:
        act = state.reset if answer.effect is Effect.RESTART else state.switch_off
        last_s = max((after_s for after_s, _ in then), default=0.0)
        state.network.after(max(RESTART_S, last_s + _LAST_WORD_S), act)
    if answer.final != "OK":
        raise PlainRefusal(answer.final)
    return [filled(line, values) for line in answer.lines]


# ---- what may stand behind the "="


def _set_form(name: str, command: OwnCommand) -> Handler | None:
    if command.context:
        return _context(name, command)
    if command.keys:
        return _keyed(name, command.keys)
    if command.set:
        return _listed(name, command)
    return _setting(name, command.setting) if command.setting is not None else None


def _listed(name: str, command: OwnCommand) -> Handler:
    """These texts and no other."""
    answers = {text.casefold(): answer for text, answer in command.set.items()}

    def handler(state: State, text: str) -> Reply:
        answer = answers.get(text.casefold())
        if answer is None:
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
        if command.setting is not None:
            _write(state, name, command.setting, text)
        return _give(state, answer, text)

    return handler


def _setting(name: str, kept: Kept) -> Handler:
    def handler(state: State, text: str) -> Reply:
        _write(state, name, kept, text)
        return ()

    return handler


def _keyed(name: str, keys: Mapping[str, Kept]) -> Handler:
    """=<key> reads, =<key>,<value>... writes."""
    known = {key.casefold(): key for key in keys}

    def handler(state: State, text: str) -> Reply:
        asked, comma, value = text.partition(",")
        key = known.get(asked.strip('"').casefold())
        if key is None:
            raise CmeRefusal(Cme.UNKNOWN)
        place = f"{name}={key}"
        if comma:
            _write(state, place, keys[key], value)
            return ()
        return [f'{name}: "{key}",{_read(state, place, keys[key])}']

    return handler


def _read(state: State, place: str, kept: Kept) -> str:
    store = state.settings.accepted if kept.volatile else state.kept
    return store.get(place, ",".join(kept.default))


def _write(state: State, place: str, kept: Kept, text: str) -> None:
    values = text.split(",")
    if kept.allowed:
        _check(values, kept.allowed)
    elif len(values) > len(kept.default):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    now = _read(state, place, kept).split(",")
    merged = [*values[: len(now)], *now[len(values) :]]
    store = state.settings.accepted if kept.volatile else state.kept
    store[place] = ",".join(merged)


def _check(values: list[str], allowed: str) -> None:
    """Each value is one of those that the test form lists for its place."""
    numbers, words = parse_ranges(allowed), parse_string_lists(allowed)
    if not values[0] or len(values) > len(numbers):
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    for place, value in enumerate(values):
        digits = value.isascii() and value.isdigit() and len(value) < 10
        good = int(value) in numbers[place] if digits else value.strip('"') in words[place]
        if value and not good:
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)


# ---- contexts


def _context(name: str, command: OwnCommand) -> Handler:
    """=<parameters by name> writes a context, or its login; =<cid> shows it."""

    def handler(state: State, text: str) -> Reply:
        fields = split(text)
        if len(fields) > len(command.context):
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
        given = dict(zip(command.context, fields, strict=False))
        cid = number(given.get("cid"), _CIDS) if "cid" in command.context else _attach(state)
        if command.only_inactive and (cid not in state.contexts or cid in state.subscriber.bearers):
            raise CmeRefusal(Cme.NOT_ALLOWED)
        if len(fields) == 1 and command.shows:
            return [f"{name}: {_shown(state, cid, command.shows, command)}"]
        _define(state, cid, given, command)
        return ()

    return handler


def _attach(state: State) -> int:
    return state.profile.driver.attach_cid


def _define(state: State, cid: int, given: Mapping[str, str | None], command: OwnCommand) -> None:
    """Write what the command can say; what it could have said and didn't is blank."""
    login = Login(_text(given.get("user"), _MAX_LOGIN), _text(given.get("password"), _MAX_LOGIN))
    kind = number(given.get("auth"), _AUTH_KINDS, default=0)
    if "apn" in command.context:
        before = state.contexts.get(cid, PdpContext())
        pdp_type = before.pdp_type
        if "type" in command.context:
            place = number(given.get("type"), range(len(command.types)))
            pdp_type = command.types[place]
        if not pdp_type:
            raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
        state.contexts[cid] = PdpContext(pdp_type, _text(given.get("apn"), _MAX_APN))
    if "user" in command.context:
        state.auth[cid] = Auth(kind, login)


def _text(field: str | None, longest: int) -> str:
    text = field or ""
    if len(text) > longest or not text.isascii():
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    return text


def _shown(state: State, cid: int, template: str, command: OwnCommand) -> str:
    context = state.contexts.get(cid)
    auth = state.auth.get(cid, Auth())
    known = context is not None and context.pdp_type in command.types
    values = {
        "cid": cid,
        "type": command.types.index(context.pdp_type) if context and known else 0,
        "apn": context.apn if context else "",
        "user": auth.login.user,
        "password": auth.login.password,
        "auth": auth.kind,
    }
    return filled(template, values)


# ---- read and test forms


def _read_form(name: str, command: OwnCommand) -> Handler | None:
    kept = command.setting
    if command.lists:
        return lambda state, _text: [
            f"{name}: {_shown(state, cid, command.lists, command)}"
            for cid in sorted(state.contexts)
        ]
    if kept is None:
        return _gives(command.read)

    def handler(state: State, _text: str) -> Reply:
        value = _read(state, name, kept)
        answer = command.shown.get(value, command.read)
        return [f"{name}: {value}"] if answer is None else _give(state, answer, value)

    return handler


def _test_form(name: str, command: OwnCommand) -> Handler | None:
    if command.test is not None:
        return _gives(command.test)
    lines = list(_test_lines(name, command))
    return (lambda _state, _text: lines) if lines else None


def _test_lines(name: str, command: OwnCommand) -> Iterator[str]:
    if command.setting is not None and command.setting.allowed:
        yield f"{name}: {command.setting.allowed}"
    for key, kept in command.keys.items():
        yield f'{name}: "{key}",{kept.allowed}'
