"""A session as an HTML page: a sequence diagram, host at the left and modem at the right.

One file that asks nothing of a network and runs no script; the page's policy forbids all but its
own stylesheet, so that even a text that slipped through the escaping could do nothing. Time goes
down; silences are drawn short, in four steps, and written out.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from modem.markup import Markup, join, tag
from modem.transcript.reading import Entry, Kind, entries
from modem.transcript.values import Step
from modem.transcript.view import span, told

# A silence from so many seconds on is drawn, and drawn longer from each of the others on.
_GAPS_S = (0.3, 2.0, 10.0, 60.0)
_STYLE_FILE = "page.css"
_LABELS = {
    Kind.URC: "unasked",
    Kind.NOISE: "belongs to nothing",
    Kind.NOTE: "note",
    Kind.PAYLOAD: "payload",
}


def page(headers: Sequence[tuple[str, str]], steps: Iterable[Step]) -> str:
    """The whole file."""
    style = Path(__file__).with_name(_STYLE_FILE).read_text(encoding="utf-8")
    said = list(entries(steps))
    title = next((value for key, value in headers if key == "name"), "") or "A session"
    body = tag("body", _header(title, headers, said), tag("main", _diagram(said)))
    return "<!doctype html>\n" + tag("html", _head(title, style), body, lang="en").html + "\n"


def _head(title: str, style: str) -> Markup:
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # Without one a browser asks the server for it.
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(style)),
    )


def _header(title: str, headers: Sequence[tuple[str, str]], said: Sequence[Entry]) -> Markup:
    facts = [(key, value) for key, value in headers if key != "name" and value]
    return tag(
        "header",
        tag("h1", title),
        tag("p", _summary(said), class_="summary"),
        tag("dl", *(join((tag("dt", key), tag("dd", value))) for key, value in facts))
        if facts
        else None,
    )


def _summary(said: Sequence[Entry]) -> str:
    """Such as `3 commands, 1 refused, 1 URC, in 4.9 s`."""
    if not said:
        return "Nothing was said."
    refused = sum(_is_refused(entry) for entry in said)
    counts = [
        _counted(sum(entry.kind is Kind.COMMAND for entry in said), "command"),
        f"{refused} refused" if refused else "",
        _counted(sum(entry.kind is Kind.SILENCE for entry in said), "without an answer", ""),
        _counted(sum(entry.kind is Kind.URC for entry in said), "URC"),
    ]
    whole = f"in {span(said[-1].at_s - said[0].at_s)}"
    return ", ".join(filter(None, (*counts, whole)))


def _counted(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else plural}" if number else ""


def _is_refused(entry: Entry) -> bool:
    return entry.final is not None and not entry.final.startswith(("OK", "CONNECT"))


def _diagram(said: Sequence[Entry]) -> Markup:
    ends = tag(
        "div",
        tag("span", "", class_="time"),
        tag("div", tag("b", "host"), tag("b", "modem"), class_="lane ends"),
        class_="row head",
    )
    return tag("div", ends, *_rows(said), class_="diagram")


def _rows(said: Sequence[Entry]) -> Iterator[Markup]:
    before_s: float | None = None
    for entry in said:
        if before_s is not None:
            yield from _gap(entry.at_s - before_s)
        before_s = entry.at_s
        yield _row(entry)


def _gap(silence_s: float) -> Iterator[Markup]:
    size = sum(silence_s >= least_s for least_s in _GAPS_S)
    if size:
        lane = tag("div", tag("span", span(silence_s)), class_="lane")
        yield tag("div", tag("span", "", class_="time"), lane, class_=f"row gap gap-{size}")


def _row(entry: Entry) -> Markup:
    kinds = [entry.kind.value, "out" if entry.from_host else "in"]
    if _is_refused(entry):
        kinds.append("refused")
    label = _LABELS.get(entry.kind)
    if entry.kind is Kind.NOISE and entry.why:
        label = entry.why
    words = [
        tag("small", label) if label else None,
        *(tag("code", line) for line in told(entry)),
        _final(entry),
    ]
    lane = tag("div", tag("div", *words, class_="said"), class_="lane")
    meaning = tag("div", "\n".join(entry.explained), class_="meaning") if entry.explained else None
    time = tag("span", f"{entry.at_s:.3f}", class_="time")
    return tag("div", time, lane, meaning, class_=" ".join(["row", *kinds]))


def _final(entry: Entry) -> Markup | None:
    if entry.final is None:
        return None
    took = tag("small", span(entry.took_s)) if entry.took_s else None
    return tag("code", tag("b", entry.final), took)
