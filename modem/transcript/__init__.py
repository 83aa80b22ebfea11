"""Sessions between a host and a modem: recorded, read, shown, masked, and replayed as a modem.

values       what a session is; `format` its text form, which people read, edit and put under tests
masking      takes numbers, texts and secrets out of one
recording    writes one while it runs; `passthrough` stands between a program and its modem
reading      what was said, line by line; `view` shows it as text, `page` as a sequence diagram
script       what a recorded modem answers to what; `replay` is that modem, `stage` gives it a port

The names below are the interface, loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.lazy import loader

if TYPE_CHECKING:
    from modem.transcript.errors import RecordingError
    from modem.transcript.format import read, write
    from modem.transcript.masking import Masker
    from modem.transcript.passthrough import LineListener, PassThrough
    from modem.transcript.recording import Recorder, create_recording
    from modem.transcript.values import Chunk, Note, Transcript, Way

_HOME_OF = {
    "Chunk": "values",
    "LineListener": "passthrough",
    "Masker": "masking",
    "Note": "values",
    "PassThrough": "passthrough",
    "Recorder": "recording",
    "RecordingError": "errors",
    "Transcript": "values",
    "Way": "values",
    "create_recording": "recording",
    "read": "format",
    "write": "format",
}

__all__ = [
    "Chunk",
    "LineListener",
    "Masker",
    "Note",
    "PassThrough",
    "Recorder",
    "RecordingError",
    "Transcript",
    "Way",
    "create_recording",
    "read",
    "write",
]

__getattr__ = loader(__name__, _HOME_OF)
