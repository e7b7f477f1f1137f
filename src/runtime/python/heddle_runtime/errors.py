"""What the caller is told of something raised, in AWS Lambda's words."""

import traceback

from .constants import ERROR_TEXT_MAX, TRACE_LINES_MAX



class Fault(Exception):
    """An error of the runtime's own; on the wire it is `Runtime.NAME`."""

    def __init__(self, name, message, trace=()):
        super().__init__(message)
        self.error_type = f"Runtime.{name}"
        self.trace = list(trace)


def error_body(error):
    """`errorType`, `errorMessage` and `trace` of an exception. Never raises, whatever its `__str__` does."""
    if isinstance(error, Fault):
        return _body(error.error_type, str(error), error.trace)
    try:
        message = str(error)
    except Exception as problem:  # noqa: BLE001 -- the caller is to be told, whatever user code does
        message = f"<the message cannot be read: {type(problem).__name__}>"
    return _body(type(error).__name__, message, trace_of(error))


def _body(error_type, message, trace):
    body = {"errorType": _cut(error_type), "errorMessage": _cut(message), "trace": []}
    left = ERROR_TEXT_MAX
    for entry in trace[:TRACE_LINES_MAX]:
        if left <= 0:
            break
        body["trace"].append(entry[:left])
        left -= len(entry)
    return body


def _cut(text):
    return text if len(text) <= ERROR_TEXT_MAX else text[:ERROR_TEXT_MAX] + "…"


def trace_of(error):
    """Where it was raised, a text for each frame, outermost first; without the frames by which user code was reached."""
    try:
        frames = traceback.extract_tb(error.__traceback__)
        first = next((index for index, frame in enumerate(frames) if not _is_ours(frame.filename)), len(frames))
        return traceback.format_list(frames[first:])
    except Exception:  # noqa: BLE001 -- source lines are read from files that user code may have made unreadable
        return []


def _is_ours(filename):
    return filename.startswith((_own_folder, "<frozen importlib", "<frozen runpy")) or filename.endswith(
        "/importlib/__init__.py"
    )


# As this was compiled, which need not be where it lies.
_own_folder = _is_ours.__code__.co_filename.rsplit("/", 1)[0] + "/"


def error_text(body):
    """The same for the log, as AWS Lambda writes it."""
    lines = [f"[ERROR] {body['errorType']}: {body['errorMessage']}" if body["errorMessage"] else f"[ERROR] {body['errorType']}"]
    if body["trace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(entry.rstrip("\n") for entry in body["trace"])
    return "\n".join(lines) + "\n"
