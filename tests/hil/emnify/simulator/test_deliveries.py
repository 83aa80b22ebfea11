"""What a webhook is told, and how often, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import jwt
import pytest

from hil.emnify.simulator import deliveries as module
from hil.emnify.simulator.deliveries import Delivery, DeliveryState, retry_s
from hil.emnify.simulator.records import DeviceStatus
from modem.simulator import Submission
from modem.sms import compose
from tests.hil.emnify.simulator.hook import Hook, hooked
from tests.hil.emnify.simulator.served import Served, eventually, served

ONE = "/api/v1/endpoint/700001"
SECRET = "a secret that is long enough for HS384 without a warning"


def use(at: Served, url: str, secret: str | None = None) -> None:
    """Have the policy's messages told there."""
    (policy,) = at.platform.policies.values()
    callback = at.platform.add_callback(url)
    chosen = at.platform.add_secret(secret).id if secret else None
    at.platform.choose_webhook(policy, callback.id, chosen)


async def submit(at: Served, text: str, number: int = 0, to: str = "1234") -> None:
    """Have a device send an SMS, by its port."""
    modem = at.simulation.stations[number].modem
    sent = asyncio.get_running_loop().create_future()

    def note(submission: Submission) -> None:
        if not sent.done():
            sent.set_result(submission)

    for part in compose(to, text):
        sent = asyncio.get_running_loop().create_future()
        modem.on_submission = note
        modem.feed(f"AT+CMGF=0\rAT+CMGS={part.tpdu_length}\r".encode())
        modem.feed(part.pdu.encode() + b"\x1a")
        await asyncio.wait_for(sent, 10)


def play(story: Callable[[Served, Hook], Awaitable[None]], **options: object) -> None:
    """A platform and a webhook."""

    async def main() -> None:
        async with served(**options) as at, hooked() as hook:  # type: ignore[arg-type]
            await story(at, hook)

    asyncio.run(main())


async def ended(at: Served, count: int) -> list[Delivery]:
    """The log, once so many calls have come to their end."""

    async def done() -> list[Delivery] | None:
        log = list(at.running.deliveries.log)
        over = [each for each in log if each.state is not DeliveryState.WAITING]
        return log if len(over) == count else None

    return await eventually(done, "calls are over")


def test_a_message_and_a_receipt() -> None:
    async def story(at: Served, hook: Hook) -> None:
        use(at, hook.url, SECRET)
        await submit(at, "OK APN em")
        answer = await at.call("POST", f"{ONE}/sms", {"payload": "PING"})
        key = int(answer.headers["Location"].rpartition("/")[2])
        posted, patched = await hook.until(2)
        assert (posted.method, patched.method) == ("POST", "PATCH")
        assert posted.content_type == "application/json"
        assert (posted.body["payload"], posted.body["dest_address"]) == ("OK APN em", "1234")
        sms = (await at.call("GET", f"{ONE}/sms/{key}")).body
        date = sms["submit_date"][:19].replace("T", " ")
        assert patched.body == {
            "id": key,
            "status": {"status": "DELIVERED", "id": 4},
            "endpoint": {"id": 700001, "name": "Device 0"},
            "organisation": {"id": 4242},
            "submit_date": date,
            "final_date": sms["final_date"][:19].replace("T", " "),
        }
        for call in (posted, patched):
            assert call.authorization is not None
            token = call.authorization.removeprefix("Bearer ")
            assert jwt.decode(token, SECRET, algorithms=["HS384"])["esc.org"] == 4242
            with pytest.raises(jwt.InvalidSignatureError):
                jwt.decode(token, SECRET[::-1], algorithms=["HS384"])

    play(story)


def test_without_a_secret_there_is_no_header_and_without_a_url_no_call() -> None:
    async def story(at: Served, hook: Hook) -> None:
        await submit(at, "to the portal only")
        use(at, hook.url)
        await submit(at, "to the webhook")
        (call,) = await hook.until(1)
        assert (call.body["payload"], call.authorization) == ("to the webhook", None)
        assert len(at.running.deliveries.log) == 1

    play(story)


def test_parts_are_calls_of_their_own() -> None:
    async def story(at: Served, hook: Hook) -> None:
        use(at, hook.url)
        await submit(at, "x" * 161)
        infos = [call.body["multi_part_info"] for call in await hook.until(2)]
        assert sorted(info["partno"] for info in infos) == [1, 2]
        assert {info["total"] for info in infos} == {2}
        assert len({info["identifier"] for info in infos}) == 1

    play(story)


@pytest.mark.parametrize("status", [500, 302, 404])
def test_it_is_repeated_until_it_is_accepted(status: int) -> None:
    async def story(at: Served, hook: Hook) -> None:
        hook.status = lambda number: status if number < 3 else 200
        use(at, hook.url)
        await submit(at, "x")
        (delivery,) = await ended(at, 1)
        assert delivery.state is DeliveryState.ACCEPTED
        assert [attempt.status for attempt in delivery.attempts] == [status] * 3 + [200]
        assert len({str(call.body) for call in hook.calls}) == 1
        assert len(hook.calls) == 4

    play(story)


def test_half_of_all_calls_fail_and_none_is_lost_or_doubled() -> None:
    async def story(at: Served, hook: Hook) -> None:
        hook.status = lambda number: 500 if number % 2 else 204
        use(at, hook.url)
        for number in range(30):
            await submit(at, f"message {number}")
        log = await ended(at, 30)
        assert all(delivery.state is DeliveryState.ACCEPTED for delivery in log)
        accepted = [
            call.body["payload"] for number, call in enumerate(hook.calls) if not number % 2
        ]
        assert sorted(accepted) == sorted(f"message {number}" for number in range(30))

    play(story)


def test_a_webhook_that_is_down_comes_back() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        async with served() as at:
            use(at, f"http://127.0.0.1:{port}/hook")
            await submit(at, "x")

            async def failed() -> bool:
                return at.running.deliveries.log[0].tries >= 2

            await eventually(failed, "two tries")
            (delivery,) = at.running.deliveries.log
            assert delivery.state is DeliveryState.WAITING
            assert delivery.attempts[0].status is None
            assert delivery.attempts[0].error
            assert (await at.call("GET", ONE)).status == 200

    asyncio.run(main())


def test_a_slow_webhook_holds_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 0.05)

    async def story(at: Served, hook: Hook) -> None:
        hook.hold = asyncio.Event()
        use(at, hook.url)
        await submit(at, "slow")
        async with hooked() as other:
            use_second(at, other.url)
            await submit(at, "fast", 1)
            await other.until(1)
        await hook.until(2)  # it was tried again
        first = at.running.deliveries.log[0]
        assert first.attempts[0].error == "no answer within 0.05 s"
        hook.hold.set()
        await ended(at, 2)

    def use_second(at: Served, url: str) -> None:
        policy = at.platform.add_policy("second")
        at.platform.choose_webhook(policy, at.platform.add_callback(url).id, None)
        list(at.platform.devices.values())[1].policy = policy

    play(story, modems=2)


def test_after_a_day_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr(module, "KEPT_FOR", timedelta(milliseconds=20))

    async def story(at: Served, hook: Hook) -> None:
        hook.status = lambda _number: 500
        use(at, hook.url)
        await submit(at, "x")
        (delivery,) = await ended(at, 1)
        assert delivery.state is DeliveryState.GIVEN_UP

    play(story)


def test_a_mistyped_url_is_set_right_meanwhile() -> None:
    async def story(at: Served, hook: Hook) -> None:
        use(at, "http://127.0.0.1:9/mistyped")
        await submit(at, "x")

        async def tried() -> bool:
            return at.running.deliveries.log[0].tries > 0

        await eventually(tried, "it was tried")
        use(at, hook.url)
        (call,) = await hook.until(1)
        assert call.body["payload"] == "x"
        (delivery,) = await ended(at, 1)
        assert (delivery.url, delivery.state) == (hook.url, DeliveryState.ACCEPTED)

    play(story)


def test_what_waits_for_its_turn_goes_to_the_new_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call at a time, and the first one hangs: the second never reaches the old URL."""
    monkeypatch.setattr(module, "AT_ONCE", 1)

    async def story(at: Served, hook: Hook) -> None:
        hook.hold = asyncio.Event()
        use(at, hook.url)
        await submit(at, "first")
        await hook.until(1)
        await submit(at, "second")
        async with hooked() as other:
            use(at, other.url)
            hook.hold.set()
            (call,) = await other.until(1)
            assert call.body["payload"] == "second"
            await ended(at, 2)
        assert [call.body["payload"] for call in hook.calls] == ["first"]

    play(story)


def test_a_webhook_that_is_removed_gets_nothing_more() -> None:
    async def story(at: Served, hook: Hook) -> None:
        hook.status = lambda _number: 500
        use(at, hook.url)
        await submit(at, "x")
        await hook.until(1)
        (policy,) = at.platform.policies.values()
        at.platform.choose_webhook(policy, None, None)
        (delivery,) = await ended(at, 1)
        assert delivery.state is DeliveryState.GIVEN_UP
        assert delivery.note == "the policy has no webhook any more"

    play(story)


def test_a_policy_that_is_deleted_with_its_webhook_while_a_call_waits() -> None:
    async def story(at: Served, hook: Hook) -> None:
        hook.status = lambda _number: 500
        use(at, hook.url)
        await submit(at, "x")
        await hook.until(1)
        (policy,) = at.platform.policies.values()
        callback = policy.callback
        assert callback is not None
        device = at.platform.device(700001)
        at.platform.assign(device, None)
        at.platform.set_status(device, DeviceStatus.DELETED)
        at.platform.delete_policy(policy)
        at.platform.remove_callback(callback)
        (delivery,) = await ended(at, 1)
        assert delivery.state is DeliveryState.GIVEN_UP

    play(story)


def test_whatever_goes_wrong_loses_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(at: Served, hook: Hook) -> None:
        use(at, hook.url, SECRET)
        with monkeypatch.context() as broken:
            broken.setattr(module, "callback_jwt", lambda *_: 1 / 0)
            await submit(at, "x")

            async def tried() -> bool:
                return at.running.deliveries.log[0].tries > 0

            await eventually(tried, "it was tried")
        (delivery,) = await ended(at, 1)
        assert delivery.attempts[0].error == "ZeroDivisionError"
        assert delivery.state is DeliveryState.ACCEPTED

    play(story)


def test_failed_and_expired_are_reported_and_canceled_is_not() -> None:
    async def story(at: Served, hook: Hook) -> None:
        use(at, hook.url)
        at.simulation.stations[0].modem.set_coverage(False)
        device = at.platform.device(700001)
        for _ in range(2):
            await at.call("POST", f"{ONE}/sms", {"payload": "x"})

        async def buffered() -> bool:
            return all(sms.status.name == "BUFFERED" for sms in device.messages.values())

        await eventually(buffered, "both wait")
        first, second = device.messages.values()
        at.platform.terminated.cancel(first)
        at.platform.terminated.fail_all(device, "the test says so")
        (call,) = await hook.until(1)
        assert (call.body["id"], call.body["status"]["status"]) == (second.id, "FAILED")
        assert len(at.running.deliveries.log) == 1

    play(story)


def test_p2p_has_no_receipt() -> None:
    """Receipts are for "MT SMS triggered through the API"."""

    async def story(at: Served, hook: Hook) -> None:
        use(at, hook.url)
        number = at.simulation.stations[1].modem.who.msisdn
        await submit(at, "hello", to=number)
        await submit(at, "and to the webhook")

        async def arrived() -> bool:
            messages = at.platform.device(700002).messages.values()
            return any(sms.status.name == "DELIVERED" for sms in messages)

        await eventually(arrived, "the other device has it")
        (call,) = await hook.until(1)
        assert call.body["payload"] == "and to the webhook"
        assert len(at.running.deliveries.log) == 1

    play(story, modems=2)


def test_the_schedule() -> None:
    assert [retry_s(tries) for tries in (1, 2, 3, 7, 8, 500)] == [1, 2, 4, 60, 60, 60]
