"""Transforms as SQL expressions, each with its Python twin; the two are tested as a pair.

A transform keeps the kind of its value (a cut date is a date), except that ``Hash`` makes text of text.
"""

import datetime
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from baygate.access.decision import Generalise, Hash, Mask, Nullify, Transform, TruncateCode, TruncateDate
from baygate.sources.resident.canonical import kind_of
from baygate.sources.resident.inputs import BYTES, Inputs, Pad, Slot

_KINDS = {
    Mask: {"text"},
    TruncateCode: {"text"},
    Hash: {"text"},
    TruncateDate: {"date", "timestamptz"},
    Generalise: {"int4"},
    Nullify: {"text", "text[]", "int4", "bool", "date", "timestamptz", "numeric"},
}


class TransformError(Exception):
    """A transform that does not fit the kind of the field it is granted for."""


def transformed(transform: Transform, value: sa.ColumnElement[Any], inputs: Inputs) -> sa.ColumnElement[Any]:
    """Return the SQL of the transformed value; raise TransformError if the transform does not fit its kind."""
    kind = kind_of(value.type)
    if kind.name not in _KINDS[type(transform)]:
        raise TransformError(f"{type(transform).__name__} cannot transform a value of kind {kind.name}")
    match transform:
        case Mask(keep_first=first, keep_last=last):
            hidden = sa.func.greatest(sa.func.char_length(value) - _number(first + last), _number(0), type_=sa.Integer)
            # a value no longer than what may be kept would stand in full: hide all of it
            shown = sa.func.concat(
                sa.func.left(value, _number(first)),
                sa.func.repeat(sa.literal_column("'*'"), hidden),
                _ending(value, last),
                type_=sa.Text,
            )
            every = sa.func.repeat(sa.literal_column("'*'"), sa.func.char_length(value), type_=sa.Text)
            return sa.case((value.is_(None), sa.null()), (hidden > _number(0), shown), else_=every)
        case TruncateCode(length=length):
            return sa.func.left(value, _number(length), type_=sa.Text)
        case TruncateDate(unit=unit):
            return sa.cast(sa.func.date_trunc(sa.literal_column(f"'{unit.value}'"), value), value.type)
        case Generalise(step=step):
            return sa.cast(sa.func.floor(sa.cast(value, sa.Numeric) / _number(step)) * _number(step), sa.Integer)
        case Hash(use=use):
            inner = sa.func.sha256(
                inputs.take(Slot(Pad(use, outer=False), BYTES)).op("||")(
                    sa.func.convert_to(value, sa.literal_column("'UTF8'"))
                )
            )
            outer = sa.func.sha256(inputs.take(Slot(Pad(use, outer=True), BYTES)).op("||")(inner))
            return sa.func.encode(outer, sa.literal_column("'hex'"), type_=sa.Text)
        case Nullify():
            return sa.cast(sa.null(), value.type)


def _ending(value: sa.ColumnElement[Any], length: int) -> sa.ColumnElement[str]:
    if length == 0:
        return sa.literal_column("''", sa.Text)
    return sa.func.right(value, _number(length), type_=sa.Text)


def _number(constant: int) -> sa.ColumnElement[int]:
    """Return a number of the policy as SQL: it is part of the plan, not of the request."""
    return sa.literal_column(str(int(constant)), sa.Integer)


def transformed_in_python(transform: Transform, value: Any, key: Callable[[str], bytes]) -> Any:
    """Return what ``transformed`` gives, for a value in Python; ``key`` gives the key of a hash's use."""
    if value is None:
        return None
    match transform:
        case Mask(keep_first=first, keep_last=last):
            hidden = len(value) - first - last
            return value[:first] + "*" * hidden + value[len(value) - last :] if hidden > 0 else "*" * len(value)
        case TruncateCode(length=length):
            return value[:length]
        case TruncateDate(unit=unit):
            cut: datetime.date = value.replace(day=1) if unit.value == "month" else value.replace(month=1, day=1)
            return cut.replace(hour=0, minute=0, second=0) if isinstance(cut, datetime.datetime) else cut
        case Generalise(step=step):
            return value // step * step
        case Hash(use=use):
            return hmac.new(key(use), value.encode(), hashlib.sha256).hexdigest()
        case Nullify():
            return None


def padded(key: bytes, *, outer: bool) -> bytes:
    """Return the key as HMAC-SHA-256 pads it (RFC 2104, section 2), so that SQL needs no extension to hash."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return bytes(byte ^ (0x5C if outer else 0x36) for byte in block)
