"""Accesses as a file: NDJSON, or Parquet where pyarrow is installed. Neither keeps more than a portion in memory."""

import datetime
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import Any, BinaryIO

import orjson

from baygate.audit.accesses import OUTCOMES, Access
from baygate.errors import OperatorError

_ROW_GROUP = 10_000
_TEXTS = ("client", "agency", "party", "jurisdiction", "purpose", "basis", "case", "operation", "name", "provider")
_AS_JSON = ("policies", "lists")
"""What is JSON within a column, since its members are not the same in every row."""


class ParquetUnavailable(OperatorError):
    """pyarrow is not installed."""


def as_json(access: Access) -> dict[str, Any]:
    """Return an access as a line of NDJSON says it."""
    at = access.at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return {**asdict(access), "at": f"{at[:-6]}Z"}


async def write_ndjson(accesses: AsyncIterator[Access], file: BinaryIO) -> int:
    """Write a JSON object a line; return how many."""
    count = 0
    async for each in accesses:
        file.write(orjson.dumps(as_json(each), option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


async def write_parquet(accesses: AsyncIterator[Access], file: BinaryIO) -> int:
    """Write a Parquet file; return how many rows it has. Raise ParquetUnavailable."""
    try:
        pa = import_module("pyarrow")  # an extra, for those who want Parquet
        parquet = import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise ParquetUnavailable(
            "Parquet is written by pyarrow, which is not installed.", "Run: pip install 'baygate[parquet]'"
        ) from None
    schema, count, portion = _schema(pa), 0, []
    with parquet.ParquetWriter(file, schema) as writer:
        async for each in accesses:
            portion.append(_as_row(each))
            count += 1
            if len(portion) >= _ROW_GROUP:
                writer.write_table(pa.Table.from_pylist(portion, schema))
                portion.clear()
        if portion:
            writer.write_table(pa.Table.from_pylist(portion, schema))
    return count


def _schema(pa: Any) -> Any:
    subject = pa.struct([("subject", pa.string()), ("type", pa.string()), ("rows", pa.int64())])
    return pa.schema(
        [
            ("at", pa.timestamp("us", tz="UTC")),
            ("record", pa.string()),
            ("leaf", pa.int64()),
            *((name, pa.string()) for name in _TEXTS),
            ("subjects", pa.list_(subject)),
            *((name, pa.list_(pa.string())) for name in OUTCOMES),
            *((name, pa.string()) for name in _AS_JSON),
            ("status", pa.string()),
        ]
    )


def _as_row(access: Access) -> Mapping[str, Any]:
    subjects = [
        {"subject": subject, "type": name, "rows": rows}
        for subject, types in access.subjects.items()
        for name, rows in types.items()
    ]
    documents = {name: orjson.dumps(getattr(access, name)).decode() for name in _AS_JSON}
    return {**asdict(access), "subjects": subjects, **documents}
