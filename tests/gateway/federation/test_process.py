"""The running command over sources that misbehave: it stays up, small, quick, and quiet."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import orjson
import pytest
from tests.gateway.federation.misbehaving import sources
from tests.gateway.federation.process import Process, running
from tests.gateway.federation.running import supergraph
from tests.gateway.federation.test_failing_sources import CHUNKED, bomb, chunk
from tests.sources.remote.service import MIB, Answer, Service, answer, endless, raw, silent

COMPANY = answer({"data": {"company": {"id": "1", "name": "Harbour"}, "kind": "BIG"}})
QUESTION = "{ company { name score } }"


SCORE = answer({"data": {"_entities": [{"score": 1}]}})


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, list[Service]]]:
    with sources(COMPANY, SCORE) as services:
        text = supergraph(*(each.url for each in services))
        with running(text, tmp_path_factory.mktemp("gateway"), "--timeout", "2") as gateway:
            yield gateway, services


@pytest.fixture
def gateway(everything: tuple[Process, list[Service]]) -> Process:
    return everything[0]


@pytest.fixture
def services(everything: tuple[Process, list[Service]]) -> list[Service]:
    for service, usual in zip(everything[1], (COMPANY, SCORE), strict=True):
        service.answers = [usual]
    return everything[1]


OVERFLOWING = {
    "a body without end": endless(CHUNKED, chunk(b" " * 65_536)),
    "a gzip bomb": raw(bomb()),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("overflowing", OVERFLOWING.values(), ids=OVERFLOWING)
def test_memory_stays_bounded_under(overflowing: Answer, gateway: Process, services: list[Service]) -> None:
    assert gateway.ask(QUESTION) == {"data": {"company": {"name": "Harbour", "score": 1}}}
    before = gateway.memory()
    services[1].answers = [overflowing]
    for _ in range(4):
        told = gateway.ask(QUESTION)
        assert told["data"] == {"company": {"name": "Harbour", "score": None}}
        assert told["errors"][0]["extensions"]["kind"] == "TOO_LARGE"
    assert gateway.memory("VmHWM") - before < 64 * MIB


def test_the_rest_is_answered_while_a_source_is_silent(gateway: Process, services: list[Service]) -> None:
    services[1].answers = [silent]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(gateway.ask, QUESTION)
        time.sleep(0.1)
        assert gateway.ask("{ kind }") == {"data": {"kind": "BIG"}}
        assert not waiting.done()
        told = waiting.result()
    assert told["data"] == {"company": {"name": "Harbour", "score": None}}
    assert told["errors"][0]["extensions"] == {"code": "SOURCE_FAILED", "source": "ratings", "kind": "TIMEOUT"}


def test_a_client_that_leaves_ends_what_was_asked_for_it(gateway: Process, services: list[Service]) -> None:
    services[0].answers = [silent]
    services[0].ended.clear()
    with pytest.raises(httpx.ReadTimeout):
        gateway.client.post(f"{gateway.url}/graphql", json={"query": QUESTION}, timeout=0.3)
    deadline = time.monotonic() + 1.5
    while not services[0].ended.is_set() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert services[0].ended.is_set()


def test_whatever_a_source_says_is_no_trouble_of_the_gateway(gateway: Process, services: list[Service]) -> None:
    values = (None, 7, "text", [], [[[]]], {}, {"__typename": []}, {"id": {}, "name": [1]}, {"id": [None]})
    for value in values:
        services[0].answers = [
            answer({"data": {"company": value, "companies": value, "party": value, "needed": value}})
        ]
        for query in (QUESTION, "{ companies { score } }", "{ party { __typename id } }", "{ needed { grade } }"):
            told = gateway.ask(query)
            assert told.keys() <= {"data", "errors"}
            assert orjson.dumps(told).find(b"127.0.0.1") < 0
