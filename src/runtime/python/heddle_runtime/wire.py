"""
Frames of MessagePack, as src/protocol/framing has them: a length in bytes (u32, little endian) and one value of nil, booleans,
numbers, text, binary, lists and maps with text keys. The service is trusted; what it could not have said ends the process.
"""

import struct

from .constants import FRAME_BYTES_MAX

_DEPTH_MAX = 16
_double = struct.Struct(">d")
_float = struct.Struct(">f")
_head = struct.Struct("<I")

HEAD_BYTES = 4
# `protocolVersion` of src/protocol/messages.ts that this speaks; a test compares the two.
PROTOCOL_VERSION = 7


class WireError(Exception):
    """Bytes that the service could not have sent, or a value that has no place in a message."""


def frame_length(head):
    """The length of the body behind a frame's head."""
    (length,) = _head.unpack(head)
    if 1 <= length <= FRAME_BYTES_MAX:
        return length
    raise WireError(f"A frame claims to have {length} bytes; it must have between 1 and {FRAME_BYTES_MAX}.")


def encode_frame(message):
    """One message as a frame, bytes."""
    out = bytearray(HEAD_BYTES)
    _write(out, message, 0)
    length = len(out) - HEAD_BYTES
    if length > FRAME_BYTES_MAX:
        raise WireError(f"A message of {length} bytes does not fit in a frame; the limit is {FRAME_BYTES_MAX} bytes.")
    _head.pack_into(out, 0, length)
    return out


def _write(out, value, depth):
    if value is None:
        out.append(0xC0)
    elif value is True or value is False:
        out.append(0xC3 if value else 0xC2)
    elif isinstance(value, str):
        # Half of a surrogate pair has no UTF-8, and user code may print it.
        data = value.encode("utf-8", "replace")
        _write_head(out, len(data), 0xA0, 31, 0xD9, 0xDA, 0xDB)
        out += data
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _write_head(out, len(value), None, -1, 0xC4, 0xC5, 0xC6)
        out += value
    elif isinstance(value, int):
        _write_int(out, value)
    elif isinstance(value, float):
        out.append(0xCB)
        out += _double.pack(value)
    elif depth >= _DEPTH_MAX:
        raise WireError(f"A message nested deeper than {_DEPTH_MAX} cannot be sent.")
    elif isinstance(value, dict):
        _write_head(out, len(value), 0x80, 15, None, 0xDE, 0xDF)
        for key, item in value.items():
            _write(out, key, depth)
            _write(out, item, depth + 1)
    elif isinstance(value, (list, tuple)):
        _write_head(out, len(value), 0x90, 15, None, 0xDC, 0xDD)
        for item in value:
            _write(out, item, depth + 1)
    else:
        raise WireError(f"A {type(value).__name__} cannot be sent: it has no place in a message.")


def _write_head(out, length, fixed, fixed_max, one, two, four):
    if length <= fixed_max:
        out.append(fixed | length)
    elif one is not None and length <= 0xFF:
        out += bytes((one, length))
    elif length <= 0xFFFF:
        out.append(two)
        out += length.to_bytes(2, "big")
    else:
        out.append(four)
        out += length.to_bytes(4, "big")


def _write_int(out, value):
    if 0 <= value < 128:
        out.append(value)
    elif -32 <= value < 0:
        out.append(value & 0xFF)
    elif 0 <= value <= 0xFFFFFFFF:
        out.append(0xCE)
        out += value.to_bytes(4, "big")
    elif -0x80000000 <= value < 0:
        out.append(0xD2)
        out += value.to_bytes(4, "big", signed=True)
    else:
        out.append(0xCB)
        out += _double.pack(value)


def decode(body):
    """The one value that fills `body`, bytes."""
    try:
        value, at = _read(body, 0, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise WireError(f"A message ends in the middle of a value, or is no text where it should be: {error}") from None
    if at != len(body):
        raise WireError(f"A frame holds {len(body) - at} bytes after its message.")
    return value


def _read(body, at, depth):
    lead = body[at]
    at += 1
    if lead < 0x80:
        return lead, at
    if lead < 0x90:
        return _read_map(body, at, lead & 15, depth)
    if lead < 0xA0:
        return _read_list(body, at, lead & 15, depth)
    if lead < 0xC0:
        return _read_text(body, at, lead & 31)
    if lead >= 0xE0:
        return lead - 256, at
    return _read_long(body, at, lead, depth)


_simple = {0xC0: None, 0xC2: False, 0xC3: True}
# Kind of value, bytes of its length.
_sized = {
    0xC4: ("bin", 1),
    0xC5: ("bin", 2),
    0xC6: ("bin", 4),
    0xD9: ("text", 1),
    0xDA: ("text", 2),
    0xDB: ("text", 4),
    0xDC: ("list", 2),
    0xDD: ("list", 4),
    0xDE: ("map", 2),
    0xDF: ("map", 4),
}
# Bytes, whether it has a sign.
_integers = {
    0xCC: (1, False),
    0xCD: (2, False),
    0xCE: (4, False),
    0xCF: (8, False),
    0xD0: (1, True),
    0xD1: (2, True),
    0xD2: (4, True),
    0xD3: (8, True),
}


def _read_long(body, at, lead, depth):
    if lead in _simple:
        return _simple[lead], at
    if lead in _sized:
        kind, width = _sized[lead]
        length = int.from_bytes(_take(body, at, width), "big")
        at += width
        if kind == "bin":
            return bytes(_take(body, at, length)), at + length
        if kind == "text":
            return _read_text(body, at, length)
        return (_read_list if kind == "list" else _read_map)(body, at, length, depth)
    if lead in _integers:
        width, signed = _integers[lead]
        return int.from_bytes(_take(body, at, width), "big", signed=signed), at + width
    if lead == 0xCB:
        return _double.unpack_from(body, at)[0], at + 8
    if lead == 0xCA:
        return _float.unpack_from(body, at)[0], at + 4
    raise WireError(f"A message holds a value of type 0x{lead:x}, which has no place in it.")


def _take(body, at, length):
    if at + length > len(body):
        raise WireError("A message ends in the middle of a value.")
    return body[at : at + length]


def _read_text(body, at, length):
    return str(_take(body, at, length), "utf-8"), at + length


def _enter(body, at, length, depth):
    if depth >= _DEPTH_MAX:
        raise WireError(f"A message is nested deeper than {_DEPTH_MAX}.")
    if length > len(body) - at:
        raise WireError("A message announces more values than it has bytes.")


def _read_list(body, at, length, depth):
    _enter(body, at, length, depth)
    items = []
    for _ in range(length):
        item, at = _read(body, at, depth + 1)
        items.append(item)
    return items, at


def _read_map(body, at, length, depth):
    _enter(body, at, length, depth)
    fields = {}
    for _ in range(length):
        key, at = _read(body, at, depth + 1)
        if not isinstance(key, str):
            raise WireError("A message holds a map with a key that is not text.")
        fields[key], at = _read(body, at, depth + 1)
    return fields, at
