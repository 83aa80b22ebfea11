"""Faults from this machine to the card: the port, what answers there, the modem, the SIM. Pure."""

from __future__ import annotations

from apn_config.doctor.findings import Fault, Topic, Verdict

_FAILED, _WARNING, _INFO = Verdict.FAILED, Verdict.WARNING, Verdict.INFO
_PORT = 3
_SIM = 9

# --- the port -------------------------------------------------------------------------------------

NO_MODEM = Fault(
    "no-modem",
    Topic.PORT,
    _FAILED,
    "No modem was found on this machine",
    "There is nothing to talk to.",
    "plug it in and switch it on (a HAT may want its PWR key pressed for a second); lsusb shows "
    "what is there; a modem on a UART or on TCP wants --port",
    exit_code=_PORT,
    blames=("usb-driver", "brltty"),
)
PORT_MISSING = Fault(
    "port-missing",
    Topic.PORT,
    _FAILED,
    "The modem's port isn't there",
    "There is nothing to open: unplugged, switched off, or under another name now.",
    "plug it in and switch it on; a name below /dev/serial/by-id stays the same at each plugging",
    exit_code=_PORT,
    blames=("usb-driver", "undervoltage", "brltty"),
)
PORT_FORBIDDEN = Fault(
    "port-forbidden",
    Topic.PORT,
    _FAILED,
    "This user may not open the port",
    "Serial ports belong to root and a group, dialout on Debian.",
    "sudo usermod -aG dialout $USER, then log in again",
    exit_code=6,
)
PORT_BUSY = Fault(
    "port-busy",
    Topic.PORT,
    _FAILED,
    "Another program has the port open",
    "Two programs on one port steal each other's answers.",
    "end that program; sudo fuser -v {port} shows it",
    exit_code=7,
    blames=("modem-manager", "gpsd", "serial-console"),
)
PORT_UNUSABLE = Fault(
    "port-unusable",
    Topic.PORT,
    _FAILED,
    "What is named as the port is none",
    "A serial device or tcp://HOST:PORT is wanted.",
    "ls -l /dev/serial/by-id shows the serial ports",
    exit_code=2,
)
MODEM_MANAGER = Fault(
    "modem-manager",
    Topic.PORT,
    _WARNING,
    "ModemManager drives this modem, too",
    "It talks on the AT port whenever it likes, takes what is announced, and sets the APN back.",
    "keep it off the device (docs/beside-modemmanager.md), or sudo systemctl disable --now "
    "ModemManager",
)
APPLIER = Fault(
    "applier",
    Topic.PORT,
    _WARNING,
    "Another program sets the APN than the configured applier",
    "What one sets the other takes back.",
    'set [apn] applier = "{fitting}"',
)
GPSD = Fault(
    "gpsd",
    Topic.PORT,
    _WARNING,
    "gpsd runs, and may open every new USB serial port",
    "It reads away the modem's answers, and writes its own questions between.",
    'name its receiver in /etc/default/gpsd and set USBAUTO="false"; sudo systemctl restart gpsd',
)
PPPD = Fault(
    "pppd",
    Topic.PORT,
    _WARNING,
    "pppd runs, and the configured applier isn't ppp",
    "It dials with the APN of its own files, and holds its port.",
    'set [apn] applier = "ppp" with [apn.ppp], or end pppd: sudo poff -a',
)

# --- does anything answer? ------------------------------------------------------------------------

WRONG_PORT = Fault(
    "wrong-port",
    Topic.ANSWER,
    _FAILED,
    "This is another port of the modem than the one for AT commands",
    "A modem has several ports: diagnostics, positions, AT commands. Only the last one answers.",
    "use {port}",
    exit_code=8,
)
WRONG_BAUD = Fault(
    "wrong-baud",
    Topic.ANSWER,
    _FAILED,
    "The modem speaks at another speed",
    "At the wrong speed its answers are rubbish, and it hears rubbish.",
    "set [modem] baud = {baud} (or --baud {baud}); one that finds its speed by itself (AT+IPR=0) "
    "takes the configured one once it is switched off and on",
    exit_code=8,
)
GARBLED = Fault(
    "garbled",
    Topic.ANSWER,
    _FAILED,
    "What comes from the port is rubbish",
    "Answers that are spoilt on their way can't be relied on: a loose or long cable, levels of "
    "another voltage, a missing ground, two programs on one port.",
    "check the wiring (ground, 1.8 V or 3.3 V levels), try a shorter cable, see who else has the "
    "port",
    exit_code=8,
    blames=("undervoltage", "modem-manager", "gpsd"),
)
NO_ANSWER = Fault(
    "no-answer",
    Topic.ANSWER,
    _FAILED,
    "Nothing answers on the port",
    "The modem is off, still starting, hung up, or this isn't its port.",
    "switch it on (PWRKEY), wait half a minute, then cut its power; on a UART, swap TX and RX",
    exit_code=8,
    blames=("undervoltage", "modem-manager", "gpsd", "usb-autosuspend", "serial-console"),
)
NUMERIC = Fault(
    "numeric-answers",
    Topic.ANSWER,
    _FAILED,
    "The modem answers in numbers (ATV0)",
    "Few programs understand that, this one neither.",
    "modem-helper doctor --fix (it sends ATQ0V1E0); a modem that comes back so: ATV1&W",
    mends="sends ATQ0V1E0",
    exit_code=8,
)
QUIET = Fault(
    "no-results",
    Topic.ANSWER,
    _FAILED,
    "The modem keeps its results to itself (ATQ1)",
    "Nobody can tell when a command is done, or whether it was understood.",
    "modem-helper doctor --fix (it sends ATQ0V1E0); a modem that comes back so: ATQ0&W",
    mends="sends ATQ0V1E0",
    exit_code=8,
)
ECHO = Fault(
    "echo",
    Topic.ANSWER,
    _INFO,
    "The modem echoes what is typed",
    "Every start of the daemon switches it off. Where it comes back meanwhile the modem restarted.",
    "nothing; or modem-helper doctor --fix (ATE0)",
    mends="sends ATE0",
)

# --- the modem ------------------------------------------------------------------------------------

UNSTEADY = Fault(
    "unsteady",
    Topic.MODEM,
    _FAILED,
    "The modem stopped answering while it was asked",
    "It restarts, hangs, or its cable is loose.",
    "look at its power supply, then at the cable; dmesg -w shows whether USB loses it",
    exit_code=8,
    blames=("undervoltage", "usb-autosuspend", "modem-manager"),
)
RADIO_OFF = Fault(
    "radio-off",
    Topic.MODEM,
    _FAILED,
    "The radio is off",
    "No network, no SMS. A program that stopped halfway leaves it so, or an airplane-mode pin.",
    "modem-helper doctor --fix (AT+CFUN=1); if it comes back, look at the pin W_DISABLE#",
    mends="sends AT+CFUN=1",
)
PLAIN_ERRORS = Fault(
    "plain-errors",
    Topic.MODEM,
    _INFO,
    "The modem gives no reasons for errors (AT+CMEE=0)",
    "Every start of the daemon asks for numbers; other programs see a bare ERROR.",
    "nothing; or modem-helper doctor --fix (AT+CMEE=1)",
    mends="sends AT+CMEE=1",
)
FAMILY_UNKNOWN = Fault(
    "family-unknown",
    Topic.MODEM,
    _INFO,
    "The modem's family has no profile",
    "The standard's commands are used; what the maker does otherwise isn't known.",
    "modem-helper profiles shows those that are known; docs/hil.md tells how to try one",
)

# --- the card -------------------------------------------------------------------------------------

SIM_MISSING = Fault(
    "sim-missing",
    Topic.SIM,
    _FAILED,
    "There is no SIM in the modem",
    "Without one there is no network.",
    "put it in with the power off, contacts to contacts, until it clicks; try it in a telephone",
    exit_code=_SIM,
)
SIM_PIN = Fault(
    "sim-pin",
    Topic.SIM,
    _FAILED,
    "The SIM asks for its PIN",
    "It is locked until the PIN is given; three wrong ones lock it further. The doctor tries none.",
    "put the PIN into a file of mode 0600 and name it: [modem] sim_pin_file; or switch the PIN off "
    "in a telephone",
    exit_code=_SIM,
)
SIM_PUK = Fault(
    "sim-puk",
    Topic.SIM,
    _FAILED,
    "The SIM is locked and asks for its PUK",
    "Three wrong PINs were given. Ten wrong PUKs destroy it.",
    "find the PUK in the operator's portal and enter it in a telephone, with a new PIN",
    exit_code=_SIM,
)
SIM_LOCKED = Fault(
    "sim-locked",
    Topic.SIM,
    _FAILED,
    "The modem is locked to other cards",
    "It takes the cards of one operator only.",
    "ask whoever sold the modem for the unlocking code, or use one that isn't locked",
    exit_code=_SIM,
)
SIM_BUSY = Fault(
    "sim-busy",
    Topic.SIM,
    _FAILED,
    "The SIM is busy for long",
    "A card starts within seconds. One that doesn't has bad contacts, or an applet that hangs.",
    "take it out and in with the power off; clean the contacts",
    exit_code=_SIM,
)
SIM_FAILURE = Fault(
    "sim-failure",
    Topic.SIM,
    _FAILED,
    "The modem can't read its SIM",
    "It is broken, in the wrong way round, or of a kind that the modem doesn't take.",
    "try it in a telephone, and another card in this modem",
    exit_code=_SIM,
    blames=("radio-off",),
)
