"""What a dialect says where it isn't told what its words need: the plain dialect's are sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apn_config.dialects import dialect_named
from apn_config.dialects.dialect import Around
from apn_config.model import (
    Apn,
    AuthType,
    Command,
    Credentials,
    Device,
    Form,
    Message,
    NotForUs,
    Outcome,
    Result,
    Verb,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NOWHERE = Around(Device(), NOW)


@pytest.mark.parametrize("verb", [Verb.APN_SET, Verb.APN_READ], ids=lambda verb: verb.value)
@pytest.mark.parametrize("name", ["bitrek", "gotrack"])
def test_no_apn_no_words(name: str, verb: Verb) -> None:
    assert dialect_named(name).say(Outcome(Result.OK, verb), Form(name), NOWHERE) is None


@pytest.mark.parametrize(
    ("device", "said"),
    [
        pytest.param(Device("490154203237518", "8988303"), "490154203237518 APN OK", id="imei"),
        pytest.param(Device(iccid="8988303"), "8988303 APN OK", id="iccid"),
        pytest.param(Device(), None, id="neither"),
    ],
)
def test_rayleigh_answers_with_a_uid(device: Device, said: str | None) -> None:
    outcome, form = Outcome(Result.OK, Verb.APN_SET, "em"), Form("rayleigh", echo=("APN",))
    assert dialect_named("rayleigh").say(outcome, form, Around(device, NOW)) == said


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        pytest.param((), "APP:modem-helper COM: ...", id="nothing"),
        pytest.param((("rssi", "-113"),), "APP:modem-helper COM:-113 ...", id="no-data"),
        pytest.param(
            (("ip", "10.0.0.7"), ("op", "Tele~2")), "APP:modem-helper COM: D.. 10.0.0.7", id="data"
        ),
    ],
)
def test_calamp_tells_what_is_known(pairs: tuple[tuple[str, str], ...], said: str) -> None:
    outcome = Outcome(Result.OK, Verb.STATUS, pairs=pairs)
    assert dialect_named("calamp").say(outcome, Form("calamp"), NOWHERE) == said


@pytest.mark.parametrize(
    ("rssi", "level"),
    [
        pytest.param("-113", "0", id="weakest"),
        pytest.param("-71", "21", id="good"),
        pytest.param("-20", "31", id="strongest"),
        pytest.param("?", "", id="unknown"),
    ],
)
def test_gotrack_counts_the_signal_as_csq_does(rssi: str, level: str) -> None:
    outcome = Outcome(Result.OK, Verb.SIGNAL, pairs=(("rssi", rssi), ("op", 'a"b')))
    said = dialect_named("gotrack").say(outcome, Form("gotrack"), NOWHERE)
    assert said == f'view,network,cid, nw,0,0,"a?b",{level} @OK#'


@pytest.mark.parametrize(
    ("imei", "shown"), [("490154203237518", "490154203237518"), ("123456", "0" * 15)]
)
def test_meitracks_answer_is_no_command_whatever_the_modem_says(imei: str, shown: str) -> None:
    dialect = dialect_named("meitrack")
    outcome, form = Outcome(Result.OK, Verb.APN_SET, "em"), Form("meitrack", echo=("A81",))
    said = dialect.say(outcome, form, Around(Device(imei), NOW))
    assert said == f"{shown},A81,OK"
    assert isinstance(dialect.parse(Message(said)), NotForUs)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("queclink", "AT@APN?gl601###,,0C37$", id="queclink"),
        pytest.param("suntech", "ST300CMD;100850000;02;Preset", id="suntech"),
    ],
)
def test_an_answer_of_fields_is_whole_or_in_plain_words(name: str, text: str) -> None:
    dialect = dialect_named(name)
    parsed = dialect.parse(Message(text))
    assert isinstance(parsed, Command)
    for length, fits in ((20, True), (62, False)):
        read = Apn("a" * length, credentials=Credentials(AuthType.PAP, "u" * length, "p"))
        said = dialect.say(Outcome(Result.OK, Verb.APN_READ, apn=read), parsed.form, NOWHERE)
        assert (said is not None and said.endswith(("$", ";"))) is fits
        assert (said is None) is not fits


def test_2n_tells_what_is_known() -> None:
    form = Form("2n", echo=("EG", "INF"))
    outcome = Outcome(Result.OK, Verb.STATUS)
    assert dialect_named("2n").say(outcome, form, NOWHERE) == "EG.INF OK"
