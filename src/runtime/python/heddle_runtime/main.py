"""Started as `python3.N runtime.pyz TASK_ROOT [serve-first [--resume=FD]]`, with the data channel as file descriptor 3."""

import os
import sys
import traceback

# Called by its name, when this archive is on no path any more.
from . import compiling  # noqa: F401
from .channel import Channel, os_write
from .logs import set_up_logging
from .output import InvocationLog, capture_streams
from .own_interpreter import become_own, become_supervisor, left_messages
from .raw_output import RawOutput
from .server import Server
from .usage import Usage
from .warm_up import rehearse, tidy, warm_up_steps
from .wire import PROTOCOL_VERSION

_channel_fd = 3
# Code that is going to come at once, into a container that was made for it, comes within so long.
_idle_seconds = 0.05
# Between two steps, so that a container that waits makes nobody else wait.
_pause_seconds = 0.002


def main(arguments):
    """
    `serve-first`: says hello before it warms itself up. Without it this process may be copied between hello and `init`: everything
    has been done then, and nothing here may look at the time or at anything random before.
    """
    archive = sys.argv[0]
    task_root = arguments[0] if arguments else "/var/task"
    serves_first = arguments[1:2] == ["serve-first"]
    sys.argv[:] = ["/var/runtime/bootstrap.py"]
    left = left_messages(arguments)
    channel = Channel(_channel_fd)
    log = InvocationLog(channel)
    raw = RawOutput()
    steps = warm_up_steps(not serves_first) if left is None else []
    if not serves_first:
        _take(steps)
    capture_streams(log)
    set_up_logging(log)
    raw.watch()
    server = Server(channel, log, raw, Usage(), task_root, _exit_now)
    if left is None:
        server.become_supervisor = lambda init: become_supervisor(archive, task_root, _channel_fd, init)
        server.become_own = lambda environment, messages: become_own(archive, task_root, _channel_fd, environment, messages)
        _say_hello(channel)
    try:
        for message in left or []:
            server.receive(message)
        _serve(channel, server, steps, used=left is not None)
    except Exception:
        # Ours, or raised by a signal's handler between two invocations: nobody would hear of it by the log.
        if channel.mine:
            os_write(2, f"The runtime gives up: {traceback.format_exc()}".encode("utf-8", "replace"))
        raise


def _serve(channel, server, steps, used):
    idle_seconds = _idle_seconds
    while True:
        if not used and steps and not channel.waits(idle_seconds):
            steps.pop(0)()
            idle_seconds = _pause_seconds
            continue
        request = channel.receive()
        if request is None:
            # The service has ended this container, and nobody waits for what user code would do at its end.
            os._exit(0)
        if request["type"] == "rehearse" and not used:
            _take(steps or [rehearse, tidy])
            _say_hello(channel)
            continue
        used = True
        steps.clear()
        server.receive(request)


def _take(steps):
    for step in steps[:]:
        step()
    steps.clear()


def _say_hello(channel):
    channel.send({"type": "hello", "protocol": PROTOCOL_VERSION, "role": "runtime"})


def _exit_now(code):
    sys.exit(code)
