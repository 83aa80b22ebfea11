"""What the operator is still to be told: an SMS each, here until it is in the outbox."""

from __future__ import annotations

from apn_config.store.database import Database


class Notices:
    """The table of notices. All methods belong inside a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, text: str) -> None:
        """To be told; no secret, and of no stranger's making."""
        self._database.insert("INSERT INTO notices (text) VALUES (:text)", {"text": text})

    def take(self) -> list[str]:
        """All of them, oldest first; whoever takes them puts them in the outbox."""
        texts = [row["text"] for row in self._database.all("SELECT text FROM notices ORDER BY id")]
        if texts:
            self._database.change("DELETE FROM notices")
        return texts
