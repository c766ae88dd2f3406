"""Each kind of value, and each transform, says the same in SQL and in Python."""

import datetime
import decimal
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, asyncpg
from tests.oracle.engine import Engine

from baygate.access.decision import (
    Generalise,
    Hash,
    Mask,
    Nullify,
    Transform,
    TruncateCode,
    TruncateDate,
    Unit,
)
from baygate.sources.resident.binder import Bound, binder
from baygate.sources.resident.canonical import JsonText, for_server, json_value, kind_of
from baygate.sources.resident.inputs import Parameters
from baygate.sources.resident.transform import TransformError, transformed, transformed_in_python
from baygate.storage.database import OLDEST_SUPPORTED

KEY = b"a key for the tests, of 32 bytes"
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2999, 12, 31))
MOMENTS = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2999, 12, 31)).map(  # noqa: DTZ001
    lambda value: value.replace(microsecond=0, tzinfo=datetime.UTC)
)
VALUES: list[tuple[sa.types.TypeEngine[Any], st.SearchStrategy[Any]]] = [
    (sa.Text(), TEXT),
    (ARRAY(sa.Text()), st.lists(TEXT, max_size=4)),
    (sa.Integer(), st.integers(-(2**31), 2**31 - 1)),
    (sa.Boolean(), st.booleans()),
    (sa.Date(), DAYS),
    (TIMESTAMP(timezone=True, precision=0), MOMENTS),
    (sa.Numeric(18, 2), st.decimals(-(10**15), 10**15, places=2)),
    (sa.Numeric(18, 5), st.decimals(-(10**12), 10**12, places=5)),
]
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Evaluate = Callable[[sa.types.TypeEngine[Any], Any, Transform | None], Any]


@pytest.fixture(scope="module", params=[OLDEST_SUPPORTED, 18])
def evaluate(world: Any, request: pytest.FixtureRequest) -> Iterator[Evaluate]:
    """Evaluate the JSON text of one value, transformed or not, as PostgreSQL of a version would be asked."""
    engine = Engine(world)
    connection = engine.run(engine.database.connect())
    dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]

    def evaluated(type_: sa.types.TypeEngine[Any], value: Any, transform: Transform | None = None) -> Any:
        inputs = Parameters()
        given_ = sa.cast(sa.bindparam("value", type_=type_), type_)
        content = transformed(transform, given_, inputs) if transform else given_
        compiled = sa.select(JsonText(content, optional=True)).compile(dialect=dialect)
        values = dict(
            zip([f"v{n}" for n in range(len(inputs.slots))], binder(tuple(inputs.slots))(_bound()), strict=True)
        )
        ordered = [value if name == "value" else values[name] for name in compiled.positiontup or ()]
        sql = for_server(str(compiled), request.param)
        return orjson.loads(engine.run(connection.fetchval(sql, *ordered)))

    yield evaluated
    engine.run(connection.close())
    engine.close()


def _bound() -> Bound:
    return Bound({}, {}, lambda _: KEY, lambda _page, _cursor: ())


@pytest.mark.parametrize(("type_", "values"), VALUES, ids=lambda each: type(each).__name__)
def test_a_value_has_one_canonical_form(evaluate: Evaluate, type_: Any, values: st.SearchStrategy[Any]) -> None:
    @SOME
    @given(st.none() | values)
    def same(value: Any) -> None:
        assert evaluate(type_, value, None) == orjson.loads(orjson.dumps(json_value(kind_of(type_), value)))

    same()


@pytest.mark.parametrize(
    ("transform", "type_", "values"),
    [
        (Mask(), sa.Text(), TEXT),
        (Mask(keep_last=4), sa.Text(), TEXT),
        (Mask(keep_first=3, keep_last=2), sa.Text(), TEXT),
        (TruncateCode(4), sa.Text(), TEXT),
        (Hash("recipient"), sa.Text(), TEXT),
        (TruncateDate(Unit.MONTH), sa.Date(), DAYS),
        (TruncateDate(Unit.YEAR), sa.Date(), DAYS),
        (TruncateDate(Unit.MONTH), TIMESTAMP(timezone=True, precision=0), MOMENTS),
        (TruncateDate(Unit.YEAR), TIMESTAMP(timezone=True, precision=0), MOMENTS),
        (Generalise(10), sa.Integer(), st.integers(-(10**8), 10**8)),
        (Generalise(7), sa.Integer(), st.integers(-(10**8), 10**8)),
        *((Nullify(), type_, values) for type_, values in VALUES),
    ],
    ids=lambda each: str(each)[:30],
)
def test_a_transform_is_the_same_function_in_sql_and_in_python(
    evaluate: Evaluate, transform: Transform, type_: Any, values: st.SearchStrategy[Any]
) -> None:
    kind = kind_of(type_)

    @SOME
    @given(st.none() | values)
    def same(value: Any) -> None:
        expected = json_value(kind, transformed_in_python(transform, value, lambda _: KEY))
        assert evaluate(type_, value, transform) == orjson.loads(orjson.dumps(expected))

    same()


def test_a_mask_never_shows_a_value_in_full(evaluate: Evaluate) -> None:
    for length in range(8):
        value = "x" * length
        assert evaluate(sa.Text(), value, Mask(keep_first=2, keep_last=2)) != value or not value


@pytest.mark.parametrize(
    ("transform", "type_"),
    [
        (Mask(), sa.Integer()),
        (Hash("x"), sa.Date()),
        (TruncateDate(Unit.YEAR), sa.Text()),
        (Generalise(5), sa.Numeric(18, 2)),
        (TruncateCode(2), ARRAY(sa.Text())),
    ],
)
def test_a_transform_that_does_not_fit_its_field_is_refused(transform: Transform, type_: Any) -> None:
    with pytest.raises(TransformError):
        transformed(transform, sa.literal_column("x", type_), Parameters())


def test_a_decimal_keeps_its_declared_scale() -> None:
    assert json_value(kind_of(sa.Numeric(18, 2)), decimal.Decimal("7.50")) == "7.50"


@pytest.mark.parametrize(("version", "function"), [(15, "to_json"), (16, "to_json"), (17, "JSON_SCALAR")])
def test_a_server_is_asked_with_what_it_has(version: int, function: str) -> None:
    compiled = sa.select(JsonText(sa.literal_column("x", sa.Text()), optional=False)).compile()
    assert for_server(str(compiled), version) == f"SELECT {function}(x) AS anon_1"


def test_a_list_is_no_scalar() -> None:
    compiled = sa.select(JsonText(sa.literal_column("x", ARRAY(sa.Text())), optional=False)).compile()
    assert for_server(str(compiled), 18) == "SELECT to_json(x) AS anon_1"
