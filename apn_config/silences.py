"""Why a message got silence, as sentences for people. Pure."""

from __future__ import annotations

from typing import Final

# In front of the dialects' names (reader.py).
AMBIGUOUS: Final = "ambiguous: "
_SENTENCES: Final = {
    "no-access": "the configuration has no section [access], so nobody may command",
    "not-understood-any-more": "the configuration was changed, and doesn't know it any more",
    "not-listed": "no rule is about this sender, who isn't in [access] senders either",
    "dialect-not-allowed": "no rule lets this sender use this dialect",
    "key-not-allowed": "no rule is about this key",
    "verb-not-allowed": "no rule lets this sender do this",
    "oneself": "it is from the device's own number",
    "other-device": "it names another device",
    "no-proof": "it has no secret in it; a password_file of this dialect would give it one, or a"
    ' rule with proof = "none" would let it in without',
    "pin-missing": "the PIN word is missing",
    "pin-wrong": "the PIN word is wrong",
    "password-missing": "the password is missing",
    "password-wrong": "login or password is wrong",
    "bad-signature": "the signature has another form",
    "signature-wrong": "no key here has signed this for this card",
    "no-key": "there is no key here",
    "key-retired": "the key was rotated away, and the new one has been used",
    "no-iccid": "the card's ICCID isn't known, which a signature is made for",
    "no-imsi": "the IMSI isn't known, which the MAC is made with",
    "no-pin": "there is no [dialects.omacp] pin_file, which the MAC is made with",
    "mac-wrong": "its MAC is wrong",
    "unsigned-refused": "it isn't signed, and [dialects.omacp] accept has no unsigned",
    "netwpin-refused": "it is signed by NETWPIN, which [dialects.omacp] accept hasn't",
    "userpin-refused": "it is signed by USERPIN, which [dialects.omacp] accept hasn't",
    "usernetwpin-refused": "it is signed by USERNETWPIN, which [dialects.omacp] accept hasn't",
    "userpinmac-refused": "USERPINMAC needs somebody who types, so it is never taken",
    "setup-wrong": "the set-up code is wrong",
    "no-setup-code": "there is no [access] setup_code_file",
    "setup-closed": "the set-up code is good soon after a boot, where there is no other secret",
    "locked-out": "there were too many wrong secrets",
    "replay": "it was taken before",
    "too-old": "its counter is too far behind",
    "sync-wrong": "it isn't the code that was asked for",
    "rate-commands": "there were too many commands from this sender or key",
    "rate-answers": "the device has given as many answers as it may",
}


def why(reason: str) -> str:
    """The sentence for a reason; what has none is one itself."""
    if reason.startswith(AMBIGUOUS):
        return f"more than one dialect understands it: {reason.removeprefix(AMBIGUOUS)}"
    return _SENTENCES.get(reason, reason)
