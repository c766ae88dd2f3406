"""The metrics: what is counted, under which names, told apart by what."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a metric is."""

    COUNTER = "counter"
    """Rises; several workers' are added, and those of workers that have ended still count."""
    SUM = "sum"
    """How something stands; living workers' are added,"""
    MOST = "most"
    """or the largest counts."""
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class Series:
    """A metric; ``labels`` take values from closed sets alone."""

    name: str
    help: str
    kind: Kind
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """Of a histogram's buckets but the last, which has none."""

    @property
    def width(self) -> int:
        """How many numbers one set of labels has: each bucket's count, and the sum; or the one number."""
        return len(self.bounds) + 2 if self.bounds else 1


_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def _counter(name: str, told: str, *labels: str) -> Series:
    return Series(f"baygate_{name}", told, Kind.COUNTER, labels)


def _seconds(name: str, told: str, *labels: str) -> Series:
    return Series(f"baygate_{name}_seconds", told, Kind.HISTOGRAM, labels, _SECONDS)


def _sum(name: str, told: str, *labels: str) -> Series:
    return Series(f"baygate_{name}", told, Kind.SUM, labels)


def _most(name: str, told: str, *labels: str) -> Series:
    return Series(f"baygate_{name}", told, Kind.MOST, labels)


REQUESTS = _counter("requests", "Requests at the GraphQL endpoint, by HTTP status and refusal.", "status", "code")
REQUEST_SECONDS = _seconds("request", "From a request's first byte to its answer's.", "outcome")
RESPONSE_BYTES = _counter("response_bytes", "Bytes of answers' bodies.")
REQUESTS_RUNNING = _sum("requests_running", "Requests on the road now.")
STAGE_SECONDS = _seconds("stage", "Of answered requests, by stage.", "stage")
OPERATION_REQUESTS = _counter("operation_requests", "Requests by trusted document.", "operation")
OPERATION_SECONDS = _counter("operation_seconds", "Seconds of requests by trusted document.", "operation")
DECISIONS = _counter("decisions", "Places in answers, by what the policies made of them.", "outcome")

PLAN_SECONDS = _seconds("plan", "To plan and compile an operation that was not in the cache.")
CACHE_ENTRIES = _sum("cache_entries", "What a cache holds.", "cache")
CACHE_BYTES = _sum("cache_bytes", "Of what a cache holds, as estimated.", "cache")
CACHE_LOOKUPS = _counter("cache_lookups", "How often something was looked for in a cache.", "cache", "found")

POOL_CONNECTIONS = _sum("pool_connections", "Connections to the hub's own records.", "state")
POOL_WAITING = _sum("pool_waiting", "Requests that wait for a connection.")
STATEMENTS = _counter("statements", "Statements run on the hub's own records.", "form")
STATEMENTS_MEMBERS = _counter("statement_members", "Requests that were answered in statements for several.")
STATEMENTS_FAILED = _counter("statement_batches_failed", "Statements for several that failed; each then ran by itself.")

SOURCE_REQUESTS = _counter("source_requests", "Questions to remote sources.", "source", "outcome")
SOURCE_SECONDS = _seconds("source", "From a question to a source to the end of its answer.", "source")
SOURCE_RETRIES = _counter("source_retries", "Further attempts at a question.", "source")
SOURCE_BYTES = _counter("source_response_bytes", "Bytes of sources' answers.", "source")
BREAKER_OPEN = _most("source_breaker_open", "Whether any worker leaves a source alone now.", "source")
BREAKER_TURNS = _counter("source_breaker_turns", "How often a breaker opened or closed.", "source", "state")

AUDIT_RECORDS = _counter("audit_records", "Records of the audit log that became durable.")
AUDIT_WRITE_SECONDS = _seconds("audit_write", "To make some records durable, in one write.")
AUDIT_UNAVAILABLE = _counter("audit_unavailable", "Answers that were not released because no record could be made.")
AUDIT_CLOCK_BACK = _counter("audit_clock_back", "Writes whose worker's clock was behind its last record.")
AUDIT_HEADS = _counter("audit_heads", "Heads of the audit log that were signed.")
AUDIT_HEAD_LAG = _seconds("audit_head_lag", "Age of the oldest record that a head is the first to cover.")
AUDIT_SIGNING_FAILURES = _counter("audit_signing_failures", "Receipts and heads that could not be signed.", "what")
AUDIT_STAMP_FAILURES = _counter("audit_stamp_failures", "Time stamps that could not be had.")
AUDIT_SIZE = _most("audit_size", "Records in the tree of the audit log.")
AUDIT_UNSIGNED = _most("audit_unsigned_records", "Records that no signed head covers.")
AUDIT_LAG = _most("audit_lag_seconds", "Age of the oldest record that no signed head covers; 0 if there is none.")

WORKER_CPU = _counter("worker_cpu_seconds", "Processor time of workers.")
WORKER_RESIDENT = _sum("worker_resident_bytes", "Memory of workers.")
WORKER_DELAY = _most("worker_loop_delay_seconds", "By how much a worker's event loop was late, in its last second.")
WORKERS = _sum("workers", "Workers that run.")
LOST = _counter("series_lost", "Sets of labels for which there was no room: something is told apart by too much.")

ALL = {each.name: each for each in list(globals().values()) if isinstance(each, Series)}
"""All of them by their names."""
