"""
Compiles a function's modules, so that its containers need not: a handler of ours, called by the service with the function's code in
its place, before anybody calls the function. None of that code is run.
"""

import importlib.util
import json
import os
from importlib._bootstrap_external import _code_to_hash_pyc

# Room for a header in the largest answer.
_answer_bytes_max = 5_000_000
_file_bytes_max = 4_000_000


def handler(event, context):
    """
    `event["from"]`: the number of the first module. Gives one line of JSON, `{"next": number or null, "files": [[path, bytes], …]}`, and
    behind it what is in those files.
    """
    root = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")
    sources = _sources(root)
    compiled = []
    size = 0
    at = event["from"]
    while at < len(sources):
        path, data = _compile(root, sources[at])
        if size + len(data) > _answer_bytes_max:
            break
        at += 1
        size += len(data)
        if data:
            compiled.append((path, data))
    header = {"next": at if at < len(sources) else None, "files": [[path, len(data)] for path, data in compiled]}
    return json.dumps(header).encode() + b"\n" + b"".join(data for _, data in compiled)


def _sources(root):
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        found.extend(os.path.join(folder, name) for name in sorted(names) if name.endswith(".py"))
    return found


def _compile(root, source):
    """Nothing for what is there already, and for what cannot be compiled: whoever imports it is told."""
    target = importlib.util.cache_from_source(source)
    path = os.path.relpath(target, root)
    try:
        with open(target, "rb") as file:
            # PEP 552: of this version, and by a hash that nobody checks.
            if file.read(8) == importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little"):
                return path, b""
    except OSError:
        pass
    try:
        with open(source, "rb") as file:
            text = file.read()
        code = compile(text, source, "exec", dont_inherit=True)
        data = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(text), False))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return path, b""
    return path, data if len(data) <= _file_bytes_max else b""
