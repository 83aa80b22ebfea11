"""NetworkManager's settings of a gsm connection, and what of them is the APN. Pure.

The names are those of nm-settings-dbus(5): a setting is a part of a connection ("gsm", "ppp"), with
properties of its own. "Secrets" are the properties that GetSettings leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from apn_config.appliers.bus import Interfaces, Properties, Variant, flag, number, text
from apn_config.appliers.errors import ApplierRefused
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType

_T = TypeVar("_T")

# The parts that a change touches, and that a roll-back brings back.
TOUCHED = ("gsm", "ppp", "ipv4", "ipv6")

_REFUSALS = ("refuse-eap", "refuse-pap", "refuse-chap", "refuse-mschap", "refuse-mschapv2")
_ALLOWED = {AuthType.PAP: "refuse-pap", AuthType.CHAP: "refuse-chap"}
# NM_SETTING_SECRET_FLAG_AGENT_OWNED and _NOT_SAVED: NetworkManager doesn't have it.
_KEPT_ELSEWHERE = 0x3
_OFF = ("disabled", "ignore")


def with_secrets(settings: Interfaces, secrets: Properties) -> Interfaces:
    """The whole of a connection, as an Update has to give it."""
    return {**settings, "gsm": {**settings.get("gsm", {}), **secrets}}


def has_secrets(settings: Interfaces) -> bool:
    """Is there one that an Update would set? One without any leaves the former ones standing."""
    return any(key in settings.get("gsm", {}) for key in ("password", "pin"))


def keeps_no_password(settings: Interfaces) -> bool:
    """Is the password a secret agent's, or nobody's? To clear it would take it from the agent."""
    return bool((number(settings.get("gsm", {}), "password-flags") or 0) & _KEPT_ELSEWHERE)


def apn_of(settings: Interfaces, *, secrets_known: bool) -> Apn:
    """The APN of a connection with its secrets. ApplierRefused where it is for no packet data."""
    return Apn(
        name=text(settings.get("gsm", {}), "apn") or "",
        type=_type_of(settings),
        credentials=_credentials_of(settings, secrets_known=secrets_known),
    )


def with_apn(settings: Interfaces, apn: Apn) -> Interfaces:
    """The connection with another APN; unknown credentials leave what is there.

    Whatever else is in it stays, but for two properties: the APN can't be given beside
    `auto-config`, and `home-only` would keep a roaming card without service.
    """
    gsm = _without(settings.get("gsm", {}), "auto-config", "home-only")
    changed = {**settings, "gsm": {**gsm, "apn": Variant("s", apn.name)}}
    if _type_of(settings) is not apn.type:
        changed["ipv4"] = _switched(settings.get("ipv4", {}), on=apn.type is not PdpType.IPV6)
        changed["ipv6"] = _switched(settings.get("ipv6", {}), on=apn.type is not PdpType.IP)
    if apn.credentials is not None:
        _set_credentials(changed, apn.credentials)
    return changed


def touched(settings: Interfaces) -> Interfaces:
    """The parts that a change touches, as far as they are there."""
    return {name: settings[name] for name in TOUCHED if name in settings}


def with_former(settings: Interfaces, former: Interfaces) -> Interfaces:
    """The connection with the touched parts as they were, also those that weren't there."""
    return {**_without(settings, *TOUCHED), **former}


def _type_of(settings: Interfaces) -> PdpType:
    """Which kinds of address NetworkManager asks for: those that aren't switched off."""
    on4, on6 = (text(settings.get(part, {}), "method") not in _OFF for part in ("ipv4", "ipv6"))
    if on4 and on6:
        return PdpType.IPV4V6
    if not on4 and not on6:
        raise ApplierRefused("the NetworkManager connection has both IPv4 and IPv6 switched off")
    return PdpType.IP if on4 else PdpType.IPV6


def _switched(part: Properties, *, on: bool) -> Properties:
    """With the method "auto", or off: then nothing else of it may stand there."""
    if not on:
        return {"method": Variant("s", "disabled")}
    is_on = text(part, "method") not in (None, *_OFF)
    return part if is_on else {**part, "method": Variant("s", "auto")}


def _credentials_of(settings: Interfaces, *, secrets_known: bool) -> Credentials | None:
    gsm, ppp = settings.get("gsm", {}), settings.get("ppp", {})
    user, password = text(gsm, "username") or "", text(gsm, "password")
    if password is None and (keeps_no_password(settings) or not secrets_known):
        return None
    if not user and not password:
        return NO_CREDENTIALS
    refused = {auth for auth, key in _ALLOWED.items() if flag(ppp, key)}
    kinds = [auth for auth in _ALLOWED if auth not in refused]
    return Credentials(kinds[0] if len(kinds) == 1 else AuthType.EITHER, user, password or "")


def _set_credentials(settings: Interfaces, credentials: Credentials) -> None:
    """An empty user or password is one that isn't there: NetworkManager refuses an empty text."""
    gsm = _without(settings["gsm"], "username", "password", "password-flags")
    if credentials.user:
        gsm["username"] = Variant("s", credentials.user)
    if credentials.password:
        gsm["password"] = Variant("s", credentials.password)
    settings["gsm"] = gsm
    if credentials.auth is AuthType.NONE:
        return
    ppp = _without(settings.get("ppp", {}), *_ALLOWED.values())
    if credentials.auth in _ALLOWED:
        ppp |= {key: Variant("b", True) for key in _REFUSALS if key != _ALLOWED[credentials.auth]}
    if ppp or "ppp" in settings:
        settings["ppp"] = ppp


def _without(part: Mapping[str, _T], *keys: str) -> dict[str, _T]:
    return {key: value for key, value in part.items() if key not in keys}
