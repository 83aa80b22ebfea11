"""Replays: the recorded host gets the recorded session, and another one what fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.transcript import format as text_format
from modem.transcript.errors import ReplayDiffers
from modem.transcript.replay import StrictReplay, TolerantReplay
from modem.transcript.script import moments
from modem.transcript.values import Chunk, Transcript, Way
from tests.modem.transcript.sessions import SESSIONS, Session


def session(text: str) -> Transcript:
    return text_format.read(text, "it")


SMS = session(
    r"""
<< "\r\nRDY\r\n"
-- 1
>> "AT+CSQ\r"
-- 0.02
<< "AT+CSQ\r\r\n+CSQ: 2"
-- 0.01
<< "1,99\r\n\r\nOK\r\n"
-- 5
<< "\r\n+CMTI: \"SM\",3\r\n"
-- 1
>> "AT+CMGS=20\r"
<< "AT+CMGS=20\r\r\n> "
>> "0011\x1a"
<< "0011\x1a"
-- 2
<< "\r\n+CMGS: 7\r\n\r\nOK\r\n"
>> "AT+CPIN=\"****\"\r"
<< "AT+CPIN=\"****\"\r\r\nOK\r\n"
>> "AT+CSQ\r"
<< "AT+CSQ\r\r\n+CSQ: 9,99\r\n\r\nOK\r\n"
"""
)


class Played:
    """A replay on a clock that stands still unless it is moved."""

    def __init__(self, replay: StrictReplay | TolerantReplay) -> None:
        self.replay = replay
        self.now_s = 100.0
        replay.start(self.now_s)

    def say(self, data: bytes) -> None:
        """The host says it now."""
        self.replay.feed(data, self.now_s)

    def hear(self, after_s: float = 0.0) -> bytes:
        """What the modem says by then."""
        self.now_s += after_s
        return self.replay.due(self.now_s)

    def ask(self, data: bytes) -> bytes:
        """Say it, and hear all that comes within the next minute."""
        self.say(data)
        return self.hear(60)


@pytest.mark.parametrize("found", SESSIONS, ids=lambda found: found.name)
def test_the_host_that_was_recorded_gets_the_same_strictly(found: Session) -> None:
    """It speaks when it did, and the modem's every chunk comes at its time."""
    replay = StrictReplay(found.transcript)
    replay.start(0.0)
    heard: list[tuple[float, bytes]] = []

    def hear(until_s: float) -> None:
        while (due_s := replay.next_due_s()) is not None and due_s <= until_s:
            heard.append((due_s, replay.due(due_s)))

    chunks = [step for step in found.steps if isinstance(step, Chunk)]
    for step in chunks:
        hear(step.at_s)
        if step.way is Way.TO_MODEM:
            replay.feed(step.data, step.at_s)
    hear(1e9)
    assert replay.finished
    assert b"".join(data for _, data in heard) == found.said(Way.FROM_MODEM)
    times = sorted({step.at_s for step in chunks if step.way is Way.FROM_MODEM})
    assert sorted({at_s for at_s, _ in heard}) == pytest.approx(times)


@pytest.mark.parametrize("found", SESSIONS, ids=lambda found: found.name)
@pytest.mark.parametrize("kind", [StrictReplay, TolerantReplay], ids=["strict", "tolerant"])
def test_a_host_in_a_hurry_gets_the_same(
    kind: type[StrictReplay | TolerantReplay], found: Session
) -> None:
    played = Played(kind(found.transcript))
    heard = played.hear(60)
    for moment in moments(found.transcript)[1:]:
        heard += played.ask(moment.host)
    assert heard == found.said(Way.FROM_MODEM)
    assert played.replay.finished


@given(st.data())
def test_the_host_s_cuts_don_t_matter(data: st.DataObject) -> None:
    strict, tolerant = Played(StrictReplay(SMS)), Played(TolerantReplay(SMS))
    heard = [strict.hear(60), tolerant.hear(60)]
    for moment in moments(SMS)[1:]:
        at = data.draw(st.integers(0, len(moment.host)))
        for number, played in enumerate((strict, tolerant)):
            played.say(moment.host[:at])
            heard[number] += played.ask(moment.host[at:])
    assert heard[0] == heard[1]


class TestStrict:
    def test_chunks_come_at_their_times(self) -> None:
        played = Played(StrictReplay(SMS))
        assert played.hear() == b"\r\nRDY\r\n"
        played.say(b"AT+CSQ\r")
        assert played.hear(0.019) == b""
        assert played.hear(0.002) == b"AT+CSQ\r\r\n+CSQ: 2"
        assert played.hear(0.02) == b"1,99\r\n\r\nOK\r\n"
        assert played.hear(4.9) == b""
        assert played.replay.next_due_s() == pytest.approx(105.03)
        assert played.hear(0.2) == b'\r\n+CMTI: "SM",3\r\n'

    def test_a_scale_makes_it_faster(self) -> None:
        played = Played(StrictReplay(SMS, time_scale=10))
        played.say(b"AT+CSQ\r")
        assert played.hear(0.0031).endswith(b"OK\r\n")

    def test_a_host_that_is_faster_gets_the_urc_before_its_answer(self) -> None:
        played = Played(StrictReplay(SMS))
        played.say(b"AT+CSQ\r")
        played.say(b"AT+CMGS=20\r")
        assert played.hear().endswith(b'+CMTI: "SM",3\r\nAT+CMGS=20\r\r\n> ')

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            pytest.param(
                [b"AT+CREG?\r"], "line 1 of the host differs: recorded at 1.000 s", id="another"
            ),
            pytest.param([b"AT+CSQ\r", b"AT+CMGS=21\r"], "line 2 of the host", id="later"),
            pytest.param([b"at+csq\r"], "now came 'at+csq\\r'", id="case"),
            pytest.param(
                [*(moment.host for moment in moments(SMS)[1:]), b"AT\r"],
                "was nothing more, now came 'AT\\r'",
                id="more",
            ),
        ],
    )
    def test_what_differs_is_named(self, said: list[bytes], words: str) -> None:
        played = Played(StrictReplay(SMS))
        for data in said[:-1]:
            played.say(data)
        with pytest.raises(ReplayDiffers) as caught:
            played.say(said[-1])
        assert words in str(caught.value)
        assert caught.value.exit_code == 1


class TestTolerant:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            pytest.param(b"at +csq\r\n", b"at +csq\r\r\n+CSQ: 21,99\r\n\r\nOK\r\n", id="spelling"),
            pytest.param(b"AT+CREG?\r", b"AT+CREG?\r\r\nERROR\r\n", id="unknown"),
            pytest.param(b"at\r", b"at\r\r\nOK\r\n", id="what finds a modem at all"),
            pytest.param(b'AT+CPIN="1234"\r', b'AT+CPIN="1234"\r\r\nOK\r\n', id="another PIN"),
            pytest.param(b"AT+CMGS=23\r", b"AT+CMGS=23\r\r\n> ", id="another length"),
            pytest.param(b"AT+CSQ=?\r", b"AT+CSQ=?\r\r\nERROR\r\n", id="another form"),
            pytest.param(b"\r", b"", id="nothing"),
        ],
    )
    def test_one_line(self, said: bytes, answer: bytes) -> None:
        played = Played(TolerantReplay(SMS))
        assert played.hear() == b"\r\nRDY\r\n"
        played.say(said)
        assert played.hear(1) == answer

    def test_a_payload_may_be_another_and_is_echoed_as_it_is(self) -> None:
        played = Played(TolerantReplay(SMS))
        played.hear()
        assert played.ask(b"AT+CMGS=9\r").endswith(b"> ")
        assert played.ask(b"AT+CSQ\rmore\x1a") == b"AT+CSQ\rmore\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n"

    def test_a_payload_that_is_broken_off_is_not_answered(self) -> None:
        played = Played(TolerantReplay(SMS))
        played.hear()
        played.ask(b"AT+CMGS=9\r")
        assert played.ask(b"half\x1b") == b""
        assert b"+CSQ" in played.ask(b"AT+CSQ\r")

    def test_the_next_answer_to_a_command_and_the_last_one_again(self) -> None:
        played = Played(TolerantReplay(SMS))
        played.hear()
        assert b"+CSQ: 21,99" in played.ask(b"AT+CSQ\r")
        assert b"+CSQ: 9,99" in played.ask(b"AT+CSQ\r")
        assert b"+CSQ: 9,99" in played.ask(b"AT+CSQ\r")

    def test_what_came_unasked_comes_once_and_not_within_an_answer(self) -> None:
        played = Played(TolerantReplay(SMS))
        played.hear()
        played.say(b"AT+CSQ\r")
        assert played.hear(5.029).endswith(b"OK\r\n")
        played.say(b"AT+CMGS=9\r")
        played.say(b"0011\x1a")
        assert played.hear(0.5) == b"AT+CMGS=9\r\r\n> 0011\x1a"
        assert played.hear(2).endswith(b'+CMGS: 7\r\n\r\nOK\r\n\r\n+CMTI: "SM",3\r\n')

    def test_what_came_unasked_does_not_come_again(self) -> None:
        rung = session('>> "AT\\r"\n<< "OK\\r\\n"\n-- 1\n<< "RING\\r\\n"')
        played = Played(TolerantReplay(rung))
        assert played.ask(b"AT\r") == b"OK\r\nRING\r\n"
        assert played.ask(b"AT\r") == b"OK\r\n"

    def test_what_is_not_there_is_told(self) -> None:
        replay = TolerantReplay(SMS)
        Played(replay).say(b"AT+CREG?\rAT+CSQ\r")
        assert replay.unknown == [b"AT+CREG?\r"]
        assert not replay.finished

    def test_without_echo_there_is_none(self) -> None:
        quiet = session('>> "AT\\r"\n<< "\\r\\nOK\\r\\n"')
        played = Played(TolerantReplay(quiet))
        assert played.ask(b"at\r") == b"\r\nOK\r\n"
        assert played.ask(b"AT+CSQ\r") == b"\r\nERROR\r\n"

    def test_what_was_typed_by_hand_is_a_line(self) -> None:
        typed = session(
            '>> "A"\n<< "A"\n>> "T"\n<< "T"\n>> "\\r"\n<< "\\r\\r\\nOK\\r\\n"\n>> "ATI\\rAT\\r"'
        )
        assert Played(TolerantReplay(typed)).ask(b"AT\r") == b"AT\r\r\nOK\r\n"

    @given(st.binary(max_size=300))
    def test_any_host_is_borne(self, data: bytes) -> None:
        played = Played(TolerantReplay(SMS))
        assert len(played.ask(data)) < 20_000


def test_nothing_is_a_session_too() -> None:
    for kind in (StrictReplay, TolerantReplay):
        played = Played(kind(Transcript((), ())))
        assert played.hear() == b""
        assert played.replay.finished
