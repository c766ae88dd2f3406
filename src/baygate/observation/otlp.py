"""OTLP over HTTP: spans as OpenTelemetry's SDK sends them, in batches, from a thread of its own.

The hub knows a span's ids before the span is over, since sources are told them, and its times afterwards. So it makes
finished spans itself, and of the SDK uses what comes after: the batches, the encoding, the sending. Headers, a
certificate and the like are set by OpenTelemetry's own variables (``OTEL_EXPORTER_OTLP_HEADERS``).
"""

from threading import Thread

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from baygate.observation.traces import Done

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_SCOPE = InstrumentationScope("baygate")
_UNSET, _ERROR = Status(), Status(StatusCode.ERROR)
_PATIENCE = 5.0
"""Seconds for one batch to be taken; a worker that ends waits for no longer than that."""


class Otlp:
    """Sends spans to one address."""

    def __init__(self, endpoint: str, patience: float = _PATIENCE) -> None:
        self._patience = patience
        session = requests.Session()
        session.trust_env = False  # no proxy, and no password of anybody's, is taken from the environment
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=patience, session=session))
        self._resource = Resource.create({"service.name": "baygate"})

    def take(self, done: Done) -> None:
        """Take a span, to be sent soon; when too many wait, the oldest are lost."""
        span = done.span
        self._processor.on_end(
            ReadableSpan(
                done.name,
                context=_context(span.trace, span.id, remote=False),
                parent=_context(span.trace, span.parent, remote=done.role == "server") if span.parent else None,
                resource=self._resource,
                attributes=done.attributes,
                kind=SpanKind[done.role.upper()],
                status=_ERROR if done.failed else _UNSET,
                start_time=done.began,
                end_time=done.ended,
                instrumentation_scope=_SCOPE,
            )
        )

    def close(self) -> None:
        """Send what is left, as far as it is taken in time."""
        sending = Thread(target=self._processor.shutdown, daemon=True)
        sending.start()
        sending.join(self._patience)


def _context(trace: str, span: str, *, remote: bool) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), remote, _SAMPLED)
