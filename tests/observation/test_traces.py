"""Traces: spans of a request, of its stages and of the sources that it asked, as a collector receives them."""

import subprocess
import sys
import time
from typing import Any

import pytest
from tests.observation.collector import collecting
from tests.observation.samples import ANSWERED, FAILED, STAGES

from baygate.errors import OperatorError
from baygate.observation import traces
from baygate.observation.events import Event, RequestAnswered, SourceAsked
from baygate.observation.otlp import Otlp
from baygate.observation.span import Sampling, Span
from baygate.observation.traces import Traces, export_to

ROOT = Span("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "53995c3f42cd8ad8", recorded=True, sampled=True)
CLIENT, SERVER, INTERNAL = 3, 2, 1
ERROR = 2


def spans_of(*events: Event) -> dict[str, Any]:
    with collecting() as collector:
        export = export_to(collector.url)
        reader = Traces(export)
        for each in events:
            reader.observe(each)
        export.close()
        return {each.name: each for each in collector.spans}


def test_a_request_is_a_span_with_its_stages_one_after_the_other() -> None:
    before = time.time_ns()
    spans = spans_of(RequestAnswered(200, None, 0.012, 512, STAGES, True, None, "12-34", ROOT))
    request = spans["graphql"]
    assert (request.trace_id.hex(), request.span_id.hex()) == (ROOT.trace, ROOT.id)
    assert request.parent_span_id.hex() == ROOT.parent
    assert request.kind == SERVER
    assert request.end_time_unix_nano - request.start_time_unix_nano == 12_000_000
    assert before <= request.end_time_unix_nano <= time.time_ns()
    began = request.start_time_unix_nano
    for name, seconds in STAGES:
        stage = spans[name]
        assert stage.parent_span_id.hex() == ROOT.id
        assert (stage.start_time_unix_nano, stage.kind) == (began, INTERNAL)
        began = stage.end_time_unix_nano
        assert began - stage.start_time_unix_nano == int(seconds * 1e9)
    told = {each.key: each.value for each in request.attributes}
    assert told["baygate.receipt"].string_value == "12-34"
    assert told["baygate.plan.made"].bool_value is True


def test_a_question_to_a_source_is_a_part_of_its_request() -> None:
    question = ROOT.child()
    (span,) = spans_of(SourceAsked("tax", "ok", 0.03, question)).values()
    assert (span.name, span.kind) == ("ask tax", CLIENT)
    assert (span.span_id.hex(), span.parent_span_id.hex()) == (question.id, ROOT.id)
    assert span.status.code != ERROR


def test_what_failed_is_told_as_that() -> None:
    spans = spans_of(
        RequestAnswered(503, "OVERLOADED", 0.1, span=ROOT), SourceAsked("tax", "TIMEOUT", 5.0, ROOT.child())
    )
    assert [each.status.code for each in spans.values()] == [ERROR, ERROR]
    assert {each.key: each.value.string_value for each in spans["ask tax"].attributes}["error.type"] == "TIMEOUT"


def test_what_is_not_recorded_is_not_sent() -> None:
    others = Sampling(0.0).begin(ROOT.traceparent.encode())
    assert spans_of(ANSWERED, FAILED, RequestAnswered(200, None, 0.1, span=others)) == {}


def test_a_collector_that_is_away_holds_up_nobody() -> None:
    export = Otlp("http://127.0.0.1:1/v1/traces", patience=0.2)
    reader = Traces(export)
    began = time.monotonic()
    for _ in range(3_000):
        reader.observe(RequestAnswered(200, None, 0.1, span=ROOT))
    export.close()
    assert time.monotonic() - began < 8


def test_opentelemetry_is_loaded_only_for_an_address() -> None:
    program = "import baygate.observation.observation, sys; sys.exit('opentelemetry' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_where_it_is_not_installed_the_operator_is_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ModuleNotFoundError("No module named 'opentelemetry'", name="opentelemetry.sdk")

    monkeypatch.setattr(traces, "import_module", missing)
    with pytest.raises(OperatorError, match=r"pip install 'baygate\[otel\]'"):
        export_to("http://127.0.0.1:4318/v1/traces")
