"""Results as text for people. What came from a modem or an SMS is made harmless here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apn_config.control import Json

_BARS = "▁▃▅▇█"
# dBm at which a bar more is shown, for RSSI as +CSQ gives it (-113 to -51).
_BAR_DBM = (-105, -95, -85, -75, -65)


def safe(text: object) -> str:
    """Printable characters only: an SMS must not write to the terminal as it likes."""
    shown = "-" if text is None or text == "" else str(text)
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in shown)


def table(rows: Iterable[tuple[str, object]]) -> list[str]:
    """Two columns, the first as wide as its widest."""
    listed = [(name, safe(value)) for name, value in rows]
    width = max((len(name) for name, _ in listed), default=0)
    return [f"{name:<{width}}  {value}" for name, value in listed]


def columns(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """A table with a header, every column as wide as its widest."""
    listed = [header, *(tuple(safe(cell) for cell in row) for row in rows)]
    widths = [max(len(row[index]) for row in listed) for index in range(len(header))]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in listed
    ]


def signal_text(rssi_dbm: int | None) -> str:
    """The signal in dBm, with bars."""
    if rssi_dbm is None:
        return "unknown"
    bars = sum(rssi_dbm >= limit for limit in _BAR_DBM)
    return f"{rssi_dbm} dBm {_BARS[:bars]}".rstrip()


def info_lines(status: Json) -> list[str]:
    """What `info` prints."""
    modem = status["modem"]
    link = status["link"]
    if modem is None:
        lines = table([("port", link["port"]), ("state", link["phase"]), ("why", link["why"])])
    else:
        lines = table(_modem_rows(modem))
        lines += ["", *_context_lines(modem["contexts"])]
    change = status["change"]
    if change is not None:
        lines += ["", f"An APN change is under way: {safe(change['apn'])}, {change['outcome']}."]
    warnings = [*status["warnings"], *(modem["warnings"] if modem else [])]
    return lines + [f"warning: {safe(warning)}" for warning in warnings]


def _modem_rows(modem: Json) -> list[tuple[str, object]]:
    domains = ", ".join(
        f"{name.upper()} {state}" for name, state in modem["domains"].items() if state
    )
    storage = modem["storage"]
    held = (
        "-"
        if storage is None
        else f"{storage['used']} of {storage['total']} in {storage['memory']}"
    )
    return [
        ("port", modem["port"]),
        ("modem", f"{modem['manufacturer']} {modem['model']} ({modem['revision']})"),
        ("profile", modem["profile"]),
        ("IMEI", modem["imei"]),
        ("ICCID", modem["iccid"]),
        ("IMSI", modem["imsi"]),
        ("operator", modem["operator"]),
        ("registration", f"{modem['registration']} ({domains})"),
        ("technology", modem["rat"]),
        ("signal", signal_text(modem["rssi_dbm"])),
        ("data", "ready" if modem["data_ready"] else "not ready"),
        ("SMS", _sms_word(modem)),
        ("SMS centre", modem["service_centre"]),
        ("stored SMS", held),
    ]


def _sms_word(modem: Json) -> str:
    if not modem["sms_ready"]:
        return "not ready"
    return "ready, unproven" if modem["sms"] == "unproven" else "ready"


def _context_lines(contexts: list[Json]) -> list[str]:
    return columns(
        ("cid", "type", "APN", "active", "address"),
        (
            (c["cid"], c["type"], c["apn"], "yes" if c["active"] else "no", c["address"])
            for c in contexts
        ),
    )


def apn_lines(shown: Json) -> list[str]:
    """What `apn show` prints."""
    return table(
        [
            ("context", shown["cid"]),
            ("APN", shown["apn"]),
            ("type", shown["type"]),
            ("user", "unknown" if shown["user"] is None else shown["user"]),
            ("authentication", "unknown" if shown["auth"] is None else shown["auth"]),
            ("active", "yes" if shown["active"] else "no"),
            ("address", shown["address"]),
            ("live APN", shown["live_apn"]),
            ("last good APN", shown["last_good"]),
        ]
    )


def change_lines(change: Json) -> list[str]:
    """What `apn set` prints."""
    name, kept, reason = (safe(change[key]) for key in ("apn", "kept", "reason"))
    if change["outcome"] == "committed":
        return [f"The APN is {name}: verified."]
    if change["outcome"] == "rolled-back":
        return [f"{name} doesn't work ({reason}): back to {kept}."]
    return [
        f"{name} doesn't work ({reason}); {kept} is written back, but its service hasn't"
        " returned yet."
    ]


def sms_lines(listed: Json) -> list[str]:
    """What `sms list` prints."""
    lines = [f"In the modem: {len(listed['modem'])}"]
    if listed["modem"]:
        rows: list[tuple[Any, ...]] = [
            (f"{m['memory']} {m['index']}", m["from"], m["time"], m["text"] or m["error"])
            for m in listed["modem"]
        ]
        lines += columns(("place", "from", "time", "text"), rows)
    lines.append(f"Taken from it: {len(listed['inbox'])}")
    if listed["inbox"]:
        taken: list[tuple[Any, ...]] = [
            (m["id"], m["from"], m["time"], m["verdict"] or m["state"], m["text"])
            for m in listed["inbox"]
        ]
        lines += columns(("id", "from", "time", "verdict", "text"), taken)
    return lines
