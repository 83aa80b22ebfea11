"""Keys in their files: what is read, what is made, with whose permissions, and what is refused."""

from __future__ import annotations

import os
import re
from base64 import b32encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apn_config import keys
from apn_config.config_reader import ConfigError
from apn_config.counter_file import CounterTrouble, next_counter
from apn_config.dialects.signed import MAX_COUNTER
from apn_config.keys import (
    MAX_KEYS,
    Key,
    KeyTrouble,
    create_key,
    delete_key,
    exposed,
    fingerprint,
    key_names,
    key_text,
    make_directory,
    new_key,
    parse_key,
    read_key,
    read_keys,
    rotate_key,
)

FIRST, SECOND = bytes(range(32)), bytes(range(255, 223, -1))
TEXT = "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ"
NOT_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.mkdir(mode=0o700)
    return path


# --- the form -------------------------------------------------------------------------------------

FORMS = {
    "as it is made": f"{TEXT}\n",
    "without a line end": TEXT,
    "a line end of Windows": f"{TEXT}\r\n",
    "padded": f"{TEXT}====\n",
    "in lower case": TEXT.lower(),
    "in groups": "-".join(re.findall(".{4}", TEXT)),
    "with blanks": " ".join(re.findall(".{4}", TEXT)),
    "with comments": f"# of the pump\n\n  # 2026\n{TEXT}  # ops\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_key_as_people_write_it(text: str) -> None:
    assert parse_key(text.encode()) == FIRST


NO_KEYS = {
    "empty": b"",
    "a comment": b"# nothing\n",
    "short": TEXT[:-1].encode(),
    "long": f"{TEXT}A".encode(),
    "two": f"{TEXT}\n{TEXT}\n".encode(),
    "a digit 1": f"1{TEXT[1:]}".encode(),
    "hex": FIRST.hex().encode(),
    "bits that are left over": f"{TEXT[:-1]}R".encode(),
    "not ASCII": f"{TEXT}\u00a0".encode(),
    "NUL": f"{TEXT}\0".encode(),
    "a place holder": b"A" * 52,
    "another": b32encode(b"secret" * 5 + b"!!").rstrip(b"="),
    "more than a file of a key": f"{TEXT}\n".encode() + b"#" * 5000,
}


@pytest.mark.parametrize("octets", NO_KEYS.values(), ids=NO_KEYS)
def test_what_is_no_key(octets: bytes, place: Path) -> None:
    assert parse_key(octets) is None
    path = place / "ops.key"
    path.write_bytes(octets)
    with pytest.raises(ConfigError, match="wanted one line with 32 octets in base32") as raised:
        read_keys(place)
    assert TEXT[1:20] not in str(raised.value)


@given(st.binary(min_size=32, max_size=32).filter(lambda octets: len(set(octets)) >= 8))
def test_a_key_comes_back(octets: bytes) -> None:
    assert parse_key(key_text(octets).encode()) == octets


@given(st.binary(max_size=100))
def test_no_octets_make_it_fail(octets: bytes) -> None:
    parse_key(octets)


def test_a_new_key_is_none_that_was() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(parse_key(key_text(each).encode()) == each for each in made)


def test_a_fingerprint_is_of_the_key_and_isnt_a_part_of_it() -> None:
    assert fingerprint(FIRST) == Key("x", FIRST).fingerprint == "6ceb190e20055cb2"
    assert fingerprint(FIRST) != fingerprint(SECOND)
    assert fingerprint(FIRST) not in FIRST.hex()


def test_no_key_is_in_a_repr() -> None:
    assert repr(Key("ops", FIRST)) == "Key(name='ops', previous=False)"


# --- reading --------------------------------------------------------------------------------------


def test_without_a_directory_there_is_none(tmp_path: Path) -> None:
    assert read_keys(tmp_path / "keys") == ()


def test_all_are_read_by_name(place: Path) -> None:
    create_key(place, "ops", FIRST)
    create_key(place, "b-2", SECOND)
    for other in ("ops.key.counter", "README", ".ops.key.12345678", "gone.previous"):
        (place / other).write_text("x")
    assert read_keys(place) == (Key("b-2", SECOND), Key("ops", FIRST))


@pytest.mark.parametrize("name", ["Ops", "-x", "a" * 17, "o.ps", "\u00e9", "a b"])
def test_a_file_of_another_name_is_an_error(place: Path, name: str) -> None:
    """Else somebody would believe that it counts."""
    (place / f"{name}.key").write_text(TEXT)
    with pytest.raises(ConfigError, match=r"access\.keys: wanted a name of 1 to 16"):
        read_keys(place)


def test_more_than_eight_are_an_error(place: Path) -> None:
    for number in range(MAX_KEYS + 1):
        (place / f"k{number}.key").write_text(key_text(new_key()))
    with pytest.raises(ConfigError, match="wanted at most 8 keys, got 9"):
        read_keys(place)


def test_one_key_of_two_names_is_an_error(place: Path) -> None:
    """Rules know keys by their names."""
    for name in ("a", "b"):
        (place / f"{name}.key").write_text(TEXT)
    with pytest.raises(ConfigError, match="a and b are the same key") as raised:
        read_keys(place)
    assert TEXT not in str(raised.value)


def test_a_file_in_the_directorys_place(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(TEXT)
    with pytest.raises(ConfigError, match="the directory can't be read"):
        read_keys(tmp_path / "keys")


def test_a_directory_in_a_keys_place(place: Path) -> None:
    (place / "ops.key").mkdir()
    with pytest.raises(ConfigError, match="the file can't be read"):
        read_keys(place)


def test_others_must_not_read_them(place: Path) -> None:
    create_key(place, "ops", FIRST)
    assert exposed(place) == []
    (place / "ops.key").chmod(0o644)
    place.chmod(0o777)
    notes = exposed(place)
    assert [note.split(";")[0] for note in notes] == [
        f"others may put keys into {place}",
        f"others may read {place}/ops.key",
    ]
    assert exposed(place / "nowhere") == []


def test_nor_may_a_group_change_them(place: Path) -> None:
    create_key(place, "ops", FIRST)
    (place / "ops.key").chmod(0o660)
    place.chmod(0o770)
    notes = exposed(place)
    assert [note.split(";")[0] for note in notes] == [
        f"others may put keys into {place}",
        f"its group may change {place}/ops.key",
    ]


def test_a_link_to_nothing_is_no_key(place: Path) -> None:
    create_key(place, "ops", FIRST)
    (place / "ops.previous").symlink_to(place / "nothing")
    assert exposed(place) == []
    assert read_keys(place) == (Key("ops", FIRST),)


@pytest.mark.parametrize("suffix", [".key", ".previous"])
def test_nobody_is_waited_for_who_writes_into_a_pipe(place: Path, suffix: str) -> None:
    create_key(place, "ops", FIRST)
    (place / f"ops{suffix}").unlink(missing_ok=True)
    os.mkfifo(place / f"ops{suffix}")
    with pytest.raises(ConfigError, match="the file can't be read"):
        read_keys(place)


# --- making ---------------------------------------------------------------------------------------


def test_a_key_is_made_for_its_owner_alone(place: Path) -> None:
    create_key(place, "ops", FIRST)
    path = place / "ops.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == f"{TEXT}\n"
    assert [each.name for each in place.iterdir()] == ["ops.key"]


@NOT_ROOT
@pytest.mark.parametrize(
    ("owner", "mode"),
    [((0, 0), 0o600), ((0, 4242), 0o640), ((4242, 4242), 0o600), ((4242, 0), 0o600)],
    ids=["root's", "root's and the daemon's group's", "the daemon's", "with root's group"],
)
def test_it_belongs_to_whom_the_directory_belongs(
    place: Path, owner: tuple[int, int], mode: int
) -> None:
    os.chown(place, *owner)
    create_key(place, "ops", FIRST)
    rotate_key(place, "ops", SECOND)
    for name in ("ops.key", "ops.previous"):
        found = (place / name).stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (*owner, mode)


@NOT_ROOT
def test_a_directory_is_made_for_the_daemon(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    assert make_directory(path, (4242, 4243))
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (4242, 4243, 0o700)
    assert not make_directory(path, None)
    with pytest.raises(KeyTrouble, match="No such file"):
        make_directory(tmp_path / "no" / "keys", None)


def test_a_link_in_its_place_is_not_followed(place: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    mine = key_text(new_key())
    victim.write_text(mine)
    (place / "ops.previous").symlink_to(victim)
    (place / "ops.key").write_text(key_text(FIRST))
    rotate_key(place, "ops", SECOND)
    assert victim.read_text() == mine
    assert read_key(place / "ops.previous") == FIRST


def test_no_key_is_overwritten(place: Path) -> None:
    create_key(place, "ops", FIRST)
    with pytest.raises(KeyTrouble, match="there is a key ops already") as raised:
        create_key(place, "ops", SECOND)
    assert raised.value.exit_code == 4
    assert read_keys(place) == (Key("ops", FIRST),)


def test_nor_where_two_make_it_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_key(place, "ops", FIRST)
    monkeypatch.setattr(keys, "check_new", lambda *_: None)
    with pytest.raises(KeyTrouble, match="File exists"):
        create_key(place, "ops", SECOND)
    assert [each.name for each in place.iterdir()] == ["ops.key"]
    assert read_key(place / "ops.key") == FIRST


def test_the_same_key_isnt_made_twice(place: Path) -> None:
    create_key(place, "ops", FIRST)
    with pytest.raises(KeyTrouble, match="this key is there already, as ops"):
        create_key(place, "b", FIRST)
    rotate_key(place, "ops", SECOND)
    with pytest.raises(KeyTrouble, match="as the previous one of ops"):
        create_key(place, "b", FIRST)
    with pytest.raises(KeyTrouble, match="as the previous one of ops"):
        rotate_key(place, "ops", FIRST)


@pytest.mark.parametrize("name", ["", "Ops", "../ops", "-x", "a" * 17, "ops\n"])
def test_a_name_that_is_none(place: Path, name: str) -> None:
    with pytest.raises(KeyTrouble, match="wanted a name") as raised:
        create_key(place, name, FIRST)
    assert raised.value.exit_code == 2
    assert list(place.iterdir()) == []


def test_eight_are_the_most(place: Path) -> None:
    for number in range(MAX_KEYS):
        create_key(place, f"k{number}", new_key())
    with pytest.raises(KeyTrouble, match="which is the most"):
        create_key(place, "k9", new_key())


def test_a_rotated_key_keeps_its_former_one(place: Path) -> None:
    create_key(place, "ops", FIRST)
    assert rotate_key(place, "ops", SECOND) == Key("ops", SECOND)
    assert read_keys(place) == (Key("ops", SECOND), Key("ops", FIRST, previous=True))
    third = new_key()
    rotate_key(place, "ops", third)
    assert read_keys(place) == (Key("ops", third), Key("ops", SECOND, previous=True))
    with pytest.raises(KeyTrouble, match="there is no key b"):
        rotate_key(place, "b", new_key())


def test_a_stolen_one_is_gone_at_once(place: Path) -> None:
    create_key(place, "ops", FIRST)
    rotate_key(place, "ops", SECOND)
    third = new_key()
    rotate_key(place, "ops", third, keep=False)
    assert read_keys(place) == (Key("ops", third),)
    assert [each.name for each in place.iterdir()] == ["ops.key"]


def test_a_previous_one_is_deleted_alone(place: Path) -> None:
    create_key(place, "ops", FIRST)
    rotate_key(place, "ops", SECOND)
    delete_key(place, "ops", only_previous=True)
    assert read_keys(place) == (Key("ops", SECOND),)


def test_a_rotation_that_is_cut_short_loses_no_key(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key(place, "ops", FIRST)
    real = keys._write
    done: list[Path] = []

    def write(path: Path, octets: bytes, *, new: bool = False) -> None:
        if done:
            raise OSError(28, "No space left on device", str(path))
        done.append(path)
        real(path, octets, new=new)

    monkeypatch.setattr(keys, "_write", write)
    with pytest.raises(KeyTrouble, match="No space left"):
        rotate_key(place, "ops", SECOND)
    assert read_keys(place) == (Key("ops", FIRST),)


def test_a_deleted_key_leaves_nothing(place: Path) -> None:
    create_key(place, "ops", FIRST)
    rotate_key(place, "ops", SECOND)
    delete_key(place, "ops")
    assert list(place.iterdir()) == []
    with pytest.raises(KeyTrouble, match="there is no key ops"):
        delete_key(place, "ops")


def test_a_new_key_has_no_previous_one_of_another_life(place: Path) -> None:
    (place / "ops.previous").write_text(key_text(FIRST))
    create_key(place, "ops", SECOND)
    assert key_names(place) == ["ops"]
    assert read_keys(place) == (Key("ops", SECOND),)


# --- the sender's counter -------------------------------------------------------------------------


def test_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "ops.key.counter"
    assert [next_counter(path) for _ in range(3)] == [1, 2, 3]
    assert path.read_bytes() == b"3\n"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(" 1764000000 \n")
    assert next_counter(path) == 1764000001
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


COUNTERS = {
    "empty": ("", "wanted a number"),
    "words": ("one", "wanted a number"),
    "negative": ("-1", "wanted a number"),
    "Arabic": ("\u0661", "wanted a number"),
    "too large": (str(MAX_COUNTER + 1), "wanted a number"),
    "the last one": (str(MAX_COUNTER), "used up; rotate the key"),
}


@pytest.mark.parametrize(("text", "why"), COUNTERS.values(), ids=COUNTERS)
def test_it_never_begins_anew_by_itself(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "counter"
    path.write_text(text)
    with pytest.raises(CounterTrouble, match=why):
        next_counter(path)
    assert path.read_text() == text


def test_without_its_directory(tmp_path: Path) -> None:
    with pytest.raises(CounterTrouble, match="No such file"):
        next_counter(tmp_path / "no" / "counter")


def test_a_number_is_on_the_disk_before_it_is_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "counter"
    next_counter(path)
    order: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        what = Path(f"/proc/self/fd/{descriptor}").readlink()
        order.append("directory" if what.is_dir() else "file")
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        order.append("replaced")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    next_counter(path)
    assert order == ["file", "replaced", "directory"]


def test_a_write_that_fails_keeps_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "counter"
    path.write_text("41")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CounterTrouble, match="No space left"):
        next_counter(path)
    assert path.read_text() == "41"
