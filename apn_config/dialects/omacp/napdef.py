"""Which access point of a provisioning document is meant, and what it asks for. Pure.

A document may have several NAPDEF: for the internet, for MMS, for a call with a modem. Those whose
NAP-ADDRTYPE says something else than APN aren't looked at. Of the rest the first rule decides that
leaves one; two that ask for the same count as one:

1. those with the flag INTERNET, which TO-NAPID=INTERNET of an APPLICATION means;
2. those that an APPLICATION names by TO-NAPID;
3. those that the APPLICATION w2 (the browser) names, by TO-NAPID or by TO-PROXY through PXLOGICAL
   and PXPHYSICAL;
4. all of them.

From the second on, one that only MMS uses (APPLICATION w4 or ap0005) isn't looked at. Rules 1 and 3
are those of Sailfish OS (sailfishos/provisioning-service, doc/parsing); where it takes the first of
several, this refuses.

NAPAUTHINFO: PAP or CHAP, or it is refused; without AUTHTYPE, name and secret mean nothing (as in
Windows' NAPDEF CSP); with both empty, as operators send it, there are no credentials, which clears
what there was. Without NAPAUTHINFO nothing is said of credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from apn_config.apn_syntax import apn_offence, credential_offence
from apn_config.dialects.omacp.document import Element, Unusable
from apn_config.model import ApnRequest, AuthType

_APN = "APN"
_INTERNET = "INTERNET"
_BROWSER = "w2"
_MMS = ("w4", "ap0005")
_AUTH = {"PAP": AuthType.PAP, "CHAP": AuthType.CHAP}


def request_of(document: Element) -> ApnRequest:
    """What the document asks for. Raises Unusable.

    Its `at` is the index of a character of the value, for bad-apn, bad-user and bad-pass.
    """
    chosen = _chosen(document)
    if _kind(chosen) != _APN:
        raise Unusable("no-apn", "the access point doesn't say NAP-ADDRTYPE=APN")
    name = _parm(chosen, "NAP-ADDRESS") or ""
    if not name:
        raise Unusable("no-apn", "the access point has no NAP-ADDRESS")
    offence = apn_offence(name)
    if offence is not None:
        raise Unusable("bad-apn", "the NAP-ADDRESS is no APN", offence)
    return _with_credentials(name, chosen)


# --- which ----------------------------------------------------------------------------------------


def _chosen(document: Element) -> Element:
    every = [nap for nap in document.characteristics("NAPDEF") if _kind(nap) in (_APN, None)]
    if not every:
        raise Unusable("no-apn", "no NAPDEF of an APN")
    flagged = [nap for nap in every if _has(nap, _INTERNET)]
    if flagged:
        return _one(flagged)
    links = _Links(document)
    mms_alone = links.named_by(_is_mms) - links.named_by(lambda app: not _is_mms(app))
    rest = [nap for nap in every if _parm(nap, "NAPID") not in mms_alone]
    if not rest:
        raise Unusable("no-apn", "no access point but for MMS")
    for narrowed in (links.direct(rest), links.browser(rest)):
        if narrowed and _same(narrowed):
            return narrowed[0]
    return _one(rest)


def _one(found: Sequence[Element]) -> Element:
    if not _same(found):
        raise Unusable("ambiguous-apn", f"{len(found)} access points, and nothing says which")
    return found[0]


def _same(found: Sequence[Element]) -> bool:
    """Do they all ask for the same, whatever they are called?"""
    return len({_asked(nap) for nap in found}) == 1


def _asked(nap: Element) -> tuple[tuple[str, str | None], ...]:
    auth = [parm for info in nap.characteristics("NAPAUTHINFO") for parm in info.parms]
    where = [parm for parm in nap.parms if parm[0] in ("NAP-ADDRESS", "NAP-ADDRTYPE")]
    return (*sorted(where, key=repr), *sorted(auth, key=repr))


class _Links:
    """Which access points the applications name, by NAPID."""

    def __init__(self, document: Element) -> None:
        self._applications = list(document.characteristics("APPLICATION"))
        self._proxies: dict[str, set[str]] = {}
        for proxy in document.characteristics("PXLOGICAL"):
            naps = {
                nap
                for physical in proxy.characteristics("PXPHYSICAL")
                for nap in _parms(physical, "TO-NAPID")
            }
            for name in _parms(proxy, "PROXY-ID"):
                self._proxies.setdefault(name, set()).update(naps)

    def named_by(self, wanted: Callable[[Element], bool]) -> set[str]:
        """By the applications that are wanted, through proxies, too."""
        return {nap for app in self._applications if wanted(app) for nap in self._named(app)}

    def direct(self, naps: Sequence[Element]) -> list[Element]:
        """Those that an application which isn't MMS names itself."""
        apps = [app for app in self._applications if not _is_mms(app)]
        named = {nap for app in apps for nap in _parms(app, "TO-NAPID")}
        return [nap for nap in naps if _parm(nap, "NAPID") in named]

    def browser(self, naps: Sequence[Element]) -> list[Element]:
        """Those that the browser uses."""
        named = self.named_by(lambda app: _BROWSER in _parms(app, "APPID"))
        return [nap for nap in naps if _parm(nap, "NAPID") in named]

    def _named(self, application: Element) -> Iterator[str]:
        yield from _parms(application, "TO-NAPID")
        for proxy in _parms(application, "TO-PROXY"):
            yield from self._proxies.get(proxy, ())


def _is_mms(application: Element) -> bool:
    return any(name in _MMS for name in _parms(application, "APPID"))


# --- credentials ----------------------------------------------------------------------------------


def _with_credentials(name: str, nap: Element) -> ApnRequest:
    infos = list({info.children: info for info in nap.characteristics("NAPAUTHINFO")}.values())
    if not infos:
        return ApnRequest(name)
    if len(infos) > 1:
        raise Unusable("bad-auth", "more than one NAPAUTHINFO")
    auth_type = (_parm(infos[0], "AUTHTYPE") or "").upper()
    if not auth_type:
        return ApnRequest(name)
    if auth_type not in _AUTH:
        raise Unusable("bad-auth", "an AUTHTYPE that is neither PAP nor CHAP")
    user = _credential(infos[0], "AUTHNAME", "bad-user")
    password = _credential(infos[0], "AUTHSECRET", "bad-pass")
    auth = _AUTH[auth_type] if user or password else None
    return ApnRequest(name, user, password, auth)


def _credential(info: Element, name: str, reason: str) -> str:
    value = _parm(info, name) or ""
    offence = credential_offence(value)
    if offence is not None:
        raise Unusable(
            reason, f"{name} has a character that can't be written, or too many", offence
        )
    return value


# --- parms ----------------------------------------------------------------------------------------


def _kind(nap: Element) -> str | None:
    found = _parm(nap, "NAP-ADDRTYPE")
    return found.upper() if found else None


def _has(element: Element, name: str) -> bool:
    return any(found == name for found, _ in element.parms)


def _parms(element: Element, name: str) -> list[str]:
    """The values of all parms of that name."""
    return [value for found, value in element.parms if found == name and value is not None]


def _parm(element: Element, name: str) -> str | None:
    """The value of the parm of that name. Raises Unusable where two contradict each other."""
    values = set(_parms(element, name))
    if len(values) > 1:
        raise Unusable("ambiguous-apn", f"{name} more than once")
    return values.pop() if values else None
