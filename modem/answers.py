"""The answer to a line that somebody typed, as a value without secrets."""

from __future__ import annotations

from dataclasses import dataclass

from modem.at import Command, Response, Urc
from modem.at.results import Final, FinalKind
from modem.commands.secrets import redacted
from modem.errors import CommandRefused


@dataclass(frozen=True, slots=True)
class AtAnswer:
    """The answer to one line. `line` and `lines` are without PINs and passwords.

    `final` is the final result as a modem writes it ("OK", "+CME ERROR: 10"); `name` is what the
    standard calls its number.
    """

    line: str
    lines: tuple[str, ...]
    final: str
    ok: bool
    code: int | None = None
    name: str | None = None


def answer_of(response: Response) -> AtAnswer:
    """A response as an answer, without secrets."""
    command, lines = response.command, response.lines
    if command.secret:
        lines = tuple(redacted(line) for line in lines)
    final = response.final
    return AtAnswer(
        command.shown, lines, final_text(final), final.ok, final.code, final.text or None
    )


def refusal_of(command: Command, error: CommandRefused) -> AtAnswer:
    """What the modem refused, as an answer."""
    final = Final(FinalKind(error.kind), error.code, error.name)
    return AtAnswer(
        command.shown, error.lines, final_text(final), False, error.code, error.name or None
    )


def final_text(final: Final) -> str:
    """A final result as a modem writes it in verbose form (ATV1)."""
    if final.kind in (FinalKind.CME, FinalKind.CMS):
        return f"+{final.kind.value} ERROR: {final.text if final.code is None else final.code}"
    if final.kind is FinalKind.CONNECT and final.text:
        return f"CONNECT {final.text}"
    return str(final.kind.value)


def urc_lines(urc: Urc) -> tuple[str, ...]:
    """A URC as the modem wrote it, but for blanks and case: its line, then those that follow it."""
    return (f"{urc.prefix}: {urc.text}" if urc.text else urc.prefix, *urc.data)
