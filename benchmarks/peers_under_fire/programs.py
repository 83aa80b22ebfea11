"""The programs: how each is configured and started, and where its user finds the messages.

In what is written here `@home@` is a directory of the program's own, `@port@` the modem's port,
`@python@` an interpreter that has the program's library. Each is set to look for messages as often
as it can without a busy loop, and has a hook that writes each text to a file and syncs it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers_under_fire.station import ROOT, SENDER, sent

# Debian's users don't have these in PATH.
PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
_VENV = Path(os.environ.get("CLIENTS_VENV", ROOT / ".venv-clients")).absolute()
_HOOK_LOG = "hook.log"
_ANSWER = " OK"

Way = Callable[[Path], list[str]]


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `ways` are the places where its user gets the messages: texts of a directory.

    `version` gives None where it isn't installed; `install` says how it would be. `at_work`: is
    there something that it would still hand over, without a message in the modem?
    """

    name: str
    command: tuple[str, ...]
    files: Mapping[str, str]
    ways: Mapping[str, Way]
    version: Callable[[], str | None]
    install: str
    directories: tuple[str, ...] = ()
    notes: str = ""
    at_work: Callable[[Path], bool] = lambda _home: False

    def prepare(self, home: Path, port: Path) -> list[str]:
        """Write its files, make its directories; the command that starts it."""
        for name in self.directories:
            (home / name).mkdir()
        for name, text in self.files.items():
            (home / name).write_text(_filled(text, home, port))
            (home / name).chmod(0o755)
        return [_filled(part, home, port) for part in self.command]

    def handed_over(self, home: Path) -> dict[str, list[str]]:
        """What its user has by now, by way."""
        return {name: read(home) for name, read in self.ways.items()}


def _filled(text: str, home: Path, port: Path) -> str:
    values = {"@home@": home, "@port@": port, "@python@": _VENV / "bin/python"}
    for name, value in values.items():
        text = text.replace(name, str(value))
    return text


def _texts(pattern: str, read: Callable[[str], str] = str) -> Way:
    """Files with one message each."""
    return lambda home: [
        read(path.read_text(errors="replace")).rstrip("\n") for path in home.glob(pattern)
    ]


def _logged(home: Path) -> list[str]:
    """What the hook wrote: a line is a message."""
    path = home / _HOOK_LOG
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return [line for line in lines if line]


def _queried(home: Path, sql: str) -> list[str]:
    """The first column of our store's rows."""
    try:
        with closing(sqlite3.connect(f"file:{home}/store.db?mode=ro", uri=True)) as store:
            return [str(first) for first, *_ in store.execute(sql)]
    except sqlite3.OperationalError:  # not there yet
        return []


def _rows(home: Path) -> list[str]:
    return _queried(home, "SELECT text FROM inbox")


def _answered(home: Path) -> list[str]:
    """The commands whose answer the network took: "#7 OK ..." answers "#7 PING"."""
    answers = (text.partition(_ANSWER) for text in sent(home / "outbox"))
    return [f"{tag} PING" if found else tag for tag, found, _ in answers]


def _printed(*command: str) -> str | None:
    """The first line that a command prints; None where it isn't installed."""
    program = shutil.which(command[0], path=PATH)
    if program is None:
        return None
    said = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    return said.stdout.partition("\n")[0].strip() or None


def _debian(package: str) -> Callable[[], str | None]:
    query = ("dpkg-query", "--show", "--showformat=${Package} ${Version} of Debian", package)
    return lambda: _printed(*query)


def _gsmmodem_version() -> str | None:
    query = "import importlib.metadata as m; print(m.version('python-gsmmodem-new'))"
    return _printed(str(_VENV / "bin/python"), "-c", query)


_OURS = """\
[modem]
port = "@port@"
sweep_s = 1
[reply]
to = "1234"
[access]
senders = ["%s"]
[store]
path = "@home@/store.db"
[control]
socket = "@home@/control.sock"
"""

_GAMMU = """\
[gammu]
device = @port@
connection = at115200
[smsd]
service = files
logfile = @home@/smsd.log
inboxpath = @home@/in/
outboxpath = @home@/out/
sentsmspath = @home@/sent/
errorsmspath = @home@/error/
RunOnReceive = @home@/received.sh
Send = no
LoopSleep = 1
CommTimeout = 1
ReceiveFrequency = 1
StatusFrequency = 5
"""
_GAMMU_HOOK = """\
#!/bin/sh
for number in $(seq "$SMS_MESSAGES"); do
  eval "printf '%s\\n' \\"\\$SMS_${number}_TEXT\\""
done >>@home@/hook.log
sync @home@/hook.log
"""

_SMSTOOLS = """\
devices = GSM1
incoming = @home@/incoming
outgoing = @home@/outgoing
checked = @home@/checked
infofile = @home@/info
pidfile = @home@/pid
logfile = @home@/smsd.log
loglevel = 4
eventhandler = @home@/received.sh
delaytime = 1
errorsleeptime = 1
blocktime = 1
[GSM1]
device = @port@
device_open_retries = -1
baudrate = 115200
incoming = yes
outgoing = no
memory_start = 0
check_network = 0
"""
_SMSTOOLS_HOOK = """\
#!/bin/sh
[ "$1" = RECEIVED ] || exit 0
{ sed '1,/^$/d' "$2"; echo; } >>@home@/hook.log
sync @home@/hook.log
"""

_GSMMODEM = (Path(__file__).parent / "with_gsmmodem.py").read_text()


def _gsmmodem(how: str, notes: str) -> Program:
    return Program(
        f"python-gsmmodem-new ({how})",
        ("@python@", "@home@/receive.py", how, "@port@", f"@home@/{_HOOK_LOG}"),
        {"receive.py": _GSMMODEM},
        {"hook": _logged},
        _gsmmodem_version,
        "make clients",
        notes=notes,
    )


PROGRAMS = (
    Program(
        "modem-helper",
        (sys.executable, str(ROOT / "cli.py"), "run", "--config", "@home@/config.toml"),
        {"config.toml": _OURS % SENDER},
        {"store": _rows, "answers": _answered},
        lambda: _printed(sys.executable, str(ROOT / "cli.py"), "--version"),
        "",
        notes="It also answers each message by SMS, which the others aren't asked to do. Killed "
        "before it could note that the network took an answer, it sends that again, tag and all. "
        "While the final result of +CMGS is missing, as where it was garbled, it waits for up to "
        "two minutes and reads nothing: that is called stuck here, and ends by itself.",
        at_work=lambda home: bool(_queried(home, "SELECT 1 FROM outbox WHERE ended_s IS NULL")),
    ),
    Program(
        "gammu-smsd",
        ("gammu-smsd", "-c", "@home@/smsdrc"),
        {"smsdrc": _GAMMU, "received.sh": _GAMMU_HOOK},
        {"files": _texts("in/IN*.txt"), "hook": _logged},
        _debian("gammu-smsd"),
        "apt-get install gammu-smsd",
        ("in", "out", "sent", "error"),
    ),
    Program(
        "smstools",
        ("smsd", "-t", "-c@home@/smsd.conf"),
        {"smsd.conf": _SMSTOOLS, "received.sh": _SMSTOOLS_HOOK},
        {
            "files": _texts("incoming/GSM1.*", lambda text: text.partition("\n\n")[2]),
            "hook": _logged,
        },
        _debian("smstools"),
        "apt-get install smstools",
        ("incoming", "outgoing", "checked"),
    ),
    _gsmmodem(
        "callback",
        "Told by +CMTI, its callback gets each message; `processStoredSms()` at each start.",
    ),
    _gsmmodem(
        "list",
        "`listStoredSms()` every second, then `deleteStoredSms()` for each message that was "
        "written to the file.",
    ),
)
