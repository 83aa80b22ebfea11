"""Answers in words: which explainer has which command, and the final result."""

from __future__ import annotations

from collections.abc import Sequence

from modem.at.parameters import split
from modem.commands.secrets import is_secret
from modem.explain import identity, messages, network, packet, signal, vendors
from modem.explain.answer import Answer, Explainer, at
from modem.explain.finals import final_words
from modem.explain.lines import Form, Request, marked, requests
from modem.explain.model import Parameter
from modem.explain.table import by_name
from modem.explain.words import MAX_LINE, number, shown

_EXPLAINERS: dict[str, Explainer] = {
    "I": identity.ati,
    "+CGSN": identity.cgsn,
    "+GSN": identity.cgsn,
    "+CIMI": identity.cimi,
    "+CCID": identity.iccid,
    "+ICCID": identity.iccid,
    "+QCCID": identity.iccid,
    "+CICCID": identity.iccid,
    "^ICCID": identity.iccid,
    "+CPIN": identity.cpin,
    "+CPINR": identity.cpinr,
    "+CLCK": identity.clck,
    "+CNUM": identity.cnum,
    "+CCLK": identity.cclk,
    "+CREG": network.registration,
    "+CGREG": network.registration,
    "+CEREG": network.registration,
    "+C5GREG": network.registration,
    "+COPS": network.cops,
    "+CPSMS": network.cpsms,
    "+CSQ": signal.csq,
    "+CESQ": signal.cesq,
    "+CGDCONT": packet.cgdcont,
    "+CGACT": packet.cgact,
    "+CGPADDR": packet.cgpaddr,
    "+CGCONTRDP": packet.cgcontrdp,
    "+CGAUTH": packet.cgauth,
    "+CGNAPN": packet.cgnapn,
    "+CMGR": messages.cmgr,
    "+CMGL": messages.cmgl,
    "+CPMS": messages.cpms,
    "+CSCA": messages.csca,
    "+CMGS": messages.cmgs,
    "+CMSS": messages.cmgs,
    "+CPSI": vendors.cpsi,
    "+QCSQ": vendors.qcsq,
    "+QNWINFO": vendors.qnwinfo,
    "+QENG": vendors.qeng,
    "^HCSQ": vendors.hcsq,
}
# Those that say nothing but states and kinds, whatever stands in the command or its answer.
_KEEP_SECRETS = frozenset(("+CPIN", "+CLCK", "+CGAUTH"))
# Test forms that aren't lists of values but the answer itself.
_TEST_IS_ANSWER = frozenset(("+COPS",))


def explain(line: str, answer: Sequence[str], final: str) -> tuple[str, ...]:
    """What the answer to a line means, in lines of plain text; none where there is nothing to add.

    `answer` are its lines without the final one. Never raises, whatever it is given. What stands
    behind a secret command (a PIN, a password) is in none of the lines.
    """
    refused = final_words(final)
    found: list[str] = []
    for request, lines in _by_request(line[:MAX_LINE], answer):
        if any(lines) or not refused:  # what was refused has changed nothing, and shows nothing
            found += _explained(request, tuple(lines))
    return tuple(words for words in (*found, *refused) if words)


def _by_request(line: str, answer: Sequence[str]) -> list[tuple[Request, list[str]]]:
    """Each command of the line with the lines that are its own.

    A line belongs to the command whose prefix it has, else to the one of the line before it (a PDU
    below its header), and to the first where none was before.
    """
    asked = [(request, list[str]()) for request in requests(line)]
    if not asked:
        return []
    by_prefix = {request.name.casefold(): lines for request, lines in asked}
    current = asked[0][1]
    for text in answer:
        text = text[:MAX_LINE]
        head = text.partition(":")[0].strip().casefold()
        if marked(head):
            current = by_prefix.get(head, current)
        current.append(text)
    return asked


def _explained(request: Request, lines: tuple[str, ...]) -> Sequence[str]:
    name = request.name
    if is_secret(f"{name}=") and name not in _KEEP_SECRETS:
        return ()
    answer = Answer(request, lines)
    explainer = _EXPLAINERS.get(name)
    if request.form is Form.TEST and name not in _TEST_IS_ANSWER:
        return _offered(answer)
    if explainer is not None and (words := explainer(answer)):
        return words
    if name in _KEEP_SECRETS:
        return ()
    return _settings(answer)


def _settings(answer: Answer) -> Sequence[str]:
    """Values that the table knows: of what was asked for, else of what was set."""
    entry = by_name().get(answer.name)
    if entry is None:
        return ()
    bodies = [body for body in answer.bodies() if body][:16]
    if bodies:
        return [words for body in bodies for words in _named(entry.shown, split(body), all_of=True)]
    if answer.request.form is Form.SET or (answer.request.form is Form.RUN and answer.request.text):
        return _named(entry.parameters, split(answer.request.text))
    return ()


def _named(
    parameters: Sequence[Parameter], fields: Sequence[str | None], *, all_of: bool = False
) -> list[str]:
    """`mt 1: stored, then told by +CMTI`, for each value that is known; `all_of` others, too."""
    lines = []
    for place, parameter in enumerate(parameters):
        value = at(fields, place)
        words = parameter.words_for(value) if value else ""
        if words and parameter.meaning:
            words = f"{parameter.meaning}: {words}"
        elif all_of and parameter.meaning and number(value) is not None:
            words = parameter.meaning
        if words:
            lines.append(f"{parameter.name} {shown(value, 40)}: {words}")
    return lines


def _offered(answer: Answer) -> Sequence[str]:
    """What a test form offers, where the values have meanings."""
    from modem.explain.offered import offered_values

    entry = by_name().get(answer.name)
    if entry is None:
        return ()
    lines = []
    for parameter, values in zip(entry.parameters, offered_values(answer.lines), strict=False):
        words = [(value, parameter.words_for(value)) for value in values]
        known = "; ".join(f"{shown(value, 40)} {text}" for value, text in words if text)
        if known:
            lines.append(f"{parameter.name}: {known}")
    return lines
