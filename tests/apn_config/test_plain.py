"""The plain dialect: what is understood, what is refused and where, and what of a text is kept."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apn_config.apn_syntax import apn_offence
from apn_config.dialects.dialect import Around
from apn_config.dialects.plain import (
    DIALECT,
    MAX_TEXT,
    form_of,
    is_courtesy,
    parse,
    redact,
)
from apn_config.model import (
    ApnRequest,
    AuthType,
    Command,
    Device,
    Form,
    Malformed,
    Message,
    NotForUs,
    Outcome,
    Parsed,
    Password,
    PdpType,
    PinWord,
    Proof,
    Result,
    SetupCode,
    Verb,
)

EM = ApnRequest("em")
# Verbs of the configuration's own, where a test has some.
OWN = frozenset({"UPDATE", "RELAY-2"})


def word(pin: str | None) -> Proof | None:
    return None if pin is None else PinWord(pin)


def setting(request: ApnRequest = EM, *, tag: str | None = None, pin: str | None = None) -> Command:
    return Command(Verb.APN_SET, tag, request, word(pin))


def simple(verb: Verb, *words: str, tag: str | None = None, pin: str | None = None) -> Command:
    return Command(verb, tag, None, word(pin), words=words)


def own(name: str, *words: str) -> Command:
    return Command(Verb.OWN, words=(name, *words))


UNDERSTOOD: dict[str, Command] = {
    # The forms of the dialect.
    "APN": Command(Verb.APN_READ),
    "#17 APN": Command(Verb.APN_READ, "17"),
    "APN em": setting(),
    "#17 APN em": setting(tag="17"),
    "#17 PIN 4821 APN em": setting(tag="17", pin="4821"),
    "PIN 4821 APN em": setting(pin="4821"),
    "APN em user=U": setting(ApnRequest("em", user="U")),
    "APN em pass=P": setting(ApnRequest("em", password="P")),
    "APN em auth=none": setting(ApnRequest("em", auth=AuthType.NONE)),
    "APN em auth=pap": setting(ApnRequest("em", auth=AuthType.PAP)),
    "APN em auth=chap": setting(ApnRequest("em", auth=AuthType.CHAP)),
    "APN em type=ip": setting(ApnRequest("em", type=PdpType.IP)),
    "APN em type=ipv6": setting(ApnRequest("em", type=PdpType.IPV6)),
    "APN em type=ipv4v6": setting(ApnRequest("em", type=PdpType.IPV4V6)),
    "APN em cid=1": setting(ApnRequest("em", cid=1)),
    "APN em cid=15": setting(ApnRequest("em", cid=15)),
    "#Ab1 PIN x APN em user=U pass=P auth=chap type=ipv4v6 cid=2": setting(
        ApnRequest("em", "U", "P", AuthType.CHAP, PdpType.IPV4V6, 2), tag="Ab1", pin="x"
    ),
    "APN em cid=2 type=ip auth=pap pass=P user=U": setting(
        ApnRequest("em", "U", "P", AuthType.PAP, PdpType.IP, 2)
    ),
    "APN ROLLBACK": Command(Verb.APN_ROLLBACK),
    "#17 PIN 4821 APN ROLLBACK": Command(Verb.APN_ROLLBACK, "17", None, PinWord("4821")),
    "APN KEEP": Command(Verb.APN_KEEP),
    "apn=keep": Command(Verb.APN_KEEP),
    "APN,keep#": Command(Verb.APN_KEEP),
    "#17 PIN 4821 apn Keep": Command(Verb.APN_KEEP, "17", None, PinWord("4821")),
    "APN history": Command(Verb.APN_HISTORY),
    "APN em for=90s": setting(ApnRequest("em", trial_s=90.0)),
    "APN em FOR=10M user=U": setting(ApnRequest("em", "U", trial_s=600.0)),
    "APN em for=7d": setting(ApnRequest("em", trial_s=604800.0)),
    "STATUS": Command(Verb.STATUS),
    "PING": Command(Verb.PING),
    "HELP": Command(Verb.HELP),
    "REBOOT MODEM": Command(Verb.REBOOT_MODEM),
    "SIGNAL": Command(Verb.SIGNAL),
    "NETWORK": Command(Verb.NETWORK),
    "network Scan": Command(Verb.NETWORK_SCAN),
    "NETWORK AUTO": simple(Verb.NETWORK_SELECT, "AUTO"),
    "network auto": simple(Verb.NETWORK_SELECT, "AUTO"),
    "NETWORK 26201": simple(Verb.NETWORK_SELECT, "26201"),
    "#17 PIN 4821 NETWORK 310260": simple(Verb.NETWORK_SELECT, "310260", tag="17", pin="4821"),
    "SMSC": Command(Verb.SMSC),
    "SMSC +491710760000": simple(Verb.SMSC_SET, "+491710760000"),
    "smsc 123": simple(Verb.SMSC_SET, "123"),
    "SMSC +" + "9" * 20: simple(Verb.SMSC_SET, "+" + "9" * 20),
    "REBOOT HOST": Command(Verb.REBOOT_HOST),
    # The code of the first contact.
    "SETUP 7H2K9QXW STATUS": Command(Verb.STATUS, proof=SetupCode("7H2K9QXW")),
    "#17 setup a=b APN em": Command(Verb.APN_SET, "17", EM, SetupCode("a=b")),
    "SETUP PIN PING": Command(Verb.PING, proof=SetupCode("PIN")),
    "PIN SETUP PING": Command(Verb.PING, proof=PinWord("SETUP")),
    "#17 PIN 4821 REBOOT MODEM": Command(Verb.REBOOT_MODEM, "17", None, PinWord("4821")),
    # Verbs and keys in any case; values keep theirs.
    "apn Em": setting(ApnRequest("Em")),
    "Apn em USER=Bob Pass=SeCret AUTH=PAP Type=IPV6": setting(
        ApnRequest("em", "Bob", "SeCret", AuthType.PAP, PdpType.IPV6)
    ),
    "pin aBc status": Command(Verb.STATUS, None, None, PinWord("aBc")),
    "#aB apn rollback": Command(Verb.APN_ROLLBACK, "aB"),
    "reboot Modem": Command(Verb.REBOOT_MODEM),
    "ping": Command(Verb.PING),
    # Tags.
    "#1 PING": Command(Verb.PING, "1"),
    "#ABCDwxyz PING": Command(Verb.PING, "ABCDwxyz"),
    # Clearing, and a dash that is a value.
    "APN em user=- pass=-": setting(ApnRequest("em", user="", password="")),
    'APN em user="-" pass="-"': setting(ApnRequest("em", user="-", password="-")),
    # Quoted values, and equals signs within values.
    'APN em user="U V" pass="p  q"': setting(ApnRequest("em", user="U V", password="p  q")),
    'APN em pass="p=q"': setting(ApnRequest("em", password="p=q")),
    "APN em pass=p=q": setting(ApnRequest("em", password="p=q")),
    "APN em user=a@b,c": setting(ApnRequest("em", user="a@b,c")),
    "PIN a=b APN": Command(Verb.APN_READ, None, None, PinWord("a=b")),
    "PIN A=\u2018b\u2019 APN": Command(Verb.APN_READ, None, None, PinWord("A='b'")),
    'PIN "a b" APN': Command(Verb.APN_READ, None, None, PinWord("a b")),
    "PIN PIN PING": Command(Verb.PING, None, None, PinWord("PIN")),
    "PIN #17 PING": Command(Verb.PING, None, None, PinWord("#17")),
    # The reserved words in quotes are names.
    'APN "keep"': setting(ApnRequest("keep")),
    'APN "ROLLBACK"': setting(ApnRequest("ROLLBACK")),
    'APN "History" user=U': setting(ApnRequest("History", user="U")),
    'apn="keep"': setting(ApnRequest("keep")),
    'APN "em"': setting(),
    # Other syntaxes that people know.
    "APN,em#": setting(),
    "apn,em": setting(),
    "APN, em#": setting(),
    "#17 PIN 4821 APN,em#": setting(tag="17", pin="4821"),
    "APN em#": setting(),
    "APN em #": setting(),
    'APN "em"#': setting(),
    'APN em user="a b"#': setting(ApnRequest("em", user="a b")),
    "APN em pass=x#": setting(ApnRequest("em", password="x#")),
    "APN#": Command(Verb.APN_READ),
    "APN,#": Command(Verb.APN_READ),
    "APN #": Command(Verb.APN_READ),
    "APN,ROLLBACK#": Command(Verb.APN_ROLLBACK),
    "apn=em": setting(),
    "apn=em#": setting(),
    "APN=em user=U": setting(ApnRequest("em", user="U")),
    "#17 apn=em": setting(tag="17"),
    "apn=rollback": Command(Verb.APN_ROLLBACK),
    # What phones make of blanks, line ends and quotes.
    " \r\n APN\u00a0em \n": setting(),
    "\ufeffAPN\tem\r\n": setting(),
    "APN\u2003em\u200b": setting(),
    "#17\nPIN\u202f4821\nAPN em\u2028user=U": setting(
        ApnRequest("em", user="U"), tag="17", pin="4821"
    ),
    "APN \u201eem\u201c user=\u201cU\u00a0V\u201d pass=\u00abp q\u00bb": setting(
        ApnRequest("em", user="U V", password="p q")
    ),
    "APN em user=O\u2019Brien": setting(ApnRequest("em", user="O'Brien")),
    # At the limits.
    "APN " + "a" * 62: setting(ApnRequest("a" * 62)),
    "APN em user=" + "u" * 64: setting(ApnRequest("em", user="u" * 64)),
    "PIN " + "p" * 32 + " PING": Command(Verb.PING, None, None, PinWord("p" * 32)),
    "PING" + " " * (MAX_TEXT - 4): Command(Verb.PING),
}


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD.items(), ids=map(repr, UNDERSTOOD))
def test_understood(text: str, command: Command) -> None:
    assert parse(text) == command


# reason, position, and what is known of the command all the same: verb, tag, PIN word.
REFUSED: dict[str, tuple[str, int, str | None, str | None, str | None]] = {
    "#": ("bad-tag", 1, None, None, None),
    "# 17 PING": ("bad-tag", 1, None, None, None),
    "#123456789 PING": ("bad-tag", 1, None, None, None),
    "#1-7 PING": ("bad-tag", 1, None, None, None),
    "  #17: PING": ("bad-tag", 3, None, None, None),
    "#\u0661 PING": ("bad-tag", 1, None, None, None),
    "#\uff11 PING": ("bad-tag", 1, None, None, None),
    "#17=x PING": ("bad-tag", 1, None, None, None),
    "#17": ("no-verb", 3, None, "17", None),
    "PIN 4821": ("no-verb", 8, None, None, "4821"),
    "#17 PIN 4821 \r\n": ("no-verb", 15, None, "17", "4821"),
    "PIN": ("bad-pin", 1, None, None, None),
    "#17 PIN": ("bad-pin", 5, None, "17", None),
    'PIN "" PING': ("bad-pin", 1, None, None, None),
    "PIN " + "p" * 33 + " PING": ("bad-pin", 1, None, None, None),
    "hello": ("unknown-verb", 1, None, None, None),
    "#17 PIN x hello": ("unknown-verb", 11, None, "17", "x"),
    "4821 APN em": ("unknown-verb", 1, None, None, None),
    "PIN=4821 APN em": ("unknown-verb", 1, None, None, None),
    "user=U": ("unknown-verb", 1, None, None, None),
    "APNem": ("unknown-verb", 1, None, None, None),
    "APN#em#user#pass#": ("unknown-verb", 1, None, None, None),
    '"PING"': ("unknown-verb", 2, None, None, None),
    "#17 #18 PING": ("unknown-verb", 5, None, "17", None),
    "PING #17": ("extra-words", 6, "PING", None, None),
    "STATUS now": ("extra-words", 8, "STATUS", None, None),
    "STATUS a=b": ("extra-words", 8, "STATUS", None, None),
    "HELP\nme": ("extra-words", 6, "HELP", None, None),
    "REBOOT": ("unknown-verb", 1, "REBOOT", None, None),
    "REBOOT HOST now": ("extra-words", 13, "REBOOT", None, None),
    "REBOOT HOSTS": ("unknown-verb", 8, "REBOOT", None, None),
    'REBOOT "HOST"': ("unknown-verb", 9, "REBOOT", None, None),
    "SIGNAL 1": ("extra-words", 8, "SIGNAL", None, None),
    "NETWORK SCAN all": ("extra-words", 14, "NETWORK", None, None),
    "NETWORK AUTO 26201": ("extra-words", 14, "NETWORK", None, None),
    "NETWORK 2620": ("bad-network", 9, "NETWORK", None, None),
    "NETWORK 2620123": ("bad-network", 9, "NETWORK", None, None),
    "NETWORK 26201;": ("bad-network", 9, "NETWORK", None, None),
    'NETWORK 26201"': ("bad-network", 9, "NETWORK", None, None),
    "NETWORK \u0662\u0666\u0662\u0660\u0661": ("bad-network", 9, "NETWORK", None, None),
    "NETWORK plmn=26201": ("bad-network", 9, "NETWORK", None, None),
    "NETWORK SC\u0391N": ("bad-network", 9, "NETWORK", None, None),
    "SMSC 12": ("bad-number", 6, "SMSC", None, None),
    "SMSC +" + "9" * 21: ("bad-number", 6, "SMSC", None, None),
    "SMSC 49+171": ("bad-number", 6, "SMSC", None, None),
    'SMSC "+49171\r"': ("bad-number", 7, "SMSC", None, None),
    'SMSC +49171",145': ("bad-number", 6, "SMSC", None, None),
    "SMSC \u0661\u0662\u0663": ("bad-number", 6, "SMSC", None, None),
    "SMSC number=123": ("bad-number", 6, "SMSC", None, None),
    "SMSC 123 456": ("extra-words", 10, "SMSC", None, None),
    "SETUP": ("bad-setup", 1, None, None, None),
    "#17 SETUP": ("bad-setup", 5, None, "17", None),
    "SETUP " + "x" * 33 + " PING": ("bad-setup", 1, None, None, None),
    # Only signed texts have it.
    "SYNC ABCDEFGH": ("unknown-verb", 1, None, None, None),
    # A verb of the user's own that nobody has configured.
    "UPDATE now": ("unknown-verb", 1, None, None, None),
    "REBOOT modem=1": ("unknown-verb", 8, "REBOOT", None, None),
    "REBOOT MODEM now": ("extra-words", 14, "REBOOT", None, None),
    # Reserved words.
    "APN KEEP now": ("extra-words", 10, "APN", None, None),
    "APN history 3": ("extra-words", 13, "APN", None, None),
    # A trial's span.
    "APN em for=10": ("bad-for", 12, "APN", None, None),
    "APN em for=0m": ("bad-for", 12, "APN", None, None),
    "APN em for=8d": ("bad-for", 12, "APN", None, None),
    "APN em for=1m30s": ("bad-for", 12, "APN", None, None),
    "APN em for=-5m": ("bad-for", 12, "APN", None, None),
    "APN em for=5m for=6m": ("duplicate-option", 15, "APN", None, None),
    "APN ROLLBACK em": ("extra-words", 14, "APN", None, None),
    "APN ROLLBACK user=U": ("extra-words", 14, "APN", None, None),
    # Names.
    "APN em;": ("bad-apn", 3, "APN", None, None),
    'APN e"m': ("bad-apn", 2, "APN", None, None),
    'APN "em': ("bad-apn", 1, "APN", None, None),
    "APN e\u201dm": ("bad-apn", 2, "APN", None, None),
    "APN e\\m": ("bad-apn", 2, "APN", None, None),
    "APN e\x00m": ("bad-apn", 2, "APN", None, None),
    "APN em\x1a": ("bad-apn", 3, "APN", None, None),
    'APN "em\rAT+CFUN=0"': ("bad-apn", 3, "APN", None, None),
    'APN "em\nAT+CFUN=0"': ("bad-apn", 3, "APN", None, None),
    'APN "em#"': ("bad-apn", 3, "APN", None, None),
    'APN "em two"': ("bad-apn", 3, "APN", None, None),
    'APN ""': ("bad-apn", 1, "APN", None, None),
    "apn=": ("bad-apn", 1, "APN", None, None),
    "apn= em": ("bad-apn", 1, "APN", None, None),
    "APN user=U": ("bad-apn", 5, "APN", None, None),
    "APN = em": ("bad-apn", 1, "APN", None, None),
    "APN em.": ("bad-apn", 3, "APN", None, None),
    "APN .em": ("bad-apn", 1, "APN", None, None),
    "APN e..m": ("bad-apn", 3, "APN", None, None),
    "#17 PIN 4821 APN em_": ("bad-apn", 3, "APN", "17", "4821"),
    "APN,em_#": ("bad-apn", 3, "APN", None, None),
    "APN,em,user,pass#": ("bad-apn", 3, "APN", None, None),
    "APN,em##": ("bad-apn", 3, "APN", None, None),
    "APN " + "a" * 63: ("bad-apn", 63, "APN", None, None),
    "APN RAC1": ("bad-apn", 1, "APN", None, None),
    "APN em.Gprs": ("bad-apn", 3, "APN", None, None),
    "APN \u0435m": ("bad-apn", 1, "APN", None, None),
    "APN e\u043c": ("bad-apn", 2, "APN", None, None),
    "APN \uff45m": ("bad-apn", 1, "APN", None, None),
    "APN iot\u0131": ("bad-apn", 4, "APN", None, None),
    "APN em\u200f": ("bad-apn", 3, "APN", None, None),
    "APN em\u202e": ("bad-apn", 3, "APN", None, None),
    # Verbs and words of options that look alike.
    "\u0410PN em": ("unknown-verb", 1, None, None, None),
    "P\u0131NG": ("unknown-verb", 1, None, None, None),
    "\u017fTATUS": ("unknown-verb", 1, None, None, None),
    "\uff30ING": ("unknown-verb", 1, None, None, None),
    "P\u0131N 4821 PING": ("unknown-verb", 1, None, None, None),
    "APN em u\u017fer=U": ("unknown-option", 8, "APN", None, None),
    "APN em p\u0430ss=U": ("unknown-option", 8, "APN", None, None),
    "APN em c\u0131d=1": ("unknown-option", 8, "APN", None, None),
    "APN em c\u0130d=1": ("unknown-option", 8, "APN", None, None),
    "APN em auth=p\u0430p": ("bad-auth", 13, "APN", None, None),
    "APN em type=\u0131p": ("bad-type", 13, "APN", None, None),
    "APN em type=\u0130P": ("bad-type", 13, "APN", None, None),
    # Options.
    "APN em two": ("unknown-option", 8, "APN", None, None),
    "APN em pas=P": ("unknown-option", 8, "APN", None, None),
    "APN em apn=em": ("unknown-option", 8, "APN", None, None),
    'APN em "user=U"': ("unknown-option", 9, "APN", None, None),
    "APN em user=U USER=V": ("duplicate-option", 15, "APN", None, None),
    "APN em user=": ("empty-value", 8, "APN", None, None),
    'APN em pass=""': ("empty-value", 8, "APN", None, None),
    "APN em user=U pass= x": ("empty-value", 15, "APN", None, None),
    "APN em user=U;": ("bad-user", 2, "APN", None, None),
    "APN em user=\u00fc": ("bad-user", 1, "APN", None, None),
    "APN em user=" + "u" * 65: ("bad-user", 65, "APN", None, None),
    'APN em pass=P"Q': ("bad-pass", 2, "APN", None, None),
    'APN em pass="P;Q"': ("bad-pass", 2, "APN", None, None),
    "APN em pass=P\\Q": ("bad-pass", 2, "APN", None, None),
    'APN em pass="P\nQ"': ("bad-pass", 2, "APN", None, None),
    'APN em pass="P\r\nQ"': ("bad-pass", 2, "APN", None, None),
    "APN em pass=P\x7f": ("bad-pass", 2, "APN", None, None),
    "APN em pass=\ud83dP": ("bad-pass", 1, "APN", None, None),
    "APN em auth=mschap": ("bad-auth", 13, "APN", None, None),
    "APN em auth=pap-or-chap": ("bad-auth", 13, "APN", None, None),
    "APN em type=ppp": ("bad-type", 13, "APN", None, None),
    "APN em cid=0": ("bad-cid", 12, "APN", None, None),
    "APN em cid=16": ("bad-cid", 12, "APN", None, None),
    "APN em cid=001": ("bad-cid", 12, "APN", None, None),
    "APN em cid=-1": ("bad-cid", 12, "APN", None, None),
    "APN em cid=\u0661": ("bad-cid", 12, "APN", None, None),
    "APN em cid=\u00b2": ("bad-cid", 12, "APN", None, None),
    # A long text is no command, however it begins.
    "APN em" + " " * (MAX_TEXT - 5): ("too-long", MAX_TEXT + 1, None, None, None),
    "PIN x APN em" + " " * MAX_TEXT + "user=U": ("too-long", MAX_TEXT + 1, None, None, "x"),
}


@pytest.mark.parametrize(
    ("text", "refusal"), REFUSED.items(), ids=[repr(text)[:60] for text in REFUSED]
)
def test_refused(text: str, refusal: tuple[str, int, str | None, str | None, str | None]) -> None:
    reason, at, verb, tag, pin = refusal
    assert parse(text) == Malformed(reason, tag, verb, at, word(pin))


OWN_VERBS: dict[str, Parsed] = {
    "UPDATE": own("UPDATE"),
    "update now": own("UPDATE", "now"),
    "relay-2 On": own("RELAY-2", "On"),
    'UPDATE "a b" c=d e="f g"': own("UPDATE", "a b", "c=d", 'e="f g"'),
    "UPDATE -x --y": own("UPDATE", "-x", "--y"),
    "UPDATE $(reboot) `id` ;|&": own("UPDATE", "$(reboot)", "`id`", ";|&"),
    "UPDATE \u00e4\u0430": own("UPDATE", "\u00e4\u0430"),
    "#17 PIN 4821 UPDATE": Command(Verb.OWN, "17", None, PinWord("4821"), words=("UPDATE",)),
    "SETUP x UPDATE": Command(Verb.OWN, proof=SetupCode("x"), words=("UPDATE",)),
    "UPDATE a\0b": Malformed("bad-argument", verb="UPDATE", at=8),
    "UPDATE ok e\u202em": Malformed("bad-argument", verb="UPDATE", at=11),
    'UPDATE "a\nb"': Malformed("bad-argument", verb="UPDATE", at=9),
    "UPDATE \x1b[31m": Malformed("bad-argument", verb="UPDATE", at=8),
    "UPDATE \ud83d": Malformed("bad-argument", verb="UPDATE", at=8),
    "UPDATE=x": Malformed("unknown-verb", at=1),
    '"UPDATE"': Malformed("unknown-verb", at=2),
    "UPDATES": Malformed("unknown-verb", at=1),
    "UPD\u0391TE": Malformed("unknown-verb", at=1),
    "STATUS UPDATE": Malformed("extra-words", verb="STATUS", at=8),
    "OK UPDATE": NotForUs("an answer"),
}


@pytest.mark.parametrize(("text", "parsed"), OWN_VERBS.items(), ids=map(repr, OWN_VERBS))
def test_own_verbs(text: str, parsed: Parsed) -> None:
    assert parse(text, OWN) == parsed


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("APN,em#", True),
        ("apn, em #", True),
        ("APN,em", True),
        ("APN,666666,em#", True),
        ("APN em#", True),
        ('APN "em"#', True),
        ("\r\nAPN#", True),
        ("APN #", True),
        ("apn,em user=x", True),
        ("APN em", False),
        ("APN", False),
        ("apn=em", False),
        ("apn=em#", False),
        ("#17 APN,em#", False),
        ("PIN 4821 APN em#", False),
        ("APN em pass=x#", False),
        ('APN "em#"', False),
        ("STATUS#", False),
        ("", False),
    ],
)
def test_the_forms_of_trackers_are_understood_by_courtesy(text: str, is_one: bool) -> None:
    assert is_courtesy(text) is is_one


NOT_FOR_US = {
    "": "empty",
    " \r\n\u00a0": "empty",
    "OK APN em ip=10.65.3.4 reg=roaming rat=lte rssi=-71": "an answer",
    "ROLLBACK APN em2 kept=em reason=no-address": "an answer",
    "ERR APN reason=bad-apn at=3": "an answer",
    "#17 OK PING": "an answer",
    "NOTE database damaged, begun anew; kept 1 record": "an answer",
    "#17 err reason=stale": "an answer",
    "PIN x OK PING": "an answer",
    "OK " + "x" * 2 * MAX_TEXT: "an answer",
}


@pytest.mark.parametrize(
    ("text", "why"), NOT_FOR_US.items(), ids=[repr(t)[:60] for t in NOT_FOR_US]
)
def test_not_for_us(text: str, why: str) -> None:
    assert parse(text) == NotForUs(why)


# --- whatever comes -------------------------------------------------------------------------------

# A machine that is busy with something else draws slowly; that says nothing about the dialect.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# What gets far into the grammar, and what might lead out of an AT string.
GRAMMAR = (
    "APN apn= APN, em keep ROLLBACK REBOOT MODEM HOST NETWORK SCAN 26201 SMSC +123 UPDATE PIN SETUP"
    " #17 user= pass= auth= pap type= cid= 2 - = #"
)
ESCAPES = ' " " ; \\ \r \n \0 \x1a \u00a0 \u201c \u201d \u00e4 \u0430 \ud83d'
PIECES = st.sampled_from([*GRAMMAR.split(" "), *ESCAPES.split(" "), " ", " ", "a" * 63])
ANY_CHARACTER = st.characters(exclude_categories=())
TEXTS = st.one_of(
    st.text(alphabet=ANY_CHARACTER, max_size=200),
    st.lists(PIECES, max_size=40).map("".join),
    st.lists(PIECES, max_size=30).map(" ".join),
    st.builds("APN {} user={} pass={}".format, *[st.text(alphabet=ANY_CHARACTER, max_size=8)] * 3),
    st.builds('APN em user="{}" pass="{}"'.format, *[st.text(ANY_CHARACTER, max_size=8)] * 2),
)


def _harmless(value: str) -> bool:
    return all(" " <= c <= "~" and c not in '"\\;' for c in value)


@unhurried
@given(TEXTS)
def test_what_is_parsed_leaves_no_at_string_and_positions_are_in_the_text(text: str) -> None:
    parsed: Parsed = parse(text, OWN)
    is_courtesy(text)
    if isinstance(parsed, Command) and parsed.verb in (Verb.NETWORK_SELECT, Verb.SMSC_SET):
        (word,) = parsed.words
        assert word == "AUTO" or word.removeprefix("+").isdecimal()
        assert word.isascii()
    if isinstance(parsed, Malformed):
        assert parsed.at is not None
        assert 1 <= parsed.at <= len(text)
    if isinstance(parsed, Command) and parsed.request is not None:
        request = parsed.request
        assert apn_offence(request.name) is None
        assert _harmless(request.name)
        assert _harmless(request.user or "")
        assert _harmless(request.password or "")
    if not isinstance(parsed, NotForUs):
        assert parsed.tag is None or (parsed.tag.isascii() and parsed.tag.isalnum())
        assert parsed.tag is None or 1 <= len(parsed.tag) <= 8


@unhurried
@given(st.text(alphabet=ANY_CHARACTER, min_size=900, max_size=1500))
def test_a_long_text_raises_nothing(text: str) -> None:
    parsed = parse(text)
    assert not isinstance(parsed, Command) or len(text) <= MAX_TEXT
    redact(text)


@unhurried
@given(TEXTS)
def test_what_is_kept_of_a_text_is_short_and_raises_nothing(text: str) -> None:
    """Only a command's own words are kept, so nothing else of the text can come back."""
    kept = redact(text, OWN)
    if isinstance(parse(text, OWN), Command):
        assert kept.isascii()
        assert kept.isprintable()
    else:
        assert kept == f"[{len(text)} characters]"


NAMES = st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,8})?", fullmatch=True).filter(
    lambda name: apn_offence(name) is None
)
# Nothing else in these commands has a "!", so a secret is nowhere by chance.
SECRETS = st.text(alphabet="QWxz!$%&+", max_size=30).map("!{}".format)


@st.composite
def requests(draw: st.DrawFn) -> ApnRequest:
    secret = st.none() | SECRETS
    return ApnRequest(
        draw(NAMES),
        user=draw(secret),
        password=draw(secret),
        auth=draw(st.sampled_from([None, AuthType.NONE, AuthType.PAP, AuthType.CHAP])),
        type=draw(st.none() | st.sampled_from(PdpType)),
        cid=draw(st.none() | st.integers(1, 15)),
    )


WORDS: dict[Verb, st.SearchStrategy[tuple[str, ...]]] = {
    Verb.NETWORK_SELECT: st.tuples(st.just("AUTO") | st.from_regex("[0-9]{5,6}", fullmatch=True)),
    Verb.SMSC_SET: st.tuples(st.from_regex(r"\+?[0-9]{3,20}", fullmatch=True)),
    Verb.OWN: st.builds(
        lambda name, words: (name, *words), st.sampled_from(sorted(OWN)), st.lists(SECRETS)
    ),
}


@st.composite
def commands(draw: st.DrawFn) -> Command:
    verb = draw(st.sampled_from(Verb).filter(lambda each: each is not Verb.SYNC))
    tag = draw(st.none() | st.text(string.ascii_letters + string.digits, min_size=1, max_size=8))
    request = draw(requests()) if verb is Verb.APN_SET else None
    proof = draw(st.none() | st.builds(PinWord, SECRETS) | st.builds(SetupCode, SECRETS))
    words = draw(WORDS[verb]) if verb in WORDS else ()
    return Command(verb, tag, request, proof, words=words)


def written(command: Command, blank: str = " ", quote: str = "") -> str:
    """A command as text, options from the last to the first."""
    words = [f"#{command.tag}"] if command.tag else []
    if isinstance(command.proof, PinWord | SetupCode):
        words += ["PIN" if isinstance(command.proof, PinWord) else "SETUP", command.proof.word]
    request = command.request
    if command.verb is Verb.OWN:
        return blank.join([*words, *command.words])
    if request is None:
        verb = command.verb.value.split()
        return blank.join([*words, *(verb[:1] if command.words else verb), *command.words])
    options = {
        "cid": request.cid,
        "type": request.type and request.type.value,
        "auth": request.auth and request.auth.value,
        "pass": request.password and f"{quote}{request.password}{quote}",
        "user": request.user and f"{quote}{request.user}{quote}",
    }
    words += ["APN", f'"{request.name}"']
    words += [f"{key}={value}" for key, value in options.items() if value is not None]
    return blank.join(words)


@unhurried
@given(
    commands(),
    st.sampled_from([" ", "\r\n", "\u00a0", " \t\u200b"]),
    st.sampled_from(["", '"', "\u201d"]),
)
def test_what_is_written_is_read(command: Command, blank: str, quote: str) -> None:
    assert parse(written(command, blank, quote), OWN) == command


def secret_word(proof: Proof | None) -> str | None:
    return proof.word if isinstance(proof, PinWord | SetupCode) else None


@unhurried
@given(commands(), st.text(alphabet=" \u00a0;_!x=", max_size=3))
def test_no_secret_is_kept(command: Command, junk: str) -> None:
    """Neither of a command nor of one that is spoilt by what stands behind it."""
    kept = redact(written(command) + junk, OWN)
    secrets = [secret_word(command.proof)]
    if command.request is not None:
        secrets += [command.request.user, command.request.password]
    if command.verb is Verb.OWN:
        secrets += command.words[1:]
    for secret in filter(None, secrets):
        assert secret not in kept


@unhurried
@given(commands())
def test_what_is_kept_is_the_command_without_its_secrets(command: Command) -> None:
    """It reads as the same command with stars for secrets, and to keep it twice changes nothing."""
    kept = redact(written(command), OWN)
    again = parse(kept, OWN)
    assert isinstance(again, Command)
    assert (again.verb, again.tag) == (command.verb, command.tag)
    assert type(again.proof) is type(command.proof)
    assert secret_word(again.proof) == (None if command.proof is None else "***")
    stars = ("***",) * (len(command.words) - 1)
    own = command.verb is Verb.OWN
    assert again.words == ((command.words[0], *stars) if own else command.words)
    if command.request is not None:
        assert again.request is not None
        assert again.request.password == (None if command.request.password is None else "***")
        for key in ("name", "auth", "type", "cid", "trial_s"):
            assert getattr(again.request, key) == getattr(command.request, key)
    assert redact(kept, OWN) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("#17 PIN 4821 APN em", "#17 PIN *** APN em", id="pin"),
        pytest.param("apn em user=U pass=P", "APN em user=*** pass=***", id="credentials"),
        pytest.param("APN em user=- pass=-", "APN em user=- pass=-", id="cleared"),
        pytest.param('APN "-keep"', "[11 characters]", id="refused"),
        pytest.param('APN "Keep" cid=2', 'APN "Keep" cid=2', id="reserved-name"),
        pytest.param("APN em auth=PAP type=IP", "APN em auth=pap type=ip", id="words"),
        pytest.param("APN em for=600s pass=P", "APN em pass=*** for=10m", id="trial"),
        pytest.param("apn=em", "APN em", id="other-syntax"),
        pytest.param("reboot modem", "REBOOT MODEM", id="no-option"),
        pytest.param("setup 7H2K9QXW signal", "SETUP *** SIGNAL", id="setup-code"),
        pytest.param("network  auto", "NETWORK AUTO", id="network"),
        pytest.param("NETWORK 26201", "NETWORK 26201", id="a-network"),
        pytest.param("smsc +49171", "SMSC +49171", id="service-centre"),
        pytest.param("update now a=b", "UPDATE *** ***", id="own-verb"),
        pytest.param("updates now", "[11 characters]", id="no-own-verb"),
        pytest.param("4821 APN em", "[11 characters]", id="pin-without-its-word"),
        pytest.param("APN em pas=secret", "[17 characters]", id="misspelt-key"),
        pytest.param("OK APN em", "[9 characters]", id="answer"),
        pytest.param("", "[0 characters]", id="empty"),
    ],
)
def test_kept(text: str, kept: str) -> None:
    assert redact(text, OWN) == kept


# What other dialects understand, in this one's words.
FORMS = {
    "[teltonika]": (
        Command(Verb.APN_SET, request=EM, proof=Password("word", "login"), dialect="teltonika"),
        "APN em",
    ),
    "the-networks-default": (Command(Verb.APN_SET, request=ApnRequest("")), 'APN ""'),
    "sync": (Command(Verb.SYNC, "17", words=("ABCDEFGH",)), "#17 SYNC ***"),
}


@pytest.mark.parametrize(("command", "form"), FORMS.values(), ids=FORMS)
def test_a_command_of_any_dialect_has_a_form(command: Command, form: str) -> None:
    assert form_of(command) == form


def test_a_secret_is_in_no_repr() -> None:
    for text in ("PIN 4821 APN em pass=secret", "SETUP 4821 APN em; pass=secret"):
        shown = repr(parse(text))
        assert "4821" not in shown
        assert "secret" not in shown


# --- the dialect ----------------------------------------------------------------------------------


def test_it_claims_what_it_says_and_every_verb_of_its_own() -> None:
    parsed = [DIALECT.parse(Message(text)) for text in DIALECT.claims]
    understood = {each.verb for each in parsed if isinstance(each, Command)}
    assert len(parsed) == len([each for each in parsed if isinstance(each, Command)])
    assert set(Verb) - understood == {Verb.APN_KEEP, Verb.APN_HISTORY, Verb.SYNC, Verb.OWN}


def test_octets_are_no_text() -> None:
    assert DIALECT.parse(Message(data=b"STATUS", port=2948)) == NotForUs("no text")


def test_it_words_answers_with_the_tag() -> None:
    around = Around(Device(), datetime(2026, 1, 1, tzinfo=UTC))
    said = DIALECT.say(Outcome(Result.OK, Verb.PING), Form(tag="17"), around)
    assert said == "#17 OK PING"
