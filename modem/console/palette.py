"""The colours of a console: few, from the terminal's own sixteen, legible on light and dark."""

from __future__ import annotations

from modem.console.values import Kind

# Nothing is told by colour alone. Yellow, white and black are left out: each vanishes on one of the
# two backgrounds; so does bright black, hence `dim`.
STYLES: dict[Kind, str] = {
    Kind.SENT: "bold",
    Kind.ANSWER: "",
    Kind.OK: "ansigreen",
    Kind.REFUSED: "ansired bold",
    Kind.MEANING: "dim",
    Kind.URC: "ansimagenta",
    Kind.RAW: "ansicyan",
    Kind.NOTE: "",
    Kind.LOSS: "ansired",
    Kind.ERROR: "ansired",
}
# What stands before a line of that kind, so that it is told from the modem's own words.
MARKS: dict[Kind, str] = {Kind.MEANING: "  ", Kind.ERROR: "! "}
