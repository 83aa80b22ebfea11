"""Changes of ModemManager's bearers: what there was, what is wanted, and what there is then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from apn_config.model import Apn, AuthType, Credentials, PdpType
from tests.apn_config.appliers.fake_modemmanager import Properties, bearer

SUE = Credentials(AuthType.CHAP, "sue", "new-word")
LOGIN: dict[str, Any] = {"user": ("s", "joe"), "password": ("s", "old-word")}
ABROAD = ("b", True)
PLAIN = bearer("em", allowed_auth=("u", 1), allow_roaming=ABROAD)
WITH_SUE = bearer(
    "em",
    allowed_auth=("u", 4),
    user=("s", "sue"),
    password=("s", "new-word"),
    allow_roaming=ABROAD,
)
ATTACH: Properties = {"profile-id": ("i", 1), **bearer("old.apn")}


@dataclass(frozen=True)
class Trip:
    """What was, what is wanted, and what the bearer and the attach are to be then."""

    read: Apn
    wanted: Apn
    bearer: Properties
    attach: Properties | None = None
    former: tuple[Properties, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    connected: str | None = None


JOE = Credentials(AuthType.EITHER, "joe", "old-word")
JOE_BY_PAP = Credentials(AuthType.PAP, "joe", "old-word")
JOE_BY_CHAP = Credentials(AuthType.CHAP, "joe", "old-word")
TRIPS = [
    pytest.param(
        Trip(Apn("old.apn"), Apn("em"), PLAIN, former=(bearer(),)), id="a bearer without a login"
    ),
    pytest.param(Trip(Apn(""), Apn("em", credentials=SUE), WITH_SUE), id="nothing was set"),
    pytest.param(
        Trip(
            Apn("old.apn", credentials=JOE),
            Apn("em"),
            PLAIN,
            former=(bearer(**LOGIN, allow_roaming=("b", False)),),
        ),
        id="the login goes, roaming is allowed",
    ),
    pytest.param(
        Trip(
            Apn("b", PdpType.IPV4V6, JOE_BY_PAP),
            Apn("em", PdpType.IPV6, SUE),
            {**WITH_SUE, "ip-type": ("u", 2)},
            former=(bearer("b", ip_type=("u", 4), allowed_auth=("u", 2), **LOGIN), bearer("newer")),
            connected="b",
        ),
        id="two bearers, and the one that is connected counts",
    ),
    pytest.param(
        Trip(
            Apn("old.apn"),
            Apn("em"),
            PLAIN,
            attach={"profile-id": ("i", 1), **bearer("em", allowed_auth=("u", 1))},
            former=(bearer(),),
            options={"attach": ATTACH},
            connected="old.apn",
        ),
        id="the attach too",
    ),
    pytest.param(
        Trip(
            Apn("old.apn"),
            Apn("em", credentials=SUE),
            WITH_SUE,
            attach={
                "profile-id": ("i", 1),
                **{key: WITH_SUE[key] for key in WITH_SUE if key != "allow-roaming"},
            },
            former=(bearer(),),
            options={"attach": ATTACH},
        ),
        id="the attach too, with its login",
    ),
    pytest.param(
        Trip(
            Apn("old.apn"),
            Apn("em", credentials=SUE),
            WITH_SUE,
            attach={"profile-id": ("i", 1), **bearer("em")},
            former=(bearer(),),
            options={"attach": ATTACH, "attach_login": False},
            connected="old.apn",
        ),
        id="the attach too, which takes no login",
    ),
    pytest.param(
        Trip(
            Apn("old.apn", credentials=JOE),
            Apn("em", credentials=None),
            bearer("em", **LOGIN, allow_roaming=ABROAD),
            former=(bearer(**LOGIN),),
        ),
        id="the login is left as it is",
    ),
]

# For what is done at each call of each: all of them are a proof, some are for every day.
SOME_TRIPS = [
    case
    if cast(Trip, case.values[0]).connected
    else pytest.param(*case.values, id=case.id, marks=pytest.mark.proof)
    for case in TRIPS
]
