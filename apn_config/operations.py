"""What the control socket offers, and one-shot commands do themselves where no daemon runs.

Every result is what `--json` prints. No password and no PIN is in any of them. Here are the
operations about the daemon, its journal and the APN; the others have files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apn_config import arguments
from apn_config.agent import Agent
from apn_config.apn_changes import Progress, Refused
from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.clock import Clock
from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from apn_config.desk import EXIT_REFUSED, Desk
from apn_config.measures import Measures
from apn_config.model import ApnRequest, AuthType, PdpType
from apn_config.operations_keys import KeyOperations
from apn_config.operations_live import LiveOperations
from apn_config.operations_network import NetworkOperations
from apn_config.operations_sms import SmsOperations
from apn_config.status import Standing, change_json, status
from apn_config.store import UNKNOWN_CARD, Entry
from apn_config.transaction import State
from apn_config.verify import observe

# Those that end when their client hangs up: nothing waits for its turn that nobody waits for.
ATTENDED = LiveOperations.ENDLESS | {"at", "network.scan"}


class Operations:
    """The operations by name. `agent` tells the present one: None while there is no store."""

    def __init__(
        self,
        agent: Callable[[], Agent | None],
        standing: Standing,
        clock: Clock,
        *,
        alone: bool = False,
    ) -> None:
        desk = self._desk = Desk(agent, standing, clock, alone=alone)
        self.table: Mapping[str, Operation] = {
            "status": self._status,
            "apn.show": self._apn_show,
            "apn.set": self._apn_set,
            "apn.keep": self._apn_keep,
            "apn.history": self._apn_history,
            "journal": self._journal,
            "metrics": Measures(desk).take,
            **SmsOperations(desk).table,
            **NetworkOperations(desk).table,
            **KeyOperations(desk).table,
            **LiveOperations(desk).table,
        }

    @property
    def _agent(self) -> Agent:
        return self._desk.agent

    async def _status(self, _args: Json, _emit: Emit) -> Json:
        return await status(self._desk.standing, self._desk.present(), self._desk.clock.now())

    async def _apn_show(self, args: Json, _emit: Emit) -> Json:
        modem = await self._desk.modem()
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
            change = await self._agent.set_apn(await self._desk.modem(), request, _telling(emit))
        except Refused as refusal:
            raise _refused(refusal) from None
        return change_json(change)

    async def _apn_keep(self, _args: Json, _emit: Emit) -> Json:
        try:
            return change_json(await self._agent.changes.keep())
        except Refused as refusal:
            raise _refused(refusal) from None

    async def _apn_history(self, args: Json, _emit: Emit) -> list[Json]:
        count = arguments.count(args)
        changes = await self._agent.db.run(lambda store: store.changes.history(count))
        return [change_json(change) for change in changes]

    async def _journal(self, args: Json, _emit: Emit) -> list[Json]:
        """The last entries, or the first ones `after` one that is known."""
        count = arguments.count(args)
        if args.get("after") is None:
            entries = await self._agent.db.run(lambda store: store.journal.tail(count))
        else:
            known = arguments.whole(args, "after", 0, 2**53)
            entries = await self._agent.db.run(lambda store: store.journal.after(known, count))
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
        name = arguments.text(args, "apn")
        offence = apn_offence(name)
        if offence is not None:
            raise BadRequest(f"{name!r} is no APN: look at character {offence + 1}")
        for key in ("user", "pass"):
            word = args.get(key)
            if word is None:
                continue
            offence = credential_offence(arguments.text(args, key))
            if offence is not None:
                raise BadRequest(f"{key} can't be sent to a modem: look at character {offence + 1}")
        return ApnRequest(
            name,
            user=args.get("user"),
            password=args.get("pass"),
            auth=arguments.one_of(AuthType, args.get("auth"), "auth"),
            type=arguments.one_of(PdpType, args.get("type"), "type"),
            cid=self._cid(args),
            trial_s=arguments.trial_s(args),
        )


def _entry_json(entry: Entry) -> Json:
    return {
        "id": entry.id,
        "time": entry.at.wall.isoformat(timespec="seconds"),
        "kind": entry.kind,
        "subject": entry.subject,
        "detail": dict(entry.detail),
    }


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


def _telling(emit: Emit) -> Progress:
    """Tells a client each state of its change, and that it waits for another one's end."""

    def tell(state: State | None) -> None:
        emit({"state": "waiting" if state is None else state.value})

    return tell
