"""Commands and parsers: lines of named devices in, values out; and nothing leaves an AT string."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.command import Command
from modem.at.events import Response
from modem.at.results import Final, FinalKind
from modem.commands import context, control, identity, messages, network, sim
from modem.commands.messages import Cnmi, ListedPdu, Memories, MemoryUse
from modem.commands.secrets import is_secret, redacted
from modem.errors import MisuseError, ProtocolError
from modem.profiles import AuthOrder
from modem.registration import DomainState, Registration
from modem.values import ContextAuth, ContextSettings, PdpContext, Signal

# ModemManager's and gammu's own tests; each row names its file and test.
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("at_lines.jsonl").read_text().splitlines()
]
FINAL = Final(FinalKind.OK)


def answer(command: Command, *lines: str) -> Response:
    return Response(command, lines, FINAL)


def rows(kind: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{number}-{row['source'].rpartition(':')[2]}"[:60])
        for number, row in enumerate(ROWS)
        if row["kind"] == kind
    ]


def lines_of(wire: str) -> list[str]:
    """The information lines of a wire text: no echo, no result."""
    lines = (line.strip() for line in wire.replace("\r", "\n").split("\n"))
    return [line for line in lines if line and line != "OK" and not line.startswith("AT")]


# --- registration ---------------------------------------------------------------------------------

ACT_NAMES = {"GSM": "gsm", "EDGE": "gsm", "LTE": "lte"}


@pytest.mark.parametrize("row", rows("registration"))
def test_registration_lines_of_named_devices(row: dict[str, Any]) -> None:
    text = lines_of(row["wire"])[0].partition(":")[2]
    state = network.parse_registration_text(text)
    assert state is not None
    assert state.stat == row["stat"]
    if "act" in row:
        assert state.rat == next((ACT_NAMES[name] for name in row["act"]), None)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        pytest.param('5,"1F00","0079D903",7', DomainState(5, 7), id="URC, LTE"),
        pytest.param('2,5,"1F00","0079D903",7', DomainState(5, 7), id="answer, LTE"),
        pytest.param('2,5,"1F00","0079D903",9', DomainState(5, 9), id="NB-IoT"),
        pytest.param("2,3,,,,0,15", DomainState(3, None), id="reject cause, no AcT"),
        pytest.param("0,11", DomainState(11, None), id="A7670E-LNXY-UBL"),
        pytest.param("0,90", DomainState(90, None), id="SIM7672"),
        pytest.param("", None, id="nothing"),
        pytest.param("(0-2)", None, id="test answer"),
        pytest.param("²", None, id="no digit"),
        pytest.param("9" * 5000, None, id="endless number"),
    ],
)
def test_registration_lines(text: str, state: DomainState | None) -> None:
    assert network.parse_registration_text(text) == state


def test_an_answer_without_a_state_is_nonsense() -> None:
    with pytest.raises(ProtocolError):
        network.parse_registration(answer(network.registration_read(network.Domain.CS), "+CREG: x"))


@pytest.mark.parametrize(
    ("stat", "name"),
    [(0, "idle"), (1, "home"), (5, "roaming"), (11, "attached-rlos"), (12, "12"), (90, "90")],
)
def test_an_unknown_state_is_shown_by_its_number(stat: int, name: str) -> None:
    assert DomainState(stat).name == name


@pytest.mark.parametrize(
    ("act", "rat"),
    [(0, "gsm"), (2, "umts"), (6, "umts"), (7, "lte"), (8, "ltem"), (9, "nbiot"), (11, "nr"),
     (19, None), (None, None)],
)  # fmt: skip
def test_technologies(act: int | None, rat: str | None) -> None:
    assert DomainState(1, act).rat == rat


# The rules of "Registered": data_ready is CGREG or CEREG in {1, 5}; sms_ready is CREG in
# {1, 5, 6, 7, 9, 10}, or CGREG/CEREG in {1, 5} when CREG says nothing better, "unproven".
@pytest.mark.parametrize(
    ("cs", "ps", "eps", "data", "sms", "unproven", "roaming", "denied"),
    [
        pytest.param(1, 1, 1, True, True, False, False, False, id="home"),
        pytest.param(5, 5, 5, True, True, False, True, False, id="an emnify card"),
        pytest.param(6, 4, 1, True, True, False, False, False, id="A7670: SMS only"),
        pytest.param(7, None, 5, True, True, False, True, False, id="SMS only, roaming"),
        pytest.param(9, 0, 1, True, True, False, False, False, id="CSFB not preferred"),
        pytest.param(10, 0, 5, True, True, False, True, False, id="the same, roaming"),
        pytest.param(3, 0, 5, True, True, True, True, False, id="SIM7000: CS denied"),
        pytest.param(0, 0, 1, True, True, True, False, False, id="LTE only, CS idle"),
        pytest.param(2, 0, 1, True, True, True, False, False, id="CS searching"),
        pytest.param(4, 5, 0, True, True, True, True, False, id="CS unknown"),
        pytest.param(None, None, 5, True, True, True, True, False, id="no CREG"),
        pytest.param(90, 0, 1, True, True, True, False, False, id="a number of its own"),
        pytest.param(8, 0, 1, True, False, False, False, False, id="emergency only"),
        pytest.param(11, 11, 11, False, False, False, False, False, id="variant without SMS"),
        pytest.param(11, 0, 1, True, False, False, False, False, id="11 with data"),
        pytest.param(1, 0, 0, False, True, False, False, False, id="voice and SMS only"),
        pytest.param(3, 3, 3, False, False, False, False, True, id="denied"),
        pytest.param(2, 2, 2, False, False, False, False, False, id="searching"),
        pytest.param(None, None, None, False, False, False, False, False, id="nothing"),
    ],
)  # fmt: skip
def test_registered(
    cs: int | None, ps: int | None, eps: int | None,
    data: bool, sms: bool, unproven: bool, roaming: bool, denied: bool,
) -> None:  # fmt: skip
    states = [None if stat is None else DomainState(stat) for stat in (cs, ps, eps)]
    found = Registration(*states)
    assert found.data_ready is data
    assert found.sms_ready is sms
    assert found.sms_unproven is unproven
    assert found.roaming is roaming
    assert found.denied is denied
    assert found.registered is (data or sms)


def test_the_packet_domain_knows_the_technology() -> None:
    found = Registration(DomainState(1, 0), DomainState(0), DomainState(5, 7))
    assert found.rat == "lte"
    assert Registration(DomainState(1, 0), DomainState(2, 2), DomainState(2, 7)).rat == "gsm"
    assert Registration(DomainState(2, 0)).rat is None


# --- signal, operator -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "rssi_dbm"),
    [("+CSQ: 0,99", -113), ("+CSQ: 21,99", -71), ("+CSQ: 31,0", -51), ("+CSQ: 99,99", None),
     ("+CSQ: 199,99", None), ("+CSQ: ,", None)],
)  # fmt: skip
def test_csq(line: str, rssi_dbm: int | None) -> None:
    assert network.parse_csq(answer(network.csq(), line)) == rssi_dbm


@pytest.mark.parametrize(
    ("line", "signal"),
    [
        ("+CESQ: 99,99,255,255,0,0", Signal(None, -141, -20.0)),
        ("+CESQ: 99,99,255,255,34,97", Signal(None, -44, -3.0)),
        ("+CESQ: 63,7,255,255,255,255", Signal(-48)),
        ("+CESQ: 99,99,255,255,255,255", Signal()),
        ("+CESQ: 99,99,255,255,20,46,255,255,255", Signal(None, -95, -10.0)),
    ],
)
def test_cesq(line: str, signal: Signal) -> None:
    assert network.parse_cesq(answer(network.cesq(), line)) == signal


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('+COPS: 0,0,"Vodafone.de",7', "Vodafone.de"),
        ('+COPS: 0,2,"26202",7', "26202"),
        ("+COPS: 0", None),
        ('+COPS: 0,0,"",7', None),
        ('+COPS: 1,0,"A,B"', "A,B"),
        ('+cops: 0,0,"lower"', "lower"),
    ],
)
def test_cops(line: str, name: str | None) -> None:
    assert network.parse_cops(answer(network.cops_read(), line)) == name


# --- identity -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "line", "name"),
    [
        (identity.cgmi(), "SIMCOM INCORPORATED", "SIMCOM INCORPORATED"),
        (identity.cgmm(), "+CGMM: SIMCOM_SIM7600JC-H", "SIMCOM_SIM7600JC-H"),
        (identity.cgmm(), '+CGMM: "A7670E-FASE"', "A7670E-FASE"),
        (identity.cgmr(), "+CGMR: A011B07A7670M7_F", "A011B07A7670M7_F"),
        (identity.cgmr(), "Revision: EC25EFAR06A01M4G", "EC25EFAR06A01M4G"),
        (identity.cgmi(), "x" * 500, "x" * 64),
        (identity.cgmi(), "Maker\x07\x1b[2J", "Maker[2J"),
    ],
)
def test_names(command: Command, line: str, name: str) -> None:
    assert identity.parse_name(answer(command, line)) == name


@pytest.mark.parametrize(
    "line", ["862636050000017", '+CGSN: "862636050000017"', "+CGSN: 862636050000017"]
)
def test_imei(line: str) -> None:
    assert identity.parse_cgsn(answer(identity.cgsn(), line)) == "862636050000017"


@pytest.mark.parametrize(
    ("line", "iccid"),
    [
        ("+CCID: 89883020000000000120", "89883020000000000120"),
        ('+CCID: "8988302000000000012F"', "8988302000000000012"),
        ("89883020000000000120", "89883020000000000120"),
        ("+ICCID: 898600F0000000000A12", "898600F0000000000A12"),
    ],
)
def test_ccid(line: str, iccid: str) -> None:
    assert identity.parse_ccid(answer(identity.ccid(), line)) == iccid


@pytest.mark.parametrize(
    ("line", "iccid"),
    [
        ('+CRSM: 144,0,"98880302000000001002"', "89883020000000000120"),
        ('+CRSM: 145,32,"988803020000000010F2"', "8988302000000000012"),
        ("+CRSM: 144,0,98880302000000001002", "89883020000000000120"),
    ],
)
def test_iccid_out_of_its_file(line: str, iccid: str) -> None:
    assert identity.parse_crsm_iccid(answer(identity.crsm_iccid(), line)) == iccid


@pytest.mark.parametrize(
    "line", ["+CRSM: 106,130", '+CRSM: 105,133,""', '+CRSM: 144,0,"FFFF"', "+CRSM:"]
)
def test_a_file_that_is_not_there(line: str) -> None:
    with pytest.raises(ProtocolError):
        identity.parse_crsm_iccid(answer(identity.crsm_iccid(), line))


@given(st.text("0123456789", min_size=18, max_size=20))
def test_nibbles_are_swapped(digits: str) -> None:
    padded = digits + "F" * (len(digits) % 2)
    octets = "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
    line = f'+CRSM: 144,0,"{octets}"'
    assert identity.parse_crsm_iccid(answer(identity.crsm_iccid(), line)) == digits


# --- card -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "state"),
    [("+CPIN: READY", "READY"), ("+CPIN: SIM PIN", "SIM PIN"), ('+CPIN: "SIM PIN"', "SIM PIN"),
     ("+cpin: ready", "READY")],
)  # fmt: skip
def test_cpin(line: str, state: str) -> None:
    assert sim.parse_cpin(answer(sim.cpin_read(), line)) == state


@pytest.mark.parametrize(
    ("lines", "tries_left"),
    [
        (("+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10"), 3),
        (("+CPINR: SIM PUK,10,10", '+CPINR: "SIM PIN",1'), 1),
        (("+CPINR: SIM PUK,10,10",), None),
        (("+CPINR: SIM PIN",), None),
        ((), None),
    ],
)
def test_cpinr(lines: tuple[str, ...], tries_left: int | None) -> None:
    assert sim.parse_cpinr(answer(sim.cpinr(), *lines)) == tries_left


def test_the_pin_is_a_secret() -> None:
    command = sim.cpin_enter("4711")
    assert command.text == 'AT+CPIN="4711"'
    assert "4711" not in command.shown


# --- contexts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("cgdcont_read"))
def test_cgdcont_of_named_devices(row: dict[str, Any]) -> None:
    found = context.parse_cgdcont(answer(context.cgdcont_read(), *lines_of(row["wire"])))
    assert [(item.cid, item.type, item.apn) for item in found] == [
        (item["cid"], item["family"], item["apn"]) for item in row["contexts"]
    ]


def test_cgdcont_with_an_address() -> None:
    """SIM7672: the address stands in the answer itself."""
    line = '+CGDCONT: 1,"IP","soracom.io","10.164.98.251",0,0,0,0'
    found = context.parse_cgdcont(answer(context.cgdcont_read(), line))
    assert found == (PdpContext(1, "IP", "soracom.io", "10.164.98.251"),)


def test_cgdcont_that_is_nonsense() -> None:
    with pytest.raises(ProtocolError):
        context.parse_cgdcont(answer(context.cgdcont_read(), '+CGDCONT: "IP"'))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.65.3.4", "10.65.3.4"),
        ('"10.65.3.4"', "10.65.3.4"),
        ("10.36.130.148.255.255.255.0", "10.36.130.148"),
        ("192.168.97.2/30", "192.168.97.2"),
        ("2001:db8::17", "2001:db8::17"),
        ("254.128.0.0.0.0.0.0.0.0.0.0.0.0.0.1", "fe80::1"),
        (".".join(["254", "128", *["0"] * 13, "1", *["255"] * 16]), "fe80::1"),
        ("0.0.0.0", None),
        ("0.0.0.0.0.0.0.0", None),
        ("::", None),
        (".".join(["0"] * 16), None),
        ("", None),
        ("em", None),
        ("1.2.3.999", None),
        ("1" * 5000, None),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    assert context.parse_address(text) == address


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (['+CGPADDR: 1,"10.65.3.4"'], "10.65.3.4"),
        (["+CGPADDR: 1,10.65.3.4"], "10.65.3.4"),
        (['+CGPADDR: 2,"10.9.9.9"', '+CGPADDR: 1,"10.65.3.4"'], "10.65.3.4"),
        (['+CGPADDR: 1,"0.0.0.0","2001:db8::17"'], "2001:db8::17"),
        (['+CGPADDR: 1,"0.0.0.0"'], None),
        (["+CGPADDR: 1"], None),
        (["+CGPADDR:"], None),
        ([], None),
    ],
)
def test_cgpaddr(lines: list[str], address: str | None) -> None:
    assert context.parse_cgpaddr(answer(context.cgpaddr(1), *lines), 1) == address


# The forms of public logs: an Intel test's, a Sequans GM01Q, a u-blox SARA, an RM520N-GL and an
# RG501Q-EU on the same carrier. The one with two addresses is composed after notes on an RG650E:
# blanks and commas mixed, IPv4 without mask, IPv6 and name servers interleaved.
@pytest.mark.parametrize(
    ("lines", "apn", "address"),
    [
        (['+CGCONTRDP: 1,5,"test.MNC002.MCC255.GPRS","10.36.130.148","","10.97.52.68"'],
         "test", "10.36.130.148"),
        (['+CGCONTRDP: 1,5,"spe.inetd.vodafone.nbiot.mnc028.mcc901.gprs",'
          '"10.175.213.177.255.255.255.255","","10.105.16.254",,,1430'],
         "spe.inetd.vodafone.nbiot", "10.175.213.177"),
        (['+CGCONTRDP: 1,5,"m2m.com.attz.mnc170.mcc310.gprs",10.192.234.63.255.255.255.128,,,'],
         "m2m.com.attz", "10.192.234.63"),
        (['+CGCONTRDP: 1,5,"SMARTLTE","10.148.167.210",,"10.151.151.44","10.151.151.48"'],
         "SMARTLTE", "10.148.167.210"),
        (["+CGCONTRDP: 1,5,SMARTLTE,10.167.105.28,,10.151.151.44,10.151.151.48"],
         "SMARTLTE", "10.167.105.28"),
        (['+CGCONTRDP: 1,5,"em",,,"10.97.52.68","10.97.52.76"'], "em", None),
        (['+CGCONTRDP: 1,5,"em"'], "em", None),
        (['+CGCONTRDP: 1,5,"em","10.1.2.3" "2001:db8::17","10.4.4.4" "2001:db8::53"'],
         "em", "10.1.2.3"),
        (['+CGCONTRDP: 2,6,"ims","10.9.9.9"', '+CGCONTRDP: 1,5,"em","10.1.2.3"'],
         "em", "10.1.2.3"),
        ([], None, None),
        (["+CGCONTRDP:"], None, None),
    ],
)  # fmt: skip
def test_cgcontrdp(lines: list[str], apn: str | None, address: str | None) -> None:
    response = answer(context.cgcontrdp(1), *lines)
    assert context.parse_cgcontrdp(response, 1) == (apn, address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("em", "EM.mnc001.mcc901.GPRS", True), ("em", "em", True), ("em", "em2", False),
     ("em.mnc001", "em", False)],
)  # fmt: skip
def test_same_apn(one: str, other: str, same: bool) -> None:
    assert context.same_apn(one, other) is same


AUTH = ContextAuth(2, "the-user", "the-word")


@pytest.mark.parametrize(
    ("order", "line", "auth"),
    [
        (AuthOrder.USER_FIRST, '+CGAUTH: 1,2,"the-user","the-word"', AUTH),
        (AuthOrder.PASSWORD_FIRST, '+CGAUTH: 1,2,"the-word","the-user"', AUTH),
        (AuthOrder.USER_FIRST, "+CGAUTH: 1,0", ContextAuth(0)),
        (AuthOrder.USER_FIRST, '+CGAUTH: 1,0,"",""', ContextAuth(0)),
        (AuthOrder.USER_FIRST, '+CGAUTH: 1,1,"eesecure"', ContextAuth(1, "eesecure", None)),
        (AuthOrder.PASSWORD_FIRST, '+CGAUTH: 1,1,"vf"', ContextAuth(1, "vf", None)),
        (AuthOrder.USER_FIRST, '+CGAUTH: 2,1,"a","b"', ContextAuth(0)),
        (AuthOrder.PASSWORD_FIRST, '+CGAUTH: 1,1,"a,b","c,d"', ContextAuth(1, "c,d", "a,b")),
    ],
)
def test_cgauth(order: AuthOrder, line: str, auth: ContextAuth) -> None:
    assert context.parse_cgauth(answer(context.cgauth_read(), line), 1, order) == auth


@pytest.mark.parametrize(
    ("order", "line", "auth"),
    [
        (AuthOrder.USER_FIRST, '+QICSGP: 1,"em","the-user","the-word",2', AUTH),
        (AuthOrder.USER_FIRST, '+QICSGP: 1,"internet","","",0', ContextAuth(0)),
        (AuthOrder.USER_FIRST, '+QICSGP: 0,"","","",0', ContextAuth(0)),
    ],
)
def test_qicsgp(order: AuthOrder, line: str, auth: ContextAuth) -> None:
    assert context.parse_qicsgp(answer(context.qicsgp_read(1), line), order) == auth


@pytest.mark.parametrize(
    "parse",
    [
        lambda line: context.parse_cgauth(
            answer(context.cgauth_read(), line.replace("X", "+CGAUTH")), 1, AuthOrder.USER_FIRST
        ),
        lambda line: context.parse_qicsgp(
            answer(context.qicsgp_read(1), line.replace("X", "+QICSGP")), AuthOrder.USER_FIRST
        ),
    ],
    ids=["CGAUTH", "QICSGP"],
)
def test_nonsense_about_credentials_shows_none(parse: Any) -> None:
    with pytest.raises(ProtocolError) as raised:
        parse('X: 1,"the-user","the-word"')
    assert "the-word" not in str(raised.value)
    assert "the-word" not in repr(raised.value.lines)


SETTINGS = ContextSettings(1, "IP", "em")


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (context.cgdcont_write(SETTINGS), 'AT+CGDCONT=1,"IP","em"'),
        (context.cgauth_write(1, AUTH, AuthOrder.USER_FIRST),
         'AT+CGAUTH=1,2,"the-user","the-word"'),
        (context.cgauth_write(1, AUTH, AuthOrder.PASSWORD_FIRST),
         'AT+CGAUTH=1,2,"the-word","the-user"'),
        (context.cgauth_write(1, ContextAuth(0, "x", "y"), AuthOrder.USER_FIRST),
         "AT+CGAUTH=1,0"),
        (context.qicsgp_write(SETTINGS, AUTH, AuthOrder.USER_FIRST),
         'AT+QICSGP=1,1,"em","the-user","the-word",2'),
        (context.qicsgp_write(ContextSettings(2, "ipv4v6", "em"), ContextAuth(0),
                              AuthOrder.USER_FIRST),
         'AT+QICSGP=2,3,"em","","",0'),
        (context.cgact(True, 1), "AT+CGACT=1,1"),
        (network.cgatt(False), "AT+CGATT=0"),
        (network.registration_report(network.Domain.EPS), "AT+CEREG=2"),
        (control.echo_off(), "ATE0"),
        (control.numeric_errors(), "AT+CMEE=1"),
        (messages.cpms_write("ME"), 'AT+CPMS="ME"'),
        (messages.cpms_write("SM", "ME", "SM"), 'AT+CPMS="SM","ME","SM"'),
        (messages.cnmi_write(Cnmi(2, 1, 0, 1, 0)), "AT+CNMI=2,1,0,1,0"),
        (messages.cnmi_write(Cnmi(3, 2, 0, 1, None)), "AT+CNMI=3,2,0,1"),
        (messages.csms_write(1), "AT+CSMS=1"),
        (messages.cmgl(), "AT+CMGL=4"),
        (messages.cmgr(0), "AT+CMGR=0"),
        (messages.cmgd(7), "AT+CMGD=7"),
        (messages.cmgs("00AB", 7), "AT+CMGS=7"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_command_texts(command: Command, text: str) -> None:
    assert command.text == text


@pytest.mark.parametrize("bad", ['"', "\r", "\n", "\x1a", "\x00", "ü", '",0;+CFUN=0;"'])
@pytest.mark.parametrize(
    "build",
    [
        lambda text: context.cgdcont_write(ContextSettings(1, "IP", text)),
        lambda text: context.cgdcont_write(ContextSettings(1, text, "em")),
        lambda text: context.cgauth_write(1, ContextAuth(1, text, "p"), AuthOrder.USER_FIRST),
        lambda text: context.cgauth_write(1, ContextAuth(1, "u", text), AuthOrder.USER_FIRST),
        lambda text: context.qicsgp_write(
            ContextSettings(1, "IP", text), ContextAuth(0), AuthOrder.USER_FIRST
        ),
        lambda text: context.qicsgp_write(
            SETTINGS, ContextAuth(1, "u", text), AuthOrder.USER_FIRST
        ),
        lambda text: sim.cpin_enter(text),
        lambda text: messages.cpms_write(text),
    ],
    ids=["apn", "type", "user", "password", "QICSGP apn", "QICSGP password", "PIN", "memory"],
)
def test_nothing_leaves_an_at_string(build: Any, bad: str) -> None:
    with pytest.raises(MisuseError):
        build(f"a{bad}")


@pytest.mark.parametrize(
    "build",
    [
        lambda: context.cgdcont_write(ContextSettings(-1, "IP", "em")),
        lambda: context.cgdcont_write(ContextSettings(256, "IP", "em")),
        lambda: context.cgauth_write(1, ContextAuth(4), AuthOrder.USER_FIRST),
        lambda: context.cgauth_write(1, ContextAuth(1, "u", None), AuthOrder.USER_FIRST),
        lambda: context.qicsgp_write(
            ContextSettings(1, "PPP", "em"), ContextAuth(0), AuthOrder.USER_FIRST
        ),
    ],
    ids=["cid -1", "cid 256", "type 4", "password unknown", "PPP"],
)
def test_what_can_not_be_set(build: Any) -> None:
    with pytest.raises(MisuseError):
        build()


def test_credentials_are_secrets() -> None:
    for command in (
        context.cgauth_write(1, AUTH, AuthOrder.USER_FIRST),
        context.qicsgp_write(SETTINGS, AUTH, AuthOrder.USER_FIRST),
        context.cgauth_read(),
        context.qicsgp_read(1),
    ):
        assert command.secret
        assert is_secret(command.text)
        assert "the-word" not in command.shown


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"')),
    st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"')),
    st.sampled_from(AuthOrder),
    st.integers(1, 3),
)
def test_what_is_written_is_read_back(
    user: str, password: str, order: AuthOrder, kind: int
) -> None:
    """A modem gives back what it was given: `=` becomes `: `."""
    auth = ContextAuth(kind, user, password)
    line = context.cgauth_write(1, auth, order).text.removeprefix("AT").replace("=", ": ", 1)
    assert context.parse_cgauth(answer(context.cgauth_read(), line), 1, order) == auth


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("cpms_test"))
def test_cpms_test_of_named_devices(row: dict[str, Any]) -> None:
    response = answer(messages.cpms_test(), *lines_of(row["wire"]))
    found = messages.parse_cpms_test(response)
    if "mem1" in row:
        wanted = Memories(tuple(row["mem1"]), tuple(row["mem2"]), tuple(row["mem3"]))
    else:
        wanted = GAMMU_MEMORIES[row["wire"]]
    assert found == wanted


# What gammu's tests/atgen make of these, read by the standard.
GAMMU_MEMORIES = {
    'AT+CPMS=?\n+CPMS: ("SM","ME"), ("SM","ME"), ("SM","ME")\nOK\n\n': Memories(
        ("SM", "ME"), ("SM", "ME"), ("SM", "ME")
    ),
    "AT+CPMS=?\n+CPMS: \nOK\n": Memories(),
    'AT+CPMS=?\n+CPMS: "SM","SM","SM"\nOK\n': Memories(("SM",), ("SM",), ("SM",)),
    'AT+CPMS=?\n+CPMS: (ME", "SR"), ("ME", "SR"), ("ME")\nOK\n\n': Memories(
        ("ME", "SR"), ("ME", "SR"), ("ME",)
    ),
}


@pytest.mark.parametrize("row", rows("cpms_read"))
def test_cpms_read_of_named_devices(row: dict[str, Any]) -> None:
    response = answer(messages.cpms_read(), *lines_of(row["wire"]))
    assert messages.parse_cpms(response) == tuple(
        MemoryUse(item["name"], item["used"], item["total"]) for item in row["mem"]
    )


def test_cpms_of_a_device_that_can_not_receive() -> None:
    """Nokia S60 (transcript nokia-no-sms-reading)."""
    assert messages.parse_cpms(answer(messages.cpms_read(), "+CPMS: ,,,,,,,,")) == ()
    assert messages.parse_cpms_test(answer(messages.cpms_test(), "+CPMS: (),(),()")) == Memories()


@pytest.mark.parametrize("row", rows("cnmi_test"))
def test_cnmi_test_of_named_devices(row: dict[str, Any]) -> None:
    offered = messages.parse_cnmi_test(answer(messages.cnmi_test(), *lines_of(row["wire"])))
    assert len(offered) == 5
    assert 2 in offered[0]
    assert {0, 1, 3} == offered[1]


@pytest.mark.parametrize(
    ("line", "cnmi"),
    [
        ("+CNMI: 2,1,0,1,0", Cnmi(2, 1, 0, 1, 0)),
        ("+CNMI: 3,2,0,1", Cnmi(3, 2, 0, 1, None)),
        ("+CNMI: 2,1", Cnmi(2, 1, 0, 0, None)),
    ],
)
def test_cnmi(line: str, cnmi: Cnmi) -> None:
    assert messages.parse_cnmi(answer(messages.cnmi_read(), line)) == cnmi


@pytest.mark.parametrize("row", rows("csca"))
def test_csca_of_named_devices(row: dict[str, Any]) -> None:
    response = answer(messages.csca_read(), *lines_of(row["wire"]))
    assert messages.parse_csca(response) == row["number"]


@pytest.mark.parametrize("line", ['+CSCA: "",129', "+CSCA: ", '+CSCA: "abc",145', "+CSCA: ,"])
def test_no_service_centre(line: str) -> None:
    assert messages.parse_csca(answer(messages.csca_read(), line)) is None


PDU = "07919471060040340412D0657A7A1D66BF41000062112251400040044D3B5D07"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param((), (), id="empty"),
        pytest.param(("+CMGL: 1,0,,24", PDU), (ListedPdu(1, 0, PDU, 24),), id="standard"),
        pytest.param(('+CMGL: 1,0,"Bob, A",24', PDU), (ListedPdu(1, 0, PDU, 24),), id="alpha"),
        pytest.param(("+CMGL: 17,3,35", PDU), (ListedPdu(17, 3, PDU, 35),), id="Pantech"),
        pytest.param((f"+CMGL: 1,0,,24 {PDU}",), (ListedPdu(1, 0, PDU, 24),), id="one line"),
        pytest.param(("+cmgl: 0,1,,24", PDU.lower()), (ListedPdu(0, 1, PDU, 24),), id="lower"),
        pytest.param(("+CMGL: 1,0,,99", PDU), (ListedPdu(1, 0, PDU, 99),), id="wrong length"),
        pytest.param(("+CMGL: 1,0,,", PDU), (ListedPdu(1, 0, PDU, None),), id="no length"),
        pytest.param(
            ("+CMGL: 1,0,,24", "+CMGL: 2,0,,24", PDU),
            (ListedPdu(2, 0, PDU, 24),),
            id="a PDU got lost",
        ),
        pytest.param(("+CMGL: 1,0,,24",), (), id="cut off"),
        pytest.param(("+CMGL: 99999999,0,,24", PDU), (), id="no such slot"),
    ],
)
def test_cmgl(lines: tuple[str, ...], found: tuple[ListedPdu, ...]) -> None:
    assert messages.parse_cmgl(answer(messages.cmgl(), *lines)) == found


@pytest.mark.parametrize(
    "line", ['+CMGL: 1,"REC UNREAD","1234",,"26/11/22,10:00:00+04"', "+CMGL: ", "+CMGL: 1"]
)
def test_cmgl_that_is_nonsense(line: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        messages.parse_cmgl(answer(messages.cmgl(), line, "PIN 4821 APN em"))
    assert "4821" not in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("+CMGR: 0,,24", PDU), ListedPdu(4, 0, PDU, 24)),
        (("+CMGR: 1,24", PDU), ListedPdu(4, 1, PDU, 24)),
        ((f"+CMGR: 1,,24 {PDU}",), ListedPdu(4, 1, PDU, 24)),
        (("+CMGR: 0,,0",), None),
        ((), None),
    ],
)
def test_cmgr(lines: tuple[str, ...], found: ListedPdu | None) -> None:
    assert messages.parse_cmgr(answer(messages.cmgr(4), *lines), 4) == found


@pytest.mark.parametrize("line", ['+CMGR: "REC UNREAD","1234"', "+CMGR:", "+CMGR: ,"])
def test_cmgr_that_is_nonsense(line: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        messages.parse_cmgr(answer(messages.cmgr(4), line, "PIN 4821 APN em"), 4)
    assert "4821" not in str(raised.value)


@pytest.mark.parametrize(
    ("line", "reference"), [("+CMGS: 40", 40), ('+CMGS: 7,"0700"', 7), ("+CMGS: 0", 0)]
)
def test_cmgs(line: str, reference: int) -> None:
    assert messages.parse_cmgs(answer(messages.cmgs("00", 1), line)) == reference


def test_a_body_is_not_in_a_repr() -> None:
    assert PDU not in repr(ListedPdu(1, 0, PDU, 24))


# --- whatever a modem says ------------------------------------------------------------------------

PARSERS: dict[str, Any] = {
    "+CREG": network.parse_registration,
    "+CSQ": network.parse_csq,
    "+CESQ": network.parse_cesq,
    "+COPS": network.parse_cops,
    "+CGATT": network.parse_cgatt,
    "+CFUN": control.parse_cfun,
    "+CPIN": sim.parse_cpin,
    "+CPINR": sim.parse_cpinr,
    "+CGMI": identity.parse_name,
    "+CGSN": identity.parse_cgsn,
    "+CIMI": identity.parse_cimi,
    "+CCID": identity.parse_ccid,
    "+CRSM": identity.parse_crsm_iccid,
    "+CGDCONT": context.parse_cgdcont,
    "+CGACT": context.parse_cgact,
    "+CGPADDR": lambda response: context.parse_cgpaddr(response, 1),
    "+CGCONTRDP": lambda response: context.parse_cgcontrdp(response, 1),
    "+CGAUTH": lambda response: context.parse_cgauth(response, 1, AuthOrder.USER_FIRST),
    "+QICSGP": lambda response: context.parse_qicsgp(response, AuthOrder.PASSWORD_FIRST),
    "+CSMS": messages.parse_csms,
    "+CSMS=?": messages.parse_csms_test,
    "+CPMS": messages.parse_cpms,
    "+CPMS=?": messages.parse_cpms_test,
    "+CNMI": messages.parse_cnmi,
    "+CNMI=?": messages.parse_cnmi_test,
    "+CSCA": messages.parse_csca,
    "+CMGL": messages.parse_cmgl,
    "+CMGR": lambda response: messages.parse_cmgr(response, 4),
    "+CMGS": messages.parse_cmgs,
}

FRAGMENTS = st.sampled_from(
    ["1", "0", ",", '"', " ", "(", ")", "-", "F0", "SM", ".", ":", "READY", "²", "\x00", "9" * 30]
)


@pytest.mark.parametrize("prefix", PARSERS)
@given(lines=st.lists(st.lists(FRAGMENTS, max_size=12).map("".join), max_size=4))
def test_no_parser_raises_anything_but_its_own_error(prefix: str, lines: list[str]) -> None:
    head = prefix.removesuffix("=?")
    command = Command(f"AT{prefix}?", (head,))
    with contextlib.suppress(ProtocolError):
        PARSERS[prefix](answer(command, *(f"{head}: {line}" for line in lines)))


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("AT+CPIN=1234", True), ("AT+CPIN?", False), ("AT+CPIN?;+CPIN=1234", True),
        ("AT+CGAUTH=?", False), ("AT+CGAUTH?", True), ("ATD**04*1*2*2#", True), ("ATD*99#", False),
    ],
)  # fmt: skip
def test_which_line_is_secret(line: str, secret: bool) -> None:
    assert is_secret(line) is secret


def test_of_a_redacted_answer_stays_what_is_no_password() -> None:
    assert redacted('+CGAUTH: 16,2,"ppp",123,7') == '+CGAUTH: 16,2,"***",***,7'


@given(st.text(st.characters(max_codepoint=255)))
def test_redaction_leaves_no_word(text: str) -> None:
    shown = redacted(f'+CGAUTH: 1,1,"{text}",secret-word')
    assert "secret-word" not in shown
    if len(text) > 3 and '"' not in text and "," not in text and ":" not in text:
        assert text not in shown
