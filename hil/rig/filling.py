"""The modem's storage filled without a message that costs: by drafts, which nobody sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hil.rig.rig import Rig
from modem import Command, Modem, sms

# 255 of them are a minute on a modem that writes flash.
_WRITE_TIMEOUT_S = 10.0
_UNSENT = 2  # <stat> of 27.005 3.1


@contextmanager
def drafts(rig: Rig, *, leave: int) -> Iterator[int]:
    """Fill the memory that messages come to until `leave` slots are free; how many drafts it took.

    They are deleted at the end.
    """
    platform = rig.bench.platform
    assert platform is not None
    (draft,) = sms.compose(platform.short_number, "a draft of modem-helper hil")

    async def fill(modem: Modem) -> list[int]:
        state = await modem.storage()
        assert state is not None, "the modem stores no messages"
        return [await _write(modem, draft) for _ in range(state.total - state.used - leave)]

    with rig.own_modem() as own:
        written = own.do(fill(own.modem))
    rig.recorder.note(f"{len(written)} drafts fill the storage but for {leave}")
    try:
        yield len(written)
    finally:
        with rig.own_modem() as own:
            for index in written:
                own.at(f"AT+CMGD={index}")


async def _write(modem: Modem, draft: sms.Part) -> int:
    """Write a draft; its index (27.005 4.4)."""
    command = Command(
        f"AT+CMGW={draft.tpdu_length},{_UNSENT}",
        prefixes=("+CMGW",),
        payload=draft.pdu.encode(),
        timeout_s=_WRITE_TIMEOUT_S,
        private=True,
    )
    response = await modem.execute(command)
    (line,) = response.lines
    return int(line.removeprefix("+CMGW:"))
