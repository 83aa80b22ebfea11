"""Final results: numbers of errors with their names, and what helps."""

from __future__ import annotations

from modem.at.results import Final, FinalKind, parse_final
from modem.explain.words import shown

# What a person at a modem can do about it, where the name alone doesn't say.
_CME_ADVICE = {
    3: "often: not in this state; AT+CFUN? and AT+CPIN? tell",
    4: "this modem doesn't have it",
    10: "is the card in, the right way round, and the slot closed?",
    11: "AT+CPIN? tells which, AT+CPINR how many tries are left",
    12: "the PIN is blocked, the operator has the PUK",
    13: "the card can't be read: contacts, or the radio is off (AT+CFUN?)",
    14: "still starting: try again in a few seconds",
    16: "a try is lost; AT+CPINR tells how many are left",
    30: "no network is in use; AT+COPS? and AT+CEREG? tell",
    50: "AT+<command>=? tells which values it takes",
    100: "as a rule: this modem doesn't have the command",
    107: "the subscription has no packet service here",
    111: "this network doesn't take the card",
    113: "the subscription may not roam here",
    132: "the network doesn't have it",
    133: "as a rule the APN isn't the subscription's",
    148: "as a rule the APN or the context is at fault; AT+CEER may say more",
    149: "user or password of the APN are wrong",
}
_CMS_ADVICE = {
    38: "the network couldn't take it: later again",
    50: "the subscription has no sending of SMS",
    69: "as a rule the subscription or the number",
    300: "the modem itself failed",
    302: "not in this state: AT+CPMS? and AT+CPIN? tell",
    304: "the length behind AT+CMGS= counts no octets of the SMS centre",
    305: "AT+CMGF? tells the mode",
    310: "is the card in?",
    311: "AT+CPIN? tells which",
    314: "still starting: try again in a few seconds",
    321: "no message in that place, or it is another memory's (AT+CPMS?)",
    322: "delete messages: until then none comes in",
    330: "AT+CSCA? tells; it comes from the card",
    331: "not registered; AT+CREG? and AT+CEREG? tell",
    332: "the network didn't answer: later again",
    340: "nothing waits for an acknowledgement",
    500: "as a rule: later again, or AT+CEER says more",
}
_PLAIN = {
    FinalKind.NO_CARRIER: "the connection ended, or none came about",
    FinalKind.NO_DIALTONE: "no service to dial with",
    FinalKind.BUSY: "the other side is busy",
    FinalKind.NO_ANSWER: "the other side didn't answer",
    FinalKind.CONNECT: "the line carries data now; +++ between pauses of a second ends it",
}


def final_words(text: str) -> tuple[str, ...]:
    """What a final result means; nothing for OK."""
    final = parse_final(text.strip())
    if final is None or final.kind is FinalKind.OK:
        return ()
    if final.kind in (FinalKind.CME, FinalKind.CMS):
        return _numbered(final)
    if final.kind is FinalKind.ERROR:
        if final.text:
            return ("this modem doesn't have it, or not so",)
        return ("no reason given; after AT+CMEE=2 the modem gives one where it can",)
    words = _PLAIN.get(final.kind)
    return (words,) if words else ()


def _numbered(final: Final) -> tuple[str, ...]:
    kind, advice = ("CME", _CME_ADVICE) if final.kind is FinalKind.CME else ("CMS", _CMS_ADVICE)
    if final.code is None:
        return ()
    name = shown(final.text) or "not in the standard: the maker's own"
    words = f"{kind} error {final.code}: {name}"
    hint = advice.get(final.code)
    return (f"{words}; {hint}" if hint else words,)
