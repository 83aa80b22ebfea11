"""What several tables have in common: how an entry is written, and values that recur."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter

Values = tuple[tuple[str, str], ...]

T27007 = "3GPP TS 27.007"
T27005 = "3GPP TS 27.005"
V250 = "ITU-T V.250"

ON_OFF: Values = (("0", "off"), ("1", "on"))

# <stat> of +CREG, +CGREG and +CEREG (27.007 7.2, 10.1.20, 10.1.22).
REGISTRATION: Values = (
    ("0", "not registered, not searching"),
    ("1", "registered, home network"),
    ("2", "not registered, searching"),
    ("3", "registration denied"),
    ("4", "unknown: out of coverage"),
    ("5", "registered, roaming"),
    ("6", "registered for SMS only, home network"),
    ("7", "registered for SMS only, roaming"),
    ("8", "emergency calls only"),
    ("9", "registered, home network, CS fallback not preferred"),
    ("10", "registered, roaming, CS fallback not preferred"),
    ("11", "attached for restricted local operator services: no SMS"),
)
# <AcT> of 27.007 7.2. What sends 8 (Quectel BG96, SIMCom SIM7000) means LTE Cat M1 by it: no
# network runs the EC-GSM-IoT of the standard.
TECHNOLOGY: Values = (
    ("0", "GSM"),
    ("1", "GSM compact"),
    ("2", "UMTS"),
    ("3", "GSM with EDGE"),
    ("4", "UMTS with HSDPA"),
    ("5", "UMTS with HSUPA"),
    ("6", "UMTS with HSPA"),
    ("7", "LTE"),
    ("8", "LTE-M (or EC-GSM-IoT)"),
    ("9", "NB-IoT"),
    ("10", "LTE on a 5G core"),
    ("11", "5G NR"),
    ("12", "NG-RAN"),
    ("13", "LTE with 5G NR"),
)
CONTEXT_TYPES: Values = (
    ('"IP"', "IPv4"),
    ('"IPV6"', "IPv6"),
    ('"IPV4V6"', "IPv4 and IPv6"),
    ('"Non-IP"', "without IP (NB-IoT)"),
    ('"PPP"', "PPP through to the packet network"),
)
AUTH: Values = (("0", "none"), ("1", "PAP"), ("2", "CHAP"), ("3", "PAP or CHAP"))
MEMORIES: Values = (
    ('"ME"', "the modem's own storage"),
    ('"SM"', "the card's storage"),
    ('"MT"', "any storage of the modem: as a rule ME and SM"),
    ('"SR"', "status reports"),
    ('"BM"', "cell broadcasts"),
    ('"TA"', "the terminal adaptor's storage"),
)
CID = Parameter("cid", "number of the context")


def command(
    name: str,
    summary: str,
    clause: str,
    forms: tuple[str, ...],
    *parameters: Parameter,
    answer: tuple[Parameter, ...] | None = None,
) -> CommandHelp:
    """An entry; each form is what stands behind the name."""
    written = tuple(f"AT{name}{form}" for form in forms)
    return CommandHelp(name, summary, clause, written, parameters, answer)


def switch(name: str, summary: str, clause: str, off: str, on: str) -> CommandHelp:
    """An entry for a setting that is 0 or 1."""
    values = (("0", off), ("1", on))
    return command(name, summary, clause, SETTING, Parameter("n", values=values))


# The forms of a setting, of a question, of a command that does something.
SETTING = ("=<n>", "?", "=?")
QUESTION = ("", "=?")
