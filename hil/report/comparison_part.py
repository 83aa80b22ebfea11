"""The page's part about the former run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC

from hil.report.compare import Comparison, OutcomeChange, Shift
from hil.report.values import Outcome
from hil.report.words import count, measure_name, measured
from modem.markup import Markup, Piece, join, tag


def comparison_part(comparison: Comparison | None) -> Markup:
    """What changed since then, or that there is nothing to compare with."""
    if comparison is None:
        words = tag("p", "This is the first run on this bench; there is none to compare with.")
        return _section("Compared with the former run", words)
    former = comparison.former
    when = f"{former.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    # The directories of a bench's runs stand side by side.
    link = tag("a", f"the run of {when}", href=f"../{former.name}/report.html")
    if comparison.nothing:
        return _section("Compared with the former run", tag("p", "All is as in ", link, "."))
    return _section(
        "Compared with the former run",
        tag("p", "This is what is different from ", link, ".", class_="muted"),
        *_facts(comparison),
        *_outcomes("Changed", comparison.changed),
        *_shifts("Became slower or weaker", comparison.worse),
        *_shifts("Became faster or stronger", comparison.better),
        *_skips(comparison),
        *_names("New tests", comparison.new),
        *_names("Tests that are gone", comparison.vanished),
    )


def bar(value: float, former: float | None, most: float) -> Markup:
    """A value as a bar; where it ended in the former run is a tick across."""

    def at(number: float) -> str:
        return f"{min(max(number / most, 0.0), 1.0) * 98 + 1 if most > 0 else 1:.1f}%"

    tick = None
    if former is not None:
        tick = tag("rect", class_="former", x=at(former), width=3, height=12)
    return tag(
        "svg",
        tag("rect", class_="track", y=3, width="100%", height=6, rx=2),
        tag("rect", class_="value", y=3, width=at(value), height=6, rx=2),
        tick,
        class_="bar",
        aria_hidden="true",
    )


def _section(title: str, *pieces: Piece) -> Markup:
    return tag("section", tag("h2", title), tag("div", *pieces, class_="card"))


def _facts(comparison: Comparison) -> Iterator[Markup]:
    if comparison.facts:
        rows = ((fact.name, fact.was, fact.now) for fact in comparison.facts)
        yield _table("About the bench", ("", "then", "now"), rows)


def _outcomes(title: str, changes: tuple[OutcomeChange, ...]) -> Iterator[Markup]:
    if changes:
        rows = ((c.id, badge(c.was), badge(c.now), c.reason) for c in changes)
        yield _table(title, ("test", "then", "now", "reason"), rows)


def _shifts(title: str, shifts: tuple[Shift, ...]) -> Iterator[Markup]:
    if not shifts:
        return
    rows = (
        (
            shift.id,
            measure_name(shift.name),
            measured(shift.name, shift.was),
            measured(shift.name, shift.now),
            _compared(shift),
        )
        for shift in shifts
    )
    table = _table(title, ("test", "what", "then", "now", ""), rows)
    yield tag("div", table, class_="worse" if shifts[0].worse else None)


def _compared(shift: Shift) -> Piece:
    if not shift.name.endswith("_s"):
        return None
    return bar(shift.now, shift.was, max(shift.now, shift.was))


def _skips(comparison: Comparison) -> Iterator[Markup]:
    """By reason: where the bench broke, thirty tests are skipped for one."""
    reasons: dict[str, list[str]] = {}
    for change in comparison.skips_came:
        reasons.setdefault(change.reason, []).append(change.id)
    if reasons:
        yield tag("h4", "Skipped now, ran then")
        for reason, names in reasons.items():
            yield _fold(f"{count(len(names), 'test')}: {reason}", names)
    yield from _outcomes("Ran now, skipped then", comparison.skips_went)


def _names(title: str, names: tuple[str, ...]) -> Iterator[Markup]:
    if names:
        yield tag("h4", title)
        yield _fold(count(len(names), "test"), names)


def _fold(words: str, names: Iterable[str]) -> Markup:
    items = tag("ul", *(tag("li", name) for name in names))
    return tag("details", tag("summary", words), items, class_="more")


def badge(outcome: Outcome) -> Markup:
    """An outcome as a word on its colour."""
    return tag("span", outcome.value, class_=f"badge {outcome.value}")


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[Piece]]) -> Markup:
    head = tag("tr", *(tag("th", word, scope="col") for word in heads))
    body = (tag("tr", *(_cell(cell) for cell in row)) for row in rows)
    table = tag("table", tag("thead", head), tag("tbody", *body), class_="compared")
    box = tag("div", table, class_="wide", tabindex="0", role="region", aria_label=title)
    return join((tag("h4", title), box))


def _cell(cell: Piece) -> Markup:
    graph = isinstance(cell, Markup) and cell.html.startswith("<svg")
    return tag("td", cell, class_="graph" if graph else None)
