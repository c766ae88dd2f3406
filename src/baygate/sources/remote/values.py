"""Conditions and transforms on values as remote sources send them, in JSON: the third rendering, beside SQL and Python.

A value that is not of the kind that a transform is for becomes null, and one that cannot be compared meets no
condition: what a source says is not what its schema promises until it was looked at.
"""

import datetime
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

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

_DATE = re.compile(r"(\d{4})-(\d{2})-\d{2}(T\d{2}:\d{2}:\d{2}.*)?", re.ASCII)


def transformed(transform: Transform, value: Any, key: Callable[[str], bytes]) -> Any:
    """Return a transformed value; ``key`` gives the key of a hash's use."""
    match transform, value:
        case Mask(keep_first=first, keep_last=last), str():
            hidden = len(value) - first - last
            return value[:first] + "*" * hidden + value[len(value) - last :] if hidden > 0 else "*" * len(value)
        case TruncateCode(length=length), str():
            return value[:length]
        case TruncateDate(unit=unit), str():
            return _truncated(value, unit)
        case Generalise(step=step), int() if not isinstance(value, bool):
            return value // step * step
        case Hash(use=use), str():
            return hmac.new(key(use), value.encode(), hashlib.sha256).hexdigest()
        case Nullify(), _:
            return None
    return None


def _truncated(value: str, unit: Unit) -> str | None:
    """Return the first day, or the first moment in UTC, of the month or year."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    if found.group(3) is None:
        return f"{found.group(1)}-{found.group(2) if unit is Unit.MONTH else '01'}-01"
    moment = _moment(value)
    if moment is None:
        return None
    month = moment.month if unit is Unit.MONTH else 1
    return f"{moment.year:04}-{month:02}-01T00:00:00Z"


def holds(operator: Operator, given: Any, wanted: Any) -> bool:
    """Return whether a value that a source sent compares with a policy's, or a caller's, as the operator says."""
    if isinstance(given, list):
        return operator is Operator.INCLUDES and wanted in given
    if isinstance(wanted, tuple):
        return operator is Operator.ONE_OF and given in wanted
    if isinstance(given, str) and isinstance(wanted, str):
        return _compared(operator, *_alike(given, wanted))
    if type(given) is type(wanted):
        return _compared(operator, given, wanted)
    return False


def _alike(given: str, wanted: str) -> tuple[Any, Any]:
    """Return two moments as such, whatever zones they are written in; all else as it is, dates included."""
    moments = _moment(given), _moment(wanted)
    return (given, wanted) if None in moments else moments


def _moment(text: str) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(datetime.UTC) if moment.tzinfo is not None else None


def _compared(operator: Operator, given: Any, wanted: Any) -> bool:
    match operator:
        case Operator.EQUALS:
            return bool(given == wanted)
        case Operator.NOT_EQUALS:
            return bool(given != wanted)
        case Operator.STARTS_WITH:
            return isinstance(given, str) and given.startswith(wanted)
        case Operator.AT_LEAST:
            return bool(given >= wanted)
        case Operator.AT_MOST:
            return bool(given <= wanted)
    return False
