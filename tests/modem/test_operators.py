"""What +COPS=? answers, in the forms that modems have for it."""

from __future__ import annotations

import pytest

from modem.commands.operators import Availability, Operator, parse_operators

TELEKOM = Operator(Availability.AVAILABLE, "Telekom.de", "26201", "lte")
VODAFONE = Operator(Availability.FORBIDDEN, "Vodafone", "26202", "umts")
OWN = Operator(Availability.CURRENT, "o2 - de", "26203", "lte")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(
            '+COPS: (1,"Telekom.de","TDG","26201",7),(3,"Vodafone","VF","26202",2),'
            '(2,"o2 - de","o2","26203",7),,(0-4),(0-2)',
            (OWN, TELEKOM, VODAFONE),
            id="the one in use first",
        ),
        pytest.param(
            '+COPS:(1,"Telekom.de","TDG","26201", 7)',
            (TELEKOM,),
            id="blanks where others have none",
        ),
        pytest.param(
            '+COPS: (1,"a (b), c","","26201",7)',
            (Operator(Availability.AVAILABLE, "a (b), c", "26201", "lte"),),
            id="a name with parentheses",
        ),
        pytest.param(
            '+COPS: (1,"","T","310410")',
            (Operator(Availability.AVAILABLE, "T", "310410", None),),
            id="six digits, no technology, no long name",
        ),
        pytest.param(
            '+COPS: (1,"\x1b[2J\x07","","26201",99)',
            (Operator(Availability.AVAILABLE, "[2J", "26201", None),),
            id="a hostile name and an unknown technology",
        ),
        pytest.param('+COPS: (1,"x","x","26201",7),' * 2, None, id="twice the same"),
        pytest.param('+COPS: (9,"x","x","26201",7)', (), id="no such state"),
        pytest.param('+COPS: (1,"x","x","2620",7),(1,"x","x","26a01",7)', (), id="no number"),
        pytest.param("+COPS: ,(0-4),(0-2)", (), id="nothing in reach"),
        pytest.param("+COPS: ()", (), id="an empty one"),
        pytest.param("+COPS: ((((((", (), id="nonsense"),
        pytest.param("OK", (), id="something else"),
    ],
)
def test_parse(line: str, found: tuple[Operator, ...] | None) -> None:
    parsed = parse_operators([line])
    assert parsed == found if found is not None else len(parsed) == 1


def test_a_list_has_an_end() -> None:
    line = ",".join(f'(1,"x","x","{number:05}",7)' for number in range(99999))
    assert len(parse_operators([f"+COPS: {line}"])) == 200
