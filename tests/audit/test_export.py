"""Accesses as files: a line or a row each, and both formats say the same."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
from pyarrow import parquet
from tests.audit.kept_log import PARTIES, PROVIDERS, Kept, fill, new_log

from baygate.audit import export
from baygate.audit.accesses import EVERYBODY, Access, Filters, accesses, stream
from baygate.audit.export import ParquetUnavailable, write_ndjson, write_parquet
from baygate.storage.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


def written(log: Kept, write: Any, filters: Filters) -> bytes:
    async def run() -> int:
        async with log.connected() as connection:
            return int(await write(stream(connection, filters), file))

    file = io.BytesIO()
    count = asyncio.run(run())
    assert write is not write_ndjson or count == len(file.getvalue().splitlines())
    return file.getvalue()


def lines(log: Kept, filters: Filters) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in written(log, write_ndjson, filters).splitlines()]


def as_line(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of Parquet as NDJSON says it."""
    subjects: dict[str, dict[str, int]] = {}
    for each in row["subjects"]:
        subjects.setdefault(each["subject"], {})[each["type"]] = each["rows"]
    at = row["at"].isoformat(timespec="microseconds").replace("+00:00", "Z")
    documents = {name: orjson.loads(row[name]) for name in ("policies", "lists")}
    return {**row, "at": at, "subjects": subjects, **documents}


def test_a_line_has_all_that_an_access_says(kept: Kept) -> None:
    found = lines(kept, Filters(frozenset({"tax-gd"})))
    assert found[0].keys() == set(Access.__dataclass_fields__)
    assert found[0]["at"] == "2026-11-05T09:00:00.000000Z"
    assert {each["provider"] for each in found} == {"tax-gd"}


def test_both_formats_say_the_same(kept: Kept) -> None:
    table = parquet.read_table(io.BytesIO(written(kept, write_parquet, Filters(EVERYBODY))))
    assert [as_line(row) for row in table.to_pylist()] == lines(kept, Filters(EVERYBODY))
    assert table.num_rows > 300


def test_filters_hold_for_files_too(kept: Kept) -> None:
    filters = Filters(frozenset(PROVIDERS), subject=PARTIES[3], purpose="STATISTICS")
    found = lines(kept, filters)
    assert found
    assert all(PARTIES[3] in each["subjects"] and each["purpose"] == "STATISTICS" for each in found)


def test_parquet_is_written_in_portions(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_ROW_GROUP", 100)
    file = parquet.ParquetFile(io.BytesIO(written(kept, write_parquet, Filters(frozenset({"tax-gd"})))))
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert len(sizes) > 1
    assert sizes[:-1] == [100] * (len(sizes) - 1)


def test_no_access_makes_an_empty_file_of_the_same_columns(kept: Kept) -> None:
    table = parquet.read_table(io.BytesIO(written(kept, write_parquet, Filters(frozenset()))))
    assert (table.num_rows, table.column_names[:3]) == (0, ["at", "record", "leaf"])
    assert set(table.column_names) == set(Access.__dataclass_fields__)


def test_without_pyarrow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> AsyncIterator[Access]:
        for each in ():
            yield each

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetUnavailable, match="pip install 'baygate\\[parquet\\]'"):
        asyncio.run(write_parquet(none(), io.BytesIO()))


def test_pages_and_files_have_the_same_accesses(kept: Kept) -> None:
    async def run() -> int:
        async with kept.connected() as connection:
            return len(await accesses(connection, Filters(EVERYBODY), None, 10_000))

    assert asyncio.run(run()) == len(lines(kept, Filters(EVERYBODY)))
