"""Federated tracing (ftv1): how long a request took, told inside the answer to a router that asks for it.

A router that reports to Apollo's tools sends ``apollo-federation-include-trace: ftv1`` and expects in the answer's
extensions a Trace (``reports.proto`` of their usage reporting), as protobuf in base64. One statement answers all root
fields at once, so each of them has the time of the whole, and what is below them has none of its own.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter_ns, time_ns
from typing import Any

import orjson

HEADER, VALUE = b"apollo-federation-include-trace", b"ftv1"

_SECOND = 1_000_000_000
_VARINT, _BYTES = 0, 2
# numbers of fields in Trace, Trace.Node and google.protobuf.Timestamp
_END_TIME, _START_TIME, _DURATION, _ROOT = 3, 4, 11, 14
_RESPONSE_NAME, _NODE_END, _CHILD, _PARENT_TYPE = 1, 9, 12, 13
_SECONDS, _NANOS = 1, 2


@dataclass(frozen=True)
class Trace:
    """A request that is timed, from when it came."""

    started: int
    counted: int

    @classmethod
    def begin(cls) -> "Trace":
        """Return the trace of a request that begins now."""
        return cls(time_ns(), perf_counter_ns())

    def added_to(self, body: bytes, root: str, keys: Iterable[str]) -> bytes:
        """Return an answer's body with the trace in its extensions; ``keys`` are those of the root type's fields."""
        duration = perf_counter_ns() - self.counted
        answer: dict[str, Any] = orjson.loads(body)
        trace = base64.b64encode(self._encoded(duration, root, keys)).decode()
        answer["extensions"] = {**answer.get("extensions", {}), VALUE.decode(): trace}
        return orjson.dumps(answer)

    def _encoded(self, duration: int, root: str, keys: Iterable[str]) -> bytes:
        nodes = b"".join(
            _message(
                _CHILD,
                _message(_RESPONSE_NAME, key.encode())
                + _number(_NODE_END, duration)
                + _message(_PARENT_TYPE, root.encode()),
            )
            for key in keys
        )
        return (
            _message(_END_TIME, _timestamp(self.started + duration))
            + _message(_START_TIME, _timestamp(self.started))
            + _number(_DURATION, duration)
            + _message(_ROOT, nodes)
        )


def _timestamp(moment: int) -> bytes:
    return _number(_SECONDS, moment // _SECOND) + _number(_NANOS, moment % _SECOND)


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
