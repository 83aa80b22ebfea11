"""The table of docs/doctor.md, made of the catalogue.

    python -m tests.apn_config.doctor.doctor_page

writes it; a test holds that it is what the catalogue says.
"""

from __future__ import annotations

from pathlib import Path

from apn_config.doctor.catalogue import FAULTS
from apn_config.doctor.findings import Fault, Topic, Verdict

PAGE = Path(__file__).parents[3] / "docs" / "doctor.md"
BEGIN, END = "<!-- findings -->\n", "<!-- end of findings -->\n"
_WORDS = {
    Verdict.FAILED: "failed",
    Verdict.WARNING: "warning",
    Verdict.INFO: "info",
}


def page(written: str) -> str:
    """The page with its table anew."""
    head, _, rest = written.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{_tables()}{END}{tail}"


def _tables() -> str:
    lines: list[str] = []
    for topic in Topic:
        faults = [fault for fault in FAULTS if fault.topic is topic]
        if not faults:
            continue
        lines += [f"### {topic.value}", ""]
        lines += ["| id | what is wrong, and why it matters | what to do |", "|---|---|---|"]
        lines += [_row(fault) for fault in faults]
        lines.append("")
    return "\n".join([*lines, ""])


def _row(fault: Fault) -> str:
    wrong = f"**{_escaped(fault.title)}**: {_escaped(fault.why)}"
    if fault.blames:
        causes = ", ".join(f"`{each}`" for each in fault.blames)
        wrong += f" May come of {causes}."
    what = _escaped(fault.advice) + (f". `--fix` {fault.mends}" if fault.mends else "")
    return f"| `{fault.id}` ({_WORDS[fault.verdict]}) | {wrong} | {what} |"


def _escaped(text: str) -> str:
    """As text in a table's cell; what stands in braces is filled in when it is told."""
    for each in ("\\", "|", "*", "<", "[", "{"):
        text = text.replace(each, f"\\{each}")
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
