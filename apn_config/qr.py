"""QR codes in a terminal. The only file that knows segno."""

from __future__ import annotations

from io import StringIO

import segno

# Whoever scans a screen has it whole; a higher level only makes it larger.
_ERROR = "m"
_BORDER = 2
# ECMA-48 SGR; a full block is a light module.
_LIGHT_ON_DARK, _RESET = "\x1b[97;40m", "\x1b[0m"


def terminal_code(text: str) -> str:
    """The text as a QR code of half blocks, each two modules high.

    Its colours are set, so that it is dark on light in a light terminal, too.
    """
    out = StringIO()
    code = segno.make(text, error=_ERROR, micro=False, boost_error=False)
    code.terminal(out, border=_BORDER, compact=True)
    return "\n".join(f"{_LIGHT_ON_DARK}{line}{_RESET}" for line in out.getvalue().splitlines())
