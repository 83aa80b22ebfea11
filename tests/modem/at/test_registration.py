"""+CREG, +CGREG, +CEREG, +C5GREG: the answer and the URC have one prefix, and are told apart."""

from __future__ import annotations

import pytest

from modem.at import Command, Engine, Response, Urc
from modem.at.urcs import Shape, registration_shape
from tests.modem.at.lines import Row, rows
from tests.modem.at.transcripts import drain

ROWS = rows("registration")

# URCs of modems that repeat <n>: field by field these could be answers. Quoted whole, so that a
# row that begins to need this shows.
REPEATS_N = {
    '+CREG: 2,5,"0502","0404736D"',
    "+CGREG: 2,1, 81ED, 1A9CEB",
    "+CREG: 2,1,000B,2816, B, C2816",
    "+CREG: 2,11,003F,8FE3, B, C2816",
}


def query(line: str) -> Command:
    prefix = line.partition(":")[0]
    return Command(f"AT{prefix}?", (prefix,))


def wire(*lines: str) -> bytes:
    return "".join(f"\r\n{line}\r\n" for line in lines).encode()


def is_answer(row: Row) -> bool:
    return row.fields["solicited"] is True


@pytest.mark.parametrize("row", [row for row in ROWS if is_answer(row)], ids=str)
def test_an_answer_is_the_answer(row: Row) -> None:
    engine = Engine()
    line = row.lines()[0]
    engine.send(query(line))
    engine.feed(wire(line, "OK"))

    [event] = drain(engine)

    assert isinstance(event, Response)
    assert event.lines == (line,)


@pytest.mark.parametrize("row", [row for row in ROWS if not is_answer(row)], ids=str)
def test_a_urc_while_nothing_is_pending(row: Row) -> None:
    engine = Engine()
    engine.feed(row.wire.encode())

    assert [event.prefix for event in drain(engine) if isinstance(event, Urc)] == [
        line.partition(":")[0] for line in row.lines()
    ]


@pytest.mark.parametrize("answer_first", [False, True], ids=["urc-first", "answer-first"])
@pytest.mark.parametrize("row", [row for row in ROWS if not is_answer(row)], ids=str)
def test_a_urc_beside_the_answer(row: Row, answer_first: bool) -> None:
    engine = Engine()
    urc = row.lines()[0]
    answer = urc.partition(":")[0] + ": 0,1"
    engine.send(query(urc))
    engine.feed(wire(*((answer, urc) if answer_first else (urc, answer)), "OK"))

    first, second = drain(engine)

    assert first == Urc(urc.partition(":")[0], urc.partition(":")[2].strip())
    assert isinstance(second, Response)
    assert second.lines == (answer,)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_shape(row: Row) -> None:
    line = row.lines()[0]
    shape = registration_shape(line.partition(":")[2].strip())
    unlike = Shape.URC if is_answer(row) else Shape.ANSWER

    assert shape is not unlike
    if not is_answer(row):
        assert (shape is Shape.EITHER) == (line in REPEATS_N)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1", Shape.URC),
        ("0,1", Shape.ANSWER),
        ('1,"CE00","0000",7', Shape.URC),
        ('2,1,"8BE3","00002BAF",7', Shape.EITHER),
        ("2,0,00,0", Shape.EITHER),
        ("(0-2)", Shape.ANSWER),
        ("0-2", Shape.ANSWER),
        ("", Shape.ANSWER),
        (",", Shape.ANSWER),
        ("6,1", Shape.URC),
        ("99999999999999,1", Shape.ANSWER),
    ],
)
def test_shape_of_what_no_row_has(text: str, shape: Shape) -> None:
    assert registration_shape(text) is shape


def test_the_last_of_two_doubtful_lines_is_the_answer_and_urcs_keep_their_order() -> None:
    engine = Engine()
    engine.send(Command("AT+CREG?", ("+CREG",)))
    engine.feed(
        wire('+CREG: 2,2,"0000","0000"', '+CMTI: "SM",1', '+CREG: 2,5,"0502","0404736D"', "RDY")
    )
    engine.feed(wire("OK"))

    *urcs, response = drain(engine)

    assert urcs == [Urc("+CREG", '2,2,"0000","0000"'), Urc("+CMTI", '"SM",1'), Urc("RDY")]
    assert isinstance(response, Response)
    assert response.lines == ('+CREG: 2,5,"0502","0404736D"',)


def test_an_answer_behind_a_doubtful_line_settles_it() -> None:
    engine = Engine()
    engine.send(Command("AT+CREG?", ("+CREG",)))
    engine.feed(wire('+CREG: 2,2,"0000","0000"', '+CMTI: "SM",1', "+CREG: 0,1", "RDY", "OK"))

    *urcs, response = drain(engine)

    assert urcs == [Urc("+CREG", '2,2,"0000","0000"'), Urc("+CMTI", '"SM",1'), Urc("RDY")]
    assert isinstance(response, Response)
    assert response.lines == ("+CREG: 0,1",)


def test_a_test_command_has_its_answer() -> None:
    engine = Engine()
    engine.send(Command("AT+CREG=?", ("+CREG",)))
    engine.feed(wire("+CREG: (0-2)", "+CREG: 5", "OK"))

    urc, response = drain(engine)

    assert urc == Urc("+CREG", "5")
    assert isinstance(response, Response)
    assert response.lines == ("+CREG: (0-2)",)


def test_urcs_behind_a_doubtful_line_wait_for_the_answer_but_not_without_bound() -> None:
    engine = Engine()
    engine.send(Command("AT+CREG?", ("+CREG",)))
    engine.feed(wire('+CREG: 2,1,"0502","0404736D"', *(["RING"] * 100)))

    assert drain(engine) == [Urc("RING")] * 100


def test_cancel_releases_what_waited() -> None:
    engine = Engine()
    engine.send(Command("AT+CREG?", ("+CREG",)))
    engine.feed(wire('+CREG: 2,1,"0502","0404736D"', "RING"))
    assert drain(engine) == []

    engine.cancel()

    assert drain(engine)[0] == Urc("RING")
