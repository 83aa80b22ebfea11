"""The page docs/attacks.md, made from the corpus."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.apn_config.attacks.corpus import Check, Point, Row, Securing, Sent, load
from tests.apn_config.attacks.switches import SWITCHES
from tests.apn_config.attacks.worlds import DEVICE, OMACP_PIN, OPERATOR, UP_S, WORLDS

PATH = Path(__file__).parents[3] / "docs" / "attacks.md"
_DAY_S, _HOUR_S = 86400, 3600

_PAGE = """# Attacks

What people who mean harm may send to a device, and which check stops it: {rows} messages in
{dialects} dialects, by {checks} checks. Each goes as a PDU through the daemon's own intake, with a
store on disk; what is let in to be stopped later goes through its executor. Then no command is
left, nobody has an answer who may not have one, and the journal says why (where it is the log or
the inbox instead, that is said). With its check switched off the same message comes through, so it
is this check that stops it; where another one stops it as well, it comes through with both off, and
with neither off alone.

The corpus is `tests/apn_config/attacks/corpus.toml`, the switches are in `switches.py` beside it;
the product has none. Add a row there if you have thought of an attack.

## The checks

{checks_table}

## The attacks

Unless something else is said, a message is from 12345, the device has been up for
hours, and nothing came before. Blanks and letters that nobody sees are shown as `\\x00` and
`\\u202e`. A signed text stands here as it is sent.

{attacks}

The page is made by `python -m tests.apn_config.attacks.page --markdown > docs/attacks.md` and held
by `tests/apn_config/attacks/test_corpus.py`.
"""


def markdown() -> str:
    """The page."""
    checks = load()
    rows = [row for check in checks for row in check.rows]
    return _PAGE.format(
        rows=len(rows),
        dialects=len({name for row in rows for name in row.dialect.split("+")}),
        checks=len(checks),
        checks_table=_table(
            ("check", "what it is for", "where", "rows", "dialects"),
            (_check_cells(check) for check in checks),
        ),
        attacks="\n\n".join(map(_section, checks)),
    )


def _check_cells(check: Check) -> Sequence[str]:
    dialects = {name for row in check.rows for name in row.dialect.split("+")}
    where = f"`{SWITCHES[check.name].where}`"
    return (_link(check.name), check.about, where, str(len(check.rows)), str(len(dialects)))


def _link(name: str) -> str:
    anchor = "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c == "-")
    return f"[{name}](#{anchor})"


def _section(check: Check) -> str:
    usual = Counter(row.world for row in check.rows).most_common(1)[0][0]
    cells = (
        (row.dialect, row.verb, _sent(row.sent), _beside(row, usual), row.why) for row in check.rows
    )
    table = _table(("dialect", "verb", "what comes", "beside", "why not"), cells)
    return f"### {check.name}\n\n{check.about} {WORLDS[usual].about}\n\n{table}"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sent(sent: Sent) -> str:
    """A message for people."""
    if sent.text is None:
        return _document(sent)
    text = sent.text if sent.sign is None else str(sent.content())
    return _code(text)


def _document(sent: Sent) -> str:
    if sent.data is not None:
        return _code(sent.data)
    points = (Point(sent.apn),) if sent.apn is not None else sent.points
    words = [_point(point) for point in points]
    words += [f"{app_id} uses {napid}" for app_id, napid in sent.apps]
    return f"{', '.join(words)}; {_security(sent.sec)}"


def _point(point: Point) -> str:
    words = [_code(point.apn)]
    if point.kind != "APN":
        words.append(f"as {point.kind or 'nothing'}")
    if point.internet:
        words.append("for the internet")
    if point.auth is not None:
        words.append(_code(" ".join(point.auth)))
    return " ".join(words)


def _security(sec: Securing) -> str:
    words = [sec.kind]
    if sec.pin != OMACP_PIN:
        words.append("by another PIN")
    if sec.imsi != DEVICE.imsi:
        words.append("by another IMSI")
    if sec.of is not None:
        words.append("of another document")
    if not sec.port:
        words.append("without a port")
    return " ".join(words)


def _beside(row: Row, usual: str) -> str:
    """What else belongs to an attack, where `usual` is the world of most in its table."""
    words = [] if row.world == usual else [_lower(WORLDS[row.world].about)]
    if row.sent.sender != OPERATOR:
        words.append(f"from {_code(row.sent.sender)}" if row.sent.sender else "from nobody")
    if row.sent.sign is not None and row.sent.sign.iccid != DEVICE.iccid:
        words.append("for another card")
    if row.sent.sign is not None and row.sent.sign.domain == "answer":
        words.append("signed as an answer")
    if row.store == "lost":
        words.append("the store was lost")
    if row.up_s is not None and row.up_s != UP_S:
        words.append(f"{row.up_s:g} s after the boot")
    words += map(_earlier, row.before)
    if row.sent.scts_s:
        words.append(f"its time is {_span(-row.sent.scts_s)} ago")
    if row.wait_s:
        words.append(f"{_span(row.wait_s)} later")
    if row.later is not None:
        words.append(f"by then: {_lower(WORLDS[row.later].about)}")
    if row.also:
        words.append(f"also stopped by: {', '.join(row.also)}")
    return "; ".join(words)


def _lower(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:].rstrip('.')}"


def _earlier(sent: Sent) -> str:
    times = f"{sent.times} times " if sent.times > 1 else ""
    senders = f" from each of {sent.senders} senders" if sent.senders > 1 else ""
    return f"after {times}{_sent(sent)}{senders}"


def _span(seconds: float) -> str:
    for name, unit in (("d", _DAY_S), ("h", _HOUR_S), ("min", 60)):
        if seconds >= unit and not seconds % unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"


def _code(text: str) -> str:
    """As it is typed, in a cell of a table."""
    shown = "".join(c if " " <= c <= "~" else _escape(c) for c in text).replace("|", "\\|")
    if "`" in shown:
        return f"`` {shown} ``"
    return f"`{shown}`" if shown.strip() else "nothing"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.apn_config.attacks.page")
    parser.add_argument("--markdown", action="store_true", required=True, help="print the page")
    parser.parse_args()
    sys.stdout.write(markdown())


if __name__ == "__main__":
    main()
