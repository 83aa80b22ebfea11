"""Answers to test forms, of named devices where one is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.explain import offered_values


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        pytest.param(
            ["+CNMI: (0,1,2),(0-3),(0,2),(0-2),(0,1)"],
            (("0", "1", "2"), ("0", "1", "2", "3"), ("0", "2"), ("0", "1", "2"), ("0", "1")),
            id="CNMI",
        ),
        pytest.param(
            ["+CSQ: (0-31,99),(0-7,99)"],
            (("0-31", "99"), (*"01234567", "99")),
            id="a7670-no-sim: a long range stays one",
        ),
        pytest.param(["+X: (0-15)"], (tuple(map(str, range(16))),), id="16 values are spelled"),
        pytest.param(["+X: (0-16)"], (("0-16",),), id="17 are not"),
        pytest.param(["+X: (0-4294967295)"], (("0-4294967295",),), id="a range without end"),
        pytest.param(["+X: (5-1)"], (("5-1",),), id="a range that falls"),
        pytest.param(
            ['+CPMS: ("MT","SM","ME"),("MT","SM","ME"),("MT","SM")'],
            (('"MT"', '"SM"', '"ME"'), ('"MT"', '"SM"', '"ME"'), ('"MT"', '"SM"')),
            id="siemens-tc-memories",
        ),
        pytest.param(["+CPMS: (),(),()"], ((), (), ()), id="nokia-no-sms-reading"),
        pytest.param(
            ['+CPMS: "ME","MT","SM"'], (('"ME"',), ('"MT"',), ('"SM"',)), id="MU609: no parentheses"
        ),
        pytest.param(["+cmgl: (0-4)"], (("0", "1", "2", "3", "4"),), id="tl-mr6400-lower-case"),
        pytest.param(
            ['+CGDCONT: (1-24),"IP",,,(0-2),(0-4)', '+CGDCONT: (1-24),"IPV6",,,(0-2),(0-4)'],
            (
                ("1-24",),
                ('"IP"', '"IPV6"'),
                (),
                (),
                ("0", "1", "2"),
                ("0", "1", "2", "3", "4"),
            ),
            id="CGDCONT: a line a type",
        ),
        pytest.param(
            ['+COPS: (2,"E-Plus","E-Plus","26203",7),(1,"o2 - de","o2","26207",2),,(0-4),(0-2)'],
            (("0", "1", "2", "3", "4"), ("0", "1", "2"), ('"26203"', '"26207"')),
            id="COPS: networks",
        ),
        pytest.param(['+COPS: (2,"A","A","26203"'], ((), (), ()), id="COPS: cut"),
        pytest.param(
            ['+QCFG: "nwscanseq",(00-010203),(0,1)'],
            (('"nwscanseq"',), ("00-010203",), ("0", "1")),
            id="BG96: a range that is none",
        ),
        pytest.param(['+CSCS: ("GSM","a,b")'], (('"GSM"', '"a,b"'),), id="a comma in quotes"),
        pytest.param(['+X: ("A"'], (('"A"',),), id="an open group"),
        pytest.param(["OK", "no prefix"], (), id="no answer"),
        pytest.param([], (), id="nothing"),
    ],
)
def test_values_by_parameter(lines: list[str], values: tuple[tuple[str, ...], ...]) -> None:
    assert offered_values(lines) == values


def test_a_modem_can_not_fill_the_memory() -> None:
    many = ",".join(map(str, range(5000)))
    values = offered_values([f"+X: ({many})" + ",(1)" * 5000])
    assert len(values) <= 32
    assert len(values[0]) <= 64


@given(st.lists(st.text(max_size=60), max_size=4), st.sampled_from(["+X", "+COPS", "+CPMS"]))
def test_never_raises(texts: list[str], prefix: str) -> None:
    for values in offered_values([f"{prefix}: {text}" for text in texts]):
        assert all(value.isprintable() for value in values)
