"""What is known of a command, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a command, or a field of its answer: name, meaning, the values that are known.

    A value is written as it is typed: `0`, `"ME"`.
    """

    name: str
    meaning: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def words_for(self, value: str) -> str:
        """What a value means, "" where it isn't known. Quotes, case, leading zeros don't count."""
        wanted = _plain(value)
        return next((words for text, words in self.values if _plain(text) == wanted), "")


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command: its name, what it is for, where that is written, how it is put.

    `clause` names a standard and its clause, or a vendor and the source. `parameters` are those
    behind the `=`; `answer` the fields of what `?` or the command alone shows, None where they are
    the parameters.
    """

    name: str
    summary: str
    clause: str
    forms: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    answer: tuple[Parameter, ...] | None = None

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Each parameter by name, and what it and its values mean, in a line."""
        all_of_them = {each.name: each for each in (*self.shown, *self.parameters)}
        ordered = (*self.parameters, *(all_of_them[each.name] for each in self.shown))
        return tuple({each.name: _in_a_line(each) for each in ordered}.items())

    @property
    def shown(self) -> tuple[Parameter, ...]:
        """The fields of an answer."""
        return self.parameters if self.answer is None else self.answer


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: `text` takes the place of `replaces` characters before the cursor."""

    text: str
    replaces: int
    summary: str


def _plain(value: str) -> str:
    value = value.strip().strip('"').casefold()
    return value.lstrip("0") or "0" if value.isdigit() else value


def _in_a_line(parameter: Parameter) -> str:
    values = "; ".join(f"{value} {words}" for value, words in parameter.values)
    return ": ".join(part for part in (parameter.meaning, values) if part)
