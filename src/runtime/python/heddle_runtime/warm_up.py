"""What makes the first invocation quick: the interpreter has loaded and run once what that will need."""

import gc
import importlib
import os
import sys
from contextlib import suppress
from functools import partial

from .channel import Channel
from .errors import error_body, error_text
from .output import InvocationLog, capture_streams
from .raw_output import RawOutput
from .server import Server
from .usage import Usage
from .wire import decode, encode_frame

# What functions commonly import and what takes long to load, the commonest first: some 5 MiB, and 60 ms. Not boto3 (400 ms).
_names = (
    *("datetime", "random", "uuid", "base64", "hashlib", "urllib.parse", "dataclasses", "typing", "functools", "copy", "hmac"),
    *("pathlib", "subprocess", "tempfile", "socket", "zoneinfo", "secrets", "inspect", "concurrent.futures.thread", "email.utils"),
    *("calendar", "csv", "glob", "html", "logging.handlers", "mimetypes", "pprint", "queue", "statistics", "unicodedata", "argparse"),
    *("xml.etree.ElementTree", "zipfile"),
)
# Long to load, and large: only where copies share them.
_shared_names = ("asyncio", "http.client", "ssl", "urllib.request")


def warm_up_steps(shared):
    """
    What can be done before anybody's code comes, a little each, the most useful first: what comes meanwhile waits for the step that is
    being taken.
    """
    names = (*_names, *_shared_names) if shared else _names
    return [rehearse, *(partial(_load, name) for name in names), tidy]


def _load(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return  # a smaller Python than Debian's; whoever needs it is told so


def rehearse():
    """
    Goes once through everything that the first invocation will go through, with a function of our own and output into nothing.
    Leaves nothing behind; where there is no folder to put the function in, or none any more, it is left out: a function that comes
    meanwhile may have its own `/tmp` mounted over that.
    """
    folder = f"/tmp/.heddle-rehearsal-{os.getpid()}"
    try:
        os.mkdir(folder)
    except OSError:
        return
    before = (list(sys.path), dict(os.environ))
    streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    file_name = f"{folder}/heddle_rehearsal.py"
    # A descriptor of its own for the channel: it closes nothing of others.
    none = os.open("/dev/null", os.O_RDWR)
    try:
        with open(file_name, "w", encoding="utf-8") as file:
            file.write(_function)
        channel = _Nowhere(none)
        log = InvocationLog(channel)
        capture_streams(log)
        server = Server(channel, log, RawOutput(), Usage(), folder, lambda code: None)
        server.become_own = _never
        for message in (_init, _invoke, _invoke):
            server.receive(decode(bytes(encode_frame(message))[4:]))
        error_text(error_body(ValueError("x")))
    except FileNotFoundError:
        if os.path.exists(folder):
            raise
    finally:
        os.close(none)
        sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__ = streams
        sys.path[:] = before[0]
        os.environ.clear()
        os.environ.update(before[1])
        sys.modules.pop("heddle_rehearsal", None)
        for path in [path for path in sys.path_importer_cache if path.startswith(folder)]:
            del sys.path_importer_cache[path]
        with suppress(FileNotFoundError):
            os.unlink(file_name)
            os.rmdir(folder)


class _Nowhere(Channel):
    def __init__(self, fd):
        self._fd = fd
        self._lock = _no_lock

    mine = True

    def waits(self, seconds):
        return False


class _NoLock:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False




def _never(environment, messages):
    raise AssertionError("A rehearsal asks for no interpreter of its own.")


_no_lock = _NoLock()
_function = "import json\n\ndef handler(event, context):\n    context.get_remaining_time_in_millis()\n    return {'event': event}\n"
_invoke = {"type": "invoke", "requestId": "rehearsal", "timeoutMs": 1000, "payload": b'{"key": "value"}'}
_init = {
    "type": "init",
    "handler": "heddle_rehearsal.handler",
    "environment": '{"LANG": "C.UTF-8", "TZ": ":UTC", "PATH": "/usr/bin:/bin"}',
    "functionName": "rehearsal",
    "functionVersion": "$LATEST",
    "functionArn": "",
    "memoryMb": 128,
    "logGroup": "",
    "logStream": "",
    "randomSeed": 1,
}


def tidy():
    """Garbage is gone, and what is left is looked at by no collection any more, so that copies go on sharing it."""
    gc.collect()
    gc.freeze()
