"""The text format: what is written is read again, and what is no transcript is said so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.transcript import format as text_format
from modem.transcript.errors import FormatError
from modem.transcript.values import Chunk, Note, Transcript, Way
from tests.modem.transcript.sessions import SESSIONS, Session

PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)
KEYS = st.from_regex(r"[a-z][a-z-]{0,9}", fullmatch=True)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Sessions whose times are whole microseconds, in order."""
    headers = draw(st.lists(st.tuples(KEYS, PRINTABLE), max_size=4))
    at = 0
    steps: list[Chunk | Note] = []
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.sampled_from([0, 1, 125, 1000, 20_000, 1_000_000]) | st.integers(0, 10**12))
        if draw(st.booleans()):
            steps.append(Note(at / 1e6, draw(PRINTABLE)))
        else:
            steps.append(Chunk(at / 1e6, draw(st.sampled_from(Way)), draw(st.binary(max_size=40))))
    return Transcript(tuple(headers), tuple(steps), draw(st.integers(0, 10**9)) / 1e6)


@given(transcripts())
def test_what_is_written_is_read_again(transcript: Transcript) -> None:
    text = text_format.write(transcript)
    assert text_format.read(text, "it") == transcript


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_every_file_is_read_and_written(session: Session) -> None:
    transcript = session.transcript
    assert transcript.header("name") == session.name
    assert transcript.steps
    assert text_format.read(text_format.write(transcript), "it") == transcript


def test_all_that_the_format_has() -> None:
    text = "\n".join(
        (
            "# name: all",
            "# source: a: b",
            "",
            r'>> "AT\r"',
            "-- 0.0125",
            r'<< "\x00\xff\"\\\t\r\n"',
            "## a note",
            "-- 2",
            "-- 0.5",
        )
    )
    assert text_format.read(text, "it") == Transcript(
        (("name", "all"), ("source", "a: b")),
        (
            Chunk(0.0, Way.TO_MODEM, b"AT\r"),
            Chunk(0.0125, Way.FROM_MODEM, b'\x00\xff"\\\t\r\n'),
            Note(0.0125, "a note"),
        ),
        2.5,
    )


def test_what_is_not_printable_gets_into_no_file() -> None:
    transcript = Transcript((("name", "a\nb\x1b[2J"),), (Note(0.0, "x\u202ey\r\n>> z"),))
    assert text_format.write(transcript) == "# name: a?b?[2J\n\n## x?y??>> z\n"


def test_time_never_runs_backwards() -> None:
    writer = text_format.Writer()
    assert writer.lines(Note(1.0, "one")) == ["-- 1", "## one"]
    assert writer.lines(Note(0.5, "two")) == ["## two"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        pytest.param(">> AT", "a string in double quotes", id="no quotes"),
        pytest.param(">> 'AT'", "a string in double quotes", id="single quotes"),
        pytest.param('>> "AT" + "E0"', "a string in double quotes", id="an expression"),
        pytest.param(r'>> "\u0041"', "a string in double quotes", id="unknown escape"),
        pytest.param(r'>> "\x4"', "a string in double quotes", id="half an octet"),
        pytest.param('>> "é"', "a string in double quotes", id="not ASCII"),
        pytest.param('>> "a"b"', "a string in double quotes", id="quote in the middle"),
        pytest.param('<< "open', "a string in double quotes", id="no closing quote"),
        pytest.param("-- soon", "seconds behind the --", id="no number"),
        pytest.param("-- -1", "seconds behind the --", id="backwards"),
        pytest.param("-- nan", "seconds behind the --", id="nan"),
        pytest.param("-- 1e9", "seconds behind the --", id="exponent"),
        pytest.param("-- 999999999", "a session of ten years", id="too long"),
        pytest.param("# no colon", "# key: value", id="header"),
        pytest.param("AT", "a line that begins with", id="nothing of it"),
        pytest.param("<" + "<" * 300_000, "lines at most", id="an endless line"),
    ],
)
def test_what_is_none_is_named(line: str, wanted: str) -> None:
    with pytest.raises(FormatError) as caught:
        text_format.read(f"# name: x\n{line}\n", "bad.txt")
    assert str(caught.value).startswith("bad.txt:2: wanted ")
    assert wanted in str(caught.value)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("torn", ["<", ">>", '<< "+CRE', '<< "\\x0', "--", "# na", "\0\0\0"])
def test_what_is_torn_off_at_the_end_is_told(torn: str) -> None:
    """A full disk, a power cut: what is before it is read."""
    steps = text_format.read(f'>> "AT\\r"\n-- 1\n{torn}', "it").steps
    breaks_off = Note(1.0, "the recording breaks off within a line")
    assert steps == (Chunk(0.0, Way.TO_MODEM, b"AT\r"), breaks_off)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        text_format.read(text, "it")
    except FormatError:
        return
