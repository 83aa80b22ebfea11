"""What `--fix` does: what the findings say that may be done, told, and looked at afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apn_config.daemon_channel import DaemonChannel
from apn_config.doctor import Examined, Finding, Order, examine
from modem import LocalChannel, Tap, speak_plainly

PLAINLY = "ATQ0V1E0"
# A modem that answers in numbers is understood after the first round only, and its radio may show
# that something else is off, too.
_MAX_ROUNDS = 4


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

    `tell` gets each line that is sent with the modem's answer. Raises ModemError, ChannelError.
    """
    tried: dict[str, tuple[Finding, tuple[str, ...]]] = {}
    for _ in range(_MAX_ROUNDS):
        due = [each for each in examined.findings if each.mend and each.id not in tried]
        if not due or examined.port is None:
            break
        for finding, sent in await _mend(order, examined, due, tell, tap):
            tried[finding.id] = finding, sent
        examined = await examine(order, progress=progress, tap=tap)
    left = {each.id for each in examined.findings}
    repairs = (Repair(finding, sent, id_ not in left) for id_, (finding, sent) in tried.items())
    return examined, tuple(repairs)


async def _mend(
    order: Order,
    examined: Examined,
    due: list[Finding],
    tell: Callable[[str], None],
    tap: Tap | None,
) -> list[tuple[Finding, tuple[str, ...]]]:
    port, baud = examined.port or "", order.config.modem.baud
    plainly = [each for each in due if each.mend is not None and each.mend.plainly]
    if plainly:
        # Before its answers are understood nothing else can be sent.
        await speak_plainly(port, baud=baud, tap=tap)
        tell(f"{PLAINLY}: sent")
        return [(each, (PLAINLY,)) for each in plainly]
    if examined.asked_daemon:
        return await _send(DaemonChannel(order.config.control.socket), due, tell)
    local = LocalChannel(port, baud=baud, tap=tap)
    await local.open()
    try:
        return await _send(local, due, tell)
    finally:
        await local.close()


async def _send(
    channel: DaemonChannel | LocalChannel, due: list[Finding], tell: Callable[[str], None]
) -> list[tuple[Finding, tuple[str, ...]]]:
    done = []
    for finding in due:
        lines = finding.mend.lines if finding.mend else ()
        for line in lines:
            answer = await channel.execute(line, force=True)
            tell(f"{line}: {answer.final}")
        done.append((finding, lines))
    return done
