"""What modems say unasked, in words. An id names the transcript or the device."""

from __future__ import annotations

import pytest

from modem.explain import explain_urc


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param('+CMTI: "SM",9', "a message came: place 9 of SM", id="a7670-sms-full"),
        pytest.param('+CMTI: "ME",0', "place 0 of ME", id="index 0"),
        pytest.param("+CMTI: ,-1", "where it is stored isn't told", id="A7670: -1"),
        pytest.param('+CMTI: "SM",1,"MMS PUSH",2,1', "place 1 of SM", id="sim900-mms-push"),
        pytest.param('+CDSI: "SR",8', "a status report came: place 8 of SR", id="sim7600"),
        pytest.param("+CBMI: 1,2", "cell broadcast", id="CBMI"),
        pytest.param("+CREG: 5", "registered, roaming", id="CREG"),
        pytest.param('+CREG: 1,"1A2D","0123",2', "LAC 0x1A2D (6701), cell 0x0123", id="CREG at"),
        pytest.param('+CEREG: 5,"1A2D","0123ABCD",7', "eNodeB 74667, sector 205", id="CEREG"),
        pytest.param('+CREG: 2,1,"1A2D","0123"', "registered, home", id="MD400: with <n>"),
        pytest.param("+CGEV: EPS PDN ACT 1", "LTE's default context is active: 1", id="a7600"),
        pytest.param("+CGEV: NW PDN DEACT 2", "the network ended the context: 2", id="CGEV deact"),
        pytest.param("+CGEV: ME DETACH", "the modem detached itself", id="CGEV detach"),
        pytest.param('+CGEV: NW DEACT "IP","10.1.2.3",1', "network ended", id="CGEV of 2G"),
        pytest.param("+CPIN: READY", "ready", id="bg96-boot CPIN"),
        pytest.param("+CPIN: SIM PIN", "waits for its PIN", id="ec2x-pin-start"),
        pytest.param("+CPIN: NOT INSERTED", "no card", id="SIM800 CPIN"),
        pytest.param("+CFUN: 1", "full", id="bg96-boot CFUN"),
        pytest.param("RDY", "the modem has started", id="bg96-boot RDY"),
        pytest.param("APP RDY", "firmware", id="bg96-boot APP RDY"),
        pytest.param("SMS Ready", "SMS are possible", id="sim7000"),
        pytest.param("SMS DONE", "SMS are possible", id="a7600 SMS"),
        pytest.param("PB DONE", "the start is over", id="a7600 PB"),
        pytest.param("Call Ready", "calls", id="sim808"),
        pytest.param("*ATREADY: 1", "the modem has started", id="a7600-atready-boot"),
        pytest.param("^SYSSTART", "the modem has started", id="cinterion"),
        pytest.param("NORMAL POWER DOWN", "switches itself off", id="sim7080 down"),
        pytest.param("UNDER-VOLTAGE WARNNING", "voltage is low", id="SIM800 voltage"),
        pytest.param("+SMS FULL", "none comes in", id="a7670-sms-full FULL"),
        pytest.param('^SMMEMFULL: "SM"', "the memory SM is full", id="huawei"),
        pytest.param('+QIND: "smsfull","ME"', "memory for messages is full", id="EG91 full"),
        pytest.param("+QIND: SMS DONE", "SMS are possible", id="bg96-boot QIND"),
        pytest.param('+QIND: "csq",17,99', "-79 dBm (good)", id="EC25 csq"),
        pytest.param('+QIND: "act","LTE"', "LTE now", id="EC25 act"),
        pytest.param("+QUSIM: 1", "USIM", id="bg96-boot QUSIM"),
        pytest.param("#QSS: 3", "ready for SMS", id="telit"),
        pytest.param("^RSSI:10", "-93 dBm (fair)", id="huawei-e1752-rssi-boot"),
        pytest.param('^HCSQ:"LTE",48,35,86,14', "RSRP -106 dBm", id="ME909s"),
        pytest.param("^MODE:5,4", "UMTS", id="E1752 mode"),
        pytest.param("^SRVST:2", "service: all of it", id="E1752 service"),
        pytest.param("+CTZV: +4,0", "UTC+01:00", id="sim800 CTZV"),
        pytest.param('+CTZE: "-32",0,"2024/05/06,07:08:09"', "UTC-08:00, 2024/05/06", id="CTZE"),
        pytest.param(
            '*PSUTTZ: 18/11/04,22:38:07","-32",0',
            "2018-11-04 22:38:07 UTC, UTC-08:00",
            id="sim7080-psuttz",
        ),
        pytest.param(
            '*PSUTTZ: 2020,12,16,18,3,45,"+4",0',
            "2020-12-16 18:03:45 UTC, UTC+01:00",
            id="sim800 PSUTTZ",
        ),
        pytest.param("DST: 0", "no summer time", id="sim800 DST"),
        pytest.param("RING", "somebody calls", id="RING"),
        pytest.param("+CRING: VOICE", "somebody calls, voice", id="CRING"),
        pytest.param('+CLIP: "+491701234567",145', "+491701234567", id="CLIP"),
        pytest.param('+CUSD: 0,"0054",72', "the network answers: T", id="CUSD in UCS2"),
        pytest.param('+CUSD: 2,"bye",15', "ended the session: bye", id="CUSD"),
        pytest.param("+CSCON: 1", "connected", id="CSCON"),
        pytest.param("^BOOT:35323129,0,0,0,26", "", id="E1752: nobody knows"),
        pytest.param('+CIEV: 10,"20801"', "", id="sim800: makers' own"),
        pytest.param("", "", id="empty"),
    ],
)
def test_words(line: str, words: str) -> None:
    found = explain_urc([line])
    assert bool(found) == bool(words), found
    assert words in "\n".join(found)


def test_no_lines() -> None:
    assert explain_urc(()) == ()
