"""The modem's storage filled without a message that costs: by drafts, which nobody sends."""

from __future__ import annotations

from modem import Command, Modem, sms
from modem.commands.messages import cmgd, cmgl, parse_cmgl

# 255 of them are a minute on a modem that writes flash.
_WRITE_TIMEOUT_S = 10.0
_UNSENT = 2  # <stat> of 27.005 3.1
_TEXT = "a draft of modem-helper hil"


async def write_drafts(modem: Modem, recipient: str, *, leave: int) -> int:
    """Fill the memory that messages come to until `leave` slots are free; how many drafts it took.

    Nobody sends them; a draft has a recipient all the same.
    """
    (draft,) = sms.compose(recipient, _TEXT)
    state = await modem.storage()
    assert state is not None, "the modem stores no messages"
    count = max(0, state.total - state.used - leave)
    for _ in range(count):
        await modem.execute(_cmgw(draft))
    return count


async def delete_drafts(modem: Modem) -> int:
    """Delete the drafts that are there, those of a run that was killed too; how many they were."""
    rows = parse_cmgl(await modem.execute(cmgl()))
    found = [row.index for row in rows if row.stat == _UNSENT and _is_ours(row.pdu)]
    for index in found:
        await modem.execute(cmgd(index))
    return len(found)


def _cmgw(draft: sms.Part) -> Command:
    """27.005 4.4."""
    return Command(
        f"AT+CMGW={draft.tpdu_length},{_UNSENT}",
        prefixes=("+CMGW",),
        payload=draft.pdu.encode(),
        timeout_s=_WRITE_TIMEOUT_S,
        private=True,
    )


def _is_ours(pdu: str) -> bool:
    try:
        return sms.decode_pdu(pdu, from_device=True).text == _TEXT
    except sms.PduError:
        return False
