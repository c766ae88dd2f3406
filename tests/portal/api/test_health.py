"""How a worker does: its last ten minutes, with nothing in it of anybody."""

import datetime

import orjson
from tests.observation.samples import ANSWERED, EVENTS, FAILED, REFUSED

from baygate.observation.events import SourceAsked, SourceStands
from baygate.observation.window import KEPT, Windows
from baygate.portal.api.health import health

NOW = datetime.datetime(2027, 1, 15, 8, 0, 0, tzinfo=datetime.UTC)


def windows() -> Windows:
    return Windows(NOW.timestamp)


def test_what_happened_is_told_by_windows() -> None:
    seen = windows()
    for each in (ANSWERED, ANSWERED, REFUSED, FAILED):
        seen.observe(each)
    found = health(seen, NOW)
    assert found["at"] == "2027-01-15T08:00:00Z"
    assert len(found["windows"]) == KEPT
    assert found["windows"][0] == {
        "at": "2027-01-15T07:50:05Z", "requests": 0, "refused": 0, "failed": 0, "p50": None, "p95": None, "p99": None,
    }  # fmt: skip
    last = found["windows"][-1]
    assert (last["at"], last["requests"], last["refused"], last["failed"]) == ("2027-01-15T08:00:00Z", 4, 1, 1)
    assert 12 <= last["p50"] <= 15


def test_how_things_stand_is_told() -> None:
    seen = windows()
    for each in EVENTS:
        seen.observe(each)
    found = health(seen, NOW)
    assert found["plans"] == {"entries": 12, "bytes": 48_000, "hits": 90, "misses": 10, "made": 1, "meanMs": 4.0}
    assert found["operations"] is None, "nothing was announced of it"
    assert (found["pool"]["busy"], found["pool"]["waiting"], found["pool"]["failedBatches"]) == (2, 1, 1)
    assert found["audit"] == {
        "size": 1_000,
        "unsigned": 12,
        "lag": 0.7,
        "alarms": {"unavailable": 1, "signing": 1, "stamps": 1, "clock": 1},
    }
    assert found["process"] == {"cpu": 1.5, "resident": 90_000_000, "delay": 0.001}
    assert {each["name"]: each["count"] for each in found["stages"]}["plan"] == 1
    (tax,) = found["sources"]
    assert (tax["name"], tax["status"], tax["asked"], tax["failures"]) == ("tax", "open", 2, 1)
    assert tax["p50"] < 40
    assert tax["p95"] >= 5_000


def test_of_a_source_that_is_joined_no_more_nothing_is_told() -> None:
    seen = windows()
    seen.observe(SourceAsked("gone", "ok", 0.1))
    seen.observe(SourceStands("here", open=False, retries=0, bytes=0))
    assert health(seen, NOW)["sources"] == [
        {"name": "here", "status": "closed", "asked": 0, "failures": 0, "p50": None, "p95": None}
    ]


def test_a_worker_that_has_just_begun_has_nothing_to_tell() -> None:
    found = health(windows(), NOW)
    assert (found["plans"], found["pool"], found["process"], found["stages"], found["sources"]) == (
        None,
        None,
        None,
        [],
        [],
    )
    assert found["audit"]["size"] is None


def test_nothing_in_it_leads_to_a_request() -> None:
    seen = windows()
    for each in EVENTS:
        seen.observe(each)
    told = orjson.dumps(health(seen, NOW)).decode()
    for secret in (ANSWERED.receipt, ANSWERED.operation, REFUSED.code, FAILED.code):
        assert secret
        assert secret not in told
