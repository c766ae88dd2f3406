"""The canonical JSON form of every kind of value, written twice: as SQL and as Python. The two are tested as a pair.

PostgreSQL and Python print decimals, times and bigints differently; here they may not. A session of the hub runs in
UTC (``storage.database``), on which the form of a moment relies.
"""

import datetime
import decimal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.ext.compiler import compiles


@dataclass(frozen=True)
class Kind:
    """A kind of value: its SQL type, its JSON form in Python, and the reading of that form."""

    name: str
    type: sa.types.TypeEngine[Any]
    python: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _itself(value: Any) -> Any:
    return value


def _utc(value: datetime.datetime) -> str:
    return value.astimezone(datetime.UTC).isoformat(timespec="seconds")


TEXT = Kind("text", sa.Text(), _itself, _itself)
TEXTS = Kind("text[]", ARRAY(sa.Text()), list, _itself)
NUMBER = Kind("int4", sa.Integer(), _itself, _itself)
FLAG = Kind("bool", sa.Boolean(), _itself, _itself)
DAY = Kind("date", sa.Date(), datetime.date.isoformat, datetime.date.fromisoformat)
MOMENT = Kind("timestamptz", TIMESTAMP(timezone=True), _utc, datetime.datetime.fromisoformat)
DECIMAL = Kind("numeric", sa.Numeric(), str, decimal.Decimal)


def kind_of(type_: sa.types.TypeEngine[Any]) -> Kind:
    """Return the kind of a column's type; raise TypeError for a type that no view uses."""
    match type_:
        case ARRAY():
            return TEXTS
        case sa.Text():
            return TEXT
        case sa.Boolean():
            return FLAG
        case sa.Integer():
            return NUMBER
        case sa.Date():
            return DAY
        case sa.DateTime():
            return MOMENT
        case sa.Numeric():
            return DECIMAL
    raise TypeError(f"no canonical form for {type_!r}")


_OF_SCALARS, _SCALARS_SINCE = "JSON_SCALAR", 17
"""What looks its argument's type up once for a statement (ISO/IEC 9075-2:2023), and the first PostgreSQL with it."""
_OF_ANY = "to_json"
"""What looks it up for every value, which is a tenth of all the time of a statement with some hundred values."""


class JsonText(sa.ColumnElement[str]):
    """The JSON text of a value in SQL, ``null`` where it is NULL. Light for the reason that ``text.Concat`` gives."""

    inherit_cache = False
    type = sa.Text()

    def __init__(self, value: sa.ColumnElement[Any], *, optional: bool) -> None:
        self.value = value
        self.optional = optional


@compiles(JsonText)
def _render(element: JsonText, compiler: Any, **_: Any) -> str:
    value = compiler.process(element.value)
    kind = kind_of(element.value.type)
    if kind is DECIMAL:
        quoted = f"concat('\"', {value}, '\"')"
        return f"CASE WHEN ({value}) IS NULL THEN 'null' ELSE {quoted} END" if element.optional else quoted
    text = f"{_OF_ANY if kind is TEXTS else _OF_SCALARS}({value})"
    return f"coalesce({text}, 'null')" if element.optional else text


def for_server(sql: str, version: int) -> str:
    """Return a statement as a server of this major version understands it."""
    return sql if version >= _SCALARS_SINCE else sql.replace(f"{_OF_SCALARS}(", f"{_OF_ANY}(")


def json_value(kind: Kind, value: Any) -> Any:
    """Return in Python what ``JsonText`` says in SQL."""
    return None if value is None else kind.python(value)


def json_bytes(value: Any) -> bytes:
    """Serialise a finished answer that was made in Python."""
    return orjson.dumps(value)
