"""Parameter lists, with the forms that named devices send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.parameters import (
    MAX_RANGE_VALUES,
    parse_ranges,
    parse_string_lists,
    quote,
    split,
)
from modem.errors import MisuseError
from tests.modem.at.lines import Row, rows


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("", [], id="blank"),
        pytest.param("1", ["1"], id="one"),
        pytest.param('1,"",,"a b"', ["1", "", None, "a b"], id="empty-and-absent"),
        pytest.param(" 1 , 1F00 ,7", ["1", "1F00", "7"], id="blanks"),
        pytest.param('"SM",1\r', ["SM", "1"], id="trailing-cr"),
        pytest.param('1,"a,b",2', ["1", "a,b", "2"], id="comma-in-a-string"),
        pytest.param('0,"T "X" Net",7', ["0", 'T "X" Net', "7"], id="quotes-in-a-string"),
        pytest.param(
            '18/11/04,22:38:07","-32",0',
            ["18/11/04", '22:38:07"', "-32", "0"],
            id="sim7080-psuttz",
        ),
        pytest.param('"never closed,1', ['"never closed', "1"], id="never-closed"),
        pytest.param('"', ['"'], id="one-quote"),
        pytest.param('1,"', ["1", '"'], id="one-quote-at-the-end"),
        pytest.param(",,,,,,,,", [None] * 9, id="nokia-cpms"),
        pytest.param("1,", ["1", None], id="comma-at-the-end"),
        pytest.param(
            '(2,"T (DE), x","26201",7),(1,"O")',
            ['(2,"T (DE), x","26201",7)', '(1,"O")'],
            id="lists",
        ),
        pytest.param("(0-2),(0,3)", ["(0-2)", "(0,3)"], id="ranges"),
        pytest.param("((1,2),3),4", ["((1,2),3)", "4"], id="nested"),
        pytest.param("(1,2", ["(1,2"], id="list-never-closed"),
        pytest.param(')",(', [')"', "("], id="hostile"),
    ],
)
def test_split(text: str, fields: list[str | None]) -> None:
    assert split(text) == fields


@given(st.text())
def test_nothing_raises_on_any_text(text: str) -> None:
    assert len(split(text)) == len(parse_ranges(text)) == len(parse_string_lists(text))


@given(st.text(alphabet='(),"1-9a \r', max_size=60))
def test_nothing_raises_on_the_characters_that_matter(text: str) -> None:
    assert len(split(text)) == len(parse_ranges(text)) == len(parse_string_lists(text))


PRINTABLE = st.text(alphabet=[chr(c) for c in range(0x20, 0x7F) if chr(c) != '"'])


@given(st.lists(PRINTABLE, min_size=1))
def test_split_is_the_inverse_of_quote(texts: list[str]) -> None:
    assert split(",".join(quote(text) for text in texts)) == texts


@pytest.mark.parametrize("character", ['"', "\r", "\n", "\x00", "\x1a", "\x1b", "\x7f", "é", "😀"])
def test_quote_refuses_what_leaves_the_string(character: str) -> None:
    with pytest.raises(MisuseError, match="character 4 ") as refused:
        quote("abc" + character)

    assert "abc" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("(0-2),(0,3)", [{0, 1, 2}, {0, 3}]),
        ("(0-31,99),(0-7,99)", [{*range(32), 99}, {*range(8), 99}]),
        ("0-2", [{0, 1, 2}]),
        ("1 , 2", [{1}, {2}]),
        ("(),(),()", [set(), set(), set()]),
        ('(1-3),"IP",(5-4),(x)', [{1, 2, 3}, set(), set(), set()]),
        ("", []),
    ],
)
def test_ranges(text: str, ranges: list[set[int]]) -> None:
    assert parse_ranges(text) == ranges


@pytest.mark.parametrize("text", ["(0-4294967295)", "(0-9999999999,0-9999999999)"])
def test_a_wide_range_is_bounded(text: str) -> None:
    [values] = parse_ranges(text)

    assert len(values) == MAX_RANGE_VALUES
    assert 0 in values


CNMI_TEST = {
    "01.dump": [{2}, {0, 1, 3}, {0, 2}, {0, 1}, {0}],
    "02.dump": [{0, 1, 2}, {0, 1, 3}, {0}, {0, 1}, {0, 1}],
}


@pytest.mark.parametrize("row", rows("cnmi_test"), ids=str)
def test_ranges_of_devices(row: Row) -> None:
    assert parse_ranges(row.parameters()) == CNMI_TEST[row.source.rpartition("/")[2]]


CPMS_TEST = {
    "generic.dump": [["SM", "ME"]] * 3,
    "samsung-j700.dump": [],
    "iwow.dump": [["SM"]] * 3,
}
# The same file name twice in gammu's tests; this one has an unbalanced quote.
CPMS_TEST_SR = [["ME", "SR"], ["ME", "SR"], ["ME"]]


def wanted_memories(row: Row) -> list[list[str]]:
    if "mem1" in row.fields:
        return [row.fields[key] for key in ("mem1", "mem2", "mem3")]
    return CPMS_TEST_SR if "at-cpms-sr" in row.source else CPMS_TEST[row.source.rpartition("/")[2]]


@pytest.mark.parametrize("row", rows("cpms_test"), ids=str)
def test_string_lists_of_devices(row: Row) -> None:
    assert parse_string_lists(row.parameters()) == wanted_memories(row)


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("(),(),()", [[], [], []]),
        ('("MT","SM","ME"),("MT","SM")', [["MT", "SM", "ME"], ["MT", "SM"]]),
        ('"SM"', [["SM"]]),
        ('("SM"', [["SM"]]),
    ],
)
def test_string_lists(text: str, lists: list[list[str]]) -> None:
    assert parse_string_lists(text) == lists


@pytest.mark.parametrize("row", rows("cpms_read"), ids=str)
def test_split_cpms(row: Row) -> None:
    wanted = [str(memory[key]) for memory in row.fields["mem"] for key in ("name", "used", "total")]

    assert split(row.parameters()) == wanted


@pytest.mark.parametrize("row", rows("cgdcont_read"), ids=str)
def test_split_cgdcont(row: Row) -> None:
    contexts = [split(line.partition(":")[2])[:3] for line in row.lines()]

    assert [(cid, family, apn or "") for cid, family, apn in contexts] == [
        (str(context["cid"]), context["family"], context["apn"])
        for context in row.fields["contexts"]
    ]


CSCA = {
    "03.dump": "6281100000",
    "05.dump": "002B003400340037003800300032003000390032003000330035",
}


@pytest.mark.parametrize("row", rows("csca"), ids=str)
def test_split_csca(row: Row) -> None:
    assert split(row.parameters()) == [CSCA[row.source.rpartition("/")[2]], "145"]
