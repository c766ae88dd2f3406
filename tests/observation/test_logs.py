"""Logs: lines that machines read, events once in a while, and of an exception no word that it says."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from tests.observation.samples import ANSWERED, EVENTS, FAILED, REFUSED

from baygate.observation import logs
from baygate.observation.events import LogUnavailable, RequestAnswered, SigningFailed
from baygate.observation.logs import Format, Json, Logs, Text, config
from baygate.observation.span import Span

SECRET = "110105194912310021"


@pytest.fixture(params=[Json, Text])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    yield from writing(request.param())


@pytest.fixture
def as_json() -> Iterator[io.StringIO]:
    yield from writing(Json())


def writing(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(formatter)
    log = logging.getLogger("baygate")
    log.addHandler(handler)
    level = log.level
    log.setLevel(logging.INFO)
    yield text
    log.setLevel(level)
    log.removeHandler(handler)


def lines(text: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


def test_a_line_that_code_writes_is_an_object(as_json: io.StringIO) -> None:
    logging.getLogger("baygate.policies").warning("%s: over since\n%s", "customs-gz", "yesterday")
    (line,) = lines(as_json)
    assert line["message"] == "customs-gz: over since\nyesterday"
    assert (line["level"], line["logger"]) == ("WARNING", "baygate.policies")
    assert line["at"].endswith("Z")


def test_a_request_has_a_line_with_all_that_is_known_of_it(as_json: io.StringIO) -> None:
    span = Span("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", recorded=True, sampled=True)
    Logs(requests=True).observe(RequestAnswered(200, None, 0.012, 512, (("plan", 0.5),), False, None, "12-34", span))
    (line,) = lines(as_json)
    assert line["event"] == "RequestAnswered"
    assert line | {"at": ""} == {
        "at": "", "level": "INFO", "logger": "baygate.events", "message": "a request is over",
        "event": "RequestAnswered", "status": 200, "seconds": 0.012, "bytes": 512, "stages": {"plan": 0.5},
        "plan_made": False, "receipt": "12-34", "trace": span.trace,
    }  # fmt: skip


def test_a_trace_of_others_that_is_not_recorded_here_is_not_told(as_json: io.StringIO) -> None:
    Logs(requests=True).observe(RequestAnswered(200, None, 0.1, span=Span("4b" * 16, "00f067aa0ba902b7")))
    assert "trace" not in lines(as_json)[0]


def test_requests_have_lines_only_if_they_are_wanted_but_for_those_that_failed(as_json: io.StringIO) -> None:
    quiet = Logs(requests=False)
    for each in (ANSWERED, REFUSED, FAILED):
        quiet.observe(each)
    (line,) = lines(as_json)
    assert (line["level"], line["code"]) == ("WARNING", "AUDIT_UNAVAILABLE")


def test_what_stays_broken_is_told_once_in_a_while_with_how_often(
    as_json: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(logs, "monotonic", lambda: now)
    reader = Logs(requests=False)
    for _ in range(5):
        reader.observe(LogUnavailable())
    reader.observe(SigningFailed("head"))
    now += 11
    reader.observe(LogUnavailable())
    told = [(line["event"], line["times"]) for line in lines(as_json)]
    assert told == [("LogUnavailable", 1), ("SigningFailed", 1), ("LogUnavailable", 5)]


def test_every_event_can_be_written(written: io.StringIO) -> None:
    for each in EVENTS:
        Logs(requests=True).observe(each)
    assert "RequestAnswered" in written.getvalue()


def test_of_an_exception_there_is_the_way_that_it_took_and_nothing_that_it_says(written: io.StringIO) -> None:
    class Quoting(ValueError):
        pass

    try:
        try:
            raise Quoting(f"invalid input: {SECRET}")
        except Quoting as quoting:
            raise KeyError(SECRET) from quoting
    except KeyError:
        logging.getLogger("baygate.road").exception("a statement was refused")
    told = written.getvalue()
    assert SECRET not in told
    for said in ("a statement was refused", "builtins.KeyError", "Quoting", "test_logs.py", "in test_of_an_exception"):
        assert said in told


@pytest.mark.parametrize("form", list(Format))
def test_the_configuration_is_one_that_logging_takes(form: Format) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logging.config.dictConfig(config(form))
        (handler,) = root.handlers
        assert isinstance(handler.formatter, Json if form is Format.JSON else Text)
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for name in ("baygate", "uvicorn", "uvicorn.error"):
            logging.getLogger(name).setLevel(logging.NOTSET)
