"""Which access point of a document is meant, and what it asks for."""

from __future__ import annotations

import pytest

from apn_config.dialects.omacp.document import Unusable
from apn_config.dialects.omacp.napdef import request_of
from apn_config.dialects.omacp.xml import decode_xml
from apn_config.model import ApnRequest, AuthType


def kind(name: str, *inside: str, **parms: str | None) -> str:
    """A characteristic; None is a parm without a value, and an underscore a hyphen."""
    listed = [
        f'<parm name="{key.replace("_", "-")}"' + ("/>" if value is None else f' value="{value}"/>')
        for key, value in parms.items()
    ]
    return f'<characteristic type="{name}">{"".join((*listed, *inside))}</characteristic>'


def nap(napid: str, apn: str, *inside: str, **parms: str | None) -> str:
    return kind(
        "NAPDEF", *inside, **{"NAPID": napid, "NAP-ADDRESS": apn, "NAP-ADDRTYPE": "APN"} | parms
    )


def app(appid: str, **parms: str | None) -> str:
    return kind("APPLICATION", APPID=appid, **parms)


def auth(**parms: str | None) -> str:
    return kind("NAPAUTHINFO", **parms)


def request(*kinds: str) -> ApnRequest:
    body = f"<wap-provisioningdoc>{''.join(kinds)}</wap-provisioningdoc>"
    return request_of(decode_xml(body.encode()))


def proxy(name: str, *naps: str) -> str:
    physical = [kind("PXPHYSICAL", **{"TO-NAPID": each}) for each in naps]
    return kind("PXLOGICAL", *physical, **{"PROXY-ID": name})


FLAG: dict[str, str | None] = {"INTERNET": None}
A, B, C = nap("A", "a.apn"), nap("B", "b.apn"), nap("C", "c.apn")
CALL = kind("NAPDEF", **{"NAPID": "X", "NAP-ADDRESS": "+491", "NAP-ADDRTYPE": "E164"})

CHOICES: dict[str, tuple[list[str], str]] = {
    "one alone": ([A], "a.apn"),
    "one beside everything else": (
        [kind("BOOTSTRAP", NAME="x"), kind("VENDORCONFIG", NAME="y"), A, kind("ACCESS")], "a.apn",
    ),
    "the flagged one": ([A, nap("B", "b.apn", **FLAG), C], "b.apn"),
    "a flag with a value": ([A, nap("B", "b.apn", INTERNET="1")], "b.apn"),
    "the flagged one, though an application names another": (
        [A, nap("B", "b.apn", **FLAG), app("w2", TO_NAPID="A")], "b.apn",
    ),
    "the flagged one, though it is for MMS, too": (
        [A, nap("B", "b.apn", **FLAG), app("w4", TO_NAPID="B")], "b.apn",
    ),
    "one named by an application": ([A, B, app("w7", TO_NAPID="B")], "b.apn"),
    "one named by the browser": ([A, B, app("w2", TO_NAPID="B")], "b.apn"),
    "by two applications": ([A, B, app("w7", TO_NAPID="B"), app("w2", TO_NAPID="B")], "b.apn"),
    "two by applications, one of them the browser": (
        [A, B, C, app("w7", TO_NAPID="A"), app("w2", TO_NAPID="B")], "b.apn",
    ),
    "one through the browser's proxy": (
        [A, B, app("w2", TO_PROXY="P"), proxy("P", "B")], "b.apn",
    ),
    "one named at once before one through a proxy": (
        [A, B, app("w2", TO_PROXY="P"), app("w7", TO_NAPID="A"), proxy("P", "B")], "a.apn",
    ),
    "not the one for MMS": ([A, B, app("w4", TO_NAPID="A")], "b.apn"),
    "not the one for MMS by its other number": ([A, B, app("ap0005", TO_NAPID="A")], "b.apn"),
    "not the one for MMS through a proxy": (
        [A, B, app("w4", TO_PROXY="P"), proxy("P", "A")], "b.apn",
    ),
    "one for MMS and for the browser": (
        [A, B, app("w4", TO_NAPID="A"), app("w2", TO_NAPID="A"), app("w4", TO_NAPID="B")], "a.apn",
    ),
    "TO-NAPID=INTERNET and a flag": (
        [A, nap("B", "b.apn", **FLAG), app("w2", TO_NAPID="INTERNET")], "b.apn",
    ),
    "TO-NAPID=INTERNET without a flag": ([A, app("w2", TO_NAPID="INTERNET")], "a.apn"),
    "two of the same": ([A, nap("B", "a.apn")], "a.apn"),
    "two flagged ones of the same": (
        [nap("A", "a.apn", **FLAG), nap("B", "a.apn", **FLAG)], "a.apn",
    ),
    "not one for calls": ([CALL, A], "a.apn"),
    "not a flagged one for calls": ([CALL.replace("<parm", '<parm name="INTERNET"/><parm', 1), A],
                                    "a.apn"),
    "an address type in small letters": (
        [nap("A", "a.apn", **{"NAP-ADDRTYPE": "apn"})], "a.apn",
    ),
    "without a NAPID": (
        [kind("NAPDEF", **{"NAP-ADDRESS": "a.apn", "NAP-ADDRTYPE": "APN"})], "a.apn",
    ),
    "a proxy that isn't there": ([A, app("w2", TO_PROXY="nowhere")], "a.apn"),
    "the vendor's own parms": ([nap("A", "a.apn", **{"X-AUTO": "1"})], "a.apn"),
}  # fmt: skip


@pytest.mark.parametrize(("kinds", "wanted"), CHOICES.values(), ids=CHOICES)
def test_one_is_chosen(kinds: list[str], wanted: str) -> None:
    assert request(*kinds) == ApnRequest(wanted)


@pytest.mark.parametrize(("kinds", "wanted"), CHOICES.values(), ids=CHOICES)
def test_the_order_means_nothing(kinds: list[str], wanted: str) -> None:
    assert request(*reversed(kinds)).name == wanted


P = {"AUTHTYPE": "PAP"}
CREDENTIALS: dict[str, tuple[list[str], ApnRequest]] = {
    "none": ([], ApnRequest("em")),
    "PAP": (
        [auth(**P, AUTHNAME="u", AUTHSECRET="p")], ApnRequest("em", "u", "p", AuthType.PAP),
    ),
    "CHAP": (
        [auth(AUTHTYPE="CHAP", AUTHNAME="u", AUTHSECRET="p")],
        ApnRequest("em", "u", "p", AuthType.CHAP),
    ),
    "in small letters": (
        [auth(AUTHTYPE="chap", AUTHNAME="U", AUTHSECRET="P")],
        ApnRequest("em", "U", "P", AuthType.CHAP),
    ),
    "empty": ([auth(**P, AUTHNAME="", AUTHSECRET="")], ApnRequest("em", "", "")),
    "without values": ([auth(**P, AUTHNAME=None, AUTHSECRET=None)], ApnRequest("em", "", "")),
    "a type alone": ([auth(**P)], ApnRequest("em", "", "")),
    "a user alone": ([auth(**P, AUTHNAME="u")], ApnRequest("em", "u", "", AuthType.PAP)),
    "a password alone": (
        [auth(**P, AUTHSECRET="p")], ApnRequest("em", "", "p", AuthType.PAP),
    ),
    "without a type": ([auth(AUTHNAME="u", AUTHSECRET="p")], ApnRequest("em")),
    "with an empty type": ([auth(AUTHTYPE="", AUTHNAME="u")], ApnRequest("em")),
    "nothing in it": ([auth()], ApnRequest("em")),
    "twice the same": ([auth(**P, AUTHNAME="u")] * 2, ApnRequest("em", "u", "", AuthType.PAP)),
    "the longest": (
        [auth(**P, AUTHNAME="u" * 64, AUTHSECRET="p" * 64)],
        ApnRequest("em", "u" * 64, "p" * 64, AuthType.PAP),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("infos", "wanted"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_credentials(infos: list[str], wanted: ApnRequest) -> None:
    assert request(nap("A", "em", *infos)) == wanted


LONG = "a" * 63
REFUSED: dict[str, tuple[list[str], str, int | None]] = {
    "nothing": ([], "no-apn", None),
    "no access point": ([kind("BOOTSTRAP", NAME="x")], "no-apn", None),
    "an access point somewhere else": ([kind("PXLOGICAL", A)], "no-apn", None),
    "one for calls alone": ([CALL], "no-apn", None),
    "one for MMS alone": ([A, app("w4", TO_NAPID="A")], "no-apn", None),
    "no address": (
        [kind("NAPDEF", **{"NAPID": "A", "NAP-ADDRTYPE": "APN"})], "no-apn", None,
    ),
    "an empty address": ([nap("A", "")], "no-apn", None),
    "no address type": ([kind("NAPDEF", **{"NAPID": "A", "NAP-ADDRESS": "em"})], "no-apn", None),
    "an empty address type": ([nap("A", "em", **{"NAP-ADDRTYPE": ""})], "no-apn", None),
    "two": ([A, B], "ambiguous-apn", None),
    "two of one NAPID": ([A, nap("A", "b.apn"), app("w2", TO_NAPID="A")], "ambiguous-apn", None),
    "two flagged ones": (
        [nap("A", "a.apn", **FLAG), nap("B", "b.apn", **FLAG)], "ambiguous-apn", None,
    ),
    "two that differ by the password": (
        [nap("A", "em", auth(**P, AUTHSECRET="1")), nap("B", "em", auth(**P, AUTHSECRET="2"))],
        "ambiguous-apn", None,
    ),
    "two named by the browser": (
        [A, B, app("w2", TO_NAPID="A"), app("w2", TO_NAPID="B")], "ambiguous-apn", None,
    ),
    "two through its proxy": (
        [A, B, app("w2", TO_PROXY="P"), proxy("P", "A", "B")], "ambiguous-apn", None,
    ),
    "two addresses in one": (
        [A.replace("</characteristic>", '<parm name="NAP-ADDRESS" value="b"/></characteristic>')],
        "ambiguous-apn", None,
    ),
    "a bad APN": ([nap("A", "e m")], "bad-apn", 1),
    "a quote in the APN": ([nap("A", "em&quot;,1")], "bad-apn", 2),
    "a line end in the APN": ([nap("A", "em&#13;AT+CFUN=0")], "bad-apn", 2),
    "a semicolon in the APN": ([nap("A", "em;+CFUN=0")], "bad-apn", 2),
    "a right-to-left mark in the APN": ([nap("A", "em\u202e")], "bad-apn", 2),
    "a letter that looks alike": ([nap("A", "\u0435m")], "bad-apn", 0),
    "an APN that is too long": ([nap("A", LONG)], "bad-apn", 62),
    "the network's own": ([nap("A", "rac1")], "bad-apn", 0),
    "a quote in the user": (
        [nap("A", "em", auth(**P, AUTHNAME="u&quot;"))], "bad-user", 1,
    ),
    "a user that is too long": ([nap("A", "em", auth(**P, AUTHNAME="u" * 65))], "bad-user", 64),
    "a backslash in the password": (
        [nap("A", "em", auth(**P, AUTHSECRET="p\\"))], "bad-pass", 1,
    ),
    "an umlaut in the password": (
        [nap("A", "em", auth(**P, AUTHSECRET="pässe"))], "bad-pass", 1,
    ),
    "another authentication": ([nap("A", "em", auth(AUTHTYPE="MD5"))], "bad-auth", None),
    "another authentication of nothing": (
        [nap("A", "em", auth(AUTHTYPE="HTTP-BASIC", AUTHNAME="", AUTHSECRET=""))],
        "bad-auth", None,
    ),
    "two ways": (
        [nap("A", "em", auth(**P, AUTHNAME="u"), auth(AUTHTYPE="CHAP", AUTHNAME="u"))],
        "bad-auth", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kinds", "reason", "at"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(kinds: list[str], reason: str, at: int | None) -> None:
    with pytest.raises(Unusable) as caught:
        request(*kinds)
    assert (caught.value.reason, caught.value.at) == (reason, at)
    assert "em" not in caught.value.what.split()
