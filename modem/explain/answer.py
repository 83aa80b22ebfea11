"""An answer as explainers see it, and what several of them do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from modem.at.parameters import split
from modem.explain.lines import Form, Request


@dataclass(frozen=True, slots=True)
class Answer:
    """What the modem answered to one command: the command, and the lines without the final one.

    `fields` is of the first line with the command's prefix; of lines without a prefix, `bare`.
    """

    request: Request
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """The command's name, "+CSQ"."""
        return self.request.name

    def bodies(self, prefix: str | None = None) -> Iterator[str]:
        """What stands behind the prefix and its colon, line by line, whatever its case."""
        wanted = (prefix or self.name).casefold()
        for line in self.lines:
            head, colon, text = line.partition(":")
            if colon and head.strip().casefold() == wanted:
                yield text.strip()

    @property
    def fields(self) -> list[str | None]:
        """The fields of the first line with the command's prefix; none without such a line."""
        return split(next(self.bodies(), ""))

    @property
    def bare(self) -> str:
        """The first line that says something, without prefix and quotes."""
        for line in self.lines:
            text = next(Answer(self.request, (line,)).bodies(), line)
            if text := text.strip().strip('"').strip():
                return text
        return ""


Explainer = Callable[[Answer], Sequence[str]]


def at(fields: Sequence[str | None], place: int) -> str:
    """The field at a place, stripped; "" for one that is absent."""
    return (fields[place] or "").strip() if place < len(fields) else ""


def asked(answer: Answer) -> bool:
    """Are the lines an answer to explain, and not the values that a test form offers?"""
    return answer.request.form is not Form.TEST
