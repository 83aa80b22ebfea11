"""Lines of a profile with names in braces: what stands there in a modem as it is now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.simulator.state import State

_BRACES = re.compile(r"\{(\w+)\}")
_NO_ADDRESS = "0.0.0.0"  # noqa: S104 -- "no address", in an answer


def filled(line: str, values: Mapping[str, object]) -> str:
    """The line with each name that `values` has replaced, and any other left as it is."""
    return _BRACES.sub(lambda match: str(values.get(match[1], match[0])), line)


def values_of(state: State) -> dict[str, object]:
    """What `modem.profiles.model.TEMPLATE_NAMES` mean now, all but {value}."""
    part = state.profile.simulator
    subscriber = state.subscriber
    bearer = subscriber.bearers.get(state.profile.driver.attach_cid)
    return {
        "manufacturer": part.manufacturer,
        "model": part.model,
        "revision": part.revision,
        "imei": state.who.imei,
        "imsi": state.card.imsi if state.card else "",
        "iccid": state.card.iccid if state.card else "",
        "msisdn": state.card.msisdn if state.card else "",
        "apn": bearer.apn if bearer else "",
        "ip": bearer.address if bearer else _NO_ADDRESS,
        "rssi": state.rssi,
        "plmn": subscriber.operator.plmn if subscriber.operator else "",
        "area": subscriber.cell.area_digits,
        "cell": subscriber.cell.number_digits(subscriber.act),
    }
