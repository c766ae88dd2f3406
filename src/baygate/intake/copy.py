"""Validated records into PostgreSQL, by COPY: all batches of a publication, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from baygate.intake.errors import IntakeError, Problem
from baygate.intake.record_kind import RecordKind, Row


@dataclass(frozen=True)
class Batch:
    """Records of one kind from one publisher.

    ``provider`` is the agency that was authenticated, or that the source is fixed to; never taken from the data.
    """

    kind: RecordKind
    provider: str
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True)
class ValidBatch:
    """What of a publication goes into one table, as the table takes it."""

    kind: RecordKind
    rows: list[Row] = field(repr=False)


def validate(batches: Sequence[Batch]) -> list[ValidBatch]:
    """Validate the batches of a publication, and gather them by table.

    Raise IntakeError with every error in all of them; a record's number in it is that within its batch.
    """
    problems: list[Problem] = []
    valid: dict[RecordKind, list[Row]] = {}
    for batch in batches:
        try:
            valid.setdefault(batch.kind, []).extend(batch.kind.validate(batch.provider, batch.rows))
        except IntakeError as error:
            problems += error.problems
    if problems:
        raise IntakeError(problems)
    return [ValidBatch(kind, rows) for kind, rows in valid.items()]


async def store(connection: asyncpg.Connection, batches: Sequence[ValidBatch]) -> int:
    """Copy validated batches into their tables in one transaction; return how many rows that were.

    Raise IntakeError if a record is there already.
    """
    try:
        async with connection.transaction():
            for batch in batches:
                await connection.copy_records_to_table(
                    batch.kind.table.name, records=batch.rows, columns=batch.kind.columns
                )
    except asyncpg.UniqueViolationError as error:
        problem = Problem(str(error.table_name), 0, "record", f"expected a new key: {error.detail}")
        raise IntakeError([problem]) from error
    return sum(len(batch.rows) for batch in batches)


async def publish(connection: asyncpg.Connection, batches: Sequence[Batch]) -> int:
    """Validate and store what an agency publishes: everything or nothing.

    Return the number of rows. Raise IntakeError as ``validate`` and ``store`` do.
    """
    return await store(connection, validate(batches))
