"""What `--fix` does: what the findings say that may be done, told, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from apn_config.daemon_channel import DaemonChannel
from apn_config.doctor import TROUBLES, Examined, Finding, Order, Topic, Verdict, examine
from apn_config.doctor.faults_modem import UNSTEADY
from modem import LocalChannel, Tap, speak_plainly

PLAINLY = "ATQ0V1E0"
# A modem that answers in numbers is understood after the first round only, and its radio may show
# that something else is off, too.
_MAX_ROUNDS = 4
# Where one of these fails nothing behind it is looked at.
_WAY = {Topic.DAEMON, Topic.PORT, Topic.ANSWER}

_Tried: TypeAlias = dict[str, tuple[Finding, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done about a finding, and whether it is gone now."""

    finding: Finding
    sent: tuple[str, ...]
    mended: bool


async def repair(
    order: Order,
    examined: Examined,
    *,
    tell: Callable[[str], None] = lambda _text: None,
    progress: Callable[[str], None] = lambda _doing: None,
    tap: Tap | None = None,
) -> tuple[Examined, tuple[Repair, ...]]:
    """Mend what can be mended, and look again, until nothing is left that wasn't tried.

    `tell` gets each line that is sent with the modem's answer, and what kept one from being sent.
    """
    tried: _Tried = {}
    for _ in range(_MAX_ROUNDS):
        due = [each for each in examined.findings if each.mend and each.id not in tried]
        if not due or examined.port is None:
            break
        # Before its answers are understood nothing else can be sent.
        due = [each for each in due if each.mend and each.mend.plainly] or due
        tried |= {each.id: (each, ()) for each in due}
        try:
            await _mend(order, examined, due, tried, tell, tap)
        except TROUBLES as error:
            tell(str(error))
        examined = await examine(order, progress=progress, tap=tap)
    return examined, tuple(
        Repair(finding, sent, _is_gone(finding, examined.findings))
        for finding, sent in tried.values()
    )


def _is_gone(finding: Finding, again: Sequence[Finding]) -> bool:
    """Is it, as far as that could be looked at again?"""
    failed = {each.topic for each in again if each.verdict is Verdict.FAILED}
    reached = any(
        each.topic is finding.topic and each.verdict is not Verdict.SKIPPED for each in again
    )
    ids = {each.id for each in again}
    return reached and not failed & _WAY and not ids & {finding.id, UNSTEADY.id}


async def _mend(
    order: Order,
    examined: Examined,
    due: list[Finding],
    tried: _Tried,
    tell: Callable[[str], None],
    tap: Tap | None,
) -> None:
    """Do it, and write down in `tried` what was sent. Raises ModemError, ChannelError."""
    port, baud = examined.port or "", order.config.modem.baud
    if any(each.mend is not None and each.mend.plainly for each in due):
        await speak_plainly(port, baud=baud, tap=tap)
        tell(f"{PLAINLY}: sent")
        tried |= {each.id: (each, (PLAINLY,)) for each in due}
        return
    if examined.asked_daemon:
        path, patience_s = order.config.control.socket, order.patience.daemon_s
        await _send(DaemonChannel(path, patience_s=patience_s), due, tried, tell)
        return
    local = LocalChannel(port, baud=baud, tap=tap)
    await local.open()
    try:
        await _send(local, due, tried, tell)
    finally:
        await local.close()


async def _send(
    channel: DaemonChannel | LocalChannel,
    due: list[Finding],
    tried: _Tried,
    tell: Callable[[str], None],
) -> None:
    for finding in due:
        for line in finding.mend.lines if finding.mend else ():
            answer = await channel.execute(line, force=True)
            tell(f"{line}: {answer.final}")
            tried[finding.id] = finding, (*tried[finding.id][1], line)
