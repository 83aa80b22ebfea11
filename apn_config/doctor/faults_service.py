"""Faults of the service: network, SMS, APN, data. Pure."""

from __future__ import annotations

from apn_config.doctor.findings import Fault, Topic, Verdict

_FAILED, _WARNING, _INFO = Verdict.FAILED, Verdict.WARNING, Verdict.INFO

# --- the network ----------------------------------------------------------------------------------

NO_SIGNAL = Fault(
    "no-signal",
    Topic.NETWORK,
    _FAILED,
    "The modem hears no network",
    "No antenna, the wrong socket for it, no coverage, or none of the bands that the modem has.",
    "screw the antenna to the socket MAIN; try near a window; compare the modem's bands with the "
    "operator's",
    blames=("radio-off", "technology-locked"),
)
WEAK_SIGNAL = Fault(
    "weak-signal",
    Topic.NETWORK,
    _WARNING,
    "The signal is weak",
    "SMS need several tries, registrations get lost, and the modem draws more power.",
    "mend the antenna's place: upright, away from metal, outdoors if it can be",
)
BLAMES_BUT_APN = ("roaming-off", "manual-network")
DENIED = Fault(
    "denied",
    Topic.NETWORK,
    _FAILED,
    "The network refuses this SIM",
    "It isn't activated, its device or profile is disabled, roaming isn't allowed here, or the "
    "network doesn't know the APN that the attach asks for (on LTE that costs the registration).",
    "look at the SIM and its device in the portal; the APN in the attach context is {apn}",
    blames=("apn-other", "apn-missing", *BLAMES_BUT_APN),
)
SEARCHING = Fault(
    "searching",
    Topic.NETWORK,
    _FAILED,
    "The modem finds no network that takes it",
    "It hears something and isn't registered: it takes minutes at a new place, or no network here "
    "takes the card.",
    "wait some minutes (--wait 300); modem-helper network scan shows what can be heard",
    blames=("roaming-off", "manual-network", "technology-locked", "radio-off"),
)
ROAMING_OFF = Fault(
    "roaming-off",
    Topic.NETWORK,
    _WARNING,
    "The modem is told not to roam",
    "An emnify SIM roams everywhere, so it finds no network at all.",
    "modem-helper doctor --fix ({command})",
    mends="sends the family's command for roaming",
)
MANUAL_NETWORK = Fault(
    "manual-network",
    Topic.NETWORK,
    _WARNING,
    "The network was chosen by hand",
    "Where that one isn't heard, or refuses the SIM, the modem takes no other one.",
    'modem-helper at "AT+COPS=0" lets it choose for itself',
)
LEFT_NETWORK = Fault(
    "left-network",
    Topic.NETWORK,
    _FAILED,
    "The modem was told to leave the network (AT+COPS=2)",
    "It stays away until it is told otherwise. A program that stopped halfway leaves it so.",
    'modem-helper at "AT+COPS=0"',
)
TECHNOLOGY_LOCKED = Fault(
    "technology-locked",
    Topic.NETWORK,
    _WARNING,
    "The radio is locked to one technology",
    "Where that one isn't there, the modem finds no network although others are.",
    'modem-helper at "{command}" opens it',
)
DETACHED = Fault(
    "detached",
    Topic.NETWORK,
    _WARNING,
    "The modem is registered and not attached for packets",
    "SMS may work, data doesn't.",
    'modem-helper at "AT+CGATT=1"',
    blames=("apn-other", "apn-missing"),
)

# --- SMS ------------------------------------------------------------------------------------------

SMS_IMPOSSIBLE = Fault(
    "sms-impossible",
    Topic.SMS,
    _FAILED,
    "The modem is registered in a way that has no SMS",
    "NB-IoT networks, and LTE without SMS over SGs or IMS, have none: no command ever arrives.",
    "use another technology (LTE-M, LTE, 2G), or ask the operator for SMS there",
)
SMS_UNPROVEN = Fault(
    "sms-unproven",
    Topic.SMS,
    _INFO,
    "Whether SMS works can't be told",
    "The modem is registered for packets only, and says nothing of SMS.",
    'try: modem-helper sms send --to {to} --text "hello"',
)
NO_SERVICE_CENTRE = Fault(
    "no-service-centre",
    Topic.SMS,
    _WARNING,
    "No SMS service centre is set",
    "Answers can't be sent. Where the SIM has none the operator has to tell its number.",
    "modem-helper at 'AT+CSCA=\"+NUMBER\"', with the number of the SIM's operator",
)
STORAGE_FULL = Fault(
    "storage-full",
    Topic.SMS,
    _FAILED,
    "The modem's memory for messages is full",
    "The network holds back what comes next, and gives it up after a day.",
    "start the daemon, which takes them over; or modem-helper sms list, then AT+CMGD for what "
    "nobody needs",
)
STORAGE_TIGHT = Fault(
    "storage-tight",
    Topic.SMS,
    _WARNING,
    "The modem's memory for messages is nearly full",
    "Once it is full nothing comes in any more.",
    "start the daemon, which takes them over; modem-helper sms list shows them",
)
NO_STORAGE = Fault(
    "no-storage",
    Topic.SMS,
    _WARNING,
    "The modem has no memory that messages could go to",
    "They are delivered directly, and lost by those who don't acknowledge in time.",
    "nothing: the daemon knows how; other programs may not",
)
NOT_ANNOUNCED = Fault(
    "not-announced",
    Topic.SMS,
    _WARNING,
    "The modem can't be made to announce new messages",
    "They are found by looking only, every ten minutes or every 30 s.",
    "another AT port of the modem may have it (USB modems announce on one port); ModemManager "
    "mustn't run beside it",
    blames=("modem-manager",),
)
NO_ANNOUNCEMENT_SET = Fault(
    "announcements-off",
    Topic.SMS,
    _INFO,
    "New messages aren't announced at present",
    "Every start of the daemon sets that. While the daemon runs it means that somebody else "
    "changed it.",
    "nothing; or modem-helper doctor --fix (AT+CNMI={cnmi})",
    mends="sends AT+CNMI with what the modem offers",
)
TEXT_MODE = Fault(
    "text-mode",
    Topic.SMS,
    _INFO,
    "SMS are in text mode (AT+CMGF=1)",
    "Every start of the daemon sets PDU mode. While the daemon runs it means that somebody else "
    "changed it.",
    "nothing; or modem-helper doctor --fix (AT+CMGF=0)",
    mends="sends AT+CMGF=0",
)
MEMORIES_APART = Fault(
    "memories-apart",
    Topic.SMS,
    _WARNING,
    "Messages arrive in another memory than the one that is read",
    "Whoever lists messages doesn't see the new ones.",
    'modem-helper doctor --fix (AT+CPMS="{home}","{write}","{home}")',
    mends="sends AT+CPMS",
)

# --- APN and data ---------------------------------------------------------------------------------

APN_MISSING = Fault(
    "apn-missing",
    Topic.APN,
    _WARNING,
    "No APN is set",
    "The network takes its default, if it has one; emnify's is em.",
    "modem-helper apn set {wanted} --port {port}",
)
APN_OTHER = Fault(
    "apn-other",
    Topic.APN,
    _WARNING,
    "The APN isn't the one that is wanted",
    "Without the right one there is no data, and on LTE no registration and no SMS.",
    "modem-helper apn set {wanted} --port {port}; another operator's goes into [apn] default",
)
WRONG_CONTEXT = Fault(
    "wrong-context",
    Topic.APN,
    _WARNING,
    "The APN stands in another context than the one that is used",
    "The attach takes its own context (1 on most modems), whatever stands in the others.",
    "modem-helper apn set {wanted} --port {port}, or set [apn] cid",
)
NO_CONTEXT = Fault(
    "no-context",
    Topic.DATA,
    _WARNING,
    "The data connection isn't up",
    "Nothing but SMS passes. On 2G and 3G somebody has to bring it up; on LTE it comes with the "
    "attach.",
    "modem-helper apn set {wanted} --port {port} brings it up and proves it",
    blames=("apn-other", "apn-missing", "wrong-context", "detached"),
)
NO_ADDRESS = Fault(
    "no-address",
    Topic.DATA,
    _FAILED,
    "The data connection has no address",
    "Nothing passes without one.",
    "set the type that the operator gives (IP), see the device in the portal",
    blames=("apn-other", "apn-missing"),
)
APN_MISMATCH = Fault(
    "apn-mismatch",
    Topic.DATA,
    _WARNING,
    "The network uses another APN than the one that is set",
    "It doesn't know the one that is set and took its own: data goes where nobody wants it.",
    "modem-helper apn set {wanted} --port {port}",
    blames=("apn-other", "apn-missing"),
)
PROBE = Fault(
    "probe",
    Topic.DATA,
    _FAILED,
    "No data passes",
    "The connection is up, and what [apn.probe] asks doesn't answer.",
    "look at the target first (does it answer others?), then at firewall, routes and the SIM's "
    "policy",
    blames=("apn-other", "apn-mismatch", "no-context", "no-address"),
)
