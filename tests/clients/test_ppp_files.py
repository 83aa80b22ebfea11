"""pppd's files after the applier has changed them: as chat and pppd themselves read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apn_config.appliers.ppp_files import Dialling, parse_chat, parse_peer
from apn_config.appliers.ppp_words import Source
from apn_config.model import Apn, AuthType, Credentials
from tests.apn_config.appliers.test_ppp_files import EXAMPLES, Example
from tests.clients.programs import Finished, program, run
from tests.clients.station import Station

pytestmark = pytest.mark.clients

# chat(8): 4 and more tell which of the ABORT strings was seen.
_FIRST_ABORT = 4
# pppd(8), EXIT STATUS: an error in the options; the kernel has no PPP, which is looked at then.
_OPTION_ERROR = 2
_LOGIN = Credentials(AuthType.PAP, "o'neil #1", "$(id) `w`~^")


def _dialling(home: Path, peer: str, chat: str) -> Dialling:
    return Dialling(
        parse_peer(Source(home / "peer", peer)), parse_chat(Source(home / "chat", chat), 1)
    )


def _dial(home: Path, modem: Station, peer: str, chat: str) -> Finished:
    """Run the option `connect` as pppd does: by the shell, its input and output the port."""
    path = program("chat", "ppp")
    (home / "script").write_text(chat)
    parsed = parse_peer(Source(home / "peer", peer))
    command = parsed.options["connect"][1]
    assert command is not None
    text = command.text.replace(str(parsed.script), str(home / "script"))
    shell = f'exec {Path(path).parent}/{text[text.index("chat") :]} <>"{modem.port}" >&0'
    return run(["sh", "-c", shell], home, limit_s=30)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
def test_chat_dials_with_the_apn_that_was_written(
    tmp_path: Path, modem: Station, example: Example
) -> None:
    """The network knows `em` alone: the same files with another name end in a refusal."""
    unknown = _dialling(tmp_path, example.peer, example.chat).changed(Apn("un-known.example"))
    refused = _dial(tmp_path, modem, *unknown)
    assert refused.code >= _FIRST_ABORT, f"{refused.output}\n{modem.why()}"
    back = _dialling(tmp_path, *unknown).changed(Apn("em", credentials=None))
    dialled = _dial(tmp_path, modem, *back)
    assert dialled.code == 0, f"{dialled.output}\n{modem.why()}"


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))
def test_pppd_takes_the_options_that_were_written(tmp_path: Path, example: Example) -> None:
    """It looks for the kernel's PPP once it has read them all."""
    pppd = program("pppd", "ppp")
    peer, _ = _dialling(tmp_path, example.peer, example.chat).changed(
        Apn("new", credentials=_LOGIN)
    )
    path = tmp_path / "peer"
    peer = re.sub(r"^/dev/\S+", "/dev/null", peer, flags=re.MULTILINE)  # it has to be there
    for text, understood in ((peer, True), (f"{peer}nonsense\n", False)):
        path.write_text(text)
        done = run([pppd, "file", str(path), "dryrun", "nodetach"], tmp_path)
        assert (done.code != _OPTION_ERROR) == understood, done.output
