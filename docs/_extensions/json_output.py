"""The reference of what `--json` prints, from the schema that the tests hold it against."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[1] / "json-schema.json"

Node = Mapping[str, Any]


def page() -> str:
    """Each definition with its keys, as Markdown."""
    definitions: Node = json.loads(SCHEMA.read_text())["$defs"]
    return "\n".join(line for name, node in definitions.items() for line in _entry(name, node))


def _entry(name: str, node: Node) -> Iterator[str]:
    yield f"## {name}\n"
    if "description" in node:
        yield f"{_plain(node['description'])}\n"
    rows = list(_rows(node))
    if rows:
        yield "| key | type | |"
        yield "|---|---|---|"
        yield from rows
        yield ""
    else:
        yield f"{_kind(node)}\n"


def _rows(node: Node, path: str = "") -> Iterator[str]:
    """A row a key; those of an object inside it follow it, with their path."""
    for part in ("allOf", "anyOf", "oneOf"):
        for each in node.get(part, ()):
            yield from _rows(each, path)
    required = set(node.get("required", ()))
    for key, value in node.get("properties", {}).items():
        dotted = f"{path}{key}"
        may = "" if key in required else ", may be absent"
        yield f"| `{dotted}` | {_kind(value)}{may} | {_plain(value.get('description', ''))} |"
        yield from _rows(value, f"{dotted}.")
        yield from _rows(value.get("items") or {}, f"{dotted}[].")


def _kind(node: Node) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return ", ".join(f"`{json.dumps(each)}`" for each in node["enum"])
    for part in ("anyOf", "oneOf", "allOf"):
        if part in node:
            return " or ".join(dict.fromkeys(_kind(each) for each in node[part]))
    kind = node.get("type", "any value")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    items = node.get("items")
    return f"{words} of {_kind(items)}" if isinstance(items, dict) and items else words


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")
