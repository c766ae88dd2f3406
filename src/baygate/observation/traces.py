"""Traces: the reader that makes spans of events when they are over, and hands them to OpenTelemetry to be exported.

OpenTelemetry (the extra ``otel``) is loaded only where an address is set to which traces are sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from time import time_ns
from typing import Protocol

from baygate.errors import OperatorError
from baygate.observation.events import Event, RequestAnswered, SourceAsked
from baygate.observation.span import Span

Attributes = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Done:
    """A piece of work as it was; its moments in nanoseconds since 1970."""

    span: Span
    name: str
    began: int
    ended: int
    attributes: Attributes = field(default_factory=dict)
    failed: bool = False
    role: str = "internal"
    """``server`` where it was asked for, ``client`` where it asked."""


class Export(Protocol):
    """Where spans go."""

    def take(self, done: Done) -> None:
        """Take one, to be sent soon."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


def export_to(endpoint: str) -> Export:
    """Return what sends spans to an address (OTLP over HTTP); raise OperatorError if OpenTelemetry is not installed."""
    try:
        module = import_module("baygate.observation.otlp")
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != "opentelemetry":
            raise
        raise OperatorError(
            "tracing.endpoint is set, but OpenTelemetry is not installed.", "Install it: pip install 'baygate[otel]'"
        ) from None
    made: Export = module.Otlp(endpoint)
    return made


class Traces:
    """Makes spans: of each recorded request one, of its stages, and of each question to a source."""

    def __init__(self, export: Export) -> None:
        self._export = export

    def observe(self, event: Event) -> None:
        """Make the spans of an event."""
        if isinstance(event, RequestAnswered | SourceAsked) and event.span is not None and event.span.recorded:
            ended = time_ns()
            began = ended - _nanoseconds(event.seconds)
            if isinstance(event, SourceAsked):
                self._source(event, event.span, began, ended)
            else:
                self._request(event, event.span, began, ended)

    def _request(self, event: RequestAnswered, span: Span, began: int, ended: int) -> None:
        told = {
            "http.response.status_code": event.status,
            "http.response.body.size": event.bytes,
            "error.type": event.code,
            "baygate.plan.made": event.plan_made,
            "baygate.operation": event.operation,
            "baygate.receipt": event.receipt,
        }
        attributes = {name: value for name, value in told.items() if value is not None}
        self._export.take(Done(span, "graphql", began, ended, attributes, event.status >= 500, "server"))
        for stage, seconds in event.stages:
            self._export.take(Done(span.child(), stage, began, began := began + _nanoseconds(seconds)))

    def _source(self, event: SourceAsked, span: Span, began: int, ended: int) -> None:
        failed = event.outcome not in {"ok", "left"}
        attributes = {"baygate.source": event.source}
        if event.outcome != "ok":
            attributes["error.type"] = event.outcome
        self._export.take(Done(span, f"ask {event.source}", began, ended, attributes, failed, "client"))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
