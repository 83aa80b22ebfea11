"""Changes of a NetworkManager connection: what it was, what is wanted, and what it is then.

The same for the stand-in and for the real NetworkManager.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType
from tests.apn_config.appliers.fake_networkmanager import Settings, gsm

YES = ("b", True)
NO = ("b", False)
OFF: dict[str, tuple[str, Any]] = {"method": ("s", "disabled")}
LOGIN: dict[str, Any] = {"username": ("s", "joe"), "password": ("s", "old-word")}
PAP_ONLY = dict.fromkeys(("refuse-eap", "refuse-chap", "refuse-mschap", "refuse-mschapv2"), YES)
CHAP_ONLY = dict.fromkeys(("refuse-eap", "refuse-pap", "refuse-mschap", "refuse-mschapv2"), YES)
SUE = Credentials(AuthType.CHAP, "sue", "new-word")
BOTH = PdpType.IPV4V6


@dataclass(frozen=True)
class RoundTrip:
    """`read` is the APN of `former`; `parts` are what the connection's parts are to be then."""

    former: Settings
    read: Apn
    wanted: Apn
    parts: Settings


def _case(
    name: str, former: Settings, read: Apn, wanted: Apn, **parts: dict[str, tuple[str, Any]]
) -> Any:
    return pytest.param(RoundTrip(former, read, wanted, parts), id=name)


ROUND_TRIPS = [
    _case(
        "name alone, nothing else was there",
        gsm(),
        Apn("old.apn", BOTH),
        Apn("em", BOTH),
        gsm={"apn": ("s", "em")},
    ),
    _case(
        "a login where none was",
        gsm(),
        Apn("old.apn", BOTH),
        Apn("em", BOTH, SUE),
        gsm={"apn": ("s", "em"), "username": ("s", "sue"), "password": ("s", "new-word")},
        ppp=CHAP_ONLY,
    ),
    _case(
        "the login goes, and no secret is left",
        gsm(**LOGIN),
        Apn("old.apn", BOTH, Credentials(AuthType.EITHER, "joe", "old-word")),
        Apn("em", BOTH, NO_CREDENTIALS),
        gsm={"apn": ("s", "em")},
    ),
    _case(
        "the login goes, and the card's PIN stays",
        gsm(**LOGIN, pin=("s", "1234")),
        Apn("old.apn", BOTH, Credentials(AuthType.EITHER, "joe", "old-word")),
        Apn("em", BOTH, NO_CREDENTIALS),
        gsm={"apn": ("s", "em"), "pin": ("s", "1234")},
    ),
    _case(
        "another login, PAP alone instead of CHAP alone, beside other options of pppd",
        gsm(**LOGIN, pin=("s", "1234"), more={"ppp": {**CHAP_ONLY, "lcp-echo-interval": ("u", 5)}}),
        Apn("old.apn", BOTH, Credentials(AuthType.CHAP, "joe", "old-word")),
        Apn("em", BOTH, Credentials(AuthType.PAP, "sue", "new-word")),
        gsm={
            "apn": ("s", "em"),
            "username": ("s", "sue"),
            "password": ("s", "new-word"),
            "pin": ("s", "1234"),
        },
        ppp={**PAP_ONLY, "lcp-echo-interval": ("u", 5)},
    ),
    _case(
        "either kind of login again",
        gsm(**LOGIN, more={"ppp": CHAP_ONLY}),
        Apn("old.apn", BOTH, Credentials(AuthType.CHAP, "joe", "old-word")),
        Apn("em", BOTH, Credentials(AuthType.EITHER, "joe", "old-word")),
        gsm={"apn": ("s", "em"), **LOGIN},
        ppp={key: YES for key in CHAP_ONLY if key != "refuse-pap"},
    ),
    _case(
        "a user without a password",
        gsm(username=("s", "joe")),
        Apn("old.apn", BOTH, Credentials(AuthType.EITHER, "joe", "")),
        Apn("em", BOTH, Credentials(AuthType.PAP, "sue", "")),
        gsm={"apn": ("s", "em"), "username": ("s", "sue")},
        ppp=PAP_ONLY,
    ),
    _case(
        "an unknown login stays as it is",
        gsm(username=("s", "joe"), password_flags=("u", 1)),
        Apn("old.apn", BOTH, None),
        Apn("em", BOTH, None),
        gsm={"apn": ("s", "em"), "username": ("s", "joe"), "password-flags": ("u", 1)},
    ),
    _case(
        "a password that was an agent's is NetworkManager's now",
        gsm(username=("s", "joe"), password_flags=("u", 1)),
        Apn("old.apn", BOTH, None),
        Apn("em", BOTH, SUE),
        gsm={"apn": ("s", "em"), "username": ("s", "sue"), "password": ("s", "new-word")},
        ppp=CHAP_ONLY,
    ),
    _case(
        "roaming is allowed, and what else is of the modem stays",
        gsm(home_only=YES, network_id=("s", "00101"), sim_id=("s", "89882390000000000017")),
        Apn("old.apn", BOTH),
        Apn("em", BOTH),
        gsm={
            "apn": ("s", "em"),
            "network-id": ("s", "00101"),
            "sim-id": ("s", "89882390000000000017"),
        },
    ),
    _case(
        "an APN from the provider's database",
        {**gsm(), "gsm": {"auto-config": YES}},
        Apn("", BOTH),
        Apn("em", BOTH),
        gsm={"apn": ("s", "em")},
    ),
    _case(
        "IPv4 alone",
        gsm(),
        Apn("old.apn", BOTH),
        Apn("em", PdpType.IP),
        gsm={"apn": ("s", "em")},
        ipv6=OFF,
    ),
    _case(
        "IPv6 instead of IPv4",
        {**gsm(), "ipv6": OFF},
        Apn("old.apn", PdpType.IP),
        Apn("em", PdpType.IPV6),
        gsm={"apn": ("s", "em")},
        ipv4=OFF,
        ipv6={"method": ("s", "auto")},
    ),
    _case(
        "both again, where IPv6 was ignored",
        {**gsm(), "ipv6": {"method": ("s", "ignore")}},
        Apn("old.apn", PdpType.IP),
        Apn("em", BOTH),
        gsm={"apn": ("s", "em")},
        ipv6={"method": ("s", "auto")},
    ),
]


def _is_sample(trip: RoundTrip) -> bool:
    """The hardest ones: with a login to clear, a PIN to keep, a kind of address to switch."""
    changes_login = "password" in trip.former["gsm"] and "ppp" not in trip.former
    return changes_login or trip.wanted.type is PdpType.IPV6


# For what is done at each call of each: all of them are a proof, some are for every day.
SOME_ROUND_TRIPS = [
    case
    if _is_sample(case.values[0])
    else pytest.param(*case.values, id=case.id, marks=pytest.mark.proof)
    for case in ROUND_TRIPS
]
