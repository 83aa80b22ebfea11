"""The AT language in words: what a command does, what an answer means, what may follow on a line.

table         the commands that are known, `tables` their data: one file a domain
suggest       completion of what stands before the cursor; `offered` reads answers to `=?`
answers       an answer in words: `network`, `signal`, `packet`, `messages`, `identity` and
              `vendors` have a domain each, `finals` the final results
urcs          what a modem says unasked
ground_rules  which commands take the ground from under a daemon that runs the modem, and
              `harm_rules` which do lasting harm on any port

Pure: no clock, no port. Everything that comes back is safe to show on a terminal, whatever a modem
or the sender of a message wrote. The names below are the interface, loaded when first used: the
daemon needs `ground` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.lazy import loader

if TYPE_CHECKING:
    from modem.explain.answers import explain
    from modem.explain.ground_rules import ground
    from modem.explain.harm_rules import harm
    from modem.explain.model import CommandHelp, Parameter, Suggestion
    from modem.explain.offered import offered_values
    from modem.explain.suggest import suggestions
    from modem.explain.table import commands, help_for
    from modem.explain.urcs import explain_urc

_HOME_OF = {
    "CommandHelp": "model",
    "Parameter": "model",
    "Suggestion": "model",
    "commands": "table",
    "explain": "answers",
    "explain_urc": "urcs",
    "ground": "ground_rules",
    "harm": "harm_rules",
    "help_for": "table",
    "offered_values": "offered",
    "suggestions": "suggest",
}

__all__ = [
    "CommandHelp",
    "Parameter",
    "Suggestion",
    "commands",
    "explain",
    "explain_urc",
    "ground",
    "harm",
    "help_for",
    "offered_values",
    "suggestions",
]

__getattr__ = loader(__name__, _HOME_OF)
