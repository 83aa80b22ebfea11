"""The operations about networks: which are in reach, and which one is used."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from apn_config import arguments
from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from apn_config.desk import Desk
from apn_config.network_words import registration_word
from apn_config.vitals import beat
from modem import AtAnswer, Operator, parse_operators

# A search of all bands and technologies takes minutes; so does a registration by hand.
SEARCH_S = 180.0
TELL_S = 1.0
_PLMN = re.compile(r"[0-9]{5,6}")


class NetworkOperations:
    """The operations by name. Each keeps the modem busy for minutes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.table: Mapping[str, Operation] = {
            "network.scan": self._scan,
            "network.select": self._select,
        }

    async def _scan(self, _args: Json, emit: Emit) -> Json:
        await self._desk.refuse_amid_change("look for networks")
        answer = await self._long("AT+COPS=?", emit)
        return {"networks": [_operator_json(each) for each in parse_operators(answer.lines)]}

    async def _select(self, args: Json, emit: Emit) -> Json:
        """Register in the network of that `plmn`, or, without one, choose by itself again.

        In <mode> 4: where that network isn't to be had the modem chooses by itself, so nobody is
        left without any (3GPP TS 27.007 7.3).
        """
        plmn = arguments.optional_text(args, "plmn")
        if plmn is not None and not _PLMN.fullmatch(plmn):
            raise BadRequest("plmn is MCC and MNC, five or six digits")
        await self._desk.refuse_amid_change("choose a network")
        await self._long("AT+COPS=0" if plmn is None else f'AT+COPS=4,2,"{plmn}"', emit)
        modem = await self._desk.modem()
        await modem.run_at("AT+COPS=3,2")
        number = await modem.operator()
        await modem.run_at("AT+COPS=3,0")  # names again, as everybody else expects them
        return {
            "wanted": plmn,
            "plmn": number,
            "operator": await modem.operator(),
            "registration": registration_word(await modem.registration()),
        }

    async def _long(self, line: str, emit: Emit) -> AtAnswer:
        """Run a command that takes minutes, and tell each second how long it has taken."""
        modem = await self._desk.modem()
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        running = asyncio.ensure_future(modem.run_at(line, timeout_s=SEARCH_S))
        try:
            while not (await asyncio.wait({running}, timeout=TELL_S))[0]:
                beat()
                emit({"elapsed_s": round(loop.time() - began_s, 1)})
            answer = running.result()
        finally:
            # The modem gives a search up when it hears anything else: the driver's next question.
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        if not answer.ok:
            meaning = f" ({answer.name})" if answer.name else ""
            raise ControlError(f"the modem refused {line}: {answer.final}{meaning}")
        return answer


def _operator_json(operator: Operator) -> Json:
    return {
        "name": operator.name,
        "plmn": operator.plmn,
        "rat": operator.rat,
        "state": operator.availability.value,
    }
