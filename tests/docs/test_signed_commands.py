"""The page about signed commands: its vectors are those of the file, its programs make them.

    python -m tests.docs.test_signed_commands

writes the vectors into the page anew.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.docs.blocks import DOCS, ROOT, blocks

PAGE = DOCS / "signed-commands.md"
VECTORS: dict[str, Any] = json.loads(
    (ROOT / "tests" / "vectors" / "signed_commands.json").read_text()
)
DOMAINS: dict[str, str] = VECTORS["domains"]
KEYS = {name: bytes.fromhex(key["hex"]) for name, key in VECTORS["keys"].items()}
SIGNED: dict[str, dict[str, Any]] = {each["name"]: each for each in VECTORS["signed"]}
FIRST = SIGNED["apn"]

# --- the vectors ----------------------------------------------------------------------------------


def shown(text: str) -> str:
    """A text in a cell of a table, as JSON has it."""
    return f"`{json.dumps(text)[1:-1]}`".replace("|", "\\|")


def table(header: str, rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, "|---" * header.count(" | ") + "|---|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def octets() -> str:
    """The fields of one, each on its line, and what comes of them."""
    rest, lines = bytes.fromhex(FIRST["mac_input"]), []
    while rest:
        length = int.from_bytes(rest[:2], "big")
        field, rest = rest[2 : 2 + length], rest[2 + length :]
        lines.append(f"{length:04x} {field.hex():<40}  {field.decode()}")
    hashed = FIRST["hmac"]
    lines += ["", f"HMAC    {hashed}", f"cut     {hashed[:20]}", f"base32  {FIRST['mac']}"]
    return "```text\n" + "\n".join(lines) + "\n```"


def key_file() -> str:
    return f"<!-- file: first.key -->\n```text\n{VECTORS['keys']['first']['base32']}\n```"


def keys() -> str:
    rows = ((name, f"`{k['hex']}`", f"`{k['base32']}`", f"`{k['fingerprint']}`") for name, k in
            VECTORS["keys"].items())  # fmt: skip
    return table("| key | octets | base32 | fingerprint |", rows)


def iccids() -> str:
    rows = ((f"`{i['iccid']}`", f"`{i['device_id']}`", i["what"]) for i in VECTORS["iccids"])
    return table("| ICCID | id | |", rows)


def normalised() -> str:
    rows = ((shown(n["text"]), shown(n["normalised"]), n["what"]) for n in VECTORS["normalised"])
    return table("| text | normalised | |", rows)


def signed() -> str:
    rows = (
        (f"`{s['name']}`", s["what"], s["domain"], s["key"], f"`{s['iccid']}`", str(s["counter"]),
         shown(s["text"]), shown(s["signed"])) for s in SIGNED.values()
    )  # fmt: skip
    return table("| | | domain | key | ICCID | counter | text | signed |", rows)


def texts(name: str) -> Callable[[], str]:
    return lambda: table("| text | |", ((shown(t["text"]), t["what"]) for t in VECTORS[name]))


PARTS: dict[str, Callable[[], str]] = {
    "octets": octets,
    "key file": key_file,
    "keys": keys,
    "iccids": iccids,
    "normalised": normalised,
    "signed": signed,
    "accepted": texts("accepted"),
    "refused": texts("refused"),
}
_MARK = re.compile(r"(<!-- vectors: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    return _MARK.sub(lambda mark: f"{mark[1]}{PARTS[mark[2]]()}\n{mark[3]}", page)


def test_the_page_shows_the_vectors_of_the_file() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text) == text
    assert [mark[2] for mark in _MARK.finditer(text)] != []
    assert {mark[2] for mark in _MARK.finditer(text)} == set(PARTS)


# --- the programs ---------------------------------------------------------------------------------


def program(language: str) -> str:
    (found,) = (block.text for block in blocks(PAGE) if block.language == language)
    return found


@pytest.fixture(scope="module")
def python() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(program("python"), str(PAGE), "exec"), names)
    return names


@pytest.mark.parametrize("vector", SIGNED.values(), ids=list(SIGNED))
def test_python_signs(python: dict[str, Any], vector: dict[str, Any]) -> None:
    key, iccid, counter = KEYS[vector["key"]], vector["iccid"], vector["counter"]
    if vector["domain"] == "command":
        assert python["sign"](key, iccid, counter, vector["text"]) == vector["signed"]
        assert python["read_answer"](key, iccid, vector["signed"]) is None
    else:
        read = python["read_answer"](key, iccid, vector["signed"])
        assert read == (counter, python["normalised"](vector["text"]))


def test_python_normalises_and_knows_cards(python: dict[str, Any]) -> None:
    for each in VECTORS["normalised"]:
        assert python["normalised"](each["text"]) == each["normalised"], each["what"]
    for each in VECTORS["iccids"]:
        assert python["device_id"](each["iccid"]) == each["device_id"], each["what"]


_JS_CHECK = """
const vectors = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const keys = {};
for (const name in vectors.keys) keys[name] = Buffer.from(vectors.keys[name].hex, "hex");
console.log(JSON.stringify({
  normalised: vectors.normalised.map((each) => normalised(each.text)),
  iccids: vectors.iccids.map((each) => deviceId(each.iccid)),
  signed: vectors.signed.map((each) => sign(keys[each.key], each.iccid, each.counter, each.text)),
  read: vectors.signed.map((each) => readAnswer(keys[each.key], each.iccid, each.signed)),
}));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node isn't installed")
def test_javascript_does_the_same() -> None:
    script = program("js") + _JS_CHECK
    done = subprocess.run(
        ["node", "-e", script],
        input=json.dumps(VECTORS),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["normalised"] == [each["normalised"] for each in VECTORS["normalised"]]
    assert found["iccids"] == [each["device_id"] for each in VECTORS["iccids"]]
    for vector, text, read in zip(SIGNED.values(), found["signed"], found["read"], strict=True):
        is_command = vector["domain"] == "command"
        assert (text == vector["signed"]) is is_command, vector["name"]
        assert (read is None) is is_command, vector["name"]


def test_they_are_short() -> None:
    """So that another team copies them, and doesn't have to understand more than this."""
    for language in ("python", "js"):
        lines = [line for line in program(language).splitlines() if line.strip()]
        assert len(lines) <= 45, language


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
