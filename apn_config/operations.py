"""What the control socket offers, and one-shot commands do themselves where no daemon runs.

Every result is what `--json` prints. No password and no PIN is in any of them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from apn_config.agent import Agent
from apn_config.apn_changes import Progress, Refused
from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.clock import Clock
from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from apn_config.dialects.plain import MAX_TRIAL_S, shown
from apn_config.masking import masked
from apn_config.model import ApnRequest, AuthType, PdpType
from apn_config.spans import parse_span
from apn_config.status import MODEM_WAIT_S, Standing, change_json, ready_modem, status
from apn_config.store import UNKNOWN_CARD, Entry, InboxRow
from apn_config.transaction import State
from apn_config.verify import observe
from modem import Modem, sms

MAX_LIST = 500
EXIT_REFUSED = 4


class Operations:
    """The operations by name. `agent` tells the present one: None while there is no store."""

    def __init__(self, agent: Callable[[], Agent | None], standing: Standing, clock: Clock) -> None:
        self._present = agent
        self._standing = standing
        self._clock = clock
        self.table: Mapping[str, Operation] = {
            "status": self._status,
            "at": self._at,
            "sms.send": self._sms_send,
            "sms.list": self._sms_list,
            "apn.show": self._apn_show,
            "apn.set": self._apn_set,
            "apn.keep": self._apn_keep,
            "apn.history": self._apn_history,
            "journal": self._journal,
        }

    @property
    def _agent(self) -> Agent:
        agent = self._present()
        if agent is None:
            raise ControlError(f"not without the store: {self._standing.store_why}")
        return agent

    async def _modem(self) -> Modem:
        """The modem, or the reason why there is none."""
        try:
            async with asyncio.timeout(MODEM_WAIT_S):
                return await ready_modem(self._agent.keeper)
        except TimeoutError:
            raise ControlError("the modem isn't ready yet; try again", exit_code=8) from None

    async def _status(self, _args: Json, _emit: Emit) -> Json:
        return await status(self._standing, self._present(), self._clock.now())

    async def _at(self, args: Json, _emit: Emit) -> Json:
        modem = await self._modem()
        response = await modem.run_at(_text(args, "line"))
        return {"lines": list(response.lines), "result": response.final.kind.value}

    async def _sms_send(self, args: Json, emit: Emit) -> Json:
        modem = await self._modem()
        try:
            parts = sms.compose(_number(args), _text(args, "text"))
        except sms.ComposeError as error:
            raise BadRequest(str(error)) from None
        references = []
        async with self._agent.sending:
            for part in parts:
                references.append(await modem.send_sms(part))
                emit({"part": len(references), "of": len(parts)})
        return {"parts": len(parts), "references": references}

    async def _sms_list(self, _args: Json, _emit: Emit) -> Json:
        modem = await self._modem()
        stored = [
            _stored_json(message.pdu, message.memory, message.index)
            for message in await modem.stored_messages(every_memory=True)
        ]
        rows = await self._agent.db.run(lambda store: store.inbox.recent(MAX_LIST))
        return {"modem": stored, "inbox": [_inbox_json(row) for row in rows]}

    async def _apn_show(self, args: Json, _emit: Emit) -> Json:
        modem = await self._modem()
        cid = self._cid(args)
        found = (await self._agent.applier.read(modem, cid)).apn
        seen = await observe(self._agent.applier, modem, cid, activate=False)
        iccid = modem.identity.iccid or UNKNOWN_CARD
        record = await self._agent.db.run(lambda store: store.records.get(iccid, cid))
        last_good = None if record is None or record.last_good is None else record.last_good.name
        credentials = found.credentials
        return {
            "cid": cid,
            "apn": found.name,
            "type": found.type.value,
            "user": None if credentials is None else credentials.user,
            "auth": None if credentials is None else credentials.auth.value,
            "active": seen.context.active,
            "address": seen.context.address,
            "live_apn": seen.context.apn,
            "last_good": last_good,
        }

    async def _apn_set(self, args: Json, emit: Emit) -> Json:
        request = None if args.get("rollback") is True else self._request(args)
        try:
            change = await self._agent.set_apn(await self._modem(), request, _telling(emit))
        except Refused as refusal:
            raise _refused(refusal) from None
        return change_json(change)

    async def _apn_keep(self, _args: Json, _emit: Emit) -> Json:
        try:
            return change_json(await self._agent.changes.keep())
        except Refused as refusal:
            raise _refused(refusal) from None

    async def _apn_history(self, args: Json, _emit: Emit) -> list[Json]:
        count = _count(args)
        changes = await self._agent.db.run(lambda store: store.changes.history(count))
        return [change_json(change) for change in changes]

    async def _journal(self, args: Json, _emit: Emit) -> list[Json]:
        count = _count(args)
        entries = await self._agent.db.run(lambda store: store.journal.tail(count))
        return [_entry_json(entry) for entry in entries]

    def _cid(self, args: Json) -> int:
        cid = args.get("cid")
        if cid is None:
            return self._agent.config.apn.cid
        if not isinstance(cid, int) or isinstance(cid, bool):
            raise BadRequest("cid has to be a number")
        if cid not in self._agent.config.apn.allowed_cids:
            allowed = ", ".join(map(str, self._agent.config.apn.allowed_cids))
            message = f"cid {cid} isn't in [apn] allowed_cids ({allowed})"
            raise ControlError(message, exit_code=EXIT_REFUSED)
        return cid

    def _request(self, args: Json) -> ApnRequest:
        """The request of a socket's client, checked as strictly as that of an SMS."""
        name = _text(args, "apn")
        offence = apn_offence(name)
        if offence is not None:
            raise BadRequest(f"{name!r} is no APN: look at character {offence + 1}")
        for key in ("user", "pass"):
            word = args.get(key)
            if word is None:
                continue
            offence = credential_offence(_text(args, key))
            if offence is not None:
                raise BadRequest(f"{key} can't be sent to a modem: look at character {offence + 1}")
        return ApnRequest(
            name,
            user=args.get("user"),
            password=args.get("pass"),
            auth=_one_of(AuthType, args.get("auth"), "auth"),
            type=_one_of(PdpType, args.get("type"), "type"),
            cid=self._cid(args),
            trial_s=_trial_s(args),
        )


def _stored_json(pdu: str, memory: str, index: int) -> Json:
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
        "text": _shown(message.text, part=bool(message.concat))
        if isinstance(message, sms.Deliver)
        else None,
        "time": None if time is None else time.isoformat(),
        "error": None,
    }


def _shown(text: str | None, *, part: bool) -> str:
    """A part may be the middle of a password, so nothing but its length is shown."""
    return f"[{len(text or '')} characters]" if part else shown(text or "")


def _inbox_json(row: InboxRow) -> Json:
    return {
        "id": row.id,
        "from": masked(row.sender),
        "text": row.text
        if row.verdict is not None
        else _shown(row.text, part=row.place is not None),
        "time": None if row.scts is None else row.scts.isoformat(),
        "state": row.state.value,
        "verdict": row.verdict,
    }


def _entry_json(entry: Entry) -> Json:
    return {
        "id": entry.id,
        "time": entry.at.wall.isoformat(timespec="seconds"),
        "kind": entry.kind,
        "subject": entry.subject,
        "detail": dict(entry.detail),
    }


def _text(args: Json, key: str) -> str:
    value = args.get(key)
    if not isinstance(value, str):
        raise BadRequest(f"{key} has to be a text")
    return value


def _number(args: Json) -> str:
    """The number to send to: digits, + for an international one."""
    number = _text(args, "to")
    if not re.fullmatch(r"\+?[0-9*#]{1,20}", number):
        raise BadRequest("to has to be a number: digits, + if international")
    return number


_REFUSED = {
    "trial": "an APN is on trial; keep it (`apn keep`) or end that (`apn set --rollback`)",
    "no-trial": "no APN is on trial",
    "busy": "another change is under way",
    "budget": "the radio was switched as often as [recovery] radio_cycles_per_day allows",
    "no-former": "no former APN is known to have worked",
    "unknown-credentials": "nobody knows the present user and password to go back to; give them as"
    " [apn.fallback]",
}


def _refused(refusal: Refused) -> ControlError:
    why = _REFUSED.get(refusal.reason)
    text = f"refused: {refusal.reason}" if why is None else f"refused: {refusal.reason}: {why}"
    return ControlError(text, exit_code=EXIT_REFUSED)


def _count(args: Json) -> int:
    count = args.get("count", 50)
    if type(count) is not int or not 1 <= count <= MAX_LIST:
        raise BadRequest(f"count is a number from 1 to {MAX_LIST}")
    return count


def _trial_s(args: Json) -> float | None:
    """How long an APN may stay on trial, as "10m"; None where it isn't on trial."""
    text = args.get("for")
    if text is None:
        return None
    seconds = parse_span(_text(args, "for"))
    if seconds is None or not 0 < seconds <= MAX_TRIAL_S:
        raise BadRequest("for has to be a span such as 90s, 10m or 2h, 7d at most")
    return seconds


def _telling(emit: Emit) -> Progress:
    """Tells a client each state of its change, and that it waits for another one's end."""

    def tell(state: State | None) -> None:
        emit({"state": "waiting" if state is None else state.value})

    return tell


def _one_of(kind: Any, value: object, key: str) -> Any:
    if value is None:
        return None
    words = [member.value for member in kind if member is not AuthType.EITHER]
    if value not in words:
        raise BadRequest(f"{key} is one of {', '.join(words)}")
    return kind(value)
