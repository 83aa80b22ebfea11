"""The APN, and whether data passes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from apn_config.doctor import faults_service as faults
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Topic, Verdict
from apn_config.store import UNKNOWN_CARD, committed_apn
from modem import LiveContext, PdpContext, same_apn

_ON_DEMAND = ("gsm", "umts")


async def look(exam: Examination) -> None:
    """What is set, and what the network gave for it. Raises ModemError, ControlError."""
    if exam.order.config_error is not None:
        for topic in (Topic.APN, Topic.DATA):
            exam.findings.skipped(topic, "which APN is wanted stands in the configuration")
        return
    exam.progress("looking at the APN")
    contexts = await exam.questions.contexts()
    cid = exam.config.apn.cid
    found = next((each for each in contexts if each.cid == cid), PdpContext(cid, "", ""))
    live = await exam.questions.live_context(cid)
    names = await asyncio.to_thread(wanted_names, exam)
    _tell_apn(exam, names, found, contexts, live)
    if exam.findings.may_look(Topic.DATA):
        await _tell_data(exam, names[0], found, live)


def wanted_names(exam: Examination) -> tuple[str, ...]:
    """The APNs that are right: the card's committed one, or else the last good one, the default
    and the fallback.
    """
    apn, who = exam.config.apn, exam.identity
    if exam.status is None and not exam.order.elsewhere:
        iccid = (who and who.iccid) or UNKNOWN_CARD
        committed = committed_apn(exam.config.store.path, iccid, apn.cid)
        if committed is not None:
            return (committed,)
    names = (exam.kept, apn.default, apn.fallback and apn.fallback.name)
    return tuple(dict.fromkeys(name for name in names if name))


def _tell_apn(
    exam: Examination,
    names: tuple[str, ...],
    found: PdpContext,
    contexts: Sequence[PdpContext],
    live: LiveContext,
) -> None:
    wanted, cid = names[0], found.cid
    if any(same_apn(found.apn, name) for name in names):
        exam.findings.ok(Topic.APN, f"{found.apn} in context {cid}, {found.type}")
        return
    # What works is somebody's choice, such as another operator's card.
    works = live.active and live.address is not None
    verdict = Verdict.INFO if works else Verdict.WARNING
    tell = partial(exam.findings.fault, wanted=wanted, port=exam.shown_port, apn=wanted)
    elsewhere = [each.cid for each in contexts if same_apn(each.apn, wanted)]
    if elsewhere and not works:
        where = f"{wanted} is in context {elsewhere[0]}, and context {cid} has "
        tell(faults.WRONG_CONTEXT, f"{where}{found.apn or 'none'}")
    elif not found.apn:
        tell(faults.APN_MISSING, f"context {cid} has none", verdict=verdict)
    else:
        text = f"context {cid} has {found.apn}, and {wanted} is wanted"
        tell(faults.APN_OTHER, text, verdict=verdict)


async def _tell_data(exam: Examination, wanted: str, found: PdpContext, live: LiveContext) -> None:
    tell = partial(exam.findings.fault, wanted=wanted, port=exam.shown_port)
    if not live.active:
        verdict = Verdict.INFO if exam.rat in _ON_DEMAND else Verdict.WARNING
        text = f"context {found.cid} isn't active"
        tell(faults.NO_CONTEXT, text, verdict=verdict)
        return
    if live.address is None:
        tell(faults.NO_ADDRESS, f"context {found.cid} is active without one")
        return
    if live.apn is not None and found.apn and not same_apn(live.apn, found.apn):
        text = f"{found.apn} is set, and {live.apn} is used"
        tell(faults.APN_MISMATCH, text)
        return
    if not await _probed(exam):
        exam.findings.ok(Topic.DATA, f"context {found.cid} has the address {live.address}")


async def _probed(exam: Examination) -> bool:
    """Was something told of the configured probe?"""
    wanted = exam.config.apn.probe
    if wanted is None:
        return False
    from apn_config.probe import probe

    limit_s = wanted.tries * wanted.timeout_s
    exam.progress(f"trying whether data passes, for {limit_s:g} s at most")
    result = await probe(wanted, exam.shown_port)
    what = f"{wanted.kind} {wanted.target}"
    if result.ok:
        exam.findings.ok(Topic.DATA, f"{what} answers")
    else:
        exam.findings.fault(faults.PROBE, f"{what}: {result.why}")
    return True
