"""What happened since the daemon began, counted for the metrics.

Commands, changes, answers and remedies are counted from the journal, of which each entry is read
once: nothing is written to the disk for the sake of counting. What the journal doesn't hold, the
agent counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from apn_config.reader import verb_of
from apn_config.store import Entry, InboxRow, InboxState, Store
from apn_config.transaction import State

# How much of the journal is read at once.
CHUNK = 500
# The verb of a message that is no command.
NO_VERB = "none"
_FINAL = {state.value for state in State if state.final}
# How the journal says what became of an answer.
ANSWER_WORDS = {"reference": "sent", "failed": "failed", "expired": "expired", "report": "reported"}


@dataclass(slots=True)
class Tally:
    """The counts. Reading goes on behind `read_to`, the id of an entry; None before `begin`."""

    modem_starts: int = 0
    modem_restarts: int = 0
    commands: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By verb and outcome; what was judged at once counts, too."""
    changes: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    remedies: Counter[str] = field(default_factory=Counter)
    read_to: int | None = None

    def begin(self, store: Store) -> None:
        """A store is open: what its journal holds already is of an earlier time.

        A new one in the place of a damaged one counts its entries from 1 again.
        """
        newest = store.journal.newest_id()
        if self.read_to is None or newest < self.read_to:
            self.read_to = newest

    def follow(self, store: Store) -> None:
        """Count what has been written since. Inside a transaction of the caller."""
        while entries := store.journal.after(self.read_to or 0, CHUNK):
            for entry in entries:
                self._count(store, entry)
            self.read_to = entries[-1].id

    def _count(self, store: Store, entry: Entry) -> None:
        detail = entry.detail
        match entry.kind:
            case "message" if "what" in detail:
                self._count_message(store, entry)
            case "command":
                self.commands[_verb(store, entry.subject), str(detail.get("verdict"))] += 1
            case "change" if detail.get("to") in _FINAL:
                self._count_change(store, entry, str(detail["to"]))
            case "answer":
                for key, word in ANSWER_WORDS.items():
                    self.answers[word] += key in detail
            case "recovery":
                self.remedies[str(detail.get("rung"))] += 1

    def _count_message(self, store: Store, entry: Entry) -> None:
        """What was done with at once; a command that took its turn is counted when it ends."""
        row = _row(store, entry.subject)
        verdict = None if row is None else row.verdict
        if row is not None and row.state is InboxState.SETTLED and verdict == entry.detail["what"]:
            self.commands[_verb(store, entry.subject), str(verdict)] += 1

    def _count_change(self, store: Store, entry: Entry, outcome: str) -> None:
        self.changes[outcome] += 1
        change = store.changes.get(int(entry.subject)) if entry.subject.isdigit() else None
        if change is not None and change.intent.inbox_id is not None:
            self.commands[_verb(store, str(change.intent.inbox_id)), outcome] += 1


def _row(store: Store, subject: str) -> InboxRow | None:
    return store.inbox.get(int(subject)) if subject.isdigit() else None


def _verb(store: Store, subject: str) -> str:
    """The verb of a message, by what is kept of its text; nothing of a stranger's making."""
    row = _row(store, subject)
    verb = None if row is None or row.text is None else verb_of(row.text)
    return verb or NO_VERB
