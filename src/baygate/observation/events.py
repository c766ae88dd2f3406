"""The vocabulary: what may be observed of a hub.

1. An event is a value, announced where it happens; what is made of it is a reader's business.
2. No event has a value of a record or of a request in it, nor who asks: no variable, subject, client, case or path.
   What a client chooses freely (a document, the name of an operation) is left out as well: a value may stand in it.
3. What readers tell apart by is a closed set: codes of refusals, stages, kinds of failure, the names that an operator
   gave to his sources. A receipt's id, which leads to the record in the audit log, goes to logs and traces alone.
4. What has a duration is announced at its end, with the seconds that it took.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from baygate.observation.span import Span

LEFT = "CLIENT_LEFT"
"""What stands in the place of a refusal's code where nobody was there any more to be answered."""


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A request at the GraphQL endpoint is over."""

    status: int
    code: str | None
    """Of the refusal; None if it was answered."""
    seconds: float
    bytes: int = 0
    """Of the answer's body."""
    stages: tuple[tuple[str, float], ...] = ()
    """In their order, one beginning where the one before ended; those that were completed."""
    plan_made: bool | None = None
    """Whether its plan was made for it, or found; None if it came to none."""
    operation: str | None = None
    """The digest of its document if that is a trusted one; a digest of any other could be found out by trying."""
    receipt: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class PlanMade:
    """An operation was planned and compiled."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of the fields of one answer: how many places in it by outcome."""

    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SourceAsked:
    """A remote source was asked one question, with all that had to be tried again."""

    source: str
    outcome: str
    """``ok``, ``left`` if the asker stopped waiting, or the kind of its failure."""
    seconds: float
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class BreakerTurned:
    """The circuit breaker of a source has become ``open`` or ``closed``."""

    source: str
    state: str


@dataclass(frozen=True, slots=True)
class RecordsWritten:
    """Records of the audit log are durable, in one write."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LogUnavailable:
    """A record could not be made durable: an answer was not released."""


@dataclass(frozen=True, slots=True)
class ClockWentBack:
    """A worker's clock showed an earlier time than its last record; records go on with the later one."""

    seconds: float


@dataclass(frozen=True, slots=True)
class HeadSigned:
    """A head of the audit log was signed; ``lag`` in seconds since the oldest record that only it covers."""

    size: int
    lag: float


@dataclass(frozen=True, slots=True)
class SigningFailed:
    """A ``receipt`` or a ``head`` could not be signed; requests go on."""

    what: str


@dataclass(frozen=True, slots=True)
class StampFailed:
    """No time stamp for a signed head could be had; requests go on."""


# How things stand, announced once a second


@dataclass(frozen=True, slots=True)
class WorkerStands:
    """What a worker takes of its machine; ``delay`` is by how many seconds its loop came late to this."""

    cpu: float
    """Seconds, since it was started."""
    resident: int
    """Bytes of memory."""
    delay: float


@dataclass(frozen=True, slots=True)
class RequestsStand:
    """How many requests are on the road."""

    running: int


@dataclass(frozen=True, slots=True)
class PoolStands:
    """The connections to the hub's own records, and what was sent over them since the worker was started."""

    busy: int
    idle: int
    waiting: int
    """Requests that wait for one."""
    singles: int
    batches: int
    batched: int
    failed_batches: int


@dataclass(frozen=True, slots=True)
class CacheStands:
    """What a cache holds, and how often something was found in it since it was made."""

    cache: str
    entries: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True, slots=True)
class SourceStands:
    """Whether a source is left alone for now, and what came of asking it since it was joined."""

    source: str
    open: bool
    retries: int
    """Further attempts at questions."""
    bytes: int
    """Of answers' bodies."""


@dataclass(frozen=True, slots=True)
class LogStands:
    """How far the audit log is: records in its tree, those that no signed head covers, and the age of the oldest."""

    size: int
    unsigned: int
    lag: float


Event = (
    RequestAnswered
    | PlanMade
    | Decided
    | SourceAsked
    | BreakerTurned
    | RecordsWritten
    | LogUnavailable
    | ClockWentBack
    | HeadSigned
    | SigningFailed
    | StampFailed
    | WorkerStands
    | RequestsStand
    | PoolStands
    | CacheStands
    | SourceStands
    | LogStands
)
