"""From any text to one that the GSM 7-bit default alphabet has: a readable equivalent for the rest.

What it takes for the scripts of Europe is here, except for Cyrillic; other scripts and emoji are
the package `anyascii`'s. Neither it nor the Unicode data is loaded before a text needs them. No
septets here.
"""

from __future__ import annotations

from functools import lru_cache

from modem.sms import gsm7
from modem.sms.errors import ComposeError

# What has no decomposition in Unicode, or one that reads otherwise ("≠" is "=" and a stroke).
_EQUIVALENTS = {
    character: equivalent
    for characters, equivalent in (
        ("‘’‚‛′‵ʹʻʼʽˈ‹›`´΄", "'"),
        ("“”„‟″‶«»¨〝〞", '"'),
        ("‐‑‒–—―−⁃¯", "-"),
        ("•‣∙●▪", "*"),
        ("·‧⋅", "."),
        ("¸", ","),
        ("⁄∕÷", "/"),
        ("×✕", "x"),
        ("±", "+-"),
        ("≤", "<="),
        ("≥", ">="),
        ("≠", "!="),
        ("←", "<-"),
        ("→", "->"),
        ("↔", "<->"),
        ("⇒", "=>"),
        ("¬", "!"),
        ("¦", "|"),
        ("‗", "_"),
        ("°", "deg"),
        ("‰", "0/00"),
        ("©", "(C)"),
        ("®", "(R)"),
        ("¶", "P"),
        ("¢", "c"),
        ("₤", "£"),
        ("µ", "u"),
        ("\t", " "),
        ("\v\x85\u2028\u2029", "\n"),
        ("ĐÐƉ", "D"),
        ("đð", "d"),
        ("Ə", "E"),
        ("ə", "e"),
        ("ƒ", "f"),
        ("Ħ", "H"),
        ("ħ", "h"),
        ("ı", "i"),
        ("ĸ", "k"),
        ("Ł", "L"),
        ("ł", "l"),
        ("Ŋ", "NG"),
        ("ŋ", "ng"),
        ("Œ", "OE"),
        ("œ", "oe"),
        ("ẞ", "SS"),
        ("Ŧ", "T"),
        ("ŧ", "t"),
        ("Þ", "Th"),
        ("þ", "th"),
        # anyascii takes it for silent, and leaves "slm" of "سلام".
        ("ا", "a"),
    )
    for character in characters
}
# The alphabet has those Greek capitals that Latin doesn't, so that Greek is written in capitals.
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)) | {
    capital: capital for capital in "ΓΔΘΛΞΠΣΦΨΩ"
}
_STROKE = "\u0338"
# Unicode's Stream-Safe Text Format (UAX 15, 13) has no longer runs of marks, and no language.
_MOST_MARKS = 30
# From here on a letter that anyascii has nothing for is one that it doesn't know; a letter before
# it is silent: it carries a vowel, or fills a place.
_FIRST_IDEOGRAPH = "\u3400"
_UNKNOWN = "?"


def transliterate(text: str) -> str:
    """The text with all that the GSM 7-bit alphabet and its extension lack replaced.

    What they have is left as it is. The rest is written with the quotes, dashes and letters that
    they have, Greek in capitals; what that doesn't reach, as `anyascii` has it: "Zhong", ":heart:".
    What shows nothing goes without a trace: control characters, joiners, variation selectors, skin
    tones. What nobody knows, and half a surrogate pair, is "?". A character makes 42 at most
    (anyascii 0.3.3), so that 100,000 make no more than 4.2 million.

    Raises ComposeError where a character needs `anyascii` and it isn't installed: a text that is
    half "?" isn't the readable one that was asked for.
    """
    if gsm7.gsm7_length(text) is not None:
        return text
    composed = _composed(text)
    pieces = []
    for at, character in enumerate(composed):
        before, after = composed[at - 1 : at], composed[at + 1 : at + 2]
        try:
            pieces.append(_in_context(before, character, after))
        except ImportError:
            raise ComposeError(
                "alphabet",
                f"character {at + 1} can't be replaced without the package anyascii: "
                "pip install 'modem-helper[translit]'",
            ) from None
    return "".join(pieces)


def _composed(text: str) -> str:
    """The text in NFC, so that a letter and its accent are one, and with few marks in a row.

    Ordering the marks behind one letter takes quadratic time: 16 s for 100,000 of them.
    """
    from unicodedata import combining, normalize

    kept = []
    marks = 0
    for character in text:
        marks = marks + 1 if combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return normalize("NFC", "".join(kept))


def _in_context(before: str, character: str, after: str) -> str:
    """The equivalent, where it would say something else next to its neighbours, made clear."""
    if character == "μ" and not (_is_greek(before) or _is_greek(after)):
        return "u"  # 5 μs aren't 5 Ms
    equivalent = _equivalent(character)
    if character == equivalent or not before.isdecimal():
        return equivalent
    from unicodedata import decomposition

    kind = decomposition(character).partition(" ")[0]
    if kind == "<fraction>":
        return " " + equivalent  # 2½ isn't 21/2
    if kind == "<super>" and (character.isdigit() or character in "⁺⁻"):
        return "^" + equivalent  # 10² isn't 102
    return equivalent


def _is_greek(character: str) -> bool:
    return "\u0370" <= character <= "\u03ff" or "\u1f00" <= character <= "\u1fff"


@lru_cache(maxsize=1024)
def _equivalent(character: str) -> str:
    """What a character is replaced by; ImportError where it takes a package that isn't there."""
    found = _built_in(character)
    if found is not None:
        return found
    from unicodedata import category

    from anyascii import anyascii

    found = anyascii(character).replace("`", "'")
    if found:
        return found
    kind = category(character)
    unknown = kind in ("Cn", "Co") or (kind == "Lo" and character >= _FIRST_IDEOGRAPH)
    return _UNKNOWN if unknown else ""


def _built_in(character: str) -> str | None:
    """What it takes no package for; None if there is nothing."""
    if gsm7.gsm7_length(character) is not None:
        return character
    if character in _EQUIVALENTS:
        return _EQUIVALENTS[character]
    from unicodedata import category, name

    kind = category(character)
    if kind == "Cs":
        return _UNKNOWN
    if kind in ("Cc", "Cf") or name(character, "").startswith(("COMBINING ", "VARIATION ")):
        return ""
    if kind == "Zs":
        return " "
    return (_greek(character) if _is_greek(character) else None) or _decomposed(character)


def _greek(character: str) -> str | None:
    from unicodedata import normalize

    return _GREEK.get(normalize("NFKD", character)[0].upper())


def _decomposed(character: str) -> str | None:
    """What a character is made of without its accents, if that can all be written.

    One accent at a time, so that "ǟ" becomes "ä". An accent that stands alone is no letter's.
    """
    from unicodedata import decomposition

    codes = [code for code in decomposition(character).split() if not code.startswith("<")]
    if not codes or codes[0] == "0020":
        return None
    parts = [chr(int(code, 16)) for code in codes]
    pieces = [_built_in(part) for part in parts]
    if None in pieces:
        return None
    # A stroke through a sign is its opposite.
    return ("!" if _STROKE in parts else "") + "".join(filter(None, pieces))
