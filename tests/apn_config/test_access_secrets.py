"""The secrets of a configuration: those of enabled dialects, from their files, told to nobody."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from apn_config.access_secrets import load_secrets
from apn_config.config import ConfigError, load
from apn_config.dialects import dialect_named, known
from apn_config.dialects.dialect import PasswordForm
from apn_config.keys import create_key
from apn_config.model import Password, Security

FILES = {
    "word": "Sesame-4821",
    "password": "geheim",
    "pin": "Zaunkoenig7",
    "code": "Erstkontakt",
    "short": "kurz",
    "blank": "with a blank",
    "empty": "",
}
ALL = """
[access]
senders = ["1"]
pin_file = "word"
setup_code_file = "code"
keys = "keys"
[dialects]
enabled = ["plain", "signed", "omacp", "teltonika", "suntech"]
[dialects.teltonika]
login = "admin"
password_file = "password"
[dialects.suntech]
device_id = "100850000"
[dialects.omacp]
pin_file = "pin"
accept = ["userpin"]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(f"{content}\n")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path


def config_of(home: Path, text: str) -> Path:
    path = home / "config.toml"
    path.write_text(text)
    return path


def test_all_of_them(home: Path) -> None:
    key = create_key(home / "keys", "ops", bytes(range(32)))
    secrets = load_secrets(load(config_of(home, ALL)))
    assert secrets.pin_word == FILES["word"]
    assert secrets.setup_code == FILES["code"]
    assert secrets.passwords == {"teltonika": Password("geheim", "admin")}
    assert secrets.devices == {"suntech": "100850000"}
    assert secrets.omacp_pin == FILES["pin"]
    assert secrets.omacp_accept == frozenset({Security.USERPIN})
    assert secrets.keys == (key,)
    assert secrets.lax
    assert not any(content in repr(secrets) for content in FILES.values() if content)


def test_a_changed_file_counts_the_next_time(home: Path) -> None:
    config = load(config_of(home, ALL))
    (home / "word").write_text("another\n")
    assert load_secrets(config).pin_word == "another"


def test_none_without_a_configuration(home: Path) -> None:
    secrets = load_secrets(load(config_of(home, "")))
    assert secrets.words() == ()
    assert secrets.keys == ()
    assert not secrets.set_up


def test_what_isnt_enabled_isnt_looked_at(home: Path) -> None:
    """Not even that its files are there."""
    text = ALL.replace('"signed", "omacp", "teltonika", "suntech"', '"coban"')
    text = text.replace('"password"', '"gone"').replace('"pin"', '"gone"')
    (home / "keys" / "bad.key").write_text("nonsense")
    secrets = load_secrets(load(config_of(home, text)))
    assert secrets.words() == (FILES["word"], FILES["code"])
    assert secrets.keys == ()


WAYS: dict[str, tuple[str, bool]] = {
    # what is enabled; is a sender's word enough where there is no secret?
    "plain": ('enabled = ["plain", "teltonika"]', True),
    "another with a password": ('enabled = ["raw-at", "teltonika"]', False),
    "a password of what isn't enabled": ('enabled = ["raw-at"]', True),
    "signed": ('enabled = ["raw-at", "signed"]', False),
    "OMA CP": ('enabled = ["raw-at", "omacp"]', False),
}


@pytest.mark.parametrize(("enabled", "lax"), WAYS.values(), ids=WAYS)
def test_where_a_senders_word_is_enough(home: Path, enabled: str, lax: bool) -> None:
    text = f"""
[access]
senders = ["1"]
[dialects]
{enabled}
[dialects.teltonika]
password_file = "password"
"""
    assert load_secrets(load(config_of(home, text))).lax is lax


MISTAKES: dict[str, tuple[str, str, str]] = {
    # what is changed of ALL, the key, what is told
    "no password": ('password_file = "password"|password_file = "gone"',
        "dialects.teltonika.password_file", "can't be read: No such file"),
    "an empty password": ('password_file = "password"|password_file = "empty"',
        "dialects.teltonika.password_file", "got an empty one"),
    "no PIN word": ('pin_file = "word"|pin_file = "gone"', "access.pin_file", "can't be read"),
    "a PIN word with blanks": ('pin_file = "word"|pin_file = "blank"',
        "access.pin_file", "without blanks"),
    "no PIN": ('pin_file = "pin"|pin_file = "gone"', "dialects.omacp.pin_file", "can't be read"),
    "a short set-up code": ('setup_code_file = "code"|setup_code_file = "short"',
        "access.setup_code_file", "8 to 32 characters"),
    "a set-up code with blanks": ('setup_code_file = "code"|setup_code_file = "blank"',
        "access.setup_code_file", "without blanks"),
    "a login without a password": ('password_file = "password"|',
        "dialects.teltonika.login", "password_file beside it"),
    "a login that has no place": (
        '[dialects.suntech]|[dialects.coban]\nlogin = "x"\n[dialects.suntech]',
        "dialects.coban.login", "no place for a login"),
    "a password that has no place": (
        '[dialects.suntech]|[dialects.raw-at]\npassword_file = "password"\n[dialects.suntech]',
        "dialects.raw-at.password_file", "no place for a password"),
    "a password that no message can carry": (
        'password_file = "password"|password_file = "blank"',
        "dialects.teltonika.password_file", "can carry"),
    "letters where digits are wanted": (
        '[dialects.suntech]|[dialects.coban]\npassword_file = "password"\n[dialects.suntech]',
        "dialects.coban.password_file", "can carry"),
    "no login where one is wanted": (
        '[dialects.suntech]|[dialects.rayleigh]\npassword_file = "password"\n[dialects.suntech]',
        "dialects.rayleigh.login", "wants one"),
    "a device that nobody names": ('login = "admin"|device_id = "100850000"',
        "dialects.teltonika.device_id", "names no device"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "key", "told"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(home: Path, change: str, key: str, told: str) -> None:
    before, after = change.split("|")
    text = ALL.replace('"suntech"]', '"suntech", "coban", "raw-at", "rayleigh"]').replace(
        before, after
    )
    with pytest.raises(ConfigError) as caught:
        load_secrets(load(config_of(home, text)))
    assert caught.value.key == key
    assert told in str(caught.value)
    assert not any(content in str(caught.value) for content in FILES.values() if content)


@pytest.mark.parametrize(
    "name", [name for name in known() if dialect_named(name).password is not PasswordForm.NONE]
)
def test_a_password_that_every_dialect_can_carry(home: Path, name: str) -> None:
    (home / "password").write_text("471199")
    login = 'login = "pw471199"' if dialect_named(name).password is PasswordForm.LOGIN else ""
    text = (
        f'[dialects]\nenabled = ["{name}"]\n[dialects.{name}]\npassword_file = "password"\n{login}'
    )
    passwords = load_secrets(load(config_of(home, text))).passwords
    assert passwords == {name: Password("471199", "pw471199" if login else "")}


def test_a_key_that_is_none(home: Path) -> None:
    (home / "keys" / "ops.key").write_text("geheim")
    with pytest.raises(ConfigError) as caught:
        load_secrets(load(config_of(home, ALL)))
    assert caught.value.key == "access.keys"
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(("enabled", "told"), [("signed", True), ("coban", False)])
def test_keys_that_others_may_read_are_warned_of(home: Path, enabled: str, told: bool) -> None:
    create_key(home / "keys", "ops", bytes(range(32)))
    path = config_of(home, ALL.replace('"signed"', f'"{enabled}"'))
    assert not [each for each in load(path).warnings if each.startswith("access.keys")]
    (home / "keys" / "ops.key").chmod(0o644)
    (home / "keys").chmod(0o777)
    notes = [each for each in load(path).warnings if each.startswith("access.keys")]
    assert [("put keys into" in each, "may read" in each) for each in notes] == (
        [(True, False), (False, True)] if told else []
    )


PINS = {
    "long": ('pin_file = "pin"', ""),
    "short": ('pin_file = "short"', "fewer than 8 characters"),
    "none": ("", "no message with a PIN can be proven"),
}


@pytest.mark.parametrize(("line", "told"), PINS.values(), ids=PINS)
def test_a_pin_that_falls_is_warned_of(
    home: Path, line: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        load_secrets(load(config_of(home, ALL.replace('pin_file = "pin"', line))))
    assert told in caplog.text
    assert bool(told) is bool(caplog.text)
    assert FILES["short"] not in caplog.text


@pytest.mark.parametrize(
    ("enabled", "wanted"),
    [
        pytest.param('["omacp"]', {"imsi"}, id="no PIN is needed for NETWPIN"),
        pytest.param('["plain"]', set(), id="of a dialect that is off nothing is proven"),
    ],
)
def test_what_a_card_has_to_tell(home: Path, enabled: str, wanted: set[str]) -> None:
    text = f'[dialects]\nenabled = {enabled}\n[dialects.omacp]\naccept = ["netwpin"]\n'
    assert load_secrets(load(config_of(home, text))).by_card == wanted
