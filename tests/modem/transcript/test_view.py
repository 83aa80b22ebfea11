"""What a reader is shown of a session, as text and as a page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.transcript import format as text_format
from modem.transcript.page import page
from modem.transcript.reading import Kind, entries
from modem.transcript.values import Chunk, Note, Step, Way
from modem.transcript.view import raw_lines, span, text_lines
from tests.modem.transcript.sessions import SESSIONS, Session


def steps(text: str) -> tuple[Step, ...]:
    return text_format.read(text, "it").steps


STORY = steps(
    r"""
>> "AT+CSQ\r"
-- 0.012
<< "AT+CSQ\r\r\n+CS"
<< "Q: 21,99\r\n\r\nOK\r\n"
-- 4.9
<< "\r\n+CMTI: \"SM\",3\r\n"
## the cable was pulled
>> "AT+CPIN=\"4711\"\r"
-- 70
>> "AT+COPS?\r"
<< "\r\n+CME ERROR: 30\r\nwhat\r\n"
"""
)


def test_a_session_as_text() -> None:
    lines = list(text_lines(STORY))
    assert any(line.startswith("                | signal: -71 dBm") for line in lines)
    assert [line for line in lines if not line.lstrip().startswith("|")] == [
        "       0.000  > AT+CSQ",
        "       0.012  < +CSQ: 21,99",
        "              < OK  (12 ms)",
        "              ... 4.9 s",
        '       4.912  ! +CMTI: "SM",3',
        "       4.912  # the cable was pulled",
        "       4.912  > AT+CPIN=***",
        "              ... 70.0 s",
        "      74.912  < (no answer after 70.0 s)",
        "      74.912  > AT+COPS?",
        "      74.912  < +CME ERROR: 30",
        "      74.912  ? what  (unknown line)",
    ]


def test_a_session_raw() -> None:
    assert list(raw_lines(STORY))[:5] == [
        "       0.000  >> AT+CSQ<CR>",
        "       0.012  << AT+CSQ<CR><CR><LF>+CS",
        "       0.012  << Q: 21,99<CR><LF><CR><LF>OK<CR><LF>",
        "              ... 4.9 s",
        '       4.912  << <CR><LF>+CMTI: "SM",3<CR><LF>',
    ]


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_every_file_is_shown(session: Session) -> None:
    """Each command of the host's, and every line of the modem's, is somewhere."""
    shown = "\n".join(text_lines(session.steps))
    found = list(entries(session.steps))
    said = re.split(rb"[\r\n\x1a]+", session.said(Way.TO_MODEM))
    assert sum(entry.from_host for entry in found) == len([line for line in said if line])
    for line in re.split(r"[\r\n\x1a]+", session.said(Way.FROM_MODEM).decode("latin-1")):
        words = line.strip("> ")
        if words and "CPIN" not in words and "ERROR:" not in words:
            head = words.partition(":")[0]
            assert head.casefold() in shown.casefold(), line
    raw = "\n".join(raw_lines(session.steps))
    assert raw.count(">>") >= shown.count("  > ")


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(('AT+CPIN="4711"', "OK"), id="PIN"),
        pytest.param(("AT+CGAUTH?", '+CGAUTH: 1,1,"u4711","p"', "OK"), id="read"),
        pytest.param(("AT+CLCK=\"SC\",1,4711", "+CME ERROR: 16"), id="refused"),
        pytest.param(("AT+CSQ\rAT+CPIN=4711", "OK", "OK"), id="two lines at once"),
        pytest.param(("AT", "OK", "AT+CPIN=4711"), id="a late echo"),
        pytest.param(("AT", "OK", "+CGAUTH: 1,1,\"u\",\"4711\""), id="a late answer"),
        pytest.param(("AT+CSQ", "+CGAUTH: 1,1,\"u\",\"4711\"", "OK"), id="a late answer within"),
        pytest.param(("AT+CPIN=4711\x1bAT", "OK"), id="ended by ESC"),
        pytest.param(("AT\rAT+CPIN=4711\x1a", "OK"), id="ended by Ctrl-Z"),
        pytest.param(("ATD**04*4711*4712*4712#;", "OK"), id="dialled"),
    ],
)  # fmt: skip
def test_no_credential_is_shown(secret: tuple[str, ...]) -> None:
    line, *answer = secret
    heard = f"{line}\r" + "".join(f"\r\n{text}\r\n" for text in answer)
    session = (
        Chunk(0.0, Way.TO_MODEM, f"{line}\r".encode()),
        Chunk(0.1, Way.FROM_MODEM, heard.encode()),
    )
    torn = (*session, Chunk(0.2, Way.TO_MODEM, b'AT+CPWD="SC","4711'))
    assert "4711" not in "\n".join(text_lines(torn))
    assert "4711" not in page((), torn)


def test_a_state_is_no_credential() -> None:
    found = list(entries(steps('>> "AT+CPIN?\\r"\n<< "\\r\\n+CPIN: READY\\r\\n\\r\\nOK\\r\\n"')))
    assert found[1].lines == ("+CPIN: READY",)
    (unasked,) = entries(steps('<< "\\r\\n+CPIN: READY\\r\\n"'))
    assert unasked.lines == ("+CPIN: READY",)


def test_a_payload_and_its_echo_are_said_once() -> None:
    found = list(
        entries(
            steps(
                '>> "AT+CMGS=\\"1\\"\\r"\n<< "\\r\\n> "\n>> "one\\rtwo\\x1a"\n'
                '<< "one\\r\\n> two\\r\\n+CMGS: 4\\r\\n\\r\\nOK\\r\\n"\n>> "AT\\r"\n>> "\\x1b"'
            )
        )
    )
    assert [(entry.kind, entry.lines) for entry in found] == [
        (Kind.COMMAND, ('AT+CMGS="1"',)),
        (Kind.PAYLOAD, ("one", "two")),
        (Kind.ANSWER, ("+CMGS: 4",)),
        (Kind.COMMAND, ("AT",)),
        (Kind.PAYLOAD, ("ESC",)),
        (Kind.SILENCE, ("AT",)),
    ]


def test_a_pdu_is_decoded() -> None:
    session = next(found for found in SESSIONS if found.name == "eg25-send-text-and-pdu")
    shown = "\n".join(text_lines(session.steps))
    assert 'to +1234567890, "Hello,Quectel!"' in shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 ms"), (0.0123, "12 ms"), (0.9996, "1.0 s"), (61.2, "61.2 s"), (200, "3 min 20 s"),
     (7300, "2 h 1 min")],
)  # fmt: skip
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words


HOSTILE = st.lists(
    st.one_of(
        st.builds(Chunk, st.just(0.0), st.sampled_from(Way), st.binary(max_size=60)),
        st.builds(Note, st.just(0.0), st.text(max_size=30)),
        st.sampled_from(STORY),
    ),
    max_size=12,
)


@given(HOSTILE)
def test_nothing_reaches_a_terminal_as_it_is(session: list[Step]) -> None:
    for line in [*text_lines(session), *raw_lines(session)]:
        assert line.isprintable()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        assert not {name for name, _ in attrs} & {"style", "onload", "onclick", "src"}
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(HOSTILE, st.text(max_size=20))
def test_a_page_is_well_formed_whatever_is_in_it(session: list[Step], title: str) -> None:
    tags = _Tags()
    tags.feed(page((("name", title), ("device", f"<script>{title}")), session))
    assert tags.open == []
    assert "script" not in tags.found
    assert set(tags.found) <= {
        "html", "head", "meta", "link", "title", "style", "body", "header", "h1", "p", "dl", "dt",
        "dd", "main", "div", "span", "b", "small", "code",
    }  # fmt: skip


def test_a_page_has_all_of_the_story() -> None:
    shown = html.unescape(page((("name", "a story"), ("device", "X")), STORY))
    for words in (
        "<h1>a story</h1>",
        "3 commands, 1 refused, 1 without an answer, 1 URC, in 74.9 s",
        "<b>OK</b><small>12 ms</small>",
        "signal: -71 dBm",
        'class="row gap gap-4"',
        "<span>70.0 s</span>",
        'class="row answer in refused"',
        "the cable was pulled",
        "default-src 'none'",
    ):
        assert words in shown
