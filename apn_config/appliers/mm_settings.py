"""ModemManager's settings of a bearer, and what of them is the APN. Pure.

The names are those of the bearer's "Properties"; the settings of the initial EPS bearer, which the
attach on LTE carries, are a part of them.
"""

from __future__ import annotations

from apn_config.appliers.bus import Properties, Variant, number, text
from apn_config.appliers.errors import ApplierRefused
from apn_config.model import NO_CREDENTIALS, Apn, AuthType, Credentials, PdpType

# MMBearerIpFamily.
_FAMILIES = {PdpType.IP: 1, PdpType.IPV6: 2, PdpType.IPV4V6: 4}
_NO_IP = 8
# MMBearerAllowedAuth.
_AUTHS = {AuthType.NONE: 1, AuthType.PAP: 2, AuthType.CHAP: 4, AuthType.EITHER: 6}
_LOGIN = ("allowed-auth", "user", "password")


def settings_of(apn: Apn, former: Properties) -> Properties:
    """The settings for that APN; where the login is unknown, the former one as it was shown."""
    settings = {"apn": Variant("s", apn.name), "ip-type": Variant("u", _FAMILIES[apn.type])}
    if apn.credentials is None:
        return settings | {key: former[key] for key in _LOGIN if key in former}
    settings["allowed-auth"] = Variant("u", _AUTHS[apn.credentials.auth])
    if apn.credentials.user:
        settings["user"] = Variant("s", apn.credentials.user)
    if apn.credentials.password:
        settings["password"] = Variant("s", apn.credentials.password)
    return settings


def with_roaming(settings: Properties) -> Properties:
    """A bearer that may be used abroad, as an emnify card always is."""
    return {**settings, "allow-roaming": Variant("b", True)}


def without_login(settings: Properties) -> Properties:
    """The same APN, without user and password."""
    return {key: value for key, value in settings.items() if key not in _LOGIN}


def apn_of(settings: Properties) -> Apn:
    """The reverse of `settings_of`. ApplierRefused for a bearer without IP."""
    return Apn(text(settings, "apn") or "", _type_of(settings), _credentials_of(settings))


def agree(one: Properties, other: Properties) -> bool:
    """Do both ask the network for the same? "No login" may be said or left out."""
    return _asked(one) == _asked(other)


def _asked(settings: Properties) -> Properties:
    login = () if _credentials_of(settings) == NO_CREDENTIALS else _LOGIN
    return {key: settings[key] for key in ("apn", "ip-type", *login) if key in settings}


def _type_of(settings: Properties) -> PdpType:
    families = number(settings, "ip-type") or _FAMILIES[PdpType.IP]
    if families == _NO_IP:
        raise ApplierRefused("ModemManager's bearer is of a type that isn't IP")
    both = _FAMILIES[PdpType.IP] | _FAMILIES[PdpType.IPV6]
    if families & _FAMILIES[PdpType.IPV4V6] or families & both == both:
        return PdpType.IPV4V6
    return PdpType.IPV6 if families & _FAMILIES[PdpType.IPV6] else PdpType.IP


def _credentials_of(settings: Properties) -> Credentials | None:
    user, password = text(settings, "user") or "", text(settings, "password")
    if user and password is None:
        return None  # kept to itself
    if not user and not password:
        return NO_CREDENTIALS
    kinds = (number(settings, "allowed-auth") or 0) & _AUTHS[AuthType.EITHER]
    auth = next((auth for auth, bits in _AUTHS.items() if bits == kinds), AuthType.EITHER)
    return Credentials(auth, user, password or "")
