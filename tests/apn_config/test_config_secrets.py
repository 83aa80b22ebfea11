"""The files that hold secrets: what they may hold, and that no error or warning shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from apn_config.config import ConfigError, defaults, parse, read_secret

PATH = Path("/somewhere/config.toml")


def secret(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("section", ["modem", "access", "apn.fallback"])
def test_a_secret_in_the_place_of_its_file_is_not_shown(section: str) -> None:
    key = {"modem": "sim_pin_file", "access": "pin_file", "apn.fallback": "pass_file"}[section]
    apn = 'apn = "em"\n' if section == "apn.fallback" else ""
    with pytest.raises(ConfigError) as caught:
        parse(f"[{section}]\n{apn}{key} = 48215739".encode(), PATH)
    assert caught.value.key == f"{section}.{key}"
    assert "48215739" not in str(caught.value)


def test_a_secret_under_an_unknown_key_is_not_shown() -> None:
    with pytest.raises(ConfigError, match="did you mean pin_file") as caught:
        parse(b'[access]\npin = "48215739"', PATH)
    assert "48215739" not in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
def test_secret_files_that_others_may_read(tmp_path: Path, mode: int, warned: bool) -> None:
    secret(tmp_path / "pin", b"4821", mode)
    text = b'[modem]\nsim_pin_file = "pin"\n[access]\nsenders = ["1"]\npin_file = "pin"'
    warnings = parse(text, tmp_path / "config.toml").warnings
    assert [warning.split(":")[0] for warning in warnings] == (
        ["modem.sim_pin_file", "access.pin_file"] if warned else []
    )
    assert "4821" not in "".join(warnings)


GOOD_SECRETS = {
    "bare": (b"4821", "4821"),
    "line end": (b"4821\n", "4821"),
    "Windows": (b"4821\r\n", "4821"),
    "blanks stay": (b" a b \n", " a b "),
}


@pytest.mark.parametrize(("content", "text"), GOOD_SECRETS.values(), ids=GOOD_SECRETS)
def test_read_secret(tmp_path: Path, content: bytes, text: str) -> None:
    assert read_secret(secret(tmp_path / "s", content), key="k") == text


BAD_SECRETS = {
    "empty": (b"", "got an empty one"),
    "line end alone": (b"\n", "got an empty one"),
    "two lines": (b"4821\n4822\n", "wanted a file with one line"),
    "two line ends": (b"4821\n\n", "wanted a file with one line"),
    "other octets": (b"4821\xff", "wanted a file with text"),
    "control": (b"48\x0021", "wanted a file with one line"),
    "too long": (b"4821" * 2000, "wanted a file with one line"),
}


@pytest.mark.parametrize(("content", "told"), BAD_SECRETS.values(), ids=BAD_SECRETS)
def test_read_secret_refuses(tmp_path: Path, content: bytes, told: str) -> None:
    path = secret(tmp_path / "s", content)
    with pytest.raises(ConfigError) as caught:
        read_secret(path, key="access.pin_file")
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"{path}: access.pin_file: ")
    assert "4821" not in str(caught.value)
    # Nor in what a traceback would print of it.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_read_secret_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file"):
        read_secret(tmp_path / "none", key="k")


SIM_PINS = {
    "4": (b"4821\n", True),
    "8": (b"48214821", True),
    "3": (b"482", False),
    "9": (b"482148214", False),
    "letters": (b"48a1", False),
    "Arabic": ("٤٨٢١".encode(), False),
    "superscript": ("²²²²".encode(), False),
}


@pytest.mark.parametrize(("content", "good"), SIM_PINS.values(), ids=SIM_PINS)
def test_sim_pin(tmp_path: Path, content: bytes, good: bool) -> None:
    secret(tmp_path / "pin", content)
    config = parse(b'[modem]\nsim_pin_file = "pin"', tmp_path / "config.toml")
    if good:
        assert config.sim_pin() == content.decode().strip()
        return
    with pytest.raises(ConfigError, match="4 to 8 digits") as caught:
        config.sim_pin()
    assert caught.value.key == "modem.sim_pin_file"
    assert content.decode() not in str(caught.value)


PIN_WORDS = {
    "one": (b"4", True),
    "letters": (b"Sesame-7!\n", True),
    "32": (b"x" * 32, True),
    "33": (b"x" * 33, False),
    "blank": (b"open sesame", False),
    "umlaut": ("öffne".encode(), False),
    "quotes": (b'"4821"', False),
}


@pytest.mark.parametrize(("content", "good"), PIN_WORDS.values(), ids=PIN_WORDS)
def test_pin_word(tmp_path: Path, content: bytes, good: bool) -> None:
    secret(tmp_path / "word", content)
    config = parse(b'[access]\npin_file = "word"', tmp_path / "config.toml")
    if good:
        assert config.pin_word() == content.decode().strip()
        return
    with pytest.raises(ConfigError, match="wanted a file with 1 to 32 characters") as caught:
        config.pin_word()
    assert caught.value.key == "access.pin_file"
    assert content.decode() not in str(caught.value)


def test_a_changed_word_is_seen_without_a_restart(tmp_path: Path) -> None:
    secret(tmp_path / "word", b"old")
    config = parse(b'[access]\npin_file = "word"', tmp_path / "config.toml")
    assert config.pin_word() == "old"
    secret(tmp_path / "word", b"new")
    assert config.pin_word() == "new"


def test_no_secret_files() -> None:
    config = parse(b"[access]", PATH)
    assert (config.pin_word(), config.sim_pin(), defaults().pin_word()) == (None, None, None)


@pytest.mark.parametrize("content", [b'gehe"im', b"gehe;im", b"g" * 65])
def test_a_fallback_password_that_fits_no_at_string(tmp_path: Path, content: bytes) -> None:
    secret(tmp_path / "word", content)
    text = b'[apn.fallback]\napn = "em"\npass_file = "word"'
    with pytest.raises(ConfigError, match="pass_file: wanted a file with at most 64") as caught:
        parse(text, tmp_path / "config.toml")
    assert content.decode() not in str(caught.value)
