"""Prometheus' side: what a scraper and node_exporter's textfile collector get."""

from __future__ import annotations

import stat
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from apn_config import metrics
from apn_config.cli_metrics import _address, _span

NUMBERS: dict[str, Any] = {
    "version": "1.2.3",
    "uptime_s": 12.5,
    "link": "ready",
    "store": {
        "bytes": 4096,
        "inbox": 3,
        "received": 9,
        "outbox_pending": 1,
        "outbox_oldest_s": None,
    },
    "modem": {
        "registration": "home",
        "rat": "lte",
        "data_ready": True,
        "sms_ready": False,
        "rssi_dbm": -71,
        "rsrp_dbm": None,
        "rsrq_db": -11.5,
    },
    "since_start": {
        "modem_starts": 2,
        "modem_restarts": 1,
        "commands": [{"verb": 'a"b\n', "outcome": "answered", "count": 4}],
        "changes": [{"outcome": "committed", "count": 1}],
        "answers": [{"outcome": "sent", "count": 5}],
        "remedies": [{"rung": "reset", "count": 0}],
    },
}


def samples(text: str) -> dict[str, float]:
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_all_numbers_are_there() -> None:
    found = samples(metrics.text_of(metrics.registry_of(lambda: NUMBERS)))
    assert found["modem_helper_build_info 1.2.3"] == 1
    assert found['modem_helper_commands_total answered a"b\n'] == 4
    assert found["modem_helper_signal_rssi_dbm"] == -71
    assert found["modem_helper_signal_rsrq_db"] == -11.5
    assert "modem_helper_signal_rsrp_dbm" not in found
    assert found["modem_helper_outbox_oldest_seconds"] == 0
    assert found["modem_helper_registration home"] == 1
    assert found["modem_helper_registration none"] == 0
    assert found["modem_helper_remedies_total reset"] == 0
    assert all(name.startswith("modem_helper_") for name in found)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"store": None}, {"modem_helper_store_ok": 0}, id="no store"),
        pytest.param({"modem": None}, {"modem_helper_modem_ready": 0}, id="no modem"),
    ],
)
def test_what_is_missing_is_said(changed: dict[str, Any], expected: dict[str, float]) -> None:
    found = samples(metrics.text_of(metrics.registry_of(lambda: {**NUMBERS, **changed})))
    assert {name: found.get(name) for name in expected} == expected
    assert found["modem_helper_up"] == 1


def test_without_a_daemon_that_alone_is_said() -> None:
    found = samples(metrics.text_of(metrics.registry_of(lambda: None)))
    assert found == {"modem_helper_up": 0}


def test_a_textfile_is_whole_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "modem-helper.prom"
    path.write_text("old")
    metrics.write_textfile(path, metrics.registry_of(lambda: NUMBERS))
    assert samples(path.read_text())["modem_helper_up"] == 1
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_each_request_asks_anew() -> None:
    answers = iter([NUMBERS, None])
    server, thread = metrics.listen("127.0.0.1", 0, metrics.registry_of(lambda: next(answers)))
    try:
        url = f"http://127.0.0.1:{server.server_port}/metrics"
        found = []
        for _ in range(2):
            with urllib.request.urlopen(url, timeout=10) as answer:
                found.append(samples(answer.read().decode())["modem_helper_up"])
        assert found == [1, 0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9101", ("127.0.0.1", 9101)),
        ("[::1]:9101", ("::1", 9101)),
        ("localhost:0", ("localhost", 0)),
        ("9101", None),
        (":9101", None),
        ("a:70000", None),
        ("a:x", None),
    ],
)
def test_addresses(text: str, address: tuple[str, int] | None) -> None:
    import click

    context, param = click.Context(click.Command("x")), click.Option(["--listen"])
    if address is None:
        with pytest.raises(click.BadParameter):
            _address(context, param, text)
    else:
        assert _address(context, param, text) == address


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60.0), ("5m", 300.0), ("0s", None), ("5", None)]
)
def test_spans(text: str, seconds: float | None) -> None:
    import click

    context, param = click.Context(click.Command("x")), click.Option(["--every"])
    if seconds is None:
        with pytest.raises(click.BadParameter):
            _span(context, param, text)
    else:
        assert _span(context, param, text) == seconds
