"""The configuration file: what is understood, and what each mistake is told to be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config.config import (
    AccessConfig,
    ApnConfig,
    CommandsConfig,
    Config,
    ConfigError,
    ControlConfig,
    DialectConfig,
    DialectsConfig,
    ModemConfig,
    OmacpConfig,
    OwnCommand,
    RecoveryConfig,
    ReplyConfig,
    Rule,
    StoreConfig,
    defaults,
    load,
    parse,
    with_overrides,
)
from apn_config.config_apn import PppConfig, ProbeConfig, ScriptConfig
from apn_config.config_recovery import PowerConfig
from apn_config.model import (
    NO_CREDENTIALS,
    Apn,
    AuthType,
    Credentials,
    PdpType,
    Security,
)
from apn_config.transaction import Level

PATH = Path("/somewhere/config.toml")

FULL = """
[modem]
port = "tcp://127.0.0.1:7000"
baud = 9600
sim_pin_file = "sim-pin"
sweep_s = 30
[reply]
to = "1234"
status_report = true
expire_h = 1.5
[access]
senders = ["12345", "+491701234567", "emnify", ""]
pin_file = "/run/pin-word"
max_age_h = 0.5
keys = "keys"
setup_code_file = "setup-code"
setup_min = 5
failures = 3
lockout_min = 1.5
commands_per_hour = 1
commands_per_day = 2
answers_per_hour = 0
answers_per_day = 4
[[access.rules]]
name = "helpdesk"
senders = ["4917*", "em*", ""]
dialects = ["signed"]
keys = ["helpdesk"]
verbs = ["status", "APN  read", "DOOR"]
[[access.rules]]
proof = "none"
verbs = ["PING"]
[dialects]
enabled = ["plain", "signed", "omacp", "teltonika"]
[dialects.teltonika]
login = "admin"
password_file = "teltonika-password"
device_id = "100850000"
[dialects.omacp]
pin_file = "omacp-pin"
accept = ["userpin", "netwpin"]
[dialects.signed]
answers = false
[commands]
reboot_host = ["systemctl", "reboot"]
[commands.own.DOOR]
program = ["/usr/local/bin/door", "--now"]
arguments = ["open|close"]
timeout_s = 5
output = 40
[commands.own.LAMP]
function = "lamp"
[apn]
applier = "at"
cid = 3
allowed_cids = [5, 1]
enforce = false
default = "internet"
verify = "data"
verify_timeout_s = 1.5
rollback_timeout_s = 2
channel_timeout_s = 3
stop_timeout_s = 4
connection = "cellular"
[apn.probe]
kind = "dns"
target = "example.com@192.0.2.1"
interface = "wwan0"
timeout_s = 2.5
tries = 5
[apn.ppp]
peer = "/etc/ppp/peers/modem"
chat = "chat"
unit = "ppp@modem.service"
[apn.script]
apply = "/usr/local/bin/apply"
undo = "undo"
timeout_s = 7
[apn.fallback]
apn = "private.example"
user = "fallback-user"
pass_file = "fallback-password"
auth = "chap"
type = "ipv4v6"
[store]
path = "helper.db"
[control]
socket = "/run/control.sock"
[recovery]
radio_cycles_per_day = 0
resets_per_day = 1
power_cycles_per_day = 2
[recovery.power]
kind = "gpio"
chip = "gpiochip0"
line = 6
press_s = 2
"""


def test_every_key_is_understood(tmp_path: Path) -> None:
    (tmp_path / "fallback-password").write_bytes(b"geheim\n")
    (tmp_path / "fallback-password").chmod(0o600)
    path = tmp_path / "config.toml"
    path.write_text(FULL)
    credentials = Credentials(AuthType.CHAP, "fallback-user", "geheim")
    found = load(path)
    assert len(found.warnings) == 2
    assert replace(found, warnings=()) == Config(
        path=path,
        modem=ModemConfig("tcp://127.0.0.1:7000", 9600, tmp_path / "sim-pin", 30),
        reply=ReplyConfig("1234", status_report=True, expire_h=1.5),
        access=AccessConfig(
            senders=("12345", "+491701234567", "emnify", ""),
            pin_file=Path("/run/pin-word"),
            max_age_h=0.5,
            rules=(
                Rule(
                    "helpdesk",
                    ("4917*", "em*", ""),
                    ("signed",),
                    ("helpdesk",),
                    ("STATUS", "APN READ", "DOOR"),
                ),
                Rule("rule 2", verbs=("PING",), proof=False),
            ),
            keys=tmp_path / "keys",
            setup_code_file=tmp_path / "setup-code",
            setup_min=5,
            failures=3,
            lockout_min=1.5,
            commands_per_hour=1,
            commands_per_day=2,
            answers_per_hour=0,
            answers_per_day=4,
        ),
        dialects=DialectsConfig(
            enabled=("plain", "signed", "omacp", "teltonika"),
            settings={
                "teltonika": DialectConfig("admin", tmp_path / "teltonika-password", "100850000")
            },
            omacp=OmacpConfig(
                tmp_path / "omacp-pin", frozenset({Security.USERPIN, Security.NETWPIN})
            ),
            sign_answers=False,
        ),
        commands=CommandsConfig(
            ("systemctl", "reboot"),
            {
                "DOOR": OwnCommand(
                    ("/usr/local/bin/door", "--now"),
                    arguments=(re.compile("open|close"),),
                    timeout_s=5,
                    output=40,
                ),
                "LAMP": OwnCommand(function="lamp"),
            },
        ),
        apn=ApnConfig(
            applier="at",
            cid=3,
            allowed_cids=(1, 3, 5),
            enforce=False,
            default="internet",
            verify=Level.DATA,
            verify_timeout_s=1.5,
            rollback_timeout_s=2,
            channel_timeout_s=3,
            stop_timeout_s=4,
            connection="cellular",
            probe=ProbeConfig("dns", "example.com@192.0.2.1", "wwan0", 2.5, 5),
            ppp=PppConfig(Path("/etc/ppp/peers/modem"), tmp_path / "chat", "ppp@modem.service"),
            script=ScriptConfig(Path("/usr/local/bin/apply"), tmp_path / "undo", 7),
            fallback=Apn("private.example", PdpType.IPV4V6, credentials),
        ),
        store=StoreConfig(tmp_path / "helper.db"),
        control=ControlConfig(Path("/run/control.sock")),
        recovery=RecoveryConfig(
            0, 1, 2, PowerConfig("gpio", {"chip": "gpiochip0", "line": 6, "press_s": 2})
        ),
    )


def test_a_fallback_password_is_in_no_repr(tmp_path: Path) -> None:
    (tmp_path / "fallback-password").write_bytes(b"geheim\n")
    (tmp_path / "fallback-password").chmod(0o600)
    assert "geheim" not in repr(parse(FULL.encode(), tmp_path / "config.toml"))


def test_what_an_empty_file_means() -> None:
    empty = parse(b"", PATH)
    assert empty.warnings == (
        "access: nobody may command by SMS, since there is no section [access]",
    )
    assert (empty.modem, empty.reply, empty.access) == (ModemConfig(), ReplyConfig(), None)
    assert (empty.apn, empty.store, empty.control) == (ApnConfig(), StoreConfig(), ControlConfig())
    # The defaults, in figures.
    assert (empty.modem.baud, empty.modem.sweep_s, empty.apn.cid) == (115200, 600, 1)
    assert empty.apn.allowed_cids == (1,)
    assert empty.apn.verify_timeout_s == 300
    assert empty.apn.rollback_timeout_s == 600
    assert empty.apn.channel_timeout_s == 300
    assert empty.recovery.radio_cycles_per_day == 20
    assert str(empty.store.path) == "/var/lib/modem-helper/modem-helper.db"
    assert str(empty.control.socket) == "/run/modem-helper/control.sock"


@pytest.mark.parametrize(("interface", "told"), [("", True), ("interface='ppp0'", False)])
def test_a_probe_beside_pppd_has_to_name_its_interface(interface: str, told: bool) -> None:
    text = f"""
[apn]
applier = "ppp"
[apn.ppp]
peer = "/etc/ppp/peers/modem"
[apn.probe]
kind = "ping"
target = "192.0.2.1"
{interface}
"""
    warnings = parse(text.encode(), PATH).warnings
    assert any("apn.probe.interface" in warning for warning in warnings) is told


def test_defaults_allow_nobody() -> None:
    assert defaults().access is None
    assert defaults().path is None


PORTS = {
    "absolute": ("/dev/ttyUSB2", "/dev/ttyUSB2"),
    "relative": ("modem0", "/somewhere/modem0"),
    "tcp": ("tcp://host:65535", "tcp://host:65535"),
    "ipv6": ("tcp://[::1]:7000", "tcp://[::1]:7000"),
}


@pytest.mark.parametrize(("written", "meant"), PORTS.values(), ids=PORTS)
def test_port(written: str, meant: str) -> None:
    assert parse(f'[modem]\nport = "{written}"'.encode(), PATH).require_port() == meant


def test_allowed_cids_follow_cid() -> None:
    assert parse(b"[apn]\ncid = 4", PATH).apn.allowed_cids == (4,)


def test_a_fallback_without_credentials() -> None:
    found = parse(b'[apn.fallback]\napn = "em"', PATH).apn.fallback
    assert found == Apn("em", PdpType.IP, NO_CREDENTIALS)


def test_a_fallback_user_without_auth_means_pap() -> None:
    found = parse(b'[apn.fallback]\napn = "em"\nuser = "u"', PATH).apn.fallback
    assert found == Apn("em", PdpType.IP, Credentials(AuthType.PAP, "u", ""))


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse(b'\xef\xbb\xbf[reply]\nto = "1"', PATH).reply.to == "1"


MISTAKES = {
    "no TOML": ("[modem]\nport = /dev/x", None, "line 2"),
    "key twice": ("[modem]\nbaud = 9600\nbaud = 9600", None, "wanted TOML"),
    "unknown section": ("[modme]", "modme", "unknown section; did you mean modem?"),
    "strange section": ("[zzz]", "zzz", "known are modem, reply"),
    "key without section": ('port = "x"', "port", "it belongs into [modem]"),
    "unknown key": ("[modem]\nboud = 1", "modem.boud", "unknown key; did you mean baud?"),
    "key of another section": ("[modem]\ncid = 1", "modem.cid", "it belongs into [apn]"),
    "key of fallback": ('[apn.fallback]\nname = "em"', "apn.fallback.name", "unknown key"),
    "section is a value": ("modem = 5", "modem", "wanted a section [modem], got a number"),
    "section is an array": ("[[reply]]", "reply", "got an array"),
    "port is a number": ("[modem]\nport = 2", "modem.port", "in quotes, got 2"),
    "port is empty": ('[modem]\nport = ""', "modem.port", 'got ""'),
    "rfc2217": ('[modem]\nport = "rfc2217://h:1"', "modem.port", 'or "tcp://host:port"'),
    "tcp without port": ('[modem]\nport = "tcp://host"', "modem.port", 'got "tcp://host"'),
    "tcp port too high": ('[modem]\nport = "tcp://h:65536"', "modem.port", "65536"),
    "tcp port 0": ('[modem]\nport = "tcp://h:0"', "modem.port", "tcp://h:0"),
    "control character": ('[modem]\nport = "a\\u001b"', "modem.port", 'got "a\\x1b"'),
    "bool for a number": ("[modem]\nbaud = true", "modem.baud", "300 to 4000000, got true"),
    "bool in the range": ("[apn]\ncid = true", "apn.cid", "1 to 255, got true"),
    "bool in a list": ("[apn]\nallowed_cids = [true]", "apn.allowed_cids", "got true"),
    "float for an integer": ("[modem]\nbaud = 9600.0", "modem.baud", "got 9600.0"),
    "baud too low": ("[modem]\nbaud = 299", "modem.baud", "got 299"),
    "huge": (f"[modem]\nbaud = 0x{'f' * 5000}", "modem.baud", "got a huge number"),
    "sweep 0": ("[modem]\nsweep_s = 0", "modem.sweep_s", "a number above 0, 604800 at most, got 0"),
    "sweep huge": (f"[modem]\nsweep_s = 0x{'f' * 5000}", "modem.sweep_s", "a huge number"),
    "too many digits": (f"[modem]\nsweep_s = {'9' * 5000}", None, "too many digits"),
    "sweep too long": ("[modem]\nsweep_s = 604801", "modem.sweep_s", "got 604801"),
    "sweep nan": ("[modem]\nsweep_s = nan", "modem.sweep_s", "got nan"),
    "sweep inf": ("[modem]\nsweep_s = inf", "modem.sweep_s", "got inf"),
    "sweep bool": ("[modem]\nsweep_s = true", "modem.sweep_s", "got true"),
    "date": ("[modem]\nsweep_s = 2024-01-01", "modem.sweep_s", "got a date or time"),
    "to is a number": ("[reply]\nto = 1234", "reply.to", "in quotes, got 1234"),
    "to is empty": ('[reply]\nto = ""', "reply.to", "wanted 1 to 8 digits"),
    "to has 9 digits": ('[reply]\nto = "123456789"', "reply.to", 'got "123456789"'),
    "to has a plus": ('[reply]\nto = "+1234"', "reply.to", 'got "+1234"'),
    "to in Arabic digits": ('[reply]\nto = "١٢"', "reply.to", "wanted 1 to 8 digits"),
    "to ends in a line end": ('[reply]\nto = "12\\n"', "reply.to", 'got "12\\n"'),
    "senders no array": ('[access]\nsenders = "1"', "access.senders", "an array of strings"),
    "sender a number": ("[access]\nsenders = [1]", "access.senders", "each in quotes, got 1"),
    "sender with blanks": ('[access]\nsenders = ["+49 170"]', "access.senders", "no blanks"),
    "name too long": ('[access]\nsenders = ["twelve chars"]', "access.senders", "11 characters"),
    "number too long": (f'[access]\nsenders = ["{"1" * 21}"]', "access.senders", "digits"),
    "max_age_h": ("[access]\nmax_age_h = -1", "access.max_age_h", "got -1"),
    "rules no array": ("[access]\nrules = 1", "access.rules", "an array of tables"),
    "rules of numbers": ("[access]\nrules = [1]", "access.rules", "[[access.rules]], got a number"),
    "key of a rule": ("[[access.rules]]\nverb = []", "access.rules 1.verb", "did you mean verbs?"),
    "second rule": (
        "[[access.rules]]\n[[access.rules]]\nsenders = ['4 9']",
        "access.rules 2.senders",
        "a pattern of these",
    ),
    "no sender in a rule": (
        "[[access.rules]]\nsenders = []", "access.rules 1.senders", "without the key any is meant"
    ),
    "no verb in a rule": ("[[access.rules]]\nverbs = []", "access.rules 1.verbs", "one or more"),
    "unknown verb": (
        "[[access.rules]]\nverbs = ['PING', 'FROB']", "access.rules 1.verbs", 'got "FROB"'
    ),
    "own verb that isn't there": (
        "[[access.rules]]\nverbs = ['DOOR']", "access.rules 1.verbs", "some of *, APN, "
    ),
    "the counter's verb": ("[[access.rules]]\nverbs = ['SYNC']", "access.rules 1.verbs", "SYNC"),
    "dialect that isn't enabled": (
        "[[access.rules]]\ndialects = ['coban']", "access.rules 1.dialects", "(plain), got"
    ),
    "keys without signed": (
        "[[access.rules]]\nkeys = ['ops']", "access.rules 1.keys", 'only where "signed"'
    ),
    "keys in another dialect": (
        "[dialects]\nenabled = ['plain', 'signed']\n"
        "[[access.rules]]\ndialects = ['plain']\nkeys = ['ops']",
        "access.rules 1.keys",
        'only where "signed"',
    ),
    "name of a key": ("[[access.rules]]\nkeys = ['a/b']", "access.rules 1.keys", 'got "a/b"'),
    "key without proof": (
        "[[access.rules]]\nkeys = ['ops']\nproof = 'none'", "access.rules 1.proof", "is one"
    ),
    "proof": ("[[access.rules]]\nproof = 'pin'", "access.rules 1.proof", '"wanted" or "none"'),
    "name that is taken": (
        "[[access.rules]]\nname = 'senders'", "access.rules 1.name", "isn't senders or set-up"
    ),
    "name twice": (
        "[[access.rules]]\nname = 'a'\n[[access.rules]]\nname = 'a'",
        "access.rules 2.name",
        "a name for each rule",
    ),
    "failures": ("[access]\nfailures = 0", "access.failures", "1 to 1000, got 0"),
    "rate": ("[access]\nanswers_per_day = -1", "access.answers_per_day", "0 to 10000, got -1"),
    "lock-out": ("[access]\nlockout_min = 0", "access.lockout_min", "above 0"),
    "set-up": ("[access]\nsetup_min = 1441", "access.setup_min", "1440 at most"),
    "set-up code in its place": (
        "[access]\nsetup_code_file = 12345678", "access.setup_code_file", "got a number"
    ),
    "unknown dialect": ("[dialects]\nenabled = ['morse']", "dialects.enabled", "some of plain"),
    "dialect twice": ("[dialects]\nenabled = ['coban', 'coban']", "dialects.enabled", "once"),
    "section of no dialect": ("[dialects.morse]", "dialects.morse", "unknown key"),
    "key of a dialect": ("[dialects.coban]\npassword = '1'", "dialects.coban.password", "_file"),
    "OMA CP that needs a user": (
        "[dialects.omacp]\naccept = ['userpinmac']", "dialects.omacp.accept", 'got "userpinmac"'
    ),
    "own verb of the program": ("[commands.own.PING]", "commands.own", "that isn't one already"),
    "own verb in small letters": ("[commands.own.door]", "commands.own", "a verb of A-Z"),
    "own verb without a program": (
        "[commands.own.DOOR]", "commands.own.DOOR.program", "either program"
    ),
    "own verb's pattern": (
        "[commands.own.DOOR]\nprogram = ['x']\narguments = ['(']",
        "commands.own.DOOR.arguments",
        'regular expressions, got "("',
    ),
    "applier": ('[apn]\napplier = "wicd"', "apn.applier", 'wanted "at" or'),
    "applier without its section": ('[apn]\napplier = "ppp"', "apn.applier", "[apn.ppp]"),
    "no peer": ("[apn.ppp]\nchat = 'x'", "apn.ppp.peer", "the path of a file"),
    "no program": ("[apn.script]\nundo = 'x'", "apn.script.apply", "the path of a file"),
    "default": ("[apn]\ndefault = 'a b'", "apn.default", "labels of letters"),
    "level": ("[apn]\nverify = 'all'", "apn.verify", '"registered" or "attached"'),
    "data without a probe": ("[apn]\nverify = 'data'", "apn.verify", "[apn.probe]"),
    "probe": ("[apn.probe]\nkind = 'telnet'\ntarget='x'", "apn.probe.kind", '"tcp" or "dns"'),
    "no kind of probe": ("[apn.probe]\ntarget = 'x'", "apn.probe.kind", "got nothing"),
    "no target": ("[apn.probe]\nkind = 'tcp'", "apn.probe.target", "got nothing"),
    "interface": (
        "[apn.probe]\nkind='tcp'\ntarget='1.1.1.1:1'\ninterface='sixteencharacter'",
        "apn.probe.interface",
        "15 characters",
    ),
    "tries": (
        "[apn.probe]\nkind='tcp'\ntarget='1.1.1.1:1'\ntries=0",
        "apn.probe.tries",
        "1 to 100, got 0",
    ),
    "power": ("[recovery.power]\nkind = 'magic'", "recovery.power.kind", '"command" or "usb"'),
    "no kind of power": ("[recovery.power]\noff_s = 1", "recovery.power.kind", "got nothing"),
    "power lacks": ("[recovery.power]\nkind = 'usb'", "recovery.power.device", "got nothing"),
    "power of another kind": (
        "[recovery.power]\nkind='usb'\ndevice='1-1'\nline=4",
        "recovery.power.line",
        'nothing beside kind = "usb"',
    ),
    "resets": ("[recovery]\nresets_per_day = -1", "recovery.resets_per_day", "got -1"),
    "cid 0": ("[apn]\ncid = 0", "apn.cid", "1 to 255, got 0"),
    "cids no array": ("[apn]\nallowed_cids = 1", "apn.allowed_cids", "an array of numbers"),
    "cid in a list": ('[apn]\nallowed_cids = [1, "2"]', "apn.allowed_cids", 'got "2"'),
    "a cid that no SMS names": ("[apn]\nallowed_cids = [16]", "apn.allowed_cids", "1 to 15"),
    "enforce": ("[apn]\nenforce = 1", "apn.enforce", "true or false, got 1"),
    "verify": ("[apn]\nverify_timeout_s = 0.0", "apn.verify_timeout_s", "got 0.0"),
    "rollback": ("[apn]\nrollback_timeout_s = '1'", "apn.rollback_timeout_s", 'got "1"'),
    "channel": ("[apn]\nchannel_timeout_s = {}", "apn.channel_timeout_s", "got a table"),
    "fallback no table": ("[apn]\nfallback = 1", "apn.fallback", "a section [apn.fallback]"),
    "fallback without apn": ("[apn.fallback]", "apn.fallback.apn", "got nothing"),
    "fallback's apn": ('[apn.fallback]\napn = "a\\";b"', "apn.fallback.apn", "wanted an APN"),
    "fallback's user": ("[apn.fallback]\napn='em'\nuser='a\"'", "apn.fallback.user", "quotes"),
    "fallback's auth": (
        '[apn.fallback]\napn="em"\nauth="mschap"', "apn.fallback.auth", '"none" or "pap" or "chap"'
    ),
    "auth none with user": (
        '[apn.fallback]\napn="em"\nuser="u"\nauth="none"', "apn.fallback.auth", 'got "none"'
    ),
    "fallback's type": ('[apn.fallback]\napn="em"\ntype="ppp"', "apn.fallback.type", '"ipv6"'),
    "store": ('[store]\npath = ""', "store.path", "got an empty string"),
    "socket too long": (f'[control]\nsocket = "/{"s" * 107}"', "control.socket", "107 octets"),
    "cycles": ("[recovery]\nradio_cycles_per_day = -1", "recovery.radio_cycles_per_day", "-1"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "told"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_name_file_key_wanted_and_got(text: str, key: str | None, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), PATH)
    message = str(caught.value)
    assert caught.value.key == key
    assert caught.value.path == PATH
    assert caught.value.exit_code == 78
    assert message.startswith(f"{PATH}: {key}: " if key else f"{PATH}: ")
    assert told in message
    assert message.isprintable()


def test_no_utf8_names_the_line() -> None:
    with pytest.raises(ConfigError, match="got another octet at line 3"):
        parse(b"\n\n# \xff", PATH)


def test_brackets_too_deep() -> None:
    with pytest.raises(ConfigError, match="TOML"):
        parse(b"[modem]\nbaud = " + b"[" * 100_000, PATH)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`modem-helper config init` writes one"):
        load(tmp_path / "none.toml")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(tmp_path)


def test_a_file_without_end_is_given_up() -> None:
    with pytest.raises(ConfigError, match="wanted at most 1048576 octets"):
        load(Path("/dev/zero"))


def test_a_path_can_not_steer_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "evil\x1b[2J\udcff\n.toml")
    assert str(caught.value).isprintable()


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='[]="amodept.\n 01', max_size=80)))
def test_whatever_stands_there_only_config_errors_come(content: bytes | str) -> None:
    octets = content if isinstance(content, bytes) else content.encode()
    try:
        parse(octets, PATH)
    except ConfigError as error:
        assert str(error).isprintable()  # noqa: PT017 -- not every content is an error


# --- warnings -------------------------------------------------------------------------------------

SENDER = '[access]\nsenders=["1"]\n'
WARNINGS = {
    "no section": ("", "no section [access]"),
    "no sender": ("[access]", "no sender is listed"),
    "eight digits": ('[access]\nsenders=["1"]\n[reply]\nto = "12345678"', "has 8 digits"),
    "pattern in the list": ('[access]\nsenders=["*"]', '"*" is no pattern here'),
    "anybody may change": ("[[access.rules]]", "by rule 1 anybody may change the device"),
    "anybody may, without the word": (
        SENDER + 'pin_file="x"\n[[access.rules]]\nsenders=["*"]\nverbs=["APN"]\nproof="none"',
        "anybody may change",
    ),
    "anybody who has a number": ('[[access.rules]]\nsenders=["+*"]', "anybody may change"),
    "no proof where the rule can't say": (
        SENDER + 'pin_file="x"\n[[access.rules]]\ndialects=["signed"]\nproof="none"\n'
        '[dialects]\nenabled=["plain", "signed"]',
        'proof = "none" of rule 1 is without effect',
    ),
    "the set-up code beside a password": (
        '[access]\nsetup_code_file="x"\n[dialects]\nenabled=["plain", "coban"]\n'
        '[dialects.coban]\npassword_file="y"',
        "setup_code_file: without effect, as a dialect has a password",
    ),
    "the set-up code beside a PIN of OMA CP": (
        '[access]\nsetup_code_file="x"\n[dialects]\nenabled=["plain", "omacp"]\n'
        '[dialects.omacp]\npin_file="y"',
        "setup_code_file: without effect, as OMA CP has a PIN",
    ),
    "the set-up code without who reads it": (
        '[access]\nsetup_code_file="x"\n[dialects]\nenabled=["signed"]',
        "setup_code_file: without effect, as plain isn't enabled",
    ),
    "two secrets to begin with": (
        SENDER + 'pin_file="x"\nsetup_code_file="y"', "setup_code_file: without effect"
    ),
    "the IMSI": (
        SENDER + 'pin_file="x"\n[dialects]\nenabled=["plain", "omacp"]\n'
        '[dialects.omacp]\naccept=["netwpin", "unsigned"]',
        "netwpin or unsigned proves nothing",
    ),
    "a way around the signature": (
        SENDER + '[dialects]\nenabled=["plain", "signed"]', "whatever signed want"
    ),
    "an idle dialect": (SENDER + "[dialects.coban]", "coban isn't enabled"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), WARNINGS.values(), ids=WARNINGS)
def test_warnings(text: str, told: str) -> None:
    (warning,) = parse(text.encode(), PATH).warnings
    assert told in warning


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ('dialects=["omacp"]', True),
        ('dialects=["plain"]', False),
        ('verbs=["STATUS"]', False),
        ('senders=["1"]', False),
    ],
)
def test_who_may_change_the_apn_by_what_proves_nothing(rule: str, told: bool) -> None:
    text = (
        f'{SENDER}pin_file="x"\n[[access.rules]]\nname="cp"\n{rule}\n'
        '[dialects]\nenabled=["plain", "omacp"]\n[dialects.omacp]\naccept=["unsigned"]'
    )
    warnings = parse(text.encode(), PATH).warnings
    assert any("by cp anybody may change" in each for each in warnings) is told


FINE = {
    "anybody may look": (
        SENDER + 'pin_file="x"\n[[access.rules]]\nverbs=["STATUS","PING","APN READ"]\nproof="none"'
    ),
    "anybody who knows the word": SENDER + 'pin_file="x"\n[[access.rules]]',
    "who has a key": ('[[access.rules]]\nkeys=["ops"]\n[dialects]\nenabled=["plain", "signed"]\n'),
    "no way around the password": (
        '[access]\nsenders=["1"]\n[dialects]\nenabled=["coban", "raw-at"]\n'
        '[dialects.coban]\npassword_file="x"\n[[access.rules]]\ndialects=["raw-at"]'
    ),
    "the set-up code alone": '[access]\nsetup_code_file="x"',
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_no_warning_for_what_is_meant_so(text: str) -> None:
    assert parse(text.encode(), PATH).warnings == ()


def test_seven_digits_are_fine() -> None:
    text = b'[access]\nsenders=["1"]\n[reply]\nto = "1234567"'
    assert parse(text, PATH).warnings == ()


# --- what `run` needs, and options ----------------------------------------------------------------


def test_run_needs_a_port_and_a_number() -> None:
    with pytest.raises(ConfigError, match="wanted a port") as port:
        defaults().require_port()
    with pytest.raises(ConfigError, match="1 to 8 digits, got nothing") as number:
        parse(b"", PATH).require_reply_to()
    assert (port.value.key, number.value.key) == ("modem.port", "reply.to")
    assert parse(b'[reply]\nto = "1234"', PATH).require_reply_to() == "1234"


def test_options_override_and_leave_the_rest() -> None:
    config = parse(b'[modem]\nport = "/dev/a"\nsweep_s = 7\n[reply]\nto = "1"', PATH)
    assert with_overrides(config) == config
    changed = with_overrides(
        config, port="tcp://h:1", baud=9600, store=Path("/s.db"), socket=Path("/c.sock")
    )
    assert changed.modem == ModemConfig("tcp://h:1", 9600, None, 7)
    assert (changed.store.path, changed.control.socket) == (Path("/s.db"), Path("/c.sock"))
    assert (changed.reply, changed.path) == (config.reply, config.path)
