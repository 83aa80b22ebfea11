"""The report of a run: one HTML file that asks nothing of a network and runs no script.

Filtering and folding are HTML's own (radio buttons, `details`), so the page's policy forbids
every script: even text that slipped through the escaping could do nothing.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC
from hashlib import sha256
from pathlib import Path

from hil.report.compare import Comparison
from hil.report.comparison_part import comparison_part
from hil.report.tests_part import tests_part
from hil.report.values import Outcome, Run
from hil.report.words import modem_words, network_words, sms_parts, span, verdict
from modem.markup import Markup, join, tag

PAGE = "report.html"
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def page(run: Run, comparison: Comparison | None) -> str:
    """The whole file; `comparison` is None where there is no former run."""
    title = f"{run.bench}, {run.started.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return (
        "<!doctype html>\n"
        + tag(
            "html",
            _head(f"{_flag(run)} {title}"),
            tag(
                "body",
                _header(run, title),
                tag("main", comparison_part(comparison), tests_part(run, comparison)),
                tag("footer", f"modem-helper {run.program}, Python {run.python}, on {run.host}"),
            ),
            lang="en",
        ).html
    )


def _head(title: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # Without one a browser asks the server for it.
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(_STYLE)),
    )


def _flag(run: Run) -> str:
    return "✓" if run.passed else "✗"


def _header(run: Run, title: str) -> Markup:
    mood = "good" if run.passed else "bad"
    return tag(
        "header",
        tag("h1", title),
        tag("p", verdict(run), class_=f"verdict {mood}"),
        _counts(run),
        tag("dl", *_facts(run), class_="facts card"),
        _missing(run),
    )


def _counts(run: Run) -> Markup:
    counts = run.counts()
    moods = {Outcome.PASSED: " good", Outcome.FAILED: " bad", Outcome.ERROR: " bad"}
    tiles = (
        tag(
            "div",
            tag("dt", outcome.value),
            tag("dd", str(counts[outcome])),
            class_="card" + (moods.get(outcome, "") if counts[outcome] else ""),
        )
        for outcome in Outcome
    )
    return tag("dl", *tiles, class_="counts")


def _facts(run: Run) -> Iterable[Markup]:
    modem = modem_words(run)
    firmware = run.modem.get("revision") or "unknown firmware"
    profile = run.modem.get("profile")
    about = firmware + (f", profile {profile}" if profile else "")
    yield _fact("Bench", run.bench, "simulated" if run.simulated else "real hardware")
    yield _fact("Modem", modem, about)
    yield _fact("Network", network_words(run))
    yield _fact("Time", f"{run.started:%Y-%m-%d %H:%M:%S %Z}", f"took {span(run.duration_s)}")
    yield _fact("Program", f"modem-helper {run.program}", f"Python {run.python}, {run.host}")
    yield _fact("SMS", f"{run.sms_spent} of {run.sms_budget}", sms_parts(run), _budget(run))


def _fact(name: str, value: str, more: str = "", graph: Markup | None = None) -> Markup:
    return tag("div", tag("dt", name), tag("dd", value, tag("div", more, class_="muted"), graph))


def _budget(run: Run) -> Markup:
    share = min(run.sms_spent / run.sms_budget, 1.0) if run.sms_budget else 1.0
    return tag(
        "svg",
        tag("rect", class_="track", width="100%", height="100%", rx=4),
        tag("rect", class_="value", width=f"{share * 100:.1f}%", height="100%", rx=4),
        class_="budget",
        aria_hidden="true",
    )


def _missing(run: Run) -> Markup | None:
    if not run.missing:
        return None
    items = (tag("li", why) for why in run.missing.values())
    return join((tag("h2", "Missing on this bench"), tag("ul", *items, class_="missing card")))
