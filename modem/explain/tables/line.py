"""The line between host and modem, and calls in V.250's way (ITU-T V.250 6)."""

from __future__ import annotations

from modem.explain.model import CommandHelp, Parameter
from modem.explain.tables.shared import QUESTION, V250, command


def _basic(name: str, summary: str, clause: str, *values: tuple[str, str]) -> CommandHelp:
    forms = ("<n>",) if values else ("",)
    parameters = (Parameter("n", values=values),) if values else ()
    return command(name, summary, f"{V250} {clause}", forms, *parameters)


def _register(number: int, summary: str, clause: str, meaning: str) -> CommandHelp:
    parameter = Parameter("value", meaning)
    where = f"{V250} {clause}" if clause else "by custom, no standard"
    return command(f"S{number}", summary, where, ("=<value>", "?"), parameter)


TABLE: tuple[CommandHelp, ...] = (
    _basic("A", "Answer an incoming call", "6.3.5"),
    command(
        "D",
        "Dial: a call, or data by *99#",
        f"{V250} 6.3.1",
        ("<number>;", "*99#", "*99***<cid>#"),
        Parameter("number", "a `;` behind it makes it a voice call"),
        Parameter("cid", "the context whose data are wanted"),
    ),
    _basic(
        "E",
        "Echo of what is typed",
        "6.2.4",
        ("0", "no echo"),
        ("1", "the modem repeats each character"),
    ),
    command("H", "Hang up", f"{V250} 6.3.6", ("", "0"), Parameter("n", values=(("0", "hang up"),))),
    command(
        "I",
        "Who the modem is: maker, model, firmware",
        f"{V250} 6.1.3",
        ("", "<n>"),
        Parameter("n", "which part of it, as the maker likes"),
    ),
    _basic(
        "L",
        "Loudspeaker volume",
        "6.3.13",
        ("0", "low"),
        ("1", "low"),
        ("2", "medium"),
        ("3", "high"),
    ),
    _basic(
        "M",
        "Loudspeaker",
        "6.3.14",
        ("0", "off"),
        ("1", "on until the connection stands"),
        ("2", "on"),
    ),
    _basic("O", "Back to data after +++", "6.3.7"),
    _basic("P", "Pulse dialling: no meaning for a cellular modem", "6.3.3"),
    _basic(
        "Q",
        "Result codes or none",
        "6.2.5",
        ("0", "OK, ERROR and their like are sent"),
        ("1", "no result codes at all"),
    ),
    _basic("T", "Tone dialling: no meaning for a cellular modem", "6.3.2"),
    _basic(
        "V",
        "Result codes as words or numbers",
        "6.2.6",
        ("0", "numbers: 0 for OK, 4 for ERROR"),
        ("1", "words"),
    ),
    _basic(
        "X",
        "What is told of a call that is set up",
        "6.2.7",
        ("0", "CONNECT alone"),
        ("1", "CONNECT with the rate"),
        ("2", "and whether there is a dial tone"),
        ("3", "and whether it is busy, but no dial tone"),
        ("4", "all of it"),
    ),
    command(
        "Z",
        "Take the settings that were saved by &W",
        f"{V250} 6.1.1",
        ("", "<n>"),
        Parameter("n", "which of the saved profiles"),
    ),
    _basic(
        "&C",
        "The DCD line",
        "6.2.8",
        ("0", "always on"),
        ("1", "on while a connection stands"),
    ),
    _basic(
        "&D",
        "What a drop of the DTR line does to a connection",
        "6.2.9",
        ("0", "nothing"),
        ("1", "back to commands, the connection stays"),
        ("2", "hang up"),
    ),
    _basic("&F", "Take the maker's settings", "6.1.2"),
    command("&V", "Show the settings of the line", "by custom, no standard", ("",)),
    command(
        "&W",
        "Save the settings of the line, for Z and the next start",
        "by custom, no standard",
        ("", "<n>"),
        Parameter("n", "which profile"),
    ),
    command(
        "&K",
        "Flow control between modem and host",
        "by custom, no standard",
        ("<n>",),
        Parameter(
            "n", values=(("0", "none"), ("3", "by the RTS and CTS lines"), ("4", "by XON and XOFF"))
        ),
    ),
    command(
        "&S",
        "The DSR line",
        "by custom, no standard",
        ("<n>",),
        Parameter("n", values=(("0", "always on"), ("1", "on while a connection stands"))),
    ),
    _register(0, "After how many rings a call is answered", "6.3.8", "0 never, else rings"),
    _register(2, "The character that, three times, leads back from data", "", "43, the +"),
    _register(3, "The character that ends a command line", "6.2.1", "13, the CR, by default"),
    _register(4, "The character behind it in an answer", "6.2.2", "10, the LF, by default"),
    _register(5, "The character that deletes one", "6.2.3", "8, the backspace, by default"),
    _register(6, "Pause before dialling", "6.3.9", "seconds"),
    _register(7, "How long a connection may take", "6.3.10", "seconds"),
    _register(8, "What a comma in a dial string waits", "6.3.11", "seconds"),
    _register(10, "How long the carrier may be lost", "6.3.12", "tenths of a second"),
    _register(12, "The pause before and behind +++", "", "fiftieths of a second"),
    command("+GMI", "The maker", f"{V250} 6.1.4", QUESTION),
    command("+GMM", "The model", f"{V250} 6.1.5", QUESTION),
    command("+GMR", "The firmware", f"{V250} 6.1.6", QUESTION),
    command("+GSN", "The serial number, of a cellular modem its IMEI", f"{V250} 6.1.7", QUESTION),
    command("+GCAP", "Which families of commands it knows", f"{V250} 6.1.9", QUESTION),
    command(
        "+IPR",
        "Speed of the serial port",
        f"{V250} 6.2.10",
        ("=<rate>", "?", "=?"),
        Parameter("rate", "bits per second", (("0", "found out from what the host sends"),)),
    ),
    command(
        "+ICF",
        "Framing of a character on the serial port",
        f"{V250} 6.2.11",
        ("=<format>,<parity>", "?", "=?"),
        Parameter(
            "format",
            values=(
                ("1", "8 data bits, 2 stop bits"),
                ("2", "8 data bits, parity, 1 stop bit"),
                ("3", "8 data bits, 1 stop bit"),
                ("4", "7 data bits, 2 stop bits"),
                ("5", "7 data bits, parity, 1 stop bit"),
                ("6", "7 data bits, 1 stop bit"),
            ),
        ),
        Parameter("parity", values=(("0", "odd"), ("1", "even"), ("2", "mark"), ("3", "space"))),
    ),
    command(
        "+IFC",
        "Flow control between modem and host",
        f"{V250} 6.2.12",
        ("=<by host>,<by modem>", "?", "=?"),
        Parameter("by host", values=(("0", "none"), ("1", "XON and XOFF"), ("2", "RTS"))),
        Parameter("by modem", values=(("0", "none"), ("1", "XON and XOFF"), ("2", "CTS"))),
    ),
    command(
        "+FCLASS",
        "Data, fax or voice",
        "ITU-T T.31 8.2",
        ("=<class>", "?", "=?"),
        Parameter("class", values=(("0", "data"), ("1", "fax, class 1"), ("8", "voice"))),
    ),
)
