"""The operations about networks: which are in reach, and which one is used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apn_config import arguments
from apn_config.control import BadRequest, ControlError, Emit, Json, Operation
from apn_config.desk import Desk
from apn_config.network_words import registration_word
from apn_config.networks import SCAN, is_plmn, number_of, run_long, selection
from modem import AtAnswer, Operator, parse_operators

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
        answer = await self._long(SCAN, emit)
        return {"networks": [_operator_json(each) for each in parse_operators(answer.lines)]}

    async def _select(self, args: Json, emit: Emit) -> Json:
        """Register in the network of that `plmn`, or, without one, choose by itself again."""
        plmn = arguments.optional_text(args, "plmn")
        if plmn is not None and not is_plmn(plmn):
            raise BadRequest("plmn is MCC and MNC, five or six digits")
        await self._desk.refuse_amid_change("choose a network")
        await self._long(selection(plmn), emit)
        modem = await self._desk.modem()
        return {
            "wanted": plmn,
            "plmn": await number_of(modem),
            "operator": await modem.operator(),
            "registration": registration_word(await modem.registration()),
        }

    async def _long(self, line: str, emit: Emit) -> AtAnswer:
        async with self._desk.turn(search=True) as modem:
            answer = await run_long(modem, line, lambda elapsed_s: emit({"elapsed_s": elapsed_s}))
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
