"""A bench's file: what it may say, and what is said of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.config_reader import ConfigError
from apn_config.config_recovery import PowerConfig
from hil.bench import (
    DEFAULT_API,
    GIVEN_BY,
    UNKNOWN_APN,
    Bench,
    Capability,
    UsbId,
    load,
    parse,
)
from hil.bench_template import Answers, PlatformAnswers, WebhookAnswers, render

MODEM = '[modem]\nport = "/dev/ttyUSB2"\n'
PLATFORM = """\
[platform]
device = 1
token_file = "token"
sender = "12345"
short_number = "1234"
"""
PATH = Path("/etc/bench.toml")


def read(text: str) -> Bench:
    return parse(text.encode(), PATH)


def test_the_least() -> None:
    bench = read(MODEM)
    assert (bench.name, bench.modem.port, bench.modem.baud) == ("bench", "/dev/ttyUSB2", 115200)
    assert (bench.apn.unknown, bench.apn.cid) == (UNKNOWN_APN, 1)
    assert (bench.sms_budget, bench.patience_s) == (200, 180)
    assert (bench.pin(), bench.platform, bench.webhook) == (None, None, None)
    assert [each for each in Capability if bench.has(each)] == []


def test_all_of_it(tmp_path: Path) -> None:
    for name, secret in (("token", "abc"), ("key", "geheim"), ("pin", "4821")):
        (tmp_path / name).write_text(f"{secret}\n")
        (tmp_path / name).chmod(0o600)
    text = """\
[bench]
name = "pi-1"
patience_s = 60
lacks = ["cable"]
[modem]
usb = "1E0E:9001"
interface = 17
baud = 9600
pin_file = "pin"
[apn]
expected = "em"
other = "em2"
unknown = "none.invalid"
cid = 3
[platform]
device = 7
token_file = "token"
api = "https://api.example"
sender = "emnify"
short_number = "1234567"
poll_s = 5
binary = true
[webhook]
listen = "[::1]:8089"
url = "https://bench.example/sms"
secret_file = "key"
[power]
kind = "http"
off = "http://relay/off"
on = "http://relay/on"
[cable]
kind = "usb"
device = "1-1.4"
off_s = 2
[budget]
sms = 9
"""
    (tmp_path / "bench.toml").write_text(text)
    bench = load(tmp_path / "bench.toml")
    assert bench.modem.usb == UsbId("1e0e", "9001", "11")
    assert bench.platform is not None
    assert bench.webhook is not None
    assert (bench.platform.token(), bench.webhook.secret(), bench.pin()) == (
        "abc",
        "geheim",
        "4821",
    )
    assert (bench.webhook.host, bench.webhook.port, bench.webhook.path) == ("::1", 8089, "/sms")
    assert bench.cable == PowerConfig("usb", {"device": "1-1.4", "off_s": 2})
    assert bench.notes == ()
    assert {each for each in Capability if not bench.has(each)} == {Capability.CABLE}
    assert bench.missing(Capability.CABLE) == "the bench lacks cable: [bench] lacks names it"


@pytest.mark.parametrize("capability", Capability)
def test_what_is_missing_names_what_would_give_it(capability: Capability) -> None:
    missing = read(MODEM).missing(capability)
    assert missing is not None
    assert GIVEN_BY[capability] in missing


WRONG = {
    "no TOML": ("port = ", "wanted TOML"),
    "no modem": ("", "modem.port: wanted a port"),
    "a section that isn't": (f"{MODEM}[platfrom]", "platfrom: unknown section; did you mean"),
    "a key of elsewhere": (f"{MODEM}sender = '1'", r"modem.sender: .*belongs into \[platform\]"),
    "a typo": (f"{MODEM}buad = 1", "modem.buad: unknown key; did you mean baud"),
    "port and usb": (f'{MODEM}usb = "1e0e:9001"', "modem.usb: wanted either port or usb"),
    "no usb id": ('[modem]\nusb = "SIM7600"', "modem.usb: wanted vendor and product"),
    "no port": ('[modem]\nport = "serial://x"', "modem.port: wanted a device"),
    "no speed": (f"{MODEM}baud = 0", "modem.baud: wanted a whole number from 300"),
    "no name": (f'{MODEM}[bench]\nname = "../x"', "bench.name: wanted letters"),
    "it lacks what isn't": (f'{MODEM}[bench]\nlacks = ["wifi"]', "bench.lacks: wanted words of"),
    "no patience": (f"{MODEM}[bench]\npatience_s = 0", "bench.patience_s: wanted"),
    "no APN": (f'{MODEM}[apn]\nexpected = "a b"', "apn.expected: wanted an APN"),
    "the same APN": (f'{MODEM}[apn]\nexpected = "em"\nother = "EM"', "apn.other: wanted another"),
    "no context": (f"{MODEM}[apn]\ncid = 0", "apn.cid: wanted"),
    "no device": (MODEM + PLATFORM.replace("device = 1\n", ""), "platform.device: wanted the id"),
    "no token": (MODEM + PLATFORM.replace('token_file = "token"', ""), "platform.token_file"),
    "a token instead of its file": (
        MODEM + PLATFORM.replace('"token"', "12345678901"),
        "platform.token_file: wanted the path of a file, in quotes, got a number$",
    ),
    "a number of nine digits": (
        MODEM + PLATFORM.replace('"1234"', '"123456789"'),
        "platform.short_number: wanted 1 to 8 digits",
    ),
    "a short number that is a number": (
        MODEM + PLATFORM.replace('"1234"', "1234"),
        "platform.short_number: wanted",
    ),
    "no sender": (MODEM + PLATFORM.replace('"12345"', '"a-b"'), "platform.sender: wanted"),
    "no API": (MODEM + PLATFORM + 'api = "api.example"', "platform.api: wanted an address"),
    "a password in the API": (
        MODEM + PLATFORM + 'api = "https://a:b@api.example"',
        "platform.api: wanted an address",
    ),
    "a webhook alone": (
        f'{MODEM}[webhook]\nlisten = "127.0.0.1:1"\nurl = "http://x"',
        "webhook.listen: wanted a section",
    ),
    "a webhook without a URL": (
        f'{MODEM}{PLATFORM}[webhook]\nlisten = "127.0.0.1:1"',
        "webhook.url: wanted the address",
    ),
    "a name to listen at": (
        f'{MODEM}{PLATFORM}[webhook]\nlisten = "localhost:1"\nurl = "http://x"',
        "webhook.listen: wanted an address and a port",
    ),
    "a port beyond all": (
        f'{MODEM}{PLATFORM}[webhook]\nlisten = "127.0.0.1:65536"\nurl = "http://x"',
        "webhook.listen: wanted an address and a port",
    ),
    "no switch": (f'{MODEM}[power]\nkind = "magic"', 'power.kind: wanted "command" or'),
    "a switch of another kind": (
        f'{MODEM}[power]\nkind = "http"\noff = "http://x"\non = "http://y"\nline = 3',
        'power.line: wanted nothing beside kind = "http"',
    ),
    "half a switch": (f'{MODEM}[power]\nkind = "http"\noff = "http://x"', "power.on: wanted"),
    "no budget": (f"{MODEM}[budget]\nsms = -1", "budget.sms: wanted"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_names_file_and_key(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read(text)
    assert str(caught.value).startswith(str(PATH))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file; `modem-helper hil init` writes one"):
        load(tmp_path / "bench.toml")


def test_a_token_that_others_may_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc")
    (tmp_path / "token").chmod(0o644)
    (note,) = parse((MODEM + PLATFORM).encode(), tmp_path / "bench.toml").notes
    assert note.startswith("platform.token_file: others may read")


# --- what `hil init` writes -----------------------------------------------------------------------

FULL = Answers(
    name="pi-1",
    port='/dev/serial/by-id/usb-"Sim"\\Tech-if02',
    pin_file="/home/me/pin",
    expected="em",
    platform=PlatformAnswers(7, "/home/me/token", "https://api.example", "emnify", "1234567"),
    webhook=WebhookAnswers("127.0.0.1:8089", "https://bench.example/sms", "/home/me/key"),
    power=PowerConfig("uhubctl", {"location": "2", "port": 4, "off_s": 2.5}),
    usb=UsbId("2c7c", "0125", "02"),
    socket="1-1.3",
)


def test_the_template_says_what_was_answered() -> None:
    bench = read(render(FULL))
    assert (bench.name, bench.modem.port) == ("pi-1", FULL.port)
    assert str(bench.modem.pin_file) == FULL.pin_file
    platform, webhook = bench.platform, bench.webhook
    assert platform is not None
    assert webhook is not None
    assert FULL.platform == PlatformAnswers(
        platform.device,
        str(platform.token_file),
        platform.api,
        platform.sender,
        platform.short_number,
    )
    assert FULL.webhook == WebhookAnswers(
        f"{webhook.host}:{webhook.port}", webhook.url, str(webhook.secret_file)
    )
    assert bench.power == FULL.power


def test_the_least_template() -> None:
    bench = read(render(Answers("bench", "/dev/ttyUSB2")))
    assert bench == read(f'{MODEM}[apn]\nexpected = "em"')


@pytest.mark.parametrize("answers", [FULL, Answers("bench", "/dev/ttyUSB2")], ids=["full", "least"])
def test_every_comment_that_is_a_key_can_be_used(answers: Answers) -> None:
    """With all of them in force it is still a bench, except for what excludes each other."""
    lines = []
    for line in render(answers).splitlines():
        bare = line.removeprefix("# ")
        is_key = line != bare and (bare.startswith("[") or " = " in bare)
        lines.append(bare if is_key and not bare.startswith(("usb =", "interface =")) else line)
    bench = read("\n".join(lines))
    assert bench.platform is not None
    assert bench.webhook is not None
    assert bench.cable is not None
    assert bench.power is not None
    assert bench.platform.api in (DEFAULT_API, "https://api.example")


def test_the_template_fits_a_terminal() -> None:
    assert max(map(len, render(Answers("bench", "/dev/ttyUSB2")).splitlines())) <= 100
