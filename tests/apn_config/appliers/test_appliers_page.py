"""The examples on the page of the appliers work."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from apn_config.appliers import Held
from apn_config.appliers.script import ScriptApplier
from apn_config.config import parse
from apn_config.config_apn import APPLIERS, ScriptConfig
from apn_config.model import Apn
from tests.apn_config.appliers.stand_ins import FakeModem, Steps

PAGE = (Path(__file__).parents[3] / "docs/appliers.md").read_text()
WVDIAL = """\
[Dialer Defaults]
Init1 = ATZ
Init3 = AT+CGDCONT=1,"IP","em"
Phone = *99#
"""


def _examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", _examples("toml"))
def test_each_configuration_is_one(text: str) -> None:
    parse(text.encode(), Path("/etc/modem-helper/config.toml"))


def test_each_applier_has_its_configuration() -> None:
    named = {re.search('applier = "(.*)"', text) for text in _examples("toml")}
    assert {match[1] for match in named if match} == set(APPLIERS)


def test_the_program_reads_applies_and_undoes(tmp_path: Path) -> None:
    file, program = tmp_path / "wvdial.conf", tmp_path / "apply"
    file.write_text(WVDIAL)
    (text,) = _examples("sh")
    text = text.replace("/etc/wvdial.conf", str(file)).replace("systemctl restart", "true")
    program.write_text(text)
    program.chmod(0o755)
    modem = FakeModem(Steps()).as_modem()
    applier = ScriptApplier(ScriptConfig(program))

    async def story() -> None:
        held = await applier.read(modem, 1)
        assert held == Held(Apn("em", credentials=None))
        await applier.write(modem, 1, Apn("new-apn.example", credentials=None))
        assert file.read_text() == WVDIAL.replace('"em"', '"new-apn.example"')
        assert (await applier.read(modem, 1)).apn.name == "new-apn.example"
        await applier.restore(modem, 1, held)

    asyncio.run(story())
    assert file.read_text() == WVDIAL
