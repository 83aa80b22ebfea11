"""Completion: names, forms and values of commands, each with its line of help."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from modem.console.commands import Table
from modem.console.session import Session
from modem.console.values import is_private, printable

# A test form is answered at once; who completes doesn't wait longer.
ASK_S = 5.0
# Their test forms search for networks, which takes minutes and takes the modem off its own.
_SEARCHES = frozenset({"+COPS", "+CNETSCAN", "+QSCAN", "+QNETSCAN", "+COPN", "+CPOL"})
_BEHIND_EQUALS = re.compile(r"(?:^AT|;)\s*([+^$#*%!&]?[A-Z][A-Z0-9]*)\s*=[^=;?]*$", re.IGNORECASE)


class Offers(Completer):
    """Completes AT and slash commands.

    Behind `=` the modem is asked what it takes, once, when the user asks for completion and no
    command runs.
    """

    def __init__(self, session: Session, slashes: Callable[[], Table]) -> None:
        self._session = session
        self._slashes = slashes
        self._offered: dict[str, tuple[tuple[str, ...], ...]] = {}

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """What is known without asking the modem."""
        text = document.text_before_cursor
        if text.startswith("/"):
            return _slashes(text, self._slashes())
        return _completions(text, self._offered)

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """As `get_completions`, after the modem was asked if that was wanted."""
        if complete_event.completion_requested:
            await self._ask(document.text_before_cursor)
        for completion in self.get_completions(document, complete_event):
            yield completion

    def would_ask(self, text: str) -> str | None:
        """The command whose values the modem would be asked for now, behind this text."""
        name = asked_for(text)
        idle = not self._session.busy and self._session.loss is None
        return name if idle and name not in self._offered else None

    async def _ask(self, text: str) -> None:
        name = self.would_ask(text)
        if name is None:
            return
        from modem.explain import offered_values

        answer = await self._session.ask_quietly(f"AT{name}=?", ASK_S)
        # One that refuses or is mute isn't asked again: what the standard knows has to do.
        self._offered[name] = () if answer is None else offered_values(answer.lines)


def asked_for(text: str) -> str | None:
    """The command behind whose `=` the cursor stands, if it has a test form that does no harm."""
    from modem.explain import help_for

    found = _BEHIND_EQUALS.search(text)
    if found is None:
        return None
    name = found[1].upper()
    known = help_for(f"AT{name}")
    has_test = known is not None and any("=?" in form for form in known.forms)
    return name if has_test and name not in _SEARCHES and not is_private(f"AT{name}=1") else None


def _completions(text: str, offered: Mapping[str, Sequence[Sequence[str]]]) -> Iterable[Completion]:
    from modem.explain import suggestions

    # Who stands behind `=` wants a value first, not the question which there are.
    for each in sorted(suggestions(text, offered), key=lambda each: each.text == "?"):
        yield Completion(
            printable(each.text),
            start_position=-each.replaces,
            display_meta=printable(each.summary),
        )


def _slashes(text: str, table: Table) -> Iterable[Completion]:
    if " " in text:
        return
    for name, slash in table.items():
        if name.startswith(text.lower()):
            yield Completion(name, start_position=-len(text), display_meta=slash.summary)
