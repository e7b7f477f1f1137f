"""An answer that goes out while it is made: what a handler that returns a generator, or another iterator, gives one by one."""

import os
from collections.abc import Iterator

from .constants import PART_OVERHEAD_BYTES, STREAM_BYTES_MAX, STREAM_PART_BYTES_MAX, STREAM_WINDOW_BYTES
from .errors import Fault

_content_type = "application/octet-stream"
# Rather than less of what was given than this, nothing is sent until there is more room.
_piece_bytes_min = 16384


def is_stream(value):
    return isinstance(value, Iterator)


class StreamedAnswer:
    """Reads the channel where it has to wait: nothing else comes there while an invocation runs."""

    def __init__(self, channel):
        self._channel = channel
        self._window = STREAM_WINDOW_BYTES
        self._bytes = 0
        self._left = False

    def send(self, iterator):
        """Takes all that it gives. Raises what it raises, and Fault for what cannot be sent. Where its caller goes, it is closed, and that is its end."""
        self._channel.send({"type": "stream", "contentType": _content_type})
        for given in iterator:
            self._send(_bytes_of(given))
            if self._left:
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
                return

    def _send(self, data):
        self._bytes += len(data)
        if self._bytes > STREAM_BYTES_MAX:
            fault = Fault("", f"Response payload size exceeded maximum allowed payload size ({STREAM_BYTES_MAX} bytes).")
            fault.error_type = "Function.ResponseSizeTooLarge"
            raise fault
        rest = memoryview(data)
        while len(rest) > 0 and self._room_for(len(rest)):
            size = min(len(rest), STREAM_PART_BYTES_MAX, self._window - PART_OVERHEAD_BYTES)
            self._window -= size + PART_OVERHEAD_BYTES
            self._channel.send({"type": "part", "data": rest[:size]})
            rest = rest[size:]

    def _room_for(self, size):
        """Waits until there is room. False where nobody takes it any more."""
        while not self._left:
            enough = self._window - PART_OVERHEAD_BYTES >= min(size, _piece_bytes_min)
            if enough and not self._channel.waits(0):
                return True
            self._hear()
        return False

    def _hear(self):
        message = self._channel.receive()
        if message is None:
            # The service has ended this container.
            os._exit(0)
        if message["type"] == "took":
            self._window += message["bytes"]
        elif message["type"] == "left":
            self._left = True


def _bytes_of(given):
    if isinstance(given, str):
        return given.encode("utf-8")
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    raise Fault("MarshalError", f"Unable to marshal response: a streamed answer is bytes or str, not {type(given).__name__}")
