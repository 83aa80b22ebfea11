"""The daemon's numbers as Prometheus metrics. The only file that knows prometheus_client.

Labels have few values and all of them are ours: nothing of an SMS, a number or a network's name is
one. What a counter counts begins with the daemon, but for `messages_received`, which the store
numbers; Prometheus understands a counter that begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    generate_latest,
    start_http_server,
    write_to_textfile,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from apn_config.control import Json

PREFIX = "modem_helper_"
REGISTRATIONS = ("home", "roaming", "none")
PHASES = ("opening", "initialising", "ready", "waiting")
_SIGNAL = {
    "rssi_dbm": ("signal_rssi_dbm", "Received signal strength (+CSQ)."),
    "rsrp_dbm": ("signal_rsrp_dbm", "Reference signal received power of LTE (+CESQ)."),
    "rsrq_db": ("signal_rsrq_db", "Reference signal received quality of LTE (+CESQ)."),
}


class DaemonCollector(Collector):
    """Asks the daemon at each scrape. `ask` gives its numbers, None where no daemon answers."""

    def __init__(self, ask: Callable[[], Json | None]) -> None:
        self._ask = ask

    def collect(self) -> Iterator[Metric]:
        """All metrics; without a daemon the one that says so."""
        numbers = self._ask()
        yield _gauge("up", "Does the daemon answer?", float(numbers is not None))
        if numbers is None:
            return
        info = InfoMetricFamily(f"{PREFIX}build", "The program.")
        info.add_metric([], {"version": numbers["version"]})
        yield info
        yield _gauge("uptime_seconds", "Seconds since the daemon began.", numbers["uptime_s"])
        yield _states("link", "What the daemon does with its modem.", PHASES, numbers["link"])
        yield from _of_store(numbers["store"])
        yield from _of_modem(numbers["modem"])
        yield from _since_start(numbers["since_start"])


def registry_of(ask: Callable[[], Json | None]) -> CollectorRegistry:
    """A registry with the daemon's metrics and no others."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(DaemonCollector(ask))
    return registry


def text_of(registry: CollectorRegistry) -> str:
    """The metrics in Prometheus' text format."""
    return generate_latest(registry).decode()


def write_textfile(path: Path, registry: CollectorRegistry) -> None:
    """For node_exporter's textfile collector, which never sees half a file. Raises OSError."""
    write_to_textfile(str(path), registry)


def listen(host: str, port: int, registry: CollectorRegistry) -> tuple[WSGIServer, Thread]:
    """Answer HTTP requests: the server, and the thread that it runs in. Raises OSError."""
    return start_http_server(port, addr=host, registry=registry)


def _of_store(store: Json | None) -> Iterator[Metric]:
    yield _gauge("store_ok", "Can the daemon use its store?", float(store is not None))
    if store is None:
        return
    yield _gauge("store_bytes", "Size of the store with its log.", store["bytes"])
    yield _gauge("inbox_messages", "Messages that the store keeps.", store["inbox"])
    received = CounterMetricFamily(
        f"{PREFIX}messages_received",
        "SMS stored, parts of long ones each; goes on over restarts.",
        value=store["received"],
    )
    yield received
    yield _gauge("outbox_pending", "Answers that wait to be sent.", store["outbox_pending"])
    oldest_s = store["outbox_oldest_s"] or 0.0
    yield _gauge("outbox_oldest_seconds", "Age of the oldest answer that waits.", oldest_s)


def _of_modem(modem: Json | None) -> Iterator[Metric]:
    yield _gauge("modem_ready", "Does the modem answer?", float(modem is not None))
    if modem is None:
        return
    registration = modem["registration"]
    yield _states("registration", "Where the modem is registered.", REGISTRATIONS, registration)
    yield _gauge("data_ready", "Can a data connection be had?", float(modem["data_ready"]))
    yield _gauge("sms_ready", "Can SMS be had?", float(modem["sms_ready"]))
    for key, (name, meaning) in _SIGNAL.items():
        if modem[key] is not None:
            yield _gauge(name, meaning, modem[key])


def _since_start(counts: Json) -> Iterator[Metric]:
    yield _counter(
        "modem_starts", "Initialisations of the modem.", (), [((), counts["modem_starts"])]
    )
    restarts = counts["modem_restarts"]
    yield _counter(
        "modem_restarts", "Restarts of the modem, as far as it told.", (), [((), restarts)]
    )
    commands = [((each["verb"], each["outcome"]), each["count"]) for each in counts["commands"]]
    told = "Messages judged, by the command's verb and what became of it."
    yield _counter("commands", told, ("verb", "outcome"), commands)
    for name, told, label in (
        ("changes", "APN changes that ended, by their outcome.", "outcome"),
        ("answers", "Answers sent, failed, expired and reported on.", "outcome"),
        ("remedies", "Remedies for the modem, by their rung of the ladder.", "rung"),
    ):
        values = [((each[label],), each["count"]) for each in counts[name]]
        yield _counter(name, told, (label,), values)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, meaning, value=value)


def _states(name: str, meaning: str, states: tuple[str, ...], present: str) -> Metric:
    """One of several states, each a gauge of 0 or 1."""
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=("state",))
    for state in states:
        family.add_metric((state,), float(state == present))
    return family


def _counter(
    name: str,
    meaning: str,
    labels: tuple[str, ...],
    values: Iterable[tuple[tuple[str, ...], float]],
) -> Metric:
    family = CounterMetricFamily(PREFIX + name, meaning, labels=labels)
    for words, value in values:
        family.add_metric(words, value)
    return family
