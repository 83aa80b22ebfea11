"""Faults of the simulated modem, network and platform, and the tests of the suite that detect them.

Each is set up from outside: by options of `simulate`, by its control socket (fault plans are those
of docs/simulator.md), by the platform's API, or by another line in the bench's file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.hil.suite.running import PATIENCE_S, PROFILE
from tests.hil.suite.strikes import (
    Control,
    Plan,
    Platform,
    Strike,
    disable_device,
    no_mo,
    no_mt,
    other_secret,
    other_webhook,
    plan,
    refuse,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and what the suite says of it.

    `tests` must fail, with words in which the regular expression `says` is found; those `beside`
    must pass, those `behind` must be skipped, for the bench is broken. `profile` and `options` are
    those of `simulate`, `bench` has edits of its file, `run` options of pytest.
    """

    what: str
    tests: tuple[str, ...]
    says: str
    strikes: tuple[Strike, ...] = ()
    profile: str = PROFILE
    options: tuple[str, ...] = ()
    bench: tuple[tuple[str, str], ...] = ()
    run: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    patience_s: float = PATIENCE_S

    def how(self) -> Sequence[str]:
        """How it is set up, in words."""
        profile = () if self.profile == PROFILE else ("--profile", self.profile)
        words = " ".join((*profile, *self.options))
        options = [f"`simulate {words}`"] if words else []
        edits = [f"the bench's file: `{after}`" for _, after in self.bench]
        return [*[strike.shown for strike in self.strikes], *options, *edits]


_NO_COVERAGE = Control("coverage", {"on": False})
_LOST = plan(action="urc-lost")
_NO_SMS = Control("refuse", {"code": 38})

FAULTS: Mapping[str, Fault] = {
    "no-imei": Fault(
        "the modem doesn't tell its number",
        ("test_identity",),
        r"no IMEI of 15 digits \(\+CGSN\)",
        (refuse(r"\+CGSN"),),
        beside=("test_registration",),
    ),
    "no-iccid": Fault(
        "the card doesn't tell its number",
        ("test_identity", "test_the_card_is_the_platforms"),
        r"no ICCID",
        (refuse(r"CCID|CRSM"),),
        beside=("test_signal",),
    ),
    "device-disabled": Fault(
        "somebody disables the device",
        ("test_the_card_is_the_platforms",),
        "the device is Disabled at the platform",
        (Platform("the device is disabled", disable_device),),
        behind=("test_identity",),
    ),
    "no-coverage": Fault(
        "the modem loses its network, and the bench is broken",
        ("test_registration",),
        "the modem isn't registered",
        (_NO_COVERAGE,),
        behind=("test_ping",),
    ),
    "no-sms-centre": Fault(
        "no SMS centre is set",
        ("test_registration",),
        r"no SMS centre \(\+CSCA\)",
        (refuse(r"\+CSCA"),),
    ),
    "no-signal": Fault(
        "the modem doesn't tell how well it hears",
        ("test_signal",),
        r"no signal \(\+CSQ, \+CESQ\)",
        (refuse(r"\+(CSQ|CESQ)"),),
        beside=("test_registration",),
    ),
    "substituted-apn": Fault(
        "the network gives another APN than the one asked for",
        ("test_data_connection",),
        "the network gave the APN em",
        options=("--start-apn", "third", "--substitute-apn", "em"),
        bench=(('expected = "em"', 'expected = "third"'),),
        beside=("test_registration",),
    ),
    "no-data": Fault(
        "the network doesn't know the APN",
        ("test_data_connection",),
        "context 1 isn't active",
        options=("--start-apn", "third"),
        bench=(('expected = "em"', 'expected = "third"'),),
        beside=("test_text_from_the_device[short]",),
    ),
    "no-address": Fault(
        "the context has no address",
        ("test_data_connection",),
        "no address",
        (refuse(r"\+(CGPADDR|CGCONTRDP)"),),
    ),
    "no-coverage-after-power-up": Fault(
        "the modem finds no network after its power was cut",
        ("test_registration_from_power_up",),
        "not within .*: the modem is registered",
        (_NO_COVERAGE,),
    ),
    "unannounced": Fault(
        "messages are stored and not announced",
        ("test_text_to_the_device[short]", "test_octets_to_the_device"),
        "the modem announced no message",
        (_LOST,),
        beside=("test_text_from_the_device[short]",),
    ),
    "part-unannounced": Fault(
        "one part of a long message isn't announced",
        ("test_text_to_the_device[161]",),
        "not within .*: 2 SMS announced",
        (plan(action="urc-lost", nth=2),),
        beside=("test_text_to_the_device[160]",),
    ),
    "delivered-again": Fault(
        "the SMS centre delivers a message again at once",
        ("test_text_to_the_device[161]",),
        "make no whole message|the message came more than once",
        (plan(action="duplicate", seconds=0),),
    ),
    "storage-full": Fault(
        "the modem's storage is full",
        ("test_sender_and_time_of_a_text",),
        "the modem announced no message",
        (plan(action="storage-full", after_s=0.01),),
        beside=("test_octets_from_the_device",),
    ),
    "garbled": Fault(
        "octets of a message change on the line",
        ("test_text_to_the_device[extended]",),
        "not within .*: 1 SMS announced|make no whole message|assert '",
        (plan(action="garble", prefix="+CMGR", octets=4),),
    ),
    "policy-without-mt": Fault(
        "the policy doesn't let SMS to the device pass",
        ("test_text_to_the_device[160]",),
        "SMS MT is not allowed",
        (Platform("SMS MT is switched off in the policy", no_mt),),
        behind=("test_text_from_the_device[160]",),
    ),
    "policy-without-mo": Fault(
        "the policy doesn't let SMS from the device pass",
        ("test_octets_from_the_device",),
        r"\+CMS ERROR 50",
        (Platform("SMS MO is switched off in the policy", no_mo),),
        behind=("test_octets_to_the_device",),
    ),
    "webhook-elsewhere": Fault(
        "the policy sends to another webhook",
        ("test_text_to_the_device[short]",),
        "the receipt of an SMS",
        (Platform("the policy's webhook is another address", other_webhook),),
        behind=("test_text_from_the_device[161]",),
    ),
    "webhook-secret": Fault(
        "the webhook's calls are signed with another secret",
        ("test_octets_to_the_device", "test_octets_from_the_device"),
        r"the receipt of an SMS|answers since then: \[\]",
        (Platform("the policy's webhook has another secret", other_secret),),
    ),
    "network-refuses": Fault(
        "the SMS centre refuses what the modem sends",
        ("test_text_from_the_device[short]",),
        r"\+CMS ERROR 38",
        (_NO_SMS,),
        beside=("test_text_to_the_device[short]",),
    ),
    "short-digits": Fault(
        "the platform takes the short number for a device's",
        ("test_text_from_the_device[unicode]",),
        r"answers since then: \[\]",
        options=("--short-digits", "3"),
    ),
    "daemon-unheard": Fault(
        "the SMS centre refuses the daemon's answers",
        ("test_ping", "test_status"),
        r"(?s)an answer to .*\+CMS ERROR 38",
        (_NO_SMS,),
    ),
    "no-indications": Fault(
        "the modem doesn't take the setting to announce messages",
        ("test_apn_is_told", "test_the_modem_resets_by_itself"),
        "an answer to",
        (refuse(r"\+CNMI=[0-9]", "CMS 302"), Control("reboot", {})),
        profile="ec25",  # a SIM7600 announces from the first
    ),
    "no-deletion": Fault(
        "the modem doesn't delete messages",
        ("test_the_modem_is_rid_of_what_was_stored",),
        "(?s)the modem's storage holds 0 again.*slot .* stays full",
        (refuse(r"\+CMGD=", "CMS 302"),),
        beside=("test_signal",),
    ),
    "other-apn-unknown": Fault(
        "the other APN doesn't work here",
        ("test_another_apn_and_back",),
        "ROLLBACK APN third",
        bench=(('other = "other"', 'other = "third"'),),
        beside=("test_the_apn_is_as_it_was",),
    ),
    "every-apn-works": Fault(
        "the network takes the APN that nobody should know",
        ("test_an_apn_that_nobody_knows",),
        "OK APN nosuch.invalid",
        options=("--apn", "nosuch.invalid"),
        beside=("test_the_apn_is_as_it_was",),
    ),
    "no-way-back": Fault(
        "the modem doesn't take the former APN again",
        ("test_another_apn_and_back", "test_the_apn_is_as_it_was"),
        r"ERR|ROLLBACK|CGDCONT",
        (refuse(r'\+CGDCONT=1,"[A-Z0-9]*","em"'),),
    ),
    "answer-unconfirmed": Fault(
        "the network takes an answer, and the modem restarts before it says so",
        ("test_a_burst_of_commands",),
        "answered more than once|all are answered",
        (
            Plan(
                (
                    {"action": "no-answer", "prefix": "+CMGS", "nth": 5},
                    {"action": "reboot", "after_s": 2},
                )
            ),
        ),
    ),
    "unreadable": Fault(
        "what is stored can't be read",
        ("test_messages_while_the_daemon_was_down",),
        "both are answered",
        (refuse(r"\+CMG[LR]", "CMS 302"),),
    ),
    "room-unannounced": Fault(
        "what comes once there is room isn't announced",
        ("test_the_storage_filled_while_the_daemon_was_down",),
        "all are answered",
        (_LOST,),
        patience_s=3,
    ),
    "kept-unheard": Fault(
        "the SMS centre refuses what a killed daemon had kept",
        ("test_the_daemon_dies_with_a_message",),
        r"(?s)all are answered.*\+CMS ERROR 38",
        (_NO_SMS,),
    ),
    "no-reset": Fault(
        "the modem refuses to reset",
        ("test_the_modem_is_reset_by_command",),
        "ERR reason=no-answer",
        (refuse(r"\+CFUN=1,1|\+CFUN=6|\+CRESET"),),
    ),
    "gone": Fault(
        "the port goes away when the daemon answers, and stays away",
        ("test_the_cable_is_pulled", "test_the_apn_is_as_it_was"),
        "can't open",
        (plan(action="unplug", prefix="+CMGS", seconds=60),),
        behind=("test_power_is_cut_in_the_middle_of_a_change",),
    ),
    "power-without-answer": Fault(
        "the network refuses the answer about what was interrupted",
        ("test_power_is_cut_in_the_middle_of_a_change",),
        "not within .*: the answer",
        (_NO_SMS,),
        beside=("test_the_apn_is_as_it_was",),
    ),
    "one-of-thirty-lost": Fault(
        "one of thirty messages isn't announced",
        ("test_soak",),
        "an answer to 'PING'",
        (plan(action="urc-lost", nth=20),),
        run=("--soak", "3s"),
    ),
}
"""By name."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the program has to bear; only a mutated one fails with it."""

    what: str
    strikes: tuple[Strike, ...] = ()
    options: tuple[str, ...] = ()


BORNE: Mapping[str, Trouble] = {
    "delivered-twice": Trouble(
        "the SMS centre delivers each message twice", (plan(action="duplicate", seconds=0),)
    ),
    "refused-once": Trouble(
        "the network refuses an answer once", (Control("refuse", {"code": 38, "count": 1}),)
    ),
    "unknown-apn-substituted": Trouble(
        "the network serves `em` for an APN that it doesn't know",
        options=("--substitute-apn", "em"),
    ),
}
"""By name; none is a fault's."""


def strikes_of(name: str) -> tuple[Strike, ...]:
    """What a fault or trouble does to a bench that was found fit."""
    return FAULTS[name].strikes if name in FAULTS else BORNE[name].strikes
