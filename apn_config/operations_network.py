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
from modem import AtAnswer, Modem, Operator, parse_operators

# A search of all bands and technologies takes minutes; so does a registration by hand.
SEARCH_S = 180.0
TELL_S = 1.0
_PLMN = re.compile(r"[0-9]{5,6}")
_NUMBER = re.compile(r'\+COPS:\s*[0-9],2,"?([0-9]{5,6})\b')
# 3GPP TS 27.007 7.3 but for the form of names (=3), and SIMCom's, Quectel's, Huawei's and Telit's
# own: each may take minutes.
_SEARCH = re.compile(r"[+^$#%*](?:Q?COPS=(?!3)|CNETSCAN|QSCAN|NETSCAN|CSURV)", re.IGNORECASE)


def is_search(line: str) -> bool:
    """Does an AT line look for networks?"""
    return _SEARCH.search(line.replace(" ", "")) is not None


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
        return {
            "wanted": plmn,
            "plmn": await _number(modem),
            "operator": await modem.operator(),
            "registration": registration_word(await modem.registration()),
        }

    async def _long(self, line: str, emit: Emit) -> AtAnswer:
        """Run a command that takes minutes, and tell each second how long it has taken."""
        async with self._desk.turn(search=True) as modem:
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            running = asyncio.ensure_future(modem.run_at(line, timeout_s=SEARCH_S))
            try:
                while not (await asyncio.wait({running}, timeout=TELL_S))[0]:
                    beat()
                    emit({"elapsed_s": round(loop.time() - began_s, 1)})
                answer = running.result()
            finally:
                # The modem gives a search up when it hears anything else: the driver's next
                # question.
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
        if not answer.ok:
            meaning = f" ({answer.name})" if answer.name else ""
            raise ControlError(f"the modem refused {line}: {answer.final}{meaning}")
        return answer


async def _number(modem: Modem) -> str | None:
    """The number of the network in use. In one line, so that nobody who is cut off leaves the modem
    at numbers where everybody else expects names.
    """
    answer = await modem.run_at("AT+COPS=3,2;+COPS?;+COPS=3,0")
    found = map(_NUMBER.match, answer.lines)
    return next((match[1] for match in found if match is not None), None)


def _operator_json(operator: Operator) -> Json:
    return {
        "name": operator.name,
        "plmn": operator.plmn,
        "rat": operator.rat,
        "state": operator.availability.value,
    }
