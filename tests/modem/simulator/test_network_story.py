"""The network as a host sees it, on a fake clock: APNs, fall-back, back-off, coverage."""

import pytest

from modem.simulator import Act, NetworkSettings, Standing
from modem.sms import compose
from tests.modem.simulator.bench import Bench, lines

REGISTRATION = "AT+CREG?;+CGREG?;+CEREG?"


def stats(bench: Bench) -> tuple[str, ...]:
    """<stat> of CREG, CGREG and CEREG."""
    return tuple(line[-1] for line in lines(bench.ask(REGISTRATION))[:-1])


def send_sms(bench: Bench) -> str:
    """Try to send; the final result."""
    (part,) = compose("1234", "OK")
    if "> " not in (refusal := bench.ask(f"AT+CMGS={part.tpdu_length}")):
        return lines(refusal)[-1]
    return lines(bench.send(part.pdu.encode() + b"\x1a") + bench.wait(1))[-1]


def change_apn(bench: Bench, apn: str) -> None:
    """As a host does: the definition, then the radio off and on."""
    assert lines(bench.ask(f'AT+CGDCONT=1,"IP","{apn}"')) == ["OK"]
    assert lines(bench.ask("AT+CFUN=4"))[0] == "OK"
    assert lines(bench.ask("AT+CFUN=1"))[0] == "OK"


def test_known_apn_is_attached_from_the_start() -> None:
    bench = Bench(lte_only=True)
    assert stats(bench) == ("5", "5", "5")
    assert lines(bench.ask("AT+CGACT?"))[0] == "+CGACT: 1,1"
    assert send_sms(bench) == "OK"


def test_unknown_apn_at_the_start_with_3g() -> None:
    """The state in which a simulated modem is new: SMS, and no data."""
    bench = Bench(start_apn="internet")
    bench.ask("AT+CMEE=1")
    assert stats(bench) == ("5", "5", "0")
    assert lines(bench.ask("AT+COPS?")) == ['+COPS: 0,0,"Simulated Network",2', "OK"]
    assert lines(bench.ask("AT+CGACT=1,1")) == ["+CME ERROR: 127"]
    assert lines(bench.ask("AT+CGPADDR=1")) == ['+CGPADDR: 1,"0.0.0.0"', "OK"]
    assert send_sms(bench) == "OK"
    bench.modem.deliver("123", "x")
    assert "+CMGL: 0,0,," in bench.ask("AT+CMGL=4")


def test_unknown_apn_at_the_start_on_lte_alone() -> None:
    bench = Bench(start_apn="internet", lte_only=True)
    assert stats(bench) == ("3", "3", "3")
    change_apn(bench, "em")
    bench.wait(2.1)
    assert stats(bench) == ("5", "5", "5")


def test_apn_set_right_takes_the_modem_to_lte() -> None:
    bench = Bench(start_apn="internet")
    change_apn(bench, "em")
    assert stats(bench) == ("2", "2", "2")
    bench.wait(2.1)
    assert stats(bench) == ("5", "5", "5")
    assert "em.mnc099.mcc901.gprs" in bench.ask("AT+CGCONTRDP=1")


def test_definition_takes_effect_only_with_the_next_attach() -> None:
    bench = Bench()
    bench.ask('AT+CGDCONT=1,"IP","nowhere"')
    bench.wait(3600)
    assert stats(bench) == ("5", "5", "5")
    assert '"nowhere","10.65.0.2"' in bench.ask("AT+CGDCONT?")
    assert '"em.mnc099' in bench.ask("AT+CGCONTRDP")


def test_unknown_apn_on_lte_costs_registration_and_sms_until_the_old_one_is_back() -> None:
    bench = Bench(lte_only=True)
    bench.ask("AT+CMEE=1")
    change_apn(bench, "nowhere")
    bench.wait(2.1)
    assert stats(bench) == ("3", "3", "3")
    assert send_sms(bench) == "+CMS ERROR: 331"
    assert lines(bench.ask("AT+CGACT=1,1")) == ["+CME ERROR: 30"]
    bench.modem.deliver("123", "queued")
    assert lines(bench.ask("AT+CMGL=4")) == ["OK"]
    change_apn(bench, "em")
    bench.wait(2.1)
    assert stats(bench) == ("5", "5", "5")
    assert "+CMGL: 0,0,," in bench.ask("AT+CMGL=4")
    assert send_sms(bench) == "OK"


def test_refusals_are_retried_and_then_backed_off_from() -> None:
    """2 s to register, 10 s between tries (T3411), 720 s after the fifth refusal (T3402)."""
    bench = Bench(lte_only=True)
    bench.ask("AT+CEREG=1")
    change_apn(bench, "nowhere")
    said = [bench.wait(1) for _ in range(60)]
    times = [second for second, text in enumerate(said, 1) if "+CEREG: 3" in text]
    assert times == [2, 14, 26, 38, 50]
    bench.ask('AT+CGDCONT=1,"IP","em"')
    assert bench.wait(700) == ""  # right by now, but nobody tries
    assert lines(bench.wait(30)) == ["+CEREG: 2", "+CEREG: 5"]


def test_radio_cycle_ends_a_back_off() -> None:
    bench = Bench(lte_only=True)
    change_apn(bench, "nowhere")
    bench.wait(60)
    change_apn(bench, "em")
    bench.wait(2.1)
    assert stats(bench) == ("5", "5", "5")


@pytest.mark.parametrize(
    ("off", "on"), [("AT+CGATT=0", "AT+CGATT=1"), ("AT+COPS=2", "AT+COPS=0")], ids=["CGATT", "COPS"]
)
def test_detaching_does_not_end_a_back_off(off: str, on: str) -> None:
    bench = Bench(lte_only=True)
    bench.ask("AT+CMEE=1")
    change_apn(bench, "nowhere")
    bench.wait(60)
    bench.ask('AT+CGDCONT=1,"IP","em"')
    assert lines(bench.ask(off)) == ["OK"]
    assert lines(bench.ask(on)) == ["+CME ERROR: 148"]
    bench.wait(600)
    assert stats(bench) == ("3", "3", "3")
    bench.wait(130)
    assert stats(bench) == ("5", "5", "5")


def test_attach_is_answered_when_the_network_has_answered() -> None:
    bench = Bench(lte_only=True)
    bench.ask("AT+CMEE=1;+CGATT=0")
    assert stats(bench) == ("0", "0", "0")
    assert bench.ask("AT+CGATT=1") == ""
    assert bench.wait(1.9) == ""
    assert lines(bench.wait(0.2)) == ["OK"]
    assert lines(bench.ask("AT+CGATT=1")) == ["OK"]
    bench.ask('AT+CGDCONT=1,"IP","nowhere";+CGATT=0')
    bench.ask("AT+CGATT=1")
    assert lines(bench.wait(3)) == ["+CME ERROR: 148"]


def test_attach_without_coverage_is_given_up() -> None:
    bench = Bench()
    bench.ask("AT+CMEE=1;+CGATT=0")
    bench.modem.set_coverage(False)
    assert bench.ask("AT+CGATT=1") == ""
    assert lines(bench.wait(80)) == ["+CME ERROR: 148"]


def test_attach_while_the_radio_is_off_is_refused() -> None:
    bench = Bench()
    bench.ask("AT+CMEE=1;+CFUN=4")
    assert lines(bench.ask("AT+CGATT=1")) == ["+CME ERROR: 3"]
    assert lines(bench.ask("AT+COPS=0")) == ["+CME ERROR: 3"]


@pytest.mark.parametrize(
    ("off", "on"),
    [("AT+CGATT=0", "AT+CGATT=1"), ("AT+CFUN=4", "AT+CFUN=1"), ("AT+COPS=2", "AT+COPS=0")],
    ids=["CGATT", "CFUN", "COPS"],
)
@pytest.mark.parametrize("lte_only", [True, False], ids=["LTE only", "with 3G"])
def test_messages_wait_in_the_network_while_the_modem_is_away(
    off: str, on: str, lte_only: bool
) -> None:
    bench = Bench(lte_only=lte_only)
    bench.ask("AT+CNMI=2,1")
    bench.ask(off)
    bench.modem.deliver("123", "one")
    bench.modem.deliver("123", "two")
    assert "CMTI" not in bench.wait(60)
    assert send_sms(bench) == "+CMS ERROR: 331"
    bench.ask(on)
    assert [line for line in lines(bench.wait(5)) if line != "OK"] == [
        '+CMTI: "ME",0',
        '+CMTI: "ME",1',
    ]


def test_coverage_goes_and_comes_back() -> None:
    bench = Bench()
    bench.ask("AT+CREG=2")
    bench.modem.set_coverage(False)
    assert lines(bench.said()) == ["+CREG: 2"]
    assert lines(bench.ask("AT+CSQ;+CESQ")) == ["+CSQ: 99,99", "+CESQ: 99,99,255,255,255,255", "OK"]
    assert lines(bench.ask("AT+COPS?")) == ["+COPS: 0", "OK"]
    assert bench.wait(1000) == ""
    bench.modem.set_coverage(True)
    assert lines(bench.wait(3)) == ['+CREG: 5,"1A2B","01C3D4E5",7']


def test_coverage_that_comes_back_finds_the_radio_off() -> None:
    bench = Bench()
    bench.ask("AT+CFUN=4")
    bench.modem.set_coverage(False)
    bench.modem.set_coverage(True)
    bench.wait(10)
    assert stats(bench) == ("0", "0", "0")


def test_signal_on_3g_is_told_in_3g_terms() -> None:
    bench = Bench(start_apn="internet")
    assert ",30,255,255" in bench.ask("AT+CESQ")


@pytest.mark.parametrize(
    ("apn", "granted"), [("nowhere", "default"), ("", "em"), ("EM", "em"), ("other", "other")]
)
def test_network_that_substitutes_an_apn(apn: str, granted: str) -> None:
    settings = NetworkSettings(apns=("em", "other"), substitute_apn="default")
    bench = Bench(settings=settings, lte_only=True, start_apn=apn)
    assert stats(bench) == ("5", "5", "5")
    assert f'"{granted}.mnc099.mcc901.gprs"' in bench.ask("AT+CGCONTRDP=1")


def test_registration_urcs_follow_the_setting() -> None:
    bench = Bench()
    bench.ask("AT+CREG=1;+CEREG=2")
    said = lines(bench.ask("AT+CFUN=4") + bench.ask("AT+CFUN=1") + bench.wait(5))
    assert said == [
        "OK", "+CREG: 0", "+CEREG: 0",
        "OK", "+CREG: 2", "+CEREG: 2",
        "+CREG: 5", '+CEREG: 5,"1A2B","01C3D4E5",7',
    ]  # fmt: skip


def test_every_activation_has_an_address_of_its_own() -> None:
    bench = Bench()
    bench.ask('AT+CGDCONT=2,"IP","other"')
    seen = set()
    for _ in range(20):
        bench.ask("AT+CGACT=1,2")
        seen.add(str(bench.modem.state.subscriber.bearers[2].address))
        bench.ask("AT+CGACT=0,2")
    assert len(seen) == 20
    assert all(address.startswith("10.65.") for address in seen)


def test_time_scale_speeds_the_network_up() -> None:
    bench = Bench(settings=NetworkSettings(time_scale=100), lte_only=True)
    change_apn(bench, "nowhere")
    bench.wait(0.51)
    assert bench.modem.state.subscriber.standing is Standing.DENIED
    bench.ask('AT+CGDCONT=1,"IP","em"')
    bench.wait(7.3)
    assert stats(bench) == ("5", "5", "5")


def test_a_clock_that_jumps_tells_the_same_story_as_one_that_creeps() -> None:
    stories = []
    for step_s in (0.5, 50.0):
        bench = Bench(lte_only=True)
        bench.ask("AT+CEREG=1")
        change_apn(bench, "nowhere")
        stories.append(
            [line for _ in range(int(1000 / step_s)) for line in lines(bench.wait(step_s))]
        )
    assert stories[0] == stories[1]


# ---- technologies


def act(bench: Bench) -> str:
    """<AcT> of +COPS?, or nothing without a network."""
    return lines(bench.ask("AT+COPS?"))[0].rpartition(",")[2]


def test_modem_falls_back_and_returns() -> None:
    """LTE goes, then 3G; LTE comes back. Each change takes a registration."""
    bench = Bench()
    subscriber = bench.modem.state.subscriber
    bench.ask("AT+CREG=2")
    subscriber.hear([Act.UTRAN, Act.GSM])
    said = lines(bench.said() + bench.wait(3))
    assert said == ["+CREG: 2", '+CREG: 5,"1A2B","01C3D4E5",2']
    subscriber.hear([Act.GSM])
    bench.wait(3)
    assert act(bench) == "0"
    assert send_sms(bench) == "OK"
    subscriber.hear(Act)
    said = lines(bench.wait(3))
    assert said == ["+CREG: 2", '+CREG: 5,"1A2B","01C3D4E5",7']


def test_what_a_modem_does_not_use_may_go() -> None:
    bench = Bench()
    bench.ask("AT+CREG=2")
    bench.modem.state.subscriber.hear([Act.EUTRAN])
    assert bench.wait(10) == ""
    assert act(bench) == "7"


def test_modem_that_had_to_fall_back_stays_while_nothing_better_comes() -> None:
    bench = Bench(start_apn="internet")  # refused on LTE: on 3G since
    bench.ask("AT+CREG=1")
    bench.modem.state.subscriber.hear([Act.EUTRAN, Act.UTRAN])
    assert bench.wait(10) == ""
    assert act(bench) == "2"


def test_modem_of_lte_alone_searches_where_there_is_none() -> None:
    bench = Bench(lte_only=True)
    bench.modem.state.subscriber.hear([Act.UTRAN, Act.GSM])
    bench.wait(100)
    assert stats(bench) == ("2", "2", "2")
    bench.modem.state.subscriber.hear(Act)
    bench.wait(3)
    assert stats(bench) == ("5", "5", "5")


def test_unknown_apn_falls_back_to_2g_where_there_is_no_3g() -> None:
    bench = Bench(start_apn="internet")
    bench.modem.state.subscriber.hear([Act.EUTRAN, Act.GSM])
    bench.wait(3)
    assert act(bench) == "0"
    assert stats(bench) == ("5", "5", "0")


def test_modem_that_is_thrown_out_comes_back() -> None:
    bench = Bench()
    bench.ask("AT+CEREG=1")
    bench.modem.state.subscriber.be_detached()
    assert lines(bench.said()) == ["+CEREG: 0", "+CEREG: 2"]
    assert lines(bench.wait(3)) == ["+CEREG: 5"]


def test_choice_by_hand_survives_a_restart() -> None:
    bench = Bench()
    bench.ask('AT+COPS=1,2,"00102"')
    bench.wait(10)
    bench.modem.restart()
    bench.wait(30)
    bench.ask("ATE0")
    assert lines(bench.ask("AT+COPS?;+CREG?")) == ["+COPS: 1", "+CREG: 0,3", "OK"]


def test_deregistration_does_not_survive_a_restart() -> None:
    bench = Bench()
    bench.ask("AT+COPS=2")
    bench.modem.restart()
    bench.wait(30)
    assert '+COPS: 0,0,"Simulated Network",7' in bench.ask("AT+COPS?")
