"""The doctor as a user runs it: beside a simulated modem, beside the daemon, and its report."""

from __future__ import annotations

import json
import signal
import stat

import pytest

from apn_config.doctor.catalogue import FAULTS
from apn_config.doctor.findings import Topic
from tests.e2e.bench import Bench, until
from tests.e2e.test_json import SCHEMA, check

PIN = "4821"


def test_a_healthy_modem(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    code, output, errors = bench.do("doctor")
    assert (code, errors) == (0, "")
    assert "Nothing" in output.splitlines()[-1]
    found = bench.json("doctor")
    check("doctor", found)
    assert found["first"] is None
    assert not [each for each in found["findings"] if each["verdict"] == "failed"]
    assert found["modem"]["imei"].startswith("...")


def test_a_locked_card_its_report_and_no_pin_is_tried(bench: Bench) -> None:
    simulator = bench.simulate("--start-apn", "em", "--pin", PIN)
    report = bench.home / "report.txt"
    code, output, _ = bench.do("doctor", "--fix", "--report", report)
    assert code == 9
    assert "Mend this first: The SIM asks for its PIN" in output
    assert "3 tries left" in output
    code, output, _ = bench.do("doctor", "--report", report)
    assert "3 tries left" in output
    text = report.read_text()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "[sim-pin]" in text
    assert '>> "AT+CPIN?\\r"' in text
    who = simulator.ready["modems"][0]
    for secret in (PIN, who["imei"], who["iccid"], who["imsi"], who["msisdn"]):
        assert secret not in text
    assert f"...{who['imei'][-4:]}" in text


def test_fix_mends_and_the_modem_keeps_it(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    code, _, _ = bench.do("at", "AT+CFUN=4")
    assert code == 0
    found = bench.json("doctor", "--wait", "2", code=1)
    check("doctor", found)
    assert found["first"] == "radio-off"
    mended = bench.json("doctor", "--wait", "20", "--fix")
    check("doctor", mended)
    assert {"id": "radio-off", "sent": ["AT+CFUN=1"], "mended": True} in mended["repairs"]
    assert bench.json("doctor")["first"] is None


def test_beside_the_daemon_it_is_asked_and_goes_on(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    daemon = bench.run()
    found = bench.json("doctor")
    check("doctor", found)
    assert found["asked_daemon"] is True
    wrong = [each["id"] for each in found["findings"] if each["verdict"] in ("warning", "failed")]
    assert wrong == []
    assert {"modem", "sim", "network", "sms", "apn"} <= {each["id"] for each in found["findings"]}
    bench.inject("PING")
    bench.answer("OK PING")
    assert daemon.popen.poll() is None


def test_a_daemon_whose_modem_is_away(bench: Bench) -> None:
    daemon = bench.run(ready=False)
    daemon.until_logged("can't open")
    code, output, _ = bench.do("doctor", "--json")
    found = json.loads(output)
    check("doctor", found)
    # At first the daemon knows no more than that it hasn't got it.
    assert (found["first"], code) in (("port-missing", 3), ("link-down", 8))


def test_a_locked_card_of_the_daemon(bench: Bench) -> None:
    bench.simulate("--start-apn", "em", "--pin", PIN)
    daemon = bench.run(ready=False)
    daemon.until_logged("the SIM wants its PIN")
    until(lambda: bench.ask("status")["recovery"]["trouble"], "the daemon tells its trouble")
    found = bench.json("doctor", code=9)
    check("doctor", found)
    assert found["first"] == "sim-pin"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_and_puts_back_what_was_asked_for(
    bench: Bench, number: signal.Signals
) -> None:
    bench.simulate("--start-apn", "em")
    bench.do("at", 'AT+CMEE=0;+COPS=1,2,"26201"')
    asking = bench.start("doctor", "--wait", "300")
    assert asking.popen.stdout is not None
    # What it tells of the SIM stands before the long wait for the network.
    for line in asking.popen.stdout:
        if line.startswith("SIM"):
            break
    assert asking.end(number) == 130
    _, output, _ = bench.do("at", "AT+CMEE?")
    assert "+CMEE: 0" in output


@pytest.mark.parametrize("text", ["[modem", "[modem]\nbaud = 3\n"])
def test_a_faulty_configuration_is_a_finding(bench: Bench, text: str) -> None:
    bench.config.write_text(text)
    found = bench.json("doctor", code=78)
    check("doctor", found)
    assert found["first"] == "config-faulty"


def test_the_schema_has_all_ids() -> None:
    listed = SCHEMA["$defs"]["doctor"]["properties"]["findings"]["items"]["properties"]["id"]
    assert listed["enum"] == sorted(
        {fault.id for fault in FAULTS} | {topic.value.lower() for topic in Topic}
    )


def test_a_report_that_cannot_be_written(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    code, _, errors = bench.do("doctor", "--report", bench.home / "nowhere" / "report.txt")
    assert code == 1
    assert "can't be written" in errors
    assert len(errors.splitlines()) == 1


def test_json_is_one_line(bench: Bench) -> None:
    bench.simulate("--start-apn", "em")
    code, output, _ = bench.do("doctor", "--json")
    assert code == 0
    json.loads(output)
    assert output.count("\n") == 1
