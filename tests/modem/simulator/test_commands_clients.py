"""What widely used programs send before they get to messages, and that no line of it hangs.

Recorded with gammu 1.42, gammu-smsd 1.42, smstools 3.1.21, python-gsmmodem-new 0.13, gnokii 0.6.30,
ModemManager 1.20.4, oFono 1.31 (phonesim driver), serialport-gsm 4.0.1, chat and wvdial on Debian
12. Each line is answered at once; those of `REFUSED` are unknown to a modem without the maker's own
commands, and are told so, which all of these programs bear.
"""

import pytest

from modem.profiles import GENERIC
from tests.modem.simulator.bench import Bench, lines

CLIENTS = {
    "gammu": (
        'AT|ATE1|ATE0|AT+MODE=2|AT+CMEE=1|AT+CSCS?|AT+CSCS=?|AT+CSCS="HEX"|AT+CSCS?|AT+CGMM|AT+CGMI'
        "|AT+CPROT=?|AT+SYNCML=?|AT$TSSPCSW=?|AT+CHUP=?|AT+CGMR|AT+CFUN=1|AT+CGSN|AT+CIMI"
        "|AT+CREG=2|AT+CGREG=2|AT+CGATT?|AT+CREG?|AT+CGREG?|AT+COPS=3,2|AT+COPS?|AT+COPS=3,0"
        "|AT+COPS?|AT+CPIN?|AT+CUSD=1|AT+CBC|AT+CSQ"
    ),
    "smstools": "AT|ATE0|AT+CMEE=1;+CREG=2|AT+CPIN?|AT+CSQ|AT+CREG?|AT+CGSN|AT+CIMI",
    "python-gsmmodem": (
        "ATZ|ATE0|AT+CFUN?|AT+CMEE=1|AT+CPIN?|AT+CLAC|AT+CGMI|AT+ZPAS?|AT+COPS=3,0|AT+CLIP=1"
        "|AT+CRC=1|AT+CVHU=0"
    ),
    "gnokii": "ATZ|ATE1|ATE0|AT+CMEE=1|AT+GMM|AT+CGMI|AT+CSCS?",
    "ModemManager": (
        "AT^SQPORT?|AT|AT+CGMI|ATE0|ATV1|AT+CMEE=1|ATX4|AT&C1|AT+GCAP|AT+WS46=?|AT+CSCS=?"
        '|AT+CSCS="UCS2"|AT+CSCS?|AT+CGMM|AT+CGMR|AT+CGSN|ATI|AT*CNTI=2|AT+CGDCONT=?|AT+CFUN?'
        '|AT+CPIN?|AT+CSIM=10,"0020000100"|AT+CSIM=10,"002C000100"|AT+CSIM=10,"0020008100"'
        '|AT+CSIM=10,"002C008100"|AT+CRSM=176,12258,0,0,10|AT+CIMI|AT+CRSM=176,28589,0,0,4'
        "|AT+CRSM=176,28486,0,0,17|AT+CRSM=176,28599,0,0,0|AT+CRSM=176,28478,0,0,0"
        "|AT+CRSM=176,28479,0,0,0|AT+CPLS=0|AT+CPOL=,2|AT+CPOL?|AT+CNUM|AT+CLCK=?"
        '|AT+CLCK="SC",2|AT+CLCK="FD",2|AT+CEMODE?|AT+CUSD=?|AT+CTZU=1|AT+CCLK?|AT+CESQ=?|ATH'
        "|AT+CLCC=?|AT+IFC=?|AT+IFC=2,2|AT+CIND=?|AT+CMER=?|AT+CGEREP=?|AT+CMER=3,0,0,1"
        "|AT+CGEREP=2|AT+CREG=2|AT+CGREG=2|AT+CEREG=2|AT+CUSD=1|AT+CREG?|AT+CGREG?|AT+CEREG?"
        "|AT+CLIP=1|AT+CRC=1|AT+CCWA=1|AT+COPS=3,2|AT+COPS?|AT+CIND?|AT+CGDCONT?|AT+CGACT?"
    ),
    "oFono": (
        'AT+CSCS="GSM"|AT+CBC|AT+SIMSTATE?|AT+GCAP|AT+CLCK=?|AT+CRC=1|AT+CLIP=1|AT+CDIP=1|AT+CNAP=1'
        "|AT+COLP=1|AT+CSSN=1,1|AT+VTD?|AT+CCWA=1|AT+CGMI|AT+CRSM=192,12258|AT+CPIN?|AT+CPINR"
        "|AT+CUAD|AT+CIMI|AT+CGSMS=3|AT+CFUN=1|AT+CREG=?|AT+CREG=2|AT+CGREG=2|AT+CGATT=1"
        '|AT+CGDCONT=1,"IP","em"|AT+CGACT=1,1'
    ),
    "serialport-gsm": "ATZ|ATE1|ATE0|AT+CPIN?|AT+CMEE=1;+CREG=2",
    "chat": 'ATZ|ATE1|ATE0|AT+CGDCONT=1,"IP","internet"|ATD*99#',
    "wvdial": "ATZ|ATQ0 V1 E0 S0=0 &C1 &D2 +FCLASS=0|ATDT*99#",
}
REFUSED = {
    "AT+MODE=2", "AT+CPROT=?", "AT+SYNCML=?", "AT$TSSPCSW=?", "AT+ZPAS?", "AT^SQPORT?",
    "AT*CNTI=2", "AT+SIMSTATE?", "AT+CDIP=1", "AT+CNAP=1", "AT+VTD?", "AT+CUAD",
}  # fmt: skip


@pytest.mark.parametrize("sequence", CLIENTS.values(), ids=CLIENTS)
def test_every_line_is_answered_at_once(sequence: str) -> None:
    bench = Bench(GENERIC)
    for line in sequence.split("|"):
        final = lines(bench.ask(line))[-1]
        if line in REFUSED:
            assert final in ("ERROR", "+CME ERROR: 100"), line
        elif "*99" in line:
            assert final.startswith("CONNECT"), line
        else:
            assert final == "OK", line


@pytest.mark.parametrize("line", sorted(REFUSED))
def test_unknown_command_is_an_error_by_the_setting(line: str) -> None:
    bench = Bench(GENERIC)
    assert lines(bench.ask(line)) == ["ERROR"]
    bench.ask("AT+CMEE=2")
    assert lines(bench.ask(line)) == ["+CME ERROR: unknown"]


def test_escape_and_return_outside_of_a_prompt_get_no_answer() -> None:
    """gammu's first bytes; it goes on when nothing comes."""
    bench = Bench(GENERIC)
    assert bench.send(b"\x1b\r") == ""
    assert lines(bench.ask("AT")) == ["OK"]
