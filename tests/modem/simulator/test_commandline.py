"""Command lines of V.250, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.simulator.commandline import BadLine, Form, Request, parse_line

LINES = {
    "empty": ("", ()),
    "run": ("+CSQ", (Request("+CSQ", Form.RUN),)),
    "read": ("+CREG?", (Request("+CREG", Form.READ),)),
    "test": ("+CPMS=?", (Request("+CPMS", Form.TEST),)),
    "set": ("+CREG=2", (Request("+CREG", Form.SET, "2"),)),
    "set nothing": ("+CNMI=", (Request("+CNMI", Form.SET, ""),)),
    "lower case, values keep theirs": (
        '+cgdcont=1,"ip","Em"',
        (Request("+CGDCONT", Form.SET, '1,"ip","Em"'),),
    ),
    "chain": (
        "+CMEE=1;+CREG=2",
        (Request("+CMEE", Form.SET, "1"), Request("+CREG", Form.SET, "2")),
    ),
    "semicolon in quotes": (
        '+CGDCONT=1,"IP","a;b";+CSQ',
        (Request("+CGDCONT", Form.SET, '1,"IP","a;b"'), Request("+CSQ", Form.RUN)),
    ),
    "blanks in quotes stay": ('+CPIN="12 34"', (Request("+CPIN", Form.SET, '"12 34"'),)),
    "blanks elsewhere go": ("+CREG = 2", (Request("+CREG", Form.SET, "2"),)),
    # wvdial's first line
    "basic ones and an extended one": (
        "Q0 V1 E1 S0=0 &C1 &D2 +FCLASS=0",
        (
            Request("Q", Form.RUN, "0"),
            Request("V", Form.RUN, "1"),
            Request("E", Form.RUN, "1"),
            Request("S0", Form.SET, "0"),
            Request("&C", Form.RUN, "1"),
            Request("&D", Form.RUN, "2"),
            Request("+FCLASS", Form.SET, "0"),
        ),
    ),
    "basic without number": ("E", (Request("E", Form.RUN),)),
    "register": ("S3?", (Request("S3", Form.READ),)),
    "dial string": ("D*99***1#", (Request("D", Form.RUN, "*99***1#"),)),
    "vendor's signs": (
        "^SQPORT?;$QCPDPP=1,0;*CNTI=2;!RESET",
        (
            Request("^SQPORT", Form.READ),
            Request("$QCPDPP", Form.SET, "1,0"),
            Request("*CNTI", Form.SET, "2"),
            Request("!RESET", Form.RUN),
        ),
    ),
}


@pytest.mark.parametrize(("line", "requests"), LINES.values(), ids=LINES)
def test_line(line: str, requests: tuple[Request, ...]) -> None:
    assert parse_line(line) == requests


@pytest.mark.parametrize("line", ["+", "+1", "+CSQ?x", "+CSQ,3", "=", "5", "?", "E0=", "\xff"])
def test_bad_line(line: str) -> None:
    with pytest.raises(BadLine):
        parse_line(line)


@given(st.text())
def test_any_line_is_parsed_or_bad(line: str) -> None:
    try:
        requests = parse_line(line)
    except BadLine:
        return
    assert all(request.name == request.name.upper() for request in requests)
