"""A command as a value: its text, what belongs to its answer, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One AT command line (3GPP TS 27.007 4.1, ITU-T V.250 5.2.1).

    `text` is the line without its CR, printable ASCII. `prefixes` are those of the information
    lines that belong to its answer ("+CREG"); `bare` says that lines without a prefix do, too (ATI,
    +CGSN). `payload` is what is sent at the `>` prompt, without the Ctrl-Z that ends it. `secret`
    keeps text and answer out of errors and logs, `private` only the answer: somebody's message.
    """

    text: str
    prefixes: tuple[str, ...] = ()
    bare: bool = False
    payload: bytes | None = None
    timeout_s: float = 5.0
    secret: bool = False
    private: bool = False

    @property
    def hides_answer(self) -> bool:
        """Must its answer stay out of logs?"""
        return self.secret or self.private

    @property
    def shown(self) -> str:
        """The command as errors and logs may show it: nothing behind the `=` of a secret one."""
        if not self.secret:
            return self.text
        head, equals, _ = self.text.partition("=")
        return f"{head}{equals}***" if equals else self.text

    def __repr__(self) -> str:
        """For tracebacks and logs: without the payload, which is somebody's message."""
        return f"Command({self.shown!r})"
