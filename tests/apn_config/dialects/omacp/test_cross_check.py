"""Documents that were generated, read here and by libwbxml's `wbxml2xml`: the same."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from apn_config.dialects.omacp.document import Element
from apn_config.dialects.omacp.encode import encode_wbxml
from apn_config.dialects.omacp.wbxml import decode_wbxml
from tests.apn_config.dialects.omacp.generated import Writer, document

PROGRAM = shutil.which("wbxml2xml")
SAMPLE, PROOF = 100, 2000
needs_it = pytest.mark.skipif(PROGRAM is None, reason="needs wbxml2xml (libwbxml2-utils)")


def bodies(seeds: range) -> Iterator[tuple[Element, bytes]]:
    """A document each, and one of its encodings; of each fourth, the product's own."""
    for seed in seeds:
        random = Random(seed)
        made = document(random)
        own = seed % 4 == 0
        yield made, encode_wbxml(made) if own else Writer(random, everything=False).written(made)


def by_libwbxml(body: bytes, file: Path) -> Element:
    assert PROGRAM is not None
    file.write_bytes(body)
    done = subprocess.run(
        [PROGRAM, "-m", "2", "-o", "-", str(file)], capture_output=True, check=False
    )
    assert done.returncode == 0, f"{body.hex()}: {done.stderr.decode()}"
    return _element(ElementTree.fromstring(done.stdout))


def _element(node: ElementTree.Element) -> Element:
    return Element(node.tag, tuple(node.attrib.items()), tuple(_element(child) for child in node))


def check(seeds: range, tmp_path: Path) -> None:
    for made, body in bodies(seeds):
        read = decode_wbxml(body)
        assert read == made, body.hex()
        assert by_libwbxml(body, tmp_path / "body.wbxml") == read, body.hex()


@needs_it
def test_a_sample_is_read_as_libwbxml_reads_it(tmp_path: Path) -> None:
    check(range(SAMPLE), tmp_path)


@needs_it
@pytest.mark.proof
def test_two_thousand_are_read_as_libwbxml_reads_them(tmp_path: Path) -> None:
    check(range(PROOF), tmp_path)


@pytest.mark.parametrize("seed", range(300))
def test_every_encoding_is_read(seed: int) -> None:
    """With what libwbxml doesn't read, too."""
    random = Random(seed)
    made = document(random)
    assert decode_wbxml(Writer(random, everything=True).written(made)) == made


@needs_it
def test_a_difference_is_found(tmp_path: Path) -> None:
    made, body = next(bodies(range(1, 2)))
    other = Element(made.tag, (("version", "9"),), made.children)
    assert by_libwbxml(body, tmp_path / "body.wbxml") != other
