"""The rows of tests/vectors, and how a decoded message answers for each of their fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modem.sms import AnyMessage, Submit, Validity

VECTORS = Path(__file__).parents[2] / "vectors"
Row = dict[str, Any]
Message = AnyMessage


def rows(*names: str) -> list[Row]:
    """All rows of those files."""
    return [
        json.loads(line) for name in names for line in (VECTORS / name).read_text().splitlines()
    ]


def params(*names: str) -> list[Any]:
    """The rows as pytest parameters whose ids are their sources."""
    return [
        pytest.param(row, id=row.get("source") or "+".join(row["sources"])) for row in rows(*names)
    ]


def _validity(message: Any) -> Validity:
    assert isinstance(message, Submit)
    return message.validity


def _trailing(message: Any) -> int:
    return len(message.octets) - message.udl_at - 1 - len(message.ud) if message.udl_at else 0


def _waiting(message: Any) -> Row | None:
    waiting = message.dcs.waiting
    return waiting and {
        "active": waiting.active,
        "kind": waiting.kind.value,
        "store": waiting.store,
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _header(message: Any) -> Any:
    return message.header


def _warned(word: str) -> Callable[[Any], bool]:
    return lambda message: any(word in warning for warning in message.warnings)


# One entry for each key that `expected` has in any row: an unknown key is a KeyError.
READ: dict[str, Callable[[Any], Any]] = {
    "class": lambda m: m.message_class,
    "concat": lambda m: (
        m.concat
        and {
            "ref": m.concat.ref,
            "total": m.concat.total,
            "seq": m.concat.seq,
            "bits": m.concat.bits,
        }
    ),
    "dangling_escape": _warned("ends in an escape"),
    "data_hex": lambda m: m.data.hex().upper(),
    "dcs": lambda m: m.dcs.value,
    "discharge": lambda m: _iso(m.discharge),
    "encoding": lambda m: m.encoding.value,
    "first_octet": lambda m: m.first_octet,
    "lang": lambda m: {"locking": _header(m).locking, "single": _header(m).single},
    "lone_surrogate": _warned("half a surrogate pair"),
    "more_messages": lambda m: m.more_messages,
    "mr": lambda m: m.reference,
    "mwi": _waiting,
    "number": lambda m: m.number,
    "pi": lambda m: m.parameters,
    "pid": lambda m: m.pid,
    "ports": lambda m: m.ports and {"dst": m.ports.dst, "src": m.ports.src, "bits": m.ports.bits},
    "reject_duplicates": lambda m: m.reject_duplicates,
    "smsc": lambda m: m.smsc and m.smsc.number,
    "smsc_toa": lambda m: m.smsc.toa,
    "status": lambda m: m.status,
    "status_report_indication": lambda m: m.status_report_indication,
    "status_report_request": lambda m: m.status_report_request,
    "text": lambda m: m.text,
    "timestamp": lambda m: _iso(m.timestamp),
    "toa": lambda m: m.address.toa,
    "tpdu_length": lambda m: m.tpdu_length,
    "trailing": _trailing,
    "type": lambda m: m.name,
    "ucs2_hex": lambda m: m.payload.hex().upper(),
    "udh": lambda m: [{"iei": ie.iei, "data_hex": ie.data.hex().upper()} for ie in m.udh],
    "udhi": lambda m: m.udhi,
    "udl": lambda m: m.udl,
    "validity_abs": lambda m: _iso(_validity(m).until),
    "validity_s": lambda m: m.validity_s,
    "vp_enhanced_hex": lambda m: _validity(m).octets.hex().upper(),
    "vp_relative": lambda m: _validity(m).octets[0],
    "vpf": lambda m: _validity(m).format.name.lower(),
}
