"""The journal's protocol, read back by its own rules."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config import journald
from apn_config.journald import JournalHandler, datagram, is_journal


def parsed(octets: bytes) -> dict[str, str]:
    """The fields of a datagram (systemd.io/JOURNAL_NATIVE_PROTOCOL): an independent reader."""
    fields: dict[str, str] = {}
    while octets:
        line, _, rest = octets.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length :]
            assert rest[:1] == b"\n"
            rest = rest[1:]
        assert name.decode() not in fields
        fields[name.decode()] = value.decode()
        octets = rest
    return fields


def record(message: str, *arguments: object, level: int = logging.INFO) -> logging.LogRecord:
    return logging.LogRecord(
        "apn_config.change", level, "/x/change.py", 7, message, arguments, None
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "journal"))
        listening.settimeout(5)
        yield listening


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logging.Logger]:
    """A logger with the handler at the journal's path, whose stream is kept in `stream`."""
    handler = JournalHandler(StringIO(), tmp_path / "journal")
    logger = logging.Logger("apn_config.change")
    logger.addHandler(handler)
    yield logger
    handler.close()


def test_a_record_with_fields(journal: socket.socket, log: logging.Logger) -> None:
    log.warning("change %s: %s", 7, "verifying", extra={"fields": {"change": 7, "tag": None}})
    fields = parsed(journal.recv(1 << 16))
    line = fields.pop("CODE_LINE")
    assert line.isdecimal()
    assert fields == {
        "MESSAGE": "change 7: verifying",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "modem-helper",
        "CODE_FILE": __file__,
        "CODE_FUNC": "test_a_record_with_fields",
        "LOGGER": "apn_config.change",
        "MODEM_HELPER_CHANGE": "7",
    }


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.CRITICAL, "2"),
        (logging.ERROR, "3"),
        (logging.WARNING, "4"),
        (logging.INFO, "6"),
        (logging.DEBUG, "7"),
        (35, "4"),
    ],
)
def test_priorities(level: int, priority: str) -> None:
    assert parsed(datagram(record("x", level=level)))["PRIORITY"] == priority


def test_a_traceback_is_one_entry(journal: socket.socket, log: logging.Logger) -> None:
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("it failed")
    message = parsed(journal.recv(1 << 16))["MESSAGE"]
    assert message.startswith("it failed\nTraceback")
    assert message.endswith("ValueError: why")


@given(text=st.text(), value=st.text())
def test_no_text_can_make_a_field(text: str, value: str) -> None:
    made = record("%s", text)
    made.fields = {"change": value}
    fields = parsed(datagram(made))
    assert set(fields) == set(parsed(datagram(record("x")))) | {"MODEM_HELPER_CHANGE"}
    for name in ("MESSAGE", "MODEM_HELPER_CHANGE"):
        assert fields[name].replace("\n", "").isprintable()
    if text.isprintable():
        assert fields["MESSAGE"] == text


@pytest.mark.parametrize("character", ["x", "€", "\U0001f4e1", "\x00"])
def test_a_message_too_long_is_cut_and_fits(
    journal: socket.socket, log: logging.Logger, character: str
) -> None:
    text = character * 1_000_000
    log.info(text, extra={"fields": {"tag": text}})
    fields = parsed(journal.recv(1 << 18))
    assert fields["MESSAGE"].endswith(" ...")
    assert fields["MODEM_HELPER_TAG"].endswith(" ...")
    assert len(fields["MESSAGE"]) >= journald.MAX_MESSAGE_CHARS


def test_without_a_journal_the_stream_gets_it(tmp_path: Path) -> None:
    stream = StringIO()
    handler = JournalHandler(stream, tmp_path / "nobody")
    handler.emit(record("change %s", 7))
    assert stream.getvalue() == "change 7\n"
    handler.close()


def test_a_journal_out_of_breath_is_not_waited_for(
    journal: socket.socket, log: logging.Logger
) -> None:
    for number in range(1000):  # more than its queue holds (net.unix.max_dgram_qlen)
        log.info("%s", number)
    journal.setblocking(False)
    got = 0
    try:
        while fields := parsed(journal.recv(1 << 16)):
            assert fields["MESSAGE"] == str(got)
            assert "MODEM_HELPER_DROPPED" not in fields
            got += 1
    except BlockingIOError:
        pass
    assert 0 < got < 1000
    for dropped in (str(1000 - got), None):
        log.info("again")
        assert parsed(journal.recv(1 << 16)).get("MODEM_HELPER_DROPPED") == dropped


def test_a_bug_in_a_log_call_ends_nothing(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.info("%d", "no number")
    assert "Logging error" in capsys.readouterr().err


def test_where_stderr_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "err").open("w") as stream, (tmp_path / "other").open("w") as other:
        found = os.fstat(stream.fileno())
        environment = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert is_journal(stream, environment)
        assert not is_journal(stream, {})
        assert not is_journal(other, environment), "it was redirected since"
        assert not is_journal(StringIO(), environment)
        root = logging.Logger("root")
        monkeypatch.setattr(logging, "root", root)
        monkeypatch.setenv("JOURNAL_STREAM", environment["JOURNAL_STREAM"])
        journald.set_up(logging.INFO, stream=stream)
        (handler,) = root.handlers
        assert isinstance(handler, JournalHandler)
        handler.close()
        root.handlers.clear()
        journald.set_up(logging.INFO, stream=other)
        (plain,) = root.handlers
        assert type(plain) is logging.StreamHandler
