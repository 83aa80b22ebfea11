"""Does a modem answer on the port, and in words? Here the port is opened."""

from __future__ import annotations

from apn_config.doctor import faults_modem as faults
from apn_config.doctor import ports
from apn_config.doctor.examination import Examination
from apn_config.doctor.findings import Mend, Topic
from modem import (
    Heard,
    LinkLost,
    LocalChannel,
    MisuseError,
    ModemError,
    PortBusy,
    PortError,
    PortForbidden,
    Speech,
    Survey,
    listen_to,
)

# The usual ones of modules and of UARTs, the most frequent first.
BAUDS = (115200, 9600, 921600, 460800, 230400, 57600)
_PLAINLY = Mend(plainly=True)
_ANSWERS = (Speech.WORDS, Speech.NUMBERS, Speech.NO_RESULTS)


async def look(exam: Examination) -> None:
    """Open the port, listen, and leave a survey to ask on where a modem answers.

    Raises ModemError where the port can't be used (`tell_port`).
    """
    port = exam.port
    assert port is not None
    exam.progress(f"asking {port}, for {exam.patience.answer_s:g} s at most")
    heard = await _listen(exam, port, exam.baud, exam.patience.answer_s)
    exam.findings.ok(Topic.PORT, port)
    await _take(exam, heard)


async def _listen(exam: Examination, port: str, baud: int, patience_s: float) -> Heard:
    return await listen_to(port, baud=baud, patience_s=patience_s, tap=exam.tap)


def tell_port(exam: Examination, error: ModemError) -> None:
    """What keeps the port from being opened; the error says what to do, too."""
    found = str(error)
    if isinstance(error, PortBusy):
        exam.findings.fault(faults.PORT_BUSY, found, port=exam.port)
    elif isinstance(error, PortForbidden):
        exam.findings.fault(faults.PORT_FORBIDDEN, found)
    elif isinstance(error, PortError | LinkLost):
        exam.findings.fault(faults.PORT_MISSING, found)
    else:
        exam.findings.fault(faults.PORT_UNUSABLE, found)


async def _take(exam: Examination, heard: Heard) -> None:
    """Tell what was heard, and go on with it."""
    if heard.speech is Speech.WORDS:
        _tell_words(exam, heard)
        exam.local = LocalChannel(exam.port or "", baud=exam.baud, tap=exam.tap)
        await exam.local.open()
        exam.survey = Survey(exam.local)
    elif heard.speech is Speech.NUMBERS:
        exam.findings.fault(faults.NUMERIC, "`AT` is answered by 0", mend=_PLAINLY)
    elif heard.speech is Speech.NO_RESULTS:
        found = "`AT+CGMI` is answered by a name, and no result follows"
        exam.findings.fault(faults.QUIET, found, mend=_PLAINLY)
    else:
        await _look_further(exam, heard)


async def _look_further(exam: Examination, heard: Heard) -> None:
    """Nothing answers as a modem does: at another port, at another speed, a little later?"""
    better = await _answering_sibling(exam)
    if better is not None and exam.order.port is None and exam.config.modem.port is None:
        # Nobody has named the port: it was only the first one to be asked.
        exam.port = better
        await look(exam)
    elif better is not None or heard.speech is Speech.POSITIONS:
        _tell_wrong_port(exam, heard, better)
    elif not _has_speed(exam):
        _tell_nothing(exam, heard)
    else:
        baud = await _other_speed(exam)
        # A modem that was starting answers by now, and would have at any speed.
        exam.progress(f"trying {exam.baud} baud again")
        again = await _listen(exam, exam.port or "", exam.baud, exam.patience.answer_s)
        if again.speech in _ANSWERS:
            await _take(exam, again)
        elif baud is not None:
            found = f"it answers at {baud} baud, and not at {exam.baud}"
            exam.findings.fault(faults.WRONG_BAUD, found, baud=baud)
        else:
            _tell_nothing(exam, heard)


def _tell_wrong_port(exam: Examination, heard: Heard, better: str | None) -> None:
    what = "sends GNSS positions" if heard.speech is Speech.POSITIONS else "gives no answer"
    known = better or "the port for AT commands (modem-helper doctor --port PORT asks one)"
    found = f"{exam.port} {what}{ports.role_word(exam)}"
    if better is not None:
        found += f", and {better} answers"
    exam.findings.fault(faults.WRONG_PORT, found, port=known)


def _tell_nothing(exam: Examination, heard: Heard) -> None:
    if heard.speech is Speech.RUBBISH:
        exam.findings.fault(faults.GARBLED, f"{exam.port} sends rubbish at every usual speed")
        return
    found = f"no answer to AT within {exam.patience.answer_s:g} s{ports.role_word(exam)}"
    if heard.speech is Speech.TEXT:
        found += "; something talks there, which may be no modem"
    elif heard.echoes:
        found += "; what is sent comes back, as where RX and TX are joined"
    exam.findings.fault(faults.NO_ANSWER, found)


def _tell_words(exam: Examination, heard: Heard) -> None:
    exam.findings.ok(Topic.ANSWER, "AT commands are answered")
    if heard.echoes:
        exam.findings.fault(faults.ECHO, "what is typed comes back", mend=Mend(("ATE0",)))


async def _answering_sibling(exam: Examination) -> str | None:
    """Another port of the same USB device where AT commands are answered."""
    for port in ports.siblings(exam):
        exam.progress(f"asking its other port {port}")
        try:
            heard = await _listen(exam, port, exam.baud, exam.patience.other_s)
        except ModemError:
            continue
        if heard.speech in _ANSWERS:
            return port
    return None


def _has_speed(exam: Examination) -> bool:
    """A modem's own USB port has none, nor has TCP."""
    device = ports.device_of(exam)
    return "://" not in (exam.port or "") and (device is None or device.is_converter)


async def _other_speed(exam: Examination) -> int | None:
    """The speed at which it answers."""
    for baud in BAUDS:
        if baud == exam.baud:
            continue
        exam.progress(f"trying {baud} baud")
        try:
            heard = await _listen(exam, exam.port or "", baud, exam.patience.other_s)
        except MisuseError:  # a speed that this port doesn't have
            continue
        except ModemError:
            return None
        if heard.speech in _ANSWERS:
            return baud
    return None
