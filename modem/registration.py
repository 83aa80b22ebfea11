"""Where the modem is registered: one state a domain, and what follows for data and SMS. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# 3GPP TS 27.007 7.2, 10.1.20, 10.1.22. 11 was seen on CREG, CGREG and CEREG alike of a variant
# without SMS (A7670E-LNXY-UBL); 90 and others exist and are shown by their number.
STATE_NAMES: dict[int, str] = {
    0: "idle",
    1: "home",
    2: "searching",
    3: "denied",
    4: "unknown",
    5: "roaming",
    6: "home-sms-only",
    7: "roaming-sms-only",
    8: "emergency-only",
    9: "home-csfb-not-preferred",
    10: "roaming-csfb-not-preferred",
    11: "attached-rlos",
}

# <AcT> of 27.007 7.2. 8 is EC-GSM-IoT there, which no network runs; the modems that send it
# (Quectel BG96) mean LTE Cat M1 by it.
RAT_NAMES: dict[int, str] = {
    0: "gsm",
    1: "gsm",
    2: "umts",
    3: "gsm",
    4: "umts",
    5: "umts",
    6: "umts",
    7: "lte",
    8: "ltem",
    9: "nbiot",
    10: "lte",
    11: "nr",
    12: "nr",
    13: "nr",
}

_DATA = frozenset({1, 5})
_SMS = frozenset({1, 5, 6, 7, 9, 10})
_ROAMING = frozenset({5, 7, 10})
# What of +CREG says nothing about SMS over LTE: not registered, searching, denied or unknown for
# circuit-switched service only.
_CS_SAYS_NOTHING = frozenset({0, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class DomainState:
    """The state of one domain: <stat>, and <AcT> where the modem gave it."""

    stat: int
    act: int | None = None

    @property
    def name(self) -> str:
        """The state in a word, or its number where the standard has none."""
        return STATE_NAMES.get(self.stat, str(self.stat))

    @property
    def rat(self) -> str | None:
        """The radio access technology: gsm, umts, lte, ltem, nbiot or nr."""
        return None if self.act is None else RAT_NAMES.get(self.act)


@dataclass(frozen=True, slots=True)
class Registration:
    """All domains: +CREG (cs), +CGREG (ps), +CEREG (eps); None where the command is unknown."""

    cs: DomainState | None = None
    ps: DomainState | None = None
    eps: DomainState | None = None

    @property
    def data_ready(self) -> bool:
        """Can a context be active? Registered at home or roaming for packets."""
        return any(state is not None and state.stat in _DATA for state in (self.ps, self.eps))

    @property
    def sms_proven(self) -> bool:
        """Does +CREG itself say that SMS works?"""
        return self.cs is not None and self.cs.stat in _SMS

    @property
    def sms_unproven(self) -> bool:
        """Registered for packets only, +CREG telling nothing: SMS may work over LTE, or not."""
        silent = (
            self.cs is None or self.cs.stat in _CS_SAYS_NOTHING or self.cs.stat not in STATE_NAMES
        )
        return silent and self.data_ready

    @property
    def sms_ready(self) -> bool:
        """Is sending worth a try?"""
        return self.sms_proven or self.sms_unproven

    @property
    def registered(self) -> bool:
        """For data or SMS, at home or roaming."""
        return self.data_ready or self.sms_ready

    @property
    def roaming(self) -> bool:
        """Registered with another operator than the card's: an emnify card's normal state."""
        return any(state is not None and state.stat in _ROAMING for state in self._all)

    @property
    def denied(self) -> bool:
        """Refused by the network in some domain, and registered in none."""
        return not self.registered and any(
            state is not None and state.stat == 3 for state in self._all
        )

    @property
    def rat(self) -> str | None:
        """The technology in use; the packet domains know best, so they are asked first."""
        names = (
            state.rat for state in (self.eps, self.ps, self.cs) if state and state.stat in _SMS
        )
        return next((name for name in names if name), None)

    @property
    def _all(self) -> tuple[DomainState | None, ...]:
        return (self.cs, self.ps, self.eps)
