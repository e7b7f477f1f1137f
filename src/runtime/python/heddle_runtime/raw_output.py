"""
Knows whether user code may have printed to file descriptors 1 and 2 itself, or by a program that it started: then an
invocation's log is only whole when the agent has passed on what lies in the pipe. Native code goes unseen.
"""

import os
import sys

_starts = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn"}
_outputs = {1, 2, "/dev/stdout", "/dev/stderr", *(f"{at}/{n}" for at in ("/dev/fd", "/proc/self/fd") for n in (1, 2))}


class RawOutput:
    def __init__(self):
        self._seen = False
        # Somebody has opened one of the two for good.
        self._opened = False

    @property
    def possible(self):
        """Whether something may have been printed since `clear`."""
        return self._seen or self._opened or _has_children()

    def clear(self):
        self._seen = False

    def watch(self):
        """To be called once."""
        sys.addaudithook(self._hear)
        for name in ("write", "writev", "sendfile"):
            setattr(os, name, self._noticed(getattr(os, name)))

    def _hear(self, event, args):
        if event == "open":
            if (isinstance(args[0], (int, str))) and args[0] in _outputs:
                self._opened = True
        elif event in _starts:
            self._seen = True

    def _noticed(self, call):
        def noticed(fd, *rest, **named):
            if fd == 1 or fd == 2:
                self._seen = True
            return call(fd, *rest, **named)

        noticed.__name__ = noticed.__qualname__ = call.__name__
        noticed.__doc__ = call.__doc__
        return noticed


def _has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    except ChildProcessError:
        return False
