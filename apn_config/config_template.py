"""The configuration file that `config init` writes: every key with its meaning and default."""

from __future__ import annotations

import json
from collections.abc import Sequence

from apn_config.config import AccessConfig, Config

_DEFAULT = Config()

_TEXT = """\
# modem-helper's configuration. A key that is commented out shows its default.
# `modem-helper config check` tells what is understood of it.

[modem]
# The modem's AT port, or tcp://host:port. Names under /dev/serial/by-id stay the same.
{ports}port = {port}
# The speed matters on a real serial line only; USB ignores it.
# baud = {baud}
# A file of mode 0600 with the SIM's PIN, 4 to 8 digits, where the SIM wants one.
# sim_pin_file = "/etc/modem-helper/sim-pin"
# How often the modem's storage is looked through for messages that were not announced.
# sweep_s = {sweep_s:g}

[reply]
# The short number that gets every answer: digits, seven at most on emnify.
{to}
# Ask the network whether an answer arrived; what becomes of it is in the journal.
# status_report = false
# An answer that couldn't be sent for so long is given up.
# expire_h = {expire_h:g}

[access]
# Who may command: numbers in digits (a + is ignored), names in any case ("emnify"), and ""
# for messages that name no sender. A sender can be forged: set a PIN word, too. Where a rule names
# keys, a signed command is let in by rules alone.
senders = [{senders}]
# A file of mode 0600 with a word that has to stand before a command: PIN word APN em
# pin_file = "/etc/modem-helper/pin-word"
# A command that is older than this is refused.
# max_age_h = {max_age_h:g}
# The directory of the keys that signed commands are proven by; see `modem-helper keys`.
# keys = "{keys}"
# A file of mode 0600 with a code, 8 characters at least, that lets anybody set the APN for a while
# after a boot (SETUP code APN em), on a device that has neither a PIN word, a password nor a key.
# setup_code_file = "/etc/modem-helper/setup-code"
# For so long after a boot.
# setup_min = {setup_min:g}
# After so many wrong words, passwords or signatures nothing of that sender is looked at; ten times
# as many from all senders together close the dialect.
# failures = {failures}
# For how long that is so; a restart shortens it not.
# lockout_min = {lockout_min:g}
# How many commands of a sender or a key are answered in an hour; 0 is any number.
# commands_per_hour = {commands_per_hour}
# In a day.
# commands_per_day = {commands_per_day}
# How many commands are answered in an hour in all, since each answer costs; 0 is any number. As
# many signed ones are answered beside.
# answers_per_hour = {answers_per_hour}
# In a day.
# answers_per_day = {answers_per_day}

# Who may do what: the first rule that is about a message decides; `senders` above are the last one,
# for all that there is. See docs/access.md, and `modem-helper access explain`.
# [[access.rules]]
# name = "helpdesk"                     # what the journal calls it
# senders = ["4917*"]                   # patterns with * and ?; without this key: anybody
# dialects = ["signed"]                 # without this key: any that is enabled
# keys = ["helpdesk"]                   # whose signature it takes; without this key: anybody's
# verbs = ["STATUS", "APN READ"]        # "APN" is all that begin so; without this key: all
# proof = "wanted"                      # "none": no PIN word or password is asked for

# Other syntaxes of commands, each explained in its own file under apn_config/dialects.
# [dialects]
# enabled = ["plain", "signed", "omacp", "teltonika"]   # without this section: "plain" alone

# What a dialect's messages are proven by, in a section of its name.
# [dialects.teltonika]
# login = "admin"                       # where its messages have one
# password_file = "/etc/modem-helper/teltonika-password"    # of mode 0600
# device_id = "100850000"               # where they name the device; else the end of the IMEI

# OMA Client Provisioning; see docs/omacp.md.
# [dialects.omacp]
# pin_file = "/etc/modem-helper/omacp-pin"    # of mode 0600; take a long one
# accept = ["userpin", "usernetwpin"]   # "netwpin" and "unsigned" prove nothing

# Signed commands; see docs/signed-commands.md.
# [dialects.signed]
# answers = true                        # sign the answers to them, too

# Programs that commands run; see docs/commands.md.
# [commands]
# reboot_host = ["systemctl", "reboot"]       # what REBOOT HOST runs; without it that is refused

# A verb of your own: its name, in capitals, and what it runs, without a shell.
# [commands.own.DOOR]
# program = ["/usr/local/bin/door"]     # with its first arguments
# arguments = ["open|close"]            # patterns; a command has to bring a word for each
# timeout_s = 10                        # it is killed then
# output = 120                          # so many characters of what it prints are the answer

# Another, which a Python entry point of the group modem_helper.commands carries out.
# [commands.own.LAMP]
# function = "lamp"                     # the entry point's name, in the place of a program

[apn]
# Who gives the APN to the system: "at" (this program, by AT commands), "networkmanager",
# "modemmanager", "ppp" or "script"; the last two have a section of their own, see docs/appliers.md.
{applier}
# Which connection of NetworkManager's, by its name or UUID, where it can't be told.
# connection = "cellular"
# The context that is changed.
# cid = {cid}
# The contexts that a command may name (cid=2), beside that one.
# allowed_cids = [{cid}]
# Put the APN back when something else has changed it.
# enforce = true
# What is tried last, when neither the former APN nor any that ever worked gives service.
# default = "{default}"
# How far a new APN has to come: registered, attached, context, address, or data (with a probe).
# verify = "{verify}"
# How long a new APN has to prove itself.
# verify_timeout_s = {verify_timeout_s:g}
# How long the service of the former APN is awaited when a new one is given up.
# rollback_timeout_s = {rollback_timeout_s:g}
# How long the network may take to accept the answer, which is the last proof of a new APN.
# channel_timeout_s = {channel_timeout_s:g}
# A change under way is finished or undone within this when the daemon is stopped.
# stop_timeout_s = {stop_timeout_s:g}

# Does data pass? tcp ("1.1.1.1:443"), dns ("example.com@1.1.1.1"), http ("http://192.0.2.1/") or
# ping ("1.1.1.1"), through the modem's own network interface.
# [apn.probe]
# kind = "tcp"                  # how it is asked
# target = "1.1.1.1:443"        # what is asked, in the form of that kind
# interface = "wwan0"           # where it isn't the modem's own: pppd's ppp0, for instance
# timeout_s = 10                # for one try
# tries = 3                     # before it counts as "no data"

# What the modem is set to now, where it doesn't give the credentials back.
# [apn.fallback]
# apn = "private.example"       # the APN that these belong to
# type = "ip"
# user = "user"
# pass_file = "/etc/modem-helper/apn-password"    # of mode 0600
# auth = "pap"                  # how both are given

# The files that pppd is started with, for the applier "ppp".
# [apn.ppp]
# peer = "/etc/ppp/peers/modem"           # its options
# chat = "/etc/chatscripts/modem"         # the chat script, where the peers file doesn't name it
# unit = "ppp@modem.service"              # the systemd unit that is restarted

# Programs of your own, for the applier "script": docs/appliers.md says how they are called.
# [apn.script]
# apply = "/usr/local/bin/apn-apply"      # tells and sets the APN
# undo = "/usr/local/bin/apn-undo"        # sets the former one; without it, apply does
# timeout_s = 60                          # it is killed then

[store]
# The database of messages, changes and answers; its directory is for one user alone.
# path = "{store}"

[control]
# Where the other commands reach the daemon.
# socket = "{socket}"

[recovery]
# Radio cycles wear some modems' flash: no more than these a day, roll-backs excepted.
# radio_cycles_per_day = {radio_cycles_per_day}
# How often a day a module that gives no service may be reset.
# resets_per_day = {resets_per_day}
# How often a day its power may be switched.
# power_cycles_per_day = {power_cycles_per_day}

# How its power is switched: "command", "usb", "uhubctl" or "gpio"; see docs/recovery.md.
# [recovery.power]
# kind = "usb"
# device = "1-1.4"              # as in /sys/bus/usb/devices
"""


def render(
    port: str,
    reply_to: str | None,
    senders: Sequence[str],
    found_ports: Sequence[str] = (),
    applier: str = _DEFAULT.apn.applier,
) -> str:
    """The file's text. `found_ports` are shown as comments beside the one that is set.

    All values have to be printable; whether they are right is for `config.parse` to tell.
    """
    apn, access = _DEFAULT.apn, AccessConfig()
    return _TEXT.format(
        ports="".join(f"# found: {found}\n" for found in found_ports),
        port=_quoted(port),
        to='# to = "1234"' if reply_to is None else f"to = {_quoted(reply_to)}",
        senders=", ".join(_quoted(sender) for sender in senders),
        baud=_DEFAULT.modem.baud,
        sweep_s=_DEFAULT.modem.sweep_s,
        max_age_h=access.max_age_h,
        keys=access.keys,
        setup_min=access.setup_min,
        failures=access.failures,
        lockout_min=access.lockout_min,
        commands_per_hour=access.commands_per_hour,
        commands_per_day=access.commands_per_day,
        answers_per_hour=access.answers_per_hour,
        answers_per_day=access.answers_per_day,
        applier=f"applier = {_quoted(applier)}"
        if applier != apn.applier
        else f"# applier = {_quoted(applier)}",
        cid=apn.cid,
        verify_timeout_s=apn.verify_timeout_s,
        rollback_timeout_s=apn.rollback_timeout_s,
        channel_timeout_s=apn.channel_timeout_s,
        store=_DEFAULT.store.path,
        socket=_DEFAULT.control.socket,
        radio_cycles_per_day=_DEFAULT.recovery.radio_cycles_per_day,
        resets_per_day=_DEFAULT.recovery.resets_per_day,
        power_cycles_per_day=_DEFAULT.recovery.power_cycles_per_day,
        expire_h=_DEFAULT.reply.expire_h,
        default=apn.default,
        verify=apn.verify.value,
        stop_timeout_s=apn.stop_timeout_s,
    )


def _quoted(text: str) -> str:
    # For printable text JSON's escapes are TOML's.
    return json.dumps(text, ensure_ascii=False)
