"""What user code prints, on its way to the service."""

import io
import os
import sys
import threading

from .channel import os_write
from .constants import LOG_BYTES_MAX

_cut_notice = f"\n[heddle] Output was cut: one invocation may print {LOG_BYTES_MAX} bytes.\n"


class InvocationLog:
    """
    During an invocation text goes out at once, so that nothing is lost when the code then hangs or ends the process. What is
    printed between invocations is held for the next one. Each may print `LOG_BYTES_MAX`; what goes beyond is dropped, and a
    line says so. Threads of user code print here too.
    """

    def __init__(self, channel):
        self._channel = channel
        self._lock = threading.RLock()
        self._left = LOG_BYTES_MAX
        self._open = False
        self._held = []
        # Of the running invocation, or between two, of the last.
        self.request_id = ""
        # For whom that runs, or ran, where its function has tenants.
        self.tenant_id = None
        os.register_at_fork(after_in_child=self._forked)

    def write(self, text, fd):
        """`fd`: where it goes in a process that was forked, which has no channel."""
        if not self._channel.mine:
            os_write(fd, text.encode("utf-8", "replace"))
            return
        with self._lock:
            if self._left <= 0:
                return
            size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
            if size > self._left:
                text = text.encode("utf-8", "replace")[: self._left].decode("utf-8", "ignore") + _cut_notice
            self._left -= size
            if self._open:
                self._send(text)
            else:
                self._held.append(text)

    def open(self):
        """The running invocation may be told from now on; first of all what was held for it."""
        with self._lock:
            self._open = True
            if self._held:
                held, self._held = "".join(self._held), []
                self._send(held)

    def close(self):
        """The invocation has its answer. The quota starts anew."""
        with self._lock:
            self._open = False
            self._left = LOG_BYTES_MAX

    def _send(self, text):
        if text:
            self._channel.send({"type": "log", "text": text})

    def _forked(self):
        self._lock = threading.RLock()


class _RawLog(io.RawIOBase):
    """The bytes behind `sys.stdout.buffer`. A character may come in two writes."""

    def __init__(self, log, fd):
        super().__init__()
        self._log = log
        self._fd = fd
        self._rest = b""

    def writable(self):
        return True

    def fileno(self):
        return self._fd

    def write(self, data):
        data = bytes(data)
        whole = self._rest + data
        text = whole.decode("utf-8", "ignore")
        self._rest = whole[len(text.encode("utf-8")) :] if _ends_early(whole) else b""
        self._log.write(text if self._rest else whole.decode("utf-8", "replace"), self._fd)
        return len(data)


def _ends_early(data):
    """Whether the last character is not whole yet."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            return byte >= 0xC0 and (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4) > back
    return False


class LogStream(io.TextIOWrapper):
    """`sys.stdout` and `sys.stderr`: whatever is written goes to the log at once, text without a way through bytes."""

    def __init__(self, log, fd, name):
        raw = _RawLog(log, fd)
        super().__init__(io.BufferedWriter(raw, 1), encoding="utf-8", errors="replace", write_through=True)
        self._log = log
        self._fd = fd
        self.mode = "w"
        self._name = name

    @property
    def name(self):
        return self._name

    def isatty(self):
        return False

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._log.write(text, self._fd)
        return len(text)

    def writelines(self, lines):
        self.write("".join(lines))

    def flush(self):
        pass

    def close(self):
        pass


def capture_streams(log):
    """Sends what is written to `sys.stdout` and `sys.stderr` to the log."""
    sys.stdout = sys.__stdout__ = LogStream(log, 1, "<stdout>")
    sys.stderr = sys.__stderr__ = LogStream(log, 2, "<stderr>")
