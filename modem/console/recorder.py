"""The recording of a session, while it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from modem.channel import AtChannel
from modem.transcript.errors import RecordingError
from modem.transcript.recording import Recorder, create_recording
from modem.transcript.values import Way


class Recording:
    """What passes on a channel, masked, in a new file. Raises RecordingError.

    `fails` is called with the reason when it can't go on; the session does.
    """

    def __init__(self, name: str, channel: AtChannel, fails: Callable[[str], None]) -> None:
        self.name = name
        self._fails = fails
        # Masked or not, a session is its owner's business.
        self._stack = ExitStack()
        file = self._stack.enter_context(create_recording(Path(name), private=True))
        self._recorder = Recorder(file, [("port", channel.port)], time.monotonic)
        self._end_listening = channel.listen(self._passes)

    def end(self) -> None:
        """End it: what is still held back is written, blotted."""
        self._end_listening()
        with self._stack, suppress(RecordingError):
            self._recorder.close()

    def _passes(self, way: Way, data: bytes) -> None:
        # The modem's bytes pass by here on their way to the session.
        try:
            self._recorder.passes(way, data)
        except RecordingError as error:
            self._end_listening()
            self._stack.close()
            self._fails(str(error))
