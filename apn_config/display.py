"""Results as text for people. What came from a modem or an SMS is made harmless here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
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
    news = list(info_news(status))
    if news:
        lines += ["", *news]
    warnings = [*status["warnings"], *(modem["warnings"] if modem else [])]
    return lines + [f"warning: {safe(warning)}" for warning in warnings]


def info_news(status: Json) -> Iterator[str]:
    """What isn't always so, a sentence each."""
    change, outbox, store = status["change"], status["outbox"], status["store"]
    if store["why"] is not None:
        yield f"The store can't be used: {safe(store['why'])}."
    if store["replaced"]:
        yield f"The store was damaged and begun anew, {store['replaced']} times in 24 hours."
    if status["config"]["error"] is not None:
        yield f"The configuration wasn't read again: {safe(status['config']['error'])}."
    if status["daemon"]["stage"] == "reloading":
        yield "A new configuration waits until nothing is under way."
    if status["daemon"]["stage"] == "stopping":
        yield "The daemon is ending."
    if change is not None:
        state = f"{safe(change['outcome'])}{_left(change)}"
        yield f"An APN change is under way: {safe(change['apn'])}, {state}."
    if outbox is not None and outbox["pending"]:
        yield f"Answers that wait: {outbox['pending']}, the oldest for {outbox['oldest_s']:.0f} s."
    yield from _recovery_news(status["recovery"])


def _left(change: Json) -> str:
    seconds = change["remaining_s"]
    return "" if seconds is None else f", {seconds:.0f} s left"


def _recovery_news(recovery: Json | None) -> Iterator[str]:
    if recovery is None:
        return
    if recovery["trouble"] is not None:
        yield f"Trouble with the modem: {safe(recovery['trouble'])}."
    for remedy in recovery["remedies"][-1:]:
        failed = "" if remedy["failed"] is None else f" ({safe(remedy['failed'])})"
        rung, trouble, why = (safe(remedy[key]) for key in ("rung", "trouble", "why"))
        yield f"Last remedy, {remedy['ago_s']:.0f} s ago: {rung}{failed}, for {trouble}: {why}."


def _modem_rows(modem: Json) -> list[tuple[str, object]]:
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
        ("registration", f"{modem['registration']} ({_domains(modem)})"),
        ("technology", modem["rat"]),
        ("signal", signal_text(modem["rssi_dbm"])),
        ("data", "ready" if modem["data_ready"] else "not ready"),
        ("SMS", _sms_word(modem)),
        ("SMS centre", modem["service_centre"]),
        ("stored SMS", held),
    ]


def _domains(modem: Json) -> str:
    return ", ".join(f"{name.upper()} {state}" for name, state in modem["domains"].items() if state)


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
    """What `apn set` and `apn keep` print."""
    name, kept, reason = (safe(change[key]) for key in ("apn", "kept", "reason"))
    match change["outcome"]:
        case "committed":
            return [f"The APN is {name}: verified."]
        case "trial":
            return [
                f"{name} works, and is on trial: it goes back by itself unless it is kept"
                " (`modem-helper apn keep`, or APN KEEP by SMS)."
            ]
        case "rolled-back":
            return [f"{name} was given up ({reason}): back to {kept}."]
        case "rescued":
            return [
                f"{name} was given up ({reason}), and the former APN has no service any more:"
                f" {kept} has, and is kept."
            ]
    if change["kept"] is None:
        return [
            f"{name} was given up, and the former APN can't be written back; the log says why."
            " `run` tries it again."
        ]
    return [
        f"{name} was given up ({reason}); {kept} is written back, but its service hasn't"
        " returned yet."
    ]


def history_lines(changes: Iterable[Json]) -> list[str]:
    """What `apn history` prints."""
    rows = [
        (c["id"], c["started"], c["origin"], c["apn"], c["outcome"], c["kept"] or "?", c["reason"])
        for c in changes
    ]
    if not rows:
        return ["There was no change yet."]
    return columns(("#", "started", "by", "APN", "outcome", "in force then", "reason"), rows)


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


def message_lines(found: Json) -> list[str]:
    """What `sms read` prints."""
    taken = found.get("inbox")
    message = taken or found["modem"]
    rows: list[tuple[str, object]] = [
        ("from", message["from"]),
        ("time", local_time(message["time"])),
    ]
    if taken is None:
        part = message["part"]
        rows.append(("place", f"{message['memory']} {message['index']}"))
        if part is not None:
            rows.append(("part", f"{part['seq']} of {part['total']}"))
    else:
        rows.append(("taken", local_time(taken["received"])))
        rows.append(("verdict", taken["verdict"] or taken["state"]))
    rows.append(("text", message.get("error") or message["text"]))
    lines = table(rows)
    for answer in [] if taken is None else taken["answers"]:
        report = "" if answer["report"] is None else f", {safe(answer['report'])}"
        why = "" if answer["error"] is None else f" ({safe(answer['error'])})"
        lines += [
            "",
            f"Answer {answer['id']} to {safe(answer['to'])}: {answer['state']}{why}{report}",
        ]
        lines.append(f"  {safe(answer['text'])}")
    return lines


def incoming_line(message: Json) -> str:
    """What `sms watch` prints of one."""
    said = message.get("error") or message["text"]
    verdict = message.get("verdict") or message.get("state")
    behind = "" if verdict is None else f"  [{safe(verdict)}]"
    return f"{local_time(message['time'])}  {safe(message['from'])}  {safe(said)}{behind}"


def network_lines(shown: Json) -> list[str]:
    """What `network show` prints."""
    return table(
        [
            ("operator", shown["operator"]),
            ("registration", f"{shown['registration']} ({_domains(shown)})"),
            ("technology", shown["rat"]),
            *signal_rows(shown),
            ("data", "ready" if shown["data_ready"] else "not ready"),
            ("SMS", _sms_word(shown)),
        ]
    )


def signal_rows(modem: Json) -> list[tuple[str, object]]:
    """The signal, with what LTE adds to it where that is known."""
    rows: list[tuple[str, object]] = [("signal", signal_text(modem["rssi_dbm"]))]
    if modem["rsrp_dbm"] is not None:
        rows.append(("RSRP", f"{modem['rsrp_dbm']} dBm"))
    if modem["rsrq_db"] is not None:
        rows.append(("RSRQ", f"{modem['rsrq_db']:g} dB"))
    return rows


def scan_lines(networks: list[Json]) -> list[str]:
    """What `network scan` prints."""
    if not networks:
        return ["No network is in reach."]
    rows = [(n["name"], n["plmn"], n["rat"], n["state"]) for n in networks]
    return columns(("network", "number", "technology", "state"), rows)


def chosen_line(chosen: Json) -> str:
    """What `network select` prints."""
    wanted, number = safe(chosen["wanted"]), safe(chosen["plmn"])
    told = f"{safe(chosen['operator'])} ({number}), registered: {safe(chosen['registration'])}."
    if chosen["wanted"] not in (None, chosen["plmn"]):
        return f"{wanted} isn't to be had; the modem chose for itself: {told}"
    return f"Network: {told}"


def local_time(text: str | None) -> str:
    """An ISO 8601 time as the clock on the wall here shows it."""
    if text is None:
        return "-"
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return safe(text)
