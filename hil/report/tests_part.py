"""The page's list of tests, and what unfolds of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

from hil.report.compare import Comparison
from hil.report.comparison_part import badge, bar
from hil.report.picture import bars, patch, sequence, spent
from hil.report.values import Leg, MessageTrace, Outcome, Run, TestResult, TranscriptLine, Way
from hil.report.words import count, measure_name, measured, span
from modem.markup import Markup, Piece, join, tag, text

# A soak's transcript has more lines than a browser likes; the ends are what one reads.
HEAD_LINES, TAIL_LINES = 500, 1500
_WAY_CLASS = {Way.TO_MODEM: "to", Way.FROM_MODEM: "from", Way.NOTE: "note"}
_WAY_WORDS = {Way.TO_MODEM: "to the modem", Way.FROM_MODEM: "from the modem", Way.NOTE: "note"}


@dataclass(frozen=True, slots=True)
class _Around:
    """What a test's numbers are seen beside: the former run's, and the largest of each name."""

    former: dict[str, TestResult]
    slower: frozenset[str]
    most: dict[str, float]
    longest_s: float

    @classmethod
    def of(cls, run: Run, comparison: Comparison | None) -> _Around:
        former = comparison.former.tests if comparison else ()
        most: dict[str, float] = {}
        for test in (*run.tests, *former):
            for name, value in test.measures.items():
                most[name] = max(value, most.get(name, 0.0))
        return cls(
            former={test.id: test for test in former},
            slower=frozenset(s.id for s in comparison.worse) if comparison else frozenset(),
            most=most,
            longest_s=max((test.duration_s for test in run.tests), default=0.0),
        )

    def measure(self, test: TestResult, name: str) -> float | None:
        """The former run's."""
        former = self.former.get(test.id)
        return former.measures.get(name) if former else None


def tests_part(run: Run, comparison: Comparison | None) -> Markup:
    """All tests, by their files; the failed ones stand open."""
    around = _Around.of(run, comparison)
    files: dict[str, list[TestResult]] = {}
    for test in run.tests:
        files.setdefault(test.id.partition("::")[0], []).append(test)
    groups = (_group(file, tests, around) for file, tests in files.items())
    return tag("section", tag("h2", "Tests"), _filter(run, around), *groups, class_="tests")


def _filter(run: Run, around: _Around) -> Markup:
    counts = run.counts()
    choices = {
        "all": len(run.tests),
        "failed": counts[Outcome.FAILED] + counts[Outcome.ERROR],
        "slower": len({test.id for test in run.tests} & around.slower),
        "skipped": counts[Outcome.SKIPPED],
    }
    labels = (
        tag(
            "label",
            tag(
                "input",
                type="radio",
                name="show",
                id=f"show-{word}",
                # A browser restores what was picked before a reload; the page begins with all.
                autocomplete="off",
                checked=word == "all",
                disabled=not number and word != "all",
            ),
            f"{word.capitalize()} {number}",
        )
        for word, number in choices.items()
    )
    return tag("fieldset", tag("legend", "Which tests to show"), *labels, class_="filter")


def _group(file: str, tests: list[TestResult], around: _Around) -> Markup:
    words = file.removeprefix("test_").removesuffix(".py").replace("_", " ")
    items = (_test(test, around) for test in tests)
    return tag("div", tag("h3", words[:1].upper() + words[1:]), *items, class_="group")


def _test(test: TestResult, around: _Around) -> Markup:
    slower = test.id in around.slower
    skipped = test.outcome is Outcome.SKIPPED
    classes = ["test"]
    classes += ["is-failed"] if test.outcome.bad else []
    classes += ["is-slower"] if slower else []
    classes += ["is-skipped"] if skipped else []
    return tag(
        "details",
        tag("summary", *_line(test, around, slower)),
        tag("div", *_inside(test, around), class_="inside"),
        class_=" ".join(classes),
        open=test.outcome.bad,
    )


def _line(test: TestResult, around: _Around, slower: bool) -> Iterator[Markup]:
    yield badge(test.outcome)
    name = test.id.partition("::")[2] or test.id
    reason = tag("small", test.reason, class_="why" if test.outcome.bad else None)
    yield tag(
        "span",
        test.title or name,
        tag("span", " ", tag("span", "slower", class_="badge slower")) if slower else None,
        tag("small", name, class_="id"),
        reason if test.reason else None,
        class_="title",
    )
    yield tag("span", *_key_measure(test, around), class_="figure")
    duration = tag("span", tag("span", "took"), tag("span", span(test.duration_s)), class_="row")
    former = around.former.get(test.id)
    took = bar(test.duration_s, former.duration_s if former else None, around.longest_s)
    shown = (duration, took) if test.outcome is not Outcome.SKIPPED else ()
    yield tag("span", *shown, class_="figure whole")


def _key_measure(test: TestResult, around: _Around) -> Iterator[Markup]:
    """The first time that it took; tests set the one that matters first."""
    for name, value in test.measures.items():
        if name.endswith("_s"):
            words = (tag("span", measure_name(name)), tag("span", measured(name, value)))
            yield tag("span", *words, class_="row")
            yield bar(value, around.measure(test, name), around.most[name])
            return


def _inside(test: TestResult, around: _Around) -> Iterator[Piece]:
    if test.detail:
        yield tag("h4", "Failure" if test.outcome.bad else "Details")
        yield tag("pre", test.detail, tabindex="0")
    if test.measures:
        yield _measures(test, around)
    if test.messages:
        yield _messages(test.messages)
    if test.transcript:
        yield tag("h4", "Transcript")
        yield _transcript(test.transcript)
    if not (test.detail or test.measures or test.messages or test.transcript):
        yield tag("p", test.reason or "Nothing was recorded.", class_="muted")


def _measures(test: TestResult, around: _Around) -> Markup:
    former = test.id in around.former
    heads = ("measure", "now", "then") if former else ("measure", "now")
    rows = []
    for name, value in test.measures.items():
        then = around.measure(test, name)
        cells = [tag("td", measure_name(name)), tag("td", measured(name, value), class_="number")]
        if former:
            words = "-" if then is None else measured(name, then)
            cells.append(tag("td", words, class_="number"))
        graph = bar(value, then, around.most[name]) if name.endswith("_s") else None
        rows.append(tag("tr", *cells, tag("td", graph, class_="graph")))
    head = tag("tr", *(tag("th", word, scope="col") for word in heads), tag("td"))
    return join((tag("h4", "Measures"), tag("table", head, *rows, class_="measures")))


def _messages(messages: tuple[MessageTrace, ...]) -> Markup:
    title = tag("h4", "The message's way" if len(messages) == 1 else "The messages' ways")
    if len(messages) == 1:
        return join((title, _one(messages[0])))
    overview = tag("figure", bars(messages), tabindex="0")
    words = f"{count(len(messages), 'message')} one by one"
    singles = tag("details", tag("summary", words), *map(_one, messages), class_="more")
    return join((title, _legend(messages), overview, singles))


def _one(message: MessageTrace) -> Markup:
    caption = tag("figcaption", message.label)
    to_scale = bars((replace(message, label="to scale"),))
    return tag("figure", caption, _legend((message,)), to_scale, sequence(message), tabindex="0")


def _legend(messages: tuple[MessageTrace, ...]) -> Markup:
    """How long in which leg; of several messages, the median."""
    spans: dict[Leg, list[float]] = {}
    for message in messages:
        for leg, spent_s in spent(message).items():
            spans.setdefault(leg, []).append(spent_s)
    several = " (median)" if len(messages) > 1 else ""
    items = (
        tag("li", patch(leg), f"{leg.value} {span(median(spans[leg]))}{several}")
        for leg in Leg
        if leg in spans
    )
    return tag("ul", *items, class_="legend")


def _transcript(lines: tuple[TranscriptLine, ...]) -> Markup:
    shown: list[Markup] = [_said(line) for line in lines[: HEAD_LINES + TAIL_LINES]]
    left_out = len(lines) - HEAD_LINES - TAIL_LINES
    if left_out > 0:
        words = f"{count(left_out, 'line')} left out here; results.json has them"
        shown = [_said(line) for line in lines[:HEAD_LINES]]
        shown.append(_row("", "", tag("span", words, class_="say note")))
        shown += [_said(line) for line in lines[-TAIL_LINES:]]
    return tag("ol", *shown, class_="transcript", tabindex="0", aria_label="Transcript")


def _said(line: TranscriptLine) -> Markup:
    kind = _WAY_CLASS[line.way]
    way = tag("span", line.way.value, class_=kind, title=_WAY_WORDS[line.way])
    said = tag("span", text(line.text), class_="say note" if line.way is Way.NOTE else "say")
    return _row(f"{line.at_s:.3f}", way, said)


def _row(at: str, way: Piece, said: Markup) -> Markup:
    return tag("li", tag("span", at, class_="at"), tag("span", way), said)
