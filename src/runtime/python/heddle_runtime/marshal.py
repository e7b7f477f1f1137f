"""Events and results: JSON as AWS Lambda's runtime reads and writes it."""

import decimal
import json
import sys

from .constants import ANSWER_BYTES_MAX
from .errors import Fault

# From 3.12 on AWS's runtime writes characters as they are, before that as escapes.
_ensure_ascii = sys.version_info < (3, 12)


def event_of(payload):
    """An empty payload is `{}`, as AWS has it. Raises Fault."""
    if len(payload) == 0:
        return {}
    try:
        return json.loads(payload)
    except Exception as error:  # noqa: BLE001 -- RecursionError, UnicodeDecodeError, ValueError
        raise Fault("UnmarshalError", f"Unable to unmarshal input: {error}") from None


def client_context_of(text):
    if text is None:
        return None
    try:
        return json.loads(text)
    except Exception as error:  # noqa: BLE001
        raise Fault("LambdaContextUnmarshalError", f"Unable to parse Client Context JSON: {error}") from None


def payload_of(value):
    """A result as the payload of an answer, bytes: as they are where it is bytes. Raises Fault."""
    if isinstance(value, bytes):
        payload = value
    else:
        try:
            if _has_new_namedtuples():
                value = _with_objects(value)
            payload = _encoder.encode(value).encode("utf-8")
        except Exception as error:  # noqa: BLE001 -- whatever a `__str__` or `items()` of user code raises
            raise Fault("MarshalError", f"Unable to marshal response: {error}") from None
    if len(payload) <= ANSWER_BYTES_MAX:
        return payload
    fault = Fault("", f"Response payload size exceeded maximum allowed payload size ({ANSWER_BYTES_MAX} bytes).")
    fault.error_type = "Function.ResponseSizeTooLarge"
    raise fault


class _Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, decimal.Decimal):
            # AWS writes its digits. A whole number is exact as an integer, whatever its size.
            return int(o) if o.is_finite() and o.as_tuple().exponent >= 0 else float(o)
        if isinstance(o, (bytes, bytearray)):
            return o.decode("utf-8")
        return super().default(o)


_encoder = _Encoder(ensure_ascii=_ensure_ascii, allow_nan=False)
_known_tuples = set()


def remember_tuples():
    """Kinds of tuples that are there before user code is: they are no reason to look at each value of a result."""
    _known_tuples.update(tuple.__subclasses__())


def _has_new_namedtuples():
    return any(hasattr(kind, "_asdict") for kind in tuple.__subclasses__() if kind not in _known_tuples)


def _with_objects(value):
    """AWS's runtime writes a named tuple as an object; the standard library would as a list."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: _with_objects(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_objects(item) for item in value]
    return value
