"""Faults of the machine, the configuration, the store and the daemon. Pure."""

from __future__ import annotations

from apn_config.doctor.findings import Fault, Topic, Verdict

_FAILED, _WARNING, _INFO = Verdict.FAILED, Verdict.WARNING, Verdict.INFO
_CONFIGURATION = 78

# --- the machine ----------------------------------------------------------------------------------

UNDERVOLTAGE = Fault(
    "undervoltage",
    Topic.SYSTEM,
    _WARNING,
    "The Pi's supply voltage is or was too low",
    "A modem draws 2 A for moments while it sends. A supply that gives way resets the modem, "
    "unplugs USB devices and damages SD cards.",
    "use the Pi's own power supply (5.1 V, 3 A or more), a short thick cable, and a powered hub or "
    "a supply of its own for the modem",
)
USB_AUTOSUSPEND = Fault(
    "usb-autosuspend",
    Topic.SYSTEM,
    _WARNING,
    "The kernel may suspend the modem's USB device",
    "Some modems don't wake again, or wake without having told of an SMS meanwhile.",
    "echo on | sudo tee /sys/bus/usb/devices/{socket}/power/control (a udev rule keeps it so)",
)
USB_DRIVER = Fault(
    "usb-driver",
    Topic.SYSTEM,
    _WARNING,
    "A modem is on USB and the kernel has no driver for its ports",
    "Without the driver `option` there is no /dev/ttyUSB to talk to.",
    "sudo modprobe option && echo {vendor} {product} | "
    "sudo tee /sys/bus/usb-serial/drivers/option1/new_id",
)
SERIAL_CONSOLE = Fault(
    "serial-console",
    Topic.SYSTEM,
    _FAILED,
    "The kernel's console or a login is on the modem's port",
    "What the kernel prints and the login asks goes to the modem as commands, and its answers are "
    "taken for somebody logging in.",
    "sudo raspi-config nonint do_serial_cons 1 (or remove {what}), then restart the machine",
)
CLOCK_WRONG = Fault(
    "clock-wrong",
    Topic.SYSTEM,
    _WARNING,
    "The clock is far from the right time",
    "Logs and journals show wrong times, and TLS refuses certificates. The daemon's deadlines "
    "don't depend on it.",
    "sudo timedatectl set-ntp true, and see to a way to a time server",
)
CLOCK_UNSYNCED = Fault(
    "clock-unsynced",
    Topic.SYSTEM,
    _INFO,
    "No time server has set the clock",
    "Its times are for display only; a Pi without data has no others.",
    "nothing, or sudo timedatectl set-ntp true once there is data",
)
SERVICE_FAILED = Fault(
    "service-failed",
    Topic.SYSTEM,
    _FAILED,
    "systemd has given the daemon up",
    "Nobody takes commands by SMS.",
    "journalctl -u modem-helper -n 50 tells why; then sudo systemctl restart modem-helper",
)
SERVICE_RESTARTS = Fault(
    "service-restarts",
    Topic.SYSTEM,
    _WARNING,
    "systemd had to restart the daemon again and again",
    "Each restart costs time in which no SMS is read.",
    "journalctl -u modem-helper -p warning tells why",
)
BRLTTY = Fault(
    "brltty",
    Topic.SYSTEM,
    _WARNING,
    "brltty runs, and takes USB-to-serial converters for braille displays",
    "The port of such a converter vanishes as soon as it is plugged in.",
    "sudo apt remove brltty, unless a braille display is in use",
)

# --- configuration and store ----------------------------------------------------------------------

CONFIG_MISSING = Fault(
    "config-missing",
    Topic.CONFIG,
    _WARNING,
    "There is no configuration file",
    "The daemon doesn't start without one; what follows looks at the modem alone.",
    "modem-helper config init --reply-to DIGITS --sender NUMBER",
)
CONFIG_FAULTY = Fault(
    "config-faulty",
    Topic.CONFIG,
    _FAILED,
    "The configuration file is faulty",
    "The daemon ends with exit code 78.",
    "mend the key that is named, then: modem-helper config check --config {path}",
    exit_code=_CONFIGURATION,
)
CONFIG_FORBIDDEN = Fault(
    "config-forbidden",
    Topic.CONFIG,
    _FAILED,
    "This user may not read the configuration file",
    "Which port, daemon and store are meant can't be told without it.",
    "sudo modem-helper doctor",
    exit_code=6,
)
CONFIG_SECRET = Fault(
    "config-secret",
    Topic.CONFIG,
    _FAILED,
    "A secret file can't be used",
    "The daemon ends with exit code 78.",
    "write the file anew, readable for the daemon's user, mode 0600",
    exit_code=_CONFIGURATION,
)
SECRET_READABLE = Fault(
    "secret-readable",
    Topic.CONFIG,
    _WARNING,
    "Others may read a secret file",
    "Every user of this machine can learn the PIN or the password in it.",
    "chmod 0600 on the file that is named",
)
NO_PORT = Fault(
    "config-port",
    Topic.CONFIG,
    _FAILED,
    "The configuration names no port",
    "The daemon ends with exit code 78.",
    'add port = "{port}" to [modem]',
    exit_code=_CONFIGURATION,
)
NO_REPLY = Fault(
    "config-reply",
    Topic.CONFIG,
    _FAILED,
    "No number is set that gets the answers",
    "The daemon ends with exit code 78.",
    'set [reply] to = "DIGITS", the short number that leads to your webhook',
    exit_code=_CONFIGURATION,
)
NO_ACCESS = Fault(
    "config-access",
    Topic.CONFIG,
    _WARNING,
    "Nobody may command by SMS",
    "Every command is refused, so a wrong APN can't be mended from afar.",
    'list the sender: [access] senders = ["NUMBER"]; modem-helper command check tells what counts',
)
CONFIG_NOTE = Fault(
    "config-note",
    Topic.CONFIG,
    _WARNING,
    "Something in the configuration is allowed, and likely wrong",
    "It was written down for whoever starts the daemon.",
    "modem-helper config check shows the whole configuration",
)
DISK_FULL = Fault(
    "disk-full",
    Topic.STORE,
    _FAILED,
    "The store's disk is full",
    "No message can be taken over; they stay in the modem until that is full, too.",
    "free some room: sudo journalctl --vacuum-size=50M; sudo apt clean",
)
DISK_TIGHT = Fault(
    "disk-tight",
    Topic.STORE,
    _WARNING,
    "The store's disk is nearly full",
    "Once it is full no message can be taken over.",
    "free some room: sudo journalctl --vacuum-size=50M; sudo apt clean",
)
DISK_READ_ONLY = Fault(
    "disk-read-only",
    Topic.STORE,
    _FAILED,
    "The store's file system takes no writes",
    "No message can be taken over. A worn SD card locks itself so.",
    "dmesg | grep -i 'ext4\\|mmc' tells why; replace the card if it shows errors",
)
DISK_WORN = Fault(
    "disk-worn",
    Topic.STORE,
    _WARNING,
    "The flash says that its spare blocks run out",
    "It will take no more writes before long.",
    "replace it, and keep a copy of the store's directory",
)
STORE_DAMAGED = Fault(
    "store-damaged",
    Topic.STORE,
    _FAILED,
    "The store is damaged",
    "The daemon sets it aside at its next start and begins a new one with what can be saved.",
    "sudo systemctl restart modem-helper; then look at disk and power supply",
)
STORE_NEWER = Fault(
    "store-newer",
    Topic.STORE,
    _FAILED,
    "A newer version of this program wrote the store",
    "This version doesn't know what is in it, and leaves it alone.",
    "install the newer version again, or set another [store] path",
)
STORE_FOREIGN = Fault(
    "store-foreign",
    Topic.STORE,
    _FAILED,
    "The store's file belongs to another program",
    "It is left alone, so nothing can be stored.",
    "set another [store] path",
)

# --- the daemon -----------------------------------------------------------------------------------

SOCKET_FORBIDDEN = Fault(
    "socket-forbidden",
    Topic.DAEMON,
    _FAILED,
    "The daemon runs, and this user may not ask it",
    "It has the modem's port, so nothing more can be looked at.",
    "sudo modem-helper doctor{or_join}",
    exit_code=6,
)
DAEMON_MUTE = Fault(
    "daemon-mute",
    Topic.DAEMON,
    _FAILED,
    "The daemon gives no answer",
    "It may hang; its watchdog restarts it.",
    "journalctl -u modem-helper -n 50; sudo systemctl restart modem-helper",
    exit_code=8,
)
DAEMON_VERSION = Fault(
    "daemon-version",
    Topic.DAEMON,
    _FAILED,
    "The daemon is of another version than this program",
    "It answers in other words; it was upgraded and not started anew.",
    "sudo systemctl restart modem-helper",
)
LINK_DOWN = Fault(
    "link-down",
    Topic.DAEMON,
    _FAILED,
    "The daemon doesn't have its modem",
    "No SMS comes in meanwhile. It goes on trying.",
    "sudo systemctl stop modem-helper; sudo modem-helper doctor looks at the port itself",
    exit_code=8,
)
RECOVERY = Fault(
    "recovery",
    Topic.DAEMON,
    _WARNING,
    "The daemon is at mending the modem",
    "What it does costs some seconds to minutes, and may wear the modem's flash.",
    "modem-helper info shows what was done; docs/recovery.md what comes next",
)
OUTBOX_WAITS = Fault(
    "outbox-waits",
    Topic.DAEMON,
    _WARNING,
    "Answers wait to be sent",
    "Whoever gave a command doesn't know what became of it.",
    "see what is said of network and SMS; each answer is tried until [reply] expire_h is over",
)
BUDGET_SPENT = Fault(
    "budget-spent",
    Topic.DAEMON,
    _WARNING,
    "A budget of remedies is spent for today",
    "An APN change that needs the radio switched is refused (ERR reason=budget).",
    "find out what switches it so often (modem-helper info), or raise [recovery] {key}",
)
STORE_WAITS = Fault(
    "store-waits",
    Topic.DAEMON,
    _FAILED,
    "The daemon has no store",
    "It reads no messages from the modem, so as not to lose them.",
    "mend the disk, or the store's path; the daemon then goes on by itself",
)
STORE_REPLACED = Fault(
    "store-replaced",
    Topic.DAEMON,
    _WARNING,
    "The daemon had to begin a new store",
    "The former one was damaged: a bad disk, or power cuts on a cheap SD card.",
    "look at the disk (dmesg); the damaged files are kept beside the store",
)
NOT_RELOADED = Fault(
    "config-not-reloaded",
    Topic.DAEMON,
    _WARNING,
    "The daemon goes on with its former configuration",
    "What was changed in the file isn't in force.",
    "modem-helper config check, mend it, sudo systemctl reload modem-helper",
)
