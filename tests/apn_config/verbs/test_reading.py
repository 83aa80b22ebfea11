"""What the reading verbs tell, in which order, and what is dropped first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apn_config.config_apn import ProbeConfig
from apn_config.model import Command, Verb
from apn_config.verbs import reading
from apn_config.verbs.reading import shown_uptime
from apn_config.verbs.traffic import Traffic, shown_octets, traffic_of
from modem.profiles import GENERIC
from modem.simulator import Action, Fault, FaultPlan, NetworkSettings
from tests.service.bench import Bench, Play, with_apn


async def asked(bench: Bench, text: str) -> str:
    """What is answered to that, without the tag."""
    bench.send(f"#1 {text}")
    answer, _ = await bench.answer("#1 ")
    return answer.removeprefix("#1 ")


def keys(answer: str) -> list[str]:
    return [word.partition("=")[0] for word in answer.split() if "=" in word]


def test_status_tells_all_that_an_operator_asks(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def counters(port: str, interface: str | None) -> Traffic:
        seen.append((port, interface))
        return Traffic(1_234_567, 890)

    monkeypatch.setattr("apn_config.verbs.traffic.traffic_of", counters)
    monkeypatch.setattr(reading, "_version", lambda: (("ver", "0.1.0"),))

    async def story(bench: Bench) -> None:
        bench.send("#0 APN other")
        await bench.answer("#0 OK APN other")
        await bench.passes(4 * 3600)
        bench.send("STATUS")
        answer, _ = await bench.answer("OK STATUS")
        wanted = "reg rat rssi rsrp rsrq apn ip op rx tx up last ver"
        assert keys(answer) == wanted.split()
        assert " op=Simulated " in answer
        assert answer.startswith("OK STATUS reg=roaming rat=lte rssi=")
        assert " rsrq=-10 apn=other ip=10.65.0." in answer
        assert " rx=1.2M tx=890 up=4h" in answer
        assert answer.endswith(" last=other:committed ver=0.1.0")
        assert seen == [("memory", "wwan0")]

    probe = ProbeConfig("tcp", "192.0.2.1:80", interface="wwan0")
    operators = (replace(NetworkSettings().operators[0], long="Simulated"),)
    settings = NetworkSettings(apns=("em", "other"), operators=operators)

    # Whether data passes is none of this.
    monkeypatch.setattr("apn_config.agent._probe", lambda *_: None)
    play(story, config=with_apn(probe=probe), settings=settings)


def test_status_drops_from_the_right_what_does_not_fit(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apn_config.verbs.traffic.traffic_of", lambda *_: Traffic(123, 2**40))

    async def story(bench: Bench) -> None:
        answer = await asked(bench, "STATUS")
        assert keys(answer)[:7] == ["reg", "rat", "rssi", "rsrp", "rsrq", "apn", "ip"]
        assert keys(answer)[7:] == ["op", "rx"]
        assert 150 < len(f"#1 {answer}") <= 160

    operators = (replace(NetworkSettings().operators[0], long="O" * 64),)
    play(story, settings=NetworkSettings(operators=operators))


def test_status_of_a_modem_that_knows_little(play: Play) -> None:
    async def story(bench: Bench) -> None:
        bench.simulated.set_coverage(False)
        await bench.passes(5)
        modem = await bench.agent.keeper.modem()
        outcome = await reading.status(bench.agent.place, modem, Command(Verb.STATUS))
        assert dict(outcome.pairs)["reg"] == "none"
        assert {"ip", "op", "rx", "tx", "rsrp", "rsrq", "last"}.isdisjoint(dict(outcome.pairs))

    play(story, profile=GENERIC)


def test_signal(play: Play) -> None:
    async def story(bench: Bench) -> None:
        answer = await asked(bench, "SIGNAL")
        assert answer.startswith("OK SIGNAL rssi=-")
        assert keys(answer) == ["rssi", "rsrp", "rsrq", "rat", "op"]

    play(story)


def test_network(play: Play) -> None:
    async def story(bench: Bench) -> None:
        answer = await asked(bench, "NETWORK")
        assert answer == 'OK NETWORK op="Simulated Network" plmn=00101 reg=roaming rat=lte'
        # Names are where everybody expects them.
        assert await (await bench.agent.keeper.modem()).operator() == "Simulated Network"

    play(story)


def test_smsc(play: Play) -> None:
    async def story(bench: Bench) -> None:
        assert await asked(bench, "SMSC") == "OK SMSC +883990000001"

    play(story)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.9, "0m0s"),
        (59, "0m59s"),
        (725, "12m5s"),
        (3600, "1h0m"),
        (86399, "23h59m"),
        (86400, "1d0h"),
        (3 * 86400 + 4 * 3600 + 3599, "3d4h"),
        (400 * 86400, "400d0h"),
    ],
)
def test_uptime(seconds: float, shown: str) -> None:
    assert shown_uptime(seconds) == shown


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (1_234_567, "1.2M"),
        (9_949_999, "9.9M"),
        (9_950_000, "10M"),
        (35_400_000, "35M"),
        (999_499_999, "999M"),
        (999_500_000, "1.0G"),
        (2**64, "18447P"),
    ],
)
def test_octets(octets: int, shown: str) -> None:
    assert shown_octets(octets) == shown


def interface(sysfs: Path, name: str, received: str, sent: str, kind: str = "1") -> None:
    folder = sysfs / "class/net" / name
    (folder / "statistics").mkdir(parents=True)
    (folder / "type").write_text(kind)
    (folder / "statistics/rx_bytes").write_text(received)
    (folder / "statistics/tx_bytes").write_text(sent)


def test_the_counters_are_those_of_the_configured_interface(tmp_path: Path) -> None:
    interface(tmp_path, "wwan0", "12\n", "34\n")
    interface(tmp_path, "ppp0", "56\n", "78\n", "512")
    assert traffic_of("/dev/ttyUSB2", "wwan0", tmp_path) == Traffic(12, 34)


def test_the_counters_are_those_of_the_only_pppd(tmp_path: Path) -> None:
    interface(tmp_path, "eth0", "12\n", "34\n")
    interface(tmp_path, "ppp0", "56\n", "78\n", "512")
    assert traffic_of("/dev/ttyUSB2", None, tmp_path) == Traffic(56, 78)
    interface(tmp_path, "ppp1", "56\n", "78\n", "512")
    assert traffic_of("/dev/ttyUSB2", None, tmp_path) is None


@pytest.mark.parametrize("received", ["", "nonsense", "-"])
def test_counters_that_are_none_are_not_told(tmp_path: Path, received: str) -> None:
    interface(tmp_path, "wwan0", received, "34\n")
    assert traffic_of("/dev/ttyUSB2", "wwan0", tmp_path) is None
    assert traffic_of("/dev/ttyUSB2", "wwan1", tmp_path) is None


@pytest.mark.parametrize("refused", [r"\+CGDCONT\?", r"\+CGATT\?", r"\+CGACT\?"])
def test_status_without_what_the_modem_refuses_to_tell(play: Play, refused: str) -> None:
    async def story(bench: Bench) -> None:
        await bench.passes(60)
        fault = Fault(Action.REFUSE, pattern=refused, code="CME 3")
        bench.simulated.set_faults(FaultPlan((fault,)))
        answer = await asked(bench, "STATUS")
        assert answer.startswith("OK STATUS reg=")
        assert "apn" not in keys(answer)
        assert keys(answer)[-1] == "ver"

    play(story)
