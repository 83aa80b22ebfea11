"""Outcomes as the texts of answers: in the dialect of the question, signed where that was. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from apn_config import replies
from apn_config.dialects.dialect import Around, Dialect
from apn_config.model import Device, Form, Outcome

if TYPE_CHECKING:
    from apn_config.proofs import SigningKey


class Voice:
    """Words outcomes. `device` tells what is known of the modem at the moment.

    With `keys` the answer to a command that one of them signed is signed, too.
    """

    def __init__(
        self,
        dialects: Mapping[str, Dialect] | None = None,
        keys: Sequence[SigningKey] = (),
        device: Callable[[], Device] = Device,
    ) -> None:
        self._dialects = dialects or {}
        self._keys = {key.fingerprint: key for key in keys}
        self._device = device

    def say(self, outcome: Outcome, form: Form, now: datetime) -> str:
        """The answer, within one SMS.

        Where a dialect has no words of its own the plain one's are taken: a change is proven by the
        network's taking its answer, so there always is one.
        """
        key = None if form.key is None else self._keys.get(form.key)
        if key is not None and form.counter is not None and form.iccid is not None:
            from apn_config.dialects.signed import ANSWER_ROOM, sign_answer

            text = replies.words(outcome, form.tag, replies.MAX_SEPTETS - ANSWER_ROOM)
            return sign_answer(key.octets, form.iccid, form.counter, text)
        said = self._in_its_words(outcome, form, now)
        return replies.words(outcome, form.tag) if said is None else replies.fitted(said)

    def _in_its_words(self, outcome: Outcome, form: Form, now: datetime) -> str | None:
        """What its dialect says. A foreign one's fault costs its words, and not the answer."""
        dialect = self._dialects.get(form.dialect)
        if dialect is None:
            return None
        try:
            return dialect.say(outcome, form, Around(self._device(), now))
        except Exception:  # noqa: BLE001 -- whatever somebody else's code may raise
            return None
