"""The inbox of `simulate`: lines, FIFOs, followed files."""

from __future__ import annotations

import asyncio
import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.inbox import MAX_LINE, Inbox, Letter, LetterError, LineBuffer, parse_letter

PATIENCE_S = 5.0  # of a failing test

GOOD = {
    '{"modem": 1, "from": "12345", "text": "APN em"}': Letter(1, "12345", "APN em"),
    '{"from": "", "text": ""}': Letter(0, "", ""),
    '{"modem": 0, "pdu": "00"}': Letter(0, pdu="00"),
    '{"modem": 0, "from": "1", "pdu": "00"}': Letter(0, pdu="00"),
}


@pytest.mark.parametrize(("line", "letter"), GOOD.items(), ids=GOOD)
def test_letter(line: str, letter: Letter) -> None:
    assert parse_letter(line, 2) == letter


BAD = {
    "no JSON": ("APN em", "wanted a JSON object"),
    "no object": ("[1]", "wanted a JSON object"),
    "deeper than any message": ("[" * 60_000, "wanted a JSON object"),
    "no such modem": (
        '{"modem": 2, "from": "1", "text": "x"}',
        '"modem": wanted a number from 0 to 1',
    ),
    "modem as a word": ('{"modem": "0", "from": "1", "text": "x"}', '"modem": wanted a number'),
    "modem as a truth": ('{"modem": true, "from": "1", "text": "x"}', '"modem": wanted a number'),
    "no sender": ('{"modem": 0, "text": "x"}', '"from": wanted a string, got nothing'),
    "sender as a number": ('{"from": 12345, "text": "x"}', '"from": wanted a string, got 12345'),
    "no text": ('{"from": "1"}', 'wanted either "text" or "pdu"'),
    "both": ('{"from": "1", "text": "x", "pdu": "00"}', 'wanted either "text" or "pdu"'),
    "misspelt": ('{"form": "1", "text": "x"}', "got the key 'form'"),
}


@pytest.mark.parametrize(("line", "wanted"), BAD.values(), ids=BAD)
def test_bad_letter(line: str, wanted: str) -> None:
    with pytest.raises(LetterError) as caught:
        parse_letter(line, 2)
    assert wanted in str(caught.value)
    assert len(str(caught.value)) < 200


@given(st.text())
def test_any_line_is_a_letter_or_an_error(line: str) -> None:
    try:
        parse_letter(line, 1)
    except LetterError:
        return


@given(
    st.lists(st.text(alphabet=st.characters(exclude_characters="\n}", exclude_categories=["Cs"])))
)
def test_lines_survive_any_cutting(texts: list[str]) -> None:
    data = "".join(f"{text}\n" for text in texts).encode()
    whole = LineBuffer()
    bytewise = LineBuffer()
    wanted = [text for text in texts if text.strip(" \t\r\x0b\x0c")]
    assert list(whole.feed(data)) == wanted
    assert [line for byte in data for line in bytewise.feed(bytes([byte]))] == wanted


def test_object_without_its_line_end_counts() -> None:
    buffer = LineBuffer()
    assert list(buffer.feed(b'{"a": {"b": 1}')) == []
    assert list(buffer.feed(b"}")) == ['{"a": {"b": 1}}']
    assert list(buffer.feed(b"\n{}\n")) == ["{}"]


def test_endless_line_is_dropped() -> None:
    buffer = LineBuffer()
    for _ in range(100):
        assert list(buffer.feed(b"x" * 10_000)) == []
        assert len(buffer._rest) <= MAX_LINE
    assert list(buffer.feed(b"x\nnext\n")) == ["next"]


class Reader:
    """An open inbox and what it took."""

    def __init__(self, path: Path) -> None:
        self.taken: list[str] = []
        self.inbox = Inbox(path, self.taken.append)
        self.inbox.open()

    async def has(self, *lines: str) -> None:
        """Wait until exactly these lines have come since the last call."""
        await self._until(lambda: len(self.taken) >= len(lines))
        assert self.taken == list(lines)
        self.taken.clear()

    async def looked_again(self) -> None:
        """Wait until a plain file has been looked at once more."""
        before = self.inbox._poll
        await self._until(lambda: self.inbox._poll is not before)

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 -- the file system tells nobody
                await asyncio.sleep(0.005)


def test_fifo_with_writers_that_come_and_go(tmp_path: Path) -> None:
    path = tmp_path / "in"

    async def main() -> None:
        reader = Reader(path)
        assert path.is_fifo()
        for number in range(3):
            path.write_text(f"line {number}\n")
            await reader.has(f"line {number}")
        # A writer that left is no end of file, which would keep the loop busy.
        assert not select.select([reader.inbox._fifo], [], [], 0)[0]
        reader.inbox.close()
        assert path.is_fifo()
        again = Reader(path)
        path.write_text("still\n")
        await again.has("still")
        again.inbox.close()

    asyncio.run(main())


def test_file_is_followed_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text("before\n")

    async def main() -> None:
        reader = Reader(path)
        with path.open("a") as file:
            file.write("one\ntw")
            file.flush()
            await reader.has("one")
            file.write("o\n")
            file.flush()
            await reader.has("two")
        reader.inbox.close()

    asyncio.run(main())


REWRITES = {
    "the same text": ("first\n", "first\n"),
    "as long": ("first\n", "other\n"),
    "shorter": ("a longer line\n", "short\n"),
    "longer": ("short\n", "a longer line\n"),
}


@pytest.mark.parametrize(("first", "second"), REWRITES.values(), ids=REWRITES)
def test_file_that_is_written_anew(tmp_path: Path, first: str, second: str) -> None:
    path = tmp_path / "in"
    path.touch()

    async def main() -> None:
        reader = Reader(path)
        path.write_text(first)
        await reader.has(first.strip())
        path.write_text(second)
        await reader.has(second.strip())
        await reader.looked_again()
        assert reader.taken == []
        reader.inbox.close()

    asyncio.run(main())


def test_file_that_is_replaced_truncated_and_away_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.touch()

    async def main() -> None:
        reader = Reader(path)
        path.write_text("one\n")
        await reader.has("one")
        (tmp_path / "new").write_text("two\n")
        (tmp_path / "new").replace(path)
        await reader.has("two")
        os.truncate(path, 0)
        await reader.looked_again()
        with path.open("a") as file:
            file.write("three\n")
        await reader.has("three")
        path.unlink()
        await reader.looked_again()
        path.write_text("four\n")
        await reader.has("four")
        reader.inbox.close()

    asyncio.run(main())


def test_directory_is_no_inbox(tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(OSError, match="neither a FIFO nor a plain file"):
            Reader(tmp_path)

    asyncio.run(main())
