"""The operations about messages: send, list, read, delete."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from apn_config import arguments
from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from apn_config.desk import EXIT_REFUSED, Desk
from apn_config.masking import masked
from apn_config.model import Message
from apn_config.store import InboxRow, OutboxRow, Store
from apn_config.veil import Veil
from modem import StoredMessage, sms


class SmsOperations:
    """The operations by name."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.table: Mapping[str, Operation] = {
            "sms.send": self._send,
            "sms.list": self._list,
            "sms.read": self._read,
            "sms.delete": self._delete,
        }

    async def _send(self, args: Json, emit: Emit) -> Json:
        modem = await self._desk.modem()
        try:
            parts = sms.compose(arguments.number(args), arguments.text(args, "text"))
        except sms.ComposeError as error:
            raise BadRequest(str(error)) from None
        references = []
        async with self._desk.agent.sending:
            for part in parts:
                references.append(await modem.send_sms(part))
                emit({"part": len(references), "of": len(parts)})
        return {"parts": len(parts), "references": references}

    async def _list(self, args: Json, _emit: Emit) -> Json:
        """Both lists; with `taken` that of the store alone, for which no modem is asked."""
        stored: tuple[StoredMessage, ...] = ()
        if not arguments.flag(args, "taken"):
            modem = await self._desk.modem()
            stored = await modem.stored_messages(every_memory=True)
        count = arguments.whole(args, "count", 1, arguments.MAX_LIST, arguments.MAX_LIST)
        veil = self._desk.agent.veil
        rows = await self._desk.agent.db.run(lambda store: store.inbox.recent(count))
        return {
            "modem": [stored_json(each.pdu, each.memory, each.index, veil) for each in stored],
            "inbox": [inbox_json(row, veil) for row in rows],
        }

    async def _read(self, args: Json, _emit: Emit) -> Json:
        """One that was taken, by `id`, with its answers, or one in the modem, by its place."""
        veil = self._desk.agent.veil
        if "id" not in args:
            memory, index = arguments.place(args)
            found = await self._stored(memory, index)
            told = stored_json(found.pdu, memory, index, veil)
            return {"modem": {**told, **_part(found.pdu)}}
        message_id = arguments.whole(args, "id", 1, 2**53)

        def read(store: Store) -> Json | None:
            row = store.inbox.get(message_id)
            if row is None:
                return None
            answers = [_answer_json(answer, veil) for answer in store.outbox.of_message(row.id)]
            received = row.received.wall.isoformat(timespec="seconds")
            return {"inbox": {**inbox_json(row, veil), "received": received, "answers": answers}}

        taken = await self._desk.agent.db.run(read)
        if taken is None:
            raise ControlError(f"there is no message {message_id}")
        return taken

    async def _delete(self, args: Json, _emit: Emit) -> Json:
        """Empty a slot of the modem, once the store has what is in it.

        A one-shot command may be told to `discard` what nobody has taken; the daemon never is.
        """
        memory, index = arguments.place(args)
        discard = arguments.flag(args, "discard") and self._desk.alone
        agent = self._desk.agent
        async with agent.intake.at_work:
            found = await self._stored(memory, index)
            key = _key(found.pdu)
            taken = await agent.db.run(lambda store: store.inbox.holds(key))
            if not taken and not discard:
                who = "`run` takes it and deletes it" if self._desk.alone else "that happens soon"
                message = f"{memory} {index} isn't in the store yet; {who}"
                raise ControlError(message, EXIT_REFUSED)
            modem = await self._desk.modem()
            if await modem.delete_messages(memory, [index]):
                raise ControlError(f"the modem refuses to empty {memory} {index}")
        return {"memory": memory, "index": index, "taken": taken}

    async def _stored(self, memory: str, index: int) -> StoredMessage:
        modem = await self._desk.modem()
        found = await modem.read_message(memory, index)
        if found is None:
            raise ControlError(f"there is no message in {memory} {index}")
        return found


def stored_json(pdu: str, memory: str | None, index: int | None, veil: Veil) -> Json:
    """A message in the modem, as the list shows it; one that isn't stored has no place."""
    base: Json = {"memory": memory, "index": index}
    try:
        message = sms.decode_pdu(pdu)
    except sms.PduError as error:
        return {**base, "from": None, "text": None, "time": None, "error": str(error)}
    # A report of the network's has no number, a command no time.
    time = getattr(message, "timestamp", None)
    return {
        **base,
        "from": getattr(message, "number", None),
        "text": _shown(Message(message.text, message.data), veil, part=bool(message.concat))
        if isinstance(message, sms.Deliver)
        else None,
        "time": None if time is None else time.isoformat(),
        "error": None,
    }


def inbox_json(row: InboxRow, veil: Veil) -> Json:
    """A message that was taken, as the list shows it."""
    return {
        "id": row.id,
        "from": masked(row.sender),
        "text": _text_of(row, veil),
        "time": None if row.scts is None else row.scts.isoformat(),
        "state": row.state.value,
        "verdict": row.verdict,
    }


def _text_of(row: InboxRow, veil: Veil) -> str | None:
    """What is kept of one that is done with is without secrets, but for a word out of its place."""
    if row.verdict is None:
        return _shown(row.message, veil, part=row.place is not None)
    return None if row.text is None else veil.without_words(row.text)


def _answer_json(row: OutboxRow, veil: Veil) -> Json:
    """An answer. Its text is ours; a secret may be in it where it was given as a tag or a name."""
    return {
        "id": row.id,
        "to": row.recipient,
        "text": veil.without_words(row.text),
        "state": row.state.value,
        "attempts": row.attempts,
        "error": row.last_error,
        "report": None if row.report is None else row.report.value,
    }


def _part(pdu: str) -> Json:
    """Which part of how many a message is."""
    try:
        concat = sms.decode_pdu(pdu).concat
    except sms.PduError:
        concat = None
    return {"part": None if concat is None else {"seq": concat.seq, "total": concat.total}}


def _key(pdu: str) -> bytes:
    """The key by which the store knows it; a report of the network's has none there."""
    try:
        message = sms.decode_pdu(pdu)
    except sms.PduError:
        return hashlib.sha256(pdu.encode()).digest()
    return message.key if isinstance(message, sms.Deliver) else b""


def _shown(message: Message, veil: Veil, *, part: bool) -> str:
    """A part may be the middle of a password, so nothing but its length is shown."""
    if message.text is None:
        return f"[{len(message.data or b'')} octets]"
    return f"[{len(message.text)} characters]" if part else veil.shown(message)
