"""The way to the service: a file descriptor that this process was born with, a socket or a virtio-serial port."""

import io
import os
import select
import threading

from .wire import HEAD_BYTES, decode, encode_frame, frame_length


class Channel:
    """
    Messages both ways. Reading is the main thread's; whoever prints may write, and what was written is with the kernel when
    `send` returns: user code that runs next may loop for ever or end the process, and nothing is lost.
    """

    def __init__(self, fd):
        self._fd = fd
        # Neither programs that user code starts nor what it forks may speak here.
        os.set_inheritable(fd, False)
        os.set_blocking(fd, True)
        self._reader = io.FileIO(fd, "rb", closefd=False)
        # A signal's handler may print while its thread prints.
        self._lock = threading.RLock()
        os.register_at_fork(before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._leave)

    @property
    def mine(self):
        """Whether this process is still the container's runtime, and not one that it forked."""
        return self._fd >= 0

    def send(self, message):
        self.send_frame(encode_frame(message))

    def send_frame(self, frame):
        view = memoryview(frame)
        with self._lock:
            while self._fd >= 0 and len(view) > 0:
                view = view[self._write(view) :]

    def waits(self, seconds):
        """Whether something can be read, or comes within so long."""
        return bool(select.select([self._fd], [], [], seconds)[0])

    def receive(self):
        """The next message; None when the service has hung up."""
        head = self._read(HEAD_BYTES)
        if head is None:
            return None
        body = self._read(frame_length(head))
        return None if body is None else decode(body)

    def _read(self, length):
        room = bytearray(length)
        view = memoryview(room)
        while len(view) > 0:
            count = self._reader.readinto(view)
            if count is None:
                select.select([self._fd], [], [])
            elif count == 0:
                return None
            else:
                view = view[count:]
        return bytes(room)

    def _write(self, view):
        try:
            return os_write(self._fd, view)
        except BlockingIOError:
            select.select([], [self._fd], [])
            return 0
        except OSError:
            # The service has gone: nobody will hear anything any more.
            os._exit(1)

    def _leave(self):
        fd, self._fd = self._fd, -1
        self._lock = threading.RLock()
        if fd >= 0:
            os.close(fd)


# Before `raw_output` replaces it.
os_write = os.write
