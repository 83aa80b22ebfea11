"""The settings of text mode, and what its commands refuse (27.005 3.2, 3.3)."""

import pytest

from tests.modem.simulator.bench import lines
from tests.modem.simulator.short_messages import standard_modem, with_text_mode

# A line, and all lines of the answer
SETTINGS: dict[str, tuple[str, list[str]]] = {
    "CMGF=?": ("AT+CMGF=?", ["+CMGF: (0,1)", "OK"]),
    "CMGF=0": ("AT+CMGF=0;+CMGF?", ["+CMGF: 0", "OK"]),
    "CMGF= is 0": ("AT+CMGF=;+CMGF?", ["+CMGF: 0", "OK"]),
    "CMGF=2": ("AT+CMGF=2", ["+CMS ERROR: 303"]),
    "CSMP?": ("AT+CSMP?", ["+CSMP: 17,167,0,0", "OK"]),
    "CSMP=?": ("AT+CSMP=?", ["OK"]),
    "CSMP, first alone": ("AT+CSMP=49;+CSMP?", ["+CSMP: 49,167,0,0", "OK"]),
    "CSMP, last alone": ("AT+CSMP=,,,8;+CSMP?", ["+CSMP: 17,167,0,8", "OK"]),
    "CSMP absolute": (
        'AT+CSMP=25,"26/12/24,18:30:00+04";+CSMP?',
        ['+CSMP: 25,"26/12/24,18:30:00+04",0,0', "OK"],
    ),
    "CSMP absolute, west": (
        'AT+CSMP=25,"26/12/24,18:30:00-20";+CSMP?',
        ['+CSMP: 25,"26/12/24,18:30:00-20",0,0', "OK"],
    ),
    "CSMP enhanced": (
        'AT+CSMP=9,"01A70000000000";+CSMP?',
        ['+CSMP: 9,"01A70000000000",0,0', "OK"],
    ),
    "CSMP without validity": ("AT+CSMP=1;+CSMP?", ["+CSMP: 1,167,0,0", "OK"]),
    "CSMP absolute without a time": ("AT+CSMP=25", ["+CMS ERROR: 305"]),
    "CSMP absolute with a number": ("AT+CSMP=25,167", ["+CMS ERROR: 305"]),
    "CSMP absolute, no date": ('AT+CSMP=25,"26/13/24,18:30:00+04"', ["+CMS ERROR: 305"]),
    "CSMP relative with a time": (
        'AT+CSMP=17,"26/12/24,18:30:00+04"',
        ["+CMS ERROR: 305"],
    ),
    "CSMP enhanced, too short": ('AT+CSMP=9,"01A7"', ["+CMS ERROR: 305"]),
    "CSMP of a DELIVER": ("AT+CSMP=4", ["+CMS ERROR: 305"]),
    "CSMP, octet too great": ("AT+CSMP=17,256", ["+CMS ERROR: 305"]),
    "CSMP, too many": ("AT+CSMP=17,167,0,0,0", ["+CMS ERROR: 305"]),
    "CSDH=?": ("AT+CSDH=?", ["+CSDH: (0,1)", "OK"]),
    "CSDH": ("AT+CSDH?;+CSDH=1;+CSDH?", ["+CSDH: 0", "+CSDH: 1", "OK"]),
    "CSDH=2": ("AT+CSDH=2", ["+CMS ERROR: 305"]),
    "CSCB": (
        'AT+CSCB?;+CSCB=0,"0,1,5,320-478","0-3";+CSCB?',
        ['+CSCB: 0,"",""', '+CSCB: 0,"0,1,5,320-478","0-3"', "OK"],
    ),
    "CSCB=?": ("AT+CSCB=?", ["+CSCB: (0,1)", "OK"]),
    "CSCB=1 alone": ("AT+CSCB=1;+CSCB?", ['+CSCB: 1,"",""', "OK"]),
    "CSCB, backward range": ('AT+CSCB=0,"9-5"', ["+CMS ERROR: 305"]),
    "CSCB, no number": ('AT+CSCB=0,"x"', ["+CMS ERROR: 305"]),
    "CSCB, scheme too great": ('AT+CSCB=0,"","256"', ["+CMS ERROR: 305"]),
    "CMMS=?": ("AT+CMMS=?", ["+CMMS: (0-2)", "OK"]),
    "CMMS": ("AT+CMMS=2;+CMMS?", ["+CMMS: 2", "OK"]),
    "CMMS=3": ("AT+CMMS=3", ["+CMS ERROR: 305"]),
    "CSCA": (
        'AT+CSCA="491710760000",145;+CSCA?',
        ['+CSCA: "+491710760000",145', "OK"],
    ),
    "CSCA national": ('AT+CSCA="0171",129;+CSCA?', ['+CSCA: "0171",129', "OK"]),
    "CSCA, no number": ('AT+CSCA="x"', ["+CMS ERROR: 305"]),
    "CSCA, no type": ('AT+CSCA="+49",7', ["+CMS ERROR: 305"]),
    "CSAS=?": ("AT+CSAS=?;+CRES=?", ["+CSAS: (0-3)", "+CRES: (0-3)", "OK"]),
    "CSAS and CRES": (
        'AT+CSMP=49,1;+CSCA="123";+CSAS=2;+CSMP=17,2;+CSCA="456";+CRES=2;+CSMP?;+CSCA?',
        ["+CSMP: 49,1,0,0", '+CSCA: "123",129', "OK"],
    ),
    "CRES of what was never saved": ("AT+CSMP=49,1;+CRES=1;+CSMP?", ["+CSMP: 17,167,0,0", "OK"]),
    "CSAS=4": ("AT+CSAS=4", ["+CMS ERROR: 305"]),
    "CPMS": (
        'AT+CPMS="SR","SM","ME";+CPMS?',
        ["+CPMS: 0,3,0,40,0,23", '+CPMS: "SR",0,3,"SM",0,40,"ME",0,23', "OK"],
    ),
    "CPMS, BM": ('AT+CPMS="BM"', ["+CPMS: 0,5,0,23,0,23", "OK"]),
    "CPMS, MT is both": ('AT+CPMS="MT"', ["+CPMS: 0,63,0,23,0,23", "OK"]),
    "CPMS, not for writing": ('AT+CPMS="SM","SR"', ["+CMS ERROR: 303"]),
    "CPMS, nothing": ("AT+CPMS=", ["+CMS ERROR: 305"]),
    "CNMA": ("AT+CNMA", ["+CMS ERROR: 340"]),
    "CNMA has no parameters": ("AT+CNMA=1", ["+CMS ERROR: 305"]),
    "CNMA=?": ("AT+CNMA=?", ["OK"]),
    "CMGL=?": (
        "AT+CMGL=?",
        ['+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")', "OK"],
    ),
    "CMGL by number": ("AT+CMGL=4", ["+CMS ERROR: 305"]),
    "CMGL, lower case": ('AT+CMGL="all"', ["OK"]),
    "CMGL, nonsense": ('AT+CMGL="SENT"', ["+CMS ERROR: 305"]),
    "CMGR, empty slot": ("AT+CMGR=0", ["+CMS ERROR: 321"]),
    "CMGR, no number": ("AT+CMGR=x", ["+CMS ERROR: 305"]),
    "CMGR, none": ("AT+CMGR=", ["+CMS ERROR: 305"]),
    "CMGD=?": ("AT+CMGD=?", ["+CMGD: (),(0-4)", "OK"]),
    "CMGD without an index": ("AT+CMGD=,4", ["OK"]),
    "CMGD, neither": ("AT+CMGD=", ["+CMS ERROR: 305"]),
    "CMGD, outside": ("AT+CMGD=23", ["+CMS ERROR: 321"]),
    "CMGS, no number": ("AT+CMGS=", ["+CMS ERROR: 305"]),
    "CMGS, letters": ('AT+CMGS="hello"', ["+CMS ERROR: 305"]),
    "CMGS, too long": ('AT+CMGS="123456789012345678901"', ["+CMS ERROR: 305"]),
    "CMGS, type too small": ('AT+CMGS="123",1', ["+CMS ERROR: 305"]),
    "CMGS to a name": ('AT+CMGS="emnify",208', ["+CMS ERROR: 305"]),
    "CMGS, too many": ('AT+CMGS="123",129,1', ["+CMS ERROR: 305"]),
    "CMGW, bad state": ('AT+CMGW="123",129,"SENT"', ["+CMS ERROR: 305"]),
    "CMSS, empty slot": ("AT+CMSS=0", ["+CMS ERROR: 321"]),
    "CMSS, none": ("AT+CMSS=", ["+CMS ERROR: 305"]),
}


@pytest.mark.parametrize(("line", "answer"), SETTINGS.values(), ids=SETTINGS)
def test_setting(line: str, answer: list[str]) -> None:
    bench = with_text_mode()
    bench.ask("AT+CMEE=1")
    assert lines(bench.ask(line)) == answer


def test_modem_without_text_mode() -> None:
    bench = standard_modem(message_formats=(0,))
    assert lines(bench.ask("AT+CMGF=?")) == ["+CMGF: (0)", "OK"]
    assert lines(bench.ask("AT+CMGF=1")) == ["+CMS ERROR: 303"]


def test_modem_of_text_mode_alone_starts_in_it() -> None:
    bench = standard_modem(message_formats=(1,))
    assert lines(bench.ask("AT+CMGF?;+CMGF=?")) == ["+CMGF: 1", "+CMGF: (1)", "OK"]
    assert lines(bench.ask("AT+CMGF=0")) == ["+CMS ERROR: 303"]
    assert lines(bench.ask("AT&F;+CMGF?")) == ["+CMGF: 1", "OK"]
