"""A simulated modem's state as JSON can hold it, for scripts and tests."""

from __future__ import annotations

from typing import TypeAlias

from modem.simulator.state import State

JsonObject: TypeAlias = dict[str, object]


def report(state: State) -> JsonObject:
    """What a script may want to know of it. Neither PIN nor password is in it."""
    subscriber, who = state.subscriber, state.who
    return {
        "profile": state.profile.name,
        "imei": who.imei,
        "imsi": who.imsi,
        "iccid": who.iccid,
        "msisdn": who.msisdn,
        "card": state.lock.value if state.lock else None,
        "functionality": state.functionality,
        "covered": subscriber.covered,
        "registration": subscriber.standing.name.lower(),
        "technology": subscriber.act.name if subscriber.registered else None,
        "contexts": {
            str(cid): {"type": context.pdp_type, "apn": context.apn}
            for cid, context in sorted(state.contexts.items())
        },
        "bearers": {
            str(cid): {"apn": bearer.apn, "address": str(bearer.address)}
            for cid, bearer in sorted(subscriber.bearers.items())
        },
        "receives_into": state.settings.memories[2],
        "memories": {
            name: {"used": state.memories[name].used, "size": state.memories[name].size}
            for name in sorted({name for row in state.profile.simulator.memories for name in row})
            if name in state.memories
        },
        "waiting": len(subscriber.waiting),
        "echo": state.settings.echo,
        "call": state.call is not None,
    }
