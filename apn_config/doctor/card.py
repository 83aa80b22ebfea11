"""The SIM: is it there, is it open? No PIN is tried."""

from __future__ import annotations

import asyncio

from apn_config.doctor import faults_modem as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, end_of
from modem import CardState

_READY = "READY"


async def look(exam: Examination) -> None:
    """What the card wants. Raises ModemError, ControlError."""
    exam.progress("asking for the SIM")
    state = await _settled(exam)
    if state.lock == _READY:
        assert exam.identity is not None
        who = exam.identity = await exam.questions.card_numbers(exam.identity)
        exam.findings.ok(Topic.SIM, f"ready, ICCID {end_of(who.iccid)}, IMSI {end_of(who.imsi)}")
    elif state.absent:
        exam.findings.fault(faults.SIM_MISSING, "the modem says that there is none")
    elif state.busy:
        found = f"busy for more than {exam.patience.card_s:g} s"
        exam.findings.fault(faults.SIM_BUSY, found)
    elif state.lock is None:
        exam.findings.fault(faults.SIM_FAILURE, "the card gives no answer")
    else:
        _tell_lock(exam, state.lock, state)


async def _settled(exam: Examination) -> CardState:
    """The card's state, once it isn't busy any more, or after so long."""
    loop = asyncio.get_running_loop()
    give_up_s = loop.time() + exam.patience.card_s
    while True:
        state = await exam.questions.card()
        if not state.busy or loop.time() >= give_up_s:
            return state
        exam.progress(f"the SIM is busy; waiting for {give_up_s - loop.time():.0f} s more")
        await asyncio.sleep(exam.patience.poll_s)


def _tell_lock(exam: Examination, lock: str, state: CardState) -> None:
    puk = lock.endswith("PUK")
    tries = state.puk_tries if puk else state.pin_tries
    left = "" if tries is None else f"; {tries} {'try' if tries == 1 else 'tries'} left"
    found = f"it asks for {lock}{left}"
    if lock not in ("SIM PIN", "SIM PUK"):
        exam.findings.fault(faults.SIM_LOCKED, found)
    elif puk:
        exam.findings.fault(faults.SIM_PUK, found)
    elif exam.config.modem.sim_pin_file is not None and exam.config.path is not None:
        advice = (
            "start the daemon, which gives the PIN of [modem] sim_pin_file once; if it was "
            "refused, put the right one there"
        )
        exam.findings.fault(faults.SIM_PIN, found, advice=advice)
    else:
        exam.findings.fault(faults.SIM_PIN, found)
