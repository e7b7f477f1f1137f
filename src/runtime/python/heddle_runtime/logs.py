"""`logging` as AWS Lambda sets it up: one handler at the root, as text or as JSON by the function's own settings."""

import json
import logging
import sys
import time
import traceback

_text_format = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_time_format = "%Y-%m-%dT%H:%M:%S"
_levels = {"TRACE": logging.NOTSET, "DEBUG": logging.DEBUG, "INFO": logging.INFO, "WARN": logging.WARNING}
_levels.update({"ERROR": logging.ERROR, "FATAL": logging.CRITICAL})
# What every record has: the others are the caller's own.
_record_fields = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None)))
_own_fields = _record_fields | {"message", "asctime", "aws_request_id", "tenant_id"}


class _Handler(logging.Handler):
    def __init__(self, log):
        super().__init__()
        self._log = log

    def emit(self, record):
        try:
            record.aws_request_id = self._log.request_id
            record.tenant_id = self._log.tenant_id
            text = self.format(record)
            sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        except Exception:  # noqa: BLE001 -- as every handler of `logging` does
            self.handleError(record)


class _JsonFormatter(logging.Formatter):
    def format(self, record):
        line = {
            "timestamp": self.formatTime(record, _time_format) + "Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            kind, error, trace = record.exc_info
            line["stackTrace"] = traceback.format_list(traceback.extract_tb(trace))
            line["errorType"] = None if kind is None else kind.__name__
            line["errorMessage"] = str(error)
            line["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        tenant_id = getattr(record, "tenant_id", None)
        if tenant_id is not None:
            line["tenantId"] = tenant_id
        line.update((key, value) for key, value in vars(record).items() if key not in _own_fields and key not in line)
        return json.dumps(line, default=str, ensure_ascii=False) + "\n"


def set_up_logging(log):
    """Before user code, which may then change all of it."""
    handler = _Handler(log)
    formatter = logging.Formatter(_text_format, _time_format)
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def fit_logging(environment):
    """By the function's `LoggingConfig`, which AWS tells its runtimes by these variables."""
    root = logging.getLogger()
    if environment.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        formatter = _JsonFormatter()
        formatter.converter = time.gmtime
        root.handlers[0].setFormatter(formatter)
    level = _levels.get(environment.get("AWS_LAMBDA_LOG_LEVEL", "").upper())
    if level is not None:
        root.setLevel(level)


def error_line(body, invocation, environment):
    """The same form for an error that nobody caught; None where the log is text."""
    if environment.get("AWS_LAMBDA_LOG_FORMAT") != "JSON":
        return None
    now = time.strftime(_time_format, time.gmtime()) + "Z"
    error = {"errorMessage": body["errorMessage"], "errorType": body["errorType"], "requestId": invocation.request_id}
    tenant = {} if invocation.tenant_id is None else {"tenantId": invocation.tenant_id}
    line = {"timestamp": now, "level": "ERROR", **error, **tenant, "stackTrace": body["trace"]}
    return json.dumps(line, ensure_ascii=False) + "\n"
