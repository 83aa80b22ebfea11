"""The history's file: whose it is, how long it gets, and what never stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.console.history import MAX_LINES, LineHistory, history_path, is_kept


def remembered(path: Path) -> list[str]:
    """What a new console finds, the oldest first."""
    return list(LineHistory(path).load_history_strings())[::-1]


def test_it_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "history"
    history = LineHistory(path)
    for line in ("ATI", "AT+CSQ", "AT+CSQ"):
        history.remember(line)
    assert remembered(path) == ["ATI", "AT+CSQ"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_file_with_other_permissions_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("ATI\n")
    path.chmod(0o644)
    LineHistory(path).remember("AT+CSQ")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "line",
    [
        'AT+CPIN="4711"',
        "AT+CPIN 4711",
        'AT+CGAUTH=1,1,"u","hunter2"',
        "AT+CSQ;+CPIN=4711",
        "CPIN 4711",
        "4711",
        "0011000B81214365",
        "/send 1234 APN em pin=4711",
        "/hex 41",
        "ATI\x1b[2J",
        "ATI\nAT",
    ],
)
def test_what_is_never_kept(tmp_path: Path, line: str) -> None:
    path = tmp_path / "history"
    assert not is_kept(line)
    LineHistory(path).remember(line)
    assert not path.exists()


@pytest.mark.parametrize("line", ["ATI", "at+csq", "AT+CPIN?", "/help", "/script x.at"])
def test_what_is_kept(line: str) -> None:
    assert is_kept(line)


def test_a_secret_is_not_even_remembered_while_the_console_runs(tmp_path: Path) -> None:
    history = LineHistory(tmp_path / "history")
    history.remember('AT+CPIN="4711"')
    history.remember("/send 1234 hello")
    assert history.get_strings() == ["/send 1234 hello"]


def test_what_stood_in_the_input_line_is_not_remembered_by_itself(tmp_path: Path) -> None:
    history = LineHistory(tmp_path / "history")
    history.append_string("At home, code 4711")
    assert history.get_strings() == []
    assert list(tmp_path.iterdir()) == []


def test_it_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(f"AT+X{number}\n" for number in range(3 * MAX_LINES)))
    found = remembered(path)
    assert len(found) == MAX_LINES
    assert found[-1] == f"AT+X{3 * MAX_LINES - 1}"
    assert len(path.read_text().splitlines()) == MAX_LINES
    assert list(tmp_path.iterdir()) == [path]


def test_what_somebody_else_wrote_into_it_is_judged_again(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b"ATI\n\x1b[2J\nAT+CPIN=1\n\xff\xfe\n")
    assert remembered(path) == ["ATI"]


def test_without_a_place_for_it_there_is_none(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    history = LineHistory(place / "history")
    history.remember("ATI")
    assert history.get_strings() == ["ATI"]
    assert remembered(place / "history") == []


@pytest.mark.parametrize(
    ("state", "path"),
    [
        ("/var/x", "/var/x/modem-helper/console-history"),
        ("", "/home/somebody/.local/state/modem-helper/console-history"),
        ("relative", "/home/somebody/.local/state/modem-helper/console-history"),
    ],
)
def test_where_it_is(monkeypatch: pytest.MonkeyPatch, state: str, path: str) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert history_path({"XDG_STATE_HOME": state}) == Path(path)
