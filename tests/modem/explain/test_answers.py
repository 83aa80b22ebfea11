"""Answers in words. An id names the transcript, the device or the source of the lines."""

from __future__ import annotations

import pytest

from modem.explain import explain

ANSWERS = [
    pytest.param("AT+CSQ", "+CSQ: 11,99", ["signal: -91 dBm (fair)"], id="huawei-e1752"),
    pytest.param("AT+CSQ", "+CSQ: 0,0", ["or less (next to nothing)", "0.2 %"], id="0"),
    pytest.param("AT+CSQ", "+CSQ: 31,7", ["-51 dBm or more (excellent)", "12.8 %"], id="31"),
    pytest.param("AT+CSQ", "+CSQ: 99,99", ["no signal known"], id="99"),
    pytest.param("AT+CSQ", "+CSQ: 5,99", ["-103 dBm (poor)"], id="5"),
    pytest.param("AT+CSQ", "+CSQ: 17,99", ["-79 dBm (good)"], id="17"),
    pytest.param(
        "AT+CESQ",
        "+CESQ: 99,99,255,255,31,70",
        ["LTE RSRP -71 dBm (excellent), RSRQ -4.5 dB (excellent)"],
        id="sim7028-bootloader-noise",
    ),
    pytest.param("AT+CESQ", "+CESQ: 40,0,255,255,255,255", ["GSM -71 dBm"], id="CESQ GSM"),
    pytest.param(
        "AT+CESQ", "+CESQ: 99,99,41,30,255,255", ["UMTS RSCP -80 dBm (good)"], id="CESQ UMTS"
    ),
    pytest.param("AT+CESQ", "+CESQ: 99,99,255,255,255,255", ["no signal known"], id="CESQ nothing"),
    pytest.param(
        "AT+CREG?",
        "+CREG: 1, E006B, ABE0016",
        ["calls and SMS: registered, home", "LAC 0xE006B (917611), cell 0xABE0016 (180224022)"],
        id="huawei-e1752: nothing quoted",
    ),
    pytest.param(
        "AT+CEREG?",
        '+CEREG: 2,5,"1A2D","0123ABCD",7',
        ["registered, roaming, LTE", "TAC 0x1A2D (6701)", "eNodeB 74667, sector 205"],
        id="CEREG with its place",
    ),
    pytest.param("AT+CEREG?", "+CEREG: 0,0", ["not registered, not searching"], id="sim7000-slip"),
    pytest.param(
        "AT+CEREG?",
        '+CEREG: 3,3,"1A2D","0123ABCD",7,0,15',
        ["registration denied", "cause 15: no suitable cell"],
        id="CEREG refused",
    ),
    pytest.param(
        "AT+CEREG?",
        '+CEREG: 4,1,"1A2D","0123ABCD",9,,,"00100001","10100101"',
        ["NB-IoT", "listens 1 minute before it sleeps, calls in every 5 minutes"],
        id="CEREG with power saving",
    ),
    pytest.param(
        "AT+CGREG?",
        '+CGREG: 3,3,"1A2D","0123",2,"01",0,14',
        ["packets (2G, 3G): registration denied, UMTS", "roaming isn't allowed"],
        id="CGREG has <rac>",
    ),
    pytest.param(
        "AT+C5GREG?", "+C5GREG: 2,3,,,11,,,0,7", ["refused with cause 7: "], id="C5GREG refused"
    ),
    pytest.param(
        "AT+CSMP?",
        "+CSMP: 49,167,0,0",
        ["with a validity period, and a status report is"],
        id="CSMP",
    ),
    pytest.param("AT+CREG?", "+CREG: 0,11", ["no SMS"], id="A7670 data only: 11"),
    pytest.param("AT+CREG?", "+CREG: 0,90", ["state 90"], id="a state that nobody knows"),
    pytest.param(
        "AT+COPS?", '+COPS: 0,0,"SGP-M1",7', ["network SGP-M1, LTE, choice: auto"], id="eg25"
    ),
    pytest.param("AT+COPS?", '+COPS: 1,2,"26203",7', ["MCC 262, MNC 03"], id="COPS number"),
    pytest.param("AT+COPS?", "+COPS: 0", ["no network"], id="COPS none"),
    pytest.param(
        "AT+COPS=?",
        '+COPS: (2,"E-Plus","E-Plus","26203",7),(3,"","T","26201"),(1,"X","X","310410",2)'
        ",,(0-4),(0-2)",
        ["in use     E-Plus", "26203 (MCC 262, MNC 03)    LTE\n", "forbidden  T", "MNC 410"],
        id="COPS=? as a table",
    ),
    pytest.param(
        "AT+CNMI?",
        "+CNMI: 2,1,0,2,0",
        [
            "mode 2: when it is told: at once, kept",
            "mt 1: messages: stored, then told by +CMTI",
            "bm 0: cell broadcasts: not told",
            "ds 2: status reports: stored, then told by +CDSI",
            "bfr 0: what was kept, on this command: is sent",
        ],
        id="CNMI",
    ),
    pytest.param("AT+CNMI=2,2", "", ["mt 2: messages: handed over by +CMT"], id="CNMI set"),
    pytest.param(
        "AT+CNMI=?",
        "+CNMI: (0,1,2),(0,1),(0,2),(0),(1)",
        ["mt: 0 not told; 1 stored, then told by +CMTI", "bfr: 1 is dropped"],
        id="CNMI=? of a Cinterion",
    ),
    pytest.param("AT+CMGF?", "+CMGF: 0", ["mode 0: PDU mode"], id="CMGF"),
    pytest.param("at+cmgf=1", "", ["mode 1: text mode"], id="CMGF set"),
    pytest.param("ATE1", "", ["repeats each character"], id="E1"),
    pytest.param("AT+CFUN?", "+CFUN: 4", ["fun 4: radio off"], id="CFUN"),
    pytest.param("AT+CPAS", "+CPAS: 3", ["pas 3: ringing"], id="CPAS"),
    pytest.param("AT+CBC", "+CBC: 2,0", ["bcs 2: no battery", "charge"], id="huawei-e1752 CBC"),
    pytest.param("AT+CSCS?", '+CSCS: "UCS2"', ["UTF-16"], id="CSCS"),
    pytest.param("AT+CPBS?", '+CPBS: "SM",3,100', ["used 3: entries in use"], id="CPBS"),
    pytest.param("AT+CGSMS?", "+CGSMS: 3", ["circuit-switched, else packets"], id="CGSMS"),
    pytest.param("AT+CRSM=176,12258,0,0,10", '+CRSM: 144,0,"98"', ["sw1 144: done"], id="CRSM"),
    pytest.param("AT+CGATT?", "+CGATT: 1", ["attached"], id="CGATT"),
    pytest.param(
        "AT+CGDCONT?",
        '+CGDCONT: 1,"IPV4V6","em","0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",0,0,0,0\n'
        '+CGDCONT: 24,"IP","","10.0.0.1",0,0,0,0',
        ["context  type    APN", "1        IPV4V6  em\n", "(network's default)  10.0.0.1"],
        id="ec2x-split-reads: contexts as a table",
    ),
    pytest.param(
        "AT+CGCONTRDP",
        '+CGCONTRDP: 1,5,"em.mnc043.mcc901.gprs","10.1.2.3.255.255.255.0","10.1.2.1",'
        '"8.8.8.8","8.8.4.4"',
        ["em.mnc043.mcc901.gprs  10.1.2.3  10.1.2.1  8.8.8.8, 8.8.4.4"],
        id="CGCONTRDP",
    ),
    pytest.param(
        "AT+CGCONTRDP=1",
        "+CGCONTRDP: 1,5,em,10.1.2.3 2001.0.0.1,,8.8.8.8",
        ["em   10.1.2.3  8.8.8.8"],
        id="RG650E, RG501Q: blanks, no quotes",
    ),
    pytest.param("AT+CGPADDR", '+CGPADDR: 2,"0.0.0.0"', ["context 2: no address"], id="0.0.0.0"),
    pytest.param("AT+CGPADDR=1", "+CGPADDR: 1,10.1.2.3", ["context 1: 10.1.2.3"], id="CGPADDR"),
    pytest.param("AT+CGACT?", "+CGACT: 1,1\n+CGACT: 2,0", ["1: active", "2: not"], id="CGACT"),
    pytest.param("AT+CPIN?", "+CPIN: READY", ["ready"], id="CPIN ready"),
    pytest.param("AT+CPIN?", "+CPIN: SIM PIN", ["waits for its PIN", "AT+CPINR"], id="PIN"),
    pytest.param("AT+CPIN?", "+CPIN: SIM PUK", ["PUK", "ten wrong ones"], id="CPIN PUK"),
    pytest.param("AT+CPINR", "+CPINR: SIM PIN,2,3", ["SIM PIN: 2 tries left"], id="CPINR"),
    pytest.param('AT+CLCK="SC",2', "+CLCK: 1", ["locked"], id="CLCK"),
    pytest.param(
        "AT+CPMS?",
        '+CPMS: "SM",10,10,"SM",10,10,"ME",3,10',
        ["read and delete: SM (the card's storage), 10 of 10 FULL", "receive: ME", "3 of 10"],
        id="a7670-sms-full",
    ),
    pytest.param(
        'AT+CPMS="ME","ME","SM"',
        "+CPMS: 9,25,9,25,0,20",
        ["read and delete: ME", "9 of 25", "receive: SM", "0 of 20"],
        id="siemens-tc-memories",
    ),
    pytest.param("AT+CSCA?", '+CSCA: "",129', ["none"], id="qualcomm: SMSC empty"),
    pytest.param(
        "AT+CSCA?", '+CSCA: "+27831000113",145', ["+27831000113, intern"], id="qualcomm: SMSC"
    ),
    pytest.param(
        "AT+CSCA?",
        '+CSCA: "002B0032003700380033",145',
        ["SMS centre: +2783"],
        id="SMSC in UCS2",
    ),
    pytest.param("AT+CMGS=41", "+CMGS: 13", ["message reference 13"], id="eg25-send"),
    pytest.param(
        "AT+CCLK?", '+CCLK: "24/05/06,07:08:09+08"', ["2024-05-06 07:08:09 UTC+02:00"], id="+08"
    ),
    pytest.param("AT+CCLK?", '+CCLK: "24/05/06,07:08:09-15"', ["UTC-03:45"], id="-15"),
    pytest.param("AT+CCLK?", '+CCLK: "80/01/06,00:00:09"', ["never set"], id="CCLK not set"),
    pytest.param("AT+CIMI", "901430000000001", ["MCC 901, MNC 43, international"], id="CIMI"),
    pytest.param("AT+CIMI", "310410123456789", ["MCC 310, MNC 410"], id="CIMI of the USA"),
    pytest.param(
        "AT+CCID",
        "+CCID: 8988303000000000018F",
        ["international, issued by emnify, check digit wrong"],
        id="CCID of emnify",
    ),
    pytest.param("AT+QCCID", "+QCCID: 89490200001234567891", ["country code 49"], id="QCCID"),
    pytest.param(
        "AT+CGSN",
        "490154203237518",
        ["TAC 49015420, serial number 323751, check digit right"],
        id="CGSN",
    ),
    pytest.param("AT+GSN", "490154203237517", ["check digit wrong"], id="GSN"),
    pytest.param("AT+CGSN=2", '+CGSN: "4901542032375178"', ["software version"], id="IMEISV"),
    pytest.param(
        "ATI", "Quectel\nEC25\nRevision: EC25EFAR06A01M4G", ["profile ec25"], id="ATI of EC25"
    ),
    pytest.param(
        "ATI",
        "Manufacturer: SIMCOM INCORPORATED\nModel: SIMCOM_SIM7600G-H\nRevision: LE20B05",
        ["profile sim7600"],
        id="ATI of SIM7600",
    ),
    pytest.param(
        "AT+CPSI?",
        "+CPSI: LTE,Online,404-45,0x21F9,322642,453,EUTRAN-BAND40,39275,4,4,-168,-1126,-773,7",
        [
            "LTE online, 40445 (MCC 404, MNC 45)",
            "TAC 0x21F9 (8697), cell 322642: eNodeB 1260, sector 82",
            "EUTRAN-BAND40, channel 39275, 15 MHz",
            "RSRP -112.6 dBm (poor), RSRQ -16.8 dB (fair), RSSI -77.3 dBm (good), SINR 7 dB",
        ],
        id="CPSI of a SIM7600: tenths",
    ),
    pytest.param(
        "AT+CPSI?",
        "+CPSI: LTE CAT-M1,Online,001-01,0x1,2954,434,EUTRAN-BAND3,1750,5,5,-6,-77,-57,16",
        ["RSRP -77 dBm (excellent), RSRQ -6 dB"],
        id="CPSI of a SIM7000: whole",
    ),
    pytest.param("AT+CPSI?", "+CPSI: NO SERVICE,Online", ["no service"], id="CPSI none"),
    pytest.param(
        "AT+QCSQ",
        '+QCSQ: "LTE",-82,-116,100,-17',
        ["LTE: -82 dBm (good), RSRP -116 dBm (poor), RSRQ -17 dB (fair), SINR 0 dB (fair)"],
        id="QCSQ of an EC25",
    ),
    pytest.param("AT+QCSQ", '+QCSQ: "NOSERVICE"', ["no service"], id="QCSQ none"),
    pytest.param(
        "AT+QNWINFO",
        '+QNWINFO: "FDD LTE","46011","LTE BAND 3",1825',
        ["FDD LTE, network 46011 (MCC 460, MNC 11), LTE BAND 3, channel 1825"],
        id="QNWINFO",
    ),
    pytest.param(
        'AT+QENG="servingcell"',
        '+QENG: "servingcell","NOCONN","LTE","FDD",001,01,1C3D4E5,315,1226,3,5,5,1A2D,-104,-11,'
        "-78,12,20",
        ["registered, idle, LTE", "TAC 0x1A2D", "band 3", "RSRP -104 dBm (poor)"],
        id="QENG",
    ),
    pytest.param(
        "AT^HCSQ?", '^HCSQ:"LTE",53,45,181,18', ["RSRP -96 dBm (fair)"], id="HCSQ of a stick"
    ),
    pytest.param("AT^SYSINFO", "^SYSINFO:2,3,1,5,1,,4", ["mode 5: UMTS"], id="K3520"),
    pytest.param(
        "AT+CSQ;+CREG?",
        "+CSQ: 20,99\n+CREG: 0,1",
        ["signal: -73 dBm (excellent)", "registered, home"],
        id="chained",
    ),
    pytest.param("at+cpms?", '+cpms: "SM",0,20', ["0 of 20"], id="tl-mr6400-lower-case"),
]


@pytest.mark.parametrize(("line", "answer", "words"), ANSWERS)
def test_words_for_an_answer(line: str, answer: str, words: list[str]) -> None:
    found = "\n".join(explain(line, answer.splitlines(), "OK")) + "\n"
    for each in words:
        assert each in found, found


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT", ""),
        ("ATZ", ""),
        ("AT+CMGD=3", ""),
        ("AT+CGMR", "EC25EFAR06A01M4G"),
        ("AT+CPMS?", "+CPMS: ,,,,,,,,"),
        ("AT+CSQ", ""),
        ("AT+NOSUCH?", "+NOSUCH: 1,2"),
    ],
)
def test_nothing_to_add(line: str, answer: str) -> None:
    assert explain(line, answer.splitlines(), "OK") == ()


@pytest.mark.parametrize(
    ("final", "words"),
    [
        ("OK", ""),
        ("+CME ERROR: 10", "CME error 10: SIM not inserted; is the card in"),
        ("+CME ERROR: SIM not inserted", "CME error 10"),
        ("+CME ERROR: 14", "still starting"),
        ("+CME ERROR: 999", "CME error 999: not in the standard"),
        ("+CMS ERROR: 321", "CMS error 321: invalid memory index; no message in that place"),
        ("+CMS ERROR: 350", "not in the standard"),
        ("ERROR", "AT+CMEE=2"),
        ("COMMAND NOT SUPPORT", "doesn't have it"),
        ("NO CARRIER", "connection ended"),
        ("CONNECT 150000000", "+++"),
        ("something", ""),
        ("", ""),
    ],
)
def test_final_results(final: str, words: str) -> None:
    found = explain("AT+XYZ", (), final)
    assert bool(found) == bool(words)
    assert words in "".join(found)


def test_the_slices_of_5g_are_no_cause() -> None:
    """<Allowed_NSSAI_length>,<Allowed_NSSAI> stand before <cause_type>,<reject_cause>."""
    first, place = explain("AT+C5GREG?", ['+C5GREG: 2,1,"000001","000000001",11,1,"01"'], "OK")
    assert first == "packets (5G): registered, home network, 5G NR"
    assert place == "TAC 0x0001 (1), cell 0x0001 (1)"


def test_what_was_refused_is_not_explained_as_done() -> None:
    (only,) = explain("AT+CMGF=1", (), "+CMS ERROR: 303")
    assert only.startswith("CMS error 303")
    (only,) = explain("AT+CMGR=22", (), "+CMS ERROR: 321")
    assert only.startswith("CMS error 321")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('AT+CPIN="4711"', []),
        ('AT+CPIN="47114711","4711"', ["+CPIN: 4711"]),
        ('AT+CPWD="SC","4711","4711"', []),
        ('AT+CLCK="SC",1,"4711"', []),
        ('AT+CGAUTH=1,1,"4711","4711"', []),
        ("AT+CGAUTH?", ['+CGAUTH: 1,1,"4711","4711"']),
        ("AT+QICSGP=1", ['+QICSGP: 1,"em","4711","4711",1']),
        ("AT^AUTHDATA?", ['^AUTHDATA: 1,1,"4711","4711",""']),
        ("AT+CNCFG?", ['+CNCFG: 0,1,"em","4711","4711",1']),
        ('AT+CSIM=10,"4711"', ['+CSIM: 4,"4711"']),
        ('AT+CSQ;+CPIN="4711"', ["+CSQ: 20,0", "+CPIN: 4711"]),
    ],
)
def test_no_secret_is_repeated(line: str, answer: list[str]) -> None:
    assert "4711" not in " ".join(explain(line, answer, "OK"))
