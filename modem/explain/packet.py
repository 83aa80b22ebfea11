"""Contexts: +CGDCONT, +CGCONTRDP, +CGPADDR, +CGACT, +CGAUTH, as tables."""

from __future__ import annotations

import re

from modem.at.parameters import split
from modem.explain.answer import Answer, asked, at
from modem.explain.table import meaning
from modem.explain.words import MAX_ROWS, joined, number, shown, table


def cgdcont(answer: Answer) -> tuple[str, ...]:
    """The contexts that are defined."""
    if not asked(answer):
        return ()
    rows = []
    for body in answer.bodies():
        fields = split(body)
        cid, kind, apn = (shown(at(fields, place)) for place in range(3))
        address = address_words(at(fields, 3))
        rows.append((cid, kind, apn or "(network's default)", address))
    return table(("context", "type", "APN", "address"), rows)


def address_words(text: str) -> str:
    """An address in the usual form, "" for one that is none (0.0.0.0)."""
    from modem.commands.context import parse_address

    return parse_address(text[:200]) or ""


def cgact(answer: Answer) -> tuple[str, ...]:
    """Which contexts are active."""
    if not asked(answer):
        return ()
    rows = []
    for body in answer.bodies():
        cid, _, state = body.partition(",")
        words = meaning("+CGACT", "state", state)
        if number(cid) is not None:
            rows.append((number(cid), {"1": "active", "0": "not active"}.get(state.strip(), words)))
    return tuple(f"context {cid}: {words}" for cid, words in rows[:MAX_ROWS] if words)


def cgpaddr(answer: Answer) -> tuple[str, ...]:
    """The addresses of contexts, with one line for each."""
    if not asked(answer):
        return ()
    lines = []
    for body in answer.bodies():
        cid, *addresses = [*split(body), None]
        if number(cid) is None:
            continue
        found = joined(dict.fromkeys(address_words(text or "") for text in addresses))
        lines.append(f"context {number(cid)}: {found or 'no address'}")
    return tuple(lines[:MAX_ROWS])


# <cid>,<bearer_id>,<apn>, and behind it addresses, which commas or blanks part (an RG650E mixes
# both in one line).
_GRANTED = re.compile(r'\s*(\d{1,3})\s*,\s*(\d*)\s*,\s*(?:"([^"]*)"|([^",\s]*))(.*)', re.DOTALL)


def cgcontrdp(answer: Answer) -> tuple[str, ...]:
    """Active contexts as the network granted them: APN, address, gateway, name servers."""
    if not asked(answer):
        return ()
    rows = []
    for body in answer.bodies():
        match = _GRANTED.match(body)
        if match is None:
            continue
        apn = match[3] if match[3] is not None else match[4]
        fields = [*match[5].split(",")[1:], "", "", "", ""]
        # Where a blank parts an address from what follows, the first is meant.
        local, gateway, *names = (_first_address(field) for field in fields[:4])
        rows.append((match[1], match[2], shown(apn), local, gateway, joined(names)))
    return table(("context", "bearer", "APN", "address", "gateway", "name servers"), rows)


def _first_address(field: str) -> str:
    return next(filter(None, map(address_words, (field, *field.split()[:2]))), "")


def cgauth(answer: Answer) -> tuple[str, ...]:
    """How contexts are authenticated; never user or password."""
    if not asked(answer):
        return ()
    lines = []
    for body in answer.bodies():
        cid, _, rest = body.partition(",")
        kind = rest.partition(",")[0]
        words = meaning("+CGAUTH", "auth_prot", kind)
        if number(cid) is not None and words:
            lines.append(f"context {number(cid)}: {words}")
    return tuple(lines[:MAX_ROWS])


def cgnapn(answer: Answer) -> tuple[str, ...]:
    """+CGNAPN: <valid>,"<apn>"."""
    valid, apn = at(answer.fields, 0), at(answer.fields, 1)
    if valid == "0":
        return ("the network gave no APN",)
    return (f"the network gave the APN {shown(apn)}",) if apn else ()
