"""REBOOT MODEM and REBOOT HOST: at most once, whatever becomes of the program meanwhile."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from apn_config.apn_changes import Refused, move_mark
from apn_config.appliers import ApplierError, ApplierUnavailable
from apn_config.appliers.processes import run_program
from apn_config.model import Command, Outcome, Result, Verb
from apn_config.store import InboxRow, Rung, Store
from apn_config.verbs import Once
from apn_config.verbs.place import Place
from apn_config.vitals import idle
from modem import Modem, ModemError

logger = logging.getLogger(__name__)

# SIM7600: PB DONE within 30 s of CRESET; USB modes take up to 3 min until the port is back.
MODEM_S = 180.0
# From the command for it until the modem goes away, or says that it boots.
BOOT_HEARD_S = 10.0
# Three lines without an answer, a minute, are a modem that is lost.
LOOK_S = 20.0
# The host's answer goes out first, but not at any price.
ANSWER_S = 60.0
# The configured program asks for the reboot and ends; then the host goes down.
PROGRAM_S = 60.0
HOST_DOWN_S = 180.0


# --- the modem ------------------------------------------------------------------------------------


async def _run_modem(place: Place, row: InboxRow, _command: Command) -> None:
    modem = await place.modem()
    async with place.changing:
        await _restart(place, modem, row)


async def _restart(place: Place, modem: Modem, row: InboxRow) -> None:
    """That it has begun is on the disk before the modem is told."""
    if modem.profile.driver.reset is None:
        raise Refused("unsupported")
    if not await place.budget.left():
        raise Refused("budget")
    now = place.clock.now()
    await place.begin(row, also=lambda store: store.rungs.record(Rung.RADIO_CYCLE, now))
    before = place.initialisations.count
    try:
        await modem.restart()
        async with asyncio.timeout(MODEM_S):
            await _is_back(place, modem, before)
    except (ModemError, TimeoutError) as error:
        logger.warning("REBOOT MODEM: %s", error)
        await place.answer(row, Outcome(Result.ERR, reason="no-answer"), "no-answer")
        return
    await place.answer(row, Outcome(Result.OK, Verb.REBOOT_MODEM), "done")


async def _is_back(place: Place, modem: Modem, before: int) -> None:
    """Until it is ready again. One that boots without a word (SARA-R4) is given a line now and then
    whose echo shows that it did.
    """
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await place.initialisations.beyond(before)
                return
        if not modem.restarted.is_set():
            with suppress(ModemError):
                await modem.run_at("AT")


async def _modem_after_restart(place: Place, row: InboxRow) -> None:
    """It is done if the host was rebooted since, or the modem is just rebooting."""
    if await _host_booted(place, row) or await _modem_boots(place, row):
        await place.answer(row, Outcome(Result.OK, Verb.REBOOT_MODEM), "done")
    else:
        await place.answer(row, Outcome(Result.ERR, reason="interrupted"), "interrupted")


async def _host_booted(place: Place, row: InboxRow) -> bool:
    return await place.db.run(lambda store: store.time.before_this_boot(_began_s(row)))


async def _modem_boots(place: Place, row: InboxRow) -> bool:
    """Does the modem say that it boots, or go away for that, so soon after it was told?"""
    modem = await place.modem()
    now = place.clock.now()
    age_s = await place.db.run(lambda store: store.time.running_s(now)) - _began_s(row)
    if not modem.booted and age_s < BOOT_HEARD_S:
        with suppress(TimeoutError):
            async with asyncio.timeout(BOOT_HEARD_S - age_s):
                await modem.restarted.wait()
    return modem.booted or modem.restarted.is_set()


def _began_s(row: InboxRow) -> float:
    return row.received.running_s if row.started_s is None else row.started_s


# --- the host -------------------------------------------------------------------------------------


async def _run_host(place: Place, row: InboxRow, _command: Command) -> None:
    """Needs no modem: one that hangs may be the reason why it is wanted."""
    async with place.changing:
        await _answer_and_reboot(place, row)


async def _answer_and_reboot(place: Place, row: InboxRow) -> None:
    """The answer is queued with the begin: afterwards there is nobody to queue it."""
    if not place.commands.reboot_host:
        raise Refused("unsupported")
    now = place.clock.now()

    def begin(store: Store) -> int:
        store.inbox.start(row.id, now)
        move_mark(store, row)
        store.journal.add("command", str(row.id), {"verdict": "started"}, now)
        return place.queue_answer(store, row, Outcome(Result.OK, Verb.REBOOT_HOST))

    answer_id = await place.db.run(begin)
    place.answer_queued()
    taken = await place.sent(answer_id, ANSWER_S)
    if place.closing.is_set():
        return  # nothing is begun any more; the next start tells that it was interrupted
    if not taken:
        logger.warning("REBOOT HOST: the network hasn't taken the answer; it is done all the same")
    failure = await _reboot(place)
    if failure is not None:
        await place.answer_instead(row, Outcome(Result.ERR, reason=failure), failure)


async def _reboot(place: Place) -> str | None:
    """Run the program, and wait until the host goes down. Why it doesn't; None where it does."""
    program = place.commands.reboot_host
    logger.warning("REBOOT HOST: running %s", program[0])
    try:
        done = await run_program(program, timeout_s=PROGRAM_S)
    except ApplierUnavailable as error:
        logger.error("REBOOT HOST: %s", error)
        return "timeout"
    except ApplierError as error:
        logger.error("REBOOT HOST: %s", error)
        return "not-started"
    if done.code:
        logger.error("REBOOT HOST: %s ended with %s", program[0], done.code)
        return f"exit-{done.code}" if done.code > 0 else f"signal-{-done.code}"
    with suppress(TimeoutError), idle():
        async with asyncio.timeout(HOST_DOWN_S):
            # What is begun stays so: the next start sees whether the host was booted.
            await place.closing.wait()
            return None
    logger.error("REBOOT HOST: the host is still up %g s after %s", HOST_DOWN_S, program[0])
    return "no-reboot"


async def _host_after_restart(place: Place, row: InboxRow) -> None:
    if await _host_booted(place, row):
        await place.settle(row, "done")
        return
    await place.answer_instead(row, Outcome(Result.ERR, reason="interrupted"), "interrupted")


MODEM = Once(_run_modem, _modem_after_restart)
HOST = Once(_run_host, _host_after_restart)
