"""Serves one container's invocations: `init` once, then `invoke` any number of times, one at a time."""

import json
import logging
import os
import sys
import time

from .context import LambdaContext
from .environment import apply_environment, apply_paths, seed_random
from .errors import Fault, error_body, error_text
from .loading import existing, load_handler
from .logs import error_line, fit_logging
from .machine import show_machine
from .marshal import client_context_of, event_of, payload_of, remember_tuples
from .old_botocore import teach_old_botocore
from .own_interpreter import needs_own
from .streaming import StreamedAnswer, is_stream
from .wire import WireError, encode_frame

_started = bytes(encode_frame({"type": "started"}))
_initialised = bytes(encode_frame({"type": "initialised"}))


class Invocation:
    def __init__(self, request):
        self.request_id = request["requestId"]
        self.started_at = None
        self.init_ms = None
        # It begins when the handler may run.
        self.timeout_ms = request["timeoutMs"]
        self.trace_id = request.get("traceId")
        self.traceparent = request.get("traceparent")
        self.trace_state = request.get("traceState")
        self.tenant_id = request.get("tenantId")
        # Its handler is not to be called.
        self.initialises = bool(request.get("initialise"))
        # As it was called by, where that is not the one it was loaded with.
        self.invoked_arn = request.get("invokedArn")
        self.streams = request.get("stream") is True


class Server:
    """`exits`: ends this process, with what user code registered for its end."""

    def __init__(self, channel, log, raw, usage, task_root, exits):
        self._channel = channel
        self._log = log
        self._raw = raw
        self._usage = usage
        self._task_root = task_root
        self._exits = exits
        self._init = None
        self._environment = {}
        self._handler = None
        self._initialised = False
        self._cpu_before = 0.0
        # Variables that say of which trace the last invocation was.
        self._traced = set()
        # How this process becomes an interpreter that is started as the function asks; None in one that is.
        self.become_own = None
        # The same for the supervisor of a function's extensions.
        self.become_supervisor = None

    def receive(self, request):
        kind = request["type"]
        if kind == "invoke":
            self._invoke(request)
        elif kind == "init":
            if self._init is not None:
                raise WireError("The host sent `init` a second time.")
            if request.get("extensions"):
                self.become_supervisor(request)
            self._prepare(request)
        elif kind not in ("lane", "go", "took", "left"):
            raise WireError(f"The host sent {kind!r}, which has no place here.")

    def _prepare(self, init):
        self._init = init
        environment = self._environment = json.loads(init["environment"])
        # An interpreter of the function's own has it from its start, with what the wrapper made of it.
        if self.become_own is not None:
            apply_environment(environment)
        teach_old_botocore(environment)
        apply_paths(self._task_root, environment)
        seed_random()
        remember_tuples()
        fit_logging(environment)
        show_machine(init["memoryMb"])

    def _invoke(self, request):
        if self._init is None:
            raise WireError("The host sent `invoke` before `init`.")
        self._log.request_id = request["requestId"]
        self._log.tenant_id = request.get("tenantId")
        self._cpu_before = self._usage.cpu_ms()
        invocation = Invocation(request)
        try:
            event = event_of(request["payload"])
            client_context = client_context_of(request.get("clientContext"))
        except Fault as fault:
            # The host expects `initialised` in the first invocation only, and this may be it.
            self._initialised = True
            self._fail(invocation, fault, "invoke")
            return
        if self._handler is None and self.become_own is not None and needs_own(self._environment):
            try:
                self.become_own(self._environment, [self._init, request])
            except Fault as fault:
                self._fail(invocation, fault, "init")
                self._exits(1)
                return
        self._trace(invocation)
        if self._handler is None and not self._load(invocation):
            return
        self._call(invocation, event, client_context)

    def _trace(self, invocation):
        for name, value in (
            ("_X_AMZN_TRACE_ID", invocation.trace_id),
            ("TRACEPARENT", invocation.traceparent),
            ("TRACESTATE", invocation.trace_state),
        ):
            if value is not None:
                os.environ[name] = value
                self._traced.add(name)
            elif name in self._traced:
                os.environ.pop(name, None)

    def _load(self, invocation):
        sys.path[:] = existing(sys.path)
        try:
            self._handler = load_handler(self._init["handler"], lambda: self._start(invocation))
        except Exception as error:  # noqa: BLE001 -- AWS's runtime lets SystemExit and the like end the process, too
            self._fail(invocation, error, "init")
            self._exits(1)
            return False
        if invocation.started_at is not None:
            invocation.init_ms = (time.perf_counter() - invocation.started_at) * 1000
        return True

    def _start(self, invocation):
        """The very moment before the first line of user code."""
        self._channel.send_frame(_started)
        self._log.open()
        invocation.started_at = time.perf_counter()

    def _call(self, invocation, event, client_context):
        if invocation.started_at is None:
            self._start(invocation)
        if invocation.initialises:
            self._initialised = True
            self._answer({"type": "result", "payload": b"", **self._measured(invocation)})
            return
        if not self._initialised:
            self._initialised = True
            self._channel.send_frame(_initialised)
            # Others have to be ready for it, too: this is their `go`.
            if self._init.get("gated") and self._channel.receive() is None:
                os._exit(0)
        deadline_ms = time.time() * 1000 + invocation.timeout_ms
        context = LambdaContext(self._init, invocation, client_context, deadline_ms)
        try:
            result = self._handler(event, context)
            if invocation.streams and self._channel.mine and is_stream(result):
                StreamedAnswer(self._channel).send(result)
                payload = b""
            else:
                payload = payload_of(result)
        except Exception as error:  # noqa: BLE001
            if self._channel.mine:
                self._fail(invocation, error, "invoke")
                return
            raise
        if not self._channel.mine:
            # The end of a process that user code forked, and let return.
            os._exit(0)
        self._answer({"type": "result", "payload": payload, **self._measured(invocation)})

    def _fail(self, invocation, error, phase):
        self._log.open()
        body = error_body(error)
        line = error_line(body, invocation, self._environment)
        sys.__stdout__.write(error_text(body) if line is None else line)
        if phase == "init":
            logging.shutdown()
            if invocation.started_at is not None:
                invocation.init_ms = (time.perf_counter() - invocation.started_at) * 1000
        exits = {"exits": True} if phase == "init" else {}
        self._answer({"type": "error", "phase": phase, "error": body, **exits, **self._measured(invocation)})

    def _measured(self, invocation):
        measured = {"memoryPeakMb": self._usage.memory_peak_mb()}
        if invocation.init_ms is not None:
            measured["initMs"] = invocation.init_ms
        if invocation.started_at is not None:
            measured["ranMs"] = (time.perf_counter() - invocation.started_at) * 1000
            measured["cpuMs"] = max(0.0, self._usage.cpu_ms() - self._cpu_before)
        if self._raw.possible:
            measured["printedRaw"] = True
        return measured

    def _answer(self, message):
        self._channel.send(message)
        self._log.close()
        self._raw.clear()
