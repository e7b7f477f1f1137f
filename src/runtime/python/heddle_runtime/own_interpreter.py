"""
Options that an interpreter reads at its start only, and the program that AWS lets a function start it by: where a function has
some, this process becomes another interpreter, which takes over where this one is. Wrappers are part of the function's code or layers,
so this is done when the first invocation comes, not before.
"""

import os
import sys

from .errors import Fault
from .wire import HEAD_BYTES, decode, encode_frame, frame_length

WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
_options = (
    *("PYTHONHASHSEED", "PYTHONOPTIMIZE", "PYTHONDEVMODE", "PYTHONWARNINGS", "PYTHONFAULTHANDLER", "PYTHONTRACEMALLOC"),
    *("PYTHONASYNCIODEBUG", "PYTHONMALLOC", "PYTHONUTF8", "PYTHONVERBOSE", "PYTHONINTMAXSTRDIGITS", "PYTHONNODEBUGRANGES"),
    "PYTHONPROFILEIMPORTTIME",
    "LD_PRELOAD",
)
# As src/protocol/default-environment.ts has it: the loader of this process looks there.
_library_path = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
_resume = "--resume="
# As src/protocol/supervisor-command.ts names it.
_supervisor = "_HEDDLE_SUPERVISOR"


def needs_own(environment):
    """Whether this interpreter cannot be what the function asks for."""
    return any(environment.get(name) for name in (WRAPPER, *_options)) or _asks_loader(environment.get("LD_LIBRARY_PATH", ""))


def _asks_loader(library_path):
    return any(folder and folder not in _library_path.split(":") for folder in library_path.replace(";", ":").split(":"))


def become_supervisor(archive, task_root, channel_fd, init):
    """
    Where the function has extensions: becomes the program that starts them, and then an interpreter, which takes over what `init` says. Does
    not come back.
    """
    node, *rest = os.environ[_supervisor].split(" ")
    fd = _file_of([init])
    for inherited in (fd, channel_fd):
        os.set_inheritable(inherited, True)
    os.execv(node, [node, *rest, task_root, "supervise", str(fd), "python", sys.executable, archive])


def become_own(archive, task_root, channel_fd, environment, messages):
    """Does not come back. Raises Fault where the wrapper cannot be started. `messages`: what was received and not carried out."""
    command = [sys.executable, archive, task_root, "serve-first"]
    wrapper = environment.get(WRAPPER)
    fd = _file_of(messages)
    command.append(f"{_resume}{fd}")
    for inherited in (fd, channel_fd):
        os.set_inheritable(inherited, True)
    program = wrapper or command[0]
    try:
        os.execve(program, [program, *command] if wrapper else command, environment)
    except OSError as error:
        os.set_inheritable(channel_fd, False)
        os.close(fd)
        raise Fault("ExitError", f"{WRAPPER} names {program}, which cannot be started: {error.strerror}") from None


def _file_of(messages):
    """A file that has no name any more: a pipe would not hold a large event."""
    path = f"/tmp/.heddle-resume-{os.getpid()}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(path)
    with open(fd, "wb", closefd=False) as file:
        for message in messages:
            file.write(encode_frame(message))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def left_messages(arguments):
    """What another interpreter left to this one; None where there was none."""
    for argument in arguments:
        if argument.startswith(_resume):
            return _read_all(int(argument[len(_resume) :]))
    return None


def _read_all(fd):
    messages = []
    with open(fd, "rb") as file:
        while True:
            head = file.read(HEAD_BYTES)
            if not head:
                return messages
            messages.append(decode(file.read(frame_length(head))))
