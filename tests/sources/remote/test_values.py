"""Conditions and transforms on JSON as sources send it: what SQL does to rows, and nothing from what is malformed."""

import datetime
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.access import interpreter

from baygate.access.decision import (
    Generalise,
    Hash,
    Mask,
    Nullify,
    Operator,
    Transform,
    TruncateCode,
    TruncateDate,
    Unit,
)
from baygate.sources.remote.values import holds, transformed

EVERYTHING: list[Transform] = [
    Mask(), Mask(2, 2), TruncateCode(3), TruncateDate(Unit.MONTH), TruncateDate(Unit.YEAR), Generalise(10), Hash("u"),
    Nullify(),
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def key(use: str) -> bytes:
    return use.encode().ljust(32, b".")


def left(transform: Transform, value: Any) -> Any:
    return transformed(transform, value, key)


@given(value=st.text(max_size=12), first=st.integers(0, 5), last=st.integers(0, 5))
def test_a_mask_leaves_the_ends_and_as_many_stars_as_it_hides(value: str, first: int, last: int) -> None:
    assert left(Mask(first, last), value) == interpreter.masked(value, first, last)


@given(value=st.integers(-(2**31), 2**31 - 1), step=st.integers(1, 1000))
def test_a_number_is_rounded_down(value: int, step: int) -> None:
    assert left(Generalise(step), value) == value - value % step


@given(value=st.dates())
def test_a_date_is_cut_to_the_first_day_of_its_month_or_year(value: datetime.date) -> None:
    assert left(TruncateDate(Unit.MONTH), value.isoformat()) == interpreter.cut(value, "MONTH").isoformat()
    assert left(TruncateDate(Unit.YEAR), value.isoformat()) == interpreter.cut(value, "YEAR").isoformat()


def test_a_moment_is_cut_in_utc() -> None:
    assert left(TruncateDate(Unit.MONTH), "2026-01-01T07:59:59+08:00") == "2025-12-01T00:00:00Z"
    assert left(TruncateDate(Unit.YEAR), "2026-01-01T00:00:00Z") == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "value",
    [
        "2024-1-1",
        "2024-01-01x",
        "x2024-01-01",
        "2024-01-01T",
        "2024-01-01T12:00:00",
        "٢٠٢٤-01-01",
        "2024-01-01T25:00:00Z",
        "2024-01-01T12:00:00Z secret",
    ],
)
def test_of_what_is_no_date_nothing_is_left(value: str) -> None:
    assert left(TruncateDate(Unit.MONTH), value) is None
    assert left(TruncateDate(Unit.YEAR), value) is None


def test_a_hash_depends_on_its_use() -> None:
    assert left(Hash("a"), "x") != left(Hash("b"), "x")
    assert left(Hash("a"), "x") == left(Hash("a"), "x")


@given(value=JSON)
def test_no_transform_lets_out_a_value_of_another_kind(value: Any) -> None:
    texts = (Mask, TruncateCode, TruncateDate, Hash)
    for transform in EVERYTHING:
        found = left(transform, value)
        if isinstance(transform, Nullify) or not isinstance(value, str if isinstance(transform, texts) else int):
            assert found is None
        if isinstance(value, bool):
            assert found is None


TEXTS = st.sampled_from(["", "4", "44", "4401", "81", "a"])


@given(given_=TEXTS, wanted=TEXTS)
def test_texts_compare_as_they_do_in_the_hub(given_: str, wanted: str) -> None:
    for operator in ("eq", "ne", "prefix", "gte", "lte"):
        assert holds(Operator(operator), given_, wanted) == interpreter.compared(given_, operator, wanted)


@given(given_=TEXTS, wanted=st.lists(TEXTS, max_size=3))
def test_one_of_several(given_: str, wanted: list[str]) -> None:
    assert holds(Operator.ONE_OF, given_, tuple(wanted)) == (given_ in wanted)
    assert holds(Operator.INCLUDES, wanted, given_) == (given_ in wanted)


def test_moments_compare_as_such_whatever_zone_they_are_written_in() -> None:
    assert holds(Operator.EQUALS, "2026-01-01T08:00:00+08:00", "2026-01-01T00:00:00Z")
    assert holds(Operator.AT_LEAST, "2026-01-01T00:00:00Z", "2026-01-01T07:59:59+08:00")
    assert not holds(Operator.NOT_EQUALS, "2026-01-01T08:00:00+08:00", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize("operator", list(Operator))
@pytest.mark.parametrize("wanted", ["44", 44, True, ("44", "1")])
@pytest.mark.parametrize("given_", [None, 4.4, {"x": "44"}, [], [["44"]], {}])
def test_what_cannot_be_compared_meets_no_condition(operator: Operator, wanted: Any, given_: Any) -> None:
    assert holds(operator, given_, wanted) is False


@pytest.mark.parametrize("operator", list(Operator))
def test_a_number_a_text_and_a_boolean_are_never_alike(operator: Operator) -> None:
    for one, other in (("1", 1), (1, "1"), (True, 1), (1, True), ("true", True)):
        assert holds(operator, one, other) is False


def test_letters_beyond_ascii_are_letters() -> None:
    assert set(string.ascii_letters).isdisjoint(left(Mask(), "滙港"))
    assert left(Mask(1), "滙港") == "滙*"
