"""Logs: one line for whatever an operator should read, as JSON or as text; and the reader that writes events there.

1. A line is what code said in its own words, and for an event its members.
2. Of an exception there is its type and where it came from, never what it says: a database or a source may quote the
   values that it was given.
3. An event that repeats itself as long as something is broken is written once in a while, with how often it was.
"""

import datetime
import logging
import traceback
from collections.abc import Mapping
from enum import StrEnum
from time import monotonic
from types import TracebackType
from typing import Any

import orjson

from baygate.observation.events import (
    ClockWentBack,
    Event,
    HeadSigned,
    LogUnavailable,
    PlanMade,
    RequestAnswered,
    SigningFailed,
    SourceAsked,
    StampFailed,
)
from baygate.observation.span import Span

log = logging.getLogger("baygate.events")

_SELDOM = 10.0
"""Seconds between two lines of an event that repeats itself."""
_TOLD = "told"
"""The attribute of a line's record that holds an event's members."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Format(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


def config(form: Format, level: str = "INFO") -> dict[str, Any]:
    """Return what ``logging.config`` is told, by uvicorn in each worker: one handler for the hub and all it uses."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{'Json' if form is Format.JSON else 'Text'}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"baygate": {"level": level}, "uvicorn": {"level": level}, "uvicorn.error": {"level": level}},
    }


class Text(logging.Formatter):
    """A line as text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's
        """Return the line, with an event's members at its end."""
        told = getattr(record, _TOLD, {})
        return " ".join([super().formatMessage(record), *(f"{name}={value}" for name, value in told.items())])

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's
        """Return where an exception came from, without what it says."""
        return "\n".join(["Traceback (most recent call last):", *_stack(ei[1])])


class Json(logging.Formatter):
    """A line as a JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, _TOLD, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = type(record.exc_info[1]).__qualname__
            line["traceback"] = list(_stack(record.exc_info[1]))
        return orjson.dumps(line, default=str).decode()


def _stack(error: BaseException | None) -> list[str]:
    """Return the places that an exception and those behind it went through, and the type of each."""
    if error is None:
        return []
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = [
        f"  File {each.filename!r}, line {each.lineno}, in {each.name}"
        for each in traceback.extract_tb(error.__traceback__)
    ]
    return [*_stack(behind), *frames, f"{type(error).__module__}.{type(error).__qualname__}"]


_WORDS: Mapping[type, tuple[int, str]] = {
    RequestAnswered: (logging.INFO, "a request is over"),
    PlanMade: (logging.DEBUG, "an operation was planned"),
    SourceAsked: (logging.DEBUG, "a source was asked"),
    HeadSigned: (logging.DEBUG, "a head of the audit log was signed"),
    LogUnavailable: (logging.ERROR, "the audit log cannot be written: answers are not released"),
    ClockWentBack: (logging.ERROR, "the clock of this machine went back; records go on with the later time"),
    SigningFailed: (logging.ERROR, "the audit log cannot be signed; requests go on"),
    StampFailed: (logging.ERROR, "no time stamp can be had for the audit log; requests go on"),
}
"""What is written of events, and how loudly; of others, nothing."""


class Logs:
    """Writes events; ``requests`` says whether each request has a line. Those that failed have one in any case."""

    def __init__(self, *, requests: bool) -> None:
        self._requests = requests
        self._written: dict[Event, float] = {}
        self._unwritten: dict[Event, int] = {}

    def observe(self, event: Event) -> None:
        """Write a line, if the event is worth one."""
        level, words = _WORDS.get(event.__class__, (0, ""))
        if isinstance(event, RequestAnswered):
            if event.status >= 500:
                level = logging.WARNING
            elif not self._requests:
                return
        if not level or not log.isEnabledFor(level):
            return
        told = _told(event)
        if level >= logging.ERROR:
            times = self._times(event)
            if not times:
                return
            told["times"] = times
        # what logging does itself, but for finding out who called
        log.handle(log.makeRecord(log.name, level, "", 0, words, (), None, extra={_TOLD: told}))

    def _times(self, event: Event) -> int:
        """Return for how many of its kind an event's line stands; 0 if there was one just now."""
        now = monotonic()
        times = self._unwritten.pop(event, 0) + 1
        if now - self._written.get(event, float("-inf")) < _SELDOM:
            self._unwritten[event] = times
            return 0
        self._written[event] = now
        return times


def _told(event: Event) -> dict[str, Any]:
    """Return an event's members as a line has them."""
    told: dict[str, Any] = {"event": type(event).__name__}
    for name in event.__dataclass_fields__:
        value = getattr(event, name)
        if isinstance(value, Span):
            if value.recorded:
                told["trace"] = value.trace
        elif name == "stages":
            told["stages"] = {stage: round(seconds, 6) for stage, seconds in value}
        elif value is not None:
            told[name] = round(value, 6) if isinstance(value, float) else value
    return told
