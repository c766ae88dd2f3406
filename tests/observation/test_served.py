"""A hub as it is served: what it tells its operator, and that nothing of a record or of a request is in it."""

import json
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.observation.collector import Collector, collecting
from tests.serving import Hub, Serve

USCC, RESIDENT, CASE = "914401155907310057", "110105194912310021", "CASE-2026-0815"
PERSONAL = (USCC, RESIDENT, CASE)
WORKERS = 2
QUERY = "{ parties(first: 2) { nodes { id name } } }"


@dataclass(frozen=True)
class Observed:
    """A hub with several workers, and what is told of it."""

    hub: Hub
    metrics: str
    collector: Collector

    def text(self) -> str:
        with urllib.request.urlopen(f"{self.metrics}/metrics", timeout=5) as answer:
            read: str = answer.read().decode()
        return read

    def value(self, name: str, **labels: str) -> float:
        """Return the sum of the samples that have these labels."""
        return sum(
            sample.value
            for family in text_string_to_metric_families(self.text())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.hub.log.read_text().splitlines()]


def until(there: Callable[[], bool], patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def observed(serve: Serve) -> Iterator[Observed]:
    port = free_port()
    settings = {"server__workers": WORKERS, "metrics__port": port, "logs__format": "json", "logs__requests": "true"}
    with (
        collecting() as collector,
        serve("development", **settings, tracing__endpoint=collector.url) as hub,
    ):
        yield Observed(hub, f"http://127.0.0.1:{port}", collector)


def test_requests_are_counted_whichever_worker_answers(observed: Observed) -> None:
    before = observed.value("baygate_requests_total", code="OK")
    for _ in range(20):
        assert observed.hub.ask(QUERY).status_code == 200
    assert observed.value("baygate_requests_total", status="200", code="OK") == before + 20
    assert observed.value("baygate_request_seconds_count", outcome="answered") == before + 20
    for stage in ("caller", "call", "operation", "plan", "result", "receipt"):
        assert observed.value("baygate_stage_seconds_count", stage=stage) == before + 20
    assert observed.value("baygate_decisions_total", outcome="ALLOW") > 0


def test_a_worker_that_is_killed_is_replaced_and_what_it_counted_stays(observed: Observed) -> None:
    until(lambda: observed.value("baygate_workers") == WORKERS)
    before = observed.value("baygate_requests_total")
    spawned = psutil.Process(observed.hub.pid).children()
    next(each for each in spawned if any("spawn_main" in word for word in each.cmdline())).kill()
    until(lambda: observed.value("baygate_workers") == WORKERS - 1)
    assert observed.value("baygate_requests_total") == before
    until(lambda: observed.value("baygate_workers") == WORKERS)
    assert observed.hub.ask(QUERY).status_code in {200, 503}  # the worker may have been started just now
    until(lambda: observed.value("baygate_requests_total") > before)  # an answer is counted after it was sent
    assert observed.value("baygate_requests_total") == before + 1


def test_how_things_stand_is_there(observed: Observed) -> None:
    until(lambda: observed.hub.ask(QUERY).status_code == 200)  # whose worker may have been started just now
    until(lambda: observed.value("baygate_statements_total", form="single") > 0)
    assert observed.value("baygate_pool_connections") == 6 * WORKERS
    assert observed.value("baygate_cache_lookups_total", cache="plans") > 0
    assert observed.value("baygate_worker_resident_bytes") > 10_000_000


def test_a_request_that_belongs_to_a_trace_is_one_of_its_spans(observed: Observed) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    answer = observed.hub.post({"query": QUERY}, traceparent=f"00-{trace}-{parent}-01")
    assert answer.status_code == 200

    def spans() -> dict[str, Any]:
        return {each.name: each for each in observed.collector.spans if each.trace_id.hex() == trace}

    until(lambda: len(spans()) == 7)
    request = spans().pop("graphql")
    assert request.parent_span_id.hex() == parent
    assert {each.parent_span_id for name, each in spans().items() if name != "graphql"} == {request.span_id}
    assert any(each.get("trace") == trace for each in observed.lines())


def test_nothing_personal_is_told(observed: Observed) -> None:
    hub = observed.hub
    inline = f'{{ enterprise(uscc: "{USCC}") {{ id name }} }}'
    by_variable = "query($uscc: Uscc!) { enterprise(uscc: $uscc) { id name } }"
    bodies: list[Any] = [
        {"query": inline},
        {"query": by_variable, "variables": {"uscc": USCC}},
        {"query": by_variable, "variables": {"uscc": {"no": RESIDENT}}},
        {"query": f"query Q{RESIDENT} {QUERY}", "operationName": f"Q{RESIDENT}"},
        {"query": f"{{ parties(first: 1) {{ nodes {{ c{RESIDENT}: id }} }} }}"},
        {"query": f'{{ no{RESIDENT}(case: "{CASE}") }}'},
        {"query": f'{{ "{CASE}'},
        {"documentId": CASE},
    ]
    before = observed.value("baygate_requests_total")
    statuses = [hub.post(body, accept="application/graphql-response+json").status_code for body in bodies]
    statuses += [hub.get(query=inline, extensions=CASE).status_code]
    statuses += [hub.client.post(f"{hub.url}?case={CASE}", content=RESIDENT, headers={"x": CASE}).status_code]
    assert statuses == [200, 200, 400, 200, 200, 400, 400, 400, 400, 415]
    told = len(statuses)
    assert observed.value("baygate_requests_total") >= before + told
    until(lambda: len([each for each in observed.collector.spans if each.name == "graphql"]) >= told)
    for text in (observed.text(), hub.log.read_text(), repr(observed.collector.bodies)):
        assert not [each for each in PERSONAL if each in text]
        assert "developer" not in text


def test_every_line_of_the_log_is_an_object(observed: Observed) -> None:
    observed.hub.ask(QUERY)

    def answered() -> dict[str, Any]:
        return [line for line in observed.lines() if line.get("event") == "RequestAnswered"][-1]

    until(lambda: answered()["status"] == 200)  # it is written once the answer has gone
    assert answered()["stages"].keys() >= {"caller", "result"}
    for line in observed.lines():
        assert {"at", "level", "logger", "message"} <= line.keys()


def test_the_hubs_own_port_tells_no_metrics(observed: Observed) -> None:
    assert observed.hub.client.get(f"{observed.hub.base}/metrics").status_code == 404


def test_without_a_port_nothing_is_counted_and_the_hub_answers(serve: Serve) -> None:
    with serve("development") as hub:
        assert hub.ask(QUERY).status_code == 200
