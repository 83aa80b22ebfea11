"""Modem over a link in memory: what it sends, what it makes of the answers, what it notices."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from modem.device import Modem
from modem.errors import (
    CommandRefused,
    MisuseError,
    ModemError,
    ModemSilent,
    NoReception,
    SimAbsent,
    SimLocked,
)
from modem.notices import (
    ContextChanged,
    MessageDirect,
    MessageStored,
    ModemEvent,
    RegistrationChanged,
    Restarted,
    SimChanged,
    StorageFull,
)
from modem.sms import Part
from modem.values import (
    ContextAuth,
    ContextSettings,
    LiveContext,
    PdpContext,
    Signal,
    StorageState,
    StoredMessage,
)
from tests.modem.scripted import (
    ERROR,
    MUTE,
    OK,
    SIM7600,
    Answer,
    PinPad,
    ScriptedModem,
    connect,
    now_s,
    ok,
    settle,
)
from tests.virtual_time import run

PDU = "07919471060040340412D0657A7A1D66BF41000062112251400040044D3B5D07"

# A Quectel by the EC2x manual and the transcripts of the family.
EC25: dict[str, Answer] = SIM7600 | {
    "AT+CGMI": ok("Quectel"),
    "AT+CGMM": ok("EC25"),
    "AT+CPMS=?": ok('+CPMS: ("SM","ME","MT","SR"),("SM","ME","MT","SR"),("SM","ME","MT","SR")'),
    "AT+CPMS?": ok('+CPMS: "ME",0,255,"ME",0,255,"ME",0,255'),
    'AT+QCFG="roamservice"': ok('+QCFG: "roamservice",2'),
}


def initialised(
    changes: Mapping[str, Answer], base: Mapping[str, Answer] = SIM7600
) -> tuple[ScriptedModem, list[ModemEvent]]:
    return ScriptedModem({**base, **changes}), []


def refused(code: int, kind: str = "CME") -> str:
    return f"+{kind} ERROR: {code}"


# --- the start ------------------------------------------------------------------------------------


def test_the_start_finds_identity_profile_and_card() -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        found = modem.identity
        assert (found.manufacturer, found.model) == ("SIMCOM INCORPORATED", "SIMCOM_SIM7600G-H")
        assert found.revision == "LE20B04SIM7600G22"
        assert found.imei == "862636050000017"
        assert found.imsi == "901430000000017"
        assert found.iccid == "89883020000000000120"
        assert modem.profile.name == "sim7600"
        assert modem.setup.memory == "ME"
        assert modem.setup.memories == ("ME", "SM")
        assert modem.setup.service_centre == "+491710760000"
        assert modem.setup.warnings == ()
        assert not script.echo

    run(main())


def test_the_start_writes_no_setting_that_is_right_already() -> None:
    async def main() -> None:
        script, _ = initialised({}, EC25)
        await connect(script).initialise()
        written = [line for line in script.lines if line.startswith(('AT+CPMS="', "AT+CSMS=1"))]
        assert written == []
        assert 'AT+QCFG="roamservice",2,1' not in script.lines

    run(main())


# 1: off; 255: as the carrier's profile has it, the module's default (AT+QCFG=? of an EC25)
@pytest.mark.parametrize("now", ["1", "255"])
def test_roaming_is_switched_on_where_it_is_off(now: str) -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                'AT+QCFG="roamservice"': ok(f'+QCFG: "roamservice",{now}'),
                'AT+QCFG="roamservice",2,1': OK,
            },
            EC25,
        )
        modem = connect(script)
        await modem.initialise()
        assert script.count('AT+QCFG="roamservice",2,1') == 1
        assert modem.setup.warnings == ()

    run(main())


def test_a_refused_setting_for_roaming_is_a_warning() -> None:
    async def main() -> None:
        script, _ = initialised({'AT+QCFG="roamservice"': ERROR}, EC25)
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.warnings == ("the setting for roaming was refused",)

    run(main())


def test_a_radio_left_off_is_switched_on() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CFUN?": ok("+CFUN: 4"), "AT+CFUN=1": OK})
        await connect(script).initialise()
        assert script.count("AT+CFUN=1") == 1

    run(main())


def test_a_modem_that_is_mute_for_half_a_minute_is_waited_for() -> None:
    """EG25-G of a PinePhone (transcript eg25-boot-urcs-as-answer)."""

    async def main() -> None:
        boot_ends = now_s() + 30.0
        script = ScriptedModem()
        answers = dict(script.answers)

        def late(line: str) -> str | None:
            answer = answers.get(line, ERROR)
            assert isinstance(answer, str)
            return answer if now_s() >= boot_ends else None

        script.answers = dict.fromkeys(answers, late)
        script.echo = False
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.memory == "ME"
        assert now_s() - boot_ends < 15.0

    run(main())


def test_a_modem_that_stays_mute_is_given_up() -> None:
    async def main() -> None:
        began = now_s()
        script = ScriptedModem(dict.fromkeys(SIM7600, MUTE))
        with pytest.raises(ModemSilent):
            await connect(script).initialise()
        assert 35.0 <= now_s() - began < 60.0

    run(main())


@pytest.mark.parametrize(
    ("line", "first"),
    [
        pytest.param("AT+CPIN?", [refused(13), refused(14), refused(14)], id="failure, then busy"),
        pytest.param("AT+CPIN?", ["+CME ERROR: SIM failure", "+CME ERROR: SIM busy"], id="words"),
        pytest.param("AT+CPIN?", [ERROR], id="SIM7600 at a cold boot"),
        pytest.param("AT+CGMM", ["+CME ERROR: SIM busy"], id="identity of a Huawei stick"),
        pytest.param("AT+CPMS=?", [refused(314, "CMS")] * 5, id="SMS not ready"),
        pytest.param("AT+CMGF=0", [refused(515)] * 3, id="please wait"),
        pytest.param("AT+CSCA?", [refused(14)] * 5 + [ok('+CSCA: "",129')], id="service centre"),
    ],
)
def test_what_is_refused_during_the_boot_is_asked_again(line: str, first: list[str | None]) -> None:
    async def main() -> None:
        script, _ = initialised({})
        last = script.answers[line]
        assert isinstance(last, str)
        script.answers[line] = [*first, last]
        modem = connect(script)
        await modem.initialise()
        usual = 2 if line == "AT+CPMS=?" else 1  # what must not be wrong is asked twice
        assert script.count(line) == len(first) + usual
        assert modem.setup.warnings == ()

    run(main())


def test_a_service_centre_that_stays_empty_is_a_warning() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CSCA?": ok('+CSCA: "",129')})
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.service_centre is None
        assert "service centre" in modem.setup.warnings[0]

    run(main())


# --- the card -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error", "wanted"),
    [
        pytest.param(refused(10), SimAbsent, None, id="not inserted"),
        pytest.param("+CME ERROR: SIM not inserted", SimAbsent, None, id="in words"),
        pytest.param(refused(15), SimAbsent, None, id="wrong card"),
        pytest.param(refused(13), SimAbsent, None, id="failure for good"),
        pytest.param(ok("+CPIN: SIM PUK"), SimLocked, "SIM PUK", id="PUK"),
        pytest.param(ok("+CPIN: PH-SIM PIN"), SimLocked, "PH-SIM PIN", id="another lock"),
        pytest.param(ok("+CPIN: SIM PIN"), SimLocked, "SIM PIN", id="PIN, none configured"),
    ],
)
def test_a_card_that_cant_be_used(answer: str, error: type[ModemError], wanted: str | None) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CPIN?": answer})
        with pytest.raises(error) as raised:
            await connect(script).initialise()
        assert getattr(raised.value, "wanted", None) == wanted
        assert not any(line.startswith("AT+CPIN=") for line in script.lines)

    run(main())


def test_the_pin_is_sent_once_for_the_card_and_the_tries_it_has() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPIN?": [ok("+CPIN: SIM PIN"), ok("+CPIN: SIM PIN"), ok("+CPIN: READY")],
                "AT+CPINR": ok("+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10"),
                'AT+CPIN="4711"': OK,
            }
        )
        pin_for = PinPad("4711")
        await connect(script).initialise(pin_for=pin_for)
        assert pin_for.asked == [("89883020000000000120", 3)]
        assert script.count('AT+CPIN="4711"') == 1
        assert pin_for.taken == 1

    run(main())


def test_the_imei_stands_for_a_card_that_hides_its_number() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPIN?": [ok("+CPIN: SIM PIN"), ok("+CPIN: READY")],
                'AT+CPIN="4711"': OK,
                "AT+CRSM=176,12258,0,0,10": [
                    refused(11),
                    ok('+CRSM: 144,0,"98880302000000001002"'),
                ],
            }
        )
        pin_for = PinPad("4711")
        modem = connect(script)
        await modem.initialise(pin_for=pin_for)
        assert pin_for.asked == [("862636050000017", None)]
        assert modem.identity.iccid == "89883020000000000120"

    run(main())


@pytest.mark.parametrize("verdict", [refused(16), ERROR, MUTE], ids=["16", "ERROR", "silence"])
@pytest.mark.parametrize("then", ["SIM PIN", "SIM PUK"])
def test_a_wrong_pin_is_never_sent_twice(verdict: str | None, then: str) -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPIN?": [ok("+CPIN: SIM PIN"), ok(f"+CPIN: {then}")],
                'AT+CPIN="4711"': verdict,
            }
        )
        pin_for = PinPad("4711", "4711")
        with pytest.raises(SimLocked) as raised:
            await connect(script).initialise(pin_for=pin_for)
        assert raised.value.wanted == then
        assert pin_for.taken == 0
        # Silence is no verdict: a good PIN must not be locked out because an answer got lost.
        assert pin_for.wrong == (0 if verdict is MUTE else 1)
        assert script.count('AT+CPIN="4711"') == 1
        assert "4711" not in str(raised.value)
        assert "4711" not in str(raised.value.__cause__)

    run(main())


def test_an_error_to_the_pin_of_a_ready_card_is_no_wrong_pin() -> None:
    """SIM7000 (transcript sim7000-answers-slip-by-one)."""

    async def main() -> None:
        script, _ = initialised(
            {"AT+CPIN?": [ok("+CPIN: SIM PIN"), ok("+CPIN: READY")], 'AT+CPIN="4711"': ERROR}
        )
        modem = connect(script)
        await modem.initialise(pin_for=PinPad("4711"))
        assert modem.setup.memory == "ME"

    run(main())


def test_a_pin_source_that_refuses_ends_the_start() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CPIN?": ok("+CPIN: SIM PIN")})
        with pytest.raises(SimLocked, match="nothing left to try"):
            await connect(script).initialise(pin_for=PinPad())
        assert not any(line.startswith("AT+CPIN=") for line in script.lines)

    run(main())


def test_what_is_no_pin_is_not_sent() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CPIN?": ok("+CPIN: SIM PIN")})
        with pytest.raises(SimLocked, match="four to eight digits"):
            await connect(script).initialise(pin_for=PinPad('1"2;'))
        assert not any(line.startswith("AT+CPIN=") for line in script.lines)

    run(main())


# --- reception ------------------------------------------------------------------------------------


def test_the_memory_that_is_selected_stays() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CPMS?": ok('+CPMS: "SM",0,50,"SM",0,50,"SM",0,50')}, EC25)
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.memory == "SM"
        assert not any(line.startswith('AT+CPMS="') for line in script.lines)

    run(main())


def test_memories_are_chosen_each_from_its_own_list() -> None:
    """Siemens TC35 (transcript siemens-tc-memories)."""

    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPMS=?": ok('+CPMS: ("MT","SM","ME"),("MT","SM","ME"),("MT","SM")'),
                "AT+CPMS?": ok('+CPMS: "ME",9,25,"ME",9,25,"ME",9,25'),
                'AT+CPMS="SM","ME","SM"': ok("+CPMS: 0,20,9,25,0,20"),
            }
        )
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.memory == "SM"
        assert modem.setup.memories == ("SM", "ME")

    run(main())


def test_a_device_that_can_not_receive_says_so() -> None:
    """Nokia S60 (transcript nokia-no-sms-reading)."""

    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPMS=?": ok("+CPMS: (),(),()"),
                "AT+CPMS?": ok("+CPMS: ,,,,,,,,"),
                "AT+CSMS?": ERROR,
                "AT+CNMI=?": ERROR,
            }
        )
        with pytest.raises(NoReception, match="can't receive"):
            await connect(script).initialise()

    run(main())


def test_a_variant_without_sms_says_so() -> None:
    """A7670E-LNXY-UBL refuses AT+CMGF."""

    async def main() -> None:
        script, _ = initialised({"AT+CMGF=0": ERROR})
        with pytest.raises(NoReception, match="CMGF"):
            await connect(script).initialise()

    run(main())


def test_a_modem_without_storage_delivers_directly_and_is_acknowledged() -> None:
    """nRF91: no storage, +CNMI with four values, +CNMA=1 (Nordic's AT command reference)."""

    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CPMS=?": ERROR,
                "AT+CSMS?": ok("+CSMS: 0,1,1,1"),
                "AT+CSMS=1": ok("+CSMS: 1,1,1"),
                "AT+CNMI=?": ok("+CNMI: (0,3),(0,2),(0),(0,1)"),
                "AT+CNMI=3,2,0,1": OK,
                "AT+CNMI?": ok("+CNMI: 3,2,0,1"),
                "AT+CNMA=1": OK,
            }
        )
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.memory is None
        assert await modem.stored_messages(every_memory=True) == ()
        assert await modem.storage() is None
        await modem.acknowledge()
        assert script.count("AT+CNMA=1") == 1

    run(main())


def test_after_a_late_acknowledgement_the_indications_are_set_again() -> None:
    """EC2x manual 9.12: mt and ds become 0."""

    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CSMS?": ok("+CSMS: 1,1,1,1"),
                "AT+CNMI?": [ok("+CNMI: 2,1,0,1,0"), ok("+CNMI: 2,0,0,0,0")],
                "AT+CNMA=1": refused(340, "CMS"),
            },
            EC25,
        )
        modem = connect(script)
        await modem.initialise()
        before = script.count("AT+CNMI=2,1,0,1,0")
        await modem.acknowledge()
        assert script.count("AT+CNMI=2,1,0,1,0") == before + 1

    run(main())


def test_nothing_is_acknowledged_in_the_older_service() -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        await modem.acknowledge()
        assert "AT+CNMA=1" not in script.lines

    run(main())


@pytest.mark.parametrize(
    ("offered", "accepted"),
    [
        pytest.param("(0-2),(0-3),(0,2),(0-2),(0,1)", "2,1,0,1,0", id="standard"),
        pytest.param("(0,1,2),(0,1),(0,2),(0),(1)", "2,1,0,0,1", id="Cinterion, no reports"),
        pytest.param("(0-3),(0,1),(0,2,3),(0,2),(1)", "2,1,0,2,1", id="Cinterion, ds 2"),
        pytest.param("(1),(0,1),(0),(0,1),(0)", "1,1,0,1,0", id="mode 1 only"),
        pytest.param("(0-2),(0-3),(0,2),(0-2),(0,1)", "2,1,0,0,0", id="refuses what it offers"),
    ],
)
def test_indications_are_chosen_from_what_is_offered(offered: str, accepted: str) -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CNMI=?": ok(f"+CNMI: {offered}"),
                "AT+CNMI=2,1,0,1,0": ERROR,
                f"AT+CNMI={accepted}": OK,
                "AT+CNMI?": ok(f"+CNMI: {accepted}"),
            }
        )
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.cnmi is not None
        assert modem.setup.cnmi.values == accepted
        assert modem.setup.warnings == ()

    run(main())


def test_storage_without_indications_is_a_warning() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CNMI=?": ERROR})
        modem = connect(script)
        await modem.initialise()
        assert modem.setup.cnmi is None
        assert modem.setup.warnings == ("new messages are not announced, only found by looking",)

    run(main())


def test_indications_that_do_not_stay_are_a_warning() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CNMI?": ok("+CNMI: 2,0,0,0,0")})
        modem = connect(script)
        await modem.initialise()
        assert "2,0,0,0,0" in modem.setup.warnings[0]

    run(main())


# --- what the modem says unasked ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "event"),
    [
        pytest.param(['+CMTI: "SM",4'], MessageStored("SM", 4), id="CMTI"),
        pytest.param(["+CMTI: ,-1"], MessageStored(None, None), id="CMTI of a SIM7000"),
        pytest.param(['+CMTI: "ME",0'], MessageStored("ME", 0), id="slot 0"),
        pytest.param(['+CMTI: "SM",1,"MMS PUSH",2,1'], MessageStored("SM", 1), id="WAP push"),
        pytest.param(['+CMTI: "../",1'], MessageStored(None, 1), id="no memory"),
        pytest.param(['+CDSI: "SR",1'], MessageStored("SR", 1), id="CDSI"),
        pytest.param([f"+CMT: ,{len(PDU) // 2 - 8}", PDU], MessageDirect(PDU, 24), id="CMT"),
        pytest.param([f"+CDS: {len(PDU) // 2 - 8}", PDU], MessageDirect(PDU, 24), id="CDS"),
        pytest.param(["+SMS FULL"], StorageFull(), id="full, A7670"),
        pytest.param(['+QIND: "smsfull","SM"'], StorageFull(), id="full, Quectel"),
        pytest.param(["^SMMEMFULL: SM"], StorageFull(), id="full, Huawei"),
        pytest.param(["+CGEV: EPS PDN ACT 1"], ContextChanged("EPS PDN ACT 1"), id="CGEV"),
        pytest.param(["+QUSIM: 1"], SimChanged("+QUSIM: 1"), id="card refreshed"),
        pytest.param(["+CPIN: NOT READY"], Restarted("+CPIN: NOT READY"), id="card gone"),
        pytest.param(
            ['+CMT: "+4912345",,"26/11/22,10:00:00+04"', "APN em"],
            Restarted("+CMT in text mode"),
            id="CMT in text mode",
        ),
        pytest.param(["RDY"], Restarted("RDY"), id="RDY"),
        pytest.param(["*ATREADY: 1"], Restarted("*ATREADY"), id="ATREADY"),
        pytest.param(["NORMAL POWER DOWN"], Restarted("NORMAL POWER DOWN"), id="power down"),
        pytest.param(["+CPIN: SIM PIN"], Restarted("the card asks for SIM PIN"), id="locked"),
    ],
)
def test_events(said: list[str], event: ModemEvent) -> None:
    async def main() -> None:
        script, events = initialised({})
        modem = connect(script, events)
        await modem.initialise()
        script.say(*said)
        await settle()
        assert events == [event]

    run(main())


@pytest.mark.parametrize(
    "said", ["+CPIN: READY", "+QIND: SMS DONE", "SMS DONE", "PB DONE", "+CFUN: 1", "^RSSI: 17"]
)
def test_what_nobody_needs_to_hear(said: str) -> None:
    async def main() -> None:
        script, events = initialised({})
        modem = connect(script, events)
        await modem.initialise()
        script.say(said)
        await settle()
        assert events == []

    run(main())


def test_a_registration_is_told_with_its_domain() -> None:
    async def main() -> None:
        script, events = initialised({})
        modem = connect(script, events)
        await modem.initialise()
        script.say('+CEREG: 5,"1F00","0079D903",7')
        await settle()
        (event,) = events
        assert isinstance(event, RegistrationChanged)
        assert (event.domain.value, event.state.name, event.state.rat) == (
            "+CEREG",
            "roaming",
            "lte",
        )

    run(main())


def test_a_boot_is_told_once_however_many_lines_it_prints() -> None:
    """BG96 prints RDY, APP RDY, and the card's lines twice (transcript bg96-boot)."""

    async def main() -> None:
        script, events = initialised({})
        modem = connect(script, events)
        await modem.initialise()
        script.say("RDY", "+CFUN: 1", "APP RDY", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE")
        script.say("+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE")
        await settle()
        assert [event for event in events if isinstance(event, Restarted)] == [Restarted("RDY")]

    run(main())


def test_a_restart_during_the_start_begins_it_anew() -> None:
    async def main() -> None:
        script, events = initialised({})

        def restart_once(line: str) -> str:
            script.answers["AT+CGMM"] = ok("SIMCOM_SIM7600G-H")
            script.echo = True
            script.say("RDY")
            return ok("SIMCOM_SIM7600G-H")

        script.answers["AT+CGMM"] = restart_once
        modem = connect(script, events)
        await modem.initialise()
        assert script.count("ATE0") == 2
        assert not any(isinstance(event, Restarted) for event in events)

    run(main())


def test_a_modem_that_restarts_for_ever_is_given_up() -> None:
    async def main() -> None:
        script, _ = initialised({})

        def restart(line: str) -> str:
            script.say("RDY")
            return OK

        script.answers["AT+CMGF=0"] = restart
        with pytest.raises(ModemError, match="power supply"):
            await connect(script).initialise()
        assert script.count("ATE0") == 5

    run(main())


def test_an_echo_that_is_back_is_a_restart() -> None:
    async def main() -> None:
        script, events = initialised({"AT+CSQ": ok("+CSQ: 21,99")})
        modem = connect(script, events)
        await modem.initialise()
        script.echo = True
        await modem.signal()
        assert events == [Restarted("the echo is back")]

    run(main())


def test_what_was_asked_before_a_restart_is_given_up_at_once() -> None:
    async def main() -> None:
        script, events = initialised({"AT+CGATT=1": MUTE})
        modem = connect(script, events)
        await modem.initialise()
        attaching = asyncio.create_task(modem.attach())
        waiting = asyncio.create_task(modem.attached())
        await settle()
        began_s = now_s()
        script.say("RDY")
        for task in (attaching, waiting):
            with pytest.raises(ModemSilent):
                await task
        assert now_s() == began_s
        assert modem.restarted.is_set()
        await modem.initialise()
        assert now_s() - began_s < 15.0
        assert not modem.restarted.is_set()

    run(main())


@pytest.mark.parametrize("boot", ["RDY", "NORMAL POWER DOWN"])
def test_a_reset_that_comes_before_its_ok(boot: str) -> None:
    async def main() -> None:
        script, events = initialised({})

        def reset(line: str) -> None:
            script.say(boot)

        script.answers["AT+CRESET"] = reset
        modem = connect(script, events)
        await modem.initialise()
        await modem.restart()
        assert modem.restarted.is_set()
        assert events == [Restarted(boot)]

    run(main())


def test_a_reset_that_takes_the_port_away() -> None:
    async def main() -> None:
        script, _ = initialised({})

        def reset(line: str) -> None:
            assert script.link is not None
            script.link.break_wire("unplugged")

        script.answers["AT+CRESET"] = reset
        modem = connect(script)
        await modem.initialise()
        await modem.restart()
        assert modem.lost.done()
        assert modem.restarted.is_set()

    run(main())


def test_a_reset_that_nothing_follows_is_an_error() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CRESET": MUTE})
        modem = connect(script)
        await modem.initialise()
        with pytest.raises(ModemSilent):
            await modem.restart()

    run(main())


def test_two_starts_never_run_beside_each_other() -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        first = asyncio.create_task(modem.initialise())
        await settle()
        with pytest.raises(MisuseError):
            await modem.initialise()
        await first

    run(main())


def test_silences_count_only_in_a_row() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGATT?": MUTE, "AT+CSQ": ok("+CSQ: 21,99")})
        modem = connect(script)
        await modem.initialise()
        for _ in range(4):
            with pytest.raises(ModemSilent):
                await modem.attached()
            await modem.signal()
        assert not modem.lost.done()

    run(main())


def test_a_modem_that_stopped_answering_counts_as_lost() -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        script.answers = dict.fromkeys([*SIM7600, "AT+CGATT?"], MUTE)
        for _ in range(3):
            assert not modem.lost.done()
            with pytest.raises(ModemSilent):
                await modem.attached()
        assert "in a row" in str(modem.lost.result())

    run(main())


async def _asks_in_vain(modem: Modem) -> None:
    with pytest.raises(ModemSilent):
        await modem.attached()


async def _gives_a_search_up(modem: Modem) -> None:
    searching = asyncio.ensure_future(modem.run_at("AT+COPS=?"))
    await asyncio.sleep(1)
    searching.cancel()
    await asyncio.wait({searching})


async def _has_no_patience(modem: Modem) -> None:
    with pytest.raises(ModemSilent):
        await modem.run_at("AT+COPS=?", timeout_s=0.1)


@pytest.mark.parametrize("leave", [_gives_a_search_up, _has_no_patience])
def test_what_somebody_does_not_wait_for_is_no_silence_of_the_modem(
    leave: Callable[[Modem], Awaitable[None]],
) -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        script.answers = dict.fromkeys([*SIM7600, "AT+CGATT?", "AT+COPS=?"], MUTE)
        began_s = now_s()
        while now_s() - began_s < 160:
            await leave(modem)
            await _asks_in_vain(modem)
        assert not modem.lost.done()
        # It had the time that a search takes. Leaving others then makes it no better.
        while not modem.lost.done():
            await leave(modem)
            await _asks_in_vain(modem)
        assert now_s() - began_s < 260
        assert "in a row" in str(modem.lost.result())

    run(main())


@pytest.mark.parametrize("answer", [refused(14), refused(314, "CMS")], ids=["CME", "CMS"])
def test_a_busy_card_is_asked_again_for_a_while(answer: str) -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        script.answers = {**script.answers, "AT+CGATT?": [answer, answer, ok("+CGATT: 1")]}
        began_s = now_s()
        assert await modem.attached()
        assert now_s() - began_s == pytest.approx(1.5, abs=0.1)
        script.answers = {**script.answers, "AT+CGATT?": answer}
        began_s, before = now_s(), script.lines.count("AT+CGATT?")
        with pytest.raises(CommandRefused, match="busy"):
            await modem.attached()
        assert now_s() - began_s == pytest.approx(7.5, abs=0.1)
        assert script.lines.count("AT+CGATT?") - before == 5

    run(main())


def test_no_other_refusal_is_asked_for_twice() -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        await modem.initialise()
        script.answers = {**script.answers, "AT+CGATT?": refused(148)}
        with pytest.raises(CommandRefused):
            await modem.attached()
        assert script.lines.count("AT+CGATT?") == 1

    run(main())


# --- the network ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("csq", "cesq", "signal"),
    [
        pytest.param("+CSQ: 21,99", "+CESQ: 99,99,255,255,20,46", (-71, -95, -10.0), id="LTE"),
        pytest.param("+CSQ: 99,99", "+CESQ: 40,99,255,255,255,255", (-71, None, None), id="GSM"),
        pytest.param("+CSQ: 21,99", None, (-71, None, None), id="no CESQ"),
        pytest.param("+CSQ: 99,99", None, (None, None, None), id="nothing heard"),
    ],
)
def test_signal(
    csq: str, cesq: str | None, signal: tuple[int | None, int | None, float | None]
) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CSQ": ok(csq), "AT+CESQ": ok(cesq) if cesq else ERROR})
        assert await connect(script).signal() == Signal(*signal)

    run(main())


def test_registration_without_a_domain_the_modem_lacks() -> None:
    async def main() -> None:
        script, _ = initialised(
            {"AT+CREG?": ok('+CREG: 2,6,"8B37","0A265185",7'), "AT+CGREG?": ok("+CGREG: 0,4")}
        )
        found = await connect(script).registration()
        assert found.cs is not None
        assert found.cs.stat == 6
        assert found.ps is not None
        assert found.eps is None

    run(main())


def test_a_radio_cycle_ends_with_the_radio_on_whatever_happens() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CFUN=4": refused(4), "AT+CFUN=1": OK})
        with pytest.raises(CommandRefused):
            await connect(script).radio_cycle()
        assert script.lines[-1] == "AT+CFUN=1"

    run(main())


def test_a_cancelled_radio_cycle_ends_with_the_radio_on() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CFUN=4": MUTE, "AT+CFUN=1": OK})
        cycle = asyncio.create_task(connect(script).radio_cycle())
        await settle()
        assert script.lines[-1] == "AT+CFUN=4"
        cycle.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cycle
        assert script.lines[-1] == "AT+CFUN=1"

    run(main())


def test_restart_is_the_familys_own_command() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CRESET": OK})
        modem = connect(script)
        with pytest.raises(MisuseError, match="no command is known"):
            await modem.restart()
        await modem.initialise()
        await modem.restart()
        assert script.lines[-1] == "AT+CRESET"

    run(main())


# --- contexts -------------------------------------------------------------------------------------

CONTEXTS = ok(
    '+CGDCONT: 1,"IP","em","0.0.0.0",0,0,0,0',
    '+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0,0,0',
)


def test_contexts_with_their_addresses() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CGDCONT?": CONTEXTS,
                "AT+CGACT?": ok("+CGACT: 1,1", "+CGACT: 2,0"),
                "AT+CGPADDR=1": ok('+CGPADDR: 1,"10.65.3.4"'),
            }
        )
        assert await connect(script).contexts() == (
            PdpContext(1, "IP", "em", "10.65.3.4", True),
            PdpContext(2, "IPV4V6", "ims", None, False),
        )

    run(main())


@pytest.mark.parametrize(
    ("changes", "live"),
    [
        pytest.param(
            {
                "AT+CGPADDR=1": ok('+CGPADDR: 1,"10.65.3.4"'),
                "AT+CGCONTRDP=1": ok('+CGCONTRDP: 1,5,"em.MNC002.MCC255.GPRS","10.65.3.4"'),
            },
            LiveContext(True, "10.65.3.4", "em"),
            id="all told",
        ),
        pytest.param(
            {"AT+CGPADDR=1": ok('+CGPADDR: 1,"0.0.0.0"'), "AT+CGCONTRDP=1": OK},
            LiveContext(True, None, None),
            id="no address, bare OK",
        ),
        pytest.param(
            {"AT+CGPADDR=1": ok('+CGPADDR: 1,"10.65.3.4"')},
            LiveContext(True, "10.65.3.4", None),
            id="SIM800, no CGCONTRDP",
        ),
        pytest.param({"AT+CGACT?": ok("+CGACT: 1,0")}, LiveContext(False), id="not active"),
    ],
)
def test_live_context(changes: dict[str, Answer], live: LiveContext) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGACT?": ok("+CGACT: 1,1"), **changes})
        assert await connect(script).live_context(1) == live

    run(main())


AUTH = ContextAuth(2, "sora-user", "sora-word")


@pytest.mark.parametrize(
    ("base", "read", "written"),
    [
        pytest.param(
            SIM7600,
            {"AT+CGAUTH?": ok('+CGAUTH: 1,2,"sora-word","sora-user"')},
            'AT+CGAUTH=1,1,"new-word","new-user"',
            id="SIM7600: password first",
        ),
        pytest.param(
            EC25,
            {"AT+QICSGP=1": ok('+QICSGP: 1,"em","sora-user","sora-word",2')},
            'AT+QICSGP=1,1,"em2","new-user","new-word",1',
            id="EC25: all fields",
        ),
    ],
)
def test_credentials_in_the_familys_form(
    base: dict[str, Answer], read: dict[str, Answer], written: str
) -> None:
    async def main() -> None:
        script, _ = initialised(
            {"AT+CGDCONT?": CONTEXTS, 'AT+CGDCONT=1,"IP","em2"': OK, written: OK, **read}, base
        )
        modem = connect(script)
        await modem.initialise()
        assert await modem.read_context(1) == ContextSettings(1, "IP", "em", AUTH)
        await modem.write_context(
            ContextSettings(1, "IP", "em2", ContextAuth(1, "new-user", "new-word"))
        )
        assert script.lines[-1] == written
        assert 'AT+CGDCONT=1,"IP","em2"' in script.lines

    run(main())


@pytest.mark.parametrize(
    ("read", "auth"),
    [
        pytest.param(ok("+CGAUTH: 1,0"), ContextAuth(0), id="none before and after"),
        pytest.param(OK, ContextAuth(0), id="not listed: none"),
        pytest.param(ok('+CGAUTH: 1,2,"a","b"'), None, id="left as they are"),
        pytest.param(
            ok('+CGAUTH: 1,1,"eesecure"'), ContextAuth(1, "eesecure", None), id="unknown, stays"
        ),
    ],
)
def test_no_command_for_credentials(read: str, auth: ContextAuth | None) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGAUTH?": read, 'AT+CGDCONT=1,"IP","em2"': OK})
        modem = connect(script)
        await modem.initialise()
        await modem.write_context(ContextSettings(1, "IP", "em2", auth))
        assert 'AT+CGDCONT=1,"IP","em2"' in script.lines
        assert not any(line.startswith("AT+CGAUTH=") for line in script.lines)

    run(main())


def test_credentials_are_cleared_where_there_were_some() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CGAUTH?": ok('+CGAUTH: 1,2,"a","b"'),
                'AT+CGDCONT=1,"IP","em2"': OK,
                "AT+CGAUTH=1,0": OK,
            }
        )
        modem = connect(script)
        await modem.initialise()
        await modem.write_context(ContextSettings(1, "IP", "em2", ContextAuth(0)))
        assert script.lines[-1] == "AT+CGAUTH=1,0"

    run(main())


def test_a_password_nobody_knows_is_not_written() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGAUTH?": ok('+CGAUTH: 1,1,"other"')})
        modem = connect(script)
        await modem.initialise()
        settings = ContextSettings(1, "IP", "em2", ContextAuth(1, "user", None))
        with pytest.raises(MisuseError):
            await modem.write_context(settings)
        assert not any(line.startswith("AT+CGDCONT=") for line in script.lines)

    run(main())


def test_a_context_that_is_not_defined() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGDCONT?": OK, "AT+CGAUTH?": ERROR})
        assert await connect(script).read_context(1) == ContextSettings(1, "", "", None)

    run(main())


def test_a_refused_credential_shows_no_secret() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CGAUTH?": OK, 'AT+CGDCONT=1,"IP","em2"': OK})
        settings = ContextSettings(1, "IP", "em2", ContextAuth(1, "user", "word"))
        with pytest.raises(CommandRefused) as raised:
            await connect(script).write_context(settings)
        assert "word" not in str(raised.value)
        assert "word" not in repr(settings)

    run(main())


# --- messages -------------------------------------------------------------------------------------


def test_every_memory_is_read_and_the_choice_put_back() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                'AT+CPMS="SM"': OK,
                'AT+CPMS="ME"': OK,
                "AT+CMGL=4": [
                    ok("+CMGL: 0,0,,24", PDU, "+CMGL: 3,3,,24", PDU),
                    ok("+CMGL: 7,1,,24", PDU),
                ],
            }
        )
        modem = connect(script)
        await modem.initialise()
        found = await modem.stored_messages(every_memory=True)
        assert found == (
            StoredMessage("ME", 0, 0, PDU, 24),
            StoredMessage("SM", 7, 1, PDU, 24),
        )
        assert script.lines[-4:] == ["AT+CMGL=4", 'AT+CPMS="SM"', "AT+CMGL=4", 'AT+CPMS="ME"']

    run(main())


def test_the_selected_memory_is_read_without_a_write() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CMGL=4": ok("+CMGL: 7,1,,24", PDU)})
        modem = connect(script)
        await modem.initialise()
        assert len(await modem.stored_messages(every_memory=False)) == 1
        assert script.lines[-1] == "AT+CMGL=4"

    run(main())


def test_the_choice_is_put_back_when_the_list_fails() -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                'AT+CPMS="SM"': OK,
                'AT+CPMS="ME"': OK,
                "AT+CMGL=4": [OK, ERROR],
                "AT+CPMS?": [SIM7600_CPMS, ERROR],
            }
        )
        modem = connect(script)
        await modem.initialise()
        with pytest.raises(CommandRefused):
            await modem.stored_messages(every_memory=True)
        assert script.lines[-1] == 'AT+CPMS="ME"'

    run(main())


SIM7600_CPMS = ok('+CPMS: "ME",0,23,"ME",0,23,"ME",0,23')


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(ERROR, id="refused"),
        pytest.param(MUTE, id="silence"),
        pytest.param(ok('+CMGL: 1,"REC UNREAD","1234",,"26/11/22,10:00:00+04"', "x"), id="text"),
    ],
)
def test_messages_are_read_slot_by_slot_where_the_list_fails(listing: str | None) -> None:
    async def main() -> None:
        script, _ = initialised(
            {
                "AT+CMGL=4": listing,
                "AT+CPMS?": [SIM7600_CPMS, ok('+CPMS: "ME",2,23,"ME",2,23,"ME",2,23')],
                "AT+CMGR=0": refused(321, "CMS"),
                "AT+CMGR=1": ok("+CMGR: 0,,24", PDU),
                "AT+CMGR=2": OK,
                "AT+CMGR=3": refused(320, "CMS"),
                "AT+CMGR=4": ok(f"+CMGR: 1,,24 {PDU}"),
            }
        )
        modem = connect(script)
        await modem.initialise()
        found = await modem.stored_messages(every_memory=False)
        assert [(message.index, message.stat, message.pdu) for message in found] == [
            (1, 0, PDU),
            (4, 1, PDU),
        ]
        assert "AT+CMGR=5" not in script.lines

    run(main())


@pytest.mark.parametrize(
    "answer", [refused(321, "CMS"), OK, "+CMS ERROR: invalid memory index"], ids=str
)
def test_an_empty_slot_is_none(answer: str) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CMGR=21": answer})
        modem = connect(script)
        await modem.initialise()
        assert await modem.read_message(None, 21) is None

    run(main())


def test_a_message_in_another_memory_is_read_there() -> None:
    async def main() -> None:
        script, _ = initialised(
            {'AT+CPMS="SM"': OK, 'AT+CPMS="ME"': OK, "AT+CMGR=4": ok("+CMGR: 0,,24", PDU)}
        )
        modem = connect(script)
        await modem.initialise()
        assert await modem.read_message("SM", 4) == StoredMessage("SM", 4, 0, PDU, 24)
        assert script.lines[-3:] == ['AT+CPMS="SM"', "AT+CMGR=4", 'AT+CPMS="ME"']
        assert await modem.read_message("BM", 4) is None
        assert script.lines[-1] == 'AT+CPMS="ME"'

    run(main())


def test_text_mode_that_came_back_is_set_right() -> None:
    async def main() -> None:
        text = ok('+CMGR: "REC UNREAD","1234",,"26/11/22,10:00:00+04"', "APN em")
        script, _ = initialised({"AT+CMGR=4": [text, ok("+CMGR: 0,,24", PDU)]})
        modem = connect(script)
        await modem.initialise()
        message = await modem.read_message("ME", 4)
        assert message is not None
        assert message.pdu == PDU
        assert script.lines[-3:] == ["AT+CMGR=4", "AT+CMGF=0", "AT+CMGR=4"]

    run(main())


@pytest.mark.parametrize("answer", [OK, refused(321, "CMS")], ids=["there", "gone already"])
def test_delete(answer: str) -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CMGD=4": answer})
        modem = connect(script)
        await modem.initialise()
        await modem.delete_messages("ME", [4])
        assert script.lines[-1] == "AT+CMGD=4"

    run(main())


def test_a_slot_that_can_not_be_emptied_keeps_no_other_full() -> None:
    async def main() -> None:
        script, _ = initialised({"AT+CMGD=4": refused(320, "CMS"), "AT+CMGD=5": OK})
        modem = connect(script)
        await modem.initialise()
        assert await modem.delete_messages("ME", [4, 5]) == (4,)
        assert script.lines[-1] == "AT+CMGD=5"

    run(main())


def test_storage_state() -> None:
    async def main() -> None:
        script, _ = initialised(
            {"AT+CPMS?": [SIM7600_CPMS, ok('+CPMS: "ME",23,23,"ME",23,23,"ME",23,23')]}
        )
        modem = connect(script)
        await modem.initialise()
        state = await modem.storage()
        assert state == StorageState("ME", 23, 23)
        assert state is not None
        assert state.full

    run(main())


@pytest.mark.parametrize("echoed", [False, True], ids=["quiet", "echoed"])
def test_a_part_is_sent_and_its_echo_is_no_restart(echoed: bool) -> None:
    async def main() -> None:
        script, events = initialised({})
        script.echoes_payloads = echoed
        modem = connect(script, events)
        await modem.initialise()
        assert await modem.send_sms(Part(pdu="0011000491214300", tpdu_length=7)) == 7
        assert script.payloads == [b"0011000491214300"]
        assert script.lines[-1] == "AT+CMGS=7"
        assert events == []

    run(main())


# --- a line that somebody typed -------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "AT+CMGS=10",
        "at+cmgw=5",
        "AT+CNMA=1,20",
        "ATD*99#",
        "AT+CSQ;D112",
        "ATO",
        "ATA",
        "AT+CMUX=0",
        "AT+CSQ\rAT+CFUN=0",
        "AT+COPS=ü",
        "CSQ",
        "A",
        "AT" + "x" * 600,
    ],
)
def test_lines_that_are_not_sent(line: str) -> None:
    async def main() -> None:
        script = ScriptedModem()
        modem = connect(script)
        with pytest.raises(MisuseError):
            await modem.run_at(line)
        assert script.lines == []

    run(main())


@pytest.mark.parametrize(
    ("line", "answer", "lines"),
    [
        pytest.param("AT+CSQ", ("+CSQ: 21,99",), ("+CSQ: 21,99",), id="as it is"),
        pytest.param("ATI", ("Quectel", "EC25"), ("Quectel", "EC25"), id="without prefix"),
        pytest.param(
            "AT+CGAUTH?",
            ('+CGAUTH: 1,2,"sora-word","sora-user"',),
            ('+CGAUTH: 1,2,"***","***"',),
            id="CGAUTH",
        ),
        pytest.param(
            "at+qicsgp=1",
            ('+QICSGP: 1,"em","user","word",2',),
            ('+QICSGP: 1,"***","***","***",2',),
            id="QICSGP",
        ),
        pytest.param(
            "AT^AUTHDATA?",
            ("^AUTHDATA: 1,1,password,username,46000",),
            ("^AUTHDATA: 1,1,***,***,***",),
            id="unquoted",
        ),
    ],
)
def test_a_typed_line_is_answered_without_secrets(
    line: str, answer: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    async def main() -> None:
        script, _ = initialised({line: ok(*answer)})
        assert (await connect(script).run_at(line)).lines == lines

    run(main())
