"""Who a simulated device is: IMEI, IMSI, ICCID and MSISDN from a seed, with right check digits."""

from __future__ import annotations

import random
from dataclasses import dataclass

# A test TAC (001xxxxx), the shared country code 901 with a network code that nobody holds, and
# +883 with a prefix to match: numbers that look right and belong to nobody.
TAC = "00101700"
PLMN = "90199"
ICCID_HEAD = "898839900"
MSISDN_HEAD = "88399"


@dataclass(frozen=True, slots=True)
class Identity:
    """The numbers of one device and of its card, digits only; `rssi` is its signal (+CSQ)."""

    imei: str
    imsi: str
    iccid: str
    msisdn: str
    rssi: int


def luhn_digit(digits: str) -> str:
    """The check digit that ISO/IEC 7812-1 puts behind `digits`."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def identity(seed: int = 0, index: int = 0) -> Identity:
    """Device number `index` of a bench with that seed: always the same, and no two alike."""
    dice = random.Random(f"{seed}/{index}")  # noqa: S311 -- wanted: the same numbers every time

    def digits(count: int) -> str:
        return "".join(str(dice.randrange(10)) for _ in range(count))

    imei = TAC + digits(6)
    iccid = ICCID_HEAD + digits(9)
    return Identity(
        imei=imei + luhn_digit(imei),
        imsi=PLMN + digits(10),
        iccid=iccid + luhn_digit(iccid),
        msisdn=MSISDN_HEAD + digits(9),
        rssi=dice.randrange(14, 28),
    )
