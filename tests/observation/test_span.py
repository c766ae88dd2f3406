"""Spans: which requests are recorded, as part of which trace, and what sources are told (W3C Trace Context)."""

import pytest

from baygate.observation.span import Sampling, Span, received

TRACE, SENDER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
FIELD = f"00-{TRACE}-{SENDER}-01".encode()
ALL, NONE = Sampling(1.0), Sampling(0.0)


def begun(sampling: Sampling, field: bytes | None) -> Span:
    span = sampling.begin(field)
    assert span is not None
    return span


def test_a_request_takes_part_in_the_trace_that_it_names() -> None:
    span = begun(ALL, FIELD)
    assert (span.trace, span.parent, span.recorded) == (TRACE, SENDER, True)
    assert span.id != SENDER


def test_one_that_names_none_begins_one() -> None:
    one, other = begun(ALL, None), begun(ALL, None)
    assert one.parent is None
    assert one.trace != other.trace
    assert received(one.traceparent.encode()) == Span(one.trace, one.id, sampled=True)


def test_what_a_source_is_told_names_the_question_to_it() -> None:
    request = begun(ALL, FIELD)
    question = request.child()
    assert (question.trace, question.parent, question.recorded) == (TRACE, request.id, True)
    assert question.traceparent == f"00-{TRACE}-{question.id}-01"


@pytest.mark.parametrize("flags", ["00", "01"])
def test_a_hub_that_records_nothing_passes_on_what_came(flags: str) -> None:
    field = f"00-{TRACE}-{SENDER}-{flags}"
    span = begun(NONE, field.encode())
    assert not span.recorded
    assert span.child().traceparent == field
    assert NONE.begin(None) is None


def test_what_the_sender_does_not_record_is_not_recorded_here() -> None:
    assert not begun(ALL, FIELD[:-2] + b"00").recorded


def test_no_sender_has_more_recorded_than_the_share() -> None:
    recorded = sum(begun(Sampling(0.2), FIELD).recorded for _ in range(1_000))
    assert 100 < recorded < 320


def test_later_versions_may_say_more() -> None:
    assert received(b"01" + FIELD[2:] + b"-what is to come") == Span(TRACE, SENDER, sampled=True)
    assert received(b"01" + FIELD[2:-2] + b"03") == Span(TRACE, SENDER, sampled=True)


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"110105194912310021",
        FIELD.upper(),
        b"ff" + FIELD[2:],
        FIELD + b"-more",
        FIELD + b"\n",
        FIELD[:-1],
        FIELD.replace(TRACE.encode(), b"0" * 32),
        FIELD.replace(SENDER.encode(), b"0" * 16),
        b"01" + FIELD[2:] + b"more",
        FIELD + b"," + FIELD,
    ],
)
def test_a_field_that_is_none_counts_as_none(field: bytes) -> None:
    assert received(field) is None
    assert begun(ALL, field).parent is None
