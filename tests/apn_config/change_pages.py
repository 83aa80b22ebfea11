"""docs/apn-change.md and its picture, drawn from the table of states.

    python -m tests.apn_config.change_pages

writes both; a test holds that they are what the table says. Where the boxes stand is below: a state
without a place, or a row without a line, is an error.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

from apn_config import transaction
from apn_config.transaction import RESUME, TABLE, Event, Kind, Row, State

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE, PICTURE = DOCS / "apn-change.md", DOCS / "apn-change.svg"
WIDTH, HEIGHT = 1280, 660
BOX_W, BOX_H = 136, 44


@dataclass(frozen=True, slots=True)
class Box:
    """A state's place: its middle, and its width."""

    x: int
    y: int
    width: int = BOX_W


BOXES = {
    State.APPLYING: Box(90, 150),
    State.VERIFYING: Box(300, 150),
    State.REAPPLYING: Box(440, 270),
    State.REVERIFYING: Box(650, 270),
    State.PROVING: Box(770, 150),
    State.TRIAL: Box(990, 150),
    State.COMMITTED: Box(1180, 150),
    State.ROLLING_BACK: Box(530, 400, 1020),
    State.ROLLED_BACK: Box(140, 510),
    State.LAST_GOOD: Box(420, 510),
    State.DEFAULT: Box(690, 510),
    State.GIVING_UP: Box(960, 510),
    State.RESCUED: Box(555, 620),
    State.FAILED: Box(960, 620),
}
COLOURS = {
    State.COMMITTED: "#cdeccd",
    State.ROLLED_BACK: "#e4efd0",
    State.RESCUED: "#fbe8b8",
    State.FAILED: "#f6cfcb",
}
# How high above the boxes a line goes that would cross one.
ARCS = {
    (State.PROVING, State.COMMITTED): 95,
    (State.VERIFYING, State.TRIAL): 60,
    (State.VERIFYING, State.COMMITTED): 22,
}


def picture() -> str:
    """The table as SVG: a box a state, a line from state to state with the events on it."""
    lines: dict[tuple[State, State], list[Row]] = {}
    for row in TABLE:
        lines.setdefault((row.state, row.next), []).append(row)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8"'
        ' markerHeight="8" orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="#444"/></marker>'
        "</defs>",
    ]
    parts += [_line(start, end, rows) for (start, end), rows in lines.items()]
    parts += [_box(state) for state in State]
    parts.append(
        '<text x="20" y="30" fill="#555">dashed: where no SMS answers, or on trial only</text>'
    )
    return "\n".join([*parts, "</svg>", ""])


def _box(state: State) -> str:
    box = BOXES[state]
    colour = COLOURS.get(state, "#e3ebf6")
    round_ = 20 if state.final else 5
    left, top = box.x - box.width // 2, box.y - BOX_H // 2
    return (
        f'<rect x="{left}" y="{top}" width="{box.width}" height="{BOX_H}" rx="{round_}"'
        f' fill="{colour}" stroke="#456"/>'
        f'<text x="{box.x}" y="{box.y + 5}" text-anchor="middle" font-size="14">'
        f"{escape(state.value)}</text>"
    )


def _line(start: State, end: State, rows: list[Row]) -> str:
    """One line for all rows between two states."""
    everyone = any(Kind.ANSWERED in row.kinds for row in rows)
    dash = "" if everyone else ' stroke-dasharray="5 4"'
    style = f'fill="none" stroke="#444" marker-end="url(#tip)"{dash}'
    events = [row.event.value for row in rows]
    arc = ARCS.get((start, end))
    if arc is not None:
        return _arc(BOXES[start], BOXES[end], arc, style, events)
    x1, y1, x2, y2 = _ends(BOXES[start], BOXES[end])
    path = f'<path d="M{x1},{y1} L{x2},{y2}" {style}/>'
    if abs(x2 - x1) < 7 * len(events[0]) and y1 == y2:
        # Too long for the gap: in two lines, at its last hyphen.
        events = [part for event in events for part in event.rsplit("-", 1)]
    return path + _label((x1 + x2) // 2, (y1 + y2) // 2, events)


def _ends(start: Box, end: Box) -> tuple[int, int, int, int]:
    """Where a straight line leaves one box and reaches another."""
    if start.y == end.y:
        side = 1 if end.x > start.x else -1
        return start.x + side * start.width // 2, start.y, end.x - side * end.width // 2, end.y
    down = 1 if end.y > start.y else -1
    x1 = end.x if start.width > BOX_W else start.x
    x2 = start.x if end.width > BOX_W else end.x
    if start.width == end.width == BOX_W and start.x != end.x:
        x2 = end.x - (28 if end.x > start.x else -28)
        x1 = start.x + (28 if end.x > start.x else -28)
    return x1, start.y + down * BOX_H // 2, x2, end.y - down * BOX_H // 2


def _arc(start: Box, end: Box, height: int, style: str, events: list[str]) -> str:
    top = start.y - BOX_H // 2
    x1, x2 = start.x + 20, end.x - 40 + (height // 4)
    return (
        f'<path d="M{x1},{top} C{x1},{height - 20} {x2},{height - 20} {x2},{top}" {style}/>'
        + _label((x1 + x2) // 2, (top + 3 * (height - 20)) // 4 + 2, events)
    )


def _label(x: int, y: int, events: list[str]) -> str:
    """The events, one below the other, on a white ground."""
    first = y - 7 * (len(events) - 1) + 4
    spans = "".join(
        f'<tspan x="{x}" y="{first + 14 * number}">{escape(event)}</tspan>'
        for number, event in enumerate(events)
    )
    return (
        f'<text text-anchor="middle" fill="#222" stroke="white" stroke-width="5"'
        f' paint-order="stroke">{spans}</text>'
    )


def meanings() -> dict[str, dict[str, str]]:
    """What stands below each member of the enums, from the source: class, member, text."""
    tree = ast.parse(Path(transaction.__file__).read_text())
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        members = found.setdefault(node.name, {})
        for before, after in zip(node.body, node.body[1:], strict=False):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(before, ast.Assign) and isinstance(text, ast.Constant):
                name = before.targets[0]
                assert isinstance(name, ast.Name)
                members[name.id] = " ".join(str(text.value).split())
    return found


def tables() -> str:
    """States, events and rows, as tables."""
    told = meanings()
    lines = ["| state | what it means | what is done in it |", "| --- | --- | --- |"]
    for state in State:
        action = RESUME.get(state)
        done = "" if action is None else told["Action"][action.name]
        lines.append(f"| **{state.value}** | {told['State'][state.name]} | {done} |")
    lines += ["", "| in | ends in | then | written with it | of which changes |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for row in TABLE:
        duties = ", ".join(duty.value for duty in row.duties)
        kinds = "all" if len(row.kinds) == len(Kind) else ", ".join(k.value for k in row.kinds)
        cells = (row.state.value, row.event.value, f"**{row.next.value}**", duties, kinds)
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| event | what happened |", "| --- | --- |"]
    lines += [f"| {event.value} | {told['Event'][event.name]} |" for event in Event]
    return "\n".join(lines)


BEGIN, END = "<!-- from the table of states -->", "<!-- end -->"


def page(present: str) -> str:
    """The page, with what comes from the table put in its place."""
    head, _, rest = present.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables()}\n\n{END}{tail}"


def main() -> None:
    """Write both."""
    PICTURE.write_text(picture())
    PAGE.write_text(page(PAGE.read_text()))
    sys.stdout.write(f"{PAGE} {PICTURE}\n")


if __name__ == "__main__":
    main()
