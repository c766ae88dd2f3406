"""One of each event, as hubs announce them."""

from baygate.observation import events
from baygate.observation.events import Event

STAGES = (("caller", 0.0001), ("call", 0.0001), ("operation", 0.002), ("plan", 0.003), ("result", 0.004))
ANSWERED = events.RequestAnswered(200, None, 0.012, 512, (*STAGES, ("receipt", 0.001)), False, "ab12", "12-34")
REFUSED = events.RequestAnswered(400, "LIMIT_EXCEEDED", 0.001)
FAILED = events.RequestAnswered(503, "AUDIT_UNAVAILABLE", 0.5)
GONE = events.RequestAnswered(499, events.LEFT, 0.02)
EVENTS: tuple[Event, ...] = (
    ANSWERED,
    REFUSED,
    FAILED,
    GONE,
    events.PlanMade(0.004),
    events.Decided({"ALLOW": 3, "WITHHOLD": 1}),
    events.SourceAsked("tax", "ok", 0.03),
    events.SourceAsked("tax", "TIMEOUT", 5.0),
    events.BreakerTurned("tax", "open"),
    events.RecordsWritten(7, 0.002),
    events.LogUnavailable(),
    events.ClockWentBack(3.5),
    events.HeadSigned(1_000, 0.4),
    events.SigningFailed("head"),
    events.StampFailed(),
    events.WorkerStands(1.5, 90_000_000, 0.001),
    events.RequestsStand(3),
    events.PoolStands(2, 4, 1, 10, 2, 30, 1),
    events.CacheStands("plans", 12, 48_000, 90, 10),
    events.SourceStands("tax", open=True, retries=2, bytes=4_096),
    events.LogStands(1_000, 12, 0.7),
)
