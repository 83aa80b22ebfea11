"""Commands that reach into the card: its files and its own instructions (27.007 8.17, 8.18)."""

from __future__ import annotations

from modem.at.parameters import split
from modem.simulator import card_files
from modem.simulator.answers import Cme, CmeRefusal, Reply, number
from modem.simulator.card import Card, Lock, Secret
from modem.simulator.card_files import Answer, File, find_file, read_binary, read_record
from modem.simulator.services.table import Entry, Table
from modem.simulator.state import State

_READ_BINARY, _READ_RECORD, _GET_RESPONSE = 176, 178, 192
_WRITING = (214, 220, 219)  # UPDATE BINARY, UPDATE RECORD, SET DATA
_STATUS = 242
_SELECT, _VERIFY, _UNBLOCK = 0xA4, 0x20, 0x2C
_ABSOLUTE = 4  # of READ RECORD: the record of that number


# +CRSM=<command>[,<fileid>[,<P1>,<P2>,<P3>[,<data>[,<pathid>]]]]: the card's refusal is an answer,
# too: +CRSM: <sw1>,<sw2>[,<response>] (27.007 8.18)
def _restricted(state: State, text: str) -> Reply:
    card = state.slot.present()
    fields = [*split(text), None, None, None, None, None]
    command = number(fields[0], range(256))
    file_id = number(fields[1], range(1 << 16), default=0)
    p1, p2, p3 = (number(field, range(256), default=0) for field in fields[2:5])
    answer = _access(card, command, file_id, p1, p2, p3)
    response = f',"{answer.data.hex().upper()}"' if answer.data else ""
    return [f"+CRSM: {answer.status >> 8},{answer.status & 0xFF}{response}"]


def _access(card: Card, command: int, file_id: int, p1: int, p2: int, p3: int) -> Answer:
    if command == _STATUS:
        return Answer(card_files.DONE)
    if command not in (_READ_BINARY, _READ_RECORD, _GET_RESPONSE, *_WRITING):
        return Answer(card_files.WRONG_INSTRUCTION)
    file = find_file(card, file_id)
    if isinstance(file, Answer):
        return file
    if command in _WRITING:
        return Answer(card_files.NOT_ALLOWED)  # the issuer's key (ADM) is needed for each of them
    if command == _GET_RESPONSE:
        return Answer(card_files.DONE, file.description(file_id))
    if command == _READ_BINARY:
        return read_binary(file, p1 * 256 + p2, p3)
    if p2 != _ABSOLUTE:
        return Answer(card_files.WRONG_PARAMETERS)
    return read_record(file, p1, p3)


# +CSIM=<length>,<command>: an APDU in hex, <length> its digits (27.007 8.17)
def _generic(state: State, text: str) -> Reply:
    card = state.slot.present()
    fields = [*split(text), None, None]
    length, digits = number(fields[0], range(10, 523)), fields[1] or ""
    try:
        apdu = bytes.fromhex(digits)
    except ValueError as error:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS) from error
    if len(digits) != length or len(apdu) < 5:
        raise CmeRefusal(Cme.INCORRECT_PARAMETERS)
    before = card.lock
    answer = _transmit(card, apdu)
    if before is not Lock.READY and card.lock is Lock.READY:
        state.slot.unlocked()
    elif before is Lock.READY and card.lock is not Lock.READY:
        state.radio_off()
    response = (answer.data + answer.status.to_bytes(2, "big")).hex().upper()
    return [f'+CSIM: {len(response)},"{response}"']


def _transmit(card: Card, apdu: bytes) -> Answer:
    """One instruction to the card (ETSI TS 102 221 10.1)."""
    kind, instruction, p1, p2, p3 = apdu[:5]
    data = apdu[5:]
    if kind & 0xFC not in (0x00, 0x80):  # A0 would be a SIM of GSM, which this card is not
        return Answer(card_files.WRONG_CLASS)
    if instruction == _SELECT:
        return _select(card, data[:p3], wants_answer=p2 & 0x0C == 0x04)
    if instruction in (_VERIFY, _UNBLOCK):
        return _secret(card, instruction, p2, data[:p3])
    if instruction == _GET_RESPONSE:
        response, card.response = card.response, b""
        return Answer(card_files.DONE, response[: p3 or None])
    if instruction in (_READ_BINARY, _READ_RECORD) and not card.selected_file:
        return Answer(card_files.NO_FILE_SELECTED)
    return _access(card, instruction, card.selected_file, p1, p2, p3)


def _select(card: Card, path: bytes, *, wants_answer: bool) -> Answer:
    """SELECT by file or by path; a directory or an application is there, and has no content."""
    file_id = int.from_bytes(path[-2:], "big")
    is_directory = len(path) > 4 or file_id in (0x3F00, 0x7FFF, 0x7F10, 0x7F20)
    card.selected_file = 0 if is_directory else file_id
    if is_directory:
        return Answer(card_files.DONE)
    file = find_file(card, file_id)
    if isinstance(file, Answer) and file.status == card_files.NO_FILE:
        card.selected_file = 0
        return file
    if not wants_answer or not isinstance(file, File):
        return Answer(card_files.DONE)
    card.response = file.description(file_id)
    return Answer(0x6100 | len(card.response))


def _secret(card: Card, instruction: int, which: int, data: bytes) -> Answer:
    """VERIFY PIN and UNBLOCK PIN; without data they tell the tries (TS 102 221 11.1.9, 11.1.13)."""
    secrets = {0x01: card.pin1, 0x81: card.pin2}
    secret = secrets.get(which)
    if secret is None:
        return Answer(0x6A88)  # referenced data not found
    words = [data[at : at + 8].rstrip(b"\xff").decode("latin-1") for at in range(0, len(data), 8)]
    if data and len(data) != (8 if instruction == _VERIFY else 16):
        return Answer(card_files.WRONG_LENGTH)
    if words and _tries(instruction, secret) and _try(card, secret, words):
        return Answer(card_files.DONE)
    left = _tries(instruction, secret)
    return Answer(0x63C0 | left if left else card_files.BLOCKED)


def _tries(instruction: int, secret: Secret) -> int:
    return secret.tries if instruction == _VERIFY else secret.puk_tries


def _try(card: Card, secret: Secret, words: list[str]) -> bool:
    if len(words) == 1:
        return card.verify(words[0]) if secret is card.pin1 else secret.verify(words[0])
    new_pin = words[1]
    if secret is card.pin1:
        return card.unblock(words[0], new_pin)
    return secret.unblock(words[0], new_pin)


FILES: Table = {
    "+CRSM": Entry(set=_restricted),
    "+CSIM": Entry(set=_generic),
}
