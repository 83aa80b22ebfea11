"""The APN and the login in pppd's peers file and its chat script: found, and changed. Pure.

What can't be understood for certain is refused with file and line, and nothing is changed then.
Installers' files that are understood: Debian's ppp (chatscripts/gprs) and pppconfig, Sixfab, the
Quectel and Waveshare guides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.appliers.errors import ApplierRefused
from apn_config.appliers.ppp_words import (
    Edit,
    Source,
    Word,
    chat_words,
    edited,
    pppd_words,
    shell_words,
)
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType

# Options that are asked for here, and those whose argument could be taken for one of them: it is
# free text. A number, as most options have, can't be.
_WITH_TEXT = (
    *("call", "connect", "disconnect", "domain", "file", "ifname", "init", "ipparam", "linkname"),
    *("ip-up-script", "ip-down-script", "ipv6-up-script", "ipv6-down-script", "logfile", "name"),
    *("password", "plugin", "pty", "record", "remotename", "set", "unit", "unset", "user"),
    "welcome",
)
_ALIASES = {"-pap": "refuse-pap", "-chap": "refuse-chap"}
_ONCE = ("connect", "user", "password", "ifname", "unit", "refuse-pap", "refuse-chap")
# Where a login may be that doesn't stand in this file.
_OTHER_LOGINS = frozenset({"name", "call", "file"})
# pppd takes what the other end asks for, unless it is told to refuse that.
_REFUSED_FOR = {AuthType.PAP: "refuse-chap", AuthType.CHAP: "refuse-pap"}

# chat's own words, whose string isn't sent.
_CHAT_KEYWORDS = (
    *("ABORT", "CLR_ABORT", "REPORT", "CLR_REPORT"),
    *("TIMEOUT", "ECHO", "HANGUP", "SAY"),
)
_CHAT_WITH_ARGUMENT = "ftrTU"
_CHAT_FLAGS = "eEvVsS"
_DEFINITION = re.compile(r"\+(?i:CGDCONT)\s*=\s*(\d+)", re.ASCII)
# Quotes stand bare, or behind a backslash where the whole string is in quotes.
_TYPE_AND_APN = re.compile(
    r'\s*,\s*(?P<quote>\\?")(?P<type>[A-Za-z0-9]*)(?P=quote)'
    r"\s*,\s*(?P=quote)(?P<apn>\\T|[A-Za-z0-9._-]*)(?P=quote)",
    re.ASCII,
)
_OTHER_DEFINITION = re.compile(r"\+(?i:QICSGP)\s*=")
_MODEM_LOGIN = re.compile(r"(?i:\+CGAUTH|\$QCPDPP|\^AUTHDATA|\+UAUTHREQ|\^SGAUTH)\s*=")
_APN_LIKE = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Peer:
    """A peers file: its options by name, and what `connect` has chat do.

    `script` is the argument of chat's -f, `number` that of its -T.
    """

    source: Source
    options: Mapping[str, tuple[Word, Word | None]]
    script: Path | None
    number: Word | None

    @property
    def interface(self) -> str | None:
        """The interface that pppd is told to make; None where it takes the next free one."""
        unit = self.value("unit")
        return self.value("ifname") or (f"ppp{unit}" if unit else None)

    @property
    def persists(self) -> bool:
        """Does pppd dial again by itself?"""
        return "persist" in self.options

    def value(self, name: str) -> str | None:
        """An option's argument."""
        word = self.options.get(name, (None, None))[1]
        return None if word is None else word.text


@dataclass(frozen=True, slots=True)
class ChatScript:
    """Where a chat script defines the context. `apn` of \\T is what `connect` passes with -T.

    `sets_login`: it gives the modem a user and a password too.
    """

    source: Source
    type: Word
    apn: Word
    sets_login: bool


@dataclass(frozen=True, slots=True)
class Dialling:
    """Both files."""

    peer: Peer
    chat: ChatScript

    def apn(self) -> Apn:
        """What they say now. Raises ApplierRefused."""
        return Apn(self._name().text, self._type(), self._credentials())

    def changed(self, apn: Apn) -> tuple[str, str]:
        """The texts of the peers file and of the chat script that say `apn` instead.

        Unknown credentials leave those that are there. ApplierRefused for what can't stand there.
        """
        peer, chat = self._login_edits(apn.credentials), []
        if apn.type is not self._type():
            chat.append(_in_place(self.chat.type, apn.type.value.upper()))
        name = self._name()
        if apn.name != name.text:
            # The name gets into a shell command and into a chat string: it is checked here too,
            # whoever has done so before. A chat string has no form for ^, \ and quotes in an AT
            # string that every modem would take.
            # None of its own stands well between the quotes of a chat string, but not as an option.
            none_of_its_own = not apn.name and not self._passed()
            if not none_of_its_own and apn_offence(apn.name) is not None:
                raise ApplierRefused("pppd's files take no such APN")
            (peer if self._passed() else chat).append(_in_place(name, apn.name))
        return edited(self.peer.source.text, peer), edited(self.chat.source.text, chat)

    def _passed(self) -> bool:
        return self.chat.apn.text == r"\T"

    def _name(self) -> Word:
        if not self._passed():
            return self.chat.apn
        word, source = self.peer.number, self.peer.source
        at = self.peer.options["connect"][0].start
        if word is None:
            raise source.refusal(
                at, f"{self.chat.source.path} wants the APN of chat's -T, got none"
            )
        place = word.places[0]
        as_it_stands = source.text[place : place + len(word.text)]
        if word.text != as_it_stands or not _APN_LIKE.fullmatch(word.text):
            raise source.refusal(at, "what chat's -T passes is no APN")
        return word

    def _type(self) -> PdpType:
        word = self.chat.type
        try:
            return PdpType(word.text.lower())
        except ValueError:
            raise self.chat.source.refusal(word.start, "wanted a context of type IP") from None

    def _credentials(self) -> Credentials | None:
        """The login for pppd's PAP or CHAP; None where it stands elsewhere."""
        options = self.peer.options
        user, password = self.peer.value("user"), self.peer.value("password")
        if self.chat.sets_login:
            return None
        if not user and not password:
            elsewhere = user is None and not _OTHER_LOGINS.isdisjoint(options)
            return None if elsewhere else NO_CREDENTIALS
        if user is None or password is None:
            return None  # in pap-secrets or chap-secrets
        taken = [auth for auth, other in _REFUSED_FOR.items() if other in options]
        if len(taken) > 1:
            return None
        return Credentials(taken[0] if taken else AuthType.EITHER, user, password)

    def _login_edits(self, wanted: Credentials | None) -> list[Edit]:
        if wanted is None or wanted == self._credentials():
            return []
        if self.chat.sets_login and wanted.auth is not AuthType.NONE:
            raise ApplierRefused(f"{self.chat.source.path} has a login of its own, not pppd's")
        if wanted.auth is not AuthType.NONE and not wanted.user and not wanted.password:
            raise ApplierRefused("pppd's files take no login without user and password")
        if any(credential_offence(text) is not None for text in (wanted.user, wanted.password)):
            raise ApplierRefused("pppd's files take no such user or password")
        edits, added = [], []
        for name, text in (("user", wanted.user), ("password", wanted.password)):
            word = self.peer.options.get(name, (None, None))[1]
            if word is not None:
                edits.append(Edit(word.start, word.end, f'"{text}"'))
            elif wanted.auth is not AuthType.NONE:
                added.append(f'{name} "{text}"')
        for name in _REFUSED_FOR.values() if wanted.auth is not AuthType.NONE else ():
            word = self.peer.options.get(name, (None, None))[0]
            is_wanted = name == _REFUSED_FOR.get(wanted.auth)
            if word is not None and not is_wanted:
                edits.append(Edit(word.start, word.end, ""))
            elif word is None and is_wanted:
                added.append(name)
        return [*edits, *self._appended(added)]

    def _appended(self, lines: list[str]) -> Iterator[Edit]:
        text = self.peer.source.text
        if lines:
            start = "" if text.endswith("\n") or not text else "\n"
            yield Edit(len(text), len(text), start + "".join(f"{line}\n" for line in lines))


def parse_peer(source: Source) -> Peer:
    """A peers file. Raises ApplierRefused."""
    options: dict[str, tuple[Word, Word | None]] = {}
    words = pppd_words(source)
    for word in words:
        name = _ALIASES.get(word.text, word.text)
        if name in _ONCE and name in options:
            raise source.refusal(word.start, f"{name} stands here a second time")
        options[name] = (word, next(words, None) if name in _WITH_TEXT else None)
    keyword, command = options.get("connect", (None, None))
    if keyword is None or command is None:
        raise ApplierRefused(f"{source.path}: there is no option `connect` with a call of chat")
    script, number = _call_of_chat(source, command)
    return Peer(source, options, script, number)


def _call_of_chat(source: Source, command: Word) -> tuple[Path | None, Word | None]:
    """The arguments of -f and -T."""
    words = shell_words(source, command)
    first = next(words, None)
    if first is not None and first.text == "exec":
        first = next(words, None)
    if first is None or Path(first.text).name != "chat":
        raise source.refusal(command.start, "wanted a call of chat, got another program")
    arguments: dict[str, Word] = {}
    for word in words:
        if not word.text.startswith("-"):
            raise source.refusal(
                command.start,
                "the chat script stands in the command; put it into a file, and name that with -f",
            )
        for index, letter in enumerate(word.text[1:], 1):
            if letter in _CHAT_WITH_ARGUMENT:
                argument = word.behind(index + 1) if word.text[index + 1 :] else next(words, None)
                if argument is None or not argument.text:
                    raise source.refusal(command.start, f"chat's -{letter} has no argument")
                arguments[letter] = argument
                break
            if letter not in _CHAT_FLAGS:
                raise source.refusal(command.start, f"chat has no option -{letter}")
    script = arguments.get("f")
    return None if script is None else Path(script.text), arguments.get("T")


def parse_chat(source: Source, cid: int) -> ChatScript:
    """A chat script, as far as it defines the context `cid`. Raises ApplierRefused."""
    found: ChatScript | None = None
    sets_login = False
    for word in _sent(source):
        if _OTHER_DEFINITION.search(word.text):
            raise source.refusal(word.start, "AT+QICSGP defines a context; use AT+CGDCONT alone")
        sets_login = sets_login or _MODEM_LOGIN.search(word.text) is not None
        for match in _DEFINITION.finditer(word.text):
            if int(match[1]) != cid:
                continue
            if found is not None:
                raise source.refusal(word.start, f"context {cid} is defined a second time")
            values = _TYPE_AND_APN.match(word.text, match.end())
            if values is None:
                wanted = f'AT+CGDCONT={cid},"<type>","<APN>" with the APN itself or \\T'
                raise source.refusal(word.start, f"wanted {wanted}")
            found = ChatScript(
                source, _part(word, values, "type"), _part(word, values, "apn"), False
            )
    if found is None:
        raise ApplierRefused(f"{source.path}: no AT+CGDCONT defines context {cid} here")
    return ChatScript(source, found.type, found.apn, sets_login)


def _sent(source: Source) -> Iterator[Word]:
    """What chat sends: each second string, but for those that belong to a word of its own."""
    expected: Word | None = None
    for word in chat_words(source):
        if expected is None:
            if _DEFINITION.search(word.text):
                raise source.refusal(word.start, "AT+CGDCONT stands where a string is expected")
            expected = word
            continue
        if expected.text not in _CHAT_KEYWORDS:
            yield word
        expected = None


def _part(word: Word, match: re.Match[str], group: str) -> Word:
    start, end = word.start + match.start(group), word.start + match.end(group)
    return Word(match[group], tuple(range(start, end)), start, end)


def _in_place(word: Word, text: str) -> Edit:
    """Characters that need no quotes, for others that need none: the quotes around them stay."""
    start = word.places[0] if word.places else word.start
    return Edit(start, start + len(word.text), text)
