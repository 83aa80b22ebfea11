"""The plain dialect. Pure: a text in, what it asks for out.

    message  = [ "#" tag ] [ "PIN" word | "SETUP" word ] verb
    tag      = 1 to 8 of A-Z a-z 0-9
    verb     = "APN"                                      read
             | "APN" name *( option )                     set
             | "APN" "ROLLBACK"                           back to the former good one
             | "APN" "KEEP"                               the one on trial stays
             | "APN" "HISTORY"                            the last changes
             | "STATUS" | "SIGNAL" | "PING" | "HELP"
             | "NETWORK" [ "SCAN" | "AUTO" | plmn ]       which one, which there are, choose one
             | "SMSC" [ number ]                          read, set
             | "REBOOT" ( "MODEM" | "HOST" )
             | own *( value )                             of the configuration's own
    option   = "user=" value | "pass=" value | "auth=" ("none" | "pap" | "chap")
             | "type=" ("ip" | "ipv6" | "ipv4v6") | "cid=" number | "for=" span
    span     = number ( "s" | "m" | "h" | "d" )           a trial: back by itself after that
    plmn     = 5 or 6 digits                              MCC and MNC
    value    = word | DQUOTE text with blanks DQUOTE

Verbs and keys in any case; values keep theirs. `user=-` and `pass=-` clear. ROLLBACK, KEEP and
HISTORY are words, "keep" in quotes is a name. `APN,em#`, `APN em#`, `APN#` and `apn=em` are
understood. A position counts characters from 1: of the value for bad-apn, bad-user and bad-pass, of
the whole text for everything else. `SETUP` is for the code of the first contact.

Its faults: it has no counter, so what is overheard can be sent again while it isn't stale, and its
PIN word is in clear text. The `signed` dialect has neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from apn_config import replies
from apn_config.apn_syntax import apn_offence
from apn_config.dialects.dialect import Around, Dialect
from apn_config.dialects.plain_options import MAX_TRIAL_S as MAX_TRIAL_S
from apn_config.dialects.plain_options import Offence, request_of
from apn_config.dialects.words import Pair, Word, words_of
from apn_config.model import (
    ApnRequest,
    Command,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    PinWord,
    Proof,
    SetupCode,
    Verb,
)
from apn_config.spans import shown_span

MAX_TAG = 8
# A text of several SMS may be long; no command is. What is longer is refused, never read in part.
MAX_TEXT = 1000
MAX_PIN_WORD = 32
AUTOMATIC = "AUTO"
# Why an answer is nobody's command.
ANSWER = "an answer"
# The first words of our own answers: a reply is never answered.
_ANSWERS = frozenset({"OK", "ERR", "ROLLBACK", "NOTE"})
# What other dialects answer. That of coban and gotrack reads like a command, so all of the text has
# to be that; APN "ok" is a name. Of the rest its beginning is enough, where no verb begins so.
_LIKE_COMMANDS = re.compile(r"apn ok|apn(?:,[^=@]{0,120})?#?@(?:ok|er)#", re.ASCII | re.IGNORECASE)
_BEGINNINGS = (
    *(r"new value [0-9]", "warning: not supported ", "error while configuring ", "param id[ :]"),
    *("invalid parameter id ", "set connection data ", "resetting device$", "reset ok$", "ok!"),
    *(r"\+(?:ack|qry):", "st300[a-z]{3};res;", r"eg\.[a-z]{3} ok", "app:modem-helper "),
    *("gsm signal: ", "apn: ?[^ ]* (?:user|gsm):", "view,(?:overview|network),"),
    *("no permission@", "[0-9]{15},[a-f][0-9a-f]{2},"),
    "[0-9]{15,20} (?:apn|setauth|rtc) (?:ok|error)",
)
_ANSWERS_OF_OTHERS = re.compile("|".join(_BEGINNINGS), re.ASCII | re.IGNORECASE)
# Words of verbs: never taken for an APN.
_RESERVED = {
    "ROLLBACK": Verb.APN_ROLLBACK,
    "KEEP": Verb.APN_KEEP,
    "HISTORY": Verb.APN_HISTORY,
}
_SIMPLE = {verb.value: verb for verb in (Verb.STATUS, Verb.SIGNAL, Verb.PING, Verb.HELP)}
_REBOOTS = {"MODEM": Verb.REBOOT_MODEM, "HOST": Verb.REBOOT_HOST}
# How a form of `form_of` begins, and which verb it is where arguments stand behind its first word.
_BEFORE_VERB = re.compile(r"(?:#[^ ]+ )?(?:(?:PIN|SETUP) \*{3} )?")
_VERB_VALUES = frozenset(verb.value for verb in Verb)
_WITH_ARGUMENTS = {
    "APN": Verb.APN_SET,
    "NETWORK": Verb.NETWORK_SELECT,
    "SMSC": Verb.SMSC_SET,
    "SYNC": Verb.SYNC,
}
_PLMN = re.compile(r"[0-9]{5,6}")
# 3GPP TS 23.040 9.1.2.5: an address has 20 digits at most.
_NUMBER = re.compile(r"\+?[0-9]{3,20}")


def parse(text: str, own: frozenset[str] = frozenset()) -> Parsed:
    """Read a message; `own` are the verbs of the configuration's own. Never raises."""
    words = words_of(text[:MAX_TEXT])
    if not words:
        return NotForUs("empty")
    head = _Head(words)
    try:
        head.read()
        if isinstance(head.first, Word) and head.first.upper in _ANSWERS:
            return NotForUs(ANSWER)
        if _LIKE_COMMANDS.fullmatch(text.strip()):
            return NotForUs(ANSWER)
        if len(text) > MAX_TEXT:
            raise Offence("too-long", MAX_TEXT + 1)
        return _verb(head, len(text), own)
    except Offence as offence:
        if offence.reason == "unknown-verb" and _ANSWERS_OF_OTHERS.match(text.strip()):
            return NotForUs(ANSWER)
        return Malformed(offence.reason, head.tag, head.verb, offence.at, head.proof)


def is_courtesy(text: str) -> bool:
    """Is it `APN,em#`, `APN em#` or `APN#`: a form of trackers, which other dialects know, too?"""
    words = words_of(text[:MAX_TEXT])
    first, last = (words[0], words[-1]) if words else (None, None)
    if not isinstance(first, Word) or not isinstance(last, Word):
        return isinstance(first, Word) and first.upper.startswith("APN,")
    if first.upper == "APN":
        return not last.quoted and last.text.endswith("#")
    return first.upper == "APN#" or first.upper.startswith("APN,")


def redact(text: str, own: frozenset[str] = frozenset()) -> str:
    """The text as it may be kept: a command's form without its secrets, of anything else its
    length.

    A text that isn't understood may hold a PIN word or a password anywhere.
    """
    parsed = parse(text, own)
    return form_of(parsed) if isinstance(parsed, Command) else f"[{len(text)} characters]"


def form_of(command: Command) -> str:
    """A command of any dialect in the words of this one, without its secrets.

    What a verb of the user's own is given may be one.
    """
    words = [f"#{command.tag}"] if command.tag else []
    if isinstance(command.proof, PinWord):
        words.append("PIN ***")
    elif isinstance(command.proof, SetupCode):
        words.append("SETUP ***")
    request = command.request
    if request is not None:
        return " ".join([*words, *_form_of_request(request)])
    match command.verb:
        case Verb.OWN:
            words += [command.words[0], *("***" for _ in command.words[1:])]
        case Verb.SYNC:
            words += [Verb.SYNC.value, "***"]
        case Verb.NETWORK_SELECT | Verb.SMSC_SET:
            words += [command.verb.value.split()[0], *command.words]
        case _:
            words.append(command.verb.value)
    return " ".join(words)


def verb_of_form(form: str) -> str | None:
    """The verb of what `form_of` gives; None for an empty text."""
    rest = form[_BEFORE_VERB.match(form).end() :]  # type: ignore[union-attr]
    if not rest or rest in _VERB_VALUES:
        return rest or None
    return _WITH_ARGUMENTS.get(rest.partition(" ")[0], Verb.OWN).value


def _form_of_request(request: ApnRequest) -> list[str]:
    reserved = not request.name or request.name.upper() in _RESERVED
    words = ["APN", f'"{request.name}"' if reserved else request.name]
    if request.user is not None:
        words.append("user=***" if request.user else "user=-")
    if request.password is not None:
        words.append("pass=***" if request.password else "pass=-")
    words += [f"auth={request.auth.value}"] if request.auth else []
    words += [f"type={request.type.value}"] if request.type else []
    words += [f"cid={request.cid}"] if request.cid is not None else []
    words += [f"for={shown_span(request.trial_s)}"] if request.trial_s is not None else []
    return words


class _Head:
    """What stands before the verb: the tag, and what it proves itself with. `rest` is what is
    left.
    """

    def __init__(self, words: Sequence[Word | Pair]) -> None:
        self.rest = list(words)
        self.tag: str | None = None
        self.proof: Proof | None = None
        self.verb: str | None = None

    @property
    def first(self) -> Word | Pair | None:
        """The next word that is not read yet."""
        return self.rest[0] if self.rest else None

    def read(self) -> None:
        """Take tag and proof off."""
        first = self.first
        if isinstance(first, Word) and not first.quoted and first.text.startswith("#"):
            self.tag = _tag(first)
            self.rest.pop(0)
        elif isinstance(first, Pair) and first.key.startswith("#"):
            raise Offence("bad-tag", first.at)
        first = self.first
        if isinstance(first, Word) and first.upper in ("PIN", "SETUP"):
            self.rest.pop(0)
            is_pin = first.upper == "PIN"
            word = _secret(self.first, "bad-pin" if is_pin else "bad-setup", first.at)
            self.proof = PinWord(word) if is_pin else SetupCode(word)
            self.rest.pop(0)

    def command(self, verb: Verb, *words: str, request: ApnRequest | None = None) -> Command:
        """The command, of which nothing may be left. Raises Offence."""
        if self.rest:
            raise Offence("extra-words", self.rest[0].at)
        return Command(verb, self.tag, request, self.proof, words=words)


def _tag(word: Word) -> str:
    tag = word.text[1:]
    if not 1 <= len(tag) <= MAX_TAG or not (tag.isascii() and tag.isalnum()):
        raise Offence("bad-tag", word.at)
    return tag


def _secret(word: Word | Pair | None, reason: str, before_at: int) -> str:
    # A word may hold an equals sign; that makes it no option here.
    given = word.whole if isinstance(word, Pair) else word
    if given is None or not 1 <= len(given.text) <= MAX_PIN_WORD:
        raise Offence(reason, before_at)
    return given.text


def _verb(head: _Head, length: int, own: frozenset[str]) -> Command:
    first = head.first
    if first is None:
        raise Offence("no-verb", length)
    head.rest.pop(0)
    if isinstance(first, Pair):
        if first.key != "apn":
            raise Offence("unknown-verb", first.at)
        head.verb = "APN"
        head.rest.insert(0, first.value)
        return _apn(head)
    if first.upper in ("APN", "APN#") or first.upper.startswith("APN,"):
        head.verb = "APN"
        head.rest[:0] = _behind_comma(first)
        return _apn(head)
    if first.upper not in _SIMPLE.keys() | _WITH_WORDS.keys() | own:
        raise Offence("unknown-verb", first.at)
    head.verb = first.upper
    if first.upper in _SIMPLE:
        return head.command(_SIMPLE[first.upper])
    if first.upper in _WITH_WORDS:
        return _WITH_WORDS[first.upper](head, first)
    return _own(head, first.upper)


def _reboot(head: _Head, first: Word) -> Command:
    second = head.first
    verb = _REBOOTS.get(second.upper) if isinstance(second, Word) else None
    if verb is None:
        raise Offence("unknown-verb", first.at if second is None else second.at)
    head.rest.pop(0)
    return head.command(verb)


def _network(head: _Head, _first: Word) -> Command:
    if not head.rest:
        return head.command(Verb.NETWORK)
    second = head.rest.pop(0)
    word = second.upper if isinstance(second, Word) else ""
    if word == "SCAN":
        return head.command(Verb.NETWORK_SCAN)
    if word != AUTOMATIC and not _PLMN.fullmatch(word):
        raise Offence("bad-network", second.at)
    return head.command(Verb.NETWORK_SELECT, word)


def _smsc(head: _Head, _first: Word) -> Command:
    if not head.rest:
        return head.command(Verb.SMSC)
    second = head.rest.pop(0)
    if not isinstance(second, Word) or not _NUMBER.fullmatch(second.text):
        raise Offence("bad-number", second.at)
    return head.command(Verb.SMSC_SET, second.text)


_WITH_WORDS: dict[str, Callable[[_Head, Word], Command]] = {
    "REBOOT": _reboot,
    "NETWORK": _network,
    "SMSC": _smsc,
}


def _own(head: _Head, name: str) -> Command:
    """A verb of the user's own. Its patterns say what an argument may be; here only what nobody can
    see is refused: line ends, NUL, marks of direction, half a character.
    """
    given = [each.whole if isinstance(each, Pair) else each for each in head.rest]
    for word in given:
        if not word.text.isprintable():
            raise Offence("bad-argument", word.at)
    head.rest = []
    return head.command(Verb.OWN, name, *(word.text for word in given))


def _behind_comma(word: Word) -> list[Word]:
    """What follows `APN,` in the same word."""
    return [Word(word.text[4:], word.at + 4)] if len(word.text) > 4 else []


def _apn(head: _Head) -> Command:
    rest, head.rest = _without_final_hash(head.rest), []
    if not rest:
        return head.command(Verb.APN_READ)
    name, options = rest[0], rest[1:]
    if isinstance(name, Word) and name.upper in _RESERVED:
        head.rest = options
        return head.command(_RESERVED[name.upper])
    if isinstance(name, Pair):
        raise Offence("bad-apn", len(name.key) + 1)
    offence = apn_offence(name.text)
    if offence is not None:
        raise Offence("bad-apn", offence + 1)
    return head.command(Verb.APN_SET, request=request_of(name.text, options))


def _without_final_hash(words: list[Word | Pair]) -> list[Word | Pair]:
    """The `#` that ends a command of the trackers' kind (`APN,em#`) is no part of its last word.

    An option's value keeps its own: a password may end so.
    """
    if not words:
        return words
    last = words[-1]
    if not isinstance(last, Word) or last.quoted or not last.text.endswith("#"):
        return words
    stripped = Word(last.text[:-1], last.at)
    return [*words[:-1], stripped] if stripped.text else words[:-1]


# --- the dialect ----------------------------------------------------------------------------------


def _parse_message(message: Message) -> Parsed:
    return NotForUs("no text") if message.text is None else parse(message.text)


def _say(outcome: Outcome, form: Form, _around: Around) -> str:
    return replies.words(outcome, form.tag)


DIALECT = Dialect(
    "plain",
    "this program's own words: APN em, STATUS, NETWORK SCAN",
    _parse_message,
    _say,
    claims=(
        "APN",
        "#17 PIN 4821 APN em user=u pass=p auth=chap type=ip cid=1 for=10m",
        "APN ROLLBACK",
        "apn=em",
        "STATUS",
        "SETUP 7H2K9QXW SIGNAL",
        "PING",
        "HELP",
        "NETWORK",
        "NETWORK SCAN",
        "NETWORK 26201",
        "NETWORK AUTO",
        "SMSC",
        "SMSC +491710760000",
        "REBOOT MODEM",
        "REBOOT HOST",
    ),
)
