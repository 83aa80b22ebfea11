"""What the engine must make of each transcript, event by event, in order.

Written down from the sessions themselves and what their headers expect; tests/transcripts has both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from modem.at import Noise, Urc


@dataclass(frozen=True)
class Answer:
    """A command's final result ("OK", "CME 10") and the lines of its answer."""

    command: str
    final: str
    lines: tuple[str, ...]

    def __init__(self, command: str, final: str, *lines: str) -> None:
        object.__setattr__(self, "command", command)
        object.__setattr__(self, "final", final)
        object.__setattr__(self, "lines", lines)


@dataclass(frozen=True, slots=True)
class Echoed:
    """The modem repeated the command or its payload."""

    command: str


@dataclass(frozen=True, slots=True)
class Prompted:
    """The modem asked for the payload."""

    command: str


@dataclass(frozen=True, slots=True)
class NotAnswered:
    """No final result came before the host went on."""

    command: str


Expected: TypeAlias = Answer | Echoed | Prompted | NotAnswered | Urc | Noise

EXPECTED: dict[str, tuple[Expected, ...]] = {
    "a7600-atready-boot": (
        NotAnswered("AT"),
        NotAnswered("ATE0"),
        Urc("*ATREADY", "1"),
        Urc("+CPIN", "READY"),
        Urc("+CGEV", "EPS PDN ACT 1"),
        Urc("SMS DONE"),
        Urc("PB DONE"),
        NotAnswered("AT+CMGF=0"),
        Echoed("ATE0"),
        Answer("ATE0", "OK"),
        Answer("AT+CMGF=0", "OK"),
    ),
    "a7670-no-sim": (
        Echoed("AT"),
        Answer("AT", "OK"),
        Echoed("AT+CIMI"),
        Answer("AT+CIMI", "CME 10"),
        Echoed("AT+CSQ=?"),
        Answer("AT+CSQ=?", "OK", "+CSQ: (0-31,99),(0-7,99)"),
        Echoed("AT+COPS?"),
        Answer("AT+COPS?", "CME 30"),
        Echoed("AT+COPS=?"),
        NotAnswered("AT+COPS=?"),
    ),
    "a7670-sms-full": (
        Urc("+CMTI", '"SM",9'),
        Urc("+CMTI", '"SM",10'),
        Urc("+SMS FULL"),
        Answer("AT+CPMS?", "OK", '+CPMS: "SM",10,10,"SM",10,10,"SM",10,10'),
    ),
    "bg96-boot": (
        Urc("RDY"),
        Urc("+CFUN", "1"),
        Urc("APP RDY"),
        Urc("+CPIN", "READY"),
        Urc("+QUSIM", "1"),
        Urc("+QIND", "SMS DONE"),
        Urc("+CPIN", "READY"),
        Urc("+QUSIM", "1"),
        Urc("+QIND", "SMS DONE"),
        Echoed("AT+CNUM"),
        Answer("AT+CNUM", "OK", '+CNUM: ,"01227500000",129'),
    ),
    "cmgr-321-empty-slots": (
        Answer("AT+CMGR=21", "CMS 321"),
        Answer("AT+CMGR=22", "OK"),
        Urc("+CMTI", '"ME",67'),
        Answer("AT+CMGR=67", "CMS 321"),
    ),
    "cmgr-on-one-line": (
        Answer(
            "AT+CMGR=0",
            "OK",
            (
                "+CMGR: 1,,147 07914306073011F00405812261F700003130916191314095C274D96D2FBBD3"
                "E437280CB2BEC961F3DB5D76818EF2F0381D9E83E06F39A8CC2E9FD372F77BEE0249CBE37A59"
                "4E0E83E2F532085E2F93CB73D0B93CA7A7DFEEB01C447F93DF7310BD3E07CDCB727B7A9C7ECF"
                "41E432C8FC96B7C32079189E26874179D0F8DD7E93C3A0B21B246AA641D637396C7EBBCB22D0"
                "FD7E77B5D376B3AB3C07"
            ),
        ),
    ),
    "ec2x-pin-start": (
        Answer("AT+CFUN=0", "OK"),
        Answer("AT+CPIN?", "CME 13"),
        Answer("AT+CFUN=1", "OK"),
        Urc("+CPIN", "SIM PIN"),
        Answer("AT+CPIN=1234", "OK"),
        Urc("+CPIN", "READY"),
        Urc("+QUSIM", "1"),
        Urc("+QIND", "PB DONE"),
        Urc("+QIND", "SMS DONE"),
    ),
    "ec2x-split-reads": (
        Answer(
            "AT+CGDCONT?",
            "OK",
            '+CGDCONT: 1,"IPV4V6","","0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",0,0,0,0',
            '+CGDCONT: 24,"IP","","0.0.0.0",0,0,0,0',
        ),
    ),
    "eg25-boot-urcs-as-answer": (
        Urc("RDY"),
        NotAnswered("AT"),
        Urc("+CFUN", "1"),
        Urc("+CPIN", "READY"),
        Urc("+QUSIM", "1"),
        Urc("+QIND", "SMS DONE"),
        NotAnswered("AT"),
        Echoed("AT"),
        Answer("AT", "OK"),
        Echoed("AT+CREG?"),
        Urc("+QIND", "PB DONE"),
        Answer("AT+CREG?", "OK", "+CREG: 0,1"),
        Echoed("AT+COPS?"),
        Answer("AT+COPS?", "OK", '+COPS: 0,0,"SGP-M1",7'),
    ),
    "eg25-send-text-and-pdu": (
        Echoed("AT+CMGF=1"),
        Answer("AT+CMGF=1", "OK"),
        Echoed('AT+CSCS="GSM"'),
        Answer('AT+CSCS="GSM"', "OK"),
        Echoed('AT+CMGS="+1234567890"'),
        Prompted('AT+CMGS="+1234567890"'),
        Echoed('AT+CMGS="+1234567890"'),
        Answer('AT+CMGS="+1234567890"', "OK", "+CMGS: 13"),
        Echoed("AT+CMGF=0"),
        Answer("AT+CMGF=0", "OK"),
        Echoed("AT+CMGS=41"),
        Prompted("AT+CMGS=41"),
        Echoed("AT+CMGS=41"),
        Answer("AT+CMGS=41", "OK", "+CMGS: 14"),
        Echoed("AT+CMGS=41"),
        Prompted("AT+CMGS=41"),
        Answer("AT+CMGS=41", "CMS 350"),
    ),
    "gammu-cdsi-text-mode-report": (
        Urc("+CDSI", '"SR",1'),
        Answer(
            "AT+CMGR=1",
            "OK",
            (
                '+CMGR: "REC UNREAD",6,21,"123456789",129,"22/12/01,07:33:58+04","22/12/01,07'
                ':33:59+04",0'
            ),
        ),
    ),
    "huawei-e1752-rssi-boot": (
        Urc("^RSSI", "10"),
        Urc("^BOOT", "35323129,0,0,0,26"),
        Answer("AT+CSQ", "OK", "+CSQ: 11,99"),
        Answer("AT+CBC", "OK", "+CBC: 2,0"),
        Urc("^RSSI", "11"),
        Answer(
            "AT+CMGL=4",
            "OK",
            "+CMGL: 0,0,,23",
            "07913366003051F5040B913366304381F900005180719120348004D4F29C0E",
        ),
    ),
    "huawei-gcap-sim-busy": (
        Echoed("AT+GCAP"),
        Answer("AT+GCAP", "CME 14"),
        Echoed("AT+GCAP"),
        Answer("AT+GCAP", "OK", "+GCAP: +CGSM,+DS,+ES"),
    ),
    "nokia-no-sms-reading": (
        Answer("AT+CNMI=2,1,0,2", "ERROR"),
        Answer("AT+CPMS=?", "OK", "+CPMS: (),(),()"),
        Answer("AT+CPMS?", "OK", "+CPMS: ,,,,,,,,"),
        Answer("AT+CGMR", "OK", "V ICPR72_08w44.1", "24-11-08", "RM-348", "(c) Nokia", "11.049"),
    ),
    "pantech-cmgl-no-alpha": (
        Answer(
            "AT+CMGL=4",
            "OK",
            "+CMGL: 17,3,35",
            (
                "079100F40D1101000F001000B917118336058F300001954747A0E4ACF41F27298CDCE83C6EF3"
                "71B0402814020"
            ),
            "+CMGL: 15,3,35",
            (
                "079100F40D1101000F001000B917118336058F300001954747A0E4ACF41F27298CDCE83C6EF3"
                "71B0402814020"
            ),
            "+CMGL: 11,3,35",
            "079100F40D1101000F001000B917118336058F300",
        ),
    ),
    "qualcomm-sim-busy-after-pin": (
        Echoed("ATZ"),
        Answer("ATZ", "ERROR"),
        Echoed("AT+CPIN?"),
        Answer("AT+CPIN?", "OK", "+CPIN: SIM PIN"),
        Echoed('AT+CPIN="1234"'),
        Answer('AT+CPIN="1234"', "OK"),
        Answer("AT+CFUN?", "OK", "+CFUN: 0"),
        Answer("AT+CFUN=1", "OK"),
        Answer("AT+CSCA?", "CME 14"),
        Answer("AT+CSCA?", "CME 14"),
        Answer("AT+CSCA?", "CME 14"),
        Answer("AT+CSCA?", "CME 14"),
        Answer("AT+CSCA?", "CME 14"),
        Answer("AT+CSCA?", "OK", '+CSCA: "",129'),
        Answer("AT+CSCA?", "OK", '+CSCA: "+27831000113",145'),
    ),
    "quectel-sim-failure-then-busy": (
        Answer("at+cpin?", "CME 13"),
        Urc("RDY"),
        Answer("at+cpin?", "CME 14"),
        Answer("at+cpin?", "CME 14"),
        Urc("+CFUN", "1"),
        Answer("at+cpin?", "CME 14"),
        Answer("at+cpin?", "CME 14"),
        Urc("+CPIN", "READY"),
        Answer("at+cpin?", "OK", "+CPIN: READY"),
    ),
    "siemens-tc-memories": (
        Answer("AT+CPMS=?", "OK", '+CPMS: ("MT","SM","ME"),("MT","SM","ME"),("MT","SM")'),
        Answer('AT+CPMS="ME","ME","ME"', "CMS 302"),
        Answer('AT+CPMS="ME","ME","SM"', "OK", "+CPMS: 9,25,9,25,0,20"),
        Answer("AT+CVHU=0", "ERROR"),
    ),
    "sim7000-answers-slip-by-one": (
        Echoed('AT+CPIN="3245"'),
        Answer('AT+CPIN="3245"', "ERROR"),
        Echoed("AT+CEREG?"),
        Answer("AT+CEREG?", "OK", "+CEREG: 0,0"),
        Echoed('AT+CGDCONT=1,"IP","m2m.example"'),
        NotAnswered('AT+CGDCONT=1,"IP","m2m.example"'),
        Echoed('AT+CGDCONT=13,"IP","m2m.example"'),
        NotAnswered('AT+CGDCONT=13,"IP","m2m.example"'),
        Echoed("AT+CEREG?"),
        Answer("AT+CEREG?", "OK"),
        Noise(b"OK", "surplus result"),
        Urc("+CEREG", "0,0"),
        Noise(b"OK", "surplus result"),
    ),
    "sim7028-bootloader-noise": (
        Noise(b"LoadVerifyImageHead read(len=272), Time(ms)->0.", "unknown line"),
        Noise(b"test:VerifyImageHead skip", "unknown line"),
        Noise(b"VerifyImageBody sha256 skip", "unknown line"),
        Urc("*ATREADY", "1"),
        Urc("SIM Ready"),
        Urc("Network Available"),
        Answer("AT+CESQ", "OK", "+CESQ: 99,99,255,255,31,70"),
        Noise(b"OK", "surplus result"),
    ),
    "sim7080-psuttz": (
        Urc("*PSUTTZ", '18/11/04,22:38:07","-32",0'),
        Urc("DST", "0"),
        Answer("AT+CEREG?", "OK", "+CEREG: 0,5"),
        Urc("NORMAL POWER DOWN"),
    ),
    "sim7600-status-report-sr-locked": (
        Prompted("AT+CMGS=23"),
        Answer("AT+CMGS=23", "OK", "+CMGS: 40"),
        Answer("AT+CMGD=3,0", "OK"),
        Urc("+CDSI", '"SR",8'),
        Answer('AT+CPMS="SR"', "OK", "+CPMS: 0,0,3,23,3,23"),
        Answer("AT+CMGR=8", "CMS 321"),
    ),
    "sim7670-prompt-without-space": (
        Echoed("AT+CMGS=26"),
        Prompted("AT+CMGS=26"),
        Answer("AT+CMGS=26", "OK", "+CMGS: 12"),
    ),
    "sim800-urcs-before-cmgr": (
        Urc("+CTZV", "+4,0"),
        Urc("*PSUTTZ", '2020,12,16,18,3,45,"+4",0'),
        Urc("DST", "0"),
        Urc("+CIEV", '10,"20801","Orange F","Orange F", 0, 0'),
        Answer(
            "AT+CMGR=0",
            "OK",
            (
                '+CMGR: "REC READ","002B0031003200330034003500360037003800390030","","20/12/1'
                '6,19:03:40+04"'
            ),
            "00410072007200EA007400650072",
        ),
    ),
    "sim900-mms-push": (
        Urc("+CMTI", '"SM",1,"MMS PUSH",2,1'),
        Urc("+CMTI", '"SM",2,"MMS PUSH",2,2'),
        Urc("+CMTI", '"SM",1,"MMS PUSH"'),
        NotAnswered("AT+CMGR=1"),
    ),
    "tl-mr6400-lower-case": (
        Echoed("at+cmgl=?"),
        Answer("at+cmgl=?", "OK", "+cmgl: (0-4)"),
        Echoed("at+cmgr=0"),
        Answer("at+cmgr=0", "OK"),
        Echoed("at+cpms?"),
        Answer("at+cpms?", "OK", '+CPMS: "SM",0,20,"SM",0,20,"SM",0,20'),
    ),
}
