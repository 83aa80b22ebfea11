"""Transliteration: what GSM 7-bit has stays, the rest becomes readable, and is always sendable."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.sms import translit
from modem.sms.errors import ComposeError
from modem.sms.gsm7 import gsm7_length
from modem.sms.translit import transliterate

with_anyascii = pytest.mark.skipif(
    find_spec("anyascii") is None, reason="pip install 'modem-helper[translit]' for this one"
)

# 3GPP TS 23.038 6.2.1 and 6.2.1.1, row by row.
ALPHABET = (
    "@Δ 0¡P¿p£_!1AQaq$Φ\"2BRbr¥Γ#3CScsèΛ¤4DTdtéΩ%5EUeuùΠ&6FVfvìΨ'7GWgwòΣ(8HXhxÇΘ)9IYiy"
    "\nΞ*:JZjzØ+;KÄkäøÆ,<LÖlö\ræ-=MÑmñÅß.>NÜnüåÉ/?O§oà"
    "\f^{}\\[~]|€"
)

BUILT_IN = [
    pytest.param("é", "é", id="gsm-accent"),
    pytest.param("e\u0301", "é", id="gsm-accent-decomposed"),
    pytest.param("e\u0301\u0323", "e", id="two-marks"),
    pytest.param("ö\u0308", "ö", id="one-mark-too-many"),
    pytest.param("q\u0300", "q", id="mark-without-composition"),
    pytest.param("áíóúçÀÈ", "aioucAE", id="accents"),
    pytest.param("ǟǻǾ", "äåØ", id="two-accents-of-which-gsm-has-one"),
    pytest.param("ấ", "a", id="two-accents"),
    pytest.param("Żółć, łódź", "Zolc, lodz", id="polish"),
    pytest.param("Þórður", "Thordur", id="icelandic"),
    pytest.param("Đặng Văn Lâm", "Dang Van Lam", id="vietnamese"),
    pytest.param("İstanbul ırmak ğş", "Istanbul irmak gs", id="turkish"),
    pytest.param("œuvre Œ ẞ ß", "oeuvre OE SS ß", id="ligatures"),
    pytest.param("“a” „b“ «c» ‘d’ ‚e‘ `f´", "\"a\" \"b\" \"c\" 'd' 'e' 'f'", id="quotes"),
    pytest.param("a–b—c‐d‑e−f", "a-b-c-d-e-f", id="dashes"),
    pytest.param("wait…", "wait...", id="ellipsis"),
    pytest.param("a\xa0b\u2003c\u202fd", "a b c d", id="spaces"),
    pytest.param("a\tb\vc\u2028d\x85e\r\nf\f", "a b\nc\nd\ne\r\nf\f", id="white-space"),
    pytest.param("a\x00b\x1bc\x7fd\x9be", "abcde", id="control-characters"),
    pytest.param("a\u200bb\u200dc\ufeffd\u202ee\xadf", "abcdef", id="format-characters"),
    pytest.param("ﬁ ℃ ㎡ ™ № Ⅷ Ａ ①", "fi degC m2 TM No VIII A 1", id="compatibility"),
    pytest.param("½ 2½ 10² m² 10⁻³ 1º", "1/2 2 1/2 10^2 m2 10^-3 1o", id="numbers"),
    pytest.param("≠ ≮ ≤ × ÷ ±", "!= !< <= x / +-", id="signs"),
    pytest.param("Καλημέρα Ωψ ῷ ϐ ς", "KAΛHMEPA ΩΨ Ω B Σ", id="greek"),
    pytest.param("5 µs 5 μs μF μία", "5 us 5 us uF MIA", id="micro"),
    pytest.param("𝐀𝒷", "Ab", id="mathematical-letters"),
    pytest.param("#\ufe0f\u20e3 a\U000e0101", "# a", id="variation-selectors"),
    pytest.param("a\ud83db\ude00", "a?b?", id="half-surrogates"),
    pytest.param("", "", id="empty"),
]

BY_ANYASCII = [
    pytest.param("Привет, й", "Privet, y", id="cyrillic"),
    pytest.param("日本語", "RiBenYu", id="ideographs"),
    pytest.param("한국", "HanGug", id="hangul"),
    pytest.param("\u1112\u1161\u11ab", "Han", id="hangul-decomposed"),
    pytest.param("コーヒー", "kohi", id="silent-length-mark"),
    pytest.param("سلام", "slam", id="arabic"),
    pytest.param("ཨ", "", id="silent-letter"),
    pytest.param("a˘b", "a^b", id="accent-that-stands-alone"),
    pytest.param("١٢٣", "123", id="digits"),
    pytest.param("₹", "Rs", id="currency"),
    pytest.param("\u02bbʻ", "''", id="no-backtick"),
    pytest.param("❤️", ":heart:", id="emoji-with-variation-selector"),
    pytest.param("👍🏽", ":thumbsup:", id="emoji-with-skin-tone"),
    pytest.param("👨\u200d👩\u200d👧", ":man::woman::girl:", id="emoji-joined"),
    pytest.param("1️⃣🇩🇪", "1DE", id="keycap-and-flag"),
    pytest.param("🏴\U000e0067\U000e0062\U000e007f", ":flag_black:", id="flag-by-tags"),
    pytest.param("\u0378\ue000㧝\ufffd", "????", id="unknown"),
]


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """What one test found with the package, another may not find without."""
    translit._equivalent.cache_clear()
    yield
    translit._equivalent.cache_clear()


@pytest.fixture
def _without_anyascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyascii", None)


def test_what_the_alphabet_has_stays() -> None:
    assert len(ALPHABET) == 137
    assert transliterate(ALPHABET) == ALPHABET
    # And so it does next to what it lacks.
    assert transliterate(ALPHABET + "“") == ALPHABET + '"'


@pytest.mark.usefixtures("_without_anyascii")
@pytest.mark.parametrize(("text", "wanted"), BUILT_IN)
def test_built_in(text: str, wanted: str) -> None:
    assert transliterate(text) == wanted


@with_anyascii
@pytest.mark.parametrize(("text", "wanted"), BY_ANYASCII)
def test_by_anyascii(text: str, wanted: str) -> None:
    assert transliterate(text) == wanted


@with_anyascii
@pytest.mark.parametrize(("text", "wanted"), BUILT_IN)
def test_the_package_changes_nothing_of_what_is_built_in(text: str, wanted: str) -> None:
    assert transliterate(text) == wanted


@pytest.mark.usefixtures("_without_anyascii")
def test_without_the_package_the_error_says_what_to_install() -> None:
    with pytest.raises(ComposeError) as caught:
        transliterate("“Ж”")
    assert caught.value.field == "alphabet"
    assert caught.value.message == (
        "character 2 can't be replaced without the package anyascii: "
        "pip install 'modem-helper[translit]'"
    )


def _hex(code: int) -> str:
    return f"{code:04X}"


@pytest.mark.usefixtures("_without_anyascii")
@pytest.mark.parametrize("code", range(0xA0, 0x180), ids=_hex)
def test_western_letters_need_no_package(code: int) -> None:
    """Latin-1 and Latin Extended-A: a letter with an accent stays, or loses just that."""
    character = chr(code)
    shown = transliterate(character)
    base = normalize("NFD", character)[0]
    assert gsm7_length(shown) is not None
    assert shown in (character, base) or base == character
    assert character.isalpha() <= shown.strip("'.").isalpha()


GREEK = "αβγδεζηθικλμνξοπρσςτυφχψω"
CAPITALS = "ABΓΔEZHΘIKΛMNΞOΠPΣΣTYΦXΨΩ"


@pytest.mark.usefixtures("_without_anyascii")
@pytest.mark.parametrize("block", [range(0x0370, 0x0400), range(0x1F00, 0x2000)], ids=str)
def test_greek_needs_no_package(block: range) -> None:
    shown = {
        (base, transliterate(f"α{chr(code)}")[1:])
        for code in block
        if (base := normalize("NFKD", chr(code))[0].lower()) in GREEK
    }
    assert shown <= set(zip(GREEK, CAPITALS, strict=True))
    assert len(shown) >= len("αεηιορυω")


@with_anyascii
@pytest.mark.parametrize(
    "codes",
    [
        pytest.param(range(0x20000), id="planes-0-and-1"),
        pytest.param(range(0x20000, 0x110000, 0x3F), id="a-sample-of-the-others"),
        pytest.param(range(0xE0000, 0xE0200), id="tags-and-variation-selectors"),
    ],
)
def test_every_character_can_be_sent(codes: range) -> None:
    for code in codes:
        shown = transliterate(f"[{chr(code)}]")
        assert gsm7_length(shown) is not None, f"{code:04X}"
        assert shown[0] + shown[-1] == "[]"
        assert len(shown) <= 2 + 42


@with_anyascii
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_can_be_sent_and_is_then_left_alone(text: str) -> None:
    shown = transliterate(text)
    assert gsm7_length(shown) is not None
    assert transliterate(shown) == shown


@with_anyascii
def test_the_longest_equivalent() -> None:
    """What the docstring promises of a hostile text."""
    assert transliterate("🫰" * 3) == ":hand_with_index_finger_and_thumb_crossed:" * 3
    assert len(transliterate("🫰" * 100_000)) == 4_200_000


def test_marks_in_a_row_take_linear_time() -> None:
    text = "a" + "\u0345" * 50_000 + "\u0323" * 50_000
    began = time.process_time()
    assert transliterate(text) == "a"
    # 0.1 s; ordering all of the marks took 17 s.
    assert time.process_time() - began < 5


LIGHT = """
import sys
import modem.sms, modem.sms.translit
print(*sorted({"unicodedata", "anyascii"} & set(sys.modules)))
modem.sms.translit.transliterate("GSM: é€")
print(*sorted({"unicodedata", "anyascii"} & set(sys.modules)))
modem.sms.translit.transliterate("“ł”")
print(*sorted({"unicodedata", "anyascii"} & set(sys.modules)))
"""


def test_nothing_is_loaded_before_it_is_needed() -> None:
    command = [sys.executable, "-X", "utf8", "-c", LIGHT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "\n\nunicodedata\n"
