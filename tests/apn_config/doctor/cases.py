"""How each fault of the catalogue is brought about, one function a fault."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from apn_config.config import ConfigError
from apn_config.control import BadRequest, Json
from modem.profiles import Answer, OwnCommand, profile_named
from modem.simulator import Act, NetworkSettings, Operator, Welcome
from tests.apn_config.doctor.clinic import FAST, PATIENCE, Clinic

# What is told by its turns, a third of a second each, mustn't come late on a busy machine.
UNHURRIED = replace(PATIENCE, answer_s=3.0)

Setting: TypeAlias = Callable[[Clinic], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which a fault comes about. `root`: it is to be mended first."""

    fault: str
    name: str
    set_up: Setting
    root: bool
    exit_code: int


CASES: list[Case] = []


def case(fault: str, *, root: bool = True, code: int = 1) -> Callable[[Setting], Setting]:
    """Add the function to the table. `code` is what the command ends with, 0 for a mere warning."""

    def add(set_up: Setting) -> Setting:
        name = f"{fault}: {set_up.__doc__}"
        CASES.append(Case(fault, name, set_up, root and code != 0, code))
        return set_up

    return add


def mute(modem: Any) -> None:
    """Nothing is answered any more."""
    modem.faults('[[fault]]\naction = "drop"\noctets = 4096\n')


# --- the machine ----------------------------------------------------------------------------------


@case("undervoltage", code=0)
def _(c: Clinic) -> None:
    "since the start"
    c.write("sys/devices/platform/soc/soc:firmware/get_throttled", "50000\n")


@case("undervoltage")
def _(c: Clinic) -> None:
    "now"
    c.write("sys/devices/platform/soc/soc:firmware/get_throttled", "0x50005\n")


@case("undervoltage")
def _(c: Clinic) -> None:
    "now, as hwmon tells"
    c.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    c.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")


@case("usb-autosuspend", code=0)
def _(c: Clinic) -> None:
    "power/control is auto"
    c.usb(ttys={2: c.modem.port}, control="auto")


@case("usb-driver", code=3)
def _(c: Clinic) -> None:
    "a modem without ports, and none that is configured"
    c.usb(driver=False)
    c.config_text = None
    c.port = "none"


@case("serial-console")
def _(c: Clinic) -> None:
    "console= in the kernel's command line"
    c.write("proc/cmdline", f"quiet console=tty1 console={Path(c.modem.port).name},115200")


@case("serial-console")
def _(c: Clinic) -> None:
    "a getty"
    # As serial-getty@.service of Debian 12 and 13 starts it.
    c.runs("agetty", "--keep-baud", "115200,57600", "-", "vt220", terminal=c.modem.port)


@case("clock-wrong", code=0)
def _(c: Clinic) -> None:
    "1970"
    c.now = datetime(1970, 1, 1, tzinfo=UTC)
    c.synced = False


@case("clock-wrong", code=0)
def _(c: Clinic) -> None:
    "another time than the network's"
    c.now = datetime.now(tz=UTC) + timedelta(days=40)
    c.synced = False


@case("clock-unsynced", code=0)
def _(c: Clinic) -> None:
    "no time server"
    c.now = datetime.now(tz=UTC)
    c.synced = False


@case("service-failed")
def _(c: Clinic) -> None:
    "start limit hit"
    c.service = {"LoadState": "loaded", "ActiveState": "failed", "Result": "exit-code"}


@case("service-restarts", code=0)
def _(c: Clinic) -> None:
    "seven times"
    c.service = {"LoadState": "loaded", "ActiveState": "active", "NRestarts": "7"}


@case("brltty", code=3)
def _(c: Clinic) -> None:
    "it runs, and the port is gone"
    c.runs("brltty")
    c.port = "/dev/ttyUSB97"


@case("brltty", code=0)
def _(c: Clinic) -> None:
    "it runs, and the modem is behind a converter"
    c.runs("brltty")
    converter(c)


def converter(c: Clinic) -> None:
    """The modem's UART is at a converter."""
    c.usb("0403:6001", ttys={0: c.modem.port})
    c.port = c.tty_name(0)


# --- configuration and store ----------------------------------------------------------------------


@case("config-missing", root=False, code=3)
def _(c: Clinic) -> None:
    "nothing at all is there"
    c.config_text = None
    c.port = "none"


@case("config-faulty", code=78)
def _(c: Clinic) -> None:
    "an unknown key"
    assert c.config_text is not None
    c.config_text += "[modem2]\n"


@case("config-forbidden", code=6)
def _(c: Clinic) -> None:
    "another user's"
    path, c.config_text = c.home / "config.toml", None
    c.config_error = ConfigError(path, None, "can't be read: Permission denied", forbidden=True)


@case("config-secret", code=78)
def _(c: Clinic) -> None:
    "the PIN's file isn't there"
    c.in_modem = 'sim_pin_file = "/nonexistent/pin"'


@case("secret-readable", code=0)
def _(c: Clinic) -> None:
    "mode 0644"
    c.write("pin", "1234\n").chmod(0o644)
    c.in_modem = f'sim_pin_file = "{c.home}/pin"'


@case("config-port", code=78)
def _(c: Clinic) -> None:
    "no port"
    assert c.config_text is not None
    c.asked_port = c.modem.port
    c.config_text = c.config_text.replace("port =", "#")


@case("config-reply", code=78)
def _(c: Clinic) -> None:
    "no number for the answers"
    assert c.config_text is not None
    c.config_text = c.config_text.replace("to =", "#")


@case("config-access", code=0)
def _(c: Clinic) -> None:
    "nobody is listed"
    assert c.config_text is not None
    c.config_text = c.config_text.replace('["12345"]', "[]")


@case("config-note", code=0)
def _(c: Clinic) -> None:
    "eight digits"
    assert c.config_text is not None
    c.config_text = c.config_text.replace('"1234"', '"12345678"')


def disk(*, free: int, flag: int = 0) -> os.statvfs_result:
    return os.statvfs_result((4096, 4096, 10**6, free, free, 10**6, 10**5, 10**5, flag, 255))


@case("disk-full")
def _(c: Clinic) -> None:
    "no block is free"
    c.disk = disk(free=0)


@case("disk-tight", code=0)
def _(c: Clinic) -> None:
    "10 MB are free"
    c.disk = disk(free=2500)


@case("disk-read-only")
def _(c: Clinic) -> None:
    "mounted so"
    c.disk = disk(free=10**6, flag=os.ST_RDONLY)


@case("disk-worn", code=0)
def _(c: Clinic) -> None:
    "80 % used up"
    c.write("sys/block/mmcblk0/device/pre_eol_info", "0x02\n")


@case("store-damaged")
def _(c: Clinic) -> None:
    "a note of damage"
    c.write("store/db.damaged", "1 a page is torn")


@case("store-damaged")
def _(c: Clinic) -> None:
    "its beginning is overwritten"
    c.write("store/db", "rubbish")
    c.write("store/db.lock", "")


@case("store-newer")
def _(c: Clinic) -> None:
    "version 99"
    header(c, version=99, owner=0x6D646D68)


@case("store-foreign")
def _(c: Clinic) -> None:
    "no database at all"
    c.write("store/db", "somebody's notes")


@case("store-foreign")
def _(c: Clinic) -> None:
    "another program's database"
    header(c, version=1, owner=0x12345678)


def header(c: Clinic, *, version: int, owner: int) -> None:
    octets = bytearray(b"SQLite format 3\0".ljust(100, b"\0"))
    octets[60:64], octets[68:72] = version.to_bytes(4, "big"), owner.to_bytes(4, "big")
    (c.home / "store/db").write_bytes(octets)


# --- the port -------------------------------------------------------------------------------------


@case("no-modem", code=3)
def _(c: Clinic) -> None:
    "nothing on USB, nothing configured"
    c.config_text = None
    c.port = "none"


@case("port-missing", code=3)
def _(c: Clinic) -> None:
    "no such file"
    c.port = "/dev/ttyUSB97"


@case("port-missing", code=3)
def _(c: Clinic) -> None:
    "nobody listens on TCP"
    c.port = "tcp://127.0.0.1:1"


@case("port-unusable", code=2)
def _(c: Clinic) -> None:
    "a file that is no device"
    c.port = str(c.write("modem", ""))


@case("modem-manager", code=0)
def _(c: Clinic) -> None:
    "it runs"
    c.runs("ModemManager")


@case("applier", code=0)
def _(c: Clinic) -> None:
    "ModemManager and NetworkManager run"
    c.runs("ModemManager")
    c.runs("NetworkManager")


@case("gpsd", code=0)
def _(c: Clinic) -> None:
    "it runs, and the modem is behind a converter"
    c.runs("gpsd")
    converter(c)


@case("gpsd", code=0)
def _(c: Clinic) -> None:
    "it was given the port"
    c.runs("gpsd", "-n", c.modem.port)


@case("pppd", code=0)
def _(c: Clinic) -> None:
    "it runs"
    c.runs("pppd")


# --- does anything answer? ------------------------------------------------------------------------


@case("wrong-port", code=8)
def _(c: Clinic) -> None:
    "the diagnostic one"
    c.usb(ttys={0: c.other_pty(), 2: c.modem.port})
    c.port = c.tty_name(0)


@case("wrong-port", code=8)
def _(c: Clinic) -> None:
    "the one for positions"
    c.usb(ttys={1: c.other_pty(b"$GPGGA,,,,,,0,,,,,,,,*66\r\n"), 2: c.modem.port})
    c.port = c.tty_name(1)


@case("wrong-baud", code=8)
def _(c: Clinic) -> None:
    "9600"
    c.options["only_baud"] = 9600


@case("garbled", code=8)
def _(c: Clinic) -> None:
    "every byte is another"
    c.faults('[[fault]]\naction = "garble"\noctets = 4096\n')


@case("no-answer", code=8)
def _(c: Clinic) -> None:
    "mute"
    mute(c)


@case("numeric-answers", code=8)
def _(c: Clinic) -> None:
    "ATV0"
    c.say(b"ATV0")


@case("no-results", code=8)
def _(c: Clinic) -> None:
    "ATQ1, with an echo"
    c.patience = UNHURRIED
    c.say(b"ATQ1")


@case("no-results", code=8)
def _(c: Clinic) -> None:
    "ATQ1, without an echo"
    c.patience = UNHURRIED
    c.say(b"ATE0Q1")


@case("echo", code=0)
def _(c: Clinic) -> None:
    "ATE1"
    c.say(b"ATE1")


# --- the modem ------------------------------------------------------------------------------------


@case("unsteady", code=8)
def _(c: Clinic) -> None:
    "the cable goes while it is asked"
    c.faults('[[fault]]\naction = "unplug"\nprefix = "+CPIN?"\nseconds = 60\n')


@case("radio-off")
def _(c: Clinic) -> None:
    "CFUN=4"
    c.say(b"AT+CFUN=4")


@case("radio-off")
def _(c: Clinic) -> None:
    "CFUN=0"
    c.say(b"AT+CFUN=0")


@case("plain-errors", code=0)
def _(c: Clinic) -> None:
    "CMEE=0"
    c.say(b"AT+CMEE=0")


@case("family-unknown", code=0)
def _(c: Clinic) -> None:
    "a maker nobody knows"
    c.profile = profile_named("generic")


# --- the card -------------------------------------------------------------------------------------


@case("sim-missing", code=9)
def _(c: Clinic) -> None:
    "none in the slot"
    c.within(lambda: setattr(c.state.slot, "card", None))


@case("sim-missing", code=9)
def _(c: Clinic) -> None:
    "CME 10, by name"
    c.say(b"AT+CMEE=2")
    c.refuse("+CPIN?", "CME 10")


@case("sim-pin", code=9)
def _(c: Clinic) -> None:
    "no PIN is configured"
    c.options["pin"] = "4821"


@case("sim-pin", code=9)
def _(c: Clinic) -> None:
    "the daemon has yet to give it"
    c.options["pin"] = "4821"
    c.write("pin", "4821\n").chmod(0o600)
    c.in_modem = f'sim_pin_file = "{c.home}/pin"'


@case("sim-puk", code=9)
def _(c: Clinic) -> None:
    "three wrong PINs"
    c.options["pin"] = "4821"
    c.say(*[b'AT+CPIN="1111"'] * 3)


@case("sim-locked", code=9)
def _(c: Clinic) -> None:
    "to an operator"
    c.with_commands({"+CPIN": OwnCommand(read=Answer(("+CPIN: PH-NET PIN",)))})


@case("sim-busy", code=9)
def _(c: Clinic) -> None:
    "CME 14 for ever"
    c.refuse("+CPIN?", "CME 14")


@case("sim-failure", code=9)
def _(c: Clinic) -> None:
    "CME 13"
    c.refuse("+CPIN?", "CME 13")


# --- the network ----------------------------------------------------------------------------------


@case("no-signal")
def _(c: Clinic) -> None:
    "no antenna"
    c.modem.set_coverage(False)


@case("weak-signal", code=0)
def _(c: Clinic) -> None:
    "-111 dBm"
    c.modem.set_signal(1)


@case("denied")
def _(c: Clinic) -> None:
    "the card is kept out"
    c.within(lambda: c.state.subscriber.bar(True))


@case("denied")
def _(c: Clinic) -> None:
    "a forbidden network is all there is"
    forbidden = Operator("00102", "Forbidden", "F", (Act.EUTRAN,), Welcome.FORBIDDEN)
    c.network = replace(FAST, operators=(forbidden,))


@case("denied", root=False)
def _(c: Clinic) -> None:
    "an APN that the network doesn't know, on LTE alone"
    lte_only(c, "internet")


def lte_only(c: Clinic, apn: str) -> None:
    only = Operator("00101", "LTE alone", "L", (Act.EUTRAN,))
    c.network = replace(FAST, operators=(only,), attach_retry_s=1000)
    c.options["start_apn"] = apn


@case("searching")
def _(c: Clinic) -> None:
    "it takes longer than one waits"
    c.network = replace(FAST, registration_s=10_000)
    c.say(b"AT+CFUN=0", b"AT+CFUN=1")


@case("roaming-off", code=1)
def _(c: Clinic) -> None:
    "QCFG roamservice"
    c.profile = profile_named("ec25")
    c.network = replace(FAST, registration_s=10_000)
    c.say(b'AT+QCFG="roamservice",1', b"AT+CFUN=0", b"AT+CFUN=1")


@case("manual-network", code=1)
def _(c: Clinic) -> None:
    "one that isn't here"
    c.say(b'AT+COPS=1,2,"26201"')


@case("left-network")
def _(c: Clinic) -> None:
    "COPS=2"
    c.say(b"AT+COPS=2")


@case("technology-locked", code=1)
def _(c: Clinic) -> None:
    "CNMP=13, and no GSM here"
    c.modem.set_coverage(False)
    c.say(b"AT+CNMP=13")


@case("detached", code=0)
def _(c: Clinic) -> None:
    "CGATT=0 on 3G"
    c.network = replace(FAST, operators=(Operator("00101", "3G", "3G", (Act.UTRAN,)),))
    c.answers(CGREG="+CGREG: 0,5")
    c.say(b"AT+CGATT=0")


# --- SMS ------------------------------------------------------------------------------------------


@case("sms-impossible")
def _(c: Clinic) -> None:
    "registration state 11"
    c.answers(CREG="+CREG: 0,11", CGREG="+CGREG: 0,11", CEREG="+CEREG: 0,11")


@case("sms-impossible")
def _(c: Clinic) -> None:
    "emergency calls alone, and data"
    c.answers(CREG="+CREG: 0,8", CEREG="+CEREG: 0,5")


@case("sms-impossible", code=0)
def _(c: Clinic) -> None:
    "NB-IoT"
    c.answers(CREG="+CREG: 0,0", CGREG="+CGREG: 0,0", CEREG='+CEREG: 2,5,"1A2B","01C3D4E5",9')


@case("sms-unproven", code=0)
def _(c: Clinic) -> None:
    "CEREG alone"
    c.answers(CREG="+CREG: 0,0", CEREG="+CEREG: 0,5")


@case("no-service-centre", code=0)
def _(c: Clinic) -> None:
    "an empty one"
    c.say(b'AT+CSCA=""')


@case("storage-full")
def _(c: Clinic) -> None:
    "drafts everywhere"
    c.faults('[[fault]]\naction = "storage-full"\nafter_s = 0.01\nseconds = 600\n')


@case("storage-tight", code=0)
def _(c: Clinic) -> None:
    "one is free"
    total = c.profile.simulator.sizes["ME"]
    for number in range(total - 1):
        c.modem.deliver("12345", f"message {number}")


@case("no-storage", code=0)
def _(c: Clinic) -> None:
    "CPMS is refused"
    c.refuse("+CPMS", "CMS 302")


@case("not-announced", code=0)
def _(c: Clinic) -> None:
    "CNMI is refused"
    c.refuse("+CNMI", "CMS 303")


@case("not-announced", code=0)
def _(c: Clinic) -> None:
    "CNMI offers nothing"
    c.profile = replace(
        c.profile, simulator=replace(c.profile.simulator, cnmi_test="(0),(0),(0),(0),(0)")
    )


@case("announcements-off", code=0)
def _(c: Clinic) -> None:
    "mt is 0"
    c.say(b"AT+CNMI=0,0,0,0,0")


@case("text-mode", code=0)
def _(c: Clinic) -> None:
    "CMGF=1"
    c.say(b"AT+CMGF=1")


@case("memories-apart", code=0)
def _(c: Clinic) -> None:
    "read from ME, received into SM"
    c.say(b'AT+CPMS="ME","ME","SM"')


# --- APN and data ---------------------------------------------------------------------------------


@case("apn-missing", code=0)
def _(c: Clinic) -> None:
    "none, on 3G"
    c.network = replace(FAST, operators=(Operator("00101", "3G", "3G", (Act.UTRAN,)),))
    c.options["start_apn"] = ""


@case("apn-other", code=0)
def _(c: Clinic) -> None:
    "internet, with 3G to fall back to"
    c.options["start_apn"] = "internet"


@case("apn-other")
def _(c: Clinic) -> None:
    "internet, on LTE alone"
    lte_only(c, "internet")


@case("wrong-context", code=0)
def _(c: Clinic) -> None:
    "em in context 5"
    c.options["start_apn"] = "internet"
    c.say(b'AT+CGDCONT=5,"IP","em"')


@case("no-context", code=0)
def _(c: Clinic) -> None:
    "not active"
    c.answers(CGACT="+CGACT: 1,0")


@case("no-address")
def _(c: Clinic) -> None:
    "0.0.0.0"
    c.with_commands(
        {
            "+CGPADDR": OwnCommand(set={"1": Answer(('+CGPADDR: 1,"0.0.0.0"',))}),
            "+CGCONTRDP": OwnCommand(set={"1": Answer(('+CGCONTRDP: 1,5,"em"',))}),
        }
    )


@case("apn-mismatch", code=0)
def _(c: Clinic) -> None:
    "the network took its own"
    c.network = NetworkSettings(apns=("other",), substitute_apn="other", time_scale=100)


@case("probe")
def _(c: Clinic) -> None:
    "no interface"
    c.in_apn = '[apn.probe]\nkind = "tcp"\ntarget = "192.0.2.1:80"\ntimeout_s = 0.1\ntries = 1\n'


# --- the daemon -----------------------------------------------------------------------------------


def status(c: Clinic, **changes: Any) -> None:
    """A daemon with all well but for the changes; its modem isn't there, so as to be quick."""
    c.port = "/dev/ttyUSB0"
    c.status = {
        "link": {"phase": "ready", "port": "/dev/ttyUSB0", "why": None, "attempts": 0},
        "modem": {"warnings": []},
        "recovery": {"trouble": None, "remedies": [], "budgets": {}},
        "daemon": {"pid": 1, "uptime_s": 3600.0},
        "config": {"error": None},
        "store": {"why": None, "replaced": 0},
        "outbox": {"pending": 0, "oldest_s": None},
        "change": None,
        **changes,
    }


@case("daemon-mute", code=8)
def _(c: Clinic) -> None:
    "no answer that makes sense"
    status(c)
    assert c.status is not None
    c.status = {"config": object}  # what JSON can't hold


@case("daemon-mute", code=8)
def _(c: Clinic) -> None:
    "it hangs after its status"
    status(c)
    c.patience = replace(c.patience, daemon_s=0.1)
    c.operations["at"] = hang


@case("daemon-mute", code=8)
def _(c: Clinic) -> None:
    "it hangs"
    status(c)
    c.patience = replace(c.patience, status_s=0.1)
    c.operations["status"] = hang


async def hang(_args: Json, _emit: Any) -> None:
    """What never answers."""
    await asyncio.Event().wait()


@case("daemon-version")
def _(c: Clinic) -> None:
    "a status without what is looked for"
    status(c)
    assert c.status is not None
    del c.status["recovery"]


@case("daemon-version")
def _(c: Clinic) -> None:
    "an operation that it doesn't have"
    status(c)

    async def unknown(_args: Json, _emit: Any) -> None:
        raise BadRequest("no operation 'at'")

    c.operations["at"] = unknown


@case("link-down", code=8)
def _(c: Clinic) -> None:
    "the port is gone"
    status(c, link={"phase": "waiting", "port": "/dev/ttyUSB0", "why": "no port", "attempts": 3})


@case("recovery", root=False, code=8)
def _(c: Clinic) -> None:
    "a mute modem"
    budgets: dict[str, Any] = {}
    status(c, recovery={"trouble": "silent", "remedies": [], "budgets": budgets})


@case("outbox-waits", root=False, code=8)
def _(c: Clinic) -> None:
    "for ten minutes"
    status(c, outbox={"pending": 3, "oldest_s": 600.0})


@case("budget-spent", root=False, code=8)
def _(c: Clinic) -> None:
    "all radio cycles"
    use = {"radio-cycle": {"used": 20, "budget": 20}}
    status(c, recovery={"trouble": None, "remedies": [], "budgets": use})


@case("store-waits")
def _(c: Clinic) -> None:
    "its disk is full"
    status(c, store={"why": "no room left", "replaced": 0})


@case("store-replaced", root=False, code=8)
def _(c: Clinic) -> None:
    "twice"
    status(c, store={"why": None, "replaced": 2})


@case("config-not-reloaded", root=False, code=8)
def _(c: Clinic) -> None:
    "a mistake in the new one"
    status(c, config={"error": "reply.to: wanted digits"})


@case("port-missing", code=3)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "gone", "can't open /dev/ttyUSB0")


@case("no-answer", code=8)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "silent", "no answer to 3 commands in a row")


@case("garbled", code=8)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "garbled", "the answer makes no sense")


@case("sim-missing", code=9)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "sim-absent", "there is no card in the modem")


@case("sim-busy", code=9)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "sim-busy", "SIM busy")


@case("sim-pin", code=9)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "sim-locked", "the SIM wants its PIN; set [modem] sim_pin_file")


@case("sim-puk", code=9)
def _(c: Clinic) -> None:
    "as the daemon says"
    away(c, "sim-locked", "the SIM is locked and wants its PUK")


def away(c: Clinic, trouble: str, why: str) -> None:
    """A daemon that doesn't have its modem, and knows why."""
    link = {"phase": "waiting", "port": "/dev/ttyUSB0", "why": why, "attempts": 3}
    recovery = {"trouble": trouble, "remedies": [], "budgets": {}}
    status(c, link=link, modem=None, recovery=recovery)


ELSEWHERE = {
    "port-forbidden": "root may open everything",
    "port-busy": "it wants another process",
    "socket-forbidden": "root may connect to everything",
}
"""Faults that are brought about in tests of their own, and why."""
