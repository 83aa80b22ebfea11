"""The polkit rule among the packaged examples, with the real polkit and NetworkManager.

Root may do everything without being asked, so the applier is another user for these tests.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from apn_config.appliers import ApplierRefused
from apn_config.appliers.networkmanager import NetworkManagerApplier
from apn_config.model import Apn, PdpType
from tests.clients.bus import need_private_root, private_bus, private_root
from tests.clients.network_manager import start_network_manager
from tests.clients.own_port import Driven
from tests.clients.programs import daemon, program, run
from tests.clients.station import ROOT

pytestmark = pytest.mark.clients

RULE = (ROOT / "packaging/examples/polkit.rules").read_text(encoding="utf-8")
NOBODY = 65534  # has to be somebody: the bus asks for the groups of who connects
POLKITD = "/usr/lib/polkit-1/polkitd"
_PREPARE = """\
mount -t tmpfs tmpfs /etc/polkit-1
mkdir -m 755 /etc/polkit-1/rules.d
cp "$RULES" /etc/polkit-1/rules.d/
chmod 644 /etc/polkit-1/rules.d/*
sed "s/^nobody:/$NAME:/" /etc/passwd > "$HOME/passwd"
chmod 644 "$HOME/passwd"
mount --bind "$HOME/passwd" /etc/passwd
"""

_ADD = ["connection", "add", "type", "gsm", "ifname", "*", "con-name", "modem"]
_ADD += ["apn", "old.apn", "gsm.password", "a-word"]


@contextmanager
def as_user(uid: int) -> Iterator[None]:
    """Be that user while the block lasts, as the bus sees it."""
    os.setresuid(uid, uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.mark.parametrize("name", ["modem-helper", "nobody"])
def test_the_rule_allows_the_one_user_what_the_applier_needs(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    unshare = need_private_root()
    if not Path(POLKITD).exists():
        pytest.skip("polkitd is missing: sudo apt-get install polkitd  (or: make clients)")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.chmod(0o755)
        bus = stack.enter_context(private_bus(home / "bus"))
        work = home / "polkit"
        work.mkdir()
        rules = home / "60-modem-helper.rules"
        rules.write_text(RULE)
        values = {"HOME": str(work), "RULES": str(rules), "NAME": name}
        command = private_root(unshare, _PREPARE, [POLKITD], values)
        polkit = stack.enter_context(daemon(command, work, lambda: "", more=bus.environment))
        bus.wait_for("org.freedesktop.PolicyKit1")
        start_network_manager(stack, home / "network-manager", bus)
        monkeypatch.setenv(*next(iter(bus.environment.items())))
        added = run(
            [program("nmcli", "network-manager"), *_ADD],
            home,
            more=bus.environment,
        )
        assert added.code == 0, added.output
        applier = Driven(NetworkManagerApplier(), "490154203237518")
        root_sees = applier.read()
        with as_user(NOBODY):
            if name == "modem-helper":
                assert applier.read() == root_sees
                applier.write(Apn("em", PdpType.IPV4V6))
                assert applier.read().apn.name == "em"
                applier.restore(root_sees)
            else:
                assert applier.read().apn.credentials is None
                with pytest.raises(ApplierRefused, match="polkit rule"):
                    applier.write(Apn("em", PdpType.IPV4V6))
        assert applier.read() == root_sees
        assert "Error" not in polkit.log
