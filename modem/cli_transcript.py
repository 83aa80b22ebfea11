"""The command `transcript`: recordings shown, replayed as a modem, and masked."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

from modem.transcript.errors import TranscriptError
from modem.transcript.format import MAX_LINE, Header, Rest, Writer, header_line, read_lines
from modem.transcript.values import Note, Step, Transcript

if TYPE_CHECKING:
    from modem.transcript.reading import Entry
    from modem.transcript.replay import Replay

# Days of traffic; a page of that would be no help either.
MAX_BYTES = 1 << 30

_FILE = click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
_OUTPUT = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.group(epilog="Example: modem-helper transcript show session.txt")
def transcript() -> None:
    """Show recordings of a modem's traffic, replay them as a modem, or mask them."""


class _Session:
    """A file being read: the headers, and the steps behind them as they are asked for."""

    def __init__(self, file: Path) -> None:
        self.headers: list[tuple[str, str]] = []
        self._items = self._read(file)
        self._first: Step | Rest | None = None
        for item in self._items:
            if not isinstance(item, Header):
                self._first = item
                break
            self.headers.append((item.key, item.value))

    def steps(self) -> Iterator[Step]:
        """The steps, and where it is quiet at the end a note when that is over."""
        at_s = 0.0
        for item in self._rest():
            if isinstance(item, Rest):
                yield Note(at_s + item.rest_s, "the session ends")
            elif isinstance(item, Header):
                self.headers.append((item.key, item.value))
            else:
                at_s = item.at_s
                yield item

    def whole(self) -> Transcript:
        """All of it."""
        steps: list[Step] = []
        rest_s = 0.0
        for item in self._rest():
            if isinstance(item, Rest):
                rest_s = item.rest_s
            elif not isinstance(item, Header):
                steps.append(item)
        return Transcript(tuple(self.headers), tuple(steps), rest_s)

    def _rest(self) -> Iterator[Header | Step | Rest]:
        if self._first is not None:
            yield self._first
        yield from self._items

    @staticmethod
    def _read(file: Path) -> Iterator[Header | Step | Rest]:
        is_stdin = str(file) == "-"
        if not is_stdin and file.stat().st_size > MAX_BYTES:
            raise TranscriptError(f"{file}: longer than {MAX_BYTES} bytes")
        with click.open_file(str(file), encoding="utf-8", errors="replace") as text:
            # No more of a line is read than one may have.
            lines = iter(lambda: text.readline(MAX_LINE + 1), "")
            yield from read_lines(lines, "stdin" if is_stdin else str(file))


@transcript.command(short_help="Show a recording, decoded and timed.")
@_FILE
@click.option("--raw", is_flag=True, help="Show each read and write as it was.")
@click.option("--html", type=_OUTPUT, metavar="OUT", help="Write a sequence diagram instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def show(file: Path, raw: bool, html: Path | None, as_json: bool) -> None:
    """Show a recording, decoded and timed; FILE may be - for stdin.

    > is the host, < the modem's answer, ! what it says unasked, ? what belongs to nothing. Behind |
    stands what it means. PINs and passwords are left out, but for --raw.

    \b
    Examples:
      modem-helper transcript show session.txt
      modem-helper transcript show session.txt --html session.html
    """
    if sum((raw, html is not None, as_json)) > 1:
        raise click.UsageError("give one of --raw, --html and --json")
    session = _Session(file)
    if html is not None:
        from modem.transcript.page import page

        with _written(html, file, session) as out:
            out.write(page(session.headers, session.steps()))
    elif as_json:
        click.echo(json.dumps(_as_json(session)))
    else:
        from modem.transcript.view import raw_lines, text_lines

        for line in (raw_lines if raw else text_lines)(session.steps()):
            click.echo(line)


def _as_json(session: _Session) -> dict[str, object]:
    from modem.transcript.reading import entries

    said = [_entry(entry) for entry in entries(session.steps())]
    headers = [{"key": key, "value": value} for key, value in session.headers]
    return {"headers": headers, "entries": said}


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "at_s": entry.at_s,
        "kind": entry.kind.value,
        "lines": list(entry.lines),
        "final": entry.final,
        "took_s": None if entry.took_s is None else round(entry.took_s, 6),
        "why": entry.why,
        "explained": list(entry.explained),
    }


@transcript.command(short_help="Play a recording as a modem.")
@_FILE
@click.option(
    "--link",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Name of a link to the pty.",
)
@click.option("--tcp", metavar="HOST:PORT", help="Play on a TCP port instead; 0 is any free one.")
@click.option("--strict", is_flag=True, help="The host has to say exactly what was recorded.")
@click.option(
    "--time-scale",
    type=click.FloatRange(0.001, 100_000),
    default=1.0,
    show_default=True,
    help="Play so many times as fast.",
)
@click.option("--once", is_flag=True, help="End when all was played and the program has left.")
def replay(
    file: Path, link: Path | None, tcp: str | None, strict: bool, time_scale: float, once: bool
) -> None:
    """Play a recording as a modem, on a pty or a TCP port whose name is printed.

    It begins when a program opens the port. Without --strict each command is answered as it was,
    in any order; one that is not in the recording is an ERROR. With --strict the first difference
    ends it, exit code 1.

    \b
    Examples:
      modem-helper transcript replay session.txt --link /tmp/modem0
      modem-helper transcript replay session.txt --tcp 127.0.0.1:7000 --strict --once
    """
    from modem.ending import run_until_told
    from modem.transcript.replay import TolerantReplay, replay_of

    if link is not None and tcp is not None:
        raise click.UsageError("give --link or --tcp")
    address = None if tcp is None else _address(tcp)
    session = _Session(file).whole()
    made: list[Replay] = []

    def make() -> Replay:
        made.append(replay_of(session, strict=strict, time_scale=time_scale))
        return made[-1]

    run_until_told(_play(make, link, address, once=once))
    unknown = [line for each in made if isinstance(each, TolerantReplay) for line in each.unknown]
    for line in dict.fromkeys(unknown):
        click.echo(f"Not in the recording: {line.decode('latin-1')!a}", err=True)


async def _play(
    make: Callable[[], Replay], link: Path | None, address: tuple[str, int] | None, *, once: bool
) -> None:
    from modem.transcript.stage import Stage, play_on_pty, play_on_tcp

    stage = Stage(make, once=once)
    if address is None:
        await play_on_pty(stage, link, _ready)
    else:
        await play_on_tcp(stage, *address, _ready)


def _ready(name: str) -> None:
    click.echo(name)
    click.echo("The modem of the recording is there; Ctrl-C ends it.", err=True)


def _address(text: str) -> tuple[str, int]:
    host, _, number = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not number.isdecimal() or int(number) > 65535:
        raise click.BadParameter(f"{text!r} is not HOST:PORT, such as 127.0.0.1:7000")
    return host, int(number)


@transcript.command(short_help="Mask numbers, PINs and texts in a recording.")
@_FILE
@click.option("--output", "-o", type=_OUTPUT, default="-", help="The file to write.")
def mask(file: Path, output: Path) -> None:
    """Mask numbers, IMSI, ICCID, PINs, passwords and texts in a recording that has them.

    Everything keeps its place and its length. Read it before you give it away, all the same: a
    vendor's command that nobody knows may show something in its own way.

    \b
    Example:
      modem-helper transcript mask session.txt -o masked.txt
    """
    session = _Session(file)
    lines = _masked(session)
    with _written(output, file) as out:
        out.writelines(f"{line}\n" for line in lines)


def _masked(session: _Session) -> Iterator[str]:
    from modem.transcript.masking import Masker

    masker, writer = Masker(), Writer()
    for key, value in session.headers:
        if key != "masked":
            yield header_line(key, masker.words(value))
    yield header_line("masked", "yes")
    yield ""
    for step in session.steps():
        yield from _lines(writer, masker.feed(step))
    yield from _lines(writer, masker.flush())


def _lines(writer: Writer, steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        yield from writer.lines(step)


@contextmanager
def _written(path: Path, source: Path, session: _Session | None = None) -> Iterator[TextIO]:
    """A file for what is made of `source`; what is there stays until the new one is whole.

    It keeps its mode; a new one with a session that isn't said to be masked is for its owner alone.
    """
    stdout = str(path) in ("-", "/dev/stdout")
    if stdout or (path.exists() and not path.is_file()):
        with click.open_file("-" if stdout else str(path), "w", encoding="utf-8") as stream:
            yield cast("TextIO", stream)
        return
    if path.exists() and str(source) != "-" and path.samefile(source):
        raise TranscriptError(f"{path}: is what is being read; choose another name")
    private = session is not None and ("masked", "yes") not in session.headers
    path = path.resolve()
    mode = path.stat().st_mode if path.exists() else 0o600 if private else 0o644
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.touch(0o600, exist_ok=False)
        draft.chmod(stat.S_IMODE(mode))
        with draft.open("w", encoding="utf-8") as out:
            yield out
        draft.replace(path)
    except OSError as error:
        raise TranscriptError(f"{path}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
